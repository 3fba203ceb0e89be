"""What the endpoints of pace answer, as schemas for the OpenAPI document."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from api.v1.paging import LinksSchema
from api.v1.read_schemas import TargetNameSchema
from mastery.pace.projection import NotProjected
from mastery.pace.status import BY_HAND, Status


class FinishSchema(Schema):
    """Weeks, each by its Monday: likely (6 of 10) within `earliest` to `latest`; null is after the calendar's end."""

    earliest = fields.Date(required=True, allow_none=True)
    middle = fields.Date(required=True, allow_none=True)
    latest = fields.Date(required=True, allow_none=True)


class PaceSchema(Schema):
    """Where a student is beside the plan of a class, as of a day; school days, positive behind and negative ahead."""

    as_of = fields.Date(required=True, metadata={"description": "a day where the school is"})
    status = fields.String(required=True, validate=validate.OneOf(list(Status)), metadata={"description": "computed"})
    by_hand = fields.String(
        required=True,
        allow_none=True,
        validate=validate.OneOf(list(BY_HAND)),
        metadata={"description": "what a teacher says instead; people are shown this one"},
    )
    behind_since = fields.Date(required=True, allow_none=True)
    gap = fields.Float(required=True, metadata={"description": "to the teacher's dates"})
    plan_gap = fields.Float(required=True, metadata={"description": "to the student's own dates"})
    elapsed = fields.Float(required=True, metadata={"description": "school days since the student's own start"})
    done = fields.Float(required=True, metadata={"description": "weight of what is mastered"})
    total = fields.Float(required=True, metadata={"description": "weight of the plan"})
    late = fields.List(
        fields.String(), required=True, metadata={"description": "GUIDs of priority targets long past their day"}
    )
    finish = fields.Nested(FinishSchema, required=True, allow_none=True)
    no_finish = fields.String(
        required=True,
        allow_none=True,
        validate=validate.OneOf(list(NotProjected)),
        metadata={"description": "why `finish` is null"},
    )


class DueSchema(TargetNameSchema):
    """A target of the plan; null days are after the end of the calendar."""

    weight = fields.Float(required=True)
    priority = fields.Boolean(required=True)
    fixed_by_law = fields.Boolean(required=True)
    due_on = fields.Date(required=True, allow_none=True, metadata={"description": "by the teacher's dates"})
    own_due_on = fields.Date(
        required=True, allow_none=True, metadata={"description": "by dates of the student's own; else as `due_on`"}
    )
    done = fields.Boolean(required=True)


class CoursePaceSchema(Schema):
    """A class of the student that has a plan."""

    section = fields.String(required=True, metadata={"description": "the roster's sourcedId"})
    plan_version = fields.Integer(required=True)
    pace = fields.Nested(PaceSchema, required=True)
    targets = fields.List(fields.Nested(DueSchema), required=True)


class StudentPaceSchema(Schema):
    """The student's classes that have a plan; none of who is protected."""

    student = fields.String(required=True)
    sections = fields.List(fields.Nested(CoursePaceSchema), required=True)


class StudentOfSectionSchema(Schema):
    """A student of the class."""

    student = fields.String(required=True)
    pace = fields.Nested(PaceSchema, required=True)


class SectionPaceSchema(LinksSchema):
    """A page of the students of a class; without a plan, or a calendar of its school, `plan_version` is null."""

    section = fields.String(required=True)
    plan_version = fields.Integer(required=True, allow_none=True)
    starts_on = fields.Date(required=True, allow_none=True)
    finishes_on = fields.Date(required=True, allow_none=True)
    students = fields.List(fields.Nested(StudentOfSectionSchema), required=True)
