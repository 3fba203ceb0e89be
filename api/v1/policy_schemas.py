"""What the API answers about the policy in force, as schemas for the OpenAPI document."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from mastery.policy_parameters import Fixed, Unit
from mastery.policy_records import Level, Lost, Why


class PolicyValueSchema(Schema):
    """A value of a parameter and who said it."""

    value = fields.Raw(required=True, metadata={"description": "a number, or a list of whole numbers"})
    level = fields.String(required=True, validate=validate.OneOf(["default", *(level.value for level in Level)]))
    school = fields.String(
        required=True, allow_none=True, metadata={"description": "sourcedId, where a school said it"}
    )
    since = fields.Date(required=True, allow_none=True, metadata={"description": "first day; null for a default"})
    legal_basis = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "law, waiver or board policy; null for a default, and where `school` is kept back"},
    )


class OverriddenSchema(PolicyValueSchema):
    """A value that is not in force for the student, and why."""

    why = fields.String(
        required=True,
        validate=validate.OneOf([one.value for one in Lost]),
        metadata={
            "description": "farther: a nearer place says otherwise; bound: a farther place is binding; earlier: another"
            " school of the student said it later"
        },
    )


class ParameterSchema(PolicyValueSchema):
    """A parameter as it is in force; `overrode` has what else was said for the student, the nearest first."""

    name = fields.String(required=True)
    why = fields.String(required=True, validate=validate.OneOf([one.value for one in Why]))
    overrode = fields.List(fields.Nested(OverriddenSchema), required=True)
    unit = fields.String(required=True, allow_none=True, validate=validate.OneOf([unit.value for unit in Unit]))
    settable = fields.Boolean(required=True, metadata={"description": "whether a district may set it"})
    fixed_because = fields.String(
        required=True,
        allow_none=True,
        validate=validate.OneOf([one.value for one in Fixed]),
        metadata={
            "description": "estimates: stored estimates, decisions or flags rest on it; installation: it is about no"
            " student; not_followed: the service does not go by a student's day in it yet"
        },
    )


class PolicyInForceSchema(Schema):
    """What rule is in force for a student on a day, and why."""

    student = fields.String(required=True)
    on = fields.Date(required=True)
    policy_version = fields.String(required=True)
    parameters = fields.List(fields.Nested(ParameterSchema), required=True)
