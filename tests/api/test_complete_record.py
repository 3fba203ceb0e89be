"""A complete record has every row that is about a student, is put on record, and is given by those who may."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from factories import NOW, Factory
from office_world import office_of
from page_world import PageWorld
from record_world import CANARY, with_everything, with_registrar
from sqlalchemy import select

from api.actions.complete_record import complete_record
from api.actions.desk import Desk
from api.actions.guardians import attest_guardian
from api.actions.safety import protect
from api.pages.looked import PAGES
from api.record_files import RecordError, write_record
from mastery.audit import Act
from models.audit import SYSTEM, AuditEvent, AuditSubject, by_person, record
from models.district import District
from models.retention import PendingDeletion
from models.student_rows import NOT_IN_A_RECORD, STUDENT_ROWS, TOLD, forgotten
from models.tables import METADATA
from models.unit_of_work import district_transaction, shared_transaction


def test_it_tells_no_parent_of_protection_nor_of_another_and_hides_no_look_of_staff(page_world: PageWorld) -> None:
    office = office_of(page_world)
    district, student, principal = page_world.district_id, page_world.student, page_world.people["principal"]

    def acts(make: Factory) -> None:
        desk = Desk(district)
        protect(make.session, desk, student.id, "PO Box 9", NOW, forget=False)
        for who in (office.mentor, principal):
            attest_guardian(make.session, desk, student.id, who.id, "acts as a parent", NOW.date(), None, NOW)
        record(make.session, district, by_person(principal.id), Act.VIEW, NOW, [student.id])
        record(make.session, district, by_person(page_world.people["guardian"].id), Act.VIEW, NOW, [student.id])

    page_world.add(acts)
    with district_transaction(page_world.engine, district) as session:
        events = complete_record(session, district, student.id, SYSTEM, NOW)["sections"]["audit_event"]
    told = json.dumps(events)
    assert [one["act"] for one in events].count("grant") == 2
    assert not [word for word in ("protected", "acts as a parent", "attested") if word in told]
    assert [one["by"] for one in events if one["act"] == "view"] == [{"role": "administrator"}]


def test_it_names_no_page_that_the_log_calls_by_a_plain_name(page_world: PageWorld) -> None:
    """What *Who has looked* calls a form of the office is in the record without its name."""
    district, student, office = page_world.district_id, page_world.student, by_person(page_world.people["principal"].id)
    plain = {PAGES["pages.add_order"], PAGES["pages.student_home"]}
    veiled = [page for page, said in PAGES.items() if said in plain]
    assert len(veiled) > 10

    def looks(make: Factory) -> None:
        for page in (*veiled, "pages.student"):
            record(make.session, district, office, Act.VIEW, NOW, [student.id], detail={"page": page})

    page_world.add(looks)
    with district_transaction(page_world.engine, district) as session:
        events = complete_record(session, district, student.id, SYSTEM, NOW)["sections"]["audit_event"]
    told = json.dumps(events)
    assert [one["act"] for one in events].count("view") == len(veiled) + 1
    assert "pages.student" in told
    assert not [page for page in veiled if f'"{page}"' in told]


@pytest.fixture
def world(page_world: PageWorld) -> PageWorld:
    """The page world, whose student has rows in every table."""
    people = page_world.people

    def rows(make: Factory) -> None:
        page_world.codes["student"] = with_everything(
            make, page_world.student, page_world.section, people["teacher"], people["guardian"]
        )

    page_world.add(rows)
    with_registrar(page_world)
    return page_world


def test_no_table_that_names_a_student_is_forgotten() -> None:
    assert forgotten() == []
    assert (STUDENT_ROWS.keys() | NOT_IN_A_RECORD.keys()) <= METADATA.tables.keys()
    assert not STUDENT_ROWS.keys() & NOT_IN_A_RECORD.keys()


def test_every_table_is_in_the_record_and_in_the_page(world: PageWorld) -> None:
    page = world.client("principal").post(f"/students/{world.student.id}/record/print", 200)
    with district_transaction(world.engine, world.district_id) as session:
        session.add(
            PendingDeletion(
                district_id=world.district_id, student_id=world.student.id, due_on=NOW.date(), rule="test", since=NOW
            )
        )
        session.flush()
        guardian = world.people["guardian"].id
        document = complete_record(session, world.district_id, world.student.id, SYSTEM, NOW, guardian)
    assert {table for table, rows in document["sections"].items() if not rows} == set()
    assert list(document["sections"]) == list(TOLD)
    told = json.dumps(document)
    assert world.student.given_name in told
    for text in (
        "note", "step", "reason", "target", "hold", "statement", "purpose", "access", "consent",
        "recipient", "partner", "disclosure", "slower", "pause", "word", "proven",
        "declined", "seat", "left out", "exam",
    ):  # fmt: skip
        assert f"{CANARY} {text}" in told, text
        assert f"{CANARY} {text}" in page.text, text
    for text in ("found", "wanted"):  # of the guardian for whom the one is made, and the other is not
        assert f"{CANARY} {text}" in told
        assert f"{CANARY} {text}" not in page.text
    assert "of a guardian" not in told
    assert "order_filed" not in told
    for text in ("order", "device", "restriction"):
        assert f"{CANARY} {text}" not in told + page.text, text
    assert not any(name in told for name in ("Hopper", "Jackson", "Anne"))
    assert f"{CANARY} aim" in document["sections"]["link"][0]["targets"][0]["statement"]
    assert document["sections"]["consent"][0]["signed_by"] == {"role": "guardian"}
    assert document["sections"]["consent"][0]["recipient"] == {"role": "external_professional"}
    assert document["sections"]["confirmation"][0]["by_person"] == {"role": "teacher"}
    assert f"I can find the {CANARY}." in document["sections"]["flag"][0]["says"]["sentence"]


def test_another_students_rows_are_not_in_it(world: PageWorld) -> None:
    other = world.people["classmate"]
    with district_transaction(world.engine, world.district_id) as session:
        document = complete_record(session, world.district_id, other.id, SYSTEM, NOW)
    assert CANARY not in json.dumps(document)
    assert {table for table, rows in document["sections"].items() if rows} == {
        "person", "person_role", "enrollment", "audit_event", "audit_subject",
    } - {"person_role" if not document["sections"]["person_role"] else ""}  # fmt: skip


def test_it_is_taken_as_data_and_put_on_record(world: PageWorld) -> None:
    who = "principal"
    client = world.client(who)
    client.get(f"/students/{world.student.id}/record")
    client.post(f"/students/{world.student.id}/record/print", 200)
    answer = client.client.post(f"/students/{world.student.id}/record", data={"csrf_token": client.token()})
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.json is not None
    assert answer.json["sections"]["person"][0]["given_name"] == world.student.given_name
    with district_transaction(world.engine, world.district_id) as session:
        found = session.execute(
            select(AuditEvent.actor_id, AuditSubject.student_id)
            .join(AuditSubject, AuditSubject.event_id == AuditEvent.id)
            .where(AuditEvent.act == Act.EXPORT)
        ).all()
    assert found == [(world.people[who].id, world.student.id)] * 2


@pytest.mark.parametrize("who", ["teacher", "colleague", "guardian", "student", "stranger", "leader", "registrar"])
def test_for_others_there_is_none(world: PageWorld, who: str) -> None:
    client = world.client(who)
    client.get(f"/students/{world.student.id}/record", 404)
    for end in ("", "/print"):
        client.post(f"/students/{world.student.id}/record{end}", 404)


def test_the_command_writes_it_into_a_private_folder(world: PageWorld, tmp_path: Path) -> None:
    with shared_transaction(world.engine) as session:
        district = session.get_one(District, world.district_id)
    services = world.app.extensions["mastery"]
    identifier = str(world.student.identifier)
    data, page, work = write_record(services, district, identifier, tmp_path / "out", "es")
    assert (work.name[12:], work.read_bytes()) == (f"-{CANARY} work.pdf", b"%PDF-1.7")
    assert CANARY in data.read_text()
    assert f"{CANARY} statement" in page.read_text()
    assert '<html lang="es">' in page.read_text()
    assert "mentor o profesional de fuera" in page.read_text()
    assert [path.stat().st_mode & 0o077 for path in (data, page, work, tmp_path / "out")] == [0, 0, 0, 0]
    with pytest.raises(RecordError, match="name a new folder"):
        write_record(services, district, identifier, tmp_path / "out", "en")
    with pytest.raises(RecordError, match="There is no student 'nobody'"):
        write_record(services, district, "nobody", tmp_path / "none", "en")
