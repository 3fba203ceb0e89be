"""The words of another try: the policy object, whose every field is a rule that districts differ in, and a try."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Generic, TypeVar

from mastery.body.words import Key
from mastery.evidence import ScoreStatus

Value = TypeVar("Value")


class Kind(StrEnum):
    """What a test is for, as far as trying it again goes."""

    FORMATIVE = "formative"
    SUMMATIVE = "summative"  # a classroom's
    STATE = "state"


@dataclass(frozen=True, slots=True)
class ByKind(Generic[Value]):
    """A rule that differs by what the test is for."""

    formative: Value
    summative: Value
    state: Value

    def of(self, kind: Kind) -> Value:
        """The rule for a kind."""
        if kind is Kind.FORMATIVE:
            return self.formative
        return self.summative if kind is Kind.SUMMATIVE else self.state


@dataclass(frozen=True, slots=True)
class ByLevel:
    """Another try below a level, however often, and from there to `improve_to` so many tries more for a higher one."""

    below: float
    improve_to: float
    improvements: int = 1


@dataclass(frozen=True, slots=True)
class ByScore:
    """Another try below a passing score on the test's own scale; `lowest`: only from there on.

    `passing_taught` counts instead for who had instruction in it before. `extenuating`: circumstances that a person
    has found to be such open it below the lowest as well. `out_of`: the most on that scale.
    """

    passing: float
    passing_taught: float | None = None
    lowest: float | None = None
    extenuating: bool = False
    out_of: float = 100.0


@dataclass(frozen=True, slots=True)
class Limit:
    """At most so many tries, None for any number: within so many days, or in each window, or else in all.

    `leave`: a teacher may allow one more.
    """

    tries: int | None = None
    days: int | None = None
    per_window: bool = False
    leave: bool = False


@dataclass(frozen=True, slots=True)
class Latest:
    """Until when: so many days after the last try, and only in the window of the last try; None and False: no limit."""

    days: int | None = None
    same_window: bool = False


@dataclass(frozen=True, slots=True)
class FormRule:
    """Another form than in so many tries before, with at most this share of items that were in those."""

    apart: int
    shared_at_most: float


class Before(StrEnum):
    """What comes between two tries; the last two are asked for where consent or the lack of forms makes it so."""

    CORRECTIONS = "corrections"
    RELEARNING = "relearning"
    SIGN_OFF = "sign_off"  # of the teacher, who so verifies what the student says was done
    CONSENT = "consent"
    ALTERNATIVE = "alternative"  # an oral or performance task that the teacher approves


class Counts(StrEnum):
    """Which of several results is reported. Two are never averaged, and a decision rests on all of the evidence."""

    BEST = "best"
    MOST_RECENT = "most_recent"
    PASSING_REPLACES = "passing_replaces"


class Rule(StrEnum):
    """The rule that stops somebody, by its name in the policy object."""

    ELIGIBLE_IF = "eligible_if"
    MAX_ATTEMPTS = "max_attempts"
    LATEST = "latest"
    WINDOW = "window"


@dataclass(frozen=True, slots=True)
class RetakePolicy:
    """When a test may be tried again, and what becomes of the results. Raises ValueError for what no day can meet.

    Days are those of the student's calendar. `score_cap` and `penalty` are shares of the maximum (0..1) of what is
    printed for a retake; no level and no decision knows them. `parent_consent`: the grades that need it, 0 for
    kindergarten; whose grade is not known needs it where any does.
    `each_quarter`: a window opens in every quarter of the calendar year. `late_arrivals`: who is homeless or in foster
    care and arrives late may sit it outside of windows.
    """

    name: str
    eligible_if: ByLevel | ByScore
    require_before: tuple[Before, ...]
    cooldown_days: ByKind[int]
    max_attempts: ByKind[Limit]
    form_rule: FormRule
    items_min: int
    seen_at_least: float
    parent_consent: ByKind[frozenset[int]]
    latest: Latest = Latest()
    counts: Counts = Counts.BEST
    score_cap: float | None = None
    penalty: float = 0.0
    partial: bool = True
    accommodations: bool = True
    each_quarter: bool = False
    late_arrivals: bool = False

    def __post_init__(self) -> None:
        cooldowns = [self.cooldown_days.of(kind) for kind in Kind]
        if min(cooldowns) < 0 or (self.latest.days is not None and self.latest.days < max(*cooldowns, 1)):
            raise ValueError("a try can not be due before it may be taken")
        if any((limit := self.max_attempts.of(kind)).tries is not None and limit.tries < 1 for kind in Kind):
            raise ValueError("a limit leaves at least one try")
        shares = (self.form_rule.shared_at_most, self.seen_at_least, self.penalty, self.score_cap or 0.0)
        if not all(0 <= share <= 1 for share in shares):
            raise ValueError("shares are from 0 to 1")


class Void(StrEnum):
    """Why a person declared a try void."""

    TECHNICAL = "technical"
    ACCOMMODATIONS = "accommodations"


@dataclass(frozen=True, slots=True)
class Try:
    """One sitting of a test by a student, in whichever school: `day` is the date there.

    `sitting` is the same where one is told twice. `score` is on the test's own scale, `share` of its maximum in 0..1.
    `items` it has, `seen` of them the student; `items_on_target` are about the target. None: not known.
    `unmet` are accommodations in force that were not applied. `administration` is that of its window.
    """

    sitting: Key
    at: datetime
    day: date
    form: Key
    level: float | None = None
    score: float | None = None
    share: float | None = None
    status: ScoreStatus = ScoreStatus.SCORED
    items: int | None = None
    seen: int | None = None
    items_on_target: int | None = None
    rubric: bool = False
    void: Void | None = None
    unmet: frozenset[str] = field(default_factory=frozenset)
    administration: Key | None = None
    school: Key | None = None
