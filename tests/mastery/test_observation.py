"""What of a scored target the estimate sees (domain 2.2)."""

from __future__ import annotations

from itertools import permutations

import pytest

from mastery.evidence import SYSTEM_SCORER, EvidenceType, Independence, ItemResponse, TargetScore, reached
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


def by_a_person(score: TargetScore, evidence_type: EvidenceType = EvidenceType.PERFORMANCE, scorer: str = "teacher-4"):
    return observations(score, Independence.INDEPENDENT, "task/A/t", evidence_type=evidence_type, scorer=scorer)


@pytest.mark.parametrize(
    ("maximum", "by_person", "by_system"),
    [(1, 1, 1), (2, 2, 1), (4, 4, 1), (20, 20, 1), (21, 1, 1), (2.5, 1, 1), (0.5, 1, 1), (100, 1, 1)],
)
def test_a_person_gives_points_where_a_system_only_says_what_a_question_is_worth(maximum, by_person, by_system):
    score = TargetScore("t", 1, maximum, items=(ItemResponse("a", maximum / 2, maximum),))
    for evidence_type in EvidenceType:
        assert by_a_person(score, evidence_type) == (Observation("a", 0.5, 1.0, points=by_person),)
        assert by_a_person(score, evidence_type, SYSTEM_SCORER) == (Observation("a", 0.5, 1.0, points=by_system),)


@pytest.mark.parametrize("scorer", [SYSTEM_SCORER, "teacher-4"])
@pytest.mark.parametrize(
    ("form", "points"), [(ItemFormat(points=1), 1), (ItemFormat(points=6), 6), (ItemFormat(choices=4), 1)]
)
def test_what_was_registered_of_an_item_goes_before_its_maximum(scorer, form, points):
    score = TargetScore("t", 1, 4, items=(ItemResponse("a", 1, 4),))
    (found,) = observations(score, Independence.INDEPENDENT, formats={"a": form}, scorer=scorer)
    assert (found.y, found.points) == (0.25, points)


@pytest.mark.parametrize("score", [0, 0.5, 1, 2.75, 4, 9])
@pytest.mark.parametrize("hints", [0, 1])
def test_how_many_points_never_depends_on_how_many_were_reached(score, hints):
    (found,) = by_a_person(TargetScore("t", 1, 1, items=(ItemResponse("a", score, 4, hints=hints),)))
    assert found.points == 4


@pytest.mark.parametrize("level", [n / 2 for n in range(9)])
def test_a_judged_level_is_so_many_of_four_points(level):
    score = TargetScore("t", 9, 10, level=level)
    for evidence_type in (EvidenceType.PERFORMANCE, EvidenceType.PORTFOLIO, EvidenceType.OBSERVATION):
        assert by_a_person(score, evidence_type) == (Observation("task/A/t", level / 4, 1.0, points=4),)


@pytest.mark.parametrize(
    ("evidence_type", "scorer"), [(EvidenceType.TEST, "teacher-4"), (EvidenceType.PERFORMANCE, SYSTEM_SCORER)]
)
def test_a_level_that_nobody_judged_is_not_seen(evidence_type, scorer):
    score = TargetScore("t", 9, 10, level=2.0)
    assert by_a_person(score, evidence_type, scorer) == (Observation("task/A/t", 0.9, 1.0),)


def test_a_score_without_items_is_one_answer_however_many_points_it_has():
    for evidence_type in EvidenceType:
        assert by_a_person(TargetScore("t", 17, 20), evidence_type) == (Observation("task/A/t", 0.85, 1.0),)


def test_criteria_of_a_judged_task_are_seen_in_place_of_its_level():
    score = TargetScore("t", 5, 8, level=2.5, items=(ItemResponse("ideas", 3, 4), ItemResponse("form", 2, 4)))
    assert by_a_person(score) == (Observation("form", 0.5, 1.0, points=4), Observation("ideas", 0.75, 1.0, points=4))


def test_a_judged_level_needs_no_score_and_any_other_does():
    alone = TargetScore("t", None, None, level=3.0)
    assert by_a_person(alone) == (Observation("task/A/t", 0.75, 1.0, points=4),)
    assert by_a_person(alone, EvidenceType.TEST) == by_a_person(alone, scorer=SYSTEM_SCORER) == ()
    assert reached(alone, EvidenceType.PORTFOLIO, "teacher-4") == (3.0, 4)
    assert reached(alone, EvidenceType.PORTFOLIO, SYSTEM_SCORER) is None
    assert reached(TargetScore("t", 7, 10, level=3.0), EvidenceType.PORTFOLIO, "teacher-4") == (7, 10)
