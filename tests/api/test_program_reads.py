"""What programs read of students is on record before it leaves, once an hour; families and offices read which did."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from access_rows import OWN, paced
from api_rows import sitting
from conftest_api import Machine, School, SteppingClock, machine_of
from factories import NOW, Factory
from office_world import OfficeWorld, office_of
from page_world import PageWorld
from sqlalchemy import Engine, select
from statements import statements_said

from api.actions import looking
from api.actions.complete_record import complete_record
from api.pages.looked import READS
from api.security.guards import GUARD
from mastery.audit import Act, Actor
from models.access import Client
from models.audit import SYSTEM, AuditEvent, AuditSubject, by_program, record
from models.graph import Node
from models.roster import Person, Section
from models.unit_of_work import district_transaction

Event = tuple[str, int, str, set[int]]


@pytest.fixture
def lms(machine: Callable[..., Machine], school: School) -> Machine:
    """A program of a school whose first student needs somebody's look; it has measured nothing."""
    made = machine(school.district_id)
    made.put_assessment("quiz-17")
    made.post(*(sitting(school.students[0], "4.NF.A.1", day, 0) for day in range(1, 13)))
    return made


def _path(path: str, school: School, engine: Engine) -> str:
    """An address of the table below; the class has a plan by then."""
    if "SECTION" not in path:
        return path.replace("S", school.students[0])
    with district_transaction(engine, school.district_id) as session:
        section = session.get_one(Section, (school.district_id, school.section))
        student = session.get_one(Person, (school.district_id, school.student_keys[0]))
        teacher = session.get_one(Person, (school.district_id, school.teacher))
        target = session.scalars(select(Node).where(Node.guid == school.targets[0])).one()
        paced(Factory(session, school.district_id), student, target, section.id, teacher, OWN)
        session.commit()
        return path.replace("SECTION", section.sourced_id)


def events(engine: Engine, district_id: int) -> list[Event]:
    """Who is on record for a view: kind and key of the actor, the page, the students; in order."""
    with district_transaction(engine, district_id) as session:
        found = session.scalars(select(AuditEvent).where(AuditEvent.act == Act.VIEW).order_by(AuditEvent.id)).all()
        return [
            (
                one.actor, one.actor_id, one.detail["page"],
                set(session.scalars(select(AuditSubject.student_id).where(AuditSubject.event_id == one.id))),
            )
            for one in found
        ]  # fmt: skip


def key_of(engine: Engine, lms: Machine) -> int:
    with district_transaction(engine, lms.district_id) as session:
        return session.scalars(select(Client.id).where(Client.client_id == lms.client.client_id)).one()


# by route: what is asked, S standing for the student who has results; which of the two students the answer shows
SHOWN = {
    "students.get_students": ("/students", (0, 1)),
    "students.get_targets": ("/students/S/targets", (0,)),
    "students.get_explanation": ("/students/S/targets/4.NF.A.1/explanation", (0,)),
    "students.get_next": ("/students/S/next", (0,)),
    "students.get_policy": ("/students/S/policy", (0,)),
    "students.get_competencies": ("/students/S/competencies", (0,)),
    "pace.get_student_pace": ("/students/S/pace", (0,)),
    "pace.get_section_pace": ("/sections/SECTION/pace", (0, 1)),
    "flags.get_flags": ("/flags", (0,)),
    "results.get_result": ("/results/S/4.NF.A.1/1", (0,)),
}
NOBODY = {
    "of_whom_nothing_is_known": "/students/T/targets",
    "no_flag": "/flags?student=T",
    "beyond_the_last": "/students?after=WyJ6Iiw5XQ",
    "no_such_student": "/students/nobody/targets",
    "no_such_target": "/students/S/targets/nothing/explanation",
    "no_such_result": "/results/nothing",
    "an_assessment": "/assessments/quiz-17",
    "a_measurement": "/measurement/Mathematics",
}


def test_every_route_that_reads_of_students_is_known_here_and_has_words(lms: Machine) -> None:
    guards = {name: str(getattr(view, GUARD, "")) for name, view in lms.http.application.view_functions.items()}
    reads = {name for name, guard in guards.items() if guard.startswith("machine: ") and guard.endswith(".read")}
    # one is figures of many, and no student
    assert set(SHOWN) == reads - {"measurement.get_measurement"}
    # a program that may ask for its own tests reads where a student is with one
    assert set(READS) == set(SHOWN) | {"tests.get_test"}


