from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from mastery.roster import (
    LOCAL,
    Enrollment,
    Guardianship,
    HeldRole,
    Key,
    Kind,
    Origin,
    Person,
    Record,
    Role,
    Roster,
    Said,
    School,
    Section,
    Term,
    apply,
    excessive_removals,
    is_empty,
    plan,
    role_of,
)

TODAY = date(2026, 11, 23)
YESTERDAY = TODAY - timedelta(days=1)
TOMORROW = TODAY + timedelta(days=1)
DATES = st.none() | st.dates(TODAY - timedelta(days=3), TODAY + timedelta(days=3))
NAMES = st.sampled_from(["a", "b", "c", "d"])


def here(school: str | None) -> date:
    return TODAY


def everything(key: Key) -> bool:
    return True


def bulk(*records: Record, withdrawn: frozenset[Key] = frozenset(), unread: frozenset[Key] = frozenset()) -> Said:
    return Said({each.key: each for each in records}, withdrawn, unread, everything)


def table(*records: Record) -> dict[Key, Record]:
    return {each.key: each for each in records}


@st.composite
def tables(draw: st.DrawFn) -> dict[Kind, dict[Key, Record]]:
    people = [Person(name, draw(NAMES), "x", active=draw(st.booleans())) for name in draw(st.sets(NAMES))]
    sections = [Section(name, draw(NAMES), school=draw(st.none() | NAMES)) for name in draw(st.sets(NAMES))]
    roles = [
        HeldRole(person, school, "student", "student", begins_on=draw(DATES), ends_on=draw(DATES))
        for person, school in draw(st.sets(st.tuples(NAMES, st.none() | NAMES)))
    ]
    enrollments = [
        Enrollment(name, draw(NAMES), draw(NAMES), "student", False, draw(DATES), draw(DATES))
        for name in draw(st.sets(NAMES))
    ]
    return {
        Kind.PEOPLE: table(*people),
        Kind.SECTIONS: table(*sections),
        Kind.ROLES: table(*roles),
        Kind.ENROLLMENTS: table(*enrollments),
    }


@st.composite
def statements(draw: st.DrawFn) -> dict[Kind, Said]:
    said = {}
    for kind, rows in draw(tables()).items():
        keys: st.SearchStrategy[Key] = st.tuples(NAMES, NAMES, st.just("student")) if kind is Kind.ROLES else NAMES
        spoken = draw(st.frozensets(keys))
        whole = draw(st.booleans())
        said[kind] = Said(
            rows,
            draw(st.frozensets(keys)),
            draw(st.frozensets(keys)),
            lambda key, whole=whole, spoken=spoken: whole or key in spoken,
        )
    return said


@given(tables(), statements())
def test_planning_again_after_a_plan_was_carried_out_changes_nothing(
    known: dict[Kind, dict[Key, Record]], said: dict[Kind, Said]
) -> None:
    after = apply(known, plan(known, said, here))
    assert is_empty(plan(after, said, here))


@given(tables(), statements())
def test_nothing_is_ever_deleted_and_what_the_file_does_not_mention_or_speak_for_stays(
    known: dict[Kind, dict[Key, Record]], said: dict[Kind, Said]
) -> None:
    after = apply(known, plan(known, said, here))
    for kind, records in known.items():
        assert records.keys() <= after[kind].keys()
        for key, record in records.items():
            mentioned = key in said[kind].rows or key in said[kind].withdrawn
            silent_and_open = not mentioned and (key in said[kind].unread or not said[kind].speaks_for(key))
            assert not silent_and_open or after[kind][key] == record


@given(tables(), statements())
def test_a_known_enrolment_never_comes_to_end_before_it_began(
    known: dict[Kind, dict[Key, Record]], said: dict[Kind, Said]
) -> None:
    agreed = plan(known, said, here)
    for change in agreed[Kind.ENROLLMENTS].end.values():
        assert isinstance(change.after, Enrollment)
        assert change.after.ends_on is not None
        assert change.after.ends_on >= TODAY
        assert change.after.begins_on is None or change.after.ends_on >= change.after.begins_on


def test_a_vanished_enrolment_ends_today_and_one_that_had_ended_keeps_its_day() -> None:
    running = Enrollment("e1", "k", "p", "student")
    over = Enrollment("e2", "k", "p", "student", ends_on=YESTERDAY)
    planned = Enrollment("e3", "k", "p", "student", begins_on=TOMORROW)
    known: Roster = {Kind.ENROLLMENTS: table(running, over, planned)}
    after = apply(known, plan(known, {Kind.ENROLLMENTS: bulk()}, here))[Kind.ENROLLMENTS]
    assert [after[key].ends_on for key in ("e1", "e2", "e3")] == [TODAY, YESTERDAY, TOMORROW]  # type: ignore[union-attr]


def test_an_enrolment_that_appears_again_runs_on() -> None:
    ended = Enrollment("e1", "k", "p", "student", ends_on=YESTERDAY)
    said = bulk(Enrollment("e1", "k", "p", "student"))
    known: Roster = {Kind.ENROLLMENTS: table(ended)}
    agreed = plan(known, {Kind.ENROLLMENTS: said}, here)
    assert agreed[Kind.ENROLLMENTS].change["e1"].after == Enrollment("e1", "k", "p", "student")


