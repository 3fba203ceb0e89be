"""The wire form of a posted result: shape and types here, the rules of the school in mastery.evidence."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields, post_load, validate

from api.v1.fields import Moment, Name, Number, Whole, describe
from mastery.evidence import (
    EvidenceType,
    Feedback,
    Independence,
    ItemResponse,
    Proctoring,
    Purpose,
    Result,
    ScoreStatus,
    TargetScore,
)

MAX_TARGETS = 50
MAX_ITEMS = 500
MAX_RESULTS = 500


class Word(fields.Field[Any]):
    """One word of a closed vocabulary."""

    def __init__(self, words: type[StrEnum], **kwargs: Any) -> None:
        self.words = words
        self.known: dict[str, StrEnum] = {word.value: word for word in words}
        kwargs.setdefault("metadata", {}).update(type="string", enum=list(self.known))
        super().__init__(**kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> StrEnum:
        found = self.known.get(value) if isinstance(value, str) else None
        if found is None:
            shown = repr(value) if isinstance(value, str) and len(value) < 60 else describe(value)
            raise ValidationError(f"is {shown}; give one of {', '.join(self.known)}")
        return found


class StrictSchema(Schema):
    """Refuses unknown fields, in our words."""

    error_messages = {  # noqa: RUF012 - marshmallow reads it as a class attribute
        "unknown": "is not a field of this object; leave it out or check its spelling",
        "type": "is not an object; give a JSON object",
    }


REQUIRED: dict[str, str | list[Any] | dict[Any, Any]] = {
    "required": "is missing; it is required",
    "null": "is null; it is required",
}


class ItemSchema(StrictSchema):
    """One try at one item."""

    item = Name(required=True, error_messages=REQUIRED)
    score = Number(required=True, error_messages=REQUIRED)
    max = Number(required=True, error_messages=REQUIRED)
    attempt = Whole(data_key="try", load_default=1)
    hints = Whole(load_default=0)
    seconds = Number(load_default=None, allow_none=True)

    @post_load
    def _value(self, data: dict[str, Any], **_: Any) -> ItemResponse:
        return ItemResponse(**data)


class TargetScoreSchema(StrictSchema):
    """What the sitting says about one target."""

    target = Name(required=True, error_messages=REQUIRED)
    score = Number(load_default=None, allow_none=True)
    max = Number(load_default=None, allow_none=True)
    level = Number(load_default=None, allow_none=True)
    items = fields.List(
        fields.Nested(ItemSchema),
        load_default=list,
        validate=validate.Length(max=MAX_ITEMS, error=f"has too many entries; give at most {MAX_ITEMS} items"),
        error_messages={"invalid": "is not an array; give an array of items"},
    )

    @post_load
    def _value(self, data: dict[str, Any], **_: Any) -> TargetScore:
        return TargetScore(**{**data, "items": tuple(data["items"])})


class ResultSchema(StrictSchema):
    """One sitting of one student."""

    source_id = Name(required=True, error_messages=REQUIRED)
    revision = Whole(load_default=1)
    student = Name(required=True, error_messages=REQUIRED)
    assessment = Name(required=True, error_messages=REQUIRED)
    form = Name(load_default="default")
    purpose = Word(Purpose, required=True, error_messages=REQUIRED)
    evidence_type = Word(EvidenceType, required=True, error_messages=REQUIRED)
    scorer = Name(load_default="system")
    performed_at = Moment(required=True, error_messages=REQUIRED)
    scored_at = Moment(load_default=None, allow_none=True)
    independence = Word(Independence, load_default=Independence.INDEPENDENT)
    feedback = Word(Feedback, load_default=Feedback.IMMEDIATE)
    proctoring = Word(Proctoring, load_default=Proctoring.NONE)
    status = Word(ScoreStatus, load_default=ScoreStatus.SCORED)
    setting = Name(load_default="school")
    accommodations = fields.List(
        Name(), load_default=list, error_messages={"invalid": "is not an array; give an array of strings"}
    )
    duration_seconds = Number(load_default=None, allow_none=True)
    targets = fields.List(
        fields.Nested(TargetScoreSchema),
        required=True,
        error_messages={**REQUIRED, "invalid": "is not an array; give an array of targets"},
        validate=validate.Length(1, MAX_TARGETS, error=f"has the wrong length; give 1 to {MAX_TARGETS} targets"),
    )

    @post_load
    def _value(self, data: dict[str, Any], **_: Any) -> Result:
        data["scored_at"] = data["scored_at"] or data["performed_at"]
        return Result(**{**data, "accommodations": tuple(data["accommodations"]), "targets": tuple(data["targets"])})


class ResultsEnvelope(Schema):
    """Up to 500 results. Each entry is checked alone, so that a bad one never spoils its neighbours."""

    class Meta:
        unknown = EXCLUDE

    results = fields.List(fields.Nested(ResultSchema), required=True, validate=validate.Length(1, MAX_RESULTS))
