"""When is a target mastered, and what is missing: the walk over one student's evidence in one subject, in order.

`fold` takes all of it, `step` one sitting more, `apply` one signed act more; they agree to the last bit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby

from mastery.body.codec import decision_from_json, decision_to_json, tally_from_json, tally_to_json
from mastery.body.judgement import JUDGEMENTS, judge
from mastery.body.rule import missing
from mastery.body.settle import settle, sign
from mastery.body.tally import EMPTY, Tally, observe
from mastery.body.words import (
    UNDECIDED,
    Act,
    ActKind,
    Decision,
    Lack,
    Missing,
    Reason,
    Record,
    RuleBook,
    State,
    TargetRule,
    rule_book,
)
from mastery.flags.rules import conditions_after_below, true_conditions
from mastery.flags.view import PrerequisiteView, TargetView
from mastery.policy import Policy

__all__ = [
    "Act",
    "ActKind",
    "Decision",
    "Lack",
    "Missing",
    "Reason",
    "Record",
    "RuleBook",
    "Standing",
    "State",
    "Tally",
    "TargetRule",
    "apply",
    "confirmed_upon",
    "decision_from_json",
    "decision_to_json",
    "fold",
    "missing",
    "observe",
    "rule_book",
    "settle",
    "sign",
    "step",
    "tally_from_json",
    "tally_to_json",
    "view",
]


@dataclass(frozen=True, slots=True)
class Standing:
    """All that is derived about a student on a target: a pure function of evidence, acts, rules and policy.

    `conditions` are the flag rules (by id) whose opening condition holds as of the last evidence, `ever` those for
    which it ever held: a live flag whose rule is not in `ever` has lost its basis.
    """

    tally: Tally = EMPTY
    decision: Decision = UNDECIDED
    conditions: tuple[str, ...] = ()
    ever: tuple[str, ...] = ()


NOTHING = Standing()


def step(
    standings: Mapping[int, Standing], sitting: Sequence[Record], book: RuleBook, policy: Policy
) -> dict[int, Standing]:
    """The standings that change by one more sitting: all records of one result, no older than any folded before.

    Touched targets and whatever builds on a target that became or ceased to be mastered are settled in the same step.
    Returns those (what is missing for them may have changed even where the standing did not); the caller lays them over
    the old. Records older than their target's newest raise
    ValueError.
    """
    changed: dict[int, Standing] = {}
    for record in sitting:
        target = record.target
        old = changed.get(target) or standings.get(target) or NOTHING
        tally = observe(old.tally, record, book.of(target), policy)
        changed[target] = Standing(tally, old.decision, old.conditions, old.ever)
    return _settle_all(standings, changed, book, policy, sitting[0].performed_at) if sitting else {}


def apply(standings: Mapping[int, Standing], act: Act, book: RuleBook, policy: Policy) -> dict[int, Standing]:
    """The standings that change by a signed act, which stands after all evidence folded so far.

    With a withdrawn signature goes what the system confirmed on top of it.
    """
    signed = [act]
    if act.kind is ActKind.WITHDRAW:
        decisions = {target: one.decision for target, one in standings.items()}
        signed += [replace(act, target=target) for target in confirmed_upon(act.target, decisions, book)]
    changed = {}
    for one in signed:
        old = standings.get(one.target) or NOTHING
        if one.kind in JUDGEMENTS:
            tally, decision = judge(old.tally, old.decision, one, book.of(one.target).primary)
        else:
            tally, decision = sign(old.tally, old.decision, one)
        changed[one.target] = Standing(tally, decision, old.conditions, old.ever)
    return _settle_all(standings, changed, book, policy, act.at)


def confirmed_upon(target: int, decisions: Mapping[int, Decision], book: RuleBook) -> list[int]:
    """Targets that the system confirmed since `target` was and that build on it, directly or through one another.

    Until then it was not lasting, so that they could not have been confirmed without it; none where a lasting decision
    stands beneath.
    """
    standing = decisions.get(target, UNDECIDED)
    since = standing.confirmed_at
    if since is None or standing.beneath is not None:
        return []
    found: set[int] = set()
    waiting = [target]
    while waiting:
        for above in book.dependents.get(waiting.pop(), ()):
            decision = decisions.get(above, UNDECIDED)
            upon = decision.confirmed is ActKind.AUTO_CONFIRM and (decision.confirmed_at or since) >= since
            if upon and above not in found:
                found.add(above)
                waiting.append(above)
    return sorted(found)


def fold(records: Iterable[Record], acts: Iterable[Act], book: RuleBook, policy: Policy) -> dict[int, Standing]:
    """The standing on every target, from all records and acts of one student in one subject, given in any order."""
    standings: dict[int, Standing] = {}
    pending = sorted(acts, key=lambda act: (act.at, act.id), reverse=True)
    ordered = sorted(records, key=lambda record: record.order)
    for order, sitting in groupby(ordered, key=lambda record: record.order):
        while pending and pending[-1].at < order.performed_at:
            standings.update(apply(standings, pending.pop(), book, policy))
        standings.update(step(standings, tuple(sitting), book, policy))
    while pending:
        standings.update(apply(standings, pending.pop(), book, policy))
    return standings


def _settle_all(
    standings: Mapping[int, Standing], changed: dict[int, Standing], book: RuleBook, policy: Policy, at: datetime
) -> dict[int, Standing]:
    """Settle what was touched, then whoever builds on a target that moved; the graph has no cycle, so it ends."""
    waiting = list(changed)
    settled: dict[int, Decision] = {}
    while waiting:
        target = waiting.pop()
        now = changed.get(target) or standings[target]
        rule = book.of(target)
        below = _decisions(rule.prerequisites, standings, changed) if rule.prerequisites else _NO_DECISIONS
        decision = settle(now.tally, rule, below, now.decision, policy, at)
        if target not in changed or decision is not now.decision:
            changed[target] = Standing(now.tally, decision, now.conditions, now.ever)
        above = book.dependents.get(target)
        if above:
            before = settled.get(target) or standings.get(target, NOTHING).decision
            settled[target] = decision
            if before.state is not decision.state or before.mastered_at != decision.mastered_at:
                waiting.extend(t for t in above if t in changed or t in standings)
    _judge_all(standings, changed, book, policy)
    return changed


_NO_DECISIONS: Mapping[int, Decision] = {}


def _decisions(
    targets: tuple[int, ...], standings: Mapping[int, Standing], changed: Mapping[int, Standing]
) -> dict[int, Decision]:
    return {t: (changed.get(t) or standings.get(t) or NOTHING).decision for t in targets}


def _judge_all(standings: Mapping[int, Standing], changed: dict[int, Standing], book: RuleBook, policy: Policy) -> None:
    """Write the true flag conditions of what changed, and of whoever builds on it: prerequisites matter."""
    above: list[int] = []
    for target, now in list(changed.items()):
        above.extend(t for t in book.dependents.get(target, ()) if t in standings and t not in changed)
        if now.tally.last_date is not None or now.tally.summative is not None:
            seen = _view(target, now, standings, changed, book)
            _note(target, now, true_conditions(seen, policy), changed)
    for target in above:
        now = changed.get(target) or standings[target]
        seen = _view(target, now, standings, changed, book)
        _note(target, now, conditions_after_below(now.conditions, seen, policy), changed)


def _note(target: int, now: Standing, conditions: tuple[str, ...], changed: dict[int, Standing]) -> None:
    if conditions != now.conditions:
        fresh = tuple(c for c in conditions if c not in now.ever)
        changed[target] = Standing(now.tally, now.decision, conditions, now.ever + fresh)


def _view(
    target: int, now: Standing, standings: Mapping[int, Standing], changed: Mapping[int, Standing], book: RuleBook
) -> TargetView:
    rule = book.of(target)
    below: tuple[PrerequisiteView, ...] = ()
    if rule.prerequisites:
        found = ((t, changed.get(t) or standings.get(t) or NOTHING) for t in rule.prerequisites)
        below = tuple(PrerequisiteView(t, s.tally, s.decision.state, book.of(t).primary) for t, s in found)
    return TargetView(target, now.tally, now.decision.state, now.decision.level, below, rule.primary)


def view(target: int, standings: Mapping[int, Standing], book: RuleBook) -> TargetView:
    """What the flag rules see of one target."""
    return _view(target, standings.get(target, NOTHING), standings, {}, book)