@pytest.mark.parametrize("route", SHOWN)
def test_what_is_read_is_on_record_once_an_hour_by_program(
    lms: Machine, machine: Callable[..., Machine], school: School, engine: Engine, clock: SteppingClock, route: str
) -> None:
    path, places = SHOWN[route]
    path = _path(path, school, engine)
    event = (Actor.MACHINE, key_of(engine, lms), route, {school.student_keys[place] for place in places})

    def on_record() -> list[Event]:
        return events(engine, school.district_id)

    assert lms.http.head(f"/api/v1{path}", headers=lms.headers).status_code == 200
    assert on_record() == []
    answer = lms.http.get(f"/api/v1{path}", headers=lms.headers)
    assert answer.status_code == 200
    assert on_record() == [event]
    known = lms.headers | {"If-None-Match": answer.headers["ETag"]}
    clock.now += timedelta(minutes=59)
    assert lms.get(path)
    assert on_record() == [event]
    clock.now += timedelta(minutes=1)
    assert lms.http.get(f"/api/v1{path}", headers=known).status_code == 304
    assert on_record() == [event]
    assert lms.get(path)
    assert on_record() == [event] * 2
    if route != "results.get_result":  # those are of whoever sent them
        other = machine(school.district_id, name="Second")
        other.get(path)
        assert on_record()[2:] == [(Actor.MACHINE, key_of(engine, other), *event[2:])]


@pytest.mark.parametrize("path", NOBODY.values(), ids=NOBODY)
def test_an_answer_that_shows_nobody_is_not_on_record(lms: Machine, school: School, engine: Engine, path: str) -> None:
    path = path.replace("S", school.students[0]).replace("T", school.students[1])
    assert lms.http.get(f"/api/v1{path}", headers=lms.headers).status_code in (200, 404)
    assert events(engine, school.district_id) == []


def test_a_result_that_waits_says_nothing_of_a_student(lms: Machine, school: School, engine: Engine) -> None:
    lms.post(sitting("S-nobody", "4.NF.A.1", 1))
    assert lms.get("/results/S-nobody/4.NF.A.1/1")["revisions"][0]["status"] == "quarantined"
    assert events(engine, school.district_id) == []


def test_a_corrected_result_shows_both_whom_it_was_said_of(lms: Machine, school: School, engine: Engine) -> None:
    first, second = school.students
    lms.post(sitting(second, "4.NF.A.1", 1, source_id=f"{first}/4.NF.A.1/1", revision=2))
    lms.get(f"/results/{first}/4.NF.A.1/1")
    assert events(engine, school.district_id)[-1][-1] == set(school.student_keys)


def test_of_a_list_only_who_was_not_shown_lately_is_put_on_record(lms: Machine, school: School, engine: Engine) -> None:
    first = lms.get("/students?limit=1")
    lms.get(first["next_url"].removeprefix("/api/v1"))
    lms.get("/students?limit=1")
    lms.get("/students")
    assert [one[-1] for one in events(engine, school.district_id)] == [{key} for key in school.student_keys]


