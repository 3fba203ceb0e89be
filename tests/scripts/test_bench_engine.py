"""The engine's benchmark measures the post that its table names."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from mastery.estimate import advance
from mastery.sittings import rows_of


@pytest.fixture(scope="module")
def engine() -> Iterator[ModuleType]:
    """The benchmark, which only its command has on its path."""
    before = sys.path[:]
    sys.path.append(str(Path(__file__).resolve().parents[2] / "scripts" / "lib"))
    try:
        import bench.engine

        yield bench.engine
    finally:
        sys.path[:] = before


@pytest.mark.parametrize("summed", [False, True])
def test_forty_items_in_full_of_a_student_with_sixty_targets_and_1500_items(engine: ModuleType, summed: bool) -> None:
    state = engine.history()
    assert (len(state.target_ids), len(state.item_ids)) == (60, 1500)
    rows = rows_of([[engine.sitting(40, summed)]])
    assert (len(rows.y), len(rows.runs), sum(rows.weight), set(rows.summed)) == (40, 8, 40.0, {summed})
    # half of them are known to the student, all to the model
    met = set(state.item_ids.tolist())
    assert sum(item in met for item in rows.item) == 20
    assert set(rows.item) <= engine.calibrated().items.keys()
    done = advance([state], rows.observations(engine.calibrated()), engine.calibrated().hyper)
    assert len(done.states[0].item_ids) == 1520
