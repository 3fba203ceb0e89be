"""A district that answers over HTTP: the application on the test database, one client with every scope."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest
from factories import Factory, new_district
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine

from api.app import create_app
from api.security.clients import SCOPES, NewClient, create_client
from api.security.limits import METER, Meter
from models.installation import Installation
from models.unit_of_work import district_transaction

NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)


class SteppingClock:
    """The present, which a test moves."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> SteppingClock:
    return SteppingClock()


@pytest.fixture(scope="session")
def kept_app(installation: Installation) -> Iterator[Flask]:
    """The application that a worker makes once: its routes, documents and connections take a tenth of a second."""
    made = create_app(installation, SteppingClock())
    yield made
    made.extensions["mastery"].dispose()


@pytest.fixture
def app(kept_app: Flask, clock: SteppingClock) -> Iterator[Flask]:
    """The application by the clock of one test; nothing that a test does to its parts stays."""
    extensions, config = dict(kept_app.extensions), dict(kept_app.config)
    kept_app.extensions["mastery"] = replace(extensions["mastery"], clock=clock, stopwatch=clock)
    kept_app.extensions[METER] = Meter(extensions[METER].limits)
    kept_app.testing = True
    yield kept_app
    kept_app.extensions.update(extensions)
    kept_app.config.update(config)


@pytest.fixture
def own_app(installation: Installation, clock: SteppingClock) -> Iterator[Flask]:
    """An application of one test's own, that has not answered yet and may be given routes."""
    made = create_app(installation, clock)
    yield made
    made.extensions["mastery"].dispose()


@dataclass
class Machine:
    """A client of a district, with its token."""

    http: FlaskClient
    district_id: int
    client: NewClient
    token: str
    headers: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.headers = {"Authorization": f"Bearer {self.token}"}

    def post(self, *results: dict[str, Any]) -> list[dict[str, Any]]:
        """Post results; the entries of the 200 answer."""
        answer = self.http.post("/api/v1/results", json={"results": list(results)}, headers=self.headers)
        assert answer.status_code == 200, answer.text
        assert answer.is_json
        entries: list[dict[str, Any]] = answer.json["results"]
        return entries

    def get(self, path: str, status: int = 200) -> Any:
        answer = self.http.get(f"/api/v1{path}", headers=self.headers)
        assert answer.status_code == status, answer.text
        return answer.json

    def put_assessment(self, name: str, **description: Any) -> dict[str, Any]:
        body = {"title": name, "purpose": "formative", "forms": [{"form": "A"}]} | description
        answer = self.http.put(f"/api/v1/assessments/{name}", json=body, headers=self.headers)
        assert answer.status_code in (200, 201), answer.text
        document: dict[str, Any] = answer.json
        return document


def token_of(http: FlaskClient, client: NewClient, scope: str | None = None) -> str:
    basic = base64.b64encode(f"{client.client_id}:{client.client_secret}".encode()).decode()
    form = {"grant_type": "client_credentials"} | ({"scope": scope} if scope else {})
    answer = http.post("/oauth/token", data=form, headers={"Authorization": f"Basic {basic}"})
    assert answer.status_code == 200, answer.text
    token: str = answer.json["access_token"]
    return token


@pytest.fixture
def machine(app: Flask, engine: Engine) -> Callable[..., Machine]:
    """Makes clients: `machine(district_id, "results.write", ...)`, with every scope by default."""
    return partial(machine_of, app, engine)


def machine_of(app: Flask, engine: Engine, district_id: int, *scopes: str, name: str = "LMS") -> Machine:
    """A new client of a district, with every scope by default."""
    with district_transaction(engine, district_id) as session:
        client = create_client(session, district_id, name, scopes or SCOPES, NOW)
        session.commit()
    http = app.test_client()
    return Machine(http, district_id, client, token_of(http, client))


@dataclass
class School:
    """A district with one section, two students, and two targets of which one is a prerequisite of the other."""

    district_id: int
    students: list[str]
    student_keys: list[int]
    targets: list[str]
    codes: list[str]
    teacher: int
    section: int


@pytest.fixture
def school(engine: Engine) -> School:
    district_id = new_district(engine)
    with district_transaction(engine, district_id) as session:
        make = Factory(session, district_id)
        section = make.section(make.school())
        teacher = make.teacher(section)
        make.role(teacher, "teacher", section.school_id)
        students = [make.student(section, "Ada", "Byron"), make.student(section, "Emmy", "Noether")]
        targets = [make.target("4.NF.A.1"), make.target("4.NF.A.2")]
        session.commit()
        return School(
            district_id,
            [str(student.identifier) for student in students],
            [student.id for student in students],
            [target.guid for target in targets],
            [str(target.code) for target in targets],
            teacher.id,
            section.id,
        )


def result(student: str, target: str, **changes: Any) -> dict[str, Any]:
    """A posted result of one item on one target."""
    score = changes.pop("score", 1)
    body = {
        "source_id": "attempt-1", "revision": 1, "student": student, "assessment": "quiz-17", "form": "A",
        "purpose": "formative", "evidence_type": "quiz", "scorer": "system",
        "performed_at": "2026-10-05T09:12:00-04:00", "scored_at": "2026-10-05T09:12:03-04:00",
        "independence": "independent", "feedback": "immediate",
        "targets": [
            {"target": target, "score": score, "max": 1, "level": None,
             "items": [{"item": "q1", "score": score, "max": 1, "try": 1, "hints": 0, "seconds": 31.5}]}
        ],
    }  # fmt: skip
    return body | changes
