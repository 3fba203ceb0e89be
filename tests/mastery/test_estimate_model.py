"""Answers read with a model: the parameters of each item and target, and what stands for one that has none."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from scipy.special import expit, logit
from scipy.stats import norm

from mastery.estimate import (
    DEFAULTS,
    MODEL_VERSION,
    UNCALIBRATED,
    Head,
    ItemParameters,
    Model,
    TargetParameters,
    readout,
)

ITEMS = {7: ItemParameters(1.3, -0.5, 0.01), 70: ItemParameters(0.8, 1.25, 0.04)}
TARGETS = {1: TargetParameters(0.3, 0.2)}
MODEL = Model(DEFAULTS, ITEMS, TARGETS)


def test_each_answer_has_the_parameters_of_its_item_or_of_the_typical_item_of_its_target() -> None:
    found = MODEL.columns([70, 7, 8, 900, 1], [1, 1, 1, 2, 2])
    typical, variance = DEFAULTS.item_easiness, DEFAULTS.item_easiness_variance
    assert found.slope.tolist() == [0.8, 1.3, 1.0, 1.0, 1.0]
    assert found.easiness.tolist() == [1.25, -0.5, 0.3, typical, typical]
    assert found.easiness_variance.tolist() == [0.04, 0.01, variance, variance, variance]
    assert found.practice_slope.tolist() == [0.2, 0.2, 0.2, DEFAULTS.practice_slope, DEFAULTS.practice_slope]
    assert MODEL.easiness_of([2, 1, 1, 3]).tolist() == [typical, 0.3, 0.3, typical]


def test_without_calibration_every_item_is_that_of_the_hyperparameters() -> None:
    found = UNCALIBRATED.columns([5, 3], [2, 1])
    assert [column.tolist() for column in found] == [
        [value, value]
        for value in (1.0, DEFAULTS.item_easiness, DEFAULTS.item_easiness_variance, DEFAULTS.practice_slope)
    ]
    assert UNCALIBRATED.version == MODEL_VERSION


def test_no_answers_have_no_parameters() -> None:
    assert all(len(column) == 0 for column in MODEL.columns([], []))


@pytest.mark.parametrize(
    "other",
    [
        Model(DEFAULTS, ITEMS, {1: TargetParameters(0.3, np.nextafter(0.2, 1.0).item())}),
        Model(DEFAULTS, {**ITEMS, 7: ItemParameters(1.3, -0.5, np.nextafter(0.01, 1.0).item())}, TARGETS),
        Model(DEFAULTS, {8: ITEMS[7], 70: ITEMS[70]}, TARGETS),
        Model(dataclasses.replace(DEFAULTS, forgetting=0.06), ITEMS, TARGETS),
        Model(DEFAULTS, ITEMS),
        Model(DEFAULTS, ITEMS, TARGETS, Head(constant=0.1)),
        UNCALIBRATED,
    ],
    ids=["target", "item", "id", "hyperparameter", "no targets", "head", "nothing"],
)
def test_another_number_is_another_version(other: Model) -> None:
    assert other.version != MODEL.version
    assert other.digest != MODEL.digest


def test_the_version_names_the_formula_and_does_not_depend_on_the_order_of_items() -> None:
    again = Model(DEFAULTS, dict(reversed(ITEMS.items())), dict(TARGETS))
    assert again.version == MODEL.version == f"{DEFAULTS.version}-{MODEL.digest}"


HEAD = Head(0.2, 0.9, -0.1, 0.05, 0.1, 0.8, -0.05, 1.1, 0.2)


def test_without_a_head_the_filters_own_word_is_told_of_each_targets_typical_item() -> None:
    mean, variance = np.array([0.3, -1.0]), np.array([0.4, 0.2])
    told = MODEL.told(mean, variance, [1, 2], 0.75)
    for place, easiness in enumerate((0.3, DEFAULTS.item_easiness)):
        alone = readout(mean[place], variance[place], DEFAULTS, 0.75, easiness)
        assert [getattr(told, name)[place] for name in NAMES] == [getattr(alone, name)[0] for name in NAMES]


NAMES = ("rate", "low", "high", "probability", "mean", "variance")


def test_a_head_tells_what_its_equations_say() -> None:
    mean, variance, easiness = 0.3, 0.4, 0.3
    told = Model(DEFAULTS, ITEMS, TARGETS, HEAD).told([mean], [variance], [1], 0.8)
    flat = 1 / (1 + np.pi / 8 * (DEFAULTS.item_variance + DEFAULTS.item_easiness_variance)) ** 0.5
    x, d = flat * (mean + easiness), flat * variance**0.5
    centre, spread = 0.2 + 0.9 * x - 0.1 * d + 0.05 * easiness, np.exp(0.1 + 0.8 * np.log(d))
    z = norm.ppf(0.9)
    assert told.low[0] == pytest.approx(expit(centre - z * spread))
    assert told.high[0] == pytest.approx(expit(centre + z * spread))
    assert told.rate[0] == pytest.approx(expit(centre / (1 + np.pi / 8 * spread**2) ** 0.5))
    assert told.probability[0] == pytest.approx(norm.cdf((-0.05 + 1.1 * centre + 0.2 * spread - logit(0.8)) / spread))
    assert (told.mean.tolist(), told.variance.tolist()) == ([mean], [variance])


def test_what_a_head_tells_is_the_same_alone_and_in_any_company() -> None:
    """Lengths around the widths of vector instructions, and the columns of a table: the same bits."""
    random = np.random.default_rng(3)
    table = np.column_stack((random.normal(0.0, 2.0, 500), random.uniform(0.01, 4.0, 500)))
    targets, bars = random.integers(1, 4, 500).tolist(), random.uniform(0.5, 0.95, 500)
    model = Model(DEFAULTS, ITEMS, TARGETS, HEAD)
    whole = model.told(table[:, 0], table[:, 1], targets, bars)
    for start, length in [(0, 1), (1, 2), (3, 3), (7, 5), (12, 8), (21, 9), (40, 33)]:
        stop = start + length
        part = model.told(table[start:stop, 0], table[start:stop, 1], targets[start:stop], bars[start:stop])
        for name in NAMES:
            assert getattr(whole, name)[start:stop].tobytes() == getattr(part, name).tobytes()
    for place in range(0, 500, 23):
        alone = model.told(table[place : place + 1, 0], table[place : place + 1, 1], [targets[place]], bars[place])
        assert [getattr(alone, name)[0] for name in NAMES] == [getattr(whole, name)[place] for name in NAMES]


def test_a_head_that_changes_nothing_tells_the_filters_own_word() -> None:
    mean, variance = np.linspace(-3, 3, 50), np.linspace(0.05, 2.0, 50)
    plain = MODEL.told(mean, variance, [1] * 50, 0.75)
    same = Model(DEFAULTS, ITEMS, TARGETS, Head()).told(mean, variance, [1] * 50, 0.75)
    for name in ("low", "high", "probability"):
        assert getattr(same, name) == pytest.approx(getattr(plain, name))
    assert same.rate == pytest.approx(plain.rate, abs=0.01)
