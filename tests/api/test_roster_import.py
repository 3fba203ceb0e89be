"""A roster in the database: imported, imported again, changed, shrunk, and refused when it shrinks too much."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from factories import Factory, new_district
from roster_files import RosterFiles
from shared_data import needs_shared, shared
from sqlalchemy import Engine, func, select, text
from sqlalchemy.orm import Session

from api.actions.ingest import Intake, Sender, ingest
from api.actions.outcome import Status
from api.actions.quarantine import Released
from api.actions.roster import RosterReport, TooManyRemovals, import_roster, take_roster
from mastery.evidence import EvidenceType, Purpose, Result, TargetScore
from mastery.roster import Kind
from models.district import DistrictStamp
from models.registry import find_students
from models.roster import Enrollment, Guardianship, Person, PersonRole, School, Section, Term
from models.unit_of_work import district_transaction

NOW = datetime(2026, 11, 24, 3, 30, tzinfo=UTC)  # 22:30 of the 23rd in New York
TODAY = date(2026, 11, 23)
LATER = datetime(2026, 12, 1, 12, 0, tzinfo=UTC)
MODELS: dict[Kind, Any] = {
    Kind.SCHOOLS: School,
    Kind.TERMS: Term,
    Kind.PEOPLE: Person,
    Kind.SECTIONS: Section,
    Kind.ROLES: PersonRole,
    Kind.ENROLLMENTS: Enrollment,
    Kind.GUARDIANSHIPS: Guardianship,
}


@pytest.fixture
def district(engine: Engine) -> int:
    return new_district(engine)


def take(engine: Engine, district: int, source: Path, now: datetime = NOW, **options: Any) -> RosterReport:
    with district_transaction(engine, district) as session:
        report = import_roster(session, district, source, now, **options)
        session.commit()
    return report


def changes(report: RosterReport) -> dict[str, tuple[int, int, int]]:
    """The kinds that change: (added, changed, ended)."""
    counts = {str(kind): (each.added, each.changed, each.ended) for kind, each in report.changes.items()}
    return {kind: each for kind, each in counts.items() if any(each)}


def stored(engine: Engine, district: int) -> dict[Kind, int]:
    with district_transaction(engine, district) as session:
        return {
            kind: session.scalar(select(func.count()).select_from(model).where(model.district_id == district)) or 0
            for kind, model in MODELS.items()
        }


def enrolment(session: Session, district: int, sourced_id: str) -> Enrollment:
    query = select(Enrollment).where(Enrollment.district_id == district, Enrollment.sourced_id == sourced_id)
    return session.scalars(query).one()


def last_days(engine: Engine, district: int) -> dict[str, date | None]:
    with district_transaction(engine, district) as session:
        rows = session.execute(
            select(Enrollment.sourced_id, Enrollment.ends_on).where(Enrollment.district_id == district)
        )
        return {row.sourced_id: row.ends_on for row in rows}


def role_ends(engine: Engine, district: int, person: str) -> dict[tuple[str, str], date | None]:
    with district_transaction(engine, district) as session:
        rows = session.execute(
            select(School.sourced_id, PersonRole.role, PersonRole.ends_on)
            .join(School, (School.district_id == PersonRole.district_id) & (School.id == PersonRole.school_id))
            .join(Person, (Person.district_id == PersonRole.district_id) & (Person.id == PersonRole.person_id))
            .where(PersonRole.district_id == district, Person.sourced_id == person)
        )
        return {(row.sourced_id, row.role): row.ends_on for row in rows}


@pytest.mark.parametrize(("version", "roles"), [("11", 11), ("12", 13)])
def test_an_import_stores_what_the_files_say(
    engine: Engine, district: int, tmp_path: Path, version: str, roles: int
) -> None:
    report = take(engine, district, RosterFiles(tmp_path, version).folder)
    assert report.applied
    assert stored(engine, district) == {
        Kind.SCHOOLS: 3,
        Kind.TERMS: 3,
        Kind.PEOPLE: 9,
        Kind.SECTIONS: 3,
        Kind.ROLES: roles,
        Kind.ENROLLMENTS: 9,
        Kind.GUARDIANSHIPS: 3 if version == "11" else 4,
    }
    with district_transaction(engine, district) as session:
        lia = session.scalars(select(Person).where(Person.district_id == district, Person.sourced_id == "u-1")).one()
        assert (lia.identifier, lia.family_name, lia.birth_date, lia.grades) == (
            "S-000101", "Okafor", date(2014, 3, 2), ["07"],
        )  # fmt: skip
        assert lia.display_name == ("Lee Okafor" if version == "12" else "Lia Okafor")
        own = enrolment(session, district, "e-4")
        section = session.get_one(Section, (district, own.section_id))
        assert own.person_id == lia.id
        assert (section.title, section.periods) == ("Mathematics 7 - first", ["1", "2"])
        assert session.get_one(School, (district, section.school_id)).name == "North Middle School"


def test_a_student_is_found_by_identifier_and_by_sourced_id(engine: Engine, district: int, tmp_path: Path) -> None:
    take(engine, district, RosterFiles(tmp_path).folder)
    with district_transaction(engine, district) as session:
        found = find_students(session, district, ["S-000101", "u-1", "T-01"])
        assert [each.sourced_id for each in found["S-000101"]] == ["u-1"]
        assert found["u-1"] == found["S-000101"]
        assert "T-01" not in found


def test_no_password_reaches_the_database(engine: Engine, district: int, tmp_path: Path) -> None:
    take(engine, district, RosterFiles(tmp_path).folder)
    with district_transaction(engine, district) as session:
        people = session.execute(text("SELECT person::text AS whole FROM person")).scalars().all()
    assert len(people) == 9
    assert not [each for each in people if "do-not-keep" in each]


@pytest.mark.parametrize("version", ["11", "12"])
def test_importing_again_changes_nothing(engine: Engine, district: int, tmp_path: Path, version: str) -> None:
    files = RosterFiles(tmp_path, version)
    take(engine, district, files.folder)
    before = stored(engine, district)
    with district_transaction(engine, district) as session:
        stamp = session.get_one(DistrictStamp, district).roster
    report = take(engine, district, files.folder, LATER)
    assert report.changes_nothing
    assert stored(engine, district) == before
    with district_transaction(engine, district) as session:
        assert session.get_one(DistrictStamp, district).roster == stamp


def test_moving_from_1_1_to_1_2_keeps_people_and_roles(engine: Engine, district: int, tmp_path: Path) -> None:
    take(engine, district, RosterFiles(tmp_path, "11").folder)
    report = take(engine, district, RosterFiles(tmp_path, "12").folder)
    assert report.changes[Kind.PEOPLE].added == 0
    assert report.changes[Kind.ROLES].ended == 0
    assert report.changes[Kind.ENROLLMENTS].changed == 0


def test_a_dry_run_shows_the_plan_and_writes_nothing(engine: Engine, district: int, tmp_path: Path) -> None:
    files = RosterFiles(tmp_path)
    shown = take(engine, district, files.folder, dry_run=True)
    assert not shown.applied
    assert set(stored(engine, district).values()) == {0}
    assert changes(take(engine, district, files.folder)) == changes(shown)


def test_a_row_that_vanishes_from_a_bulk_file_ends_the_enrolment_at_the_schools_today(
    engine: Engine, district: int, tmp_path: Path
) -> None:
    files = RosterFiles(tmp_path)
    take(engine, district, files.folder)
    with district_transaction(engine, district) as session:
        south = session.scalars(select(School).where(School.district_id == district, School.sourced_id == "s-south"))
        south.one().time_zone = "Asia/Tokyo"
        session.commit()
    report = take(engine, district, files.drop("enrollments", "e-7", "e-9").folder, allow_removals=True)
    assert changes(report) == {"enrollments": (0, 0, 2)}
    assert last_days(engine, district)["e-7"] == TODAY
    assert last_days(engine, district)["e-9"] == date(2026, 11, 24)
    assert last_days(engine, district)["e-5"] == date(2027, 1, 15)
    assert take(engine, district, files.folder, LATER).changes_nothing
    back = take(engine, district, RosterFiles(tmp_path / "again").folder, LATER)
    assert changes(back) == {"enrollments": (0, 2, 0)}
    assert last_days(engine, district)["e-7"] is None


def test_in_a_delta_only_tobedeleted_ends_and_the_rest_stays(engine: Engine, district: int, tmp_path: Path) -> None:
    take(engine, district, RosterFiles(tmp_path).folder)
    delta = RosterFiles(tmp_path / "delta").delta(
        enrollments=[
            "e-7,tobedeleted,2026-11-23T01:00:00Z,k-n2,s-north,u-4,student,false,2026-08-24,",
            "e-10,active,2026-11-23T01:00:00Z,k-n1,s-north,u-4,student,false,2026-11-23,",
        ]
    )
    report = take(engine, district, delta.folder)
    assert report.problems == []
    assert changes(report) == {"enrollments": (1, 0, 1)}
    ends = last_days(engine, district)
    assert ends.pop("e-7") == TODAY
    assert ends.pop("e-5") == date(2027, 1, 15)
    assert set(ends.values()) == {None}
    assert take(engine, district, delta.folder, LATER).changes_nothing


def test_a_withdrawn_user_ends_roles_enrolments_and_guardianships_but_stays_known(
    engine: Engine, district: int, tmp_path: Path
) -> None:
    take(engine, district, RosterFiles(tmp_path).folder)
    row = "u-3,tobedeleted,2026-11-23T01:00:00Z,true,s-south,student,mei.tan,,Mei,Tan,,S-000103,,,,,07,"
    delta = RosterFiles(tmp_path / "delta").delta(users=[row])
    report = take(engine, district, delta.folder, allow_removals=True)
    assert changes(report) == {
        "people": (0, 0, 1),
        "roles": (0, 0, 1),
        "enrollments": (0, 0, 1),
        "guardianships": (0, 0, 1),
    }
    with district_transaction(engine, district) as session:
        mei = session.scalars(select(Person).where(Person.district_id == district, Person.sourced_id == "u-3")).one()
        assert (mei.active, mei.identifier) == (False, "S-000103")
        assert enrolment(session, district, "e-6").ends_on == TODAY
    assert last_days(engine, district)["e-3"] is None


@pytest.mark.parametrize("whole", [True, False])
def test_a_transfer_between_schools_ends_one_role_and_begins_the_other(
    engine: Engine, district: int, tmp_path: Path, whole: bool
) -> None:
    files = RosterFiles(tmp_path)
    take(engine, district, files.folder)
    files.replace("users", "u-4,,,true,s-north", "u-4,,,true,s-south")
    files.replace("enrollments", "e-7,,,k-n2,s-north,u-4", "e-11,,,k-s1,s-south,u-4")
    if not whole:
        files.delta(
            users=["u-4,active,,true,s-south,student,raj.patel,,Raj,Patel,,S-000104,,,,,08,"],
            enrollments=[
                "e-7,tobedeleted,,k-n2,s-north,u-4,student,false,2026-08-24,",
                "e-11,active,,k-s1,s-south,u-4,student,false,2026-11-24,",
            ],
        )
    report = take(engine, district, files.folder)
    assert changes(report) == {"roles": (1, 0, 1), "enrollments": (1, 0, 1)}
    assert role_ends(engine, district, "u-4") == {("s-north", "student"): TODAY, ("s-south", "student"): None}
    assert last_days(engine, district)["e-7"] == TODAY
    assert last_days(engine, district)["e-11"] is None
    assert role_ends(engine, district, "u-5") == {("s-north", "student"): None, ("s-south", "student"): None}


def test_an_export_cut_short_is_refused_with_its_number_and_changes_nothing(
    engine: Engine, district: int, tmp_path: Path
) -> None:
    files = RosterFiles(tmp_path)
    take(engine, district, files.folder)
    files.drop("enrollments", "e-8", "e-9")
    with pytest.raises(TooManyRemovals, match="2 of 9 enrollments") as refusal:
        take(engine, district, files.folder)
    assert changes(refusal.value.report) == {"enrollments": (0, 0, 2)}
    assert last_days(engine, district)["e-8"] is None
    assert take(engine, district, files.folder, dry_run=True).removals != []
    assert take(engine, district, files.folder, allow_removals=True).applied
    assert last_days(engine, district)["e-8"] == TODAY


def test_a_bad_row_leaves_what_is_stored_of_it_as_it_was(engine: Engine, district: int, tmp_path: Path) -> None:
    files = RosterFiles(tmp_path)
    take(engine, district, files.folder)
    files.replace("enrollments", "e-4,,,k-n1", 'e-4,,,"k-n1').replace("users", "u-5,,,true", "u-5,,,true,x,y,z")
    report = take(engine, district, files.folder)
    assert report.changes_nothing
    assert [each.line for each in report.problems] == [8, 5]


def test_a_delta_settles_no_doubt_about_an_identifier(engine: Engine, district: int, tmp_path: Path) -> None:
    take(engine, district, RosterFiles(tmp_path).replace("users", "S-000102", "S-000101").folder)
    row = "u-1,active,,true,s-north,student,lia.okafor,,Lia,Okafor,June,S-000101,lia@example.org,,,u-g1,07,"
    report = take(engine, district, RosterFiles(tmp_path / "delta").delta(users=[row]).folder)
    assert report.changes_nothing
    assert [each.field for each in report.problems] == ["identifier"]
    with district_transaction(engine, district) as session:
        assert find_students(session, district, ["S-000101"]) == {}


def test_people_keep_what_is_theirs_when_the_schools_system_numbers_everyone_anew(
    engine: Engine, district: int, tmp_path: Path
) -> None:
    take(engine, district, RosterFiles(tmp_path).folder)
    with district_transaction(engine, district) as session:
        before = find_students(session, district, ["S-000101", "S-000105"])
    files = RosterFiles(tmp_path / "new")
    for path in (files.path("users"), files.path("enrollments"), files.path("demographics")):
        path.write_text(path.read_text().replace("u-1", "n-1").replace("u-5", "n-5").replace("u-t1", "n-t1"))
    # the number of one who left is given to somebody else: that is another person
    files.replace(
        "users", "u-4,,,true,s-north,student,raj.patel,,Raj,Patel,", "n-4,,,true,s-north,student,sol.aker,,Sol,Aker,"
    )
    files.replace("enrollments", "s-north,u-4,", "s-north,n-4,")
    shown = take(engine, district, files.folder, dry_run=True)
    report = take(engine, district, files.folder)
    assert (shown.renamed, report.renamed) == (3, 3)
    assert changes(report) == {"people": (1, 0, 1), "roles": (1, 0, 1), "enrollments": (0, 1, 0)}
    with district_transaction(engine, district) as session:
        after = find_students(session, district, ["S-000101", "S-000105", "n-4"])
    assert {name: each[0].id for name, each in after.items() if name in before} == {
        name: each[0].id for name, each in before.items()
    }
    assert after["S-000101"][0].sourced_id == "n-1"
    assert "n-4" in after
    assert take(engine, district, files.folder, LATER).changes_nothing


def test_two_districts_take_the_same_files_apart(engine: Engine, district: int, tmp_path: Path) -> None:
    other = new_district(engine, "Other District")
    files = RosterFiles(tmp_path)
    take(engine, district, files.folder)
    take(engine, other, files.folder)
    before = last_days(engine, other)
    take(engine, district, files.drop("enrollments", "e-7").folder)
    assert last_days(engine, other) == before
    assert stored(engine, other)[Kind.PEOPLE] == 9


@needs_shared
@pytest.mark.parametrize("folder", ["Test_full_data_set", "v1p2_full_dataset"])
def test_real_exports_are_taken_and_again_change_nothing(engine: Engine, district: int, folder: str) -> None:
    source = shared("data", "oneroster", folder)
    report = take(engine, district, source)
    assert report.changes[Kind.PEOPLE].added == 6
    assert report.problems != []
    assert take(engine, district, source, LATER).changes_nothing


def waiting_result(student: str, assessment: str, target: str) -> Result:
    return Result(
        source_id=f"quiz/{student}",
        revision=1,
        student=student,
        assessment=assessment,
        form="A",
        purpose=Purpose.FORMATIVE,
        evidence_type=EvidenceType.QUIZ,
        scorer="system",
        performed_at=NOW - timedelta(hours=2),
        scored_at=NOW - timedelta(hours=2),
        targets=(TargetScore(target, 3.0, 4.0),),
    )


def test_results_that_waited_for_a_student_come_in_with_the_roster(
    engine: Engine, district: int, tmp_path: Path
) -> None:
    with district_transaction(engine, district) as session:
        factory = Factory(session, district)
        target = factory.target("7.RP.A.1")
        quiz = factory.assessment(targets=[target]).name
        client = factory.client()
        session.commit()
    intake = Intake.of(engine)
    sender = Sender(district, client.id, client.client_id)
    posts = [waiting_result(student, quiz, "7.RP.A.1") for student in ("S-000101", "u-3", "S-999999")]
    assert {each.status for each in ingest(intake, sender, posts, NOW)} == {Status.QUARANTINED}

    files = RosterFiles(tmp_path)
    assert take_roster(intake, district, files.folder, NOW, dry_run=True).released is None
    assert take_roster(intake, district, files.folder, NOW).released == Released(accepted=2, rejected=0, waiting=1)
    assert take_roster(intake, district, files.folder, NOW).released == Released(accepted=0, rejected=0, waiting=1)
    assert [each.status for each in ingest(intake, sender, posts, NOW)] == [
        Status.DUPLICATE,
        Status.DUPLICATE,
        Status.DUPLICATE,
    ]
