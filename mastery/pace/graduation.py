"""On track to graduation (domain 3.6): credits, competencies, and what else is required; all three must be.

Credits are `Decimal`, and a partial one counts at once. What is not known yet, such as the finish of somebody with too
little work to tell, is no risk: it is told as not known.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import IntEnum, StrEnum

from mastery.policy import Policy

_HUNDREDTH = Decimal("0.01")
ON_TIME_YEARS = 4
PATHS = (4, 5, 6)


class Track(IntEnum):
    """On track or not, worse ones later."""

    ON = 0
    AT_RISK = 1
    OFF = 2


@dataclass(frozen=True, slots=True)
class Term:
    """A term of the path from the start of grade 9: its year (1..), its last day, its days of instruction."""

    year: int
    ends_on: date
    days: Decimal

    def __post_init__(self) -> None:
        if self.year < 1 or not self.days > 0:
            raise ValueError("a term is of a year, and has days")


def path_of(terms: Iterable[Term], years: int) -> tuple[Term, ...]:
    """The terms of the first years. Raises ValueError out of order, or where one of the years has none."""
    path = tuple(one for one in terms if one.year <= years)
    order = [(one.year, one.ends_on) for one in path]
    if order != sorted(order) or len({one.ends_on for one in path}) < len(path):
        raise ValueError("terms come in order")
    if {one.year for one in path} != set(range(1, years + 1)):
        raise ValueError(f"every one of {years} years has a term")
    return path


def required_by_now(total: Decimal, path: Sequence[Term], today: date) -> Decimal:
    """The credits to have by now: a step at the end of each term, of its share in all days; to a hundredth.

    A term's last day belongs to it, so that its step comes on the day after.
    """
    over = sum((one.days for one in path if one.ends_on < today), Decimal(0))
    share = total * over / sum((one.days for one in path), Decimal(0))
    return share.quantize(_HUNDREDTH, ROUND_HALF_UP)


def credit_track(deficit: Decimal, policy: Policy) -> Track:
    """By how many credits somebody is short of what is required by now."""
    if deficit >= policy.graduation_off_credits:
        return Track.OFF
    return Track.AT_RISK if deficit >= policy.graduation_at_risk_credits else Track.ON


class Undated(StrEnum):
    """A finish without a date."""

    NOT_ENOUGH_WORK = "not_enough_work"
    # later than the end of every calendar that was entered
    AFTER_CALENDAR = "after_calendar"


Finish = date | Undated


def terms_late(finish: Finish, due: date, terms: Sequence[Term]) -> int | None:
    """How many terms after `due` a finish is: 0 in time, 1 by the end of the next term; None where nobody can say.

    `terms` go on for a term after `due` at least, or one term late is all that can be said: a finish after the last of
    them is late by one more than there are.
    """
    if finish is Undated.NOT_ENOUGH_WORK:
        return None
    after = [one.ends_on for one in terms if one.ends_on > due]
    if isinstance(finish, Undated):
        return len(after) + 1
    return 0 if finish <= due else 1 + sum(end < finish for end in after)


def finish_track(late: int | None, policy: Policy) -> Track | None:
    """By how many terms somebody is projected to finish late; None where that is not known."""
    if late is None:
        return None
    if late > policy.graduation_at_risk_terms:
        return Track.OFF
    return Track.AT_RISK if late else Track.ON


class RequirementKind(StrEnum):
    """What else is required."""

    ASSESSMENT = "assessment"
    # hours of service, a financial-aid form, civics
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Requirement:
    """Something else that is required, and whether it is met."""

    name: str
    kind: RequirementKind
    met: bool


def requirement_track(requirement: Requirement, path: Sequence[Term], today: date) -> Track:
    """An assessment unmet in the final year is OFF, anything else a risk, and both are OFF after the path's end."""
    before_final = max((one.ends_on for one in path if one.year < path[-1].year), default=date.min)
    if requirement.met or today <= before_final:
        return Track.ON
    late = today > path[-1].ends_on
    return Track.OFF if late or requirement.kind is RequirementKind.ASSESSMENT else Track.AT_RISK


