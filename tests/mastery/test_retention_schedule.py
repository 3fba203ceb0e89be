"""When a record may go: by the schedule, by what a district signed, never while something holds it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mastery.retention_schedule import (
    GRACE,
    KEPT_BY,
    OWN_TIMES,
    SCHEDULE,
    WHAT,
    Ending,
    Hold,
    Kind,
    Remains,
    Rule,
    Signed,
    Span,
    due,
    due_on,
    ending,
    gone_by,
    held,
    held_students,
    in_force,
    is_end_held,
    over,
    span,
    told_by,
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
    assert [rule.kind for rule in SCHEDULE] == list(WHAT) == list(Kind)
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
    about = (hold.kind is None or hold.kind in KEPT_BY[kind]) and hold.student in (None, student)
    assert held([hold], kind, student, today) == (lasts and about)
    assert (student in held_students([hold], kind, today)) == (lasts and about and hold.student is not None)


IN_RECORD = {
    Kind.STUDENT_RECORD, Kind.SPECIAL_EDUCATION, Kind.MASTERED_COMPETENCY, Kind.ACCESS_GROUND, Kind.ITEM_RESPONSE,
    Kind.WAITING_RESULT, Kind.DISCLOSURE,
}  # fmt: skip


@given(kinds, st.integers(1, 3), st.integers(1, 3) | st.none(), kinds | st.none(), days, days)
def test_whatever_belongs_to_a_held_record_is_never_due(
    kind: Kind, student: int, whose: int | None, held_kind: Kind | None, begin: date, today: date
) -> None:
    hold = Hold(whose, held_kind)
    is_kept = held([hold], kind, student, today)
    holds_record = held_kind in (None, Kind.STUDENT_RECORD) and whose in (None, student)
    if holds_record and kind in IN_RECORD:
        assert is_kept
        assert not due(replace(rule_of(kind), keep=Span(days=1)), begin, today, held=is_kept)
        assert whose is None or student in held_students([hold], kind, today)
        # one of all stops what goes by its age
        assert held([hold], kind, None, today) == (whose is None)
    # nothing goes with a record of which there is a hold
    if is_kept and kind in (Kind.ITEM_RESPONSE, Kind.WAITING_RESULT):
        assert held([hold], Kind.SPECIAL_EDUCATION, student, today)
        assert held([hold], Kind.STUDENT_RECORD, student, today) or held_kind is Kind.SPECIAL_EDUCATION
    if held_kind is kind and whose in (None, student):
        assert is_kept


def test_every_kind_says_what_keeps_it() -> None:
    assert list(KEPT_BY) == list(Kind)
    assert {kind for kind, keepers in KEPT_BY.items() if Kind.STUDENT_RECORD in keepers} == IN_RECORD
    assert all(kind in keepers for kind, keepers in KEPT_BY.items())


def test_grace_is_thirty_days() -> None:
    assert not over(date(2026, 1, 1), date(2026, 1, 30))
    assert over(date(2026, 1, 1), date(2026, 1, 31))


# --- the end of a student's record, and of the person ----------------------------------------------------------------

STUDENT = 1
LAST_DAY = date(2020, 6, 30)
BARE = Remains(STUDENT, LAST_DAY, None, False, False, False, True)
DEFAULTS = in_force([], LAST_DAY)
yes_no = st.booleans()
remains = st.builds(Remains, st.just(STUDENT), days, days | st.none(), yes_no, yes_no, yes_no, yes_no) | st.builds(
    # what the record says of special education is of the record
    Remains, st.just(STUDENT), days, days | st.none(), st.just(True), yes_no, yes_no, yes_no, st.just(True)
)  # fmt: skip


def test_links_and_consents_keep_the_person_five_years_longer() -> None:
    """Time stepped over each boundary: the record's, the grace, and that of the grounds of access."""
    left = replace(BARE, has_record=True, has_grounds=True)
    assert ending(left, DEFAULTS, [], date(2025, 6, 29)) is None
    record = rule_of(Kind.STUDENT_RECORD)
    for day in (date(2025, 6, 30), date(2025, 6, 30) + GRACE):
        assert ending(left, DEFAULTS, [], day) == Ending(record.name, date(2025, 6, 30), True, False)
    left = replace(left, has_record=False, deleted_on=date(2025, 7, 30))
    assert ending(left, DEFAULTS, [], date(2025, 7, 30)) is None
    assert ending(left, DEFAULTS, [], date(2030, 7, 29)) is None
    grounds = rule_of(Kind.ACCESS_GROUND)
    assert ending(left, DEFAULTS, [], date(2030, 7, 30)) == Ending(
        grounds.name, date(2030, 7, 30), True, True, True
    )  # fmt: skip
    assert ending(replace(left, has_grounds=False), DEFAULTS, [], date(2025, 7, 30)) == Ending(
        record.name, date(2025, 6, 30), True, True
    )


