"""Answers read with a model: the parameters of each item and target, and what stands for one that has none."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from mastery.estimate import DEFAULTS, MODEL_VERSION, UNCALIBRATED, ItemParameters, Model, TargetParameters

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
        UNCALIBRATED,
    ],
    ids=["target", "item", "id", "hyperparameter", "no targets", "nothing"],
)
def test_another_number_is_another_version(other: Model) -> None:
    assert other.version != MODEL.version
    assert other.digest != MODEL.digest


def test_the_version_names_the_formula_and_does_not_depend_on_the_order_of_items() -> None:
    again = Model(DEFAULTS, dict(reversed(ITEMS.items())), dict(TARGETS))
    assert again.version == MODEL.version == f"{DEFAULTS.version}-{MODEL.digest}"
