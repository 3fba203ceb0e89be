"""Canvas's own numbers, in its own words."""

from __future__ import annotations

import json
from collections.abc import Callable
from fractions import Fraction
from itertools import combinations
from typing import Any

import pytest
from shared_data import needs_shared, shared

from mastery.methods import METHODS
from mastery.methods.canvas import (
    Row,
    by_question,
    by_quiz,
    canvas_average,
    canvas_decay,
    canvas_highest,
    canvas_latest,
    canvas_n_mastery,
    canvas_weighted,
    rescaled,
    scale_top,
)
from mastery.methods.canvas_class import class_mean, class_median, rating_percents
from mastery.methods.runs import trimmed
from mastery.numbers import exact, half_up

pytestmark = [needs_shared, pytest.mark.shared]

PER_QUESTION = ("highest", "n_mastery")
MASTERY_POINTS = Fraction(3)


def vectors() -> dict[str, Any]:
    """The file of Canvas's numbers."""
    return dict(json.loads(shared("vectors", "canvas_outcome_calculations.json").read_text()))


def rollup(case: dict[str, Any], scores: list[Fraction]) -> object:
    """The rollup by the method as Canvas stores its name; the legacy formula is `decaying_average` there."""
    weight = Fraction(case["calculation_int"] or 65, 100)
    rules: dict[str, Callable[[], object]] = {
        "highest": lambda: canvas_highest(scores),
        "latest": lambda: canvas_latest(scores),
        "average": lambda: canvas_average(scores),
        "n_mastery": lambda: canvas_n_mastery(scores, case["calculation_int"], MASTERY_POINTS),
        "decaying_average": lambda: canvas_weighted(scores, weight),
        "standard_decaying_average": lambda: canvas_decay(scores, weight),
    }
    return rules[case["method"]]()


def expected(case: dict[str, Any]) -> object:
    """The number that the file expects, exact."""
    return None if case["expected"] is None else exact(case["expected"])


def oldest_first(scores: list[Any]) -> list[Fraction]:
    """Scores by time; one without a time is the oldest, one without a score is none."""
    if scores and isinstance(scores[0], dict):
        days = {None: 0, "T-1d": 1, "T": 2}
        scores = [one["score"] for one in sorted(scores, key=lambda one: days[one["at"]])]
    return [exact(score) for score in scores if score is not None]


def test_every_rollup_is_that_of_canvas() -> None:
    cases = vectors()["vectors"]
    assert len(cases) == 29
    for case in cases:
        assert rollup(case, oldest_first(case["scores_oldest_to_newest"])) == expected(case), case["id"]


def test_every_quiz_is_scaled_as_canvas_does() -> None:
    cases = vectors()["quiz_scaling_vectors"]
    assert len(cases) == 12
    for case in cases:
        results = sorted(case["results"], key=lambda one: -one["days_ago"])
        rows = [Row(exact(one["percent"]), exact(one["possible"]), one["alignment"]) for one in results]
        top = scale_top(exact(case["points_possible"]), MASTERY_POINTS)
        scores = (by_question if case["method"] in PER_QUESTION else by_quiz)(rows, top)
        assert rollup(case, scores) == expected(case), case["id"]


def test_mixed_scales_come_to_one() -> None:
    mixed = {case["id"]: case for case in vectors()["mixed"]}
    newest_first = [exact(score) for score in mixed["m01"]["newest_first"]]
    assert rollup(mixed["m01"], newest_first[::-1]) == expected(mixed["m01"])
    assert rollup(mixed["m02"], [exact(score) for score in mixed["m02"]["scores"]]) == expected(mixed["m02"])
    assert mixed["m03"]["rule"] == "score 2 of possible 5 on a scale whose top is 4"
    assert rescaled(Fraction(2), Fraction(5), Fraction(4)) == expected(mixed["m03"])


