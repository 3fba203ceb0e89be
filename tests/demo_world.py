"""The demonstration, loaded once for all tests that only look at it, and what they look with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from conftest_api import token_of
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, func, select

from api.app import create_app
from api.demonstration.characters import Character
from api.demonstration.credentials import client_secret
from api.demonstration.loader import SLUG, Loaded, load
from api.demonstration.people import Student, character
from api.demonstration.world import OPENS_AT
from api.security.clients import NewClient
from models.base import Base
from models.clock import DemonstrationClock
from models.district import District
from models.embedded import locks
from models.installation import Installation
from models.migrate import upgrade
from models.roles import ensure_database
from models.unit_of_work import connect, district_transaction, shared_transaction


def own_database(installation: Installation, name: str, data_dir: Path) -> Installation:
    """An installation of its own on the tests' server, migrated and empty; its clock is in `data_dir`."""
    own = replace(installation.for_database(name), data_dir=data_dir)
    ensure_database(own)
    owner = connect(own.owner_dsn, pool_size=1)
    upgrade(owner)
    owner.dispose()
    return own


@dataclass
class Shown:
    """The loaded demonstration at the moment at which its clock begins."""

    installation: Installation
    loaded: Loaded
    app: Flask
    engine: Engine
    district_id: int
    http: FlaskClient = field(init=False)
    headers: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.http = self.app.test_client(use_cookies=False)
        secret = client_secret(self.installation.secret_key)
        token = token_of(self.http, NewClient(self.loaded.client_id, secret, "LMS", ()))
        self.headers = {"Authorization": f"Bearer {token}"}

    def get(self, path: str) -> Any:
        """What the API answers."""
        answer = self.http.get(f"/api/v1{path}", headers=self.headers)
        assert answer.status_code == 200, answer.text
        return answer.json

    def live(self, who: Character | Student | None = None) -> list[dict[str, Any]]:
        """The live flags of a student, or of all, as the API tells them."""
        found: list[dict[str, Any]] = []
        path = "/flags?state=live&limit=100" + (f"&student={sis_id(who)}" if who is not None else "")
        while path:
            page = self.get(path)
            found += page["flags"]
            path = (page["next_url"] or "").removeprefix("/api/v1")
        return found

    def rules(self, who: Character | Student) -> Counter[tuple[str, str | None]]:
        """(rule, target's code or the assessment) of a student's live flags."""
        return Counter(
            (one["rule"], one["target"]["code"] if one["target"] else one["assessment"]) for one in self.live(who)
        )

    def standing(self, who: Character | Student, code: str) -> dict[str, Any] | None:
        """Where a student stands on a target; None without any standing."""
        found = self.get(f"/students/{sis_id(who)}/targets?limit=100")["targets"]
        return next((one for one in found if one["code"] == code), None)

    def why(self, who: Character | Student, code: str) -> dict[str, Any]:
        """The explanation of a student's standing."""
        found: dict[str, Any] = self.get(f"/students/{sis_id(who)}/targets/{code}/explanation?limit=50")
        return found


def sis_id(who: Character | Student) -> str:
    """The SIS id of somebody in the story."""
    return who.sourced_id if isinstance(who, Student) else character(who).sourced_id


@pytest.fixture(scope="session")
def shown(installation: Installation, shared_data_dir: Path) -> Iterator[Shown]:
    """The demonstration, loaded by the first worker that asks for it; nobody may change it."""
    data_dir = shared_data_dir / "demonstration"
    with locks.exclusive(shared_data_dir / "demonstration.lock"):
        data_dir.mkdir(exist_ok=True)
        own = own_database(installation, "test_demonstration", data_dir)
        loaded = load(own, fixed_passwords=True)
    app, engine = create_app(own, at_the_opening), connect(own.app_dsn)
    with shared_transaction(engine) as session:
        district_id = session.scalars(select(District.id).where(District.slug == SLUG)).one()
    assert DemonstrationClock(data_dir)() == OPENS_AT
    yield Shown(own, loaded, app, engine, district_id)
    app.extensions["mastery"].dispose()
    engine.dispose()


def counted_rows(engine: Engine, district_id: int) -> dict[str, int]:
    """How many rows of the district each table has."""
    with district_transaction(engine, district_id) as session:
        return {
            table.name: session.scalar(
                select(func.count()).select_from(table).where(table.c.district_id == district_id)
            )
            or 0
            for table in Base.metadata.sorted_tables
            if "district_id" in table.c
        }


def at_the_opening() -> datetime:
    """The moment at which a stranger comes."""
    return OPENS_AT
