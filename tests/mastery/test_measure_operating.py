"""A threshold's two error rates: counted as defined, and simulated as an exact posterior says."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from estimate_oracle import Answer, Student
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit
from scipy.stats import binom

from mastery.estimate import DEFAULTS, UNCALIBRATED, ItemParameters, Model, TargetParameters, readout
from mastery.measure.operating import RATES, OperatingTable, operating_table, share_of, table_of
from mastery.measure.simulated_students import Plan, Simulated, simulate

BAR = 0.75
STUDENTS = 1500


@pytest.fixture(scope="module")
def defaults() -> OperatingTable:
    return operating_table(UNCALIBRATED, {}, BAR, (0.8, 0.9, 0.95), (10, 40), STUDENTS)


def by_hand(told: list[float], rate: list[float]) -> Simulated:
    """A hundred students of each kind, on one target after one sitting."""
    made = [np.repeat(np.array(column), 100)[:, None, None] for column in (rate, told)]
    return Simulated(np.zeros((*made[0].shape, 5)), *made)


def test_false_mastery_is_counted_below_the_bar_and_missed_mastery_at_it_and_above() -> None:
    # below the bar: .65 twice, .30; at or above it: .75, .85, .95
    seen = by_hand([0.95, 0.50, 0.92, 0.90, 0.40, 0.97], [0.65, 0.65, 0.30, 0.75, 0.85, 0.95])
    row = table_of(seen, BAR, (0.9,), (5,)).rows[0]
    figures = (row.false_mastery_at, row.false_mastery, row.missed_mastery_at, row.missed_mastery)
    assert [one and (one.share, one.cases) for one in figures] == [
        (0.5, 200), (pytest.approx(2 / 3), 300), (1.0, 100), (pytest.approx(1 / 3), 300),
    ]  # fmt: skip
    passing = {rate: one.share for rate, one in zip(RATES, row.passing, strict=True) if one}
    assert passing == {0.65: 0.5, 0.75: 1.0, 0.85: 0.0, 0.95: 1.0}


def test_the_threshold_recommended_is_the_smallest_that_few_pass_below_the_bar() -> None:
    told = [0.60, *[0.70] * 18, 0.83]
    seen = by_hand(told, [0.65] * 20)
    assert table_of(seen, BAR, (0.9,), (5,)).recommended == 0.71
    assert table_of(by_hand([0.999], [0.65]), BAR, (0.9,), (5,)).recommended is None
    # where nobody is to be found at that rate nothing is known
    assert table_of(by_hand([0.2], [0.85]), BAR, (0.9,), (5,)).recommended is None


def test_of_a_few_cases_nothing_is_said() -> None:
    passes = np.ones((60, 2), bool)
    assert share_of(passes[:49], passes[:49]) is None
    found = share_of(passes[:50], passes[:50])
    assert found is not None
    assert (found.share, found.cases) == (1.0, 100)


def test_standard_errors_are_the_spread_of_the_share_from_run_to_run() -> None:
    """Students whose four targets resemble each other; the error by case would be too small by a quarter."""
    random = np.random.default_rng(1)
    shares, errors = [], []
    for _ in range(400):
        level = random.normal(0, 1.5, (200, 1))
        found = share_of(random.random((200, 4)) < expit(level), random.random((200, 4)) < 0.8)
        assert found is not None
        shares.append(found.share)
        errors.append(found.standard_error)
    assert np.std(shares) == pytest.approx(np.mean(errors), rel=0.12)
    assert np.mean(errors) > 1.2 * np.sqrt(np.mean(shares) * (1 - np.mean(shares)) / 640)


def test_with_one_source_of_doubt_the_shares_are_those_of_an_exact_posterior() -> None:
    """Nothing but s, items all alike: the chance to pass at a rate is a binomial sum over a grid posterior."""
    tiny = 1e-6
    hyper = replace(
        DEFAULTS, general_variance=tiny, form_variance=tiny, item_variance=tiny, target_variance=1.5, general_drift=0.0,
        target_drift=0.0, practice_slope=0.0, forgetting=0.0, forgetting_variance=0.0, item_easiness_variance=0.0,
    )  # fmt: skip
    grid = np.linspace(-8, 8, 8001)
    rate, prior = expit(grid + hyper.item_easiness), np.exp(-(grid**2) / 3.0)
    likely = prior * binom.pmf(np.arange(11)[:, None], 10, rate)
    posterior = (likely * (rate >= BAR)).sum(axis=1) / likely.sum(axis=1)
    # far from every value that can be told, the filter's and the exact one
    threshold = float((posterior[8] + posterior[9]) / 2.0)
    row = operating_table(Model(hyper), {}, BAR, (threshold,), (10,), 6000).rows[0]
    for at, found in zip(RATES, row.passing, strict=True):
        assert found is not None
        assert found.share == pytest.approx(binom.sf(8, 10, at), abs=0.012 + 4 * found.standard_error), at
    below = rate < BAR
    exact = (prior * binom.sf(8, 10, rate))[below].sum() / prior[below].sum()
    assert row.false_mastery is not None
    assert row.false_mastery.share == pytest.approx(exact, abs=4 * row.false_mastery.standard_error)
    missed = 1.0 - (prior * binom.sf(8, 10, rate))[~below].sum() / prior[~below].sum()
    assert row.missed_mastery is not None
    assert row.missed_mastery.share == pytest.approx(missed, abs=4 * row.missed_mastery.standard_error)


def test_what_is_told_is_what_another_filter_tells_of_the_same_answers() -> None:
    plan = Plan(3, targets=2, sittings=3, questions=2, days=2.0)
    seen = simulate(UNCALIBRATED, {}, plan, BAR, 8)
    for student in range(plan.students):
        oracle = Student(DEFAULTS)
        for number in range(plan.sittings * plan.targets):
            sitting, target = divmod(number, plan.targets)
            asked = enumerate(seen.y[student, sitting, target].tolist())
            oracle.feed([Answer(number, target, 2 * number + j, y, 2.0 * number) for j, y in asked])
            told = readout(*oracle.reading(target), DEFAULTS, BAR).probability[0]
            assert seen.told[student, sitting, target] == pytest.approx(told, abs=1e-9)


@pytest.mark.parametrize("sittings", [1, 4, 8])
def test_what_is_told_is_true_of_the_students_simulated(sittings: int) -> None:
    """Of all who are told a probability, that share is at or above the bar: the definition of an honest filter."""
    seen = simulate(UNCALIBRATED, {}, Plan(STUDENTS, sittings=sittings), BAR, 3)
    told, above = seen.told[:, -1].ravel(), seen.rate[:, -1].ravel() >= BAR
    for part in np.array_split(np.argsort(told), 6):
        assert above[part].mean() == pytest.approx(told[part].mean(), abs=0.045)


def test_a_higher_threshold_passes_fewer_and_more_answers_miss_fewer(defaults: OperatingTable) -> None:
    rows = {(one.threshold, one.answers): one for one in defaults.rows}
    for answers in (10, 40):
        for low, high in ((0.8, 0.9), (0.9, 0.95)):
            pairs = zip(rows[low, answers].passing, rows[high, answers].passing, strict=True)
            assert all(one is None or other is None or one.share >= other.share for one, other in pairs)
    few, many = rows[0.9, 10].missed_mastery, rows[0.9, 40].missed_mastery
    assert few is not None
    assert many is not None
    assert many.share < few.share - 0.1


def test_the_default_threshold_passes_few_below_the_bar(defaults: OperatingTable) -> None:
    """The figures of docs/measurement.md, within the error of fewer students."""
    row = next(one for one in defaults.rows if (one.threshold, one.answers) == (0.9, 40))
    assert row.false_mastery_at is not None
    assert row.false_mastery_at.share < 0.05
    assert row.false_mastery is not None
    assert row.false_mastery.share < 0.025
    assert defaults.recommended is not None
    assert defaults.recommended < 0.9


def test_the_same_again_and_other_students_with_another_seed() -> None:
    plan = Plan(40, targets=2, sittings=2)
    first, again, other = (simulate(UNCALIBRATED, {}, plan, BAR, seed) for seed in (1, 1, 2))
    assert all(np.array_equal(getattr(first, name), getattr(again, name)) for name in ("y", "rate", "told"))
    assert not np.array_equal(first.y, other.y)


def test_questions_are_as_easy_as_their_items_are_calibrated() -> None:
    """One target of hard items and one of easy ones, with few of each: the rest are the target's typical ones."""
    hard, easy = [ItemParameters(1.0, -2.0, 0.0)] * 3, [ItemParameters(1.0, 3.0, 0.0)] * 3
    items = dict(enumerate([*hard, *easy]))
    model = Model(DEFAULTS, items, {70: TargetParameters(-2.0, 0.1), 71: TargetParameters(3.0, 0.3)})
    seen = simulate(model, {70: [0, 1, 2], 71: [3, 4, 5]}, Plan(600, targets=4, sittings=2), BAR, 5)
    assert seen.y.shape == (600, 2, 2, 5)
    # every student has both, in an order of their own
    rights, rates = np.sort(seen.y.mean(axis=(1, 3)), axis=1), np.sort(seen.rate[:, -1], axis=1)
    assert rights[:, 0].mean() < 0.35 < 0.8 < rights[:, 1].mean()
    assert rates[:, 0].mean() == pytest.approx(rights[:, 0].mean(), abs=0.05)
    assert rates[:, 1].mean() == pytest.approx(rights[:, 1].mean(), abs=0.05)


