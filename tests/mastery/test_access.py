"""Access follows from ties alone; what no tie opens is denied, and the reason is told to the record, not outside."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mastery.access import (
    ALWAYS,
    Access,
    Basis,
    Consent,
    Order,
    Reason,
    Right,
    Scope,
    Span,
    Subject,
    Tie,
    Viewer,
    decide,
    reaches,
    weigh,
)
from mastery.access_matrix import MATRIX, DataClass, Reach, Role
from mastery.access_questions import NEEDS, Section, What, may, opening, opens, sees_class, sees_measurement

NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
CHILD = Subject(1, 7, frozenset({11}), frozenset({21}))
READ, WRITE = Right.READ, Right.WRITE
_EVERYTHING = frozenset(DataClass)


def viewer(*ties: Tie, person: int = 2, district: int = 1) -> Viewer:
    return Viewer(district, person, NOW, ties)


def teacher(section: int = 11, role: Role = Role.TEACHER_OF_RECORD) -> Tie:
    return Tie(role, Scope.SECTION, section)


def parent(**more: object) -> Tie:
    return replace(Tie(Role.PARENT, Scope.STUDENT, 7, basis=Basis.OWN_RIGHT), **more)


def mentor(**more: object) -> Tie:
    consent = Consent(Span(NOW - HOUR, NOW + HOUR), frozenset({DataClass.LEVELS}))
    tie = Tie(
        Role.EXTERNAL_PROFESSIONAL, Scope.STUDENT, 7, Span(NOW - HOUR, NOW + 9 * HOUR),
        basis=Basis.CONSENT, purpose="robotics mentor", consent=consent,
    )  # fmt: skip
    return replace(tie, **more)


def reads(person: Viewer, data: DataClass, at: datetime = NOW) -> Access:
    return decide(person, READ, data, CHILD, at)


# --- the table, cell by cell ------------------------------------------------------------------------------------------


def complete(role: Role, *, linked: bool) -> Tie:
    """A tie of a role to the child with all that a tie can have."""
    consent = Consent(ALWAYS, _EVERYTHING)
    return Tie(role, Scope.STUDENT, 7, linked=linked, basis=Basis.CONSENT, purpose="test", consent=consent)


@pytest.mark.parametrize("role", Role)
def test_a_tie_opens_exactly_its_row(role: Role) -> None:
    for data, right, linked in itertools.product(DataClass, Right, (True, False)):
        cell = MATRIX[role][data]
        reach = cell.reads if right is READ else cell.writes
        allowed = decide(viewer(complete(role, linked=linked)), right, data, CHILD, NOW).allowed
        assert allowed == (reach is Reach.ALL or (reach is Reach.LINKED and linked)), (data, right, linked)


def test_a_right_that_needs_consent_needs_it_now_and_for_this_class() -> None:
    asked = [(role, data, cell) for role, row in MATRIX.items() for data, cell in row.items() if cell.consent]
    assert len(asked) == 5
    for role, data, cell in asked:
        for consent in (None, Consent(Span(None, NOW), _EVERYTHING), Consent(ALWAYS, _EVERYTHING - {data})):
            without = replace(complete(role, linked=True), consent=consent)
            assert weigh(without, READ if cell.reads else WRITE, data, NOW) is Reason.NO_CONSENT


def test_only_the_teacher_of_record_signs() -> None:
    for role in Role:
        tie = complete(role, linked=True)
        for what in (What.CONFIRM, What.JUDGE):
            assert may(viewer(tie), what, CHILD, NOW).allowed == (role is Role.TEACHER_OF_RECORD)


def test_triage_is_for_who_works_with_the_student_and_good_news_for_the_student_first() -> None:
    family = {Role.STUDENT, Role.PARENT, Role.PARENT_RESTRICTED}
    for role in family:
        assert not may(viewer(complete(role, linked=True)), What.FLAGS, CHILD, NOW).allowed
    assert may(viewer(complete(Role.STUDENT, linked=True)), What.GOOD_NEWS, CHILD, NOW).allowed
    assert not may(viewer(complete(Role.PARENT, linked=True)), What.GOOD_NEWS, CHILD, NOW).allowed


# --- whom a tie reaches -----------------------------------------------------------------------------------------------


def test_each_scope_reaches_its_own() -> None:
    for scope, key, other in ((Scope.STUDENT, 7, 8), (Scope.SECTION, 11, 12), (Scope.SCHOOL, 21, 22)):
        assert reaches(Tie(Role.COUNSELOR, scope, key), CHILD)
        assert not reaches(Tie(Role.COUNSELOR, scope, other), CHILD)
    assert reaches(Tie(Role.REGISTRAR, Scope.DISTRICT, 1), CHILD)


def test_a_colleague_a_stranger_and_the_twin_of_another_district_are_denied() -> None:
    for person, reason in (
        (viewer(teacher(12)), Reason.NO_TIE),
        (viewer(), Reason.NO_TIE),
        (viewer(teacher(), district=2), Reason.OTHER_DISTRICT),
    ):
        for data in DataClass:
            for right in Right:
                assert decide(person, right, data, CHILD, NOW) == Access(reason)


# --- time, basis, purpose, consent, orders, age -----------------------------------------------------------------------


def test_a_tie_holds_from_its_first_instant_to_before_its_last() -> None:
    tie = replace(teacher(), span=Span(NOW, NOW + HOUR))
    tick = timedelta(microseconds=1)
    answers = [
        reads(viewer(tie), DataClass.LEVELS, at).reason for at in (NOW - tick, NOW, NOW + HOUR - tick, NOW + HOUR)
    ]
    assert answers == [Reason.NOT_YET, Reason.ALLOWED, Reason.ALLOWED, Reason.ENDED]


def test_no_tie_without_a_basis_and_no_guest_without_a_purpose() -> None:
    assert reads(viewer(replace(teacher(), basis=None)), DataClass.LEVELS).reason is Reason.NO_BASIS
    assert reads(viewer(mentor(purpose="")), DataClass.LEVELS).reason is Reason.NO_PURPOSE
    emergency = Tie(Role.SCHOOL_ADMINISTRATOR, Scope.STUDENT, 7, Span(NOW, NOW + HOUR), basis=Basis.EMERGENCY)
    assert reads(viewer(emergency), DataClass.LEVELS).reason is Reason.NO_PURPOSE
    assert reads(viewer(replace(emergency, purpose="found crying")), DataClass.LEVELS).allowed


def test_a_mentor_sees_what_the_consent_names_while_it_lasts_and_never_more() -> None:
    person = viewer(mentor())
    assert reads(person, DataClass.LEVELS).allowed
    assert reads(person, DataClass.ACADEMIC_FLAGS).reason is Reason.NO_CONSENT
    assert reads(person, DataClass.LEVELS, NOW + HOUR).reason is Reason.NO_CONSENT
    assert reads(person, DataClass.DISCIPLINE).reason is Reason.NOT_THIS_CLASS
    assert reads(viewer(mentor(consent=None)), DataClass.NAMES).reason is Reason.NO_CONSENT


def test_a_share_and_targets_narrow_a_link() -> None:
    tie = Tie(Role.PROFESSIONAL, Scope.STUDENT, 7, share=frozenset({DataClass.NAMES}), targets=frozenset({3}))
    assert reads(viewer(tie), DataClass.LEVELS).reason is Reason.NOT_SHARED
    narrow = reads(viewer(replace(tie, share=None)), DataClass.LEVELS)
    assert narrow.targets == {3}
    both = reads(viewer(replace(tie, share=None), replace(tie, share=None, targets=frozenset({4}))), DataClass.LEVELS)
    assert both.targets == {3, 4}
    assert reads(viewer(replace(tie, share=None), teacher()), DataClass.LEVELS).targets is None


def test_a_court_order_cuts_a_guardian_at_once_and_leaves_what_it_says() -> None:
    order = Order(Span(NOW, NOW + HOUR))
    cut = viewer(parent(orders=(order,)))
    assert reads(cut, DataClass.LEVELS, NOW - HOUR).allowed
    assert {reads(cut, data).reason for data in DataClass} == {Reason.COURT_ORDER}
    assert reads(cut, DataClass.LEVELS, NOW + HOUR).allowed
    left = replace(order, leaves=frozenset({DataClass.LEVELS}))
    some = viewer(parent(orders=(left,)))
    assert [data for data in DataClass if reads(some, data).allowed] == [DataClass.LEVELS]
    assert not reads(viewer(parent(orders=(left, order))), DataClass.LEVELS).allowed
    assert cut.wards == frozenset()


def test_rights_move_at_the_birthday_unless_the_student_consents_or_depends() -> None:
    grown = parent(of_age=NOW)
    assert reads(viewer(grown), DataClass.LEVELS, NOW - HOUR).allowed
    assert reads(viewer(grown), DataClass.LEVELS, NOW).reason is Reason.OF_AGE
    kept = replace(grown, beyond_age=(Span(NOW, NOW + HOUR),))
    assert reads(viewer(kept), DataClass.LEVELS).allowed
    assert reads(viewer(kept), DataClass.LEVELS, NOW + HOUR).reason is Reason.OF_AGE
    assert reads(viewer(Tie(Role.STUDENT, Scope.STUDENT, 7, basis=Basis.OWN_RIGHT)), DataClass.LEVELS).allowed


# --- what holds whatever the ties are ---------------------------------------------------------------------------------

instants = st.integers(-6, 6).map(lambda hours: NOW + hours * HOUR)
spans = st.builds(Span, st.none() | instants, st.none() | instants)
classes = st.frozensets(st.sampled_from(DataClass), max_size=6)
ties = st.builds(
    Tie,
    st.sampled_from(Role),
    st.sampled_from(Scope),
    st.sampled_from([1, 7, 11, 21, 8]),
    span=spans,
    linked=st.booleans(),
    basis=st.none() | st.sampled_from(Basis),
    purpose=st.sampled_from([None, "", "tutoring"]),
    consent=st.none() | st.builds(Consent, spans, classes),
    targets=st.none() | st.frozensets(st.integers(1, 3), max_size=2),
    share=st.none() | classes,
    orders=st.lists(st.builds(Order, spans, classes), max_size=2).map(tuple),
    of_age=st.none() | instants,
    beyond_age=st.lists(spans, max_size=2).map(tuple),
)
people = st.builds(Viewer, st.integers(1, 2), st.integers(1, 9), st.just(NOW), st.lists(ties, max_size=4).map(tuple))
rights, data_classes = st.sampled_from(Right), st.sampled_from(DataClass)


@given(people, rights, data_classes, instants)
def test_nothing_crosses_districts(person: Viewer, right: Right, data: DataClass, at: datetime) -> None:
    if person.district != CHILD.district:
        assert decide(person, right, data, CHILD, at) == Access(Reason.OTHER_DISTRICT)


@given(people, rights, data_classes, instants)
def test_allowed_means_by_a_tie_that_reaches_holds_and_has_the_right(
    person: Viewer, right: Right, data: DataClass, at: datetime
) -> None:
    answer = decide(person, right, data, CHILD, at)
    assert answer.allowed == bool(answer.ties)
    for tie in answer.ties:
        cell = MATRIX[tie.role][data]
        assert reaches(tie, CHILD)
        assert tie.span.holds(at)
        assert tie.basis is not None
        assert (cell.reads if right is READ else cell.writes) is not None or tie.orders
        assert not cell.consent or (tie.consent is not None and tie.consent.span.holds(at))


@given(people, rights, data_classes, instants, st.randoms(use_true_random=False))
def test_losing_a_tie_never_opens_anything(person, right, data, at, random) -> None:
    fewer = replace(person, ties=tuple(tie for tie in person.ties if random.random() < 0.5))
    if decide(fewer, right, data, CHILD, at).allowed:
        assert decide(person, right, data, CHILD, at).allowed


@given(ties, st.builds(Order, spans, classes), rights, data_classes, instants)
def test_one_more_order_never_opens_anything(tie, order, right, data, at) -> None:
    if weigh(replace(tie, orders=(*tie.orders, order)), right, data, at) is Reason.ALLOWED and not tie.orders:
        # an order may leave a class open that the restricted row names, and only what the guardian saw before
        assert order.leaves >= {data} or not order.span.holds(at)


@given(people, st.sampled_from(What), instants)
def test_a_list_asks_the_law_tie_by_tie(person: Viewer, what: What, at: datetime) -> None:
    listed = any(opens(tie, what, at) and reaches(tie, CHILD) for tie in person.ties) and person.district == 1
    assert listed == may(person, what, CHILD, at).allowed


@given(people, st.sampled_from(What), instants)
def test_a_question_is_never_wider_than_its_class(person: Viewer, what: What, at: datetime) -> None:
    need = NEEDS[what]
    if may(person, what, CHILD, at).allowed:
        assert decide(person, need.right, need.data, CHILD, at).allowed


# --- a link is held to a part -----------------------------------------------------------------------------------------


def linked(data: DataClass, *targets: int) -> Tie:
    held = frozenset(targets) if targets else None
    return Tie(Role.CO_TEACHER, Scope.STUDENT, 7, targets=held, share=frozenset({data}))


def test_two_links_held_to_parts_open_each_its_own_and_not_one_across_the_other() -> None:
    person = viewer(linked(DataClass.LEVELS), linked(DataClass.ACADEMIC_FLAGS, 3))
    levels, flags = reads(person, DataClass.LEVELS), reads(person, DataClass.ACADEMIC_FLAGS)
    assert levels.whole
    assert levels.covers({4})
    assert not flags.whole
    assert [flags.covers(named) for named in ({3}, {4}, {3, 4}, ())] == [True, False, False, False]
    acts = decide(person, WRITE, DataClass.ACADEMIC_FLAGS, CHILD, NOW)
    assert acts.covers({3})
    assert not acts.covers({4})
    assert not decide(person, WRITE, DataClass.RESPONSES, CHILD, NOW).covers({3})


@given(people, rights, data_classes, instants, st.frozensets(st.integers(1, 4), max_size=3))
def test_what_is_covered_is_the_union_over_ties_of_share_by_targets(person, right, data, at, named) -> None:
    by = [tie for tie in person.ties if reaches(tie, CHILD) and weigh(tie, right, data, at) is Reason.ALLOWED]
    by = by if person.district == CHILD.district else []
    whole = any(tie.targets is None for tie in by)
    each = [any(tie.targets is None or one in tie.targets for tie in by) for one in named]
    answer = decide(person, right, data, CHILD, at)
    assert answer.whole == whole
    assert answer.covers(named) == (whole or (bool(named) and all(each)))


@given(people, st.sampled_from(What), st.frozensets(st.integers(1, 4), max_size=3))
def test_a_list_asks_for_targets_tie_by_tie(person: Viewer, what: What, named: frozenset[int]) -> None:
    near = replace(person, ties=tuple(tie for tie in opening(person, what) if reaches(tie, CHILD)))
    assert may(near, what, CHILD, NOW).covers(named) == may(person, what, CHILD, NOW).covers(named)


# --- classes and figures ----------------------------------------------------------------------------------------------


def test_a_class_opens_to_who_teaches_it_and_to_who_administers_its_school() -> None:
    head = Tie(Role.SCHOOL_ADMINISTRATOR, Scope.SCHOOL, 100, linked=False)
    assert sees_class(viewer(teacher(10)), Section(1, 10, 100))
    assert sees_class(viewer(teacher(10, Role.CO_TEACHER)), Section(1, 10, 100))
    assert sees_class(viewer(head), Section(1, 10, 100))
    for person in (
        viewer(teacher(12), replace(head, key=101)),
        viewer(replace(teacher(10), span=Span(None, NOW))),
        viewer(teacher(10), head, district=2),
        viewer(Tie(Role.DISTRICT_LEADER, Scope.DISTRICT, 1, linked=False)),
    ):
        assert not sees_class(person, Section(1, 10, 100))
    assert not sees_class(viewer(head), Section(1, 10, None))


@given(people, st.integers(1, 2))
def test_how_well_a_district_measures_is_seen_by_who_leads_it_and_by_nobody_else(person: Viewer, district: int) -> None:
    leads = any(
        tie.role is Role.DISTRICT_LEADER and tie.scope is Scope.DISTRICT and tie.span.holds(NOW) for tie in person.ties
    )
    assert sees_measurement(person, district) == (leads and person.district == district)


def test_a_zone_is_never_guessed() -> None:
    """Instants of any zone compare as instants."""
    tie = replace(teacher(), span=Span(NOW.astimezone(ZoneInfo("America/Chicago")), None))
    assert reads(viewer(tie), DataClass.LEVELS).allowed


def test_own_words_are_read_with_levels_and_from_outside_within_the_consent_alone() -> None:
    for tie in (Tie(Role.STUDENT, Scope.STUDENT, 7, basis=Basis.OWN_RIGHT), parent(), teacher(), mentor()):
        assert may(viewer(tie), What.OWN_WORDS, CHILD, NOW).whole
    only_scores = Consent(Span(NOW - HOUR, NOW + HOUR), frozenset({DataClass.RESPONSES}))
    assert may(viewer(mentor(consent=only_scores)), What.OWN_WORDS, CHILD, NOW).reason is Reason.NO_CONSENT
    unshared = mentor(share=frozenset({DataClass.RESPONSES}))
    assert may(viewer(unshared), What.OWN_WORDS, CHILD, NOW).reason is Reason.NOT_SHARED
    # what names no target is about the student as a whole
    assert not may(viewer(mentor(targets=frozenset({70}))), What.OWN_WORDS, CHILD, NOW).whole
    assert not may(viewer(parent(orders=(Order(),))), What.OWN_WORDS, CHILD, NOW).allowed
    assert not may(viewer(teacher(12)), What.OWN_WORDS, CHILD, NOW).allowed
