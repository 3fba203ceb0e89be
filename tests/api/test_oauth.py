"""Getting a token by client credentials, and how long it opens what."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from conftest_api import NOW, Machine, School, SteppingClock, token_of
from factories import new_district
from flask import Flask
from sqlalchemy import Engine, text, update

from api.security import guards
from api.security.clients import SCOPES, TOKEN_SECONDS, NewClient, create_client
from models.access import AccessToken, Client
from models.unit_of_work import district_transaction


@pytest.fixture
def client(engine: Engine, school: School) -> NewClient:
    with district_transaction(engine, school.district_id) as session:
        made = create_client(session, school.district_id, "LMS", ["results.write", "results.read"], NOW)
        session.commit()
    return made


def ask(app: Flask, client_id: str, secret: str, **form: str) -> Any:
    basic = base64.b64encode(f"{client_id}:{secret}".encode()).decode()
    form = {"grant_type": "client_credentials"} | form
    return app.test_client().post("/oauth/token", data=form, headers={"Authorization": f"Basic {basic}"})


def call(app: Flask, token: str, path: str = "/results/none") -> int:
    return app.test_client().get(f"/api/v1{path}", headers={"Authorization": f"Bearer {token}"}).status_code


def test_a_client_gets_a_token_for_all_its_scopes(app: Flask, client: NewClient) -> None:
    answer = ask(app, client.client_id, client.client_secret)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    token = answer.json
    assert (token["token_type"], token["expires_in"]) == ("Bearer", TOKEN_SECONDS)
    assert sorted(token["scope"].split()) == ["results.read", "results.write"]
    assert call(app, token["access_token"]) == 404
    assert call(app, token["access_token"], "/students") == 403


def test_a_token_may_have_fewer_scopes(app: Flask, client: NewClient) -> None:
    token = ask(app, client.client_id, client.client_secret, scope="results.write").json
    assert token["scope"] == "results.write"
    assert call(app, token["access_token"]) == 403


def test_no_token_has_more_scopes_than_its_client(app: Flask, client: NewClient) -> None:
    for scope in ("students.read", "results.read students.read", "everything"):
        answer = ask(app, client.client_id, client.client_secret, scope=scope)
        assert (answer.status_code, answer.json["error"]) == (400, "invalid_scope")
        assert "access_token" not in answer.json


@pytest.mark.parametrize(
    ("client_id", "secret"),
    [("", ""), ("nobody", "secret"), ("1.nobody", "secret"), ("999999999.nobody", "secret"), ("\u0661.x", "y"),
     ("1", "x"), ("-1.x", "y"), ("1.a\x00b", "y"), ("1.a", "\ud7ff")],
)  # fmt: skip
def test_who_is_no_client_gets_none(app: Flask, school: School, client_id: str, secret: str) -> None:
    answer = ask(app, client_id, secret)
    assert (answer.status_code, answer.json["error"]) == (401, "invalid_client")


@pytest.mark.parametrize("shown", [b"\xf3:\xff", b"1.a:\xe9", b"\x00", b""])
def test_credentials_that_are_no_text_get_none(app: Flask, school: School, shown: bytes) -> None:
    headers = {"Authorization": f"Basic {base64.b64encode(shown).decode()}"}
    answer = app.test_client().post("/oauth/token", data={"grant_type": "client_credentials"}, headers=headers)
    assert (answer.status_code, answer.json["error"]) == (401, "invalid_client")
    assert "WWW-Authenticate" in answer.headers


def test_a_wrong_secret_gets_none(app: Flask, client: NewClient, engine: Engine, school: School) -> None:
    for secret in ("", client.client_secret[:-1], client.client_secret + "x", client.client_secret.lower()):
        answer = ask(app, client.client_id, secret)
        assert (answer.status_code, answer.json["error"]) == (401, "invalid_client")
    with district_transaction(engine, school.district_id) as session:
        assert session.query(AccessToken).count() == 0


def test_credentials_come_by_basic_alone(app: Flask, client: NewClient) -> None:
    form = {
        "grant_type": "client_credentials", "client_id": client.client_id, "client_secret": client.client_secret,
    }  # fmt: skip
    for answer in (
        app.test_client().post("/oauth/token", data=form),
        app.test_client().post("/oauth/token", query_string=form),
        app.test_client().post("/oauth/token", json=form),
    ):
        assert answer.status_code in (400, 401)
        assert "access_token" not in answer.text


@pytest.mark.parametrize("grant", ["password", "authorization_code", "refresh_token", ""])
def test_there_is_no_other_grant(app: Flask, client: NewClient, grant: str) -> None:
    answer = ask(app, client.client_id, client.client_secret, grant_type=grant)
    assert (answer.status_code, answer.json["error"]) == (400, "unsupported_grant_type")


def test_a_client_of_one_district_is_none_of_another(app: Flask, client: NewClient, engine: Engine) -> None:
    other = new_district(engine)
    moved = f"{other}.{client.client_id.partition('.')[2]}"
    assert ask(app, moved, client.client_secret).status_code == 401
    token = ask(app, client.client_id, client.client_secret).json["access_token"]
    assert call(app, f"{other}.{token.partition('.')[2]}") == 401


def test_a_token_ends(app: Flask, client: NewClient, clock: SteppingClock, monkeypatch: pytest.MonkeyPatch) -> None:
    token = ask(app, client.client_id, client.client_secret).json["access_token"]
    monkeypatch.setattr(guards, "_remembered", {})
    clock.now += timedelta(seconds=TOKEN_SECONDS - 1)
    assert call(app, token) == 404
    monkeypatch.setattr(guards, "_remembered", {})
    clock.now += timedelta(seconds=1)
    assert call(app, token) == 401


def test_a_token_does_not_end_with_a_day_that_a_demonstration_skips(
    app: Flask, client: NewClient, clock: SteppingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.extensions, "mastery", replace(app.extensions["mastery"], stopwatch=lambda: NOW))
    token = ask(app, client.client_id, client.client_secret).json["access_token"]
    monkeypatch.setattr(guards, "_remembered", {})
    clock.now += timedelta(days=1)
    assert call(app, token) == 404


def test_a_revoked_client_is_out_within_seconds(
    app: Flask, client: NewClient, engine: Engine, school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = ask(app, client.client_id, client.client_secret).json["access_token"]
    assert call(app, token) == 404
    with district_transaction(engine, school.district_id) as session:
        session.execute(update(Client).where(Client.client_id == client.client_id).values(revoked_at=NOW))
        session.commit()
    assert ask(app, client.client_id, client.client_secret).status_code == 401
    instant = guards.time.monotonic()
    monkeypatch.setattr(guards.time, "monotonic", lambda: instant + 10.1)
    assert call(app, token) == 401


def test_an_unknown_token_is_not_remembered_as_unknown(app: Flask, client: NewClient, engine: Engine) -> None:
    guessed = f"{client.client_id.partition('.')[0]}.guess"
    assert call(app, guessed) == 401
    assert guards.digest(guessed) not in guards._remembered


def test_expired_tokens_are_forgotten(
    app: Flask, client: NewClient, engine: Engine, school: School, clock: SteppingClock
) -> None:
    for _ in range(3):
        ask(app, client.client_id, client.client_secret)
    clock.now += timedelta(seconds=TOKEN_SECONDS)
    ask(app, client.client_id, client.client_secret)
    with district_transaction(engine, school.district_id) as session:
        assert session.query(AccessToken).count() == 1


def test_neither_secret_nor_token_is_stored(app: Flask, client: NewClient, engine: Engine, school: School) -> None:
    token = ask(app, client.client_id, client.client_secret).json["access_token"]
    with district_transaction(engine, school.district_id) as session:
        rows = [
            str(row)
            for table in ("client", "client_secret", "access_token")
            for row in session.execute(text(f"SELECT row_to_json(t)::text FROM {table} t"))
        ]
    assert len(rows) == 3
    for secret in (client.client_secret, token, token.partition(".")[2]):
        assert all(secret not in row for row in rows)


def test_a_client_is_made_for_scopes_that_exist(engine: Engine, school: School) -> None:
    with district_transaction(engine, school.district_id) as session:
        for wrong in ([], ["results"], ["results.write", "everything"]):
            with pytest.raises(ValueError, match=r"choose among results\.write"):
                create_client(session, school.district_id, "LMS", wrong, NOW)
        made = create_client(session, school.district_id, "LMS", list(SCOPES), NOW)
    assert len(made.client_secret) >= 43
    assert made.client_id.startswith(f"{school.district_id}.")


def test_a_token_works_with_the_scheme_in_any_case(machine: Callable[..., Machine], app: Flask, school: School) -> None:
    token = token_of(app.test_client(), machine(school.district_id).client)
    answer = app.test_client().get("/api/v1/students", headers={"Authorization": f"bearer {token}"})
    assert answer.status_code == 200
