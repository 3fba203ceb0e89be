"""Answers that can be guessed and answers in several points, against posteriors that are integrated numerically."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from estimate_oracle import Answer
from estimate_paths import run
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit

from mastery.estimate import DEFAULTS, Advanced, Observations

# the memory of an item and what is not known of it are kept out, so that a grid over the sum alone is exact
H = dataclasses.replace(DEFAULTS, item_variance=1e-6, item_easiness_variance=0.0, general_drift=0.0)
TOTAL = H.general_variance + H.form_variance + H.target_variance
GRID = np.linspace(-9.0, 9.0, 6001)
PRIOR = np.exp(-0.5 * GRID**2 / TOTAL) / np.exp(-0.5 * GRID**2 / TOTAL).sum()


def steps(points: int, x: np.ndarray) -> np.ndarray:
    """P(0..points) at x: a generalised partial-credit model with equal steps, [..., points + 1]."""
    weights = np.exp(3.0 / (points + 2.0) * x[..., None] * np.arange(points + 1))
    return np.asarray(weights / weights.sum(axis=-1, keepdims=True))


def likelihood(answer: Answer) -> np.ndarray:
    x = GRID + (answer.easiness or 0.0)
    if answer.points > 1:
        return steps(answer.points, x)[:, round(answer.y * answer.points)]
    p = answer.guessing + (1.0 - answer.guessing) * expit(x)
    return np.asarray(p**answer.y * (1.0 - p) ** (1.0 - answer.y))


def exact(answers: list[Answer]) -> tuple[float, float]:
    """Mean and variance of g + f + s after answers on one target of a fresh student."""
    density = PRIOR * np.prod([likelihood(answer) for answer in answers], axis=0)
    density /= density.sum()
    mean = float(density @ GRID)
    return mean, float(density @ (GRID - mean) ** 2)


def told(done: Advanced) -> tuple[float, float]:
    """The same of the filter after one step: g of a fresh student moved by the share V_g / (V_g + V_f + V_s) of it."""
    share = H.general_variance / TOTAL
    return (
        done.states[0].general_mean / share,
        TOTAL - (H.general_variance - done.states[0].general_variance) / share**2,
    )


@pytest.mark.parametrize("choices", [2, 3, 4, 5])
@pytest.mark.parametrize("easiness", [-2.5, -1.0, 0.0, 1.0, 2.5])
@pytest.mark.parametrize("y", [0.0, 1.0])
def test_an_answer_that_can_be_guessed_moves_as_the_exact_posterior_does(
    choices: int, easiness: float, y: float
) -> None:
    """Within a quarter of a posterior standard deviation in the mean, a quarter of the variance."""
    answer = Answer(0, 1, 1, y, easiness=easiness, guessing=1.0 / choices)
    done = run([answer], H)
    mean, variance = told(done)
    exact_mean, exact_variance = exact([answer])
    assert abs(mean - exact_mean) < 0.25 * np.sqrt(exact_variance)
    assert variance == pytest.approx(exact_variance, rel=0.25)
    wanted = 1.0 / choices + (1.0 - 1.0 / choices) * float(PRIOR @ expit(GRID + easiness))
    assert done.prediction[0] == pytest.approx(wanted, abs=0.012)


def test_a_right_answer_says_the_less_the_easier_it_is_to_guess_and_a_wrong_one_no_less() -> None:
    right = [told(run([Answer(0, 1, 1, 1.0, easiness=-1.0, guessing=c)], H))[0] for c in (0.0, 0.2, 0.25, 0.5)]
    wrong = [told(run([Answer(0, 1, 1, 0.0, easiness=-1.0, guessing=c)], H))[0] for c in (0.0, 0.2, 0.25, 0.5)]
    assert right == sorted(right, reverse=True)
    assert right[-1] > 0.0
    assert wrong == pytest.approx([wrong[0]] * 4, abs=1e-12)


@pytest.mark.parametrize("points", [2, 3, 4, 6, 10])
@pytest.mark.parametrize("easiness", [-2.0, 0.0, 1.5])
@pytest.mark.parametrize("reached", ["none", "some", "all"])
def test_points_move_as_the_exact_posterior_does(points: int, easiness: float, reached: str) -> None:
    """The quadrature is exact but for a surprise, which a normal distribution can not follow all the way."""
    k = {"none": 0, "some": points // 2, "all": points}[reached]
    answer = Answer(0, 1, 1, k / points, easiness=easiness, points=points)
    done = run([answer], H)
    mean, variance = told(done)
    exact_mean, exact_variance = exact([answer])
    assert mean == pytest.approx(exact_mean, abs=0.03 * np.sqrt(exact_variance))
    assert variance == pytest.approx(exact_variance, rel=0.03)
    share = steps(points, GRID + easiness) @ np.arange(points + 1) / points
    assert done.prediction[0] == pytest.approx(float(PRIOR @ share), abs=1e-3)


def test_more_points_say_more_but_never_as_much_as_three_answers() -> None:
    def left(points: int) -> float:
        return told(run([Answer(0, 1, 1, 0.5 if points > 1 else 1.0, easiness=0.0, points=points)], H))[1]

    halves = [left(points) for points in (2, 4, 8, 16)]
    assert halves == sorted(halves, reverse=True)
    three = exact([Answer(0, 1, n, y, easiness=0.0) for n, y in enumerate((1.0, 0.0, 1.0))])[1]
    assert halves[0] < left(1) + 0.02
    assert halves[-1] > three - 0.05


@settings(deadline=None, max_examples=60)
@given(
    st.lists(
        st.tuples(
            st.integers(1, 3), st.integers(1, 6), st.integers(0, 4), st.sampled_from([0.0, 0.25, 0.5]), st.booleans()
        ),
        min_size=1,
        max_size=12,
    ),
    st.integers(0, 11),
)
def test_one_more_point_never_lowers_and_nothing_leaves_its_bounds(
    rows: list[tuple[int, int, int, float, bool]], place: int
) -> None:
    """Whatever kinds of answers are mixed: the last answer's target is told no less for one more point in it."""

    def path(extra: int) -> list[Answer]:
        made = []
        for n, (target, item, k, guessing, in_points) in enumerate(rows):
            here = min(k + (extra if n == len(rows) - 1 else 0), 4)
            y, points = (here / 4, 4) if in_points else (float(here > 2), 1)
            made.append(Answer(n, target, 10 * target + item + 100 * n, y, guessing=guessing, points=points))
        return made

    less, more = run(path(0), DEFAULTS), run(path(place % 3), DEFAULTS)
    assert more.after.mean[-1] >= less.after.mean[-1] - 1e-12
    for done in (less, more):
        assert ((done.prediction > 0.0) & (done.prediction < 1.0)).all()
        assert (done.after.variance > 0.0).all()
        assert np.isfinite(done.states[0].targets).all()


def test_what_guessing_and_points_may_be_is_said() -> None:
    for words, says in (
        ({"guessing": 0.9}, r"guessing has a value outside 0\.\.0\.75"),
        ({"points": 0}, r"points has a value outside 1\.\.20"),
        ({"points": 2.5}, "points has a value that is not whole"),
    ):
        with pytest.raises(ValueError, match=says):
            Observations.build(H, offsets=[0, 1], sitting=[0], target=[0], item=[0], y=[1.0], day=[0.0], **words)