def test_of_who_is_more_than_a_student_links_and_consents_go_and_the_person_stays() -> None:
    left = replace(BARE, has_record=True, has_grounds=True, is_student_alone=False)
    ended = ending(left, DEFAULTS, [], date(2025, 6, 30))
    assert ended is not None
    assert (ended.erases_person, ended.ends_grounds) == (False, False)
    left = replace(left, has_record=False, deleted_on=date(2025, 7, 30))
    assert ending(left, DEFAULTS, [], date(2030, 7, 29)) is None
    day = date(2030, 7, 30)
    assert ending(left, DEFAULTS, [], day) == Ending(rule_of(Kind.ACCESS_GROUND).name, day, True, False, True)
    assert ending(left, DEFAULTS, [Hold(STUDENT, Kind.ACCESS_GROUND)], day) is None
    assert ending(replace(left, has_mastered=True), DEFAULTS, [], date(2190, 1, 1)) is None
    assert ending(replace(left, has_grounds=False), DEFAULTS, [], date(2190, 1, 1)) is None


def test_what_was_mastered_keeps_person_and_grounds_for_good() -> None:
    left = replace(BARE, has_mastered=True, has_grounds=True, deleted_on=date(2025, 7, 30))
    assert ending(left, DEFAULTS, [], date(2190, 1, 1)) is None
    eight = DEFAULTS | {Kind.MASTERED_COMPETENCY: replace(rule_of(Kind.MASTERED_COMPETENCY), keep=Span(years=8))}
    assert ending(left, eight, [], date(2028, 6, 29)) is None
    gone = ending(left, eight, [], date(2028, 6, 30))
    assert gone is not None
    assert (gone.keeps_mastered, gone.erases_person) == (False, False)
    left = replace(left, has_mastered=False, deleted_on=date(2028, 7, 30))
    assert ending(left, eight, [], date(2033, 7, 29)) is None
    assert ending(left, eight, [], date(2033, 7, 30)) is not None


@given(spans, spans, days, st.integers(0, 900))
def test_grounds_are_due_from_one_day_on_after_the_record(
    keep: Span, keep_grounds: Span, last_day: date, late: int
) -> None:
    rules = DEFAULTS | {
        Kind.STUDENT_RECORD: replace(rule_of(Kind.STUDENT_RECORD), keep=keep),
        Kind.ACCESS_GROUND: replace(rule_of(Kind.ACCESS_GROUND), keep=keep_grounds),
    }
    deleted_on = keep.after(last_day) + timedelta(days=late)
    left = replace(BARE, enrolled_until=last_day, deleted_on=deleted_on, has_grounds=True)
    day = keep_grounds.after(deleted_on)
    assert ending(left, rules, [], day - timedelta(days=1)) is None
    for today in (day, day + timedelta(days=700)):
        end = ending(left, rules, [], today)
        assert end is not None
        assert (end.due_on, end.erases_person) == (day, True)
    # whatever of the record is left, or who is enrolled again, keeps them
    assert not _erases(replace(left, has_record=True), rules, day)
    assert ending(replace(left, enrolled_until=None), rules, [], day) is None
    for_good = rules | {Kind.ACCESS_GROUND: replace(rule_of(Kind.ACCESS_GROUND), keep=None)}
    assert ending(left, for_good, [], date(2999, 1, 1)) is None


