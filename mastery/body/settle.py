"""The state of a decision after each event, and what a signed act does to it (domain 2.4, decision states)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from mastery.body.rule import own_gaps, satisfied
from mastery.body.tally import Tally, reopened, resolved
from mastery.body.words import LASTING, Act, ActKind, Decision, Reason, State, TargetRule
from mastery.policy import Policy

_SIGNED_STATES = {
    ActKind.WAIVE: State.WAIVED,
    ActKind.EXEMPT: State.EXEMPT,
    ActKind.REVOKE: State.REVOKED,
}
_CARRIED_STATES = {
    ActKind.CARRY: State.MASTERED,
    ActKind.CARRY_REVIEW: State.NEEDS_REVIEW,
    ActKind.CARRY_PROVISIONAL: State.MASTERED_PROVISIONAL,
}


def settle(
    tally: Tally,
    rule: TargetRule,
    prerequisites: Mapping[int, Decision],
    previous: Decision,
    policy: Policy,
    at: datetime,
) -> Decision:
    """The decision after the event at `at`, a record's performed_at or an act's `at`.

    `previous` is the decision before the event, `prerequisites` those of the hard prerequisites after it.

    A derived decision is made anew each time and may lapse; a confirmed one is lasting: a later certifying record below
    2.5 only moves it to NEEDS_REVIEW, with level and date unchanged.
    """
    certified = tally.certified
    level = None if certified is None else certified.best
    enough = tally.records >= policy.enough_evidence_records
    since, by = _own_completion(tally, rule, previous, policy)
    if previous.confirmed is not None:
        return _lasting(tally, previous, level, enough, since, by, policy)
    if since is not None and all(satisfied(prerequisites.get(t)) for t in rule.prerequisites):
        complete = _complete(rule, prerequisites, previous, level, enough, since, by, at)
        return _with_kept(complete, previous) if previous.carried else complete
    if previous.vouched:
        return replace(
            previous,
            state=State.NEEDS_REVIEW,
            level=_higher(level, previous.kept_level),
            mastered_at=previous.kept_mastered_at,
            completed_by=None,
            reasons=(Reason.BASIS_CORRECTED,),
            enough_evidence=enough,
            own_since=since,
            own_result=by,
        )
    if previous.carried:
        return replace(
            previous,
            state=State.MASTERED_PROVISIONAL,
            level=_higher(level, previous.kept_level),
            mastered_at=previous.kept_mastered_at,
            completed_by=None,
            reasons=(Reason.CARRIED, Reason.AWAITS_CONFIRMATION),
            enough_evidence=enough,
            own_since=since,
            own_result=by,
        )
    if previous.reopened:
        reasons: tuple[Reason, ...] = (Reason.REOPENED, Reason.BODY_INCOMPLETE)
        state = State.IN_PROGRESS
    elif tally.records or tally.held:
        reasons, state = (Reason.BODY_INCOMPLETE,), State.IN_PROGRESS
    else:
        reasons, state = (Reason.NO_EVIDENCE,), State.NOT_STARTED
    if (
        state is previous.state
        and level == previous.level
        and enough is previous.enough_evidence
        and since == previous.own_since
        and by == previous.own_result
    ):
        return previous
    return Decision(state, level, None, None, reasons, enough, since, by, reopened=previous.reopened)


def _own_completion(
    tally: Tally, rule: TargetRule, previous: Decision, policy: Policy
) -> tuple[datetime | None, int | None]:
    """When, and by which result, lines 1 to 7 became true; None while they are not."""
    for _ in own_gaps(tally, rule, policy):
        return None, None
    if previous.own_since is not None:
        return previous.own_since, previous.own_result
    return tally.last_at, tally.recent[-1]


def _lasting(
    tally: Tally,
    previous: Decision,
    level: float | None,
    enough: bool,
    since: datetime | None,
    by: int | None,
    policy: Policy,
) -> Decision:
    state, reasons = previous.state, previous.reasons
    if previous.confirmed not in _SIGNED_STATES:
        level = _higher(level, previous.kept_level)
        certified = tally.certified
        low = certified is not None and certified.last < policy.needs_review_below and not certified.resolved
        if state is State.MASTERED and low:
            state, reasons = State.NEEDS_REVIEW, (Reason.LOW_CERTIFYING_RECORD,)
        elif state is State.MASTERED and _forgotten(tally, previous, policy):
            state, reasons = State.NEEDS_REVIEW, (Reason.LOW_RETENTION_CHECK,)
    if (
        state is previous.state
        and level == previous.level
        and enough is previous.enough_evidence
        and since == previous.own_since
        and by == previous.own_result
    ):
        return previous
    return replace(
        previous, state=state, level=level, reasons=reasons, enough_evidence=enough, own_since=since, own_result=by
    )


def _forgotten(tally: Tally, previous: Decision, policy: Policy) -> bool:
    """Whether the newest retention check, of those after the mastery, was low and nobody has said that it does not
    count."""
    checked, since = tally.checked, previous.mastered_at
    if checked is None or checked.resolved or (since is not None and checked.at <= since):
        return False
    return checked.level < policy.needs_review_below


def _complete(
    rule: TargetRule,
    prerequisites: Mapping[int, Decision],
    previous: Decision,
    level: float | None,
    enough: bool,
    since: datetime,
    by: int | None,
    at: datetime,
) -> Decision:
    """BOE-1 holds: the mastery date is that of the record that completed it, here or on a prerequisite."""
    mastered_at, completed_by, confirmed_below = since, by, True
    for target in rule.prerequisites:
        prerequisite = prerequisites[target]
        confirmed_below = confirmed_below and prerequisite.state in LASTING
        if prerequisite.mastered_at is not None and prerequisite.mastered_at > mastered_at:
            mastered_at, completed_by = prerequisite.mastered_at, prerequisite.completed_by
    reasons: tuple[Reason, ...] = (Reason.BODY_COMPLETE,)
    confirmed: ActKind | None = None
    state = State.MASTERED_PROVISIONAL
    # what was confirmed once does not wait for confirmation again
    if rule.credit_bearing and not previous.vouched:
        reasons += (Reason.AWAITS_CONFIRMATION,)
    elif not (confirmed_below or previous.vouched):
        reasons += (Reason.AWAITS_PREREQUISITE_CONFIRMATION,)
    else:
        state, confirmed = State.MASTERED, ActKind.AUTO_CONFIRM
        reasons += (Reason.CONFIRMED_BY_SYSTEM,)
    confirmed_at = None if confirmed is None else at
    return Decision(state, level, mastered_at, completed_by, reasons, enough, since, by, confirmed, confirmed_at)


def _higher(level: float | None, kept: float | None) -> float | None:
    return level if kept is None or (level is not None and level > kept) else kept


def sign(tally: Tally, decision: Decision, act: Act) -> tuple[Tally, Decision]:
    """What a signed act does to a target; `settle` follows. An act on a state it can not apply to changes nothing."""
    kind = act.kind
    if kind in _SIGNED_STATES:
        return tally, replace(
            decision,
            state=_SIGNED_STATES[kind],
            confirmed=kind,
            confirmed_at=act.at,
            reasons=(Reason.SIGNED,),
            vouched=False,
            beneath=_beneath(decision),
        )
    if kind is ActKind.OVERRIDE:
        kept = _kept(decision, act, State.MASTERED, Reason.TEACHER_JUDGEMENT)
        return resolved(tally), replace(kept, beneath=_beneath(decision))
    if kind is ActKind.AUTO_CONFIRM:
        if decision.confirmed is not None:
            return tally, decision
        return tally, replace(decision, vouched=True, kept_level=act.level, kept_mastered_at=act.mastered_at)
    if kind is ActKind.CONFIRM:
        return tally, _confirmed(decision, act)
    if kind in _CARRIED_STATES:
        return tally, _carried(decision, act)
    if kind is ActKind.RESOLVE:
        return resolved(tally), _resolved(decision, act)
    if kind is ActKind.REOPEN:
        return reopened(tally), Decision(reopened=True)
    return tally, _withdrawn(decision)


def _kept(decision: Decision, act: Act, state: State, reason: Reason) -> Decision:
    """A lasting decision that a person vouches for; the date of a mastery that was there before stays."""
    return replace(
        decision,
        state=state,
        mastered_at=act.mastered_at or decision.mastered_at or act.at,
        reasons=(reason,),
        confirmed=act.kind,
        confirmed_at=act.at,
        vouched=False,
        kept_level=act.level,
        kept_mastered_at=act.mastered_at,
    )


def _confirmed(decision: Decision, act: Act) -> Decision:
    if decision.confirmed is not None:
        return decision
    if decision.state is State.MASTERED_PROVISIONAL:
        return replace(
            decision,
            state=State.MASTERED,
            confirmed=act.kind,
            confirmed_at=act.at,
            reasons=(
                Reason.CARRIED if Reason.CARRIED in decision.reasons else Reason.BODY_COMPLETE,
                Reason.CONFIRMED_BY_PERSON,
            ),
        )
    return _kept(decision, act, State.NEEDS_REVIEW, Reason.BASIS_CORRECTED)


def _carried(decision: Decision, act: Act) -> Decision:
    """What a target gets that came in the place of others; what was decided on itself goes before."""
    if decision.confirmed is not None:
        return decision
    if act.kind is ActKind.CARRY_PROVISIONAL:
        return replace(decision, carried=True, kept_level=act.level, kept_mastered_at=act.mastered_at or act.at)
    return _kept(decision, act, _CARRIED_STATES[act.kind], Reason.CARRIED)


def _with_kept(decision: Decision, previous: Decision) -> Decision:
    """What was carried stays beside a body of evidence of its own, and stands again where that lapses."""
    return replace(
        decision,
        level=_higher(decision.level, previous.kept_level),
        carried=True,
        kept_level=previous.kept_level,
        kept_mastered_at=previous.kept_mastered_at,
    )


def _resolved(decision: Decision, act: Act) -> Decision:
    if decision.state is not State.NEEDS_REVIEW:
        return decision
    return replace(
        decision,
        state=State.MASTERED,
        confirmed=decision.confirmed or act.kind,
        confirmed_at=decision.confirmed_at or act.at,
        vouched=False,
        reasons=(Reason.CONFIRMED_BY_PERSON,),
    )


def _beneath(decision: Decision) -> Decision | None:
    """What stands again once an act on a decision is taken back; None where that is for the rule to say."""
    lasts = decision.confirmed is not None or decision.vouched or decision.carried
    return decision if lasts else None


def _withdrawn(decision: Decision) -> Decision:
    """What was signed is taken back: what lasted beneath it stands again, or else the rule decides again.

    Whether it may be taken back is asked when it is signed; afterwards nobody stands behind the decision any more.
    """
    if decision.confirmed is None and not decision.vouched:
        return decision
    if decision.beneath is not None:
        return decision.beneath
    bare = Decision(own_since=decision.own_since, own_result=decision.own_result, reopened=decision.reopened)
    return _with_kept(bare, decision) if decision.carried else bare
