"""The wire form of a posted result: shape and types here, the rules of the school in mastery.evidence."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields, post_load, validate

from api.v1.fields import Moment, Name, Number, Truth, Whole, describe
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


def _said(text: str) -> dict[str, str]:
    """A field's description in the reference."""
    return {"description": text}


class ItemSchema(StrictSchema):
    """One try at one item."""

    item = Name(
        required=True,
        error_messages=REQUIRED,
        metadata=_said("name of the question, unique inside the assessment over all its forms"),
    )
    score = Number(required=True, error_messages=REQUIRED, metadata=_said("points reached"))
    max = Number(required=True, error_messages=REQUIRED, metadata=_said("points possible, above 0"))
    attempt = Whole(
        data_key="try", load_default=1, metadata=_said("1 for the first try, which alone counts for the estimate")
    )
    hints = Whole(load_default=0, metadata=_said("hints taken; any hint makes the try wrong"))
    seconds = Number(load_default=None, allow_none=True, metadata=_said("time taken"))

    @post_load
    def _value(self, data: dict[str, Any], **_: Any) -> ItemResponse:
        return ItemResponse(**data)


class TargetScoreSchema(StrictSchema):
    """What the sitting says about one target."""

    target = Name(
        required=True,
        error_messages=REQUIRED,
        metadata=_said("GUID, district code or a known spelling of one learning target"),
    )
    score = Number(
        load_default=None,
        allow_none=True,
        metadata=_said(
            "points on this target; kept as sent, clamped to max for the estimate; left out, with max, where a person"
            " judged a level and gave no points"
        ),
    )
    max = Number(load_default=None, allow_none=True, metadata=_said("points possible, above 0"))
    level = Number(
        load_default=None,
        allow_none=True,
        metadata=_said(
            "0 to 4 in halves, judged by a person with a rubric; else null: levels follow from confirmed cut scores"
        ),
    )
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

    source_id = Name(
        required=True,
        error_messages=REQUIRED,
        metadata=_said("your own id of the sitting; with client and revision the key of the result"),
    )
    revision = Whole(
        load_default=1, metadata=_said("higher for a correction, which replaces the earlier revision whole")
    )
    student = Name(required=True, error_messages=REQUIRED, metadata=_said("the student's SIS id"))
    assessment = Name(
        required=True, error_messages=REQUIRED, metadata=_said("id under which you registered the assessment")
    )
    form = Name(load_default="default", metadata=_said("form of the assessment"))
    purpose = Word(
        Purpose,
        required=True,
        error_messages=REQUIRED,
        metadata=_said("why it was done; only summative results can certify"),
    )
    evidence_type = Word(EvidenceType, required=True, error_messages=REQUIRED, metadata=_said("what the student did"))
    scorer = Name(load_default="system", metadata=_said("system, or the SIS id of the person who scored"))
    performed_at = Moment(required=True, error_messages=REQUIRED, metadata=_said("when it was done; orders evidence"))
    scored_at = Moment(
        load_default=None, allow_none=True, metadata=_said("when it was scored; performed_at if left out")
    )
    independence = Word(
        Independence, load_default=Independence.INDEPENDENT, metadata=_said("assisted and group work count half")
    )
    feedback = Word(
        Feedback,
        load_default=Feedback.IMMEDIATE,
        metadata=_said("none where the student learned the outcome only after the sitting"),
    )
    proctoring = Word(Proctoring, load_default=Proctoring.NONE, metadata=_said("who watched"))
    status = Word(
        ScoreStatus,
        load_default=ScoreStatus.SCORED,
        metadata=_said("anything but scored carries no score: missing is not zero"),
    )
    setting = Name(load_default="school", metadata=_said("where it was done"))
    accommodations = fields.List(
        Name(), load_default=list, error_messages={"invalid": "is not an array; give an array of strings"}
    )
    duration_seconds = Number(load_default=None, allow_none=True, metadata=_said("length of the sitting"))
    date_estimated = Truth(
        load_default=False,
        metadata=_said("whether nobody knows on which day it was done: performed_at then is when it was scored"),
    )
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
