"""Bad input is refused with the field, what was found and what would be right."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mastery.evidence import EvidenceType, ItemResponse, Purpose, Result, ScoreStatus, TargetScore, digest
from mastery.evidence_check import MAX_NAME, _fits, _name, check

NOW = datetime(2026, 10, 5, 12, 0, tzinfo=UTC)
BORN = date(2016, 5, 4)
ITEM = ItemResponse("q1", 1, 1, seconds=31.5)
TARGET = TargetScore("4.NF.A.1", 3, 4, items=(ITEM,))
RESULT = Result(
    source_id="quiz-17/user-9",
    revision=1,
    student="S-000123",
    assessment="quiz-17",
    form="A",
    purpose=Purpose.FORMATIVE,
    evidence_type=EvidenceType.QUIZ,
    scorer="system",
    performed_at=NOW,
    scored_at=NOW,
    targets=(TARGET,),
)


def found(result: Result, born: date | None = BORN) -> list[str]:
    problems = check(result, NOW, born)
    assert all(problem.message for problem in problems)
    return [problem.field for problem in problems]


def with_target(**changes) -> Result:
    return replace(RESULT, targets=(replace(TARGET, **changes),))


def with_item(**changes) -> Result:
    return with_target(items=(replace(ITEM, **changes),))


def test_a_sound_result_has_no_problem():
    assert found(RESULT) == []
    assert found(RESULT, None) == []
    assert found(with_target(score=9)) == [], "a score over the maximum is kept raw"
    assert found(with_target(score=0, level=0.0)) == []
    assert found(replace(RESULT, performed_at=NOW + timedelta(minutes=5), scored_at=NOW + timedelta(minutes=5))) == []
    assert found(replace(RESULT, performed_at=datetime(2016, 5, 4, 1, tzinfo=UTC))) == []


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf, -1, -0.001, 10**400])
def test_scores_and_amounts_are_finite_and_not_negative(bad):
    assert found(with_target(score=bad)) == ["targets[0].score"]
    assert found(with_item(score=bad)) == ["targets[0].items[0].score"]
    assert found(with_item(seconds=bad)) == ["targets[0].items[0].seconds"]
    assert found(replace(RESULT, duration_seconds=bad)) == ["duration_seconds"]


@pytest.mark.parametrize("bad", [0, -4, math.nan, math.inf, -math.inf])
def test_a_maximum_is_above_zero(bad):
    assert found(with_target(max=bad)) == ["targets[0].max"]
    assert found(with_item(max=bad)) == ["targets[0].items[0].max"]
    assert found(replace(with_target(score=None, max=bad, items=()), status=ScoreStatus.EXEMPT)) == ["targets[0].max"]


@pytest.mark.parametrize("bad", [-0.5, 4.5, 2.25, math.nan, math.inf, 3.0000001])
def test_a_level_is_in_halves_from_zero_to_four(bad):
    assert found(with_target(level=bad)) == ["targets[0].level"]


def test_every_half_level_is_right():
    assert all(found(with_target(level=halves / 2)) == [] for halves in range(9))


def test_whole_numbers_have_their_least():
    assert found(replace(RESULT, revision=0)) == ["revision"]
    assert found(replace(RESULT, revision=2**31)) == ["revision"]
    assert found(with_item(attempt=0)) == ["targets[0].items[0].try"]
    assert found(with_item(hints=-1)) == ["targets[0].items[0].hints"]


def test_a_scored_result_needs_its_score_and_any_other_must_not_have_one():
    assert found(with_target(score=None)) == ["targets[0].score"]
    assert found(with_target(max=None)) == ["targets[0].max"]
    for status in (ScoreStatus.PENDING_MANUAL, ScoreStatus.EXEMPT, ScoreStatus.NOT_SUBMITTED):
        missing = with_target(score=None, max=4, level=None, items=())
        assert found(replace(missing, status=status)) == []
        full = replace(with_target(level=3.0), status=status)
        assert found(full) == ["targets[0].score", "targets[0].level", "targets[0].items"]


def test_a_level_that_a_person_judged_needs_no_score():
    alone = replace(
        with_target(score=None, max=None, level=2.5, items=()), evidence_type=EvidenceType.PORTFOLIO, scorer="teacher-4"
    )
    assert found(alone) == []
    without = ["targets[0].score", "targets[0].max"]
    assert found(replace(alone, scorer="system")) == without
    assert found(replace(alone, evidence_type=EvidenceType.TEST)) == without
    assert found(replace(alone, targets=(replace(alone.targets[0], level=None),))) == without
    assert found(replace(alone, targets=(replace(alone.targets[0], max=4),))) == ["targets[0].score"]
    assert found(replace(alone, targets=(replace(alone.targets[0], items=(ITEM,)),))) == without


@pytest.mark.parametrize("field", ["performed_at", "scored_at"])
def test_times_have_a_zone_and_are_at_most_five_minutes_ahead(field):
    assert found(replace(RESULT, **{field: NOW.replace(tzinfo=None)})) == [field]
    ahead = replace(RESULT, scored_at=NOW + timedelta(minutes=5))
    assert found(replace(ahead, **{field: NOW + timedelta(minutes=5, microseconds=1)})) == [field]


@pytest.mark.parametrize("year", [1, 1899, 9999])
@pytest.mark.parametrize("hours", [-14, 0, 14])
@pytest.mark.parametrize("day", [(1, 1), (12, 31)])
def test_times_at_the_ends_of_the_calendar_are_problems_and_no_crash(year, hours, day):
    edge = datetime(year, *day, 23 if day[0] == 12 else 0, tzinfo=timezone(timedelta(hours=hours)))
    assert found(replace(RESULT, performed_at=edge)) == ["performed_at"]


def test_performed_before_birth_or_scored_before_performed():
    early = datetime(2016, 5, 3, 23, tzinfo=UTC)
    assert found(replace(RESULT, performed_at=early)) == ["performed_at"]
    assert found(replace(RESULT, performed_at=early), None) == []
    assert found(replace(RESULT, scored_at=NOW - timedelta(minutes=5))) == [], "two clocks may differ a little"
    assert found(replace(RESULT, scored_at=NOW - timedelta(minutes=6))) == ["scored_at"]


def test_duplicates_inside_a_result():
    assert found(replace(RESULT, targets=(TARGET, TARGET))) == ["targets[1].target"]
    assert found(with_target(items=(ITEM, ITEM))) == ["targets[0].items[1].try"]
    assert found(with_target(items=(ITEM, replace(ITEM, attempt=2)))) == []


@pytest.mark.parametrize("field", ["source_id", "student", "assessment", "form", "scorer", "setting"])
@pytest.mark.parametrize("bad", ["", "   ", "x" * 201, "a\x00b", "a\nb", "\ud800"])
def test_names_are_neither_empty_nor_long_nor_unfit(field, bad):
    assert found(replace(RESULT, **{field: bad})) == [field]


def test_names_inside_are_judged_too():
    assert found(with_target(target="")) == ["targets[0].target"]
    assert found(with_item(item="x" * 300)) == ["targets[0].items[0].item"]
    assert found(replace(RESULT, accommodations=("reader", ""))) == ["accommodations[1]"]
    assert found(replace(RESULT, student="Zoë-Ångström 木")) == []


def test_no_target_at_all():
    assert found(replace(RESULT, targets=())) == ["targets"]


def test_a_problem_says_where_what_and_how():
    (problem,) = check(with_target(items=(ITEM, ITEM, replace(ITEM, item="q2", score=-1))), NOW, BORN)[1:]
    assert problem.field == "targets[0].items[2].score"
    assert problem.message == "is -1; give a finite number, 0 or more"


def test_all_problems_are_told_at_once_and_what_passes_has_a_digest():
    bad = replace(with_item(score=-1, max=0), revision=0, scored_at=NOW + timedelta(hours=1))
    assert found(bad) == ["revision", "scored_at", "targets[0].items[0].score", "targets[0].items[0].max"]
    assert len(digest(RESULT)) == 32


@given(st.text(max_size=MAX_NAME + 2) | st.text(" \t\u00a0\u2003a\x1f", max_size=4))
@example("a" * MAX_NAME)
@example("a" * (MAX_NAME + 1))
@example(" " * MAX_NAME)
@example("a\n")
@example("\ud800")
def test_a_name_fits_exactly_where_nothing_is_said_against_it(name: str) -> None:
    """The quick look and the one that explains are two ways of asking the same."""
    assert bool(_fits(name)) is (not list(_name("field", name)))
