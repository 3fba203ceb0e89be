"""Where a target begins that a student has never seen: what its prerequisites say of it."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from estimate_oracle import Answer
from estimate_paths import run, run_all, to_batch
from scipy.special import expit

from mastery.estimate import DEFAULTS, Hyperparameters, Model, SubjectState, TargetParameters
from mastery.estimate.prerequisites import NO_PREREQUISITES, PrerequisiteTable

LEANING = dataclasses.replace(DEFAULTS, prerequisite_share=0.7, general_drift=0.0, target_drift=0.0, practice_slope=0.0)
ROOT, OTHER, AFTER = 0, 3, 1
"""AFTER needs ROOT; OTHER needs neither."""


def on(target: int, sitting: int, ys: list[float], *, summed: bool = True) -> list[Answer]:
    """A sitting on items of its own, whose easiness is known."""
    return [
        Answer(sitting, target, 100 * sitting + j, y, summed=summed, easiness=0.0, easiness_variance=0.0)
        for j, y in enumerate(ys)
    ]


def weighted_draws(hyper: Hyperparameters, answers: list[Answer], draws: int = 400_000) -> tuple[float, float]:
    """Mean and variance of g + s of AFTER, by weighting draws of s_AFTER = share s_ROOT + e by the likelihood."""
    random = np.random.default_rng(5)
    general, root, rest = (
        random.normal(0.0, np.sqrt(variance), draws)
        for variance in (
            hyper.general_variance,
            hyper.target_variance,
            hyper.target_variance * (1.0 - hyper.prerequisite_share**2),
        )
    )
    form = random.normal(0.0, np.sqrt(hyper.form_variance), draws)
    own = {ROOT: root, AFTER: hyper.prerequisite_share * root + rest}
    logs = np.zeros(draws)
    nodes, weights = np.polynomial.hermite_e.hermegauss(21)
    for row in answers:
        argument = (general + form + own[row.target])[:, None] + np.sqrt(hyper.item_variance) * nodes
        p = expit(argument) @ weights / weights.sum()
        logs += np.log(p if row.y == 1.0 else 1.0 - p)
    chance = np.exp(logs - logs.max())
    chance /= chance.sum()
    total = general + own[AFTER]
    mean = float(chance @ total)
    return mean, float(chance @ (total - mean) ** 2)


@pytest.mark.parametrize("right", [0, 2, 4])
def test_a_target_begins_where_weighted_draws_say(right: int) -> None:
    """After four answers on its prerequisite alone: within a sixth of a standard deviation, its variance within 15%."""
    path = on(ROOT, 0, [1.0] * right + [0.0] * (4 - right))
    exact_mean, exact_variance = weighted_draws(LEANING, path)
    begun = run([*path, *on(AFTER, 1, [1.0])], LEANING).before
    assert abs(begun.mean[1] - exact_mean) < np.sqrt(exact_variance) / 6
    assert begun.variance[1] == pytest.approx(exact_variance, rel=0.15)


def test_what_a_prerequisite_says_moves_the_start_beyond_the_level() -> None:
    """Four wrong answers on the prerequisite: lower than where a target begins that needs nothing."""
    path = [*on(ROOT, 0, [0.0] * 4), *on(AFTER, 1, [1.0]), *on(OTHER, 2, [1.0])]
    after, other = run(path[:5], LEANING).before, run([*path[:4], path[5]], LEANING).before
    assert after.general[1] == other.general[1]
    assert after.target[1] < other.target[1] == 0.0
    assert after.variance[1] < other.variance[1]


def test_without_anything_known_of_its_prerequisites_a_target_has_its_own_prior() -> None:
    plain = dataclasses.replace(LEANING, prerequisite_share=0.0)
    one, other = (run(on(AFTER, 0, [1.0, 0.0]), hyper) for hyper in (LEANING, plain))
    assert one.states[0].to_bytes() == other.states[0].to_bytes()


def test_a_prerequisite_in_the_same_sitting_is_not_known_yet() -> None:
    """What one sitting says of several targets has no order, so the start is that of before the sitting."""
    both = [*on(ROOT, 0, [0.0] * 2), *on(AFTER, 0, [1.0])]
    assert run(both, LEANING).before.target[1] == 0.0


def test_simulated_students_whose_targets_lean_are_predicted_better_by_it() -> None:
    """2,000 students, four answers on each of two targets: first answers on the second, share .7 and none."""
    random = np.random.default_rng(8)
    hyper, students = LEANING, 2000
    general = random.normal(0.0, np.sqrt(hyper.general_variance), students)
    root = random.normal(0.0, np.sqrt(hyper.target_variance), students)
    rest = random.normal(0.0, np.sqrt(hyper.target_variance * (1.0 - hyper.prerequisite_share**2)), students)
    after = hyper.prerequisite_share * root + rest

    def answers(n: int, target: int, sitting: int, own: float) -> list[Answer]:
        ability = general[n] + own + random.normal(0.0, np.sqrt(hyper.form_variance))
        memory = random.normal(0.0, np.sqrt(hyper.item_variance), 4)
        return on(target, sitting, (random.random(4) < expit(ability + memory)).astype(float).tolist())

    paths = [[*answers(n, ROOT, 0, root[n]), *answers(n, AFTER, 1, after[n])] for n in range(students)]

    def error(share: float) -> float:
        begun = run_all(paths, dataclasses.replace(hyper, prerequisite_share=share)).before
        return float(np.mean((begun.mean[1::2] - general - after) ** 2))

    assert error(0.7) < 0.97 * error(0.0)


def test_the_table_holds_each_direct_prerequisite_once_in_order() -> None:
    table = PrerequisiteTable.of({7: (3, 1, 3), 2: (), 5: (1,)})
    assert [one.tolist() for one in table] == [[5, 7], [0, 1, 3], [1, 1, 3]]
    assert [len(one) for one in NO_PREREQUISITES] == [0, 1, 0]


def test_a_model_names_its_prerequisites_in_its_version() -> None:
    targets = {1: TargetParameters(0.5, 0.1)}
    model, other = (Model(LEANING, {}, targets, None, before) for before in ({1: (0,)}, {1: (3,)}))
    assert model.version != other.version
    assert (
        Model(LEANING, {}, targets, None, {1: (0, 3)}).version == Model(LEANING, {}, targets, None, {1: (3, 0)}).version
    )


def test_a_model_reads_answers_with_its_prerequisites() -> None:
    path = [*on(ROOT, 0, [0.0] * 4), *on(AFTER, 1, [1.0])]
    fresh = [SubjectState.initial(LEANING)]
    told = Model(LEANING, prerequisites={1: (0,)}).advanced(fresh, to_batch([path], LEANING))
    assert told.states[0].to_bytes() == run(path, LEANING).states[0].to_bytes()
