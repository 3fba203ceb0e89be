"""Several scores of one criterion become a level, or wait for people (domain 2.7)."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mastery.policy import DEFAULT_POLICY as POLICY
from mastery.rating.resolution import WAITING, Outcome, Word, resolve

HALVES = [half / 2 for half in range(9)]
level = st.sampled_from(HALVES)


def told(first: float, second: float) -> tuple[str, float | None]:
    """The sentence of the specification once more, in whole half points: 6 is the level of mastery."""
    low, high = sorted((int(first * 2), int(second * 2)))
    if low == high:
        return "equal", low / 2
    if high - low > 2:
        return "awaits_lead", None
    if low < 6 <= high:
        return "awaits_discussion", None
    # the middle of two neighbours is no half point: the upper one
    return "mean", (low + high + 1) // 2 / 2


@pytest.mark.parametrize(("first", "second"), list(product(HALVES, HALVES)))
def test_each_pair_of_scores_is_settled_as_the_specification_says(first: float, second: float) -> None:
    found = resolve([first, second], POLICY)
    assert (found.outcome.value, found.level) == told(first, second)
    assert found.scores == (first, second)
    assert found.final == (found.level is not None)


@pytest.mark.parametrize(
    ("scores", "outcome", "expected"),
    [
        ((2.0, 2.5), Outcome.MEAN, 2.5), ((3.0, 3.5), Outcome.MEAN, 3.5), ((3.0, 4.0), Outcome.MEAN, 3.5),
        ((1.0, 2.0), Outcome.MEAN, 1.5), ((2.5, 3.0), Outcome.AWAITS_DISCUSSION, None),
        ((2.0, 3.0), Outcome.AWAITS_DISCUSSION, None), ((2.5, 3.5), Outcome.AWAITS_DISCUSSION, None),
        ((2.0, 3.5), Outcome.AWAITS_LEAD, None), ((2.5,), Outcome.SINGLE, 2.5), ((None,), Outcome.NOT_SHOWN, None),
        ((None, None), Outcome.NOT_SHOWN, None), ((None, 2.0), Outcome.AWAITS_LEAD, None),
        ((2.0, 2.0, 2.5), Outcome.MEAN, 2.0), ((2.0, 2.5, 2.5), Outcome.MEAN, 2.5),
        ((2.5, 2.5, 3.0), Outcome.AWAITS_DISCUSSION, None), ((3.0, 3.5, 4.0), Outcome.MEAN, 3.5),
        ((3.0, 3.0, 4.0), Outcome.MEAN, 3.5), ((2.0, 3.0, 3.5), Outcome.AWAITS_LEAD, None),
    ],
)  # fmt: skip
def test_scores_that_matter(scores: tuple[float | None, ...], outcome: Outcome, expected: float | None) -> None:
    found = resolve(scores, POLICY)
    assert (found.outcome, found.level) == (outcome, expected)


@given(st.lists(level, min_size=1, max_size=4))
def test_rounding_alone_never_carries_work_over_the_level_of_mastery(scores: list[float]) -> None:
    found = resolve(scores, POLICY)
    if found.level is not None:
        assert min(scores) <= found.level <= max(scores)
        assert (found.level >= 3.0) == (max(scores) >= 3.0)
        assert (found.level < 3.0) == (min(scores) < 3.0)


@given(st.lists(st.none() | level, min_size=1, max_size=4), st.randoms())
def test_the_order_of_raters_does_not_matter(scores: list[float | None], chance: object) -> None:
    mixed = list(scores)
    chance.shuffle(mixed)  # type: ignore[attr-defined]
    assert replace(resolve(mixed, POLICY), scores=()) == replace(resolve(scores, POLICY), scores=())


def test_a_discussion_ends_within_what_it_was_about_or_the_lead_scores() -> None:
    scores = (2.5, 3.0)
    assert resolve(scores, POLICY, discussed=2.5).level == 2.5
    talked = resolve(scores, POLICY, discussed=3.0)
    assert (talked.outcome, talked.level, talked.scores) == (Outcome.DISCUSSED, 3.0, scores)
    # they talked and could not agree
    assert resolve(scores, POLICY, lead=Word(2.0)).level == 2.0
    for outside in (2.0, 3.5, 2.75):
        with pytest.raises(ValueError):
            resolve(scores, POLICY, discussed=outside)


@given(level, level, st.none() | level)
def test_the_leads_score_is_final_where_it_was_needed_and_kept_where_not(
    first: float, second: float, last: float | None
) -> None:
    plain, found = resolve([first, second], POLICY), resolve([first, second], POLICY, lead=Word(last))
    assert found.lead == Word(last)
    assert found.final
    if plain.outcome in WAITING:
        assert (found.outcome, found.level) == (Outcome.LEAD, last)
    else:
        assert (found.outcome, found.level) == (plain.outcome, plain.level)


def test_without_a_score_there_is_nothing_to_resolve() -> None:
    with pytest.raises(ValueError, match="nothing"):
        resolve([], POLICY)
