"""The states of a decision, as a table: what moves it, who may do that, and what they need for it (domain 2.4).

`mastery.body.settle` works out what evidence makes of a decision; this is the law that each of its steps, and each
signature, must keep. A level that an educator gives (`JUDGE`) is evidence of a kind and moves nothing by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from mastery.access_matrix import Role
from mastery.body.words import ActKind, State
from mastery.policy import Policy

# who does what nobody signs
SYSTEM = None


class Trigger(StrEnum):
    """What happens to a decision: first what evidence brings about, then what is signed, by the names of `ActKind`."""

    BEGIN = "begin"  # the first scored evidence, or the student starts
    READY = "ready"
    LAPSE = "lapse"  # readiness, or a body of evidence that nobody has confirmed
    COMPLETE = "complete"  # BOE-1 holds
    LOW_RECORD = "low_record"
    LOW_RETENTION = "low_retention"
    BASIS_CORRECTED = "basis_corrected"
    EMPTIED = "emptied"  # a correction took the last scored evidence away
    AUTO_CONFIRM = ActKind.AUTO_CONFIRM.value
    CONFIRM = ActKind.CONFIRM.value
    OVERRIDE = ActKind.OVERRIDE.value
    RESOLVE = ActKind.RESOLVE.value
    REOPEN = ActKind.REOPEN.value
    WAIVE = ActKind.WAIVE.value
    EXEMPT = ActKind.EXEMPT.value
    REVOKE = ActKind.REVOKE.value
    WITHDRAW = ActKind.WITHDRAW.value


class Need(StrEnum):
    """What an act needs beside somebody who may."""

    REASON = "reason"
    ARTEFACT = "artefact"
    NOTICE = "notice"  # to student and family, with the way to appeal
    CO_SIGNATURE = "co_signature"  # another person's, in the other of the two roles
    AUTHOR = "author"  # whoever signed what is taken back
    NOT_FOR_CREDIT = "not_for_credit"
    NO_CREDIT_POSTED = "no_credit_posted"
    LOW_LEVEL = "low_level"
    STANDS = "stands"  # an act of the kind that may be taken back here
    SYSTEM_ASKED = "system_asked"  # the question is the system's own: a correction took its basis away


@dataclass(frozen=True, slots=True)
class Cell:
    """Where a trigger leads, who may cause it, and what it needs. `to` None: to what stands without the act."""

    to: State | None
    who: frozenset[Role | None]
    needs: tuple[Need, ...] = ()
    takes_back: frozenset[ActKind] = frozenset()


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known when an act is to be signed, or a step is to be made.

    `artefacts`: how many are laid beside the reason; `cosigned_by`: in which role another person signs as well;
    `level`: what a certifying record or a retention check says; `stands`: the act that made the decision lasting;
    `by_author`: whether whoever acts signed it; `otherwise`: what the decision would be without it; `system_asked`:
    whether the system itself confirmed and asks, since a correction took the basis away.
    """

    reason: str = ""
    artefacts: int = 0
    notified: bool = False
    cosigned_by: Role | None = None
    credit_bearing: bool = False
    credit_posted: bool = False
    level: float | None = None
    stands: ActKind | None = None
    by_author: bool = False
    otherwise: State = State.NOT_STARTED
    system_asked: bool = False


class Refusal(StrEnum):
    """Why a decision does not move."""

    NOT_FROM_HERE = "not_from_here"
    NOT_BY_THEM = "not_by_them"
    LACKING = "lacking"


@dataclass(frozen=True, slots=True)
class Refused:
    """A refusal; `who` may do it instead, or `lacks` is what it needs yet."""

    why: Refusal
    who: frozenset[Role | None] = frozenset()
    lacks: tuple[Need, ...] = ()


_ANY = frozenset(State)
_UNDECIDED = frozenset({State.NOT_STARTED, State.IN_PROGRESS, State.READY, State.MASTERED_PROVISIONAL})
_BY_SYSTEM = frozenset({SYSTEM})
_TEACHER = frozenset({Role.TEACHER_OF_RECORD})
_ADMINISTRATOR = frozenset({Role.SCHOOL_ADMINISTRATOR})
_CASE_MANAGER = frozenset({Role.CASE_MANAGER})

