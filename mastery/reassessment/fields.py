"""A retake policy as data: a preset that is chosen by name, and the fields in which somebody differs from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from mastery.policy import Policy
from mastery.reassessment.presets import (
    TEXAS_CREDIT_BY_EXAM,
    VIRGINIA_EXPEDITED,
    classroom_quiz,
    classroom_summative,
)
from mastery.reassessment.words import Before, ByKind, Counts, FormRule, Kind, Limit, RetakePolicy

_MOST = 1000


class Preset(StrEnum):
    """The policies to begin with."""

    CLASSROOM_QUIZ = "classroom_quiz"
    CLASSROOM_SUMMATIVE = "classroom_summative"
    VIRGINIA_EXPEDITED = "virginia_expedited"
    TEXAS_CREDIT_BY_EXAM = "texas_credit_by_exam"


class Field(StrEnum):
    """What may be said beside a preset. Days are instructional days; shares are 0..1; `tries` None: any number."""

    COOLDOWN_DAYS = "cooldown_days"
    TRIES = "tries"
    TRIES_DAYS = "tries_days"
    PER_WINDOW = "per_window"
    LEAVE = "leave"
    LATEST_DAYS = "latest_days"
    REQUIRE_BEFORE = "require_before"
    FORMS_APART = "forms_apart"
    SHARED_ITEMS = "shared_items"
    ITEMS_MIN = "items_min"
    COUNTS = "counts"
    SCORE_CAP = "score_cap"
    PENALTY = "penalty"
    PARTIAL = "partial"
    CONSENT_GRADES = "consent_grades"


class FieldError(ValueError):
    """A field does not hold such a value; `field` names it, the text says what would be right."""

    def __init__(self, field: str, text: str) -> None:
        super().__init__(text)
        self.field = field


@dataclass(frozen=True, slots=True)
class Chosen:
    """The policy of an assessment as somebody chose it, by `kind` what the test is for; `fields` as JSON has them."""

    kind: Kind
    preset: Preset
    fields: Mapping[str, Any]


# what a state's preset is about is a state's test
_KIND_OF = {Preset.VIRGINIA_EXPEDITED: Kind.STATE, Preset.TEXAS_CREDIT_BY_EXAM: Kind.STATE}


def kind_of(preset: Preset) -> Kind:
    """What a test with a preset is for: a state's, or a classroom's that certifies."""
    return _KIND_OF.get(preset, Kind.SUMMATIVE)


def policy_object(chosen: Chosen, policy: Policy) -> RetakePolicy:
    """The policy object; numbers that nobody chose are the district's parameters. Raises FieldError."""
    base = _preset(chosen.preset, policy)
    told = {Field(name): value for name, value in chosen.fields.items()}
    try:
        return replace(base, **_changes(base, chosen.kind, told))
    except FieldError:
        raise
    except ValueError as error:
        raise FieldError("fields", f"do not go together: {error}") from error


def check(chosen: Chosen, policy: Policy) -> None:
    """Raises FieldError for a field that there is not, or a value that it does not hold."""
    for name, value in chosen.fields.items():
        if name not in _NAMES:
            raise FieldError(name, f"is no field of a retake policy: give one of {', '.join(Field)}")
        _check(Field(name), value)
    policy_object(chosen, policy)


def _preset(preset: Preset, policy: Policy) -> RetakePolicy:
    match preset:
        case Preset.CLASSROOM_QUIZ:
            return classroom_quiz(policy)
        case Preset.CLASSROOM_SUMMATIVE:
            return classroom_summative(policy)
        case Preset.VIRGINIA_EXPEDITED:
            return VIRGINIA_EXPEDITED
        case Preset.TEXAS_CREDIT_BY_EXAM:
            return TEXAS_CREDIT_BY_EXAM


def _changes(base: RetakePolicy, kind: Kind, told: Mapping[Field, Any]) -> dict[str, Any]:
    limit, forms = base.max_attempts.of(kind), base.form_rule
    changed: dict[str, Any] = {}
    if told.keys() & {Field.TRIES, Field.TRIES_DAYS, Field.PER_WINDOW, Field.LEAVE}:
        limit = Limit(
            told.get(Field.TRIES, limit.tries),
            told.get(Field.TRIES_DAYS, limit.days),
            told.get(Field.PER_WINDOW, limit.per_window),
            told.get(Field.LEAVE, limit.leave),
        )
        changed["max_attempts"] = _alike(limit)
    if told.keys() & {Field.FORMS_APART, Field.SHARED_ITEMS}:
        changed["form_rule"] = FormRule(
            told.get(Field.FORMS_APART, forms.apart), told.get(Field.SHARED_ITEMS, forms.shared_at_most)
        )
    if Field.COOLDOWN_DAYS in told:
        changed["cooldown_days"] = _alike(told[Field.COOLDOWN_DAYS])
    if Field.LATEST_DAYS in told:
        changed["latest"] = replace(base.latest, days=told[Field.LATEST_DAYS])
    if Field.REQUIRE_BEFORE in told:
        changed["require_before"] = tuple(Before(one) for one in told[Field.REQUIRE_BEFORE])
    if Field.CONSENT_GRADES in told:
        changed["parent_consent"] = _alike(frozenset(told[Field.CONSENT_GRADES]))
    if Field.COUNTS in told:
        changed["counts"] = Counts(told[Field.COUNTS])
    alike = (Field.ITEMS_MIN, Field.SCORE_CAP, Field.PENALTY, Field.PARTIAL)
    return changed | {str(name): told[name] for name in alike if name in told}


def _alike(value: Any) -> ByKind[Any]:
    return ByKind(value, value, value)


_NAMES = frozenset(str(one) for one in Field)
_WHOLE = frozenset(
    {Field.COOLDOWN_DAYS, Field.TRIES, Field.TRIES_DAYS, Field.LATEST_DAYS, Field.FORMS_APART, Field.ITEMS_MIN}
)
_SHARES = frozenset({Field.SHARED_ITEMS, Field.SCORE_CAP, Field.PENALTY})
_OPTIONAL = frozenset({Field.TRIES, Field.TRIES_DAYS, Field.LATEST_DAYS, Field.SCORE_CAP})
# what may come between two tries by a rule; the other two are asked for where consent or forms make it so
_REQUIRED = (Before.CORRECTIONS, Before.RELEARNING, Before.SIGN_OFF)
_GRADES = range(13)


def _check(field: Field, value: Any) -> None:
    if value is None and field in _OPTIONAL:
        return
    if field in _WHOLE:
        right, good = f"give a whole number from 0 to {_MOST}", type(value) is int and 0 <= value <= _MOST
    elif field in _SHARES:
        right, good = "give a share from 0 to 1", type(value) in (int, float) and 0 <= value <= 1
    elif field is Field.COUNTS:
        right, good = f"give one of {', '.join(Counts)}", value in [str(one) for one in Counts]
    elif field is Field.REQUIRE_BEFORE:
        right, good = f"give some of {', '.join(_REQUIRED)}", _some(value, _REQUIRED)
    elif field is Field.CONSENT_GRADES:
        right, good = "give grades from 0, for kindergarten, to 12", _some(value, _GRADES)
    else:
        right, good = "give true or false", type(value) is bool
    if not good:
        raise FieldError(field, f"is {value!r}: {right}")


def _some(value: Any, among: Any) -> bool:
    return isinstance(value, list) and all(type(one) is not bool and one in among for one in value)
