"""A link stands on a basis, ends by itself, and rights move at local midnight."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import product
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from links_oracle import Signed, Wish, granted

from mastery.access import Basis, Consent, Order, Scope, Span, Tie, Viewer
from mastery.access_matrix import DataClass, Role
from mastery.links import (
    CAPACITIES,
    EMERGENCY_HOURS,
    GIVEN,
    OF_OUTSIDERS,
    OFFICES,
    OUTSIDERS,
    SUPPORT_HOURS,
    Draft,
    LinkError,
    Programme,
    Rule,
    checked,
    default_end,
    kept_away,
    kept_away_from,
    may_sign,
    midnight,
    of_age,
    required_by,
    signed_for,
    span_of,
)

CHICAGO, SANTIAGO = ZoneInfo("America/Chicago"), ZoneInfo("America/Santiago")
NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
TICK = timedelta(microseconds=1)
MENTOR = Draft(
    Role.EXTERNAL_PROFESSIONAL, Scope.STUDENT, Basis.CONSENT, "robotics mentor", NOW,
    consent=Consent(Span(NOW, NOW + timedelta(days=90)), frozenset({DataClass.LEVELS})),
)  # fmt: skip
TUTOR = Draft(Role.PROFESSIONAL, Scope.STUDENT, Basis.EMPLOYEE, "reading group", NOW)


def refusal(draft: Draft) -> str:
    with pytest.raises(LinkError) as refused:
        checked(draft, CHICAGO)
    return refused.value.field


def test_no_link_without_basis_or_purpose() -> None:
    assert refusal(replace(TUTOR, basis=None)) == "basis"
    assert refusal(replace(TUTOR, purpose="  ")) == "purpose"
    assert refusal(replace(TUTOR, role=Role.TEACHER_OF_RECORD)) == "role"


@pytest.mark.parametrize("role", [role for role in CAPACITIES if role not in OUTSIDERS])
@pytest.mark.parametrize("basis", sorted(OF_OUTSIDERS))
def test_nobody_from_outside_holds_what_staff_hold(role: Role, basis: Basis) -> None:
    """Whatever the paper: what opens to staff asks for no consent, shows no disclosure and ends with no year."""
    for scope in Scope:
        for partner in (False, True):
            assert refusal(replace(TUTOR, role=role, basis=basis, scope=scope, partner=partner)) == "outside"


@pytest.mark.parametrize("role", CAPACITIES)
def test_a_partners_person_works_for_the_partner(role: Role) -> None:
    assert refusal(replace(TUTOR, role=role, partner=True)) == "basis"
    assert checked(replace(MENTOR, partner=True), CHICAGO).partner


@given(st.none() | st.integers(-5, 5), st.none() | st.integers(-5, 5))
def test_what_a_parent_signed_holds_until_the_student_decides_alone(ends: int | None, grown: int | None) -> None:
    span = Span(NOW - timedelta(days=9), None if ends is None else NOW + timedelta(days=ends))
    birthday = None if grown is None else NOW + timedelta(days=grown)
    for at in (NOW + timedelta(days=day, hours=12) for day in range(-7, 7)):
        held = signed_for(span, birthday).holds(at)
        assert held == (span.holds(at) and (birthday is None or at < birthday))


def test_a_court_keeps_a_guardian_away_who_works_here_too() -> None:
    order = Order(Span(NOW, NOW + timedelta(days=9)))
    parent, teacher = Tie(Role.PARENT, Scope.STUDENT, 7, orders=(order,)), Tie(Role.CO_TEACHER, Scope.SECTION, 3)
    viewer = Viewer(1, 2, NOW, (teacher, parent))
    assert kept_away(viewer, 7, NOW)
    assert not kept_away(viewer, 8, NOW)
    assert not kept_away(viewer, 7, NOW + timedelta(days=9))
    assert not kept_away(replace(viewer, ties=(teacher,)), 7, NOW)
    early, day = NOW - timedelta(days=3), timedelta(days=1)
    assert kept_away_from(viewer, 7, early) == NOW
    assert kept_away_from(viewer, 8, early) is None
    parent = replace(parent, orders=(order, Order(Span(NOW - day)), Order(Span(ends=early))))
    assert kept_away_from(replace(viewer, ties=(parent,)), 7, early) == NOW - day


def test_an_external_link_needs_a_consent_first_and_is_to_one_student() -> None:
    assert refusal(replace(MENTOR, consent=None)) == "consent"
    assert refusal(replace(MENTOR, basis=Basis.AGREEMENT, consent=None)) == "consent"
    assert refusal(replace(MENTOR, basis=Basis.EMPLOYEE)) == "basis"
    assert refusal(replace(MENTOR, scope=Scope.SECTION)) == "scope"


def test_offices_are_for_a_school_or_the_district_and_others_are_not() -> None:
    for role in CAPACITIES:
        for scope in Scope:
            draft = replace(MENTOR if role is Role.EXTERNAL_PROFESSIONAL else TUTOR, role=role, scope=scope)
            fits = scope in (Scope.SCHOOL, Scope.DISTRICT) if role in OFFICES else scope is not Scope.DISTRICT
            if role is Role.EXTERNAL_PROFESSIONAL:
                fits = scope is Scope.STUDENT
            if fits:
                assert checked(draft, CHICAGO).role is role
            else:
                assert refusal(draft) == "scope"


def test_an_external_link_ends_with_its_consent_its_programme_or_the_school_year() -> None:
    assert checked(MENTOR, CHICAGO).ends == NOW + timedelta(days=90)
    long = replace(MENTOR, consent=Consent(Span(NOW, NOW + timedelta(days=900)), frozenset({DataClass.LEVELS})))
    assert checked(long, CHICAGO).ends == datetime(2027, 7, 1, tzinfo=CHICAGO)
    assert checked(long, CHICAGO, date(2027, 3, 1)).ends == datetime(2027, 3, 2, tzinfo=CHICAGO)
    assert checked(replace(long, ends=NOW + timedelta(days=3)), CHICAGO).ends == NOW + timedelta(days=3)
    assert refusal(replace(long, ends=NOW)) == "ends"


@pytest.mark.parametrize(
    ("first", "last"),
    [(date(2026, 6, 30), 2026), (date(2026, 7, 1), 2027), (date(2027, 1, 1), 2027), (date(2026, 12, 31), 2027)],
)
def test_the_school_year_ends_on_30_june(first: date, last: int) -> None:
    begins = datetime(first.year, first.month, first.day, 23, tzinfo=CHICAGO)
    assert default_end(begins, CHICAGO) == datetime(last, 7, 1, tzinfo=CHICAGO)


def test_an_emergency_lasts_a_day_and_support_four_hours_whatever_is_asked() -> None:
    for basis, hours in ((Basis.EMERGENCY, EMERGENCY_HOURS), (Basis.SUPPORT, SUPPORT_HOURS)):
        draft = replace(TUTOR, role=Role.SCHOOL_ADMINISTRATOR, basis=basis)
        assert checked(draft, CHICAGO).ends == NOW + timedelta(hours=hours)
        assert checked(replace(draft, ends=NOW + timedelta(days=9)), CHICAGO).ends == NOW + timedelta(hours=hours)


@given(st.dates(date(1990, 1, 1), date(2030, 12, 31)), st.sampled_from([CHICAGO, SANTIAGO, ZoneInfo("UTC")]))
def test_of_age_from_the_first_instant_of_the_18th_birthday(birth: date, zone: ZoneInfo) -> None:
    at = of_age(birth, zone)
    before = (at.astimezone(UTC) - TICK).astimezone(zone).date()
    day = at.astimezone(UTC).astimezone(zone).date()
    assert before < day
    assert (day.year - birth.year, day.month, day.day) == (
        (18, 3, 1) if (birth.month, birth.day) == (2, 29) and day.year % 4 else (18, birth.month, birth.day)
    )


days = st.none() | st.dates(date(2026, 1, 1), date(2027, 1, 1))
minutes = st.integers(-4000, 560_000).map(lambda count: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=count))


@given(days, days, minutes)
def test_days_as_instants_hold_exactly_on_those_days(begins: date | None, ends: date | None, at: datetime) -> None:
    day = at.astimezone(CHICAGO).date()
    holds = (begins is None or begins <= day) and (ends is None or day <= ends)
    assert span_of(begins, ends, CHICAGO).holds(at) == holds


def test_which_rule_asks_for_an_entry_in_the_log() -> None:
    idea = [Programme.IDEA]
    assert required_by(Role.PARENT, Basis.OWN_RIGHT, idea) == frozenset()
    assert required_by(Role.TEACHER_OF_RECORD, Basis.EMPLOYEE, idea) == frozenset()
    assert required_by(Role.EXTERNAL_PROFESSIONAL, Basis.CONSENT, []) == frozenset()
    # stricter than 99.32: also a school official who is no employee, and also with consent
    assert required_by(Role.EXTERNAL_PROFESSIONAL, Basis.AGREEMENT, idea) == {Rule.IDEA}
    assert required_by(Role.EXTERNAL_PROFESSIONAL, Basis.CONSENT, idea) == {Rule.IDEA}
    assert required_by(Role.MONITOR, Basis.EMPLOYEE, []) == {Rule.FERPA}
    assert required_by(Role.SCHOOL_ADMINISTRATOR, Basis.SUPPORT, idea) == {Rule.IDEA}


@given(
    st.lists(st.frozensets(st.sampled_from(DataClass)), max_size=2),
    st.sampled_from([None, NOW - TICK, NOW, NOW + TICK]),
    st.sampled_from([Span(), Span(NOW), Span(None, NOW), Span(NOW + TICK)]),
)
def test_whom_an_order_restricts_neither_gives_nor_withdraws_whatever_it_leaves_open(
    left: list[frozenset[DataClass]], grown: datetime | None, span: Span
) -> None:
    orders = tuple(Order(span, leaves) for leaves in left)
    parent = Viewer(1, 2, NOW, (Tie(Role.PARENT, Scope.STUDENT, 3, basis=Basis.OWN_RIGHT, orders=orders),))
    student = Viewer(1, 3, NOW, (Tie(Role.STUDENT, Scope.STUDENT, 3, basis=Basis.OWN_RIGHT),))
    of_age_now, restricted = grown is not None and grown <= NOW, bool(left) and span.holds(NOW)
    assert may_sign(parent, 3, grown, NOW) == (not of_age_now and not restricted)
    assert may_sign(student, 3, grown, NOW) == of_age_now


@pytest.mark.parametrize("partner", [False, True])
@pytest.mark.parametrize("basis", [None, *sorted(GIVEN)])
def test_what_may_be_linked_is_what_the_rules_say_that_are_said_once_more(basis: Basis | None, partner: bool) -> None:
    """Every capacity, to whatever, on whatever; whoever gives it is asked elsewhere."""
    begins, ends = NOW - timedelta(days=1), NOW + timedelta(days=30)
    first = NOW.astimezone(CHICAGO).date()
    for role in (one for one in CAPACITIES if one is not Role.DISTRICT_LEADER):
        for scope, last in product(Scope, (None, first + timedelta(days=9), first + timedelta(days=400))):
            consent = Signed(1, begins, ends, frozenset({DataClass.LEVELS}))
            by = "leader" if role in OFFICES else "principal"
            known = granted(Wish(role, scope, basis, by, first, last, None, consent, partner), NOW, CHICAGO)
            until = None if last is None else midnight(last + timedelta(days=1), CHICAGO)
            draft = Draft(
                role,
                scope,
                basis,
                "robotics",
                NOW,
                until,
                Consent(Span(begins, ends), consent.classes),
                partner=partner,
            )
            if known is None:
                with pytest.raises(LinkError):
                    checked(draft, CHICAGO)
            else:
                assert checked(draft, CHICAGO).ends == known.ends, (role, scope, last)
