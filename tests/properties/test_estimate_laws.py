"""The laws of measurement 3 for the estimator, on any path that hypothesis can think of."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Sequence

import numpy as np
import pytest
from estimate_oracle import Answer
from estimate_paths import random_path, run, run_all, same_bits
from hypothesis import given, settings
from hypothesis import strategies as st

from mastery.estimate import DEFAULTS, Hyperparameters, SubjectState, levels, warm_up

FORGETFUL = dataclasses.replace(DEFAULTS, forgetting=0.5, forgetting_variance=0.2)
LEANING = dataclasses.replace(DEFAULTS, prerequisite_share=0.7)
hypers = st.sampled_from([DEFAULTS, FORGETFUL, LEANING])
scores = st.one_of(st.sampled_from([0.0, 1.0]), st.floats(0.0, 1.0))
weights = st.sampled_from([1.0, 0.5, 5 / 7, 0.25])
days = st.floats(0.0, 400.0)
# the machine that runs the tests may be busy
unhurried = settings(deadline=None)


@st.composite
def rows(draw: st.DrawFn, sitting: int, day: float, summed: bool, y: st.SearchStrategy[float] = scores) -> list[Answer]:
    """One sitting: distinct items, sorted by target and item as the total order has them."""
    items = draw(st.lists(st.integers(0, 11), min_size=1, max_size=6, unique=True))
    return [
        Answer(
            sitting,
            target=item % 3,
            item=item,
            y=draw(y),
            day=day,
            weight=draw(weights),
            summed=summed,
            slope=draw(st.floats(0.3, 2.0)),
            easiness=draw(st.floats(-3.0, 4.0)),
            easiness_variance=draw(st.floats(0.0, 1.0)),
        )
        for item in sorted(items, key=lambda item: (item % 3, item))
    ]


@st.composite
def paths(draw: st.DrawFn, most: int = 8) -> list[list[Answer]]:
    """Sittings in time order, some without feedback, with gaps of up to a year."""
    day = 19000.0
    sittings = []
    for sitting in range(draw(st.integers(0, most))):
        day += draw(st.one_of(st.just(0.0), days))
        sittings.append(draw(rows(sitting, day, draw(st.booleans()))))
    return sittings


@pytest.fixture(scope="module", autouse=True)
def _compiled_kernels() -> None:
    """Not while the clock of an example runs."""
    warm_up(DEFAULTS)


def flat(sittings: Sequence[Sequence[Answer]]) -> list[Answer]:
    return [row for sitting in sittings for row in sitting]


def order(row: Answer) -> tuple[float, int, int, int]:
    """A total order of evidence, as the caller sorts it."""
    return row.day, row.sitting, row.target, row.item


@unhurried
@given(paths(), st.randoms(use_true_random=False), hypers)
def test_arrival_in_any_order_gives_the_same_bits(
    sittings: list[list[Answer]], shuffler: random.Random, hyper: Hyperparameters
) -> None:
    on_time = flat(sittings)
    arrived = list(on_time)
    shuffler.shuffle(arrived)
    one, other = run(on_time, hyper), run(sorted(arrived, key=order), hyper)
    assert same_bits(one.states[0], other.states[0])
    assert one.prediction.tobytes() == other.prediction.tobytes()
    assert one.after.table.tobytes() == other.after.table.tobytes()


@unhurried
@given(st.lists(paths(5), min_size=1, max_size=6), hypers)
def test_many_students_at_once_are_each_alone(students: list[list[list[Answer]]], hyper: Hyperparameters) -> None:
    together = run_all([flat(one) for one in students], hyper)
    alone = [run(flat(one), hyper) for one in students]
    assert all(same_bits(*pair) for pair in zip(together.states, (one.states[0] for one in alone), strict=True))
    for name in ("prediction", "logit", "logit_variance"):
        joined = np.concatenate([getattr(one, name) for one in alone])
        assert getattr(together, name).tobytes() == joined.tobytes()
    for name in ("before", "after"):
        joined = np.concatenate([getattr(one, name).table for one in alone])
        assert getattr(together, name).table.tobytes() == joined.tobytes()


@unhurried
@given(paths(), st.lists(st.integers(0, 8), max_size=3), hypers)
def test_going_on_from_stored_bytes_is_going_on(
    sittings: list[list[Answer]], cuts: list[int], hyper: Hyperparameters
) -> None:
    whole = run(flat(sittings), hyper)
    state = SubjectState.initial(hyper)
    seen = []
    ends = sorted({min(cut, len(sittings)) for cut in cuts} | {len(sittings)})
    for start, end in zip([0, *ends], ends, strict=False):
        part = run(flat(sittings[start:end]), hyper, state)
        seen.append(part)
        state = SubjectState.from_bytes(part.states[0].to_bytes())
    assert same_bits(whole.states[0], state)
    assert whole.prediction.tobytes() == b"".join(part.prediction.tobytes() for part in seen)
    assert whole.before.table.tobytes() == b"".join(part.before.table.tobytes() for part in seen)
    assert whole.after.table.tobytes() == b"".join(part.after.table.tobytes() for part in seen)


@unhurried
@given(paths(), st.integers(0, 8), hypers)
def test_no_estimate_uses_a_later_answer(sittings: list[list[Answer]], cut: int, hyper: Hyperparameters) -> None:
    changed = [
        sitting if place < cut else [dataclasses.replace(row, y=1.0 - row.y) for row in sitting]
        for place, sitting in enumerate(sittings)
    ]
    one, other = run(flat(sittings), hyper), run(flat(changed), hyper)
    rows_before = len(flat(sittings[:cut]))
    assert one.prediction[:rows_before].tobytes() == other.prediction[:rows_before].tobytes()
    runs_before = int((one.first_row < rows_before).sum())
    assert one.after.table[:runs_before].tobytes() == other.after.table[:runs_before].tobytes()
    # and the first answers that differ are still predicted alike
    if cut < len(sittings):
        assert one.prediction[rows_before] == other.prediction[rows_before]


@unhurried
@given(paths(), st.data(), hypers, days, st.booleans())
def test_right_answers_never_lower_and_wrong_ones_never_raise(
    sittings: list[list[Answer]], data: st.DataObject, hyper: Hyperparameters, gap: float, summed: bool
) -> None:
    """Whatever came before, however long ago: every target's mean, those of the sitting and the others."""
    past = run(flat(sittings), hyper).states[0]
    day = (flat(sittings)[-1].day if sittings else 19000.0) + gap
    for y in (1.0, 0.0):
        sitting = data.draw(rows(len(sittings), day, summed, st.just(y)))
        done = run(sitting, hyper, past)
        sign = 1.0 if y == 1.0 else -1.0
        assert (sign * (done.after.mean - done.before.mean) >= -1e-12).all()
        known = len(past.target_ids)
        moved = levels(done.states[0], hyper).mean[:known] - levels(past, hyper).mean
        assert (sign * moved >= -1e-12).all()


