"""Rubrics: each criterion about one target, scored by itself, without a total (domain 2.7)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mastery.rating import rubric
from mastery.rating.rubric import Criterion, Rubric, RubricError, checked_scores, levels_of_targets

RUBRIC = Rubric((Criterion("question", 1), Criterion("method", 2), Criterion("product", 3)))
LEVELS = [0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0]

scores = st.fixed_dictionaries({key: st.none() | st.sampled_from(LEVELS) for key in RUBRIC.keys})


@pytest.mark.parametrize(
    "criteria",
    [
        (),
        (Criterion(" ", 1),),
        (Criterion("method", 1), Criterion("method", 2)),
        (Criterion("method", 1), Criterion("product", 1)),
    ],
)
def test_criteria_have_a_key_and_a_target_of_their_own(criteria: tuple[Criterion, ...]) -> None:
    with pytest.raises(RubricError):
        Rubric(criteria)


@given(scores)
def test_what_is_said_of_each_criterion_is_kept_in_the_order_of_the_rubric(given_scores: dict[str, float]) -> None:
    backwards = dict(reversed(given_scores.items()))
    kept = checked_scores(RUBRIC, backwards)
    assert kept == given_scores
    assert tuple(kept) == RUBRIC.keys


@pytest.mark.parametrize("level", [-0.5, 4.5, 2.25, float("nan")])
def test_a_level_is_0_to_4_in_halves(level: float) -> None:
    with pytest.raises(RubricError) as refused:
        checked_scores(RUBRIC, {"question": 1.0, "method": level, "product": 4.0})
    assert refused.value.field == "method"


def test_each_criterion_is_spoken_of_and_no_other() -> None:
    with pytest.raises(RubricError) as refused:
        checked_scores(RUBRIC, {"question": 1.0, "product": None})
    assert refused.value.field == "method"
    with pytest.raises(RubricError) as refused:
        checked_scores(RUBRIC, {"question": 1.0, "method": 2.0, "product": 3.0, "style": 3.0})
    assert refused.value.field == "style"


@given(scores)
def test_each_target_gets_the_level_of_its_criterion_and_what_was_not_seen_gets_none(
    given_scores: dict[str, float | None],
) -> None:
    expected = {
        target: given_scores[key]
        for key, target in (("question", 1), ("method", 2), ("product", 3))
        if given_scores[key] is not None
    }
    assert levels_of_targets(RUBRIC, given_scores) == expected


def test_there_is_no_total() -> None:
    said = {name.lower() for name in (*vars(rubric), *vars(Rubric))}
    assert not any(word in name for name in said for word in ("total", "sum", "mean", "overall", "holistic"))
