"""What of a scored target the estimate sees (domain 2.2)."""

from __future__ import annotations

from itertools import permutations

import pytest

from mastery.evidence import Independence, ItemResponse, TargetScore
from mastery.observation import ItemFormat, Observation, observations
from mastery.policy import Policy


def seen(*items: ItemResponse, independence=Independence.INDEPENDENT):
    return observations(TargetScore("t", 1, 1, items=items), independence)


def test_only_the_first_try_counts_and_a_hint_makes_it_wrong():
    tries = (
        ItemResponse("b", 1, 1, hints=1),
        ItemResponse("a", 0, 1),
        ItemResponse("a", 1, 1, attempt=2),
        ItemResponse("c", 1, 1, attempt=2),
        ItemResponse("d", 1, 4),
    )
    expected = (Observation("a", 0.0, 1.0), Observation("b", 0.0, 1.0), Observation("d", 0.25, 1.0))
    assert seen(*tries) == expected
    for order in permutations(tries):
        assert seen(*order) == expected


def test_a_score_over_the_maximum_is_clamped():
    assert seen(ItemResponse("a", 7, 5)) == (Observation("a", 1.0, 1.0),)


@pytest.mark.parametrize(("count", "each"), [(1, 1.0), (5, 1.0), (6, 5 / 6), (20, 0.25)])
def test_a_sitting_never_counts_as_more_than_five_items(count, each):
    weights = [one.weight for one in seen(*(ItemResponse(f"q{n:02}", 1, 1) for n in range(count)))]
    assert weights == [each] * count


def test_later_tries_do_not_thin_out_the_first_ones():
    tries = [ItemResponse("a", 0, 1, attempt=n) for n in range(1, 9)]
    assert seen(*tries) == (Observation("a", 0.0, 1.0),)


@pytest.mark.parametrize("independence", [Independence.ASSISTED, Independence.GROUP])
def test_work_that_was_not_independent_weighs_half(independence):
    assert seen(ItemResponse("a", 1, 1), independence=independence) == (Observation("a", 1.0, 0.5),)
    whole = observations(TargetScore("t", 3, 4), independence, "quiz/A/t", Policy(independence_weight_group=0.25))
    assert whole == (Observation("quiz/A/t", 0.75, 0.5 if independence is Independence.ASSISTED else 0.25),)


def test_without_items_the_form_is_one_pseudo_item():
    score = TargetScore("t", 3, 4)
    assert observations(score, Independence.INDEPENDENT, "quiz/A/t") == (Observation("quiz/A/t", 0.75, 1.0),)


def test_what_has_no_score_is_no_observation_and_not_a_zero():
    assert observations(TargetScore("t", None, None), Independence.INDEPENDENT, "quiz/A/t") == ()
    assert observations(TargetScore("t", 0, 4), Independence.INDEPENDENT, "quiz/A/t")[0].y == 0.0


@pytest.mark.parametrize("choices", range(2, 21))
def test_an_item_with_choices_is_guessed_by_one_in_so_many(choices):
    quiz = TargetScore("t", 1, 2, items=(ItemResponse("open", 1, 1), ItemResponse("picked", 0, 1)))
    formats = {"picked": ItemFormat(choices), "elsewhere": ItemFormat(2)}
    found = observations(quiz, Independence.INDEPENDENT, formats=formats)
    assert found == (Observation("open", 1.0, 1.0), Observation("picked", 0.0, 1.0, 1 / choices))


def test_a_hint_makes_a_guess_wrong_and_leaves_it_a_guess():
    quiz = TargetScore("t", 1, 1, items=(ItemResponse("picked", 1, 1, hints=1),))
    found = observations(quiz, Independence.INDEPENDENT, formats={"picked": ItemFormat(4)})
    assert found == (Observation("picked", 0.0, 1.0, 0.25),)
