"""Whatever the records: score rules keep their bounds, their order and their oracles, and nothing is no value."""

from __future__ import annotations

import random
from fractions import Fraction

import methods_oracle as oracle
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from method_records import at_levels, one_by_one, scored, summed, with_items

from mastery.evidence import Feedback
from mastery.methods import METHODS, Said, Scale, Scored, choose, say
from mastery.methods.bkt import Bkt, traced
from mastery.methods.canvas import Row, by_quiz
from mastery.methods.kolibri import m_of_n
from mastery.methods.runs import longest_run, trimmed

BOUNDS = {Scale.PROBABILITY: (0, 1), Scale.LEVEL: (0, 4), Scale.PERCENT: (0, 100), Scale.YES_NO: (0, 1)}
UP = ["BKT", "DECAY", "WEIGHTED", "RECENT", "HIGHEST", "PCT80", "TRIMMED", "CANVAS_HIGHEST", "CANVAS_LATEST"]
UP += ["CANVAS_AVERAGE", "CANVAS_WEIGHTED", "CANVAS_DECAY", "OATUTOR_BKT", "MASTERYTRACE_BKT", "ALOSI_BKT"]
UP += ["N_CONSEC", "GATE", "KOLIBRI_M_OF_N", "KOLIBRI_IN_A_ROW"]

halves = st.integers(0, 8).map(lambda n: Fraction(n, 2))
shares = st.integers(0, 4).map(lambda n: Fraction(n, 4))
answers = st.lists(st.booleans(), min_size=1, max_size=30)
weights = st.integers(50, 99).map(lambda n: Fraction(n, 100))


@st.composite
def sittings(draw: st.DrawFn) -> list[Scored]:
    """Sittings of all kinds: with and without items, feedback, levels and company."""
    made = []
    for number in range(draw(st.integers(0, 8))):
        changes = {
            "level": draw(st.none() | halves),
            "weight": draw(st.sampled_from([Fraction(1), Fraction(1), Fraction(1, 2)])),
            "feedback": draw(st.sampled_from(Feedback)),
        }
        items = draw(st.lists(shares, max_size=12))
        if items:
            made.append(with_items(number, [float(one) for one in items], **changes))
        else:
            made.append(scored(number, share=draw(shares), **changes))
    return made


@pytest.mark.parametrize("name", METHODS)
@settings(max_examples=30)
@given(records=sittings(), seed=st.randoms(use_true_random=False))
def test_a_value_is_within_its_scale_and_does_not_depend_on_arrival(
    name: str, records: list[Scored], seed: random.Random
) -> None:
    said = say(choose(name), records)
    shuffled = list(records)
    seed.shuffle(shuffled)
    assert say(choose(name), shuffled) == said
    if said.value is None:
        assert said.mastered is None
    else:
        least, most = BOUNDS[METHODS[name].scale]
        assert least <= said.value <= most
        assert said.mastered is (float(said.value) >= choose(name).mastered_from)


@pytest.mark.parametrize("name", METHODS)
def test_nothing_is_no_value(name: str) -> None:
    assert say(choose(name), []) == Said(None, None)


@pytest.mark.parametrize("name", UP)
@settings(max_examples=30)
@given(records=sittings(), data=st.data())
def test_a_better_record_never_lowers_a_value(name: str, records: list[Scored], data: st.DataObject) -> None:
    assume(records)
    place = data.draw(st.integers(0, len(records) - 1))
    old = records[place]
    level = None if old.level is None else max(old.level, data.draw(halves))
    better = old._replace(level=level)
    if old.items:
        raised = [max(one.share, data.draw(shares)) for one in old.first_tries]
        better = better._replace(
            first_tries=tuple(one._replace(share=to) for one, to in zip(old.first_tries, raised, strict=True)),
            share=sum(raised, Fraction()) / len(raised),
        )
    else:
        better = better._replace(share=max(old.share, data.draw(shares)))
    before = say(choose(name), records).value
    after = say(choose(name), [*records[:place], better, *records[place + 1 :]]).value
    # floats move by their last bits where nothing was to move
    assert before is None or (after is not None and after >= before - Fraction(1, 10**12))


@given(order=st.permutations(range(8)), right=st.lists(shares, min_size=8, max_size=8), before=sittings())
def test_inside_a_test_without_feedback_order_changes_no_bit(
    order: list[int], right: list[Fraction], before: list[Scored]
) -> None:
    given_order = summed(100, [float(one) for one in right])
    other_order = summed(100, [float(right[n]) for n in order])
    assert say(choose("BKT"), [*before, given_order]) == say(choose("BKT"), [*before, other_order])


@given(path=st.lists(st.tuples(st.booleans(), st.lists(st.booleans(), min_size=1, max_size=5)), min_size=1, max_size=8))
def test_knowledge_tracing_is_that_of_the_oracle(path: list[tuple[bool, list[bool]]]) -> None:
    records = [(with_items if feedback else summed)(n, tries) for n, (feedback, tries) in enumerate(
        (feedback, [float(one) for one in tries]) for feedback, tries in path)]  # fmt: skip
    exact = oracle.bkt(path, Fraction(1, 4), Fraction(3, 20), Fraction(1, 10), Fraction(1, 5))
    assert float(say(choose("BKT"), records).value or 0) == pytest.approx(float(exact), abs=1e-12)


