"""A family asks for a correction, the school decides, a statement stays with the record."""

from __future__ import annotations

import json
from datetime import date

import pytest
from factories import NOW, Factory
from page_world import PASSWORD, PageWorld
from record_world import with_registrar
from sqlalchemy import select

from api.actions.accounts import create_account
from api.actions.complete_record import complete_record
from mastery.audit import Act
from models.amendment import Amendment
from models.audit import SYSTEM, AuditEvent
from models.roster import Person
from models.unit_of_work import district_transaction

ASKED = {"contested": "result", "found": "The quiz of Monday was not mine.", "wanted": "No result of that day."}


@pytest.fixture
def url(page_world: PageWorld) -> str:
    with_registrar(page_world)
    return f"/students/{page_world.student.id}/amendments"


def _key(world: PageWorld) -> int:
    with district_transaction(world.engine, world.district_id) as session:
        return session.scalars(select(Amendment.id)).one()


def test_from_a_request_to_a_statement(page_world: PageWorld, url: str) -> None:
    guardian, principal, registrar = (page_world.client(who) for who in ("guardian", "principal", "registrar"))
    guardian.post(url, **ASKED)
    key = _key(page_world)
    page = guardian.get(url)
    assert ASKED["found"] in page.text
    assert "The school looks at it" in page.text
    assert "The school decides by Thursday, November 19, 2026." in page.text
    assert "Ada Byron" in principal.get("/amendments").text
    step = f"{url}/{key}"
    principal.post(step, step="refuse", words="The log says that it was.")
    assert "No request waits" in principal.get("/amendments").text
    guardian.post(step, step="ask_hearing", words="We want to be heard.")
    assert "Waits for a hearing" in registrar.get("/amendments").text
    # who refused it does not decide about the hearing
    principal.post(step, step="hearing_refuses", words="No.")
    assert "this changed while you were reading" in principal.get(url).text
    registrar.post(step, step="hearing_refuses", words="Heard on Friday.")
    guardian.post(step, step="statement", words="We still say that it was a cousin.")
    for who in ("guardian", "teacher", "principal", "student"):
        client = page_world.client(who)
        assert "attached a statement" in client.get(f"/students/{page_world.student.id}").text
        assert ("it was a cousin" in client.get(url).text) is (who != "student")
    with district_transaction(page_world.engine, page_world.district_id) as session:
        acts = session.scalars(select(AuditEvent.act).where(AuditEvent.act != Act.VIEW).order_by(AuditEvent.id)).all()
        document = complete_record(session, page_world.district_id, page_world.student.id, SYSTEM, page_world.clock())
    wanted = [
        Act.AMENDMENT_ASKED, Act.AMENDMENT_DECIDED, Act.AMENDMENT_ASKED, Act.AMENDMENT_DECIDED, Act.STATEMENT_ATTACHED,
    ]  # fmt: skip
    assert [act for act in acts if act in wanted] == wanted
    assert "it was a cousin" in document["sections"]["amendment_step"][-1]["words"]


def test_what_is_missing_is_said_under_its_field(page_world: PageWorld, url: str) -> None:
    guardian = page_world.client("guardian")
    assert "Say what is wrong." in guardian.post(url, 422, **(ASKED | {"found": " "})).text
    judged = guardian.post(url, 422, **(ASKED | {"contested": "judgement"})).text
    assert "Ask the school how to appeal" in judged
    assert ASKED["found"] in judged
    guardian.post(url, 422, **(ASKED | {"contested": "everything"}))
    guardian.post(url, **ASKED)
    step = f"{url}/{_key(page_world)}"
    page_world.client("principal").post(step, step="grant", words="")
    page_world.client("principal").post(step, step="everything", words="x")
    assert "The school looks at it" in guardian.get(url).text