def test_what_can_not_be_put_on_record_does_not_leave(
    lms: Machine, school: School, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> int:
        raise RuntimeError("no room")

    monkeypatch.setattr(looking, "record", refuse)
    for path, _ in SHOWN.values():
        with pytest.raises(RuntimeError, match="no room"):
            lms.get(_path(path, school, engine))


def test_reading_more_costs_no_more_statements_and_posting_asks_nothing_of_the_record(
    lms: Machine, school: School, engine: Engine, clock: SteppingClock
) -> None:
    def said_by(path: str) -> list[int]:
        """How many statements a read takes when it is put on record, and when it is there already."""
        counts = []
        clock.now += timedelta(hours=1)
        for _ in range(2):
            with statements_said() as said:
                lms.get(path)
            counts.append(len(said))
        return counts

    for path in ("/students", "/flags"):
        lms.get(path)  # what a process keeps is loaded
    few = {path: said_by(path) for path in ("/students", "/flags")}
    assert {on_record - again for on_record, again in few.values()} == {2}
    with district_transaction(engine, school.district_id) as session:
        make = Factory(session, school.district_id)
        target, section = make.target(), make.section(make.school())
        for _ in range(20):
            student = make.student(section)
            make.wheel_spin(student, target)
        session.commit()
    for path in few:
        lms.get(path)
    assert {path: said_by(path) for path in few} == few
    with statements_said() as said:
        lms.post(sitting(school.students[0], "4.NF.A.1", 20))
    assert said
    assert not [one for one in said if "audit" in one]


# --- who reads of it --------------------------------------------------------------------------------------------------


@pytest.fixture
def office(page_world: PageWorld) -> OfficeWorld:
    def rows(make: Factory) -> None:
        make.standing(page_world.student, page_world.target)
        make.wheel_spin(page_world.student, page_world.target)

    page_world.add(rows)
    return office_of(page_world)


def reader(office: OfficeWorld) -> Machine:
    """A program of the office's district."""
    world = office.world
    return machine_of(world.app, world.engine, world.district_id, "students.read", "flags.read", name="Reading Helper")


def test_a_family_reads_which_program_read_in_english_and_spanish(office: OfficeWorld) -> None:
    world = office.world
    program, page = reader(office), f"/students/{world.student.id}/looked"
    program.get(f"/students/{world.student.identifier}/targets")
    program.get("/flags")
    world.clock.jump(timedelta(hours=2))
    program.get(f"/students/{world.student.identifier}/targets")
    mother = world.client("guardian")
    text = mother.get(page).text
    assert "10:00 AM: the program “Reading Helper” read where the student stands, and again later that day." in text
    assert "10:00 AM: the program “Reading Helper” read information for teachers." in text
    assert "Nobody has looked yet." not in text
    assert "hint" not in text  # that there is one is the staff's to tell
    assert "Reading Helper" in world.client("student").get(page).text
    mother.post("/language", language="es")
    text = mother.get(page).text
    assert "el programa “Reading Helper” leyó cómo va el aprendizaje, y otra vez más tarde ese día." in text
    assert "el programa “Reading Helper” leyó información para docentes." in text


def test_other_families_read_nothing_of_it(office: OfficeWorld) -> None:
    world = office.world
    reader(office).get(f"/students/{world.student.identifier}/targets")
    page = f"/students/{world.people['classmate'].id}/looked"
    assert "Nobody has looked yet." in world.client("classmate").get(page).text


@pytest.mark.parametrize("who", ["student", "guardian"])
def test_a_program_is_not_taken_for_who_of_the_family_has_its_number(office: OfficeWorld, who: str) -> None:
    world = office.world
    key = world.people[who].id
    with district_transaction(world.engine, world.district_id) as session:
        named = {"district_id": world.district_id, "id": key, "client_id": "same", "name": "Same Number"}
        session.add(Client(**named, scopes=[], created_at=NOW, last_used_at=None, revoked_at=None))
        detail = {"page": "students.get_targets"}
        record(session, world.district_id, by_program(key), Act.VIEW, NOW, [world.student.id], detail=detail)
        session.commit()
    for reads in ("guardian", "student", "principal"):
        text = world.client(reads).get(f"/students/{world.student.id}/looked").text
        assert "the program “Same Number” read where the student stands." in text


def test_an_office_reads_which_program_read_whom(office: OfficeWorld) -> None:
    world = office.world
    program = reader(office)
    program.get(f"/students/{world.student.identifier}/targets")
    program.get("/flags")
    for who in ("principal", "steward"):
        text = world.client(who).get("/office/record").text
        assert "the program “Reading Helper” read data: where the student stands Ada Byron" in text
        assert "the program “Reading Helper” read data: hints about learning Ada Byron" in text
    assert "Reading Helper" in world.client("steward").get("/office/clients").text
    assert "Last used on Oct 5, 2026." in world.client("steward").get("/office/clients").text


def test_the_complete_record_names_the_program(office: OfficeWorld) -> None:
    world = office.world
    reader(office).get(f"/students/{world.student.identifier}/targets")
    with district_transaction(world.engine, world.district_id) as session:
        document = complete_record(session, world.district_id, world.student.id, SYSTEM, world.clock())
    views = [one for one in document["sections"]["audit_event"] if one["act"] == Act.VIEW]
    assert [(one["actor"], one["by"]["name"]) for one in views] == [("machine", "Reading Helper")]
    assert views[0]["detail"] == {"page": "students.get_targets"}
    sheet = world.client("principal").post(f"/students/{world.student.id}/record/print", 200).text
    assert "looked at the record the program “Reading Helper”" in sheet
