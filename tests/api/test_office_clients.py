"""Programs as the steward of a district connects them by clicks, gives them new secrets, and takes them away."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from conftest_api import token_of
from office_world import OfficeWorld, another_district, office_of
from page_world import PageWorld
from secretary import Secretary, secretary
from sqlalchemy import select, text

from api.pages.office_clients import SCOPES
from api.security import clients
from api.security.clients import NewClient
from mastery.audit import Act
from mastery.credentials import OLD_AFTER
from models.access import Client
from models.audit import AuditEvent
from models.unit_of_work import district_transaction


@pytest.fixture
def office(page_world: PageWorld) -> OfficeWorld:
    return office_of(page_world)


def connected(office: OfficeWorld, name: str = "Canvas", scope: str = "results.write") -> tuple[Secretary, NewClient]:
    """The steward at the list after connecting a program, whose secret the page showed this once."""
    one = secretary(office, "steward")
    one.follow("Connected programs")
    one.press("Connect", 200, name=name, scopes=scope)
    assert one.clicks == 2
    made = shown(one, name)
    one.follow("Connected programs")
    return one, made


def shown(one: Secretary, name: str) -> NewClient:
    """What the page of a secret shows."""
    client_id, secret = re.findall(r'<code class="key-text">([^<]+)</code>', one.page)
    return NewClient(client_id, secret, name, ())


def opens(office: OfficeWorld, client: NewClient) -> bool:
    try:
        token_of(office.world.app.test_client(), client)
    except AssertionError:
        return False
    return True


def test_a_program_is_connected_gets_a_new_secret_and_is_taken_away(office: OfficeWorld) -> None:
    one, made = connected(office)
    assert opens(office, made)
    assert made.client_secret not in one.page
    assert "sends results" in one.page
    one.press("New secret", 200)
    again = shown(one, "Canvas")
    assert again.client_id == made.client_id
    assert again.client_secret != made.client_secret
    assert "works on for 14 days" in one.page
    assert opens(office, made)
    assert opens(office, again)
    one.follow("Connected programs")
    assert one.page.count("Secret of ") == 2
    one.press("Disconnect")
    assert "Disconnected. What it sent stays." in one.page
    assert not opens(office, made)
    assert not opens(office, again)
    for act in ("secret", "end"):
        one.client.post(f"/office/clients/{made.client_id}/{act}", 404)
    with district_transaction(office.world.engine, office.world.district_id) as session:
        told = session.execute(
            select(AuditEvent.act, AuditEvent.actor_id)
            .where(AuditEvent.act.in_([Act.CLIENT_MADE, Act.CLIENT_ROTATED, Act.CLIENT_REVOKED]))
            .order_by(AuditEvent.id)
        ).all()
    steward = office.world.people["steward"].id
    assert [tuple(row) for row in told] == [
        (act, steward) for act in (Act.CLIENT_MADE, Act.CLIENT_ROTATED, Act.CLIENT_REVOKED)
    ]


def test_a_form_says_what_is_missing_and_a_name_is_given_once(office: OfficeWorld) -> None:
    one, _made = connected(office)
    one.press("Connect", 422, name=" ")
    for words in ("Nothing is saved yet", "Give the name.", "Choose at least one."):
        assert words in one.page
    one.press("Connect", 422, name="Canvas", scopes="flags.read")
    assert "There is a program of this name already." in one.page
    one.client.post("/office/clients", 422, name="Other", scopes="everything")
    with district_transaction(office.world.engine, office.world.district_id) as session:
        (kept,) = session.scalars(select(Client).where(Client.district_id == office.world.district_id))
    assert (kept.name, kept.scopes) == ("Canvas", ["results.write"])


def test_pressed_twice_the_secret_in_use_goes_on(office: OfficeWorld) -> None:
    one, made = connected(office)
    one.press("New secret", 200)
    again = shown(one, "Canvas")
    one.follow("Connected programs")
    one.press("New secret")
    assert "The former secret still works, until " in one.page
    assert opens(office, made)
    assert opens(office, again)


def test_an_old_secret_asks_for_a_new_one(office: OfficeWorld) -> None:
    one, _made = connected(office)
    assert "It is old" not in one.page
    with district_transaction(office.world.engine, office.world.district_id) as session:
        old = OLD_AFTER + timedelta(hours=1)
        session.execute(text("UPDATE client_secret SET made_at = made_at - CAST(:old AS interval)"), {"old": old})
        session.commit()
    assert "It is old" in one.client.get("/office/clients").text


@pytest.mark.parametrize("who", ["principal", "registrar", "leader", "teacher", "guardian", "student", "stranger"])
def test_programs_are_the_stewards_alone(office: OfficeWorld, who: str) -> None:
    _one, made = connected(office)
    client = office.world.client(who)
    client.get("/office/clients", 404)
    client.post("/office/clients", 404, name="Mine", scopes="students.read")
    for act in ("secret", "end"):
        client.post(f"/office/clients/{made.client_id}/{act}", 404)
    another_district(office.world).post(f"/office/clients/{made.client_id}/end", 404)
    assert opens(office, made)


def test_every_scope_has_its_words() -> None:
    assert set(SCOPES) == set(clients.SCOPES)
