"""What is stored, what is accepted, what is refused."""

from __future__ import annotations

import dataclasses
import struct

import numpy as np
import pytest
from estimate_oracle import Answer
from estimate_paths import random_path, run, to_batch

from mastery.estimate import DEFAULTS, MODEL_VERSION, Hyperparameters, Observations, SubjectState, advance, levels
from mastery.estimate.hyperparameters import FORMULA

H = DEFAULTS


def columns(**changed: object) -> dict[str, object]:
    """A sound batch of two rows, with columns changed."""
    sound = {"offsets": [0, 2], "sitting": [0, 0], "target": [7, 8], "item": [1, 2], "y": [1.0, 0.5], "day": [9.0, 9.0]}
    return {**sound, **changed}


def test_a_state_comes_back_from_its_bytes_exactly() -> None:
    state = run(random_path(3, sittings=20), H).states[0]
    back = SubjectState.from_bytes(state.to_bytes())
    for name in ("level", "target_ids", "targets", "item_ids", "items"):
        assert getattr(back, name).tobytes() == getattr(state, name).tobytes()
        assert getattr(back, name).dtype == getattr(state, name).dtype
        assert getattr(back, name).shape == getattr(state, name).shape
    assert back.to_bytes() == state.to_bytes()
    assert SubjectState.from_bytes(memoryview(state.to_bytes())).to_bytes() == state.to_bytes()


def test_the_bytes_are_little_endian_and_compact() -> None:
    state = run([Answer(0, target=-5, item=2**60, y=1.0, day=20000.5)], H).states[0]
    data = state.to_bytes()
    assert len(data) == 12 + 8 * (5 + 7 + 4)
    assert data[:12] == b"MFS1" + struct.pack("<II", 1, 1)
    assert struct.unpack_from("<5d", data, 12) == tuple(state.level)
    assert struct.unpack_from("<q", data, 52) == (-5,)
    assert struct.unpack_from("<6d", data, 60)[5] == 20000.5
    assert struct.unpack_from("<q", data, 108) == (2**60,)
    assert struct.unpack_from("<3d", data, 116)[2] == 1.0


@pytest.mark.parametrize("data", [b"", b"MFS1", b"XXXX" + bytes(48), b"MFS1" + struct.pack("<II", 1, 0) + bytes(40)])
def test_other_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="state"):
        SubjectState.from_bytes(data)


def test_a_fresh_student_has_the_prior() -> None:
    state = SubjectState.initial(H)
    assert (state.general_mean, state.general_variance) == (0.0, H.general_variance)
    assert (state.form_mean, state.form_variance) == (0.0, H.form_variance)
    assert len(state.target_ids) == len(state.item_ids) == 0
    done = run([Answer(0, target=1, item=1, y=1.0)], H)
    assert (done.before.mean[0], done.before.variance[0]) == (0.0, H.general_variance + H.target_variance)


def test_advance_leaves_what_it_is_given_as_it_was() -> None:
    state = run(random_path(4, sittings=5), H).states[0]
    kept = state.to_bytes()
    run(random_path(5, sittings=5), H, state)
    assert state.to_bytes() == kept


def test_nobody_and_nothing_are_served_too() -> None:
    empty = Observations.build(H, offsets=[0], sitting=[], target=[], item=[], y=[], day=[])
    assert advance([], empty, H).states == ()
    state = run(random_path(6, sittings=3), H).states[0]
    idle = Observations.build(H, offsets=[0, 0], sitting=[], target=[], item=[], y=[], day=[])
    done = advance([state], idle, H)
    assert done.states[0].to_bytes() == state.to_bytes()
    assert len(done.prediction) == len(done.first_row) == 0


def test_a_run_is_read_around_its_sitting() -> None:
    """Two targets in one sitting: both before it as stored, both after all of it, as `levels` has them."""
    path = [Answer(1, target=1, item=1, y=1.0), Answer(1, target=1, item=2, y=0.0), Answer(1, target=2, item=3, y=1.0)]
    past = run([Answer(0, target=2, item=9, y=0.0)], H).states[0]
    done = run(path, H, past)
    assert done.first_row.tolist() == [0, 2]
    now = levels(done.states[0], H)
    assert done.states[0].target_ids.tolist() == [2, 1]
    assert now.table[1].tobytes() == done.after.table[0].tobytes()
    assert now.table[0].tobytes() == done.after.table[1].tobytes()
    assert levels(past, H).table[0].tobytes() == done.before.table[1].tobytes()
    np.testing.assert_allclose(now.mean, now.general + now.target + now.practice, rtol=1e-15)


