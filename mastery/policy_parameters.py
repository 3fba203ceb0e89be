"""Which parameters of `Policy` a state, a district or a school may set, in which range; why the others are fixed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from mastery.policy import DEFAULT_POLICY, Policy

Value = int | float | Decimal | tuple[int, ...]


class PolicyError(Exception):
    """What can not be signed so; `field` is what is wrong, the message what would be right."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class Unit(StrEnum):
    """What a value counts."""

    DAYS = "days"  # of the student's calendar
    COUNT = "count"
    LEVEL = "level"  # 0..4
    SHARE = "share"  # 0..1
    PROBABILITY = "probability"  # 0..1


@dataclass(frozen=True, slots=True)
class Parameter:
    """What a value of a parameter may be: `least` to `most`, in steps counted from 0.

    `followed`: the service goes by the record of the student's day; until it does, nobody can sign another value.
    """

    unit: Unit
    least: Decimal
    most: Decimal
    step: Decimal
    followed: bool = False


def _days(least: int, most: int, *, followed: bool = False) -> Parameter:
    return Parameter(Unit.DAYS, Decimal(least), Decimal(most), Decimal(1), followed)


def _count(least: int, most: int, *, followed: bool = False) -> Parameter:
    return Parameter(Unit.COUNT, Decimal(least), Decimal(most), Decimal(1), followed)


def _part(unit: Unit, least: str, most: str, step: str = "0.01", *, followed: bool = False) -> Parameter:
    return Parameter(unit, Decimal(least), Decimal(most), Decimal(step), followed)


SETTABLE: Mapping[str, Parameter] = {
    "retake_cooldown_days": _days(0, 60, followed=True),
    "retake_attempts": _count(1, 50, followed=True),
    "retake_window_days": _days(1, 400, followed=True),
    "retake_improve_level": _part(Unit.LEVEL, "3", "4", "0.5", followed=True),
    "retake_items_min": _count(1, 100),
    "retake_forms_apart": _count(0, 10),
    "retake_shared_items": _part(Unit.SHARE, "0", "1"),
    "retake_seen_share": _part(Unit.SHARE, "0", "0.5"),
    "readiness_probability": _part(Unit.PROBABILITY, "0.5", "0.99"),
    "readiness_level": _part(Unit.LEVEL, "2", "4", "0.25"),
    "readiness_records": _count(1, 10),
    "readiness_newest_within_days": _days(1, 200),
    "readiness_share": _part(Unit.SHARE, "0.5", "1"),
    "decision_confirm_within": _days(1, 60),
    "pace_wip_limit": _count(1, 50, followed=True),
    "pace_too_early_days": _days(0, 60, followed=True),
    "pace_too_early_share": _part(Unit.SHARE, "0", "0.5", followed=True),
    "pace_ahead_days": _days(1, 60, followed=True),
    "pace_watch_days": _days(1, 60, followed=True),
    "pace_behind_days": _days(1, 60, followed=True),
    "pace_behind_until_days": _days(0, 59, followed=True),
    "pace_behind_until_evaluations": _count(1, 10, followed=True),
    "pace_priority_late_days": _days(1, 90, followed=True),
    "learning_plan_after_days": _days(5, 60, followed=True),
    "learning_plan_within_days": _days(1, 30, followed=True),
    "projection_window_days": _days(10, 90, followed=True),
    "projection_prior_days": _days(5, 60, followed=True),
    "projection_least_days": _days(5, 60, followed=True),
    "projection_least_decisions": _count(1, 10, followed=True),
}
"""What a state, a district or a school may set: no stored estimate rests on it."""


class Fixed(StrEnum):
    """Why nobody sets a parameter."""

    ESTIMATES = "estimates"  # stored estimates, decisions or flags rest on it: a change would work all out again
    INSTALLATION = "installation"  # of the whole installation, or of a roster, and about no student
    NOT_FOLLOWED = "not_followed"  # nothing goes by the student's day yet


