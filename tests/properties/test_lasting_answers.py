"""What is kept of old answers says to every reader of evidence what the whole of them said."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from mastery.evidence import (
    SYSTEM_SCORER,
    EvidenceType,
    Feedback,
    Independence,
    ItemResponse,
    OrderKey,
    Purpose,
    TargetScore,
    lasting,
)
from mastery.methods import record_of
from mastery.observation import ItemFormat, observations

AT = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
NAMES = ("a", "b", "c", "ä", "B")
points = st.floats(0, 12, allow_nan=False) | st.integers(0, 12).map(float)
responses = st.lists(
    st.builds(
        ItemResponse, st.sampled_from(NAMES), points, st.sampled_from([1.0, 3.0, 7.5]), st.integers(1, 4),
        st.integers(0, 5), st.none() | st.floats(0, 999),
    ),
    max_size=14,
    unique_by=lambda one: (one.item, one.attempt),
).map(tuple)  # fmt: skip
formats = st.dictionaries(
    st.sampled_from(NAMES), st.sampled_from([ItemFormat(2), ItemFormat(9), ItemFormat(points=4), ItemFormat()])
)


@given(
    responses, st.sampled_from(Independence), st.sampled_from(EvidenceType), st.sampled_from([SYSTEM_SCORER, "t-1"]),
    formats, st.none() | st.just(3.0),
)  # fmt: skip
def test_estimates_and_score_rules_see_no_difference(
    items: tuple[ItemResponse, ...], alone: Independence, kind: EvidenceType, scorer: str,
    answered: dict[str, ItemFormat], level: float | None,
) -> None:  # fmt: skip
    whole = TargetScore("t", 3.0, 4.0, level, items)
    kept = TargetScore("t", 3.0, 4.0, level, lasting(items))
    seen = [observations(score, alone, formats=answered, evidence_type=kind, scorer=scorer) for score in (whole, kept)]
    assert seen[0] == seen[1]
    order = OrderKey(AT, AT, "LMS", "x")
    read = [record_of(order, 1, Purpose.FORMATIVE, Feedback.NONE, alone, score, level) for score in (whole, kept)]
    assert read[0] == read[1]
    # which formats are looked up, and whether there are questions at all, go by the names
    assert {one.item for one in kept.items} == {one.item for one in items}


@given(responses)
def test_no_time_no_count_of_hints_and_no_later_try_is_left(items: tuple[ItemResponse, ...]) -> None:
    kept = lasting(items)
    assert lasting(kept) == kept
    assert len({one.item for one in kept}) == len(kept)
    for one in kept:
        assert one.seconds is None
        assert one.hints in (0, 1)
        tries = [other for other in items if other.item == one.item]
        first = min(tries, key=lambda other: other.attempt)
        assert (one.attempt, one.score, one.max) == (first.attempt, first.score, first.max)
        assert bool(one.hints) == bool(first.hints)