def test_an_assignment_stands_for_itself_among_quizzes() -> None:
    rows = [Row(Fraction(1, 2), Fraction(5)), Row(Fraction(0), Fraction(1), 7), Row(Fraction(1), Fraction(3), 7)]
    assert by_quiz(rows, Fraction(4)) == [2, 3, 3]
    assert by_question(rows, Fraction(4)) == [2, 0, 4]
    assert by_quiz([Row(Fraction(1), Fraction(0), 7)], Fraction(4)) == []


def test_every_class_aggregate_is_that_of_canvas() -> None:
    cases = vectors()["class_aggregates"]
    assert len(cases) == 4
    for case in cases:
        rollups = [None if one is None else exact(one) for one in case["per_student"]]
        wanted = {
            name: None if case[name] is None else exact(case[name]) for name in ("mean", "median") if name in case
        }
        found = {"mean": class_mean(rollups), "median": class_median(rollups)}
        assert {name: found[name] for name in wanted} == wanted


def test_every_rating_has_its_percentage() -> None:
    cases = vectors()["rating_percents"]
    assert len(cases) == 3
    for case in cases:
        scores, floors = [exact(one) for one in case["scores"]], [exact(one) for one in case["rating_floors"]]
        assert rating_percents(scores, floors) == case["expected"]
    assert rating_percents([], [Fraction(3), Fraction(0)]) == [0, 0]


def kept_by_total(scores: list[Fraction], possible: list[Fraction], lowest: int, highest: int) -> Fraction:
    """The drop rule that was reported as wrong, by trying all: best total first, then the worst of it."""
    of_points = list(zip(scores, possible, strict=True))

    def total(some: tuple[tuple[Fraction, Fraction], ...]) -> Fraction:
        return sum((one for one, _ in some), Fraction()) / sum((most for _, most in some), Fraction())

    best = max(combinations(of_points, len(of_points) - lowest), key=total)
    return total(min(combinations(best, len(best) - highest), key=total))


def test_where_the_drop_rule_of_canvas_lowers_a_result_for_a_higher_score_ours_does_not() -> None:
    """The reported percentages are those of a rule that is not offered here; `TRIMMED` keeps what it breaks."""
    case = vectors()["non_monotone_drop_rule"]
    possible, lowest, highest = [exact(one) for one in case["possible"]], case["drop_lowest"], case["drop_highest"]
    assert case["property"] == "a higher score must never lower the result"
    rows = [([exact(one) for one in row["scores"]], exact(row["reported"])) for row in case["rows"]]
    reported = [half_up(kept_by_total(scores, possible, lowest, highest) * 100, 1) for scores, _ in rows]
    assert reported == [expected_value for _, expected_value in rows]
    assert sorted(reported) != reported
    ours = [trimmed([s / p for s, p in zip(scores, possible, strict=True)], lowest, highest) for scores, _ in rows]
    assert ours == sorted(ours, key=lambda one: one or Fraction())


def test_the_bounds_are_those_of_canvas() -> None:
    """Weights are percentages there and shares here."""
    bounds = vectors()["valid_calculation_int"]
    weight = {name: METHODS[name].parameters[0] for name in ("CANVAS_WEIGHTED", "CANVAS_DECAY", "CANVAS_N_MASTERY")}
    for name, word in (("CANVAS_WEIGHTED", "decaying_average"), ("CANVAS_DECAY", "standard_decaying_average")):
        assert [weight[name].least * 100, weight[name].most * 100] == bounds[word]
    assert [weight["CANVAS_N_MASTERY"].least, weight["CANVAS_N_MASTERY"].most] == bounds["n_mastery"]


def test_every_part_of_the_file_is_tried_or_is_no_score_rule() -> None:
    """`off_pace` asks whether past-due work was handed in: pace, which no score rule may decide."""
    about = {"system", "code", "precision", "rounding", "spec_scale", "renaming_hazard"}
    tried = {
        "valid_calculation_int", "vectors", "quiz_scaling_vectors", "mixed", "class_aggregates", "rating_percents",
        "non_monotone_drop_rule",
    }  # fmt: skip
    assert set(vectors()) == about | tried | {"off_pace"}
