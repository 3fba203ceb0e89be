"""Where a piece of work is on its way, who may score it now, and what its record may do (domain 2.7)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mastery.body.judgement import levels_to_give
from mastery.evidence import EvidenceType, Independence, Purpose
from mastery.policy import DEFAULT_POLICY
from mastery.rating.artefacts import Artefact, Help, Use
from mastery.rating.blind import Sheet
from mastery.rating.rubric import Criterion, Rubric
from mastery.rating.work import (
    Rated,
    Stage,
    TaskKind,
    evidence_type,
    independence,
    may_score,
    purpose,
    resolutions,
    stage,
    waits_for_talk,
)

AT = datetime(2026, 10, 5, 14, tzinfo=UTC)
RUBRIC = Rubric((Criterion("1", 11), Criterion("2", 12)))
OWN = Artefact("a", own_work=True, help=frozenset({Help.NONE}))
levels = st.sampled_from([None, *levels_to_give()])


def sheet(rater: int, first: float | None, second: float | None, *, lead: bool = False) -> Sheet:
    return Sheet(rater, {"1": first, "2": second}, AT, lead)


def at(work: Rated) -> Stage:
    return stage(work, RUBRIC, DEFAULT_POLICY)


@pytest.mark.parametrize(
    ("work", "expected"),
    [
        (Rated(1), Stage.FIRST),
        (Rated(2), Stage.FIRST),
        (Rated(1, (sheet(1, 2.0, 3.5),)), Stage.SETTLED),
        (Rated(2, (sheet(1, 2.0, 3.5),)), Stage.SECOND),
        (Rated(2, (sheet(1, 2.0, 3.5), sheet(2, 2.0, 4.0))), Stage.SETTLED),
        # 2.5 and 3.0 straddle what mastery is
        (Rated(2, (sheet(1, 2.5, 3.5), sheet(2, 3.0, 3.5))), Stage.DISCUSSION),
        (Rated(2, (sheet(1, 2.5, 3.5), sheet(2, 3.0, 3.5)), {"1": 3.0}), Stage.SETTLED),
        (Rated(2, (sheet(1, 2.5, 3.5), sheet(2, 3.0, 3.5), sheet(3, 2.5, 3.0, lead=True))), Stage.SETTLED),
        # further apart than a level: the lead's, and before a talk about the other
        (Rated(2, (sheet(1, 1.0, 2.5), sheet(2, 2.5, 3.0))), Stage.LEAD),
        (Rated(2, (sheet(1, 1.0, 2.5), sheet(2, 2.5, 3.0), sheet(3, 2.0, 3.0, lead=True))), Stage.SETTLED),
    ],
)
def test_a_piece_of_work_waits_for_what_it_lacks(work: Rated, expected: Stage) -> None:
    assert at(work) is expected


def test_of_what_the_raters_are_to_talk() -> None:
    work = Rated(2, (sheet(1, 2.5, 3.5), sheet(2, 3.0, 3.5)))
    assert waits_for_talk(work, RUBRIC, DEFAULT_POLICY) == ("1",)
    assert resolutions(work, RUBRIC, DEFAULT_POLICY)["2"].level == 3.5


@given(st.integers(1, 3), st.lists(st.tuples(levels, levels), max_size=3), st.booleans())
def test_everybody_scores_once_and_nobody_after_the_last(
    needed: int, given_: list[tuple[float | None, float | None]], lead: bool
) -> None:
    work = Rated(needed, tuple(sheet(rater, *one) for rater, one in enumerate(given_[:needed], 1)))
    now = at(work)
    for rater in range(1, len(work.sheets) + 1):
        assert not may_score(work, rater, RUBRIC, DEFAULT_POLICY, lead=lead)
    other = may_score(work, 99, RUBRIC, DEFAULT_POLICY, lead=lead)
    assert other == (now in ((Stage.LEAD, Stage.DISCUSSION) if lead else (Stage.FIRST, Stage.SECOND)))
    if now is not Stage.SETTLED and len(work.sheets) == needed:
        settled = Rated(needed, (*work.sheets, sheet(99, 3.0, None, lead=True)))
        assert at(settled) is Stage.SETTLED
        assert not may_score(settled, 98, RUBRIC, DEFAULT_POLICY, lead=True)


def test_a_record_certifies_by_one_new_file_of_ones_own() -> None:
    unsaid, decided = Artefact("b"), [Use("a", 11, 1, decided=True)]
    assert independence([OWN], 11, []) is Independence.INDEPENDENT
    assert independence([unsaid], 11, []) is Independence.ASSISTED
    assert independence([unsaid, OWN], 11, []) is Independence.INDEPENDENT
    assert independence([OWN], 11, decided) is Independence.ASSISTED
    assert independence([OWN], 12, decided) is Independence.INDEPENDENT
    assert independence([], 11, decided) is Independence.INDEPENDENT


def test_what_the_work_counts_as() -> None:
    assert [evidence_type(one) for one in TaskKind] == [
        EvidenceType.PERFORMANCE, EvidenceType.PORTFOLIO, EvidenceType.PERFORMANCE
    ]  # fmt: skip
    assert purpose(credit_bearing=True) is Purpose.SUMMATIVE
    assert purpose(credit_bearing=False) is Purpose.FORMATIVE
