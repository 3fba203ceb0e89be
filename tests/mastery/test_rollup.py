"""From targets to competencies and courses: counted, and never averaged (domain 2.4; rule 1 of 9.1)."""

from __future__ import annotations

from collections.abc import Mapping
from statistics import median

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from mastery.body.words import LASTING, State
from mastery.policy import DEFAULT_POLICY as POLICY
from mastery.rollup import OnTarget, Part, Rolled, Standing, competency, course, summary_level

MASTERED, REVIEW, PROVISIONAL = State.MASTERED, State.NEEDS_REVIEW, State.MASTERED_PROVISIONAL
LIFTED = {State.WAIVED, State.EXEMPT}


def on(states: Mapping[int, State], level: float | None = 3.0) -> dict[int | str, OnTarget]:
    return {target: OnTarget(state, level) for target, state in states.items()}


def parts(priority: int, supporting: int) -> list[Part]:
    """Priority targets from 1 on, supporting ones from 101 on."""
    return [Part(n + 1) for n in range(priority)] + [Part(n + 101, priority=False) for n in range(supporting)]


situations = st.tuples(st.integers(0, 4), st.integers(0, 7)).flatmap(
    lambda size: st.tuples(
        st.just(parts(*size)),
        st.fixed_dictionaries({part.target: st.sampled_from(State) for part in parts(*size)}),
    )
)


def oracle(some: list[Part], states: Mapping[int, State]) -> Standing:
    """The sentence once more, in whole numbers: four fifths of the supporting targets that are owed."""

    def holds(good: set[State]) -> bool:
        owed = [part for part in some if states[part.target] not in LIFTED]
        supporting = [states[part.target] in good for part in owed if not part.priority]
        return all(states[part.target] in good for part in owed if part.priority) and (
            5 * sum(supporting) >= 4 * len(supporting)
        )

    if all(state in LIFTED for state in states.values()):
        return Standing.LIFTED
    if holds({MASTERED, REVIEW}):
        return Standing.MASTERED
    return Standing.PROVISIONAL if holds({MASTERED, REVIEW, PROVISIONAL}) else Standing.OPEN


@given(situations)
def test_a_competency_is_mastered_exactly_if_the_sentence_of_the_specification_holds(
    situation: tuple[list[Part], dict[int, State]],
) -> None:
    some, states = situation
    assume(some)
    assert competency(some, on(states), POLICY).standing is oracle(some, states)


@pytest.mark.parametrize(("supporting", "needed"), [(1, 1), (2, 2), (3, 3), (4, 4), (5, 4), (6, 5), (10, 8), (15, 12)])
def test_four_fifths_of_the_supporting_targets_are_enough(supporting: int, needed: int) -> None:
    for mastered in range(supporting + 1):
        states = {1: MASTERED, **{101 + n: MASTERED for n in range(mastered)}}
        found = competency(parts(1, supporting), on(states), POLICY)
        assert (found.standing is Standing.MASTERED) == (mastered >= needed)
        assert found.supporting_needed == max(needed - mastered, 0)
        assert found.supporting == tuple(range(101 + mastered, 101 + supporting))


@given(situations)
def test_mastering_what_is_told_to_be_missing_is_enough_and_nothing_less_is(
    situation: tuple[list[Part], dict[int, State]],
) -> None:
    some, states = situation
    assume(some)
    found = competency(some, on(states), POLICY)
    told = [*found.missing, *found.supporting[: found.supporting_needed]]
    if found.standing is Standing.LIFTED:
        assert told == []
        return
    assert (found.standing is Standing.MASTERED) == (told == [])
    after = competency(some, on({**states, **dict.fromkeys(told, MASTERED)}), POLICY)
    assert after.standing is Standing.MASTERED
    for one in told:
        rest = [other for other in told if other != one]
        assert competency(some, on({**states, **dict.fromkeys(rest, MASTERED)}), POLICY).standing is not after.standing


def test_a_question_about_mastery_takes_no_competency_away() -> None:
    before = competency(parts(2, 5), on(dict.fromkeys([1, 2, 101, 102, 103, 104], MASTERED)), POLICY)
    after = competency(parts(2, 5), on(dict.fromkeys([1, 2, 101, 102, 103, 104], REVIEW)), POLICY)
    assert before == after
    assert before.standing is Standing.MASTERED


def test_what_is_waived_or_exempt_is_left_out_of_the_count_and_is_no_mastery() -> None:
    # three of four that are owed are not four fifths, though four of five would be
    states = {1: MASTERED, 101: State.WAIVED, **dict.fromkeys([102, 103, 104], MASTERED)}
    found = competency(parts(1, 5), on(states), POLICY)
    assert (found.standing, found.supporting, found.supporting_needed) == (Standing.OPEN, (105,), 1)
    assert found.lifted == (101,)
    assert competency(parts(2, 0), on({1: MASTERED, 2: State.EXEMPT}), POLICY).standing is Standing.MASTERED
    assert competency(parts(2, 0), on({1: State.WAIVED, 2: State.EXEMPT}), POLICY).standing is Standing.LIFTED
    assert competency(parts(1, 0), on({1: State.REVOKED}), POLICY).standing is Standing.OPEN


