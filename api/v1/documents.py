"""The answers of the API as schemas: what the reference pages and the OpenAPI document say."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from api.actions.outcome import Status
from api.problems import MEDIA_TYPE
from mastery.decide import State


class LevelSchema(Schema):
    """From this share of the maximum on (0..1), the level (0..4 in halves) is reached."""

    level = fields.Float(required=True)
    share = fields.Float(required=True)


class CutScoresSchema(Schema):
    """A set of cut scores: proposed by default or by the sender, and counting once a person confirms it."""

    status = fields.String(required=True, validate=validate.OneOf(["proposed", "confirmed"]))
    origin = fields.String(required=True, validate=validate.OneOf(["proposed", "sender"]))
    levels = fields.List(fields.Nested(LevelSchema), required=True)


class ItemFormatSchema(Schema):
    """How an item is answered."""

    item = fields.String(required=True)
    choices = fields.Integer(
        required=True, allow_none=True, metadata={"description": "how many options there are to choose from"}
    )
    points = fields.Integer(
        required=True, allow_none=True, metadata={"description": "in how many equal steps it is scored"}
    )


class RegisteredAssessmentSchema(Schema):
    """An assessment as it is registered; while `formative_only` its results have no level."""

    id = fields.String(required=True)
    title = fields.String(required=True)
    purpose = fields.String(required=True)
    dok = fields.Integer(required=True, allow_none=True)
    forms = fields.List(fields.String(), required=True)
    items = fields.List(
        fields.Nested(ItemFormatSchema),
        required=True,
        metadata={"description": "the items of which choices or points were said"},
    )
    cut_scores = fields.List(fields.Nested(CutScoresSchema), required=True)
    formative_only = fields.Boolean(required=True)
    released = fields.Integer(metadata={"description": "how many waiting results this let in"})


class FieldErrorSchema(Schema):
    """One field that is wrong."""

    field = fields.String(required=True, metadata={"description": "path of the field, such as targets[0].score"})
    message = fields.String(required=True, metadata={"description": "what was found, and what would be right"})


class ProblemSchema(Schema):
    """RFC 9457 problem details."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String()
    errors = fields.List(fields.Nested(FieldErrorSchema))


_PROBLEM = {"content": {MEDIA_TYPE: {"schema": ProblemSchema}}}
PROBLEM_RESPONSES = {
    "400": {"description": "The body is not JSON", **_PROBLEM},
    "401": {"description": "No valid access token", **_PROBLEM},
    "403": {"description": "The token lacks the scope", **_PROBLEM},
    "404": {"description": "There is no such thing here", **_PROBLEM},
    "409": {"description": "The name means several things here", **_PROBLEM},
    "413": {"description": "The body is too large", **_PROBLEM},
    "415": {"description": "The body is sent as something else than JSON", **_PROBLEM},
    "422": {"description": "The body breaks a rule; errors name the fields", **_PROBLEM},
    "429": {"description": "Too many requests; come again after Retry-After", **_PROBLEM},
}


class MissingSchema(Schema):
    """One unmet line of the body-of-evidence rule."""

    line = fields.Integer(required=True)
    code = fields.String(required=True)
    needed = fields.Float(required=True)
    found = fields.Float(required=True, allow_none=True)
    targets = fields.List(fields.String(), required=True)
    method = fields.String(
        metadata={"description": "the score rule that line 1 goes by, whose scale is the unit; absent: the model"}
    )


class EstimateSchema(Schema):
    """What the filter says: probability of mastery, expected success rate and its 80% range, all 0..1."""

    probability = fields.Float(required=True)
    expected = fields.Float(required=True)
    low = fields.Float(required=True)
    high = fields.Float(required=True)


class DecisionSchema(Schema):
    """The decision, beside the estimate and not computed from it alone."""

    state = fields.String(required=True, validate=validate.OneOf([state.value for state in State]))
    level = fields.Float(required=True, allow_none=True, metadata={"description": "0..4; null until one certifies"})
    mastered_at = fields.String(required=True, allow_none=True)
    enough_evidence = fields.Boolean(required=True)
    missing = fields.List(fields.Nested(MissingSchema), required=True)


class MovedTargetSchema(Schema):
    """What a result changed on one target."""

    target = fields.String(required=True, metadata={"description": "GUID"})
    code = fields.String(required=True, allow_none=True)
    before = fields.Nested(EstimateSchema, required=True, allow_none=True)
    after = fields.Nested(EstimateSchema, required=True, allow_none=True)
    decision = fields.Nested(DecisionSchema, required=True, allow_none=True)


class FlagChangeSchema(Schema):
    """A flag that was opened or closed."""

    flag = fields.String(required=True)
    rule = fields.String(required=True)
    change = fields.String(required=True)


class NoteSchema(Schema):
    """Something worth knowing about an accepted result."""

    code = fields.String(required=True)
    message = fields.String(required=True)


class QuarantineSchema(Schema):
    """Why a result waits, and for what."""

    id = fields.String(required=True)
    state = fields.String()
    field = fields.String()
    reference = fields.String()
    candidates = fields.List(fields.String())
    message = fields.String()


class OutcomeSchema(Schema):
    """What became of one entry."""

    source_id = fields.String(required=True, allow_none=True)
    revision = fields.Integer(required=True, allow_none=True)
    status = fields.String(required=True, validate=validate.OneOf([status.value for status in Status]))
    evidence = fields.List(fields.String(), required=True)
    targets = fields.List(fields.Nested(MovedTargetSchema), required=True)
    flags = fields.List(fields.Nested(FlagChangeSchema), required=True)
    notes = fields.List(fields.Nested(NoteSchema))
    quarantine = fields.Nested(QuarantineSchema)
    problem = fields.Nested(ProblemSchema)


class OutcomesSchema(Schema):
    """One outcome per entry, in order."""

    results = fields.List(fields.Nested(OutcomeSchema), required=True)