def test_each_target_keeps_its_own_practice_slope() -> None:
    batch = Observations.build(H, **columns(y=[1.0, 1.0], practice_slope=[0.0, 0.5]))  # type: ignore[arg-type]
    done = advance([SubjectState.initial(H)], batch, H)
    assert done.after.practice.tolist() == [0.0, pytest.approx(0.5 * np.log(2.0))]
    slow_and_fast = levels(done.states[0], H, practice_slope=[0.0, 0.5])
    assert slow_and_fast.table.tobytes() == done.after.table.tobytes()


def test_a_clock_that_runs_backwards_ages_nothing() -> None:
    past = run([Answer(0, target=1, item=1, y=1.0, day=20000.0)], H).states[0]
    earlier = run([Answer(1, target=1, item=2, y=1.0, day=19000.0)], H, past)
    same = run([Answer(1, target=1, item=2, y=1.0, day=20000.0)], H, past)
    assert earlier.states[0].to_bytes() == same.states[0].to_bytes()


def test_time_alone_moves_nothing_but_ages_the_next_answer() -> None:
    hyper = dataclasses.replace(H, forgetting=0.3, forgetting_variance=0.1)
    past = run([Answer(n, target=1, item=n, y=1.0) for n in range(10)], hyper).states[0]
    soon = run([Answer(10, target=1, item=50, y=0.0)], hyper, past)
    late = run([Answer(10, target=1, item=50, y=0.0, day=300.0)], hyper, past)
    assert soon.before.table.tobytes() == late.before.table.tobytes()
    assert late.prediction[0] < soon.prediction[0]
    assert late.after.mean[0] < soon.after.mean[0]
    assert late.after.variance[0] > soon.after.variance[0]


def test_assisted_work_moves_less_and_five_effective_items_as_five() -> None:
    alone, assisted = (run([Answer(0, target=1, item=1, y=1.0, weight=w)], H) for w in (1.0, 0.5))
    assert 0 < assisted.after.mean[0] < alone.after.mean[0]
    assert assisted.states[0].target_practice[0] == 0.5
    test = [Answer(0, target=1, item=n, y=float(n % 5 > 0), weight=0.25, summed=True) for n in range(20)]
    short = [Answer(0, target=1, item=n, y=float(n % 5 > 0), summed=True) for n in range(5)]
    long_one, short_one = run(test, H), run(short, H)
    # each of twenty items brings its own memory, so they say a little more than five
    assert long_one.after.mean[0] == pytest.approx(short_one.after.mean[0], rel=0.15)
    assert long_one.states[0].form_variance == pytest.approx(short_one.states[0].form_variance, rel=0.1)
    assert long_one.states[0].target_practice[0] == pytest.approx(short_one.states[0].target_practice[0], rel=1e-12)


def test_hyperparameters_out_of_bounds_are_named_all_at_once() -> None:
    with pytest.raises(ValueError, match="general_variance") as refused:
        Hyperparameters(
            general_variance=0.0, learning_wrong=0.1, practice_slope=-0.1, form_persistence=float("nan"),
            attempt_offsets=(0.0, 9.0),
        )  # fmt: skip
    for name in ("learning_wrong", "practice_slope", "form_persistence", "attempt_offsets[1]"):
        assert name in str(refused.value)
    with pytest.raises(ValueError, match="attempt_offsets has 0"):
        Hyperparameters(attempt_offsets=())


def test_the_version_names_the_numbers() -> None:
    assert Hyperparameters().version == MODEL_VERSION
    assert MODEL_VERSION.startswith(f"{FORMULA}-")
    assert dataclasses.replace(H, forgetting=0.051).version != MODEL_VERSION


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"y": [1.0, 1.1]}, ["y"]),
        ({"y": [float("nan"), 0.0], "weight": [0.0, 1.0]}, ["y", "weight"]),
        ({"day": [float("inf"), 0.0], "slope": -1.0}, ["day", "slope"]),
        ({"easiness": [99.0, 0.0], "easiness_variance": -0.1}, ["easiness ", "easiness_variance"]),
        ({"item": [1], "day": [1.0, 2.0, 3.0]}, ["item", "day"]),
        ({"offsets": [0, 3]}, ["offsets"]),
        ({"offsets": [0, 2, 1, 2]}, ["offsets"]),
        ({"offsets": []}, ["offsets"]),
        ({"practice_slope": -0.1}, ["practice_slope"]),
    ],
)
def test_columns_out_of_range_are_named_all_at_once(changed: dict[str, object], named: list[str]) -> None:
    with pytest.raises(ValueError, match=named[0]) as refused:
        Observations.build(H, **columns(**changed))  # type: ignore[arg-type]
    assert all(name in str(refused.value) for name in named)


def test_as_many_states_as_students() -> None:
    with pytest.raises(ValueError, match="2 states for 1 students"):
        advance([SubjectState.initial(H)] * 2, to_batch([[Answer(0, 1, 1, 1.0)]], H), H)