_RANK = {Standing.OPEN: 0, Standing.PROVISIONAL: 1, Standing.LIFTED: 2, Standing.MASTERED: 2}


@given(situations, st.data())
def test_a_waiver_never_makes_it_worse_and_mastery_is_never_worse_than_a_waiver(
    situation: tuple[list[Part], dict[int, State]], data: st.DataObject
) -> None:
    some, states = situation
    assume(some)
    one = data.draw(st.sampled_from([part.target for part in some]))
    assume(states[one] not in LASTING | {PROVISIONAL})

    def rank(state: State) -> int:
        return _RANK[competency(some, on({**states, one: state}), POLICY).standing]

    assert rank(states[one]) <= rank(State.WAIVED) <= rank(MASTERED)
    assert rank(State.EXEMPT) == rank(State.WAIVED)


@given(situations, st.lists(st.sampled_from([0.0, 2.0, 3.0, 4.0]), min_size=11, max_size=11))
def test_no_level_makes_or_breaks_a_pass(situation: tuple[list[Part], dict[int, State]], levels: list[float]) -> None:
    some, states = situation
    assume(some)
    known = {part.target: OnTarget(states[part.target], level) for part, level in zip(some, levels, strict=False)}
    assert competency(some, known, POLICY).standing is competency(some, on(states), POLICY).standing


def test_high_levels_do_not_make_up_for_a_target_that_is_open() -> None:
    known = {1: OnTarget(MASTERED, 4.0), 2: OnTarget(MASTERED, 4.0), 3: OnTarget(State.IN_PROGRESS, 2.5)}
    found = competency(parts(3, 0), known, POLICY)
    assert (found.standing, found.missing, found.level) == (Standing.OPEN, (3,), None)


def test_the_level_tells_of_what_is_mastered_once_the_whole_is() -> None:
    known = {1: OnTarget(MASTERED, 3.0), 2: OnTarget(MASTERED, 4.0), 3: OnTarget(REVIEW, 3.5), 4: OnTarget(MASTERED)}
    assert competency(parts(4, 0), known, POLICY).level == 3.5
    assert competency(parts(1, 0), on({1: MASTERED}, None), POLICY).level is None
    five = {101 + n: OnTarget(MASTERED, 4.0) for n in range(4)} | {105: OnTarget(State.IN_PROGRESS, 1.0)}
    assert competency(parts(0, 5), five, POLICY).level == 4.0


@given(st.lists(st.integers(0, 8).map(lambda number: number / 2), min_size=1))
def test_a_summary_is_the_median_to_the_nearest_half_point(levels: list[float]) -> None:
    middle = median(levels)
    found = summary_level([None, *levels])
    assert found is not None
    assert (2 * found).is_integer()
    assert found - middle in (0, 0.25)


def rolled(standing: Standing, level: float | None = None) -> Rolled:
    return Rolled(standing, level)


def test_a_course_is_all_of_its_required_competencies() -> None:
    good = {"a": rolled(Standing.MASTERED, 3.0), "b": rolled(Standing.MASTERED, 4.0)}
    assert course(["a", "b"], good) == Rolled(Standing.MASTERED, 3.5)
    more = {**good, "c": rolled(Standing.OPEN), "d": rolled(Standing.PROVISIONAL), "e": rolled(Standing.LIFTED)}
    found = course(["a", "b", "c", "d"], more)
    assert (found.standing, found.missing, found.unconfirmed, found.level) == (
        Standing.OPEN, ("c", "d"), ("d",), None,
    )  # fmt: skip
    assert course(["a", "d"], more).standing is Standing.PROVISIONAL
    assert course(["a", "e"], more) == Rolled(Standing.MASTERED, 3.0, lifted=("e",))
    assert course(["e"], more) == Rolled(Standing.LIFTED, lifted=("e",))
    # one that is not required, however low, changes nothing
    assert course(["a", "b"], {**good, "f": rolled(Standing.MASTERED, 1.0)}) == course(["a", "b"], good)


@pytest.mark.parametrize("wrong", [[], [Part(1), Part(1, priority=False)]])
def test_there_is_something_to_roll_up_and_each_thing_once(wrong: list[Part]) -> None:
    with pytest.raises(ValueError):
        competency(wrong, {}, POLICY)
    with pytest.raises(ValueError):
        course([part.target for part in wrong], {1: rolled(Standing.MASTERED)})
    with pytest.raises(KeyError):
        course(["unknown"], {})
