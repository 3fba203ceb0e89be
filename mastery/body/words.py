"""The words of a decision: records, rules of targets, signed acts, states, and what is missing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

from mastery.evidence import EvidenceType, OrderKey, Purpose
from mastery.methods import Choice

Key = int | str


class State(StrEnum):
    """Where a student stands on a target (domain 2.4). READY depends on the day, so the fold never yields it."""

    NOT_STARTED = "not_started"
    IN_PROGRESS = "in_progress"
    READY = "ready"
    MASTERED_PROVISIONAL = "mastered_provisional"
    MASTERED = "mastered"
    NEEDS_REVIEW = "needs_review"
    WAIVED = "waived"
    EXEMPT = "exempt"
    REVOKED = "revoked"


# A prerequisite in one of these does not hold its successor back (line 8). NEEDS_REVIEW is mastery with a question
# open: nothing automatic takes it away. A provisional one counts for the next step (domain 2.4).
SATISFIES_SUCCESSOR = frozenset(
    {State.MASTERED_PROVISIONAL, State.MASTERED, State.NEEDS_REVIEW, State.WAIVED, State.EXEMPT}
)
# ... and of those, these cannot lapse by themselves, so that a successor may be confirmed on top of them.
LASTING = SATISFIES_SUCCESSOR - {State.MASTERED_PROVISIONAL}
# On these targets the student has nothing left to show.
CLOSED_WORK = SATISFIES_SUCCESSOR


class Record(NamedTuple):
    """One scored evidence record on one target, with what the filter said around it.

    Only scored evidence becomes a record; a superseded revision is none. `first_tries` are the tries, 0..1, at items
    that the student meets for the first time on this target, hints already counted as wrong. `share` is score/max in
    0..1. Estimates are the probability of mastery in 0..1, None where the record does not count for the estimate.
    """

    order: OrderKey
    result: int
    assessment: Key
    target: int
    purpose: Purpose
    evidence_type: EvidenceType
    performed_at: datetime
    local_date: date
    level: float | None
    certifying: bool
    dok: int | None
    counts_for_estimate: bool
    first_tries: tuple[float, ...]
    share: float
    estimate_before: float | None
    estimate_after: float | None
    expected_rate: float | None
    # an open integrity hold: the record may not be needed for mastery until it is lifted (line 7)
    held: bool = False
    # what the subject's primary method says after it, None where it has no value or the model is primary
    said: float | None = None


@dataclass(frozen=True, slots=True)
class TargetRule:
    """What a target demands: cognitive demand (None: any), hard prerequisites, mastery bar (0..1).

    `primary` is the score rule that speaks for the estimate in line 1; None is the model.
    """

    target: int
    dok: int | None = None
    credit_bearing: bool = False
    prerequisites: tuple[int, ...] = ()
    bar: float = 0.75
    primary: Choice | None = None


@dataclass(frozen=True, slots=True)
class RuleBook:
    """The rules of a district's targets and, for each, who builds on it. A target without a rule has the plain one."""

    rules: Mapping[int, TargetRule]
    dependents: Mapping[int, tuple[int, ...]] = field(init=False)

    def __post_init__(self) -> None:
        dependents: dict[int, list[int]] = {}
        for rule in self.rules.values():
            for prerequisite in rule.prerequisites:
                dependents.setdefault(prerequisite, []).append(rule.target)
        object.__setattr__(self, "dependents", {k: tuple(sorted(v)) for k, v in dependents.items()})

    def of(self, target: int) -> TargetRule:
        """The rule of `target`."""
        return self.rules.get(target) or TargetRule(target)


def rule_book(rules: Iterable[TargetRule]) -> RuleBook:
    """Index rules by their target."""
    return RuleBook({rule.target: rule for rule in rules})


class Lack(StrEnum):
    """What BOE-1 still asks for."""

    ESTIMATE = "estimate"
    RECORDS = "records"
    ASSESSMENTS = "assessments"
    DATES = "dates"
    CERTIFYING = "certifying"
    NEW_CERTIFYING = "new_certifying"
    DOK = "dok"
    CONTRADICTION = "contradiction"
    INTEGRITY_HOLD = "integrity_hold"
    PREREQUISITES = "prerequisites"


# What one more test alone can bring. A low one (line 6) is settled by a new one at the level of mastery or by a person.
BROUGHT_BY_A_TEST = frozenset({Lack.CERTIFYING, Lack.NEW_CERTIFYING, Lack.CONTRADICTION})


