"""The life of a flag: a table of states and events, and when it opens, closes and stays quiet (domain 4.1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from mastery.body.words import Key
from mastery.calendar import days_between
from mastery.flags.view import Fact, Finding, Scope, Severity
from mastery.policy import Policy

KEPT_ADDED = 10


class FlagState(StrEnum):
    """Where a flag is in its life."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    IN_SUPPORT = "in_support"
    SNOOZED = "snoozed"
    RESOLVED = "resolved"
    DISMISSED = "dismissed"
    MERGED = "merged"
    EXPIRED = "expired"


LIVE = frozenset({FlagState.OPEN, FlagState.ACKNOWLEDGED, FlagState.IN_SUPPORT, FlagState.SNOOZED})


class FlagEvent(StrEnum):
    """What can happen to a flag; the last four are a signed-in person's."""

    TRIGGER = "trigger"
    WORSEN = "worsen"
    CLOSE = "close"
    CORRECT = "correct"
    ACKNOWLEDGE = "acknowledge"
    DISMISS = "dismiss"
    RESOLVE = "resolve"
    TAKE_BACK = "take_back"


class Resolution(StrEnum):
    """How a flag was resolved; `DATA_CORRECTED` is left out when the rule's precision is counted."""

    AUTO = "auto"
    MANUAL = "manual"
    DATA_CORRECTED = "data_corrected"


class DismissReason(StrEnum):
    """The closed list of reasons; `OTHER` needs a text."""

    FALSE_ALARM = "false_alarm"
    KNOWN_EXCUSED = "known_excused"
    ALREADY_SUPPORTED = "already_supported"
    DATA_ERROR = "data_error"
    OTHER = "other"


class Change(StrEnum):
    """What an event did, for the answer and the log."""

    NONE = "none"
    OPENED = "opened"
    ADDED = "added"
    RAISED = "raised"
    CLOSING = "closing"
    RESOLVED = "resolved"
    DATA_CORRECTED = "data_corrected"


class Refused(ValueError):
    """The event is not possible in the flag's state, or lacks what it needs."""


_S, _E = FlagState, FlagEvent
# None: refused. An ended flag that is triggered opens again as a new flag of the same key.
NEXT: Mapping[tuple[FlagState, FlagEvent], FlagState | None] = {
    **{(s, e): s for s in _S for e in (_E.TRIGGER, _E.WORSEN, _E.CLOSE, _E.CORRECT)},
    **{(s, e): None for s in _S for e in (_E.ACKNOWLEDGE, _E.DISMISS, _E.RESOLVE, _E.TAKE_BACK)},
    **{(s, e): _S.OPEN for s in (_S.RESOLVED, _S.DISMISSED, _S.EXPIRED) for e in (_E.TRIGGER, _E.WORSEN)},
    (_S.SNOOZED, _E.WORSEN): _S.OPEN,
    **{(s, e): _S.RESOLVED for s in LIVE for e in (_E.CLOSE, _E.CORRECT, _E.RESOLVE)},
    **{(s, _E.ACKNOWLEDGE): _S.ACKNOWLEDGED for s in (_S.OPEN, _S.ACKNOWLEDGED, _S.SNOOZED)},
    **{(s, _E.DISMISS): _S.DISMISSED for s in LIVE},
    (_S.ACKNOWLEDGED, _E.TAKE_BACK): _S.OPEN,
}


@dataclass(frozen=True, slots=True)
class FlagKey:
    """At most one live flag has this key within a district."""

    student: int
    family: str
    scope: Scope
    scope_id: Key


