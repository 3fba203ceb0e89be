"""A request for a correction goes from one state to the next, and never past a named decision."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mastery.amendment import (
    DECISIONS,
    FAMILY_STEPS,
    Contested,
    State,
    Step,
    after,
    decide_by,
    is_contestable,
    open_steps,
    state_of,
)


@st.composite
def walks(draw: st.DrawFn) -> list[Step]:
    """Steps that are open one after another."""
    steps: list[Step] = []
    for _ in range(draw(st.integers(0, 8))):
        choices = sorted(open_steps(state_of(steps)))
        if not choices:
            break
        steps.append(draw(st.sampled_from(choices)))
    return steps


@given(walks())
def test_what_was_corrected_stays_corrected(steps: list[Step]) -> None:
    state = state_of(steps)
    decided = [step for step in steps if step in DECISIONS]
    assert (state is State.GRANTED) == (bool(decided) and decided[-1] in (Step.GRANT, Step.HEARING_GRANTS))
    if state is State.GRANTED:
        assert open_steps(state) == frozenset()
    if Step.STATEMENT in steps:
        assert Step.REFUSE in steps[: steps.index(Step.STATEMENT)]
    assert len(decided) <= 2


@given(walks())
def test_a_refused_family_always_has_a_step(steps: list[Step]) -> None:
    state = state_of(steps)
    if state in (State.REFUSED, State.UPHELD):
        assert Step.STATEMENT in open_steps(state)
    if state in (State.ASKED, State.HEARING):
        assert open_steps(state) <= DECISIONS


@given(walks(), st.sampled_from(Step))
def test_a_step_that_is_not_open_is_refused(steps: list[Step], step: Step) -> None:
    state = state_of(steps)
    if step in open_steps(state):
        assert state_of([*steps, step]) is after(state, step)
    else:
        with pytest.raises(ValueError, match="can not be followed"):
            after(state, step)


def test_every_step_is_somebodys() -> None:
    assert set(Step) == FAMILY_STEPS | DECISIONS
    assert not FAMILY_STEPS & DECISIONS


def test_a_judgement_is_not_contested_here() -> None:
    assert [one for one in Contested if not is_contestable(one)] == [Contested.JUDGEMENT]


def test_the_school_has_45_days() -> None:
    assert decide_by(date(2026, 1, 1)) == date(2026, 2, 15)
