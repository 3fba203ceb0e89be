"""What was told of a rate against the next answers: the points, and that honesty scores as it should."""

from __future__ import annotations

import numpy as np
import pytest
from answer_sets import Given, made_up
from scipy import integrate
from scipy.special import expit, logit, ndtr
from scipy.stats import binom, norm

from mastery.estimate.readout import RANGE_HALF_WIDTH
from mastery.measure import AnswerSet
from mastery.measure.ahead import Ahead, chance_of_reaching, covered, look_ahead, reached
from mastery.measure.metrics import ece

BAR = 0.75


def test_points_have_three_answers_on_the_target_before_them_and_the_next_three_to_five_after() -> None:
    answers = AnswerSet.of(made_up(12, 700, skills=4))
    expected = []
    for row in range(answers.rows):
        same = [
            other
            for other in range(answers.rows)
            if answers.student[other] == answers.student[row] and answers.target[other] == answers.target[row]
        ]
        place = same.index(row)
        some = same[place : place + 5]
        if place >= 3 and len(some) >= 3:
            expected.append((row, len(some), int(sum(answers.y[one] for one in some))))
    found = look_ahead(answers)
    assert list(zip(found.row.tolist(), found.count.tolist(), found.right.tolist(), strict=True)) == expected
    assert len(expected) > 50


def test_students_with_few_answers_give_no_points() -> None:
    rows = [Given("a", f"i{number}", "s", 1.0) for number in range(5)]
    assert len(look_ahead(AnswerSet.of(rows)).row) == 0
    found = look_ahead(AnswerSet.of([*rows, Given("a", "i", "s", 0.5)]))
    assert (found.row.tolist(), found.count.tolist(), found.right.tolist()) == ([3], [3], [3])


@pytest.mark.parametrize(("count", "needed"), [(3, 3), (4, 3), (5, 4)])
def test_a_bar_of_three_quarters_asks_for_so_many(count: int, needed: int) -> None:
    ahead = Ahead(np.zeros(6, np.int64), np.full(6, count), np.arange(6))
    assert reached(ahead, BAR).tolist() == [float(right >= needed) for right in range(6)]


def told(mean: np.ndarray, spread: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Range and probability of a rate whose logit is N(mean, spread^2)."""
    reach = RANGE_HALF_WIDTH * spread
    return expit(mean - reach), expit(mean + reach), ndtr((mean - logit(BAR)) / spread)


@pytest.mark.parametrize("mean", [-2.0, 0.3, 1.1, 3.0])
@pytest.mark.parametrize("spread", [0.05, 0.5, 1.2])
@pytest.mark.parametrize("count", [3, 4, 5])
def test_chances_of_counts_are_integrals_over_the_rate(mean: float, spread: float, count: int) -> None:
    low, high, probability = told(np.array([mean]), np.array([spread]))

    def chance(fewest: int) -> float:
        found, _ = integrate.quad(
            lambda x: binom.sf(fewest - 1, count, expit(x)) * norm.pdf(x, mean, spread),
            mean - 9 * spread,
            mean + 9 * spread,
        )
        return float(found)

    counts = np.array([count])
    needed = int(np.ceil(BAR * count))
    assert chance_of_reaching(counts, low, high, probability, BAR)[0] == pytest.approx(chance(needed), abs=1e-6)
    for right in range(count + 1):
        start, end = 1.0 - chance(right), 1.0 - chance(right + 1)
        inside = max(0.0, min(end, 0.9) - max(start, 0.1)) / (end - start)
        ahead = Ahead(np.array([0]), counts, np.array([right]))
        assert covered(ahead, low, high)[0] == pytest.approx(inside, abs=1e-5)


@pytest.fixture(scope="module")
def honest() -> tuple[Ahead, np.ndarray, np.ndarray]:
    """Rates that are drawn from what is told of them, and the answers that come: with mean and spread of each."""
    random = np.random.default_rng(8)
    size = 30_000
    mean, spread = random.normal(0.8, 1.0, size), random.uniform(0.2, 1.0, size)
    count = random.integers(3, 6, size)
    right = random.binomial(count, expit(random.normal(mean, spread)))
    return Ahead(np.arange(size), count, right), mean, spread


def test_an_honest_estimate_has_no_calibration_error_and_covers_four_fifths(
    honest: tuple[Ahead, np.ndarray, np.ndarray],
) -> None:
    ahead, mean, spread = honest
    low, high, probability = told(mean, spread)
    assert ece(reached(ahead, BAR), chance_of_reaching(ahead.count, low, high, probability, BAR)) < 0.015
    assert float(np.mean(covered(ahead, low, high))) == pytest.approx(0.8, abs=0.008)


def test_an_estimate_that_is_too_sure_too_high_or_too_vague_is_found_out(
    honest: tuple[Ahead, np.ndarray, np.ndarray],
) -> None:
    ahead, mean, spread = honest

    def figures(said: np.ndarray, width: np.ndarray) -> tuple[float, float]:
        low, high, probability = told(said, width)
        chance = chance_of_reaching(ahead.count, low, high, probability, BAR)
        return ece(reached(ahead, BAR), chance), float(np.mean(covered(ahead, low, high)))

    sure, high, vague = figures(mean, spread / 4.0), figures(mean + 0.5, spread), figures(mean, spread * 2.0)
    # with so few answers chance is most of a range: four times too narrow, it still covers .76
    assert sure[1] < 0.77
    assert high[0] > 0.05
    assert vague[0] > 0.02
    assert vague[1] > 0.84


def test_certainty_can_be_judged_too() -> None:
    ahead = Ahead(np.arange(3), np.full(3, 5), np.array([5, 0, 5]))
    low, high, probability = np.array([1.0, 0.0, 1e-12]), np.array([1.0, 0.0, 1.0]), np.array([1.0, 0.0, 0.5])
    chance = chance_of_reaching(ahead.count, low, high, probability, BAR)
    assert np.isfinite(chance).all()
    assert np.isfinite(covered(ahead, low, high)).all()