@dataclass(frozen=True, slots=True)
class Missing:
    """One unmet line (1..8) of BOE-1: what it needs and what is there, in the line's own unit.

    `found` is None where nothing is there yet, which is not zero. `targets` names the open prerequisites of line 8;
    `method` the score rule that line 1 goes by, whose scale is the unit, and None where that is the model.
    """

    line: int
    code: Lack
    needed: float
    found: float | None
    targets: tuple[int, ...] = ()
    method: str | None = None


class ActKind(StrEnum):
    """What was signed about a target. Only `AUTO_CONFIRM` is the system's; behind the others stands a named person."""

    AUTO_CONFIRM = "auto_confirm"
    CONFIRM = "confirm"
    OVERRIDE = "override"
    RESOLVE = "resolve"
    REOPEN = "reopen"
    WAIVE = "waive"
    EXEMPT = "exempt"
    REVOKE = "revoke"
    WITHDRAW = "withdraw"
    # the value of the method JUDGE, given and taken back
    JUDGE = "judge"
    WITHDRAW_JUDGEMENT = "withdraw_judgement"
    # on a target that came in the place of others, signed by who published it (mastery.graph.replaced)
    CARRY = "carry"
    CARRY_PROVISIONAL = "carry_provisional"
    CARRY_REVIEW = "carry_review"


# what publishing signs: a target takes it from those in whose place it came, whatever their own states allow
CARRIED = frozenset({ActKind.CARRY, ActKind.CARRY_PROVISIONAL, ActKind.CARRY_REVIEW})


@dataclass(frozen=True, slots=True)
class Act:
    """One append-only act. It stands in the order of evidence after every record performed at or before `at`.

    For AUTO_CONFIRM `at` is the `confirmed_at` of the decision; for a person's act it is when it was signed, or the
    `performed_at` of the newest record where that is later. `level` and `mastered_at` are what was confirmed, so that
    they stay when a correction takes the basis away.
    """

    id: int
    target: int
    kind: ActKind
    at: datetime
    level: float | None = None
    mastered_at: datetime | None = None


class Reason(StrEnum):
    """Why a decision is what it is."""

    NO_EVIDENCE = "no_evidence"
    BODY_INCOMPLETE = "body_incomplete"
    BODY_COMPLETE = "body_complete"
    AWAITS_CONFIRMATION = "awaits_confirmation"
    AWAITS_PREREQUISITE_CONFIRMATION = "awaits_prerequisite_confirmation"
    CONFIRMED_BY_SYSTEM = "confirmed_by_system"
    CONFIRMED_BY_PERSON = "confirmed_by_person"
    TEACHER_JUDGEMENT = "teacher_judgement"
    LOW_CERTIFYING_RECORD = "low_certifying_record"
    LOW_RETENTION_CHECK = "low_retention_check"
    BASIS_CORRECTED = "basis_corrected"
    REOPENED = "reopened"
    SIGNED = "signed"
    CARRIED = "carried"


@dataclass(frozen=True, slots=True)
class Decision:
    """The decision on one target after the evidence so far. `level` is the reported one, None until a record certifies.

    `enough_evidence` False means that nothing may be said yet: not low, not zero. The fields after it carry the fold.
    """

    state: State = State.NOT_STARTED
    level: float | None = None
    mastered_at: datetime | None = None
    completed_by: int | None = None
    reasons: tuple[Reason, ...] = (Reason.NO_EVIDENCE,)
    enough_evidence: bool = False
    # since when, and by which result, lines 1 to 7 hold
    own_since: datetime | None = None
    own_result: int | None = None
    # the act that made the decision lasting, and where it stands in the order of evidence; None while it is derived
    confirmed: ActKind | None = None
    confirmed_at: datetime | None = None
    # a system confirmation whose basis a correction took away, until the body of evidence is complete again
    vouched: bool = False
    kept_level: float | None = None
    kept_mastered_at: datetime | None = None
    # a person reopened the target: it is worked on again
    reopened: bool = False
    # the lasting decision on top of which the act in `confirmed` was signed: it stands again once that is taken back
    beneath: Decision | None = None
    # mastery of what this target was a part of: provisional, at the kept level, until a person confirms it
    carried: bool = False


UNDECIDED = Decision()
