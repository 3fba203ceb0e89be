"""Special programs: who puts them on file, who sees them, and that 300.614 holds from then on."""

from __future__ import annotations

import pytest
from click.testing import CliRunner, Result
from command_line import name_in_environment
from factories import NOW
from office_world import DAY, TODAY, OfficeWorld, another_district, office_of
from page_world import PageWorld
from secretary import Secretary
from sqlalchemy import select

from api.cli import main
from mastery.audit import Act
from mastery.links import Programme
from models.audit import AuditEvent
from models.district import District
from models.installation import Installation
from models.links import ProgrammeEnrollment
from models.queries_access import programmes_of
from models.unit_of_work import district_transaction, shared_transaction


@pytest.fixture
def office(page_world: PageWorld) -> OfficeWorld:
    found = office_of(page_world)
    found.manage_case()
    return found


def on_file(office: OfficeWorld) -> list[ProgrammeEnrollment]:
    with district_transaction(office.world.engine, office.world.district_id) as session:
        return list(session.scalars(select(ProgrammeEnrollment).order_by(ProgrammeEnrollment.id)))


def holds(office: OfficeWorld) -> list[Programme]:
    """What the law of disclosures goes by."""
    with district_transaction(office.world.engine, office.world.district_id) as session:
        return programmes_of(session, office.world.district_id, office.world.student.id, NOW)


def test_a_case_manager_puts_a_program_on_file_and_ends_it(office: OfficeWorld) -> None:
    world = office.world
    one = Secretary(world.client("mentor"))
    one.client.get(f"/students/{world.student.id}")
    one._read()
    one.follow("Special programs")
    one.press("Put on file", 422, begins_on=TODAY)
    assert "Choose one." in one.page
    one.press("Put on file", 422, programme="idea", begins_on=TODAY, ends_on=TODAY - DAY)
    assert "The last day is before the first one." in one.page
    one.press("Put on file", programme="idea", begins_on=TODAY - 9 * DAY, ends_on="")
    one.press("Put on file", 422, programme="idea", begins_on=TODAY)
    assert "on file already for some of these days" in one.page
    assert holds(office) == [Programme.IDEA]
    one.press("Put on file", programme="english_learner", begins_on=TODAY + 9 * DAY)  # in error
    first, second = on_file(office)
    told = world.client("principal").get(office.page()).text
    assert "special education (IDEA)" in told
    assert "Put a program on file" not in told
    for who in ("registrar", "steward"):  # whose office keeps the student, but not this
        assert "(IDEA)" not in world.client(who).get(office.page()).text
    page = f"/students/{world.student.id}/programs"
    asked = {"programme": "section_504", "begins_on": TODAY}
    for client in (*map(world.client, ("teacher", "principal", "registrar", "guardian")), another_district(world)):
        client.get(page, 404)
        client.post(page, 404, **asked)
        client.post(f"{page}/{first.id}/end", 404)
    mate = world.people["classmate"].id
    one.client.post(f"/students/{mate}/programs", 404, **asked)
    one.client.post(f"/students/{mate}/programs/{first.id}/end", 404)
    for row in (first, second):
        one.client.post(f"{page}/{row.id}/end")
    one.client.post(f"{page}/{first.id}/end", 404)  # it is over
    assert [row.ends_on for row in on_file(office)] == [TODAY]
    with district_transaction(world.engine, world.district_id) as session:
        events = session.scalars(select(AuditEvent).where(AuditEvent.act == Act.PERSON_CHANGED)).all()
    assert [event.actor_id for event in events] == [office.mentor.id] * 4
    assert "idea" not in str([event.detail for event in events])  # a steward reads the record, and no programs


def test_the_command_does_it_for_who_has_them_from_another_system(
    office: OfficeWorld, installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    name_in_environment(installation, monkeypatch)
    with shared_transaction(office.world.engine) as session:
        slug = session.get_one(District, office.world.district_id).slug
    number = str(office.world.student.identifier)

    def run(*words: str) -> Result:
        return CliRunner().invoke(main, ["student", "programme", *words, "--district", slug])

    done = run("add", number, "idea", "--from", str(TODAY - DAY))
    assert done.exit_code == 0, done.output
    assert holds(office) == [Programme.IDEA]
    assert "is on file for some of these days" in run("add", number, "idea").stderr
    assert "is not one person" in run("add", "nobody", "idea").stderr
    teacher = str(office.world.people["teacher"].sourced_id)
    assert "is no student" in run("add", teacher, "idea").stderr
    done = run("end", number, "idea", "--last-day", str(TODAY))
    assert done.exit_code == 0, done.output
    assert [row.ends_on for row in on_file(office)] == [TODAY]
    assert "goes on after" in run("end", number, "idea", "--last-day", str(TODAY)).stderr
