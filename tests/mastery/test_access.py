"""Access is decided by relations alone; what is not allowed is denied."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mastery.access import (
    RIGHTS,
    Relation,
    Section,
    Subject,
    Viewer,
    What,
    decide,
    relations,
    sees_class,
    sees_measurement,
)

ids = st.frozensets(st.integers(1, 4), max_size=3)
viewers = st.builds(
    Viewer,
    st.integers(1, 2),
    st.integers(1, 4),
    sections=ids,
    schools=ids,
    wards=ids,
    administers_district=st.booleans(),
    of_record=ids,
)
subjects = st.builds(Subject, st.integers(1, 2), st.integers(1, 4), sections=ids, schools=ids)


def test_every_relation_has_its_row() -> None:
    assert set(RIGHTS) == set(Relation)


def test_each_relation_opens_its_own() -> None:
    child = Subject(1, 7, frozenset({11}), frozenset({21}))
    teacher = Viewer(1, 2, sections=frozenset({11, 12}))
    guardian = Viewer(1, 3, wards=frozenset({7}))
    assert decide(teacher, What.ACT_ON_FLAG, child).relations == {Relation.TEACHER}
    assert decide(guardian, What.STANDING, child).relations == {Relation.GUARDIAN}
    assert not decide(guardian, What.FLAGS, child).allowed
    assert decide(Viewer(1, 7), What.GOOD_NEWS, child).relations == {Relation.SELF}
    assert decide(Viewer(1, 4, schools=frozenset({21})), What.FLAGS, child).allowed
    assert decide(Viewer(1, 5, administers_district=True), What.FLAGS, child).allowed


def test_only_the_teacher_of_record_confirms() -> None:
    child = Subject(1, 7, frozenset({11}), frozenset({21}))
    teacher = Viewer(1, 2, sections=frozenset({11, 12}), of_record=frozenset({11}))
    assert decide(teacher, What.CONFIRM, child).relations == {Relation.TEACHER_OF_RECORD}
    others = (
        Viewer(1, 3, sections=frozenset({11})),  # teaches beside
        Viewer(1, 4, sections=frozenset({12}), of_record=frozenset({12})),
        Viewer(1, 5, schools=frozenset({21})),
        Viewer(1, 6, administers_district=True),
        Viewer(1, 7),
        Viewer(1, 8, wards=frozenset({7})),
        Viewer(2, 2, sections=frozenset({11}), of_record=frozenset({11})),
    )
    assert not any(decide(other, What.CONFIRM, child).allowed for other in others)


def test_a_colleague_and_a_stranger_are_denied() -> None:
    child = Subject(1, 7, frozenset({11}), frozenset({21}))
    for other in (Viewer(1, 2, sections=frozenset({12})), Viewer(1, 9), Viewer(1, 9, schools=frozenset({22}))):
        assert not any(decide(other, what, child).allowed for what in What)


@given(viewers, subjects, st.sampled_from(What))
def test_nothing_crosses_districts(viewer: Viewer, subject: Subject, what: What) -> None:
    if viewer.district != subject.district:
        assert relations(viewer, subject) == frozenset()
        assert not decide(viewer, what, subject).allowed


@given(viewers, subjects, st.sampled_from(What))
def test_allowed_means_by_a_relation_that_has_the_right(viewer: Viewer, subject: Subject, what: What) -> None:
    answer = decide(viewer, what, subject)
    assert answer.allowed == bool(answer.relations)
    assert all(what in RIGHTS[relation] for relation in answer.relations)


@given(viewers, subjects, st.sampled_from(What))
def test_losing_a_link_never_opens_anything(viewer: Viewer, subject: Subject, what: What) -> None:
    without = Viewer(viewer.district, viewer.person, wards=viewer.wards)
    if decide(without, what, subject).allowed:
        assert decide(viewer, what, subject).allowed


def test_a_class_opens_to_who_teaches_it_and_to_administrators_of_its_school_or_district():
    here = Section(1, 10, 100)
    assert sees_class(Viewer(1, 5, sections=frozenset({10})), here)
    assert sees_class(Viewer(1, 5, schools=frozenset({100})), here)
    assert sees_class(Viewer(1, 5, administers_district=True), Section(1, 11))
    for viewer in (
        Viewer(1, 5, sections=frozenset({11}), schools=frozenset({101})),
        Viewer(1, 5, wards=frozenset({10})),
        Viewer(2, 5, sections=frozenset({10}), schools=frozenset({100}), administers_district=True),
    ):
        assert not sees_class(viewer, here)
    assert not sees_class(Viewer(1, 5, schools=frozenset({100})), Section(1, 10, None))


@given(viewers, st.integers(1, 2))
def test_how_well_a_district_measures_is_seen_by_who_administers_it_and_by_nobody_else(viewer, district):
    assert sees_measurement(viewer, district) == (viewer.administers_district and viewer.district == district)