@unhurried
@given(paths(), st.data(), hypers, days, st.booleans())
def test_a_better_score_never_gives_a_lower_mean(
    sittings: list[list[Answer]], data: st.DataObject, hyper: Hyperparameters, gap: float, summed: bool
) -> None:
    """One answer of the newest sitting raised, the rest alike: no target of that answer is lower for it."""
    past = run(flat(sittings), hyper).states[0]
    day = (flat(sittings)[-1].day if sittings else 19000.0) + gap
    answer = data.draw(rows(len(sittings), day, summed))[0]
    better = dataclasses.replace(answer, y=data.draw(st.floats(answer.y, 1.0)))
    low, high = run([answer], hyper, past), run([better], hyper, past)
    assert (high.after.mean >= low.after.mean - 1e-12).all()


@pytest.mark.parametrize("immediate", [True, False])
@pytest.mark.parametrize("seed", range(40))
def test_an_earlier_wrong_answer_made_right_never_lowers_the_target_later(seed: int, immediate: bool) -> None:
    """Everything after it alike, on items that do not come again (memory would explain a later right answer)."""
    path = [
        dataclasses.replace(row, item=place)
        for place, row in enumerate(random_path(seed, sittings=20, immediate=immediate, days=20.0))
    ]
    base = run(path, DEFAULTS).states[0]
    before = dict(zip(base.target_ids.tolist(), levels(base, DEFAULTS).mean.tolist(), strict=True))
    for place in [place for place, row in enumerate(path) if row.y == 0.0][::5]:
        better = [*path[:place], dataclasses.replace(path[place], y=1.0), *path[place + 1 :]]
        state = run(better, DEFAULTS).states[0]
        mean = levels(state, DEFAULTS).mean[state.target_ids.tolist().index(path[place].target)]
        assert mean >= before[path[place].target] - 1e-12


@unhurried
@given(paths(4), st.data(), st.randoms(use_true_random=False))
def test_the_order_inside_a_sitting_without_feedback_does_not_matter(
    sittings: list[list[Answer]], data: st.DataObject, shuffler: random.Random
) -> None:
    """To the bit once the caller has sorted it; to rounding even if not."""
    past = run(flat(sittings), DEFAULTS).states[0]
    sitting = data.draw(rows(99, 19900.0, True))
    shuffled = list(sitting)
    shuffler.shuffle(shuffled)
    sorted_again = run(sorted(shuffled, key=order), DEFAULTS, past)
    one, other = run(sitting, DEFAULTS, past), run(shuffled, DEFAULTS, past)
    assert same_bits(one.states[0], sorted_again.states[0])
    places = {target: place for place, target in enumerate(other.states[0].target_ids.tolist())}
    chosen = [places[target] for target in one.states[0].target_ids.tolist()]
    np.testing.assert_allclose(other.states[0].targets[chosen], one.states[0].targets, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(other.states[0].level, one.states[0].level, rtol=1e-12, atol=1e-12)
    predicted = dict(zip((row.item for row in shuffled), other.prediction, strict=True))
    np.testing.assert_allclose([predicted[row.item] for row in sitting], one.prediction, rtol=1e-12)


@unhurried
@given(paths(12), hypers)
def test_every_number_stays_finite_and_every_variance_positive(
    sittings: list[list[Answer]], hyper: Hyperparameters
) -> None:
    with np.errstate(all="raise"):
        done = run(flat(sittings), hyper)
        now = levels(done.states[0], hyper)
    state = done.states[0]
    assert np.isfinite(state.level).all()
    assert np.isfinite(state.targets).all()
    assert np.isfinite(state.items).all()
    assert (now.variance > 0).all()
    assert (state.items[:, 1] > 0).all()
    assert ((done.prediction > 0) & (done.prediction < 1)).all()
    assert state.general_variance * state.form_variance > state.level[4] ** 2
    assert 0 < state.general_variance <= 2 * hyper.general_variance
    assert 0 < state.form_variance <= hyper.form_variance * (1 + 1e-12)


@pytest.mark.parametrize("answers", [3000])
@pytest.mark.parametrize("y", [0.0, 1.0])
def test_thousands_of_equal_answers_stay_sound(answers: int, y: float) -> None:
    path = [Answer(n, target=n % 2, item=n % 50, y=y, day=20000.0 + n / 10) for n in range(answers)]
    done = run(path, DEFAULTS)
    assert (done.after.variance > 0).all()
    assert (np.abs(done.after.mean) < 60).all()
    assert np.isfinite(done.states[0].items).all()
    last = done.prediction[-1]
    assert last > 0.97 if y else last < 0.03
