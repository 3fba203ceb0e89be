"""Simulated students for the rules by which answers of a sitting count: help, hints, further tries, several targets.

As in `simulated_answers`, each has a true ability that is drawn from the filter's prior. How help, hints and further
tries come about is our assumption, stated with each: the figures say what a rule is worth if it is so.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.special import expit

from bench.simulated_answers import HYPER, ITEMS, STUDENTS, Told, drawn, figures
from mastery.estimate import DEFAULTS, Hyperparameters, Observations, SubjectState, advance, levels
from mastery.estimate.state import Floats

_PER_SITTING, _SITTINGS = 20, 3
_EFFECTIVE = 5.0
# present form as shipped: a student's day is what a sitting's answers have in common
_WITH_FORM = replace(HYPER, form_variance=DEFAULTS.form_variance)


def assisted() -> Told:
    """Every other answer was helped with: in half of those the helper answered, right nine times in ten."""
    ability, easiness, random = drawn(4)
    y = _right(ability, easiness, random)
    helped = np.arange(ITEMS) % 2 == 1
    by_helper = helped & (random.random(y.shape) < 0.5)
    y = np.where(by_helper, random.random(y.shape) < 0.9, y).astype(np.float64)
    half = np.where(helped, 0.5, 1.0)
    return _by_weight("assisted work counted half rather than whole", ability, easiness, y, half, 1.0)


def hints() -> Told:
    """Of those who would be wrong two thirds take a hint, and then four of five are right."""
    ability, easiness, random = drawn(5)
    knows = _right(ability, easiness, random)
    hinted = ~knows & (random.random(knows.shape) < 2 / 3)
    y = knows | (hinted & (random.random(knows.shape) < 0.8))
    with_it = _at_the_end(_answers(easiness, np.where(hinted, False, y)), HYPER)
    return figures("hints that make an answer wrong", ability, with_it, _at_the_end(_answers(easiness, y), HYPER))


def first_tries() -> Told:
    """Who is wrong tries again, up to three times in all, each further try one logit easier: an option is gone.

    Read as before any calibration, without an offset for further tries.
    """
    ability, easiness, random = drawn(6)
    tries = np.stack([_right(ability, easiness + extra, random) for extra in (0.0, 1.0, 2.0)], axis=2)
    right_before = np.cumsum(tries, axis=2) - tries
    everything = _answers(easiness[..., None] + np.zeros(3), tries, given=right_before == 0)
    with_it = _at_the_end(_answers(easiness, tries[..., 0]), HYPER)
    return figures("first tries alone", ability, with_it, _at_the_end(everything, HYPER))


def effective_items() -> Told:
    """Three tests of twenty items; how a student is on the day (as present form) holds for the whole test."""
    random = np.random.default_rng(7)
    ability = random.normal(0.0, np.sqrt(HYPER.general_variance + HYPER.target_variance), STUDENTS)
    day = random.normal(0.0, np.sqrt(DEFAULTS.form_variance), (STUDENTS, _SITTINGS))
    easiness = random.normal(0.0, 1.0, (STUDENTS, _SITTINGS * _PER_SITTING))
    y = _right(ability[:, None] + np.repeat(day, _PER_SITTING, axis=1), easiness, random)
    sitting = np.arange(_SITTINGS * _PER_SITTING) // _PER_SITTING
    columns = {"sitting": sitting, "summed": np.ones(len(sitting), np.bool_)}
    with_it = _at_the_end(_answers(easiness, y, weight=_EFFECTIVE / _PER_SITTING, **columns), _WITH_FORM)
    without = _at_the_end(_answers(easiness, y, **columns), _WITH_FORM)
    return figures("a cap of five effective items a sitting", ability, with_it, without)


def several_targets() -> Told:
    """Of twenty items ten count for both of two targets: each a half of an answer, or a whole one for each."""
    sums, easiness, y = _on_two()
    shared, whole = (_on_targets(easiness, y, weight) for weight in (0.5, 1.0))
    return figures("answers on several targets shared among them", sums, shared, whole)


def loaded_on_several() -> Told:
    """The same, shared, beside a filter of our own here in which an answer loads on the mean of its targets."""
    sums, easiness, y = _on_two()
    return figures(
        "loading an answer on the mean of its targets (not built)",
        sums,
        _loading(easiness, y),
        _on_targets(easiness, y, 0.5),
    )


def _right(ability: Floats, easiness: Floats, random: np.random.Generator) -> np.ndarray:
    known = ability if ability.ndim > 1 else ability[:, None]
    return np.asarray(random.random(easiness.shape) < expit(known + easiness))


def _by_weight(part: str, ability: Floats, easiness: Floats, y: Floats, weight: Floats, otherwise: float) -> Told:
    runs = [_at_the_end(_answers(easiness, y, weight=one), HYPER) for one in (weight, otherwise)]
    return figures(part, ability, *runs)


def _answers(easiness: Floats, y: np.ndarray, given: np.ndarray | None = None, **columns: object) -> dict[str, object]:
    """Columns of answers on one target [N, items] or [N, items, tries], those left out that were not given."""
    chosen = np.ones(y.shape, np.bool_) if given is None else given
    item = np.broadcast_to(np.arange(y.shape[1]).reshape(-1, *[1] * (y.ndim - 2)), y.shape)
    place = np.broadcast_to(np.arange(y[0].size).reshape(y.shape[1:]), y.shape)
    wide = {"sitting": place} | {name: np.broadcast_to(one, y.shape) for name, one in columns.items()}
    return {
        "offsets": np.r_[0, np.cumsum(chosen.reshape(len(y), -1).sum(axis=1))],
        "item": item[chosen], "y": y[chosen].astype(np.float64), "easiness": easiness[chosen],
        "target": np.zeros(int(chosen.sum()), np.int64), "day": np.zeros(int(chosen.sum())),
        **{name: one[chosen] for name, one in wide.items()},
    }  # fmt: skip


def _at_the_end(columns: dict[str, object], hyper: Hyperparameters) -> tuple[Floats, Floats]:
    """Mean and variance of the one target of each student at the end; of two targets [N, 2]."""
    batch = Observations.build(hyper, **columns)  # type: ignore[arg-type]
    done = advance([SubjectState.initial(hyper)] * batch.students, batch, hyper)
    known = [levels(one, hyper) for one in done.states]
    return np.squeeze([one.mean for one in known]), np.squeeze([one.variance for one in known])


def _on_two() -> tuple[Floats, Floats, np.ndarray]:
    """Sums of two targets [N, 2], and answers that are right by the mean of the targets that they count for.

    A compensatory model with equal loadings (Reckase 2009); every other item counts for both, the others take turns.
    """
    random = np.random.default_rng(8)
    general = random.normal(0.0, np.sqrt(HYPER.general_variance), STUDENTS)
    sums = general[:, None] + random.normal(0.0, np.sqrt(HYPER.target_variance), (STUDENTS, 2))
    easiness = random.normal(0.0, 1.0, (STUDENTS, ITEMS))
    ability = np.stack([sums[:, list(_targets(item))].mean(axis=1) for item in range(ITEMS)], axis=1)
    return sums, easiness, _right(ability, easiness, random)


def _targets(item: int) -> tuple[int, ...]:
    return ((0,), (0, 1), (1,), (0, 1))[item % 4]


def _on_targets(easiness: Floats, y: np.ndarray, weight: float) -> tuple[Floats, Floats]:
    """By the filter, an answer on two targets being two rows of so much weight, one after the other."""
    target = np.array([one for item in range(ITEMS) for one in _targets(item)])
    item = np.array([item for item in range(ITEMS) for _ in _targets(item)])
    counts = np.array([weight if len(_targets(one)) > 1 else 1.0 for one in item])
    rows = STUDENTS * len(item)
    return _at_the_end(
        {
            "offsets": np.arange(0, rows + 1, len(item)), "sitting": np.tile(item, STUDENTS),
            "target": np.tile(target, STUDENTS), "item": np.tile(item, STUDENTS), "y": y[:, item].ravel(),
            "easiness": easiness[:, item].ravel(), "weight": np.tile(counts, STUDENTS), "day": np.zeros(rows),
        },
        HYPER,
    )  # fmt: skip


def _loading(easiness: Floats, y: np.ndarray) -> tuple[Floats, Floats]:
    """By moment matching of (g, s_1, s_2) with the argument g + mean of the item's s_k + b (MacKay 1992)."""
    mean = np.zeros((STUDENTS, 3))
    spread = np.tile(np.diag([HYPER.general_variance, *[HYPER.target_variance] * 2]), (STUDENTS, 1, 1))
    for item in range(ITEMS):
        loading = np.zeros(3)
        loading[0] = 1.0
        loading[[1 + one for one in _targets(item)]] = 1.0 / len(_targets(item))
        reach = spread @ loading
        kappa = 1.0 / np.sqrt(1.0 + np.pi / 8.0 * (reach @ loading))
        p = expit(kappa * (mean @ loading + easiness[:, item]))
        mean += reach * (kappa * (y[:, item] - p))[:, None]
        spread -= reach[:, :, None] * reach[:, None, :] * (kappa**2 * p * (1.0 - p))[:, None, None]
    of_sums = np.array([[1.0, 1.0, 0.0], [1.0, 0.0, 1.0]])
    return mean @ of_sums.T, np.einsum("ki,nij,kj->nk", of_sums, spread, of_sums)