def test_only_the_family_asks_and_only_the_office_decides(page_world: PageWorld, url: str) -> None:
    for who in ("teacher", "principal", "student"):
        page_world.client(who).post(url, 404, **ASKED)
    for who in ("stranger", "colleague", "classmate"):
        page_world.client(who).get(url, 404)
        page_world.client(who).post(url, 404, **ASKED)
    page_world.client("guardian").post(url, **ASKED)
    step = f"{url}/{_key(page_world)}"
    page_world.client("teacher").post(step, 404, step="grant", words="x")
    page_world.client("guardian").post(step, step="grant", words="x")
    page_world.client("principal").post(f"{url}/999999999", 404, step="grant", words="x")
    assert "The school looks at it" in page_world.client("guardian").get(url).text
    for who in ("teacher", "guardian", "student", "leader"):
        page_world.client(who).get("/amendments", 404)
    assert "Corrections that wait" in page_world.client("registrar").get("/amendments").text


def test_who_asked_does_not_decide(page_world: PageWorld, url: str) -> None:
    principal = page_world.people["principal"]
    page_world.add(lambda make: make.guardianship(principal, page_world.student))
    page_world.client("principal").post(url, **ASKED)
    step = f"{url}/{_key(page_world)}"
    page_world.client("principal").post(step, step="grant", words="x")
    assert "The school looks at it" in page_world.client("guardian").get(url).text
    page_world.client("registrar").post(step, step="grant", words="It was not hers.")
    assert "The school looks at it" not in page_world.client("guardian").get(url).text


def test_one_guardian_reads_of_anothers_request_only_that_it_was_made_and_where_it_stands(
    page_world: PageWorld, url: str
) -> None:
    def father(make: Factory) -> None:
        page_world.people["father"] = make.guardian_of(page_world.student, given="Lord", family="Byronson")
        create_account(make.session, make.district_id, "father", PASSWORD, page_world.people["father"].id, NOW)

    page_world.add(father)
    page_world.client("guardian").post(url, **ASKED)
    key = _key(page_world)
    page_world.client("principal").post(f"{url}/{key}", step="refuse", words="Not by the log.")
    client = page_world.client("father")
    client.post(f"{url}/{key}", step="ask_hearing", words="Not mine to ask.")
    text = client.get(url).text
    assert "Another request of the family: Not corrected" in text
    guardian = page_world.people["guardian"]
    assert not [one for one in (*ASKED.values(), "Not by the log.", guardian.family_name) if f">{one}" in text]
    with district_transaction(page_world.engine, page_world.district_id) as session:
        for reader, whole in ((page_world.people["father"].id, False), (None, False), (guardian.id, True)):
            document = complete_record(
                session, page_world.district_id, page_world.student.id, SYSTEM, page_world.clock(), reader
            )
            assert (ASKED["found"] in json.dumps(document)) is whole
            assert ("Not by the log." in json.dumps(document)) is whole
        session.get_one(Person, (page_world.district_id, page_world.student.id)).birth_date = date(2000, 1, 1)
        session.commit()
    assert ASKED["found"] in page_world.client("student").get(url).text


def test_a_student_asks_from_eighteen_on(page_world: PageWorld, url: str) -> None:
    today = page_world.clock.at.date()
    for born, status in ((date(today.year - 18, today.month, today.day + 1), 404), (date(today.year - 18, 1, 1), 303)):
        with district_transaction(page_world.engine, page_world.district_id) as session:
            session.get_one(Person, (page_world.district_id, page_world.student.id)).birth_date = born
            session.commit()
        page_world.client("student").post(url, status, **ASKED)


def test_lists_take_as_many_statements_however_long(page_world: PageWorld, url: str) -> None:
    guardian, registrar = page_world.client("guardian"), page_world.client("registrar")
    guardian.post(url, **ASKED)
    few = guardian.statements(url), registrar.statements("/amendments")
    for _ in range(3):
        guardian.post(url, **ASKED)
    assert (guardian.statements(url), registrar.statements("/amendments")) == few