@dataclass(frozen=True, slots=True)
class Ledgers:
    """What a student has: credits earned and required in all, projected finishes of required competencies, the rest.

    A mastered competency is no finish: only those that are still to come are here, by name, each by its P50.
    """

    earned: Decimal
    total: Decimal
    competencies: Mapping[str, Finish]
    requirements: tuple[Requirement, ...]


@dataclass(frozen=True, slots=True)
class OnTrack:
    """The answer for one path: each ledger, and the worst of them; `not_known` are competencies nobody can date.

    `deficit` is negative for credits ahead. `competencies` is None where none of those that remain can be dated.
    """

    years: int
    status: Track
    credits: Track
    competencies: Track | None
    requirements: Track
    required: Decimal
    deficit: Decimal
    late: tuple[str, ...]
    unmet: tuple[str, ...]
    not_known: tuple[str, ...]


def on_track(
    ledgers: Ledgers, terms: Sequence[Term], today: date, policy: Policy, years: int = ON_TIME_YEARS
) -> OnTrack:
    """Whether a student is on track to finish in so many years. `terms` may go on after these."""
    path = path_of(terms, years)
    required = required_by_now(ledgers.total, path, today)
    deficit = required - ledgers.earned
    credits_ = credit_track(deficit, policy)
    finishes = {
        name: finish_track(terms_late(finish, path[-1].ends_on, terms), policy)
        for name, finish in ledgers.competencies.items()
    }
    known = [one for one in finishes.values() if one is not None]
    competencies = max(known) if known else None if finishes else Track.ON
    others = {one.name: requirement_track(one, path, today) for one in ledgers.requirements}
    requirements = max(others.values(), default=Track.ON)
    return OnTrack(
        years=years,
        status=max(credits_, requirements, *known),
        credits=credits_,
        competencies=competencies,
        requirements=requirements,
        required=required,
        deficit=deficit,
        late=tuple(name for name, one in finishes.items() if one),
        unmet=tuple(name for name, one in others.items() if one),
        not_known=tuple(name for name, one in finishes.items() if one is None),
    )


def all_paths(ledgers: Ledgers, terms: Sequence[Term], today: date, policy: Policy) -> dict[int, OnTrack]:
    """On track for 4 years, which is on time for federal law, and for 5 and 6; see `terms_late`."""
    return {years: on_track(ledgers, terms, today, policy, years) for years in PATHS}


@dataclass(frozen=True, slots=True)
class Credit:
    """Credit that a student earned, in part or whole, and whether in summer."""

    amount: Decimal
    summer: bool = False


def earned(credits_: Iterable[Credit], *, with_summer: bool = True) -> Decimal:
    """All that was earned; some districts leave summer out of what they ask at the end of grade 9."""
    return sum((one.amount for one in credits_ if with_summer or not one.summer), Decimal(0))


def grade_9_by_failures(earned_: Decimal, core_failures: int, policy: Policy) -> bool:
    """The reference of schools that give Fs, at the end of grade 9: credits, and semester Fs in core courses."""
    return earned_ >= policy.grade_9_credits and core_failures <= policy.grade_9_core_failures


def grade_9_by_finishes(earned_: Decimal, core_terms_late: Iterable[int | None], policy: Policy) -> bool:
    """The same where nobody fails: of the core courses, few are to finish more than a term late (`terms_late`)."""
    late = sum(one is not None and one > policy.graduation_at_risk_terms for one in core_terms_late)
    return earned_ >= policy.grade_9_credits and late <= policy.grade_9_core_late


def band_track(finish: Finish, band_ends_on: date, terms: Sequence[Term], policy: Policy) -> Track | None:
    """Before grade 9: whether a student is projected (P50) to finish a band's priority targets by its end.

    None where there is not enough work to tell.
    """
    return finish_track(terms_late(finish, band_ends_on, terms), policy)
