"""When a record may go: by the schedule, by what a district signed, never while something holds it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mastery.retention_schedule import (
    OWN_TIMES,
    SCHEDULE,
    Hold,
    Kind,
    Rule,
    Signed,
    Span,
    due,
    due_on,
    gone_by,
    held,
    held_students,
    in_force,
    over,
    span,
)

AT = datetime(2026, 1, 1, tzinfo=UTC)
days = st.dates(date(1990, 1, 1), date(2090, 1, 1))
spans = st.builds(Span, years=st.integers(1, 80)) | st.builds(Span, months=st.integers(1, 90)) | st.builds(
    Span, days=st.integers(1, 900)
)  # fmt: skip
kinds = st.sampled_from(Kind)


def rule_of(kind: Kind) -> Rule:
    return next(rule for rule in SCHEDULE if rule.kind is kind)


def test_every_kind_has_one_rule() -> None:
    assert [rule.kind for rule in SCHEDULE] == list(Kind)
    assert {rule.kind for rule in SCHEDULE if rule.keep is not None} <= OWN_TIMES


@pytest.mark.parametrize(
    ("text", "day", "ends"),
    [
        ("5 years", date(2021, 6, 30), date(2026, 6, 30)),
        ("5 years", date(2024, 2, 29), date(2029, 2, 28)),
        ("13 months", date(2026, 1, 31), date(2027, 2, 28)),
        ("90 days", date(2026, 1, 1), date(2026, 4, 1)),
        ("1 day", date(2025, 12, 31), date(2026, 1, 1)),
    ],
)
def test_times_go_by_the_calendar(text: str, day: date, ends: date) -> None:
    found = span(text)
    assert found is not None
    assert found.after(day) == ends


@pytest.mark.parametrize("text", ["", "five years", "0 days", "5", "-1 days", "201 years", "5 years 3 months"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no time"):
        span(text)


@given(spans)
def test_a_time_reads_back(one: Span) -> None:
    assert span(str(one)) == one
    assert span("permanent") is None


@given(kinds, spans, days, days)
def test_a_record_is_due_from_one_day_on_and_not_before(kind: Kind, keep: Span, begin: date, today: date) -> None:
    rule = Rule(kind, rule_of(kind).begins, keep, "test")
    day = due_on(rule, begin)
    assert day is not None
    assert day > begin
    assert due(rule, begin, today) == (today >= day)
    assert not due(rule, begin, today, held=True)
    assert not due(rule, None, today)
    last = gone_by(rule, today)
    assert last is not None
    assert due(rule, last, today)
    assert not due(rule, last + timedelta(days=1), today)


@given(kinds, days, days)
def test_what_is_permanent_is_never_due(kind: Kind, begin: date, today: date) -> None:
    rule = Rule(kind, rule_of(kind).begins, None, "test")
    assert not due(rule, begin, today)
    assert gone_by(rule, today) is None


@given(st.lists(st.builds(Signed, kinds, spans | st.none(), st.just("law"), days, st.just(AT))), days)
def test_what_a_district_signed_last_and_is_in_effect_counts(signed: list[Signed], today: date) -> None:
    rules = in_force(signed, today)
    assert set(rules) == set(Kind)
    for kind, rule in rules.items():
        started = [one for one in signed if one.kind is kind and one.effective_from <= today]
        if not started or kind not in OWN_TIMES:
            assert rule == rule_of(kind)
        else:
            newest = max(one.effective_from for one in started)
            assert rule.keep in [one.keep for one in started if one.effective_from == newest]
            assert rule.basis == "law"


@given(
    kinds,
    st.integers(1, 3) | st.none(),
    st.builds(Hold, st.integers(1, 3) | st.none(), kinds | st.none(), days | st.none()),
    days,
)
def test_a_hold_holds_what_it_names_as_long_as_it_lasts(
    kind: Kind, student: int | None, hold: Hold, today: date
) -> None:
    lasts = hold.until is None or hold.until >= today
    about = hold.kind in (None, kind) and hold.student in (None, student)
    assert held([hold], kind, student, today) == (lasts and about)
    assert (student in held_students([hold], kind, today)) == (lasts and about and hold.student is not None)


def test_grace_is_thirty_days() -> None:
    assert not over(date(2026, 1, 1), date(2026, 1, 30))
    assert over(date(2026, 1, 1), date(2026, 1, 31))
