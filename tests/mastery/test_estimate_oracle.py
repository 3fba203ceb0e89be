"""The compiled filter against the dense transcription of the same equations."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from estimate_oracle import Answer, Student
from estimate_paths import PREREQUISITES, random_path, run

from mastery.estimate import DEFAULTS, Hyperparameters, SubjectState, levels

FORGETFUL = dataclasses.replace(
    DEFAULTS, forgetting=0.4, forgetting_variance=0.05, learning_right=0.05, learning_wrong=-0.02
)
LEANING = dataclasses.replace(FORGETFUL, prerequisite_share=0.6)


def assert_agree(state: SubjectState, oracle: Student, hyper: Hyperparameters, tolerance: float) -> None:
    """Every number of the state against the oracle's moments."""
    close = {"rtol": tolerance, "atol": tolerance}
    shared = [oracle.g, oracle.shared[0, 0], oracle.f, oracle.shared[1, 1], oracle.shared[0, 1]]
    np.testing.assert_allclose(state.level, shared, **close)
    assert state.target_ids.tolist() == list(oracle.targets)
    now = levels(state, hyper)
    np.testing.assert_allclose(now.mean, [oracle.reading(k)[0] for k in oracle.targets], **close)
    np.testing.assert_allclose(now.variance, [oracle.reading(k)[1] for k in oracle.targets], **close)
    np.testing.assert_allclose(now.target, [own.mean for own in oracle.targets.values()], **close)
    np.testing.assert_allclose(state.target_practice, [own.practice for own in oracle.targets.values()], **close)
    np.testing.assert_allclose(state.target_last_day, [own.last_day for own in oracle.targets.values()], **close)
    assert state.item_ids.tolist() == list(oracle.items)
    memories = [[one.mean, one.variance, one.attempts] for one in oracle.items.values()]
    np.testing.assert_allclose(state.items, memories, **close)


@pytest.mark.parametrize("hyper", [DEFAULTS, FORGETFUL, LEANING], ids=["defaults", "forgetful", "leaning"])
@pytest.mark.parametrize("seed", range(12))
def test_mixed_sittings_agree_with_dense_matrices(hyper: Hyperparameters, seed: int) -> None:
    path = random_path(seed, sittings=40)
    done = run(path, hyper)
    oracle = Student(hyper, PREREQUISITES).feed(path)
    np.testing.assert_allclose(done.prediction, oracle.predictions, rtol=1e-10)
    assert_agree(done.states[0], oracle, hyper, 1e-10)


def test_a_thousand_answers_agree_to_the_twelfth_digit() -> None:
    path = random_path(99, sittings=300, immediate=True)
    done = run(path, DEFAULTS)
    oracle = Student(DEFAULTS).feed(path)
    np.testing.assert_allclose(done.prediction, oracle.predictions, rtol=1e-12)
    assert_agree(done.states[0], oracle, DEFAULTS, 1e-11)


def test_the_first_answer_by_hand() -> None:
    """Round numbers, worked out on paper: Vt = 1 + .4 + .3 + .2 + .1 = 2, mu = .5."""
    hyper = dataclasses.replace(
        DEFAULTS,
        general_variance=1.0,
        form_variance=0.4,
        target_variance=0.3,
        item_variance=0.2,
        item_easiness_variance=0.1,
        item_easiness=0.5,
        general_drift=0.0,
        target_drift=0.0,
        learning_right=0.0,
        item_learning_right=0.0,
        attempt_offsets=(0.0,),
    )
    done = run([Answer(0, target=1, item=1, y=1.0)], hyper)
    kappa = 1 / np.sqrt(1 + np.pi / 8 * 2)
    p = 1 / (1 + np.exp(-kappa * 0.5))
    assert done.prediction[0] == pytest.approx(p, rel=1e-14)
    assert done.logit[0] == 0.5
    assert done.logit_variance[0] == pytest.approx(2.0, rel=1e-15)
    state = done.states[0]
    assert state.general_mean == pytest.approx(1.0 * kappa * (1 - p), rel=1e-13)
    assert state.general_variance == pytest.approx(1.0 - kappa**2 * p * (1 - p), rel=1e-13)
    assert done.after.target[0] == pytest.approx(0.3 * kappa * (1 - p), rel=1e-13)
    assert state.items[0, 0] == pytest.approx(0.2 * kappa * (1 - p), rel=1e-13)
    assert state.items[0, 1] == pytest.approx(0.2 - 0.04 * kappa**2 * p * (1 - p), rel=1e-13)
    # the sum without form: covariance 1.3 with the argument
    assert done.after.variance[0] == pytest.approx(1.3 - 1.69 * kappa**2 * p * (1 - p), rel=1e-13)


def test_one_item_counts_the_same_with_and_without_feedback() -> None:
    one = Answer(0, target=1, item=1, y=0.0, slope=1.3)
    with_feedback, without = run([one], DEFAULTS), run([dataclasses.replace(one, summed=True)], DEFAULTS)
    assert with_feedback.states[0].to_bytes() == without.states[0].to_bytes()


def test_an_item_on_two_targets_of_one_answer_is_one_attempt() -> None:
    both = [Answer(0, target=1, item=5, y=1.0, weight=0.5), Answer(0, target=2, item=5, y=1.0, weight=0.5)]
    done = run(both, DEFAULTS)
    state = done.states[0]
    assert state.items[:, 2].tolist() == [1.0]
    assert 0.0 < state.items[0, 1] < DEFAULTS.item_variance
    # both are predicted before either is seen, and shared alike
    assert done.prediction[0] == done.prediction[1]
    assert done.after.mean[0] == pytest.approx(done.after.mean[1], rel=1e-12)
    alone = run([Answer(0, target=1, item=5, y=1.0)], DEFAULTS)
    assert done.before.mean[0] < done.after.mean[0] < alone.after.mean[0]
