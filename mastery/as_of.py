"""What of a standing depends on the day: readiness lapses, and with it the state that people are shown."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from mastery.body.words import Decision, RuleBook, State, TargetRule
from mastery.decide import NOTHING, Standing
from mastery.policy import Policy
from mastery.reassess import TargetReadiness, state_at, target_readiness


def readiness_on(
    day: date, target: int, standings: Mapping[int, Standing], book: RuleBook, policy: Policy
) -> TargetReadiness:
    """Readiness on one target on a day; `standings` holds the target's own, if any, and those it builds on."""
    rule = book.of(target)
    return target_readiness(standings.get(target, NOTHING).tally, rule, _before(rule, standings), day, policy)


def state_on(day: date, target: int, standings: Mapping[int, Standing], book: RuleBook, policy: Policy) -> State:
    """The state of a student on one target on a day; `standings` as for `readiness_on`."""
    rule, own = book.of(target), standings.get(target, NOTHING)
    return state_at(own.decision, own.tally, rule, _before(rule, standings), day, policy)


def _before(rule: TargetRule, standings: Mapping[int, Standing]) -> dict[int, Decision]:
    return {one: standings[one].decision for one in rule.prerequisites if one in standings}