def test_a_row_that_could_not_be_read_ends_nothing() -> None:
    known: Roster = {Kind.ENROLLMENTS: table(Enrollment("e1", "k", "p", "student"))}
    said = {Kind.ENROLLMENTS: bulk(unread=frozenset({"e1"}))}
    assert is_empty(plan(known, said, here))


def test_the_last_day_is_that_of_the_sections_school() -> None:
    known: Roster = {
        Kind.SECTIONS: table(Section("k1", "first", school="east"), Section("k2", "second", school="west")),
        Kind.ENROLLMENTS: table(Enrollment("e1", "k1", "p", "student"), Enrollment("e2", "k2", "p", "student")),
    }
    agreed = plan(known, {Kind.ENROLLMENTS: bulk()}, lambda school: YESTERDAY if school == "west" else TODAY)
    ends = {key: change.after.ends_on for key, change in agreed[Kind.ENROLLMENTS].end.items()}  # type: ignore[union-attr]
    assert ends == {"e1": TODAY, "e2": YESTERDAY}


def test_a_vanished_school_or_person_becomes_inactive_and_comes_back() -> None:
    known: Roster = {Kind.SCHOOLS: table(School("s", "North", "school")), Kind.PEOPLE: table(Person("p", "A", "B"))}
    after = apply(known, plan(known, {Kind.SCHOOLS: bulk(), Kind.PEOPLE: bulk()}, here))
    assert after[Kind.SCHOOLS]["s"] == School("s", "North", "school", active=False)
    back = plan(after, {Kind.PEOPLE: bulk(Person("p", "A", "B"))}, here)
    assert back[Kind.PEOPLE].change["p"].after == Person("p", "A", "B")


def _class_of(count: int, terms: tuple[str, ...] = ()) -> Roster:
    return {
        Kind.TERMS: table(
            Term("past", "Spring", "term", ends_on=YESTERDAY), Term("now", "Fall", "term", ends_on=TODAY)
        ),
        Kind.SECTIONS: table(Section("k", "Maths", term_sourced_ids=terms)),
        Kind.ENROLLMENTS: table(*(Enrollment(f"e{n}", "k", f"p{n}", "student") for n in range(count))),
    }


def _left(known: Roster, count: int) -> dict[Kind, Said]:
    return {Kind.ENROLLMENTS: bulk(*list(known[Kind.ENROLLMENTS].values())[:count])}


def test_ending_more_than_the_share_is_told_with_its_number_and_the_share_itself_is_not() -> None:
    known = _class_of(10)
    agreed = plan(known, _left(known, 8), here)
    assert excessive_removals(known, agreed, here, 0.20) == []
    agreed = plan(known, _left(known, 7), here)
    (removal,) = excessive_removals(known, agreed, here, 0.20)
    assert (removal.kind, removal.ending, removal.active) == (Kind.ENROLLMENTS, 3, 10)


def test_enrolments_of_terms_that_are_over_may_all_end() -> None:
    known = _class_of(10, ("past",))
    assert excessive_removals(known, plan(known, _left(known, 0), here), here, 0.20) == []
    known = _class_of(10, ("past", "now"))
    assert excessive_removals(known, plan(known, _left(known, 0), here), here, 0.20) != []


def test_reported_words_for_roles_become_ours_and_unknown_ones_do_not() -> None:
    assert role_of("Parent") is Role.GUARDIAN
    assert role_of("relative") is Role.GUARDIAN
    assert role_of("siteAdministrator") is Role.ADMINISTRATOR
    assert role_of("principal") is Role.ADMINISTRATOR
    assert role_of("aide") is Role.AIDE
    assert role_of("ext:coach") is None
    assert role_of("") is None


@given(tables(), st.sets(NAMES))
def test_what_an_office_keeps_outlives_every_file(known: dict[Kind, dict[Key, Record]], guardians: set[str]) -> None:
    local = Person(f"{LOCAL}1", "Added", "Here")
    kept: dict[Kind, dict[Key, Record]] = {
        Kind.PEOPLE: table(local),
        Kind.ROLES: table(HeldRole(local.sourced_id, "a", "counselor", "counselor")),
        Kind.ENROLLMENTS: table(Enrollment("kept", "a", local.sourced_id, "teacher")),
        Kind.GUARDIANSHIPS: table(*(Guardianship(one, "child", origin=Origin.ATTESTED) for one in guardians)),
    }
    before = {kind: {**known.get(kind, {}), **kept.get(kind, {})} for kind in Kind}
    gone = {kind: Said(withdrawn=frozenset(rows), speaks_for=everything) for kind, rows in before.items()}
    for says in (gone, {kind: bulk() for kind in Kind}):
        after = apply(before, plan(before, says, here))
        for kind, rows in kept.items():
            assert rows.items() <= after[kind].items()


@given(DATES)
def test_a_guardian_of_the_file_is_the_files_once_no_office_attests_them(ends_on: date | None) -> None:
    attested = Guardianship("a", "b", ends_on=ends_on, origin=Origin.ATTESTED)
    told = Guardianship("a", "b")
    known: Roster = {Kind.GUARDIANSHIPS: table(attested)}
    agreed = plan(known, {Kind.GUARDIANSHIPS: bulk(told)}, here)
    still = ends_on is None or ends_on >= TODAY
    assert apply(known, agreed)[Kind.GUARDIANSHIPS] == table(attested if still else told)
