"""What the API answers about competencies, courses and printed grades, as schemas for the OpenAPI document."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from api.v1.paging import LinksSchema
from mastery.grading import GradeLevel, GradeStatus, Measure
from mastery.rollup import Standing

_STANDING = validate.OneOf([one.value for one in Standing])
_STANDING_WORDS = "mastered; provisional: but for a confirmation; open; lifted: nothing of it is owed"


def _guids(description: str) -> fields.List:
    return fields.List(fields.String(), required=True, metadata={"description": description})


class CompetencySchema(Schema):
    """A competency and what it lacks; targets and competencies by GUID. Never an average: all that is needed counts."""

    competency = fields.String(required=True, metadata={"description": "GUID"})
    code = fields.String(required=True, allow_none=True)
    statement = fields.String(required=True)
    subject = fields.String(required=True)
    standing = fields.String(required=True, validate=_STANDING, metadata={"description": _STANDING_WORDS})
    level = fields.Float(
        required=True, allow_none=True, metadata={"description": "0 to 4, once it is mastered; it decides nothing"}
    )
    required = fields.Boolean(required=True, metadata={"description": "whether a course of the student needs it"})
    apart = fields.Boolean(required=True, metadata={"description": "a skill or disposition, which no course needs"})
    missing = _guids("priority targets to be mastered yet")
    supporting_open = _guids("supporting targets that are not mastered")
    supporting_needed = fields.Integer(required=True, metadata={"description": "how many of these are enough"})
    unconfirmed = _guids("targets that only wait for a confirmation")
    lifted = _guids("targets that are waived or exempt")


class GradeSchema(Schema):
    """A printed grade and the parts it is made of. It is an input to nothing."""

    grade = fields.String(required=True, allow_none=True)
    score = fields.Float(required=True, allow_none=True, metadata={"description": "out of 100, where the rule says so"})
    status = fields.String(required=True, validate=validate.OneOf([one.value for one in GradeStatus]))
    measure = fields.String(required=True, validate=validate.OneOf([one.value for one in Measure]))
    mastered = fields.Integer(required=True, metadata={"description": "of the competencies that are owed"})
    owed = fields.Integer(required=True)
    level = fields.Float(required=True, allow_none=True, metadata={"description": "the summary level"})
    rule = fields.Integer(required=True, metadata={"description": "number of the rule"})
    rule_level = fields.String(required=True, validate=validate.OneOf([one.value for one in GradeLevel]))
    since = fields.Date(required=True)
    legal_basis = fields.String(required=True)


class CourseSchema(Schema):
    """A course of the student, by a class they are in; of who is protected there is none."""

    course = fields.String(required=True, metadata={"description": "the roster's sourcedId"})
    class_ = fields.String(required=True, data_key="class", metadata={"description": "the title of the class"})
    standing = fields.String(required=True, validate=_STANDING, metadata={"description": _STANDING_WORDS})
    level = fields.Float(required=True, allow_none=True, metadata={"description": "the summary level, once mastered"})
    required = _guids("competencies that the course needs")
    missing = _guids("of these, to be mastered yet")
    grade = fields.Nested(GradeSchema, required=True, allow_none=True)


class CompetenciesSchema(LinksSchema):
    """A page of a student's competencies; the courses stand on each."""

    student = fields.String(required=True)
    as_of = fields.Date(required=True)
    courses = fields.List(fields.Nested(CourseSchema), required=True)
    competencies = fields.List(fields.Nested(CompetencySchema), required=True)