@given(spans | st.none(), spans | st.none(), days, st.integers(-3, 3), st.booleans())
def test_of_who_was_in_special_education_the_later_rule_counts(
    keep: Span | None, keep_special: Span | None, last_day: date, late: int, special: bool
) -> None:
    rules = DEFAULTS | {
        Kind.STUDENT_RECORD: replace(rule_of(Kind.STUDENT_RECORD), keep=keep),
        Kind.SPECIAL_EDUCATION: replace(rule_of(Kind.SPECIAL_EDUCATION), keep=keep_special),
    }
    left = replace(BARE, enrolled_until=last_day, has_record=True, was_special=special)
    spans = (keep, keep_special) if special else (keep,)
    ends = [None if one is None else one.after(last_day) for one in spans]
    if None in ends:
        assert ending(left, rules, [], date(2999, 1, 1)) is None
        return
    day = max(one for one in ends if one is not None)
    end = ending(left, rules, [], day + timedelta(days=late))
    assert (end is not None) == (late >= 0)
    if end is not None:
        assert end.due_on == day
        by_special = special and ends[0] is not None and ends[0] < day
        assert end.rule == rules[Kind.SPECIAL_EDUCATION if by_special else Kind.STUDENT_RECORD].name
    assert ending(replace(left, enrolled_until=None), rules, [], date(2999, 1, 1)) is None


def test_a_hold_of_special_education_holds_the_records_of_those_who_were_in_it() -> None:
    day, left = date(2027, 6, 30), replace(BARE, has_record=True, was_special=True)
    end = ending(left, DEFAULTS, [], day)
    assert end is not None
    assert ending(left, DEFAULTS, [], day - timedelta(days=1)) is None
    for whose in (STUDENT, None):
        hold = Hold(whose, Kind.SPECIAL_EDUCATION)
        assert ending(left, DEFAULTS, [hold], day) is None
        assert is_end_held(end, STUDENT, True, [hold], day)
        # of others nothing but what belongs to all
        assert ending(replace(left, was_special=False, has_mastered=True), DEFAULTS, [hold], day) is not None
        assert not is_end_held(replace(end, erases_person=False), STUDENT, False, [hold], day)


def test_a_family_is_told_before_the_record_is_deleted() -> None:
    since = date(2026, 1, 1)
    assert not over(since, told_by(since))
    assert over(since, told_by(since) + timedelta(days=1))


def _erases(left: Remains, rules: dict[Kind, Rule], today: date) -> bool:
    end = ending(left, rules, [], today)
    return end is not None and end.erases_person


@given(remains, days, kinds | st.none(), st.sampled_from([STUDENT, None]))
def test_what_is_held_stays(left: Remains, today: date, kind: Kind | None, whose: int | None) -> None:
    free, hold = ending(left, DEFAULTS, [], today), Hold(whose, kind)
    end = ending(left, DEFAULTS, [hold], today)
    of_record = {None, left.record_kind, Kind.STUDENT_RECORD, Kind.ITEM_RESPONSE, Kind.WAITING_RESULT}
    if kind in of_record:
        assert end is None
    elif (kind, whose) == (Kind.AUDIT, None):
        assert end == free
    else:
        assert end is None or not end.erases_person
        assert (end is None) <= (free is None or free.erases_person or free.ends_grounds)
        assert end is None or kind is not Kind.ACCESS_GROUND or not end.ends_grounds
    special = left.was_special
    assert end is None or not is_end_held(end, STUDENT, special, [hold], today)
    assert free is None or is_end_held(free, STUDENT, special, [hold], today) or end is not None
    ended = Hold(whose, kind, today - timedelta(days=1))
    assert ending(left, DEFAULTS, [ended, Hold(STUDENT + 1, kind)], today) == free


@given(remains, days)
def test_nobody_is_erased_of_whom_something_is_to_be_kept(left: Remains, today: date) -> None:
    end = ending(left, DEFAULTS, [], today)
    if end is not None and end.erases_person:
        assert left.is_student_alone
        assert not left.has_mastered
        assert not (left.has_record and left.has_grounds)
    if end is not None:
        assert end.due_on <= today
        assert not (end.ends_grounds and (left.has_record or left.has_mastered))
        assert left.is_student_alone or not (end.ends_grounds and end.erases_person)