@dataclass(frozen=True, slots=True)
class Flag:
    """One flag. `finding` is what it says now, `opened_facts` what it compared with when it opened.

    `evidence` are the result ids that opened it, `added` the newest 10 of those that triggered it again. `close_met_on`
    is the day at which its closing condition was first met without a break since.
    """

    key: FlagKey
    rule: str
    state: FlagState
    severity: Severity
    finding: Finding
    opened_facts: Mapping[str, Fact]
    evidence: tuple[int, ...]
    opened_at: datetime
    added: tuple[int, ...] = ()
    close_met_on: date | None = None
    closed_at: datetime | None = None
    closed_on: date | None = None
    resolution: Resolution | None = None
    dismiss_reason: DismissReason | None = None
    note: str = ""

    @property
    def live(self) -> bool:
        """Still somebody's business."""
        return self.state in LIVE


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One judgement of a rule on its view: at an instant, which is a day in the school's zone.

    `finding` where the opening condition holds; `closes` whether the closing condition holds; `corrected` that after a
    correction the opening condition never held.
    """

    at: datetime
    day: date
    finding: Finding | None = None
    closes: bool = False
    corrected: bool = False


def evaluate(latest: Flag | None, student: int, evaluation: Evaluation, policy: Policy) -> tuple[Flag | None, Change]:
    """The flag after an evaluation, and what changed. `latest` is the newest flag of the key, live or ended, or None.

    A returned flag with change OPENED is a new one; otherwise it is `latest` moved on. An opening condition that holds
    by new evidence keeps the flag open; one that only still holds, as of the last evidence, gives way to closing.
    """
    finding = evaluation.finding
    if latest is None or not latest.live:
        if finding is None or not _may_open(latest, finding, evaluation.day, policy):
            return latest, Change.NONE
        return _opened(student, finding, evaluation), Change.OPENED
    if evaluation.corrected and finding is None:
        return _ended(latest, FlagEvent.CORRECT, evaluation, Resolution.DATA_CORRECTED), Change.DATA_CORRECTED
    if finding is not None and not (evaluation.closes and finding.cause == latest.finding.cause):
        return _triggered(latest, finding)
    if not evaluation.closes:
        return replace(latest, close_met_on=None), Change.NONE
    if latest.close_met_on is None:
        return replace(latest, close_met_on=evaluation.day), Change.CLOSING
    if days_between(latest.close_met_on, evaluation.day) < policy.flag_close_apart_days:
        return latest, Change.NONE
    return _ended(latest, FlagEvent.CLOSE, evaluation, Resolution.AUTO), Change.RESOLVED


def acknowledge(flag: Flag) -> Flag:
    """A person has seen it."""
    return replace(flag, state=_next(flag, FlagEvent.ACKNOWLEDGE))


def dismiss(flag: Flag, reason: DismissReason, note: str, at: datetime, day: date) -> Flag:
    """A person sets it aside, with a reason; OTHER asks for a text."""
    state = _next(flag, FlagEvent.DISMISS)
    if reason is DismissReason.OTHER and not note.strip():
        raise Refused("the reason 'other' needs a text")
    return replace(
        flag, state=state, dismiss_reason=reason, note=note.strip(), closed_at=at, closed_on=day, close_met_on=None
    )


def resolve(flag: Flag, note: str, at: datetime, day: date) -> Flag:
    """A person declares the matter settled."""
    state = _next(flag, FlagEvent.RESOLVE)
    return replace(
        flag,
        state=state,
        resolution=Resolution.MANUAL,
        note=note.strip(),
        closed_at=at,
        closed_on=day,
        close_met_on=None,
    )


def _next(flag: Flag, event: FlagEvent) -> FlagState:
    state = NEXT[flag.state, event]
    if state is None:
        raise Refused(f"{event} is not possible on a flag that is {flag.state}")
    return state


def _may_open(latest: Flag | None, finding: Finding, day: date, policy: Policy) -> bool:
    """An ended flag's key needs something new, and after a person ended it some quiet days too, unless it is worse."""
    if latest is None:
        return True
    event = FlagEvent.WORSEN if finding.severity > latest.severity else FlagEvent.TRIGGER
    if NEXT[latest.state, event] is not FlagState.OPEN:
        return False
    if event is FlagEvent.WORSEN or latest.resolution is Resolution.DATA_CORRECTED:
        return True
    if finding.cause == latest.finding.cause:
        return False
    by_person = latest.state is FlagState.DISMISSED or latest.resolution is Resolution.MANUAL
    if not by_person or latest.closed_on is None:
        return True
    return days_between(latest.closed_on, day) >= policy.flag_refractory_days


def _opened(student: int, finding: Finding, evaluation: Evaluation) -> Flag:
    key = FlagKey(student, finding.family, finding.scope, finding.scope_id)
    return Flag(
        key,
        finding.rule,
        FlagState.OPEN,
        finding.severity,
        finding,
        finding.facts,
        finding.evidence,
        evaluation.at,
    )


def _triggered(flag: Flag, finding: Finding) -> tuple[Flag, Change]:
    """A repeat trigger adds evidence, may raise the severity, and breaks a row of met closing conditions."""
    worse = finding.severity > flag.severity
    known = {*flag.evidence, *flag.added}
    fresh = tuple(result for result in finding.evidence if result not in known)
    after = replace(
        flag,
        state=_next(flag, FlagEvent.WORSEN if worse else FlagEvent.TRIGGER),
        severity=max(flag.severity, finding.severity),
        finding=finding,
        added=(flag.added + fresh)[-KEPT_ADDED:],
        close_met_on=None,
    )
    return after, Change.RAISED if worse else Change.ADDED if fresh else Change.NONE


def _ended(flag: Flag, event: FlagEvent, evaluation: Evaluation, resolution: Resolution) -> Flag:
    return replace(
        flag,
        state=_next(flag, event),
        resolution=resolution,
        closed_at=evaluation.at,
        closed_on=evaluation.day,
        close_met_on=None,
    )
