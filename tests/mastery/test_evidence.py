"""What of a result counts, and when two results are the same (domain 2.2, 2.3; rules 3, 4 and 8 of 9.1)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from mastery.evidence import (
    PROPOSED_CUT_SCORES,
    CutScore,
    EvidenceType,
    Independence,
    ItemResponse,
    Purpose,
    Result,
    TargetScore,
    certifying,
    digest,
    level,
    level_of,
    normalised,
    restored,
)

NOON = datetime(2026, 10, 5, 12, 0, tzinfo=UTC)
ITEMS = (
    ItemResponse("q1", 0, 1),
    ItemResponse("q1", 1, 1, attempt=2),
    ItemResponse("q2", 1, 2, hints=0, seconds=31.5),
)
RESULT = Result(
    source_id="quiz-17/user-9/attempt-2",
    revision=1,
    student="S-000123",
    assessment="quiz-17",
    form="A",
    purpose=Purpose.FORMATIVE,
    evidence_type=EvidenceType.QUIZ,
    scorer="system",
    performed_at=NOON,
    scored_at=NOON + timedelta(seconds=3),
    accommodations=("extended_time", "reader"),
    targets=(TargetScore("4.NF.A.1", 3, 4, items=ITEMS), TargetScore("4.NF.A.2", 1, 2)),
)


@pytest.mark.parametrize(
    "same",
    [
        replace(RESULT, performed_at=NOON.astimezone(timezone(timedelta(hours=-4)))),
        replace(RESULT, accommodations=("reader", "extended_time", "reader")),
        replace(RESULT, targets=tuple(reversed(RESULT.targets))),
        replace(RESULT, targets=(replace(RESULT.targets[0], items=tuple(reversed(ITEMS))), RESULT.targets[1])),
        replace(RESULT, targets=(replace(RESULT.targets[0], score=3.0, max=4.0), RESULT.targets[1])),
        replace(RESULT, setting="school", duration_seconds=None),
    ],
    ids=["zone", "accommodations", "targets", "items", "whole numbers", "defaults"],
)
def test_two_ways_to_say_the_same_have_one_digest(same):
    assert digest(same) == digest(RESULT)
    assert normalised(same) == normalised(RESULT)


@pytest.mark.parametrize(
    "other",
    [
        replace(RESULT, performed_at=NOON + timedelta(microseconds=1)),
        replace(RESULT, revision=2),
        replace(RESULT, student="S-000124"),
        replace(RESULT, purpose=Purpose.SUMMATIVE),
        replace(RESULT, duration_seconds=0),
        replace(RESULT, date_estimated=True),
        replace(RESULT, accommodations=("reader",)),
        replace(RESULT, targets=RESULT.targets[:1]),
        replace(RESULT, targets=(replace(RESULT.targets[0], items=ITEMS[:1] + ITEMS[2:]), RESULT.targets[1])),
        replace(RESULT, targets=(replace(RESULT.targets[0], score=3.0000000000000004), RESULT.targets[1])),
        replace(RESULT, targets=(replace(RESULT.targets[0], level=3.0), RESULT.targets[1])),
    ],
)
def test_whatever_is_said_differently_changes_the_digest(other):
    assert digest(other) != digest(RESULT)


def test_a_result_is_restored_with_and_without_an_estimated_day():
    for one in (RESULT, replace(RESULT, date_estimated=True)):
        assert restored(normalised(one)).date_estimated is one.date_estimated
        assert digest(restored(normalised(one))) == digest(one)
    assert "date_estimated" not in normalised(RESULT)  # digests from before it could be said stay


def test_a_digest_is_32_bytes_and_negative_zero_is_zero():
    assert len(digest(RESULT)) == 32
    zero, negative = (replace(RESULT, targets=(TargetScore("t", score, 1),)) for score in (0, -0.0))
    assert digest(zero) == digest(negative)


def test_what_is_not_a_number_has_no_digest():
    with pytest.raises(ValueError):
        digest(replace(RESULT, duration_seconds=float("nan")))


@pytest.mark.parametrize(
    ("score", "maximum", "expected"),
    [
        (0, 100, 0.0), (24, 100, 0.0), (25, 100, 1.0), (49.9, 100, 1.0), (50, 100, 2.0), (64, 100, 2.0), (65, 100, 2.5),
        (13, 20, 2.5), (1.95, 3, 2.5), (79, 100, 2.5), (4, 5, 3.0), (2.4, 3, 3.0), (90, 100, 3.5), (97, 100, 4.0),
        (130, 100, 4.0),
    ],
)  # fmt: skip
def test_levels_come_from_cut_scores_at_their_exact_edges(score, maximum, expected):
    assert level(score, maximum, PROPOSED_CUT_SCORES) == expected
    assert level(score, maximum, reversed(PROPOSED_CUT_SCORES)) == expected


def test_every_cut_is_reached_by_its_own_share_of_any_whole_maximum():
    for maximum in range(1, 200):
        for cut in PROPOSED_CUT_SCORES:
            points = Decimal(str(cut.share)) * maximum
            assert level(float(points), maximum, PROPOSED_CUT_SCORES) == cut.level


def test_without_cut_scores_there_is_no_level():
    assert level(9, 10, ()) is None
    assert level_of(TargetScore("t", 9, 10), EvidenceType.QUIZ, "system", None) is None


def test_a_level_is_taken_from_a_persons_rubric_and_otherwise_only_from_cut_scores():
    scored = TargetScore("t", 9, 10, level=2.0)
    cuts = (CutScore(3.0, 0.8),)
    assert level_of(scored, EvidenceType.PERFORMANCE, "teacher-4", None) == 2.0
    assert level_of(scored, EvidenceType.PERFORMANCE, "system", None) is None
    assert level_of(scored, EvidenceType.TEST, "teacher-4", cuts) == 3.0
    assert level_of(TargetScore("t", None, None), EvidenceType.TEST, "system", cuts) is None


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, True),
        ({"purpose": Purpose.FORMATIVE}, False),
        ({"purpose": Purpose.INTERIM}, False),
        ({"purpose": Purpose.DIAGNOSTIC}, False),
        ({"purpose": Purpose.STATE_SUMMATIVE}, False),
        ({"independence": Independence.ASSISTED}, False),
        ({"independence": Independence.GROUP}, False),
        ({"level": None}, False),
        ({"level": 0.0}, True),
    ],
)
def test_a_certifying_record_is_summative_independent_and_has_a_level(changes, expected):
    plain = {
        "purpose": Purpose.SUMMATIVE,
        "evidence_type": EvidenceType.TEST,
        "scorer": "system",
        "independence": Independence.INDEPENDENT,
        "level": 3.0,
    }
    assert certifying(**{**plain, **changes}) is expected


@pytest.mark.parametrize("evidence_type", list(EvidenceType))
@pytest.mark.parametrize("scorer", ["system", "teacher-4"])
@pytest.mark.parametrize("certified", [True, False])
def test_judged_work_certifies_by_a_certified_person_only(evidence_type, scorer, certified):
    judged = evidence_type in {EvidenceType.PERFORMANCE, EvidenceType.PORTFOLIO, EvidenceType.OBSERVATION}
    found = certifying(
        Purpose.FORMATIVE, evidence_type, scorer, Independence.INDEPENDENT, 3.0, scorer_certified=certified
    )
    assert found is (judged and scorer != "system" and certified)
