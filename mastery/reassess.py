"""Readiness for a test (domain 2.6): from evidence alone, never from age, grade, hours or class position."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from math import fsum

from mastery.body.rule import prerequisite_gaps
from mastery.body.tally import Tally, spoken
from mastery.body.words import Decision, State, TargetRule
from mastery.calendar import days_between
from mastery.policy import Policy


class GapCode(StrEnum):
    """What still stands between a student and readiness on a target."""

    ESTIMATE = "estimate"
    RECORDS = "records"
    NEWEST = "newest"
    PREREQUISITES = "prerequisites"


@dataclass(frozen=True, slots=True)
class Gap:
    """One unmet condition in its own unit; `found` None where nothing is there yet.

    Units are records, days, and for the estimate a probability or the scale of the subject's primary method.
    """

    code: GapCode
    needed: float
    found: float | None
    targets: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class TargetReadiness:
    """Whether a target is ready at `as_of`, and if not, why; `evidence` are the newest result ids it rests on."""

    target: int
    as_of: date
    gaps: tuple[Gap, ...]
    evidence: tuple[int, ...]

    @property
    def ready(self) -> bool:
        """No condition is unmet."""
        return not self.gaps


@dataclass(frozen=True, slots=True)
class BlueprintLine:
    """How much of an assessment is about a target: any positive weight, such as points."""

    target: int
    weight: float


@dataclass(frozen=True, slots=True)
class AssessmentReadiness:
    """`share` (0..1) of the blueprint's weight is on ready targets; advisory: it shows the gap and blocks nothing.

    `evidence` are the newest 10 result ids behind it, in the order they were received.
    """

    as_of: date
    share: float
    ready: bool
    targets: tuple[TargetReadiness, ...]
    evidence: tuple[int, ...]


def target_readiness(
    tally: Tally, rule: TargetRule, prerequisites: Mapping[int, Decision], as_of: date, policy: Policy
) -> TargetReadiness:
    """Readiness on one target on the day `as_of` (school's zone): it lapses when the newest record grows old."""
    gaps = tuple(_gaps(tally, rule, prerequisites, as_of, policy))
    return TargetReadiness(rule.target, as_of, gaps, tally.recent)


def _gaps(
    tally: Tally, rule: TargetRule, prerequisites: Mapping[int, Decision], as_of: date, policy: Policy
) -> Iterator[Gap]:
    found = spoken(tally, rule.primary)
    needed = policy.readiness_probability if rule.primary is None else rule.primary.ready_from(policy)
    if found is None or found < needed:
        yield Gap(GapCode.ESTIMATE, needed, found)
    if tally.records < policy.readiness_records:
        yield Gap(GapCode.RECORDS, policy.readiness_records, tally.records)
    age = None if tally.last_date is None else days_between(tally.last_date, as_of)
    if age is None or age > policy.readiness_newest_within_days:
        yield Gap(GapCode.NEWEST, policy.readiness_newest_within_days, age)
    for gap in prerequisite_gaps(rule, prerequisites):
        yield Gap(GapCode.PREREQUISITES, gap.needed, gap.found, gap.targets)


def state_at(
    decision: Decision,
    tally: Tally,
    rule: TargetRule,
    prerequisites: Mapping[int, Decision],
    as_of: date,
    policy: Policy,
) -> State:
    """The state on the day `as_of`: work in progress that is ready is READY, any other state stands."""
    if decision.state is not State.IN_PROGRESS:
        return decision.state
    ready = next(_gaps(tally, rule, prerequisites, as_of, policy), None) is None
    return State.READY if ready else decision.state


def assessment_readiness(
    blueprint: Sequence[BlueprintLine], targets: Mapping[int, TargetReadiness], as_of: date, policy: Policy
) -> AssessmentReadiness:
    """Readiness for an assessment from that on each target of its blueprint.

    Raises ValueError for an empty blueprint or a weight that is not positive, KeyError for a target without readiness.
    """
    if not blueprint or any(not line.weight > 0 for line in blueprint):
        raise ValueError("a blueprint needs targets, each with a positive weight")
    lines = [(line.weight, targets[line.target]) for line in blueprint]
    share = fsum(weight for weight, target in lines if target.ready) / fsum(weight for weight, _ in lines)
    evidence = tuple(sorted({result for _, target in lines for result in target.evidence[-3:]})[-10:])
    return AssessmentReadiness(
        as_of, share, share >= policy.readiness_share, tuple(target for _, target in lines), evidence
    )
