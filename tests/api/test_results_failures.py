"""When the service itself fails, the sender is told so in the same shape, told nothing else, and may send again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from api_rows import counted
from conftest_api import Machine, School, result
from flask import Flask
from sqlalchemy import Engine

from api.actions import ingest, progress
from models.unit_of_work import connect

NOBODY_LISTENS = "postgresql+psycopg://mastery_app:secret-word@127.0.0.1:1/none"


@pytest.fixture
def lms(machine: Callable[..., Machine], school: School) -> Machine:
    made = machine(school.district_id)
    made.put_assessment("quiz-17")
    return made


@pytest.fixture
def without_database(app: Flask, lms: Machine) -> Iterator[Machine]:
    """The same service after its database went away."""
    services = app.extensions["mastery"]
    lms.get("/students")
    gone = connect(NOBODY_LISTENS)
    app.extensions["mastery"] = replace(services, engine=gone, intake=replace(services.intake, engine=gone))
    yield lms
    app.extensions["mastery"] = services
    gone.dispose()


@pytest.mark.parametrize("path", ["/api/v1/results", "/api/v1/students", "/api/v1/status", "/healthz", "/oauth/token"])
def test_without_its_database_the_service_asks_to_come_again(
    without_database: Machine, school: School, path: str
) -> None:
    body: dict[str, Any] = {"headers": without_database.headers}
    if path == "/oauth/token":
        client = without_database.client
        body = {"data": {"grant_type": "client_credentials"}, "auth": (client.client_id, client.client_secret)}
    elif path == "/api/v1/results":
        body["json"] = {"results": [result(school.students[0], "4.NF.A.1")]}
    method = "POST" if path in ("/api/v1/results", "/oauth/token") else "GET"
    answer = without_database.http.open(path, method=method, **body)
    assert (answer.status_code, answer.content_type) == (503, "application/problem+json")
    assert int(answer.headers["Retry-After"]) > 0
    assert "secret-word" not in answer.text
    assert "127.0.0.1" not in answer.text


@pytest.mark.parametrize("step", ["judge", "save", "announce"])
def test_a_fault_half_way_stores_nothing_and_tells_nothing(
    app: Flask, lms: Machine, school: School, engine: Engine, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """Whatever breaks after the evidence was written takes it along, and the same post comes in later."""
    before = counted(engine, school.district_id)
    body = {"results": [result(school.students[0], "4.NF.A.1")]}

    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("a secret of the house")

    with monkeypatch.context() as patched:
        patched.setattr(ingest if step == "announce" else progress, step, broken)
        app.testing = False
        answer = lms.http.post("/api/v1/results", json=body, headers=lms.headers)
        app.testing = True
    assert (answer.status_code, answer.content_type) == (500, "application/problem+json")
    assert "secret" not in answer.text
    after = counted(engine, school.district_id)
    assert after == before
    (taken,) = lms.post(*body["results"])
    assert taken["status"] == "accepted"