TABLE: tuple[tuple[frozenset[State], Trigger, Cell], ...] = (
    # what evidence brings about
    (frozenset({State.NOT_STARTED}), Trigger.BEGIN, Cell(State.IN_PROGRESS, _BY_SYSTEM | {Role.STUDENT})),
    (frozenset({State.IN_PROGRESS}), Trigger.READY, Cell(State.READY, _BY_SYSTEM)),
    (
        frozenset({State.READY, State.MASTERED_PROVISIONAL}),
        Trigger.LAPSE,
        Cell(State.IN_PROGRESS, _BY_SYSTEM),
    ),
    (_UNDECIDED - {State.MASTERED_PROVISIONAL}, Trigger.COMPLETE, Cell(State.MASTERED_PROVISIONAL, _BY_SYSTEM)),
    (
        frozenset({State.MASTERED_PROVISIONAL}),
        Trigger.AUTO_CONFIRM,
        Cell(State.MASTERED, _BY_SYSTEM, (Need.NOT_FOR_CREDIT,)),
    ),
    (frozenset({State.MASTERED}), Trigger.LOW_RECORD, Cell(State.NEEDS_REVIEW, _BY_SYSTEM, (Need.LOW_LEVEL,))),
    (frozenset({State.MASTERED}), Trigger.LOW_RETENTION, Cell(State.NEEDS_REVIEW, _BY_SYSTEM, (Need.LOW_LEVEL,))),
    (frozenset({State.MASTERED}), Trigger.BASIS_CORRECTED, Cell(State.NEEDS_REVIEW, _BY_SYSTEM)),
    # evidence makes a derived decision anew each time, also when a correction takes the last of it away
    (frozenset({State.IN_PROGRESS, State.READY}), Trigger.EMPTIED, Cell(State.NOT_STARTED, _BY_SYSTEM)),
    # the body of evidence is complete again, as it is for results that arrive in another order (9.1, rule 2)
    (
        frozenset({State.NEEDS_REVIEW}),
        Trigger.COMPLETE,
        Cell(State.MASTERED, _BY_SYSTEM, (Need.SYSTEM_ASKED,)),
    ),
    # what people sign
    (frozenset({State.MASTERED_PROVISIONAL}), Trigger.CONFIRM, Cell(State.MASTERED, _TEACHER)),
    (_ANY, Trigger.OVERRIDE, Cell(State.MASTERED, _TEACHER, (Need.REASON, Need.ARTEFACT))),
    (frozenset({State.NEEDS_REVIEW}), Trigger.RESOLVE, Cell(State.MASTERED, _TEACHER)),
    (
        frozenset({State.NEEDS_REVIEW}),
        Trigger.REOPEN,
        Cell(State.IN_PROGRESS, _TEACHER, (Need.REASON, Need.NO_CREDIT_POSTED)),
    ),
    (frozenset({State.REVOKED}), Trigger.REOPEN, Cell(State.IN_PROGRESS, _TEACHER, (Need.REASON,))),
    (_UNDECIDED, Trigger.WAIVE, Cell(State.WAIVED, _TEACHER | _ADMINISTRATOR, (Need.REASON,))),
    (_UNDECIDED, Trigger.EXEMPT, Cell(State.EXEMPT, _CASE_MANAGER, (Need.REASON,))),
    (
        frozenset({State.MASTERED, State.NEEDS_REVIEW}),
        Trigger.REVOKE,
        Cell(State.REVOKED, _ADMINISTRATOR | _TEACHER, (Need.REASON, Need.NOTICE, Need.CO_SIGNATURE)),
    ),
    # ... and take back
    (
        frozenset({State.MASTERED}),
        Trigger.WITHDRAW,
        Cell(
            None,
            _TEACHER,
            (Need.STANDS, Need.AUTHOR, Need.NO_CREDIT_POSTED),
            frozenset({ActKind.CONFIRM, ActKind.OVERRIDE}),
        ),
    ),
    (
        frozenset({State.NEEDS_REVIEW}),
        Trigger.WITHDRAW,
        Cell(None, _TEACHER, (Need.STANDS, Need.AUTHOR, Need.NO_CREDIT_POSTED), frozenset({ActKind.OVERRIDE})),
    ),
    (
        frozenset({State.WAIVED}),
        Trigger.WITHDRAW,
        Cell(None, _TEACHER | _ADMINISTRATOR, (Need.STANDS, Need.REASON), frozenset({ActKind.WAIVE})),
    ),
    (
        frozenset({State.EXEMPT}),
        Trigger.WITHDRAW,
        Cell(None, _CASE_MANAGER, (Need.STANDS, Need.REASON), frozenset({ActKind.EXEMPT})),
    ),
    # an appeal is upheld by who need not be who revoked
    (
        frozenset({State.REVOKED}),
        Trigger.WITHDRAW,
        Cell(None, _ADMINISTRATOR, (Need.STANDS, Need.REASON), frozenset({ActKind.REVOKE})),
    ),
)

