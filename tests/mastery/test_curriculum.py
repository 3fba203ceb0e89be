"""What makes a competency and a course on a day, and that nothing whole is taken away by what is said later."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mastery.body.words import State
from mastery.curriculum import Marked, Required, eras, is_apart, priorities, required_on
from mastery.policy import DEFAULT_POLICY as POLICY
from mastery.rollup import Era, OnTarget, Part, Standing, competency, whole

SEPT = date(2026, 9, 1)
OCT, NOV = date(2026, 10, 1), date(2026, 11, 2)
TARGETS = {"ratios": [1, 2, 3], "lines": [4, 5], "empty": []}


def targets(one: int | str) -> Sequence[int | str]:
    return TARGETS[str(one)]


def mastered(*when: tuple[int, date], level: float = 3.0) -> dict[int | str, OnTarget]:
    return {target: OnTarget(State.MASTERED, level, day) for target, day in when}


def test_said_of_none_every_target_is_a_priority() -> None:
    (era,) = eras([], [], targets, ["ratios"], NOV)
    assert era == Era(None, {"ratios": [Part(1), Part(2), Part(3)]}, {})


def test_the_latest_first_day_counts_and_of_two_of_a_day_the_later_signature() -> None:
    said = [Marked(3, 1, True, OCT), Marked(1, 1, False, OCT), Marked(2, 1, False, NOV), Marked(4, 2, False, SEPT)]
    assert priorities(said, SEPT) == {2: False}
    assert priorities(said, OCT) == {1: True, 2: False}
    assert priorities(said, NOV) == {1: False, 2: False}


def test_a_course_needs_what_was_asked_for_and_not_taken_back() -> None:
    said = [
        Required(1, "math-8", "ratios", True, SEPT), Required(2, "math-8", "lines", True, SEPT),
        Required(3, "math-8", "ratios", False, NOV), Required(4, "math-7", "ratios", True, OCT),
    ]  # fmt: skip
    assert required_on(said, OCT) == {"math-8": ["ratios", "lines"], "math-7": ["ratios"]}
    assert required_on(said, NOV) == {"math-8": ["lines"], "math-7": ["ratios"]}


def test_a_competency_without_a_target_is_in_no_course() -> None:
    said = [Required(1, "math-8", "empty", True, SEPT), Required(2, "math-8", "lines", True, SEPT)]
    (_, era) = eras([], said, targets, [], NOV)
    assert era.courses == {"math-8": ["lines"]}
    assert "empty" not in era.competencies


def test_what_was_whole_stays_whole_when_more_is_asked_for_later() -> None:
    said = [Marked(1, 3, False, SEPT), Marked(2, 3, True, NOV)]
    need = [Required(1, "math-8", "ratios", True, SEPT), Required(2, "math-8", "lines", True, NOV)]
    # however the three are marked, all of them are mastered in October
    lenient = [Marked(1, 3, False, SEPT), Marked(2, 2, False, SEPT), Marked(3, 2, True, NOV), Marked(4, 3, True, NOV)]
    known = mastered((1, OCT), (2, OCT), (3, OCT))
    for marks in (said, lenient):
        found = whole(eras(marks, need, targets, [], NOV), known, POLICY)
        assert found.competencies["ratios"].standing is Standing.MASTERED
        # whole in October, before lines were asked for
        assert found.courses["math-8"].standing is Standing.MASTERED
    late = mastered((1, OCT), (2, OCT), (3, NOV))
    found = whole(eras(said, need, targets, [], NOV), late, POLICY)
    assert (found.courses["math-8"].standing, found.courses["math-8"].missing) == (Standing.OPEN, ("lines",))


def test_a_supporting_target_made_a_priority_later_takes_no_competency_away() -> None:
    five = {"c": [1, 2, 3, 4, 5, 6]}
    marks = [*(Marked(n, n, False, SEPT) for n in range(2, 7)), Marked(9, 6, True, NOV)]
    known = mastered(*((n, OCT) for n in range(1, 6)))
    before = eras(marks, [], lambda one: five[str(one)], ["c"], OCT)
    after = eras(marks, [], lambda one: five[str(one)], ["c"], NOV)
    assert whole(before, known, POLICY).competencies == whole(after, known, POLICY).competencies
    assert whole(after, known, POLICY).competencies["c"].standing is Standing.MASTERED
    # who was one short of it in October is asked for the new priority target
    late = whole(after, known | mastered((5, NOV)), POLICY).competencies["c"]
    assert (late.standing, late.missing) == (Standing.OPEN, (6,))


_days = st.integers(0, 60).map(lambda number: SEPT + timedelta(days=number))
_marks = st.lists(st.tuples(st.integers(1, 5), st.booleans(), _days), max_size=6).map(
    lambda some: [Marked(number, *one) for number, one in enumerate(some)]
)
_known = st.dictionaries(
    st.integers(1, 5),
    st.builds(OnTarget, st.sampled_from(State), st.sampled_from([2.0, 3.0, 4.0]), st.none() | _days),
)


@given(_marks, _known, _days, st.integers(1, 60), st.tuples(st.integers(1, 5), st.booleans()))
def test_a_change_on_a_day_leaves_every_day_before_as_it_was(
    marks: list[Marked], known: dict[int | str, OnTarget], day: date, later: int, change: tuple[int, bool]
) -> None:
    more = [*marks, Marked(99, *change, day + timedelta(days=later))]
    need = [Required(1, "math-8", "ratios", True, SEPT), Required(2, "math-8", "lines", True, SEPT)]
    one, other = (whole(eras(some, need, targets, [], day), known, POLICY) for some in (marks, more))
    assert one == other


@given(_marks, _known, _days)
def test_a_day_with_one_era_is_the_sentence_and_more_eras_only_add_what_was_whole(
    marks: list[Marked], known: dict[int | str, OnTarget], day: date
) -> None:
    over_time = eras(marks, [], targets, ["ratios", "lines"], day)
    found = whole(over_time, known, POLICY).competencies
    for one, rolled in found.items():
        today = competency(over_time[-1].competencies[one], known, POLICY)
        assert rolled == today or (rolled.standing is Standing.MASTERED and len(over_time) > 1)


@pytest.mark.parametrize(
    ("words", "apart"),
    [
        ("SEL", True),
        ("Skill", True),
        ("disposition", True),
        ("Disposition target", True),
        ("Skill statement", True),
        (None, False),
        ("Standard", False),
        ("Learning Target", False),
        ("Selected response", False),
    ],
)
def test_skills_and_dispositions_are_told_apart(words: str | None, apart: bool) -> None:
    assert is_apart(words) is apart


def test_there_is_an_era() -> None:
    with pytest.raises(ValueError, match="era"):
        whole([], {}, POLICY)
