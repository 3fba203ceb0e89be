"""Machine clients as an administrator keeps them: secrets that take over from each other, use, and the end."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from click.testing import CliRunner
from command_line import name_in_environment
from conftest_api import NOW, Machine, School, SteppingClock, token_of
from flask import Flask
from sqlalchemy import Engine, select, update
from statements import statements_said

from api.actions import clients
from api.actions.clients import ClientError, Rotated, ShownClient
from api.actions.desk import Desk
from api.cli import main
from api.security import guards
from api.security.clients import NewClient
from mastery.credentials import OVERLAP
from models.access import AccessToken, Client, ClientSecret
from models.audit import AuditEvent
from models.installation import Installation
from models.unit_of_work import district_transaction


@pytest.fixture
def lms(machine: Callable[..., Machine], school: School, monkeypatch: pytest.MonkeyPatch) -> Machine:
    monkeypatch.setattr(guards, "_remembered", {})
    return machine(school.district_id, "students.read")


def _kept(engine: Engine, district_id: int, act: Callable[..., Any], *arguments: Any) -> Any:
    with district_transaction(engine, district_id) as session:
        done = act(session, Desk(district_id), *arguments)
        session.commit()
    return done


def rotate_client(engine: Engine, district_id: int, *arguments: Any) -> Rotated:
    return _kept(engine, district_id, clients.rotate_client, *arguments)


def revoke_client(engine: Engine, district_id: int, *arguments: Any) -> str:
    return _kept(engine, district_id, clients.revoke_client, *arguments)


def show_clients(engine: Engine, district_id: int, now: datetime) -> list[ShownClient]:
    with district_transaction(engine, district_id) as session:
        found, total = clients.show_clients(session, district_id, now)
    assert len(found) == total
    return found


def opens(app: Flask, client_id: str, secret: str) -> bool:
    client = NewClient(client_id, secret, "LMS", ())
    try:
        token_of(app.test_client(), client)
    except AssertionError:
        return False
    return True


def test_the_former_secret_works_on_beside_the_new_one_and_then_ends(
    app: Flask, lms: Machine, engine: Engine, clock: SteppingClock
) -> None:
    client = lms.client
    done = rotate_client(engine, lms.district_id, "LMS", OVERLAP, NOW)
    assert done.client_id == client.client_id
    assert done.former_works_until == NOW + OVERLAP
    assert opens(app, client.client_id, client.client_secret)
    assert opens(app, client.client_id, done.client_secret)
    clock.now = NOW + OVERLAP
    assert not opens(app, client.client_id, client.client_secret)
    assert opens(app, client.client_id, done.client_secret)


def test_a_third_secret_ends_the_first(app: Flask, lms: Machine, engine: Engine) -> None:
    second = rotate_client(engine, lms.district_id, lms.client.client_id, OVERLAP, NOW)
    third = rotate_client(engine, lms.district_id, "LMS", OVERLAP, NOW)
    works = [opens(app, lms.client.client_id, one) for one in (
        lms.client.client_secret, second.client_secret, third.client_secret
    )]  # fmt: skip
    assert works == [False, True, True]
    (shown,) = show_clients(engine, lms.district_id, NOW)
    assert len(shown.secrets) == 2


def test_without_an_overlap_the_former_secret_and_what_it_opened_end_at_once(
    app: Flask, lms: Machine, engine: Engine
) -> None:
    lms.get("/students")
    rotate_client(engine, lms.district_id, "LMS", timedelta(), NOW)
    guards._remembered.clear()
    assert not opens(app, lms.client.client_id, lms.client.client_secret)
    lms.get("/students", 401)


def test_a_revoked_client_is_out_with_its_tokens_and_says_so(app: Flask, lms: Machine, engine: Engine) -> None:
    lms.get("/students")
    assert revoke_client(engine, lms.district_id, "LMS", NOW) == lms.client.client_id
    with district_transaction(engine, lms.district_id) as session:
        assert session.scalars(select(AccessToken)).all() == []
        assert all(row.ended_at == NOW for row in session.scalars(select(ClientSecret)))
    guards._remembered.clear()
    lms.get("/students", 401)
    assert not opens(app, lms.client.client_id, lms.client.client_secret)
    for act in (
        lambda: revoke_client(engine, lms.district_id, "LMS", NOW),
        lambda: rotate_client(engine, lms.district_id, "LMS", OVERLAP, NOW),
    ):
        with pytest.raises(ClientError, match="was revoked"):
            act()


def test_a_token_never_may_more_than_its_client_has_now(lms: Machine, engine: Engine) -> None:
    lms.get("/students")
    with district_transaction(engine, lms.district_id) as session:
        session.execute(update(Client).values(scopes=["flags.read"]))
        session.commit()
    guards._remembered.clear()
    lms.get("/students", 403)
    lms.get("/flags", 403)


def test_use_is_noted_once_an_hour_and_costs_a_remembered_token_nothing(
    lms: Machine, engine: Engine, clock: SteppingClock
) -> None:
    lms.get("/students")
    (shown,) = show_clients(engine, lms.district_id, NOW)
    assert shown.last_used_at == shown.secrets[0].last_used_at == NOW
    clock.now += timedelta(minutes=59)
    guards._remembered.clear()
    lms.get("/students")
    assert show_clients(engine, lms.district_id, NOW)[0].last_used_at == NOW
    with statements_said() as said:
        lms.get("/students")
    assert not any("access_token" in one or "UPDATE" in one for one in said)
    with district_transaction(engine, lms.district_id) as session:
        session.execute(update(Client).values(last_used_at=NOW - timedelta(hours=1)))
        session.commit()
    guards._remembered.clear()
    lms.get("/students")
    assert show_clients(engine, lms.district_id, NOW)[0].last_used_at == clock.now


def test_the_commands_make_show_rotate_and_revoke_on_record(
    installation: Installation, engine: Engine, school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    name_in_environment(installation, monkeypatch)

    def say(*words: str, code: int = 0) -> str:
        done = CliRunner().invoke(main, ["client", *words])
        assert done.exit_code == code, done.output
        return done.output

    def told(*words: str) -> Any:
        return json.loads(say(*words, "--json"))

    assert "There are no clients" in say("list")
    made = told("create", "LMS", "--scope", "results.write")
    first = told("rotate", "LMS")
    assert first["former_works_until"] is not None
    with district_transaction(engine, school.district_id) as session:
        session.execute(update(ClientSecret).values(made_at=NOW - timedelta(days=400)))
        session.commit()
    listed = say("list")
    assert made["client_id"] in listed
    assert "last used never" in listed
    assert "works until" in listed
    assert "old: mastery client rotate" in listed
    assert "tokens have ended" in say("rotate", "LMS", "--overlap", "0")
    assert "is out" in say("revoke", made["client_id"])
    assert "revoked 20" in say("list")
    assert "There is no client 'SIS'" in say("rotate", "SIS", code=1)
    assert told("list")[0]["secrets"] == []
    with district_transaction(engine, school.district_id) as session:
        events = session.scalars(select(AuditEvent).order_by(AuditEvent.id)).all()
    assert [one.act for one in events] == ["client_made", "client_rotated", "client_rotated", "client_revoked"]
    assert all(one.detail["client"] == made["client_id"] for one in events)
    for secret in (made["client_secret"], first["client_secret"]):
        assert not any(secret in json.dumps(one.detail) for one in events)
        assert secret not in listed