CELLS = {(state, trigger): cell for states, trigger, cell in TABLE for state in states}


def move(state: State, trigger: Trigger, by: Role | None, facts: Facts, policy: Policy) -> State | Refused:
    """The state that a decision moves to, or why it stays; `by` is the role in which somebody acts, or `SYSTEM`."""
    cell = CELLS.get((state, trigger))
    if cell is None:
        return Refused(Refusal.NOT_FROM_HERE)
    if by not in cell.who:
        return Refused(Refusal.NOT_BY_THEM, who=cell.who)
    to = facts.otherwise if cell.to is None else cell.to
    # what was revoked before stands again only as it was revoked: with a reason that the family is told
    needs = dict.fromkeys((*cell.needs, Need.REASON, Need.NOTICE) if to is State.REVOKED else cell.needs)
    lacks = tuple(need for need in needs if not _has(need, cell, by, facts, policy))
    return Refused(Refusal.LACKING, lacks=lacks) if lacks else to


SIGNED_ALONE = frozenset(
    {Trigger.OVERRIDE, Trigger.RESOLVE, Trigger.REOPEN, Trigger.WAIVE, Trigger.EXEMPT, Trigger.WITHDRAW}
)
"""What one person signs about one decision; many are confirmed at once, and two people revoke."""


def move_in_one_of(
    state: State, trigger: Trigger, roles: Iterable[Role], facts: Facts, policy: Policy
) -> State | Refused:
    """The state that a decision moves to in the first of somebody's roles in which it may; else the nearest refusal.

    What is lacking is nearer than who may, and who may is nearer than that it goes not from here.
    """
    refused = Refused(Refusal.NOT_BY_THEM)
    for role in sorted(roles):
        found = move(state, trigger, role, facts, policy)
        if not isinstance(found, Refused):
            return found
        refused = max(found, refused, key=lambda one: (bool(one.lacks), bool(one.who)))
    return refused


def signed_alone(state: State, stands: ActKind | None, roles: Iterable[Role], *, by_author: bool) -> list[Trigger]:
    """What somebody in some roles may sign alone about a decision, in the order of `Trigger`.

    `stands`: the act that made the decision lasting; `by_author`: whether they signed it, which else nobody but its
    author takes back.
    """
    found = {
        trigger
        for role in roles
        for trigger, cell in open_triggers(state, role)
        if trigger is not Trigger.WITHDRAW
        or (stands in cell.takes_back and (by_author or Need.AUTHOR not in cell.needs))
    }
    return [trigger for trigger in Trigger if trigger in found & SIGNED_ALONE]


def open_triggers(state: State, by: Role | None) -> Iterator[tuple[Trigger, Cell]]:
    """What somebody in a role may bring about in a state, and what it needs."""
    return ((trigger, cell) for (at, trigger), cell in CELLS.items() if at is state and by in cell.who)


def _has(need: Need, cell: Cell, by: Role | None, facts: Facts, policy: Policy) -> bool:
    match need:
        case Need.REASON:
            # white space does not make a reason longer
            return len(" ".join(facts.reason.split())) >= policy.judgement_reason_characters
        case Need.ARTEFACT:
            return not facts.credit_bearing or facts.artefacts >= policy.override_artefacts
        case Need.NOTICE:
            return facts.notified
        case Need.CO_SIGNATURE:
            return facts.cosigned_by is not None and {by, facts.cosigned_by} == cell.who
        case Need.AUTHOR:
            return facts.by_author
        case Need.NOT_FOR_CREDIT:
            return not facts.credit_bearing
        case Need.NO_CREDIT_POSTED:
            return not facts.credit_posted
        case Need.LOW_LEVEL:
            return facts.level is not None and facts.level < policy.needs_review_below
        case Need.STANDS:
            return facts.stands in cell.takes_back
        case Need.SYSTEM_ASKED:
            return facts.system_asked