@settings(deadline=None, max_examples=20)
@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0.01, 0.99)), min_size=1, max_size=8), st.floats(0.01, 0.99))
def test_whoever_passes_below_the_bar_or_fails_above_it_is_an_error_and_nobody_else(
    kinds: list[tuple[float, float]], threshold: float
) -> None:
    told, rate = [one[0] for one in kinds], [one[1] for one in kinds]
    row = table_of(by_hand(told, rate), BAR, (threshold,), (5,)).rows[0]
    wrong = sum(100 for one, true in kinds if (one >= threshold) != (true >= BAR))
    counted = sum(one.share * one.cases for one in (row.false_mastery, row.missed_mastery) if one)
    assert counted == pytest.approx(wrong)
    assert sum(one.cases for one in (row.false_mastery, row.missed_mastery) if one) == 100 * len(kinds)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"answers": (7,)}, "7 can not be simulated: give whole sittings of 5"),
        ({"answers": (5, 205)}, "up to 200, such as"),
        ({"answers": ()}, "nothing can not be"),
        ({"thresholds": (1.0,)}, "1 is no threshold"),
        ({"bar": 1.0}, "bar"),
        ({"students": 0}, "below 1"),
    ],
)
def test_what_can_not_be_simulated_is_named(arguments: dict[str, object], said: str) -> None:
    usual: dict[str, object] = {"bar": BAR, "thresholds": (0.9,), "answers": (5,), "students": 20}
    with pytest.raises(ValueError, match=said):
        operating_table(UNCALIBRATED, {}, **{**usual, **arguments})  # type: ignore[arg-type]
