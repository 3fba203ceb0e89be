"""Who of a class needs an adult first."""

from __future__ import annotations

from collections import Counter
from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from mastery.decide import State
from mastery.grid import ClassRow, who_needs_me

ROWS = st.builds(
    ClassRow, st.integers(1, 30), st.sampled_from("abc"), st.integers(0, 2), st.integers(0, 2), st.integers(0, 2),
    st.dictionaries(st.sampled_from(State), st.integers(0, 3), max_size=4),
)  # fmt: skip


def row(student: int, name: str = "n", urgent: int = 0, act: int = 0, watch: int = 0, *states: State) -> ClassRow:
    return ClassRow(student, name, urgent, act, watch, Counter(states))


def test_pressing_flags_come_before_decisions_and_those_before_little_mastery() -> None:
    ordered = [
        row(1, urgent=1),
        row(2, act=2),
        row(3, act=1, watch=3),
        row(4, act=1),
        row(5, watch=1),
        row(6, "z", 0, 0, 0, State.MASTERED, State.NEEDS_REVIEW),
        row(7, "z", 0, 0, 0, State.IN_PROGRESS),
        row(8, "z", 0, 0, 0, State.IN_PROGRESS, State.MASTERED),
        row(9, "a", 0, 0, 0, State.MASTERED),
        row(10, "b", 0, 0, 0, State.NOT_STARTED),
    ]
    for some in permutations(ordered[:4]):
        assert who_needs_me([*reversed(ordered[4:]), *some]) == ordered


@given(st.lists(ROWS, max_size=12, unique_by=lambda one: one.student))
def test_nobody_is_lost_and_the_order_of_arrival_does_not_matter(rows: list[ClassRow]) -> None:
    ordered = who_needs_me(rows)
    assert sorted(one.student for one in ordered) == sorted(one.student for one in rows)
    assert who_needs_me(list(reversed(rows))) == ordered


@given(ROWS, st.lists(ROWS, max_size=6))
def test_one_more_urgent_flag_never_moves_a_student_down(one: ClassRow, others: list[ClassRow]) -> None:
    mine = ClassRow(99, one.name, one.urgent, one.act, one.watch, one.states)
    worse = ClassRow(99, one.name, one.urgent + 1, one.act, one.watch, one.states)
    before = who_needs_me([*others, mine]).index(mine)
    assert who_needs_me([*others, worse]).index(worse) <= before
