"""What the endpoints of measurement answer, as schemas for the OpenAPI document."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from api.v1.paging import LinksSchema
from mastery.measure.item_check import Reason


class ShareSchema(Schema):
    """A share of answers with its 95% range."""

    count = fields.Integer(required=True, metadata={"description": "answers"})
    students = fields.Integer(required=True, metadata={"description": "students who gave them"})
    value = fields.Float(required=True)
    low = fields.Float(required=True)
    high = fields.Float(required=True)


class PointSchema(Schema):
    """Some predictions: their mean, and the share that came."""

    said = fields.Float(required=True)
    came = fields.Nested(ShareSchema, required=True)


class DiagramSchema(Schema):
    """What was said beside what came, from the lowest up, in parts of equal size; and figures of all of it."""

    points = fields.List(fields.Nested(PointSchema), required=True)
    error = fields.Float(required=True, metadata={"description": "expected calibration error"})
    brier = fields.Float(required=True)
    log_loss = fields.Float(required=True)


class TenthSchema(Schema):
    """Everything that was said as so many of ten, rounded half up, and the share that came."""

    tenths = fields.Integer(required=True)
    came = fields.Nested(ShareSchema, required=True)


class CoveragePartSchema(Schema):
    """Ranges told after so many answers on the target; `most` is null where there is no limit."""

    fewest = fields.Integer(required=True)
    most = fields.Integer(required=True, allow_none=True)
    share = fields.Nested(ShareSchema, required=True)


class CoverageSchema(Schema):
    """How often what came lay in the ranges told, which are meant to hold `nominal`."""

    nominal = fields.Float(required=True)
    share = fields.Nested(ShareSchema, required=True, allow_none=True)
    by_earlier_answers = fields.List(fields.Nested(CoveragePartSchema), required=True)


class BandSchema(Schema):
    """A piece of the scale in logits, and how many stand in it."""

    low = fields.Float(required=True)
    high = fields.Float(required=True)
    count = fields.Integer(required=True)


class ItemMapSchema(Schema):
    """Students and questions on one scale; the middle 80% of students stand from `low` to `high`."""

    students = fields.List(fields.Nested(BandSchema), required=True)
    items = fields.List(fields.Nested(BandSchema), required=True)
    low = fields.Float(required=True)
    middle = fields.Float(required=True)
    high = fields.Float(required=True)
    within = fields.Integer(required=True, metadata={"description": "questions from `low` to `high`"})


class ReadWithSchema(Schema):
    """The numbers that answers to an item are read with, in logits; null where it is not calibrated."""

    slope = fields.Float(required=True)
    easiness = fields.Float(required=True)
    standard_error = fields.Float(required=True, metadata={"description": "of the easiness"})
    difficulty = fields.Float(required=True, metadata={"description": "where half of the answers are right"})


class MeasuredItemSchema(Schema):
    """A question: what came, what was expected, and why to look at it; without reasons, nothing was found."""

    assessment = fields.String(required=True)
    title = fields.String(required=True, metadata={"description": "of the assessment"})
    item = fields.String(required=True)
    answers = fields.Integer(required=True)
    students = fields.Integer(required=True)
    observed = fields.Float(required=True, metadata={"description": "share right"})
    expected = fields.Float(required=True)
    residual = fields.Float(required=True, metadata={"description": "observed less expected, in standard errors"})
    observed_slope = fields.Float(required=True)
    observed_slope_error = fields.Float(required=True)
    misfit = fields.Float(required=True)
    drift = fields.Float(
        required=True, allow_none=True, metadata={"description": "since the calibration before, in standard errors"}
    )
    read_with = fields.Nested(ReadWithSchema, required=True, allow_none=True)
    reasons = fields.List(fields.String(validate=validate.OneOf([str(one) for one in Reason])), required=True)


class DriftSchema(Schema):
    """How many questions can drift, and those that did farthest, from the one that became hardest."""

    items = fields.Integer(required=True)
    beyond_chance = fields.Float(required=True, metadata={"description": "standard errors"})
    farthest = fields.List(fields.Nested(MeasuredItemSchema), required=True)


class TermNameSchema(Schema):
    """A term; all time has no days, and a school year that no roster names has no title."""

    key = fields.String(required=True, metadata={"description": "what `term` takes"})
    title = fields.String(required=True, allow_none=True)
    begins_on = fields.String(required=True, allow_none=True)
    ends_on = fields.String(required=True, allow_none=True)


class TermLineSchema(TermNameSchema):
    """A term beside the others; figures are null where too few students stand behind."""

    answers = fields.Integer(required=True)
    students = fields.Integer(required=True)
    error = fields.Float(required=True, allow_none=True)
    brier = fields.Float(required=True, allow_none=True)
    log_loss = fields.Float(required=True, allow_none=True)
    mastery_error = fields.Float(required=True, allow_none=True)
    coverage = fields.Float(required=True, allow_none=True)


class MeasurementSchema(LinksSchema):
    """How well a subject was measured in a term, and a page of its questions, those to look at first.

    Every answer is compared with what was said just before it, from earlier answers of the student alone. Figures of
    fewer than `fewest_students` students are null or left out.
    """

    subject = fields.String(required=True)
    term = fields.Nested(TermNameSchema, required=True)
    terms = fields.List(fields.Nested(TermLineSchema), required=True)
    version = fields.String(required=True, metadata={"description": "of the model that was measured"})
    calibrated = fields.Boolean(required=True)
    in_force = fields.Boolean(required=True, metadata={"description": "whether answers are still read with it"})
    measured_at = fields.String(required=True)
    newest_evidence = fields.String(required=True)
    answers = fields.Integer(required=True)
    students = fields.Integer(required=True)
    after_calibration = fields.Integer(
        required=True, allow_none=True, metadata={"description": "answers that the calibration can not have known"}
    )
    fewest_students = fields.Integer(required=True)
    success = fields.Nested(DiagramSchema, required=True, allow_none=True)
    tenths = fields.List(fields.Nested(TenthSchema), required=True)
    promises = fields.Integer(required=True, metadata={"description": "moments at which mastery was told and tried"})
    mastery = fields.Nested(DiagramSchema, required=True, allow_none=True)
    mastery_tenths = fields.List(fields.Nested(TenthSchema), required=True)
    coverage = fields.Nested(CoverageSchema, required=True)
    item_map = fields.Nested(ItemMapSchema, required=True, allow_none=True)
    drift = fields.Nested(DriftSchema, required=True)
    item_count = fields.Integer(required=True)
    left_out = fields.Integer(required=True, metadata={"description": "questions with too few students to tell of"})
    to_look_at = fields.Integer(required=True)
    items = fields.List(fields.Nested(MeasuredItemSchema), required=True)