@given(
    tries=answers,
    known=st.integers(1, 99),
    transit=st.integers(1, 60),
    slip=st.integers(1, 40),
    guess=st.integers(1, 40),
)
def test_plain_tracing_is_that_of_the_oracle(
    tries: list[bool], known: int, transit: int, slip: int, guess: int
) -> None:
    p, t, s, g = (Fraction(one, 100) for one in (known, transit, slip, guess))
    exact = oracle.bkt([(True, tries)], p, t, s, g)
    model = Bkt(float(p), float(t), float(s), float(g))
    assert traced([float(one) for one in tries], model)[-1][1] == pytest.approx(float(exact), abs=1e-10)


@given(tries=answers)
def test_a_right_answer_never_lowers_and_a_wrong_one_never_raises_by_more_than_learning(tries: list[bool]) -> None:
    (_, now), *_ = traced([float(one) for one in tries], Bkt(0.25, 0.15, 0.10, 0.20))[-1:]
    known = Bkt(now if now < 1 else 1 - 1e-12, 0.15, 0.10, 0.20)
    ((right, after_right),) = traced([1.0], known)
    ((wrong, after_wrong),) = traced([0.0], known)
    assert right >= known.prior - 1e-12
    assert wrong <= known.prior + 1e-12
    assert after_right >= after_wrong
    assert after_wrong <= known.prior + (1 - known.prior) * 0.15 + 1e-12


@given(before=sittings(), tries=st.lists(st.sampled_from([0.0, 1.0]), min_size=1, max_size=12), feedback=st.booleans())
def test_one_more_right_answer_in_a_sitting_never_lowers_and_a_wrong_one_raises_by_learning_at_most(
    before: list[Scored], tries: list[float], feedback: bool
) -> None:
    """Whatever the cap of five effective items does to the weight of the others."""
    sitting = with_items if feedback else summed
    now, right, wrong = (
        float(say(choose("BKT"), [*before, sitting(100, some)]).value or 0)
        for some in (tries, [*tries, 1.0], [*tries, 0.0])
    )
    assert right >= now - 1e-12
    assert wrong <= now + (1 - now) * 0.15 + 1e-12


@given(scores=st.lists(halves, min_size=1, max_size=12), weight=weights)
def test_the_two_averages_are_those_of_the_oracle(scores: list[Fraction], weight: Fraction) -> None:
    records, written = at_levels([float(one) for one in scores]), {"weight": str(float(weight))}
    assert say(choose("DECAY", written), records).value == oracle.decay(scores, weight)
    assert say(choose("WEIGHTED", written), records).value == oracle.weighted(scores, weight)
    if len(scores) < 3:
        assert oracle.decay(scores, weight) == oracle.weighted(scores, weight)


@given(levels=st.lists(st.integers(1, 8).map(lambda n: n / 2), min_size=4, max_size=12))
def test_the_power_law_is_that_of_the_oracle(levels: list[float]) -> None:
    assert float(say(choose("POWER"), at_levels(levels)).value or 0) == pytest.approx(oracle.power(levels))


@given(scores=st.lists(halves, max_size=12), count=st.integers(1, 10))
def test_enough_scores_have_the_mean_of_those_that_reach_mastery(scores: list[Fraction], count: int) -> None:
    reached = [one for one in scores if one >= 3]
    value = say(choose("N_OF", {"count": str(count)}), at_levels([float(one) for one in scores])).value
    assert value == (Fraction(sum(reached), len(reached)) if len(reached) >= count else None)


@given(right=answers, count=st.integers(2, 10))
def test_runs_are_those_of_the_oracle(right: list[bool], count: int) -> None:
    said = say(choose("N_CONSEC", {"count": str(count)}), one_by_one([float(one) for one in right]))
    assert said.mastered is (oracle.run_of(right, count) if len(right) >= count else None)
    assert (longest_run(right) >= count) is oracle.run_of(right, count)


@given(right=answers, of=st.integers(1, 10), data=st.data())
def test_windows_are_those_of_the_oracle(right: list[bool], of: int, data: st.DataObject) -> None:
    correct = data.draw(st.integers(1, of))
    progress = m_of_n(right, correct, of)
    assert (progress == 1) is oracle.in_window(right, correct, of)
    assert Fraction(1, 1000) <= progress <= 1
    if progress < 1:
        assert progress in (Fraction(sum(right[-of:]), correct), Fraction(1, 1000))


@given(scores=st.lists(shares, min_size=1, max_size=8), lowest=st.integers(0, 3), highest=st.integers(0, 3))
def test_what_is_left_lies_between_what_was_dropped(scores: list[Fraction], lowest: int, highest: int) -> None:
    value = trimmed(scores, lowest, highest)
    assert (value is None) is (len(scores) <= lowest + highest)
    if value is not None:
        assert min(scores) <= value <= max(scores)


@given(
    questions=st.lists(
        st.tuples(shares, st.integers(1, 5).map(Fraction), st.none() | st.integers(1, 3)), min_size=1, max_size=12
    )
)
def test_a_quiz_keeps_its_points_however_they_are_spread(
    questions: list[tuple[Fraction, Fraction, int | None]],
) -> None:
    rows = [Row(*one) for one in questions]
    for row, score in zip(rows, by_quiz(rows, Fraction(4)), strict=True):
        own = [one for one in rows if one.quiz == row.quiz] if row.quiz is not None else [row]
        points = sum((one.possible for one in own), Fraction())
        assert score * points == 4 * sum((one.possible * one.share for one in own), Fraction())
