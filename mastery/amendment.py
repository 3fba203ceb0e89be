"""A family contests a record: from the request to a named person's decision, a hearing, and a statement (99.20-22).

What is contested is whether a record is accurate, misleading, or against privacy. A professional judgement is not
contested here: it has an appeal of its own (domain 7.1).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from enum import StrEnum

DECIDE_WITHIN = timedelta(days=45)
"""Calendar days; the law says a reasonable time, and 45 days is what it gives for an inspection."""


class Contested(StrEnum):
    """Which part of a record is contested."""

    PERSON = "person"
    ENROLLMENT = "enrollment"
    RESULT = "result"
    FLAG = "flag"
    OTHER = "other"
    JUDGEMENT = "judgement"


class Step(StrEnum):
    """What is done about a request, by a named person each time."""

    GRANT = "grant"
    REFUSE = "refuse"
    ASK_HEARING = "ask_hearing"
    HEARING_GRANTS = "hearing_grants"
    HEARING_REFUSES = "hearing_refuses"
    STATEMENT = "statement"


class State(StrEnum):
    """Where a request stands."""

    ASKED = "asked"
    GRANTED = "granted"
    REFUSED = "refused"
    HEARING = "hearing"
    UPHELD = "upheld"


FAMILY_STEPS = frozenset({Step.ASK_HEARING, Step.STATEMENT})
DECISIONS = frozenset({Step.GRANT, Step.REFUSE, Step.HEARING_GRANTS, Step.HEARING_REFUSES})

_NEXT: dict[tuple[State, Step], State] = {
    (State.ASKED, Step.GRANT): State.GRANTED,
    (State.ASKED, Step.REFUSE): State.REFUSED,
    (State.REFUSED, Step.ASK_HEARING): State.HEARING,
    (State.REFUSED, Step.STATEMENT): State.REFUSED,
    (State.HEARING, Step.HEARING_GRANTS): State.GRANTED,
    (State.HEARING, Step.HEARING_REFUSES): State.UPHELD,
    (State.UPHELD, Step.STATEMENT): State.UPHELD,
}


def is_contestable(contested: Contested) -> bool:
    """Whether a request about this is taken; a professional judgement goes to an appeal."""
    return contested is not Contested.JUDGEMENT


def open_steps(state: State) -> frozenset[Step]:
    """What can be done next."""
    return frozenset(step for at, step in _NEXT if at is state)


def after(state: State, step: Step) -> State:
    """Where a request stands after a step. ValueError for a step that is not open."""
    try:
        return _NEXT[state, step]
    except KeyError:
        raise ValueError(f"a request that is {state} can not be followed by {step}") from None


def state_of(steps: Iterable[Step]) -> State:
    """Where a request stands after its steps, oldest first. ValueError for steps that no request can have."""
    state = State.ASKED
    for step in steps:
        state = after(state, step)
    return state


def decide_by(asked_on: date) -> date:
    """The last day for the school to decide a request."""
    return asked_on + DECIDE_WITHIN