_FIXED: Mapping[Fixed, tuple[str, ...]] = {
    Fixed.ESTIMATES: (
        "mastery_", "scale_", "needs_review_", "boe_", "independence_", "max_effective_", "enough_evidence_",
        "retention_check_", "flag_", "wheel_spin_", "drop_", "prereq_gap_", "contradiction_",
    ),
    Fixed.INSTALLATION: ("session_", "sign_in_", "roster_", "artefact_"),
    Fixed.NOT_FOLLOWED: (
        "judgement_", "override_", "revocation_", "rollup_", "raters_", "class_", "moves_", "half_day_",
        "projection_", "graduation_", "grade_9_", "test_out_", "skip_", "welcome_back_",
    ),
}  # fmt: skip
_AHEAD = (
    "retake_items_", "retake_forms_", "retake_shared_", "retake_seen_",
    "projection_held_", "projection_judged_", "graduation_", "grade_9_", "test_out_", "skip_", "welcome_back_",
)  # fmt: skip
NAMES: tuple[str, ...] = tuple(one.name for one in fields(Policy) if one.name != "version")
"""Every parameter, in the order of `Policy`."""


def in_use(name: str) -> bool:
    """Whether anything goes by a parameter: those of laws ahead of what the service does are no rule in force."""
    found = SETTABLE.get(name)
    return (found is not None and found.followed) or not name.startswith(_AHEAD)


def fixed_because(name: str) -> Fixed | None:
    """Why nobody sets a parameter; None for one that may be set. KeyError for what is none, or nobody decided about."""
    found = SETTABLE.get(name)
    if found is not None:
        return None if found.followed else Fixed.NOT_FOLLOWED
    if name in NAMES:
        for reason, beginnings in _FIXED.items():
            if name.startswith(beginnings):
                return reason
    raise KeyError(name)


FOLLOWED: tuple[str, ...] = tuple(name for name, one in SETTABLE.items() if one.followed)
"""The parameters that may be set now."""


def settable(name: str) -> Parameter:
    """What may be signed of a parameter. Raises PolicyError for one that nobody sets, with the reason."""
    try:
        reason = fixed_because(name)
    except KeyError as error:
        raise PolicyError(
            "parameter", f"there is no parameter {name!r}; those that may be set are {', '.join(FOLLOWED)}"
        ) from error
    if reason is not None:
        raise PolicyError("parameter", f"{name} can not be set: {_REASONS[reason]}")
    return SETTABLE[name]


_REASONS = {
    Fixed.ESTIMATES: "stored estimates, decisions or hints rest on it",
    Fixed.INSTALLATION: "it is about the whole installation and no student",
    Fixed.NOT_FOLLOWED: "the service does not go by the student's day in it yet",
}


def read_value(name: str, text: str) -> Value:
    """A value as somebody wrote it. Raises PolicyError for what is none of the parameter's."""
    parameter = settable(name)
    try:
        number = Decimal(text.strip())
    except InvalidOperation as error:
        raise PolicyError("value", range_of(name, parameter)) from error
    if not fits(number, parameter):
        raise PolicyError("value", range_of(name, parameter))
    return _typed(name, number)


def fits(number: Decimal, parameter: Parameter) -> bool:
    """Whether a number may be a parameter's value."""
    return number.is_finite() and parameter.least <= number <= parameter.most and number % parameter.step == 0


def range_of(name: str, parameter: Parameter) -> str:
    """What a parameter's value may be, in a few words."""
    return f"{name} is from {parameter.least} to {parameter.most} ({parameter.unit}), in steps of {parameter.step}"


def written(value: Value) -> str:
    """A value as it is stored."""
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)


def stored_value(name: str, text: str) -> Value:
    """Inverse of `written`, of what was signed whenever: ranges may have changed since."""
    return _typed(name, Decimal(text))


def _typed(name: str, number: Decimal) -> Value:
    default = getattr(DEFAULT_POLICY, name)
    if isinstance(default, Decimal):
        return number
    return int(number) if isinstance(default, int) else float(number)
