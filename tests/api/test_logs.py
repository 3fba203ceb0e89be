"""No log at any level, of ours or of a library, tells a secret or what is known of a child."""

from __future__ import annotations

import io
import logging
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from conftest_api import NOW, School, token_of
from factories import Factory
from flask import Flask
from page_client import PageClient
from page_world import CHEAP_HASHER
from sqlalchemy import Engine, text

from api.actions import accounts
from api.app import create_app
from api.security import guards, redaction
from api.security.clients import SCOPES, create_client
from api.security.guards import public
from api.security.redaction import HIDDEN, Redactor, secrets_of
from models.installation import External, Installation
from models.unit_of_work import district_transaction

PASSWORD = "canary-Password-42"
NAME = "Canariella"


@dataclass
class Heard:
    """Everything that was logged."""

    stream: io.StringIO
    app: Flask


@pytest.fixture
def heard(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> Iterator[Heard]:
    """An application whose every logger, the database's included, tells all it can."""
    monkeypatch.setattr(accounts, "HASHER", CHEAP_HASHER)
    monkeypatch.setattr(guards, "_remembered", {})
    factory, hook = logging.getLogRecordFactory(), sys.excepthook
    redaction.install(installation)
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    loggers = [logging.getLogger(name) for name in ("", "sqlalchemy.engine", "sqlalchemy.pool", "api", "psycopg")]
    levels = [one.level for one in loggers]
    for one in loggers:
        one.setLevel(logging.DEBUG)
    loggers[0].addHandler(handler)
    app = create_app(installation, lambda: NOW)
    app.logger.setLevel(logging.DEBUG)
    yield Heard(stream, app)
    app.extensions["mastery"].dispose()
    loggers[0].removeHandler(handler)
    for one, level in zip(loggers, levels, strict=True):
        one.setLevel(level)
    logging.setLogRecordFactory(factory)
    sys.excepthook = hook


def test_no_canary_reaches_a_log(heard: Heard, school: School, engine: Engine, installation: Installation) -> None:
    app = heard.app

    @app.get("/breaks")
    @public("of the test")
    def breaks() -> str:
        child, key = NAME, installation.secret_key
        with district_transaction(engine, school.district_id) as session:
            app.logger.warning("about %s with Authorization: Bearer %s and %s", "somebody", token, key)
            session.execute(text("INSERT INTO framework (district_id) VALUES (:name)"), {"name": child})
        return key

    with district_transaction(engine, school.district_id) as session:
        person = Factory(session, school.district_id).person(NAME, NAME)
        client = create_client(session, school.district_id, "LMS", SCOPES, NOW)
        accounts.create_account(session, school.district_id, "canary.name", PASSWORD, person.id, NOW)
        session.commit()
    http = app.test_client()
    token = token_of(http, client)
    headers = {"Authorization": f"Bearer {token}"}
    assert http.get(f"/api/v1/students?limit=5&token={token}", headers=headers).status_code == 422
    page = PageClient(app.test_client())
    page.sign_in("canary.name", PASSWORD)
    page.get("/students")
    PageClient(app.test_client()).sign_in("canary.name", "wrong-" + PASSWORD, 422)
    cookie = page.client.get_cookie("mastery_session")
    assert cookie is not None
    app.config["PROPAGATE_EXCEPTIONS"] = False
    assert app.test_client().get(f"/breaks?secret={client.client_secret}").status_code == 500
    log = heard.stream.getvalue()
    assert "INSERT INTO access_token" in log, "statements are heard"
    assert "Traceback" in log
    assert "about somebody" in log
    canaries = {
        client.client_secret, token, token.partition(".")[2], PASSWORD, NAME, cookie.value, installation.secret_key,
    }  # fmt: skip
    for canary in canaries | secrets_of(installation):
        assert canary not in log


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("Authorization: Bearer 12.abcDEF", f"Authorization: Bearer {HIDDEN}"),
        ("authorization: basic YTpi", f"authorization: basic {HIDDEN}"),
        ("GET /sign-in/google/back?code=1&state=2 HTTP/1.1", f"GET /sign-in/google/back?{HIDDEN} HTTP/1.1"),
        ("grant_type=password&client_secret=abc&x=1", f"grant_type=password&client_secret={HIDDEN}&x=1"),
        ("postgresql://app:pass%20word@db/mastery", f"postgresql://app:{HIDDEN}@db/mastery"),
        ("Cookie: mastery_session=abc.def; a=b", f"Cookie: mastery_session={HIDDEN}; a=b"),
        ("hash $argon2id$v=19$m=8$c2FsdA$aGFzaA", f"hash {HIDDEN}"),
        ("kept 7.q1W2e3R4t5Z6u7I8o9P0a1S2d3F4g5H6j7K8l9Y0x1C", f"kept 7.{HIDDEN}"),
        ("ERROR: twice\nDETAIL:  Key (name)=(Ada) already exists.", f"ERROR: twice\nDETAIL: {HIDDEN}"),
        ('invalid input syntax for type bigint: "Ada Byron"', f"invalid input syntax for type bigint: {HIDDEN}"),
        ("ended with -9; starting it again in 0.5 s", "ended with -9; starting it again in 0.5 s"),
        ("def test_the_former_secret_works_on_beside_the_new_one_and_then_ends", None),
        ("GET /api/v1/students/S-1001/targets 200", None),
        ("the key-of-the-installation is", f"the {HIDDEN} is"),
    ],
)
def test_what_looks_like_a_secret_is_hidden_and_the_rest_is_not(said: str, told: str | None) -> None:
    assert Redactor(["key-of-the-installation", "short"]).clean(said) == (told or said)


def test_a_record_that_cannot_be_formatted_shows_no_argument(heard: Heard) -> None:
    logging.getLogger("api").warning("%d of it", PASSWORD)
    assert "%d of it (could not be formatted: TypeError)" in heard.stream.getvalue()


def test_what_nobody_caught_is_told_cleanly(heard: Heard, capsys: pytest.CaptureFixture[str]) -> None:
    try:
        raise ValueError(f"password={PASSWORD}")
    except ValueError as error:
        sys.excepthook(ValueError, error, error.__traceback__)
    told = capsys.readouterr().err
    assert f"ValueError: password={HIDDEN}" in told
    assert PASSWORD not in told


def test_an_external_databases_passwords_are_secrets() -> None:
    urls = External("postgresql://a:word%2Fone-long@h/d", "postgresql://o:word-two-long@h/d")
    assert {"word%2Fone-long", "word-two-long", "k" * 40} <= secrets_of(Installation(None, "k" * 40, urls))
