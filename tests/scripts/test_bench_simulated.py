"""The simulated parts of the ablation: each rule that is followed is nearer to the truth than its alternative."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture
def sittings(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """The module of the benchmarks, with a tenth of its students."""
    monkeypatch.syspath_prepend(str(Path(__file__).resolve().parents[2] / "scripts" / "lib"))
    import bench.simulated_answers
    import bench.simulated_sittings

    for module in (bench.simulated_answers, bench.simulated_sittings):
        monkeypatch.setattr(module, "STUDENTS", 400)
    yield bench.simulated_sittings
    for name in [name for name in sys.modules if name.startswith("bench.simulated")]:
        del sys.modules[name]


@pytest.mark.parametrize("part", ["assisted", "hints", "first_tries", "several_targets"])
def test_a_rule_is_nearer_to_the_truth_and_its_ranges_are_more_honest(sittings: ModuleType, part: str) -> None:
    told = getattr(sittings, part)()
    assert told.with_error < told.without_error
    assert abs(told.with_cover - 0.8) < abs(told.without_cover - 0.8)
    assert 0.65 < told.with_cover < 0.85


def test_a_cap_on_a_sitting_widens_the_ranges(sittings: ModuleType) -> None:
    """Present form explains what a day's answers have in common, so the cap is prudence and no gain."""
    told = sittings.effective_items()
    assert told.with_cover > 0.84 > told.without_cover > 0.75
    assert told.with_error > told.without_error


def test_loading_on_the_mean_of_targets_is_hardly_better_than_sharing(sittings: ModuleType) -> None:
    told = sittings.loaded_on_several()
    assert 0.98 < told.with_error / told.without_error < 1.0
    assert 0.76 < told.with_cover < 0.84
