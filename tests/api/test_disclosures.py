"""What was given outside of the service: entered by the office, read by the family, corrected and never changed."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from acts_on_record import recorded
from factories import NOW, Factory
from office_world import DAY, TODAY, OfficeWorld, another_district, office_of
from page_world import PageWorld
from secretary import secretary
from sqlalchemy import select, text
from sqlalchemy.exc import ProgrammingError

from api.actions.disclosures import enter_disclosure
from api.pages.blueprint import PAGE_SIZE
from mastery.access_matrix import DataClass
from mastery.audit import Act
from mastery.disclosures import Entry, Ground, Outcome
from mastery.roster import Origin
from models.links import Disclosure, ProgrammeEnrollment
from models.unit_of_work import district_transaction

GIVEN = Entry(
    Ground.SUBPOENA, Outcome.GIVEN, "Clerk Mason", "a custody case", frozenset({DataClass.LEVELS}), TODAY - 3 * DAY,
    "County Court", "docket 26-117", further="Both attorneys, for the hearing.",
)  # fmt: skip
SEALED = replace(GIVEN, ground=Ground.SEALED_SUBPOENA, recipient="Agent Cooper", interest="a secret inquiry")


@pytest.fixture
def office(page_world: PageWorld) -> OfficeWorld:
    return office_of(page_world)


def _rows(office: OfficeWorld) -> list[Disclosure]:
    with district_transaction(office.world.engine, office.world.district_id) as session:
        return list(session.scalars(select(Disclosure).order_by(Disclosure.id)))


def _record(office: OfficeWorld) -> str:
    """The complete record, as a file and as a page."""
    client, page = office.world.client("principal"), f"/students/{office.world.student.id}/record"
    answer = client.client.post(page, data={"csrf_token": client.token()})
    return json.dumps(answer.json) + client.post(f"{page}/print", 200).text


def test_an_office_enters_in_three_clicks_what_a_court_received_and_the_family_reads_it(office: OfficeWorld) -> None:
    world = office.world
    world.add(lambda make: make._add(ProgrammeEnrollment(
        district_id=make.district_id, student_id=world.student.id, programme="idea", begins_on=None, ends_on=None
    )))  # fmt: skip
    at = secretary(office, "registrar")
    at.client.get(office.page())
    at._read()
    at.clicks = 0
    at.follow("Given to others")
    at.follow("Enter what was given")
    typed = {
        "ground": "subpoena", "outcome": "given", "recipient": "Clerk Mason", "interest": "a custody case",
        "classes": ["D2", "D16"], "happened_on": "2026-10-02",
    }  # fmt: skip
    at.press("Put it in the log", 422, **typed)
    assert "say which order or written agreement" in at.page
    at.press("Put it in the log", **typed, document_reference="docket 26-117", organization="County Court")
    assert at.clicks == 4  # one of them refused
    assert "Clerk Mason (County Court) received: credits and levels and plan." in at.page
    (row,) = _rows(office)
    assert (row.required_by, row.entered_by) == (["300.614", "99.32"], world.people["registrar"].id)
    looked = world.client("guardian").get(f"/students/{world.student.id}/looked").text
    assert (
        "Friday, October 2, 2026 Clerk Mason (County Court) received: credits and levels and plan. "
        "On what ground: subpoena or court order. What for: a custody case"
    ) in looked
    ((actor, who, students, detail),) = recorded(world.engine, world.district_id, Act.DISCLOSURE_ENTERED)
    assert (actor, who, students) == ("person", world.people["registrar"].id, {world.student.id})
    assert detail == {"disclosure": row.id, "ground": "subpoena", "classes": ["D16", "D2"]}
    said = world.client("steward").get("/office/record?act=disclosure_entered").text
    assert "entered what was given to somebody outside" in said
    assert "subpoena or court order: credits and levels and plan" in said
    told = _record(office)
    assert "docket 26-117" in told


def test_what_a_family_reads_is_in_spanish(office: OfficeWorld) -> None:
    office.act(enter_disclosure, office.world.student.id, GIVEN)
    mother = office.world.client("guardian")
    mother.post("/language", language="es")
    looked = mother.get(f"/students/{office.world.student.id}/looked").text
    assert (
        "Clerk Mason (County Court) recibió: niveles y plan. Con qué fundamento: citación u orden judicial." in looked
    )
    assert "Quién puede recibirlo de ellos: Both attorneys, for the hearing." in looked


def test_the_threat_is_in_the_record_and_not_on_the_page_of_who_has_looked(office: OfficeWorld) -> None:
    threat = "Bruises, and a fear of going home."
    entry = replace(GIVEN, ground=Ground.EMERGENCY, threat=threat)
    office.act(enter_disclosure, office.world.student.id, entry)
    looked = office.world.client("guardian").get(f"/students/{office.world.student.id}/looked").text
    assert "On what ground: a health or safety emergency." in looked
    assert threat not in looked
    assert threat in _record(office)


def test_what_an_order_seals_is_told_to_no_family_anywhere(office: OfficeWorld) -> None:
    world, student = office.world, office.world.student.id
    key = office.act(enter_disclosure, student, SEALED, who="registrar")
    principal = world.client("principal")
    staff = principal.get(f"/students/{student}/looked").text
    assert "Agent Cooper" in staff
    assert "The family is not told of this." in staff
    for who in ("guardian", "student"):
        assert "Agent Cooper" not in world.client(who).get(f"/students/{student}/looked").text
    for form in ("", "/new", f"/{key}"):
        principal.get(f"{office.page()}/disclosures{form}")
    told = _record(office)
    assert "Agent Cooper" not in told
    assert "pages.looked_at" in told  # what staff opened is told, but for these forms
    assert not [form for form in ("pages.disclosures", "add_disclosure", "correct_disclosure") if form in told]
    assert Act.DISCLOSURE_ENTERED not in told
    ((_actor, _who, students, detail),) = recorded(world.engine, world.district_id, Act.DISCLOSURE_ENTERED)
    assert (students, detail) == (set(), {"disclosure": key})
    # who is of the office and of the family is told as a family
    world.add(lambda make: make.guardianship(world.people["principal"], world.student, origin=Origin.ATTESTED))
    for page in (f"/students/{student}/looked", f"{office.page()}/disclosures"):
        assert "Agent Cooper" not in principal.get(page).text


def test_an_error_is_corrected_by_a_further_entry_and_both_stay(office: OfficeWorld) -> None:
    world, student = office.world, office.world.student.id
    first = office.act(enter_disclosure, student, GIVEN)
    page = f"{office.page()}/disclosures"
    at = secretary(office)
    at.client.get(page)
    at._read()
    at.follow("Correct this entry")
    at.press("Put it in the log", 422, classes=["D2"], outcome="given", ground="subpoena")
    assert "Say what was wrong." in at.page
    at.press(
        "Put it in the log", classes=["D2", "D3"], outcome="given", ground="subpoena", why="The answers went along."
    )
    before, after = _rows(office)
    assert (before.id, before.classes, before.corrects_id) == (first, ["D2"], None)
    assert (after.corrects_id, after.classes, after.recipient) == (first, ["D2", "D3"], "Clerk Mason")
    looked = world.client("guardian").get(f"/students/{student}/looked").text
    assert "A later entry corrects this one." in looked
    assert "It corrects an earlier entry: The answers went along." in looked
    world.client("principal").get(f"{page}/{first}", 404)  # the newest is what can be corrected
    with district_transaction(world.engine, world.district_id) as session, pytest.raises(ProgrammingError):
        session.execute(text("UPDATE disclosure SET recipient = 'Nobody'"))


def test_an_entry_that_turns_out_to_be_sealed_takes_what_it_corrects_along_until_the_order_is_lifted(
    office: OfficeWorld,
) -> None:
    student = office.world.student.id
    first = office.act(enter_disclosure, student, GIVEN)
    second = office.act(enter_disclosure, student, replace(SEALED, why="The order forbids telling."), corrects=first)
    mother, page = office.world.client("guardian"), f"/students/{student}/looked"
    assert "Nobody has looked yet." in mother.get(page).text
    told = _record(office)
    assert not [word for word in ("Clerk Mason", "Agent Cooper", Act.DISCLOSURE_ENTERED) if word in told]
    own = office.world.client("principal").get(f"{office.page()}/disclosures").text
    assert own.count("The family is not told of this.") == 2  # of neither
    lifted = replace(GIVEN, recipient="Court Lifted", why="The order is lifted.")
    office.act(enter_disclosure, student, lifted, corrects=second)
    text_of = mother.get(page).text
    assert "Court Lifted" in text_of
    assert "Agent Cooper" not in text_of


def test_a_registrar_reads_back_what_they_entered_and_no_more_of_the_log(office: OfficeWorld) -> None:
    world, student = office.world, office.world.student.id
    other = office.act(enter_disclosure, student, GIVEN)
    own = office.act(enter_disclosure, student, replace(GIVEN, recipient="Own Clerk"), who="registrar")
    registrar, page = world.client("registrar"), f"{office.page()}/disclosures"
    listed = registrar.get(page).text
    assert "Own Clerk" in listed
    assert "Clerk Mason" not in listed
    registrar.get(f"{page}/{own}")
    registrar.get(f"{page}/{other}", 404)
    registrar.get(f"/students/{student}/looked", 404)


@pytest.mark.parametrize("who", ["guardian", "student", "teacher", "colleague", "mentor", "leader", "classmate"])
def test_nobody_else_enters_or_reads_back(office: OfficeWorld, who: str) -> None:
    key = office.act(enter_disclosure, office.world.student.id, GIVEN)
    client, page = office.world.client(who), f"{office.page()}/disclosures"
    for address in (page, f"{page}/new", f"{page}/{key}"):
        client.get(address, 404)
    client.post(f"{page}/new", 404, recipient="Nobody")
    assert len(_rows(office)) == 1


def test_no_other_district_and_no_other_student_is_behind_an_address(office: OfficeWorld) -> None:
    key = office.act(enter_disclosure, office.world.student.id, GIVEN)
    another_district(office.world).get(f"{office.page()}/disclosures/{key}", 404)
    classmate = f"{office.page('classmate')}/disclosures"
    office.world.client("principal").get(f"{classmate}/{key}", 404)
    assert "Nothing is entered." in office.world.client("principal").get(classmate).text


def test_the_list_pages_and_takes_as_many_statements_however_long(office: OfficeWorld) -> None:
    student, page = office.world.student.id, f"{office.page()}/disclosures"
    principal = office.world.client("principal")
    office.act(enter_disclosure, student, GIVEN)
    few = principal.statements(page), principal.statements(f"/students/{student}/looked")

    def more(make: Factory) -> None:
        for number in range(PAGE_SIZE):
            make._add(
                Disclosure(
                    district_id=make.district_id, student_id=student, recipient=f"Clerk {number}", classes=["D2"],
                    basis=Ground.AUDIT, purpose="audit", required_by=[], at=NOW, happened_on=TODAY,
                    entered_by=office.world.people["registrar"].id,
                )
            )  # fmt: skip

    office.world.add(more)
    assert (principal.statements(page), principal.statements(f"/students/{student}/looked")) == few
    assert "Clerk Mason" not in principal.get(page).text  # the first entered is the last told
    assert "Clerk Mason" in principal.get(f"{page}?page=2").text
    principal.get(f"{page}?page=3", 404)
