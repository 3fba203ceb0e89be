"""What is typed of work on paper: cells, revisions, the day."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mastery.evidence import ScoreStatus, level
from mastery.paper import (
    EXEMPT,
    LEVEL_CUTS,
    NOT_HANDED_IN,
    PaperError,
    Saved,
    Scoring,
    Typed,
    cut_scores,
    done_at,
    next_revision,
    read_cell,
    shown,
    source_id,
)

NEW_YORK = ZoneInfo("America/New_York")
OPENED = datetime(2026, 10, 5, 18, 30, tzinfo=UTC)  # half past two at the school
ZERO = Typed(ScoreStatus.SCORED, 0.0)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", None),
        ("  ", None),
        ("0", ZERO),
        ("-", NOT_HANDED_IN),
        ("–", NOT_HANDED_IN),
        ("x", EXEMPT),
        (" X ", EXEMPT),
        ("7", Typed(ScoreStatus.SCORED, 7.0)),
        ("7,5", Typed(ScoreStatus.SCORED, 7.5)),
        (".25", Typed(ScoreStatus.SCORED, 0.25)),
        ("10", Typed(ScoreStatus.SCORED, 10.0)),
    ],
)
def test_missing_is_not_zero_and_not_exempt(text: str, says: Typed | None) -> None:
    assert read_cell(text, Scoring.POINTS, 10) == says


@pytest.mark.parametrize(
    ("text", "code"),
    [("seven", "number"), ("-1", "number"), (".", "number"), ("1e3", "number"), ("nan", "number"), ("7.125", "number"),
     ("٣", "number"), ("10.01", "most"), ("88", "most")],
)  # fmt: skip
def test_what_is_no_score_is_refused(text: str, code: str) -> None:
    with pytest.raises(PaperError, match=code):
        read_cell(text, Scoring.POINTS, 10)


def test_levels_are_typed_by_halves() -> None:
    assert read_cell("2.5", Scoring.LEVEL, 4) == Typed(ScoreStatus.SCORED, 2.5)
    for text, code in (("2.4", "halves"), ("4.5", "most")):
        with pytest.raises(PaperError, match=code):
            read_cell(text, Scoring.LEVEL, 4)


@given(st.integers(0, 8).map(lambda halves: halves / 2))
def test_a_typed_level_is_the_level(typed: float) -> None:
    assert level(typed, 4, LEVEL_CUTS) == typed


@given(
    st.one_of(
        st.sampled_from([NOT_HANDED_IN, EXEMPT]),
        st.integers(0, 100_000).map(lambda hundredths: Typed(ScoreStatus.SCORED, hundredths / 100)),
    )
)
def test_a_cell_is_read_as_it_is_shown(typed: Typed) -> None:
    assert read_cell(shown(typed), Scoring.POINTS, 1000) == typed


def _saved(*cells: tuple[str, float]) -> list[Saved]:
    return [
        Saved(number, Typed(ScoreStatus.SCORED, score), who, OPENED + timedelta(minutes=number))
        for number, (who, score) in enumerate(cells, 1)
    ]


def _seven(saved: list[Saved], seen: int, who: str = "me") -> int | None:
    return next_revision(saved, seen, Typed(ScoreStatus.SCORED, 7.0), who)


def test_the_last_one_who_types_wins_and_a_repeated_post_does_nothing() -> None:
    assert _seven([], 0) == 1
    assert _seven(_saved(("me", 7)), 0) is None  # the answer was lost, or somebody else typed the same
    assert _seven(_saved(("you", 8)), 0) == 2  # both had seen an empty cell
    assert _seven(_saved(("me", 7), ("you", 8)), 0) is None  # my post again, after yours: yours stays
    assert _seven(_saved(("me", 7), ("you", 8)), 2) == 3  # I saw yours and took it back
    assert _seven(_saved(("me", 7), ("me", 8)), 2) == 3


@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 3), st.integers(0, 5)), max_size=12))
def test_no_revision_is_lost_and_sending_twice_is_sending_once(posts: list[tuple[str, int, int]]) -> None:
    saved: list[Saved] = []
    for who, score, seen in posts:
        typed = Typed(ScoreStatus.SCORED, float(score))
        for _twice in range(2):
            before = list(saved)
            number = next_revision(saved, min(seen, len(saved)), typed, who)
            if number is not None:
                saved.append(Saved(number, typed, who, OPENED))
            assert saved[: len(before)] == before
        assert len(saved) - len(before) == 0  # the second time
    assert [one.revision for one in saved] == list(range(1, len(saved) + 1))


def test_the_day_is_that_of_the_work_and_not_of_the_typing() -> None:
    done, estimated = done_at(date(2026, 10, 2), OPENED, NEW_YORK)
    assert (done, estimated) == (datetime(2026, 10, 2, 12, tzinfo=NEW_YORK), False)
    assert done_at(date(2026, 10, 5), OPENED, NEW_YORK)[0].astimezone(NEW_YORK).hour == 12
    early = OPENED - timedelta(hours=5)
    assert done_at(date(2026, 10, 5), early, NEW_YORK) == (early, False)  # never ahead of the clock
    assert done_at(None, OPENED, NEW_YORK) == (OPENED, True)
    with pytest.raises(PaperError, match="ahead"):
        done_at(date(2026, 10, 6), OPENED, NEW_YORK)


def test_the_day_is_one_of_the_school() -> None:
    late = datetime(2026, 10, 6, 2, tzinfo=UTC)  # still the fifth at the school
    with pytest.raises(PaperError):
        done_at(date(2026, 10, 6), late, NEW_YORK)
    # the clocks go back on the first of November
    assert done_at(date(2026, 11, 1), OPENED + timedelta(days=30), NEW_YORK)[0].astimezone(UTC).hour == 17


def test_cut_scores_rise() -> None:
    assert [(one.level, one.share) for one in cut_scores({3.0: 80, 2.0: 50})] == [(2.0, 0.5), (3.0, 0.8)]
    for wrong in ({}, {2.0: 0}, {2.0: 101}, {2.0: 80, 3.0: 80}, {2.0: 80, 3.0: 50}):
        with pytest.raises(PaperError, match="rising"):
            cut_scores(wrong)


def test_a_cell_is_one_source_however_long_the_names_are() -> None:
    assert len(source_id("k" * 32, "s" * 200, "t" * 200)) < 200
    assert source_id("k", "a", "b") != source_id("k", "b", "a")
    assert source_id("k", "a", "b") == source_id("k", "a", "b")
