"""The key that signs: what a former one signed is taken while it verifies, and what it sealed is sealed anew."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from factories import NOW, Factory, new_district
from page_world import PASSWORD, PageWorld
from sqlalchemy import Engine, select

from api.actions.keys import KeyChangeError, forget_former, reseal_values, rotate_key
from api.app import create_app
from api.live_token import issue, read
from api.security import sealed_columns
from api.security.sealed_columns import SealedColumn, reseal
from api.services import Services
from models.access import Client
from models.audit import AuditEvent
from models.clock import DemonstrationClock
from models.installation import External, Installation, create
from models.unit_of_work import district_transaction

NEW = "another-key-of-the-tests-0123456789-abcdefg"


def test_a_session_outlives_a_change_of_the_key_while_the_former_one_verifies(
    page_world: PageWorld, installation: Installation
) -> None:
    before = page_world.client("teacher")
    cookie = before.client.get_cookie("mastery_session")
    assert cookie is not None
    for former, status in (((installation.secret_key,), 200), ((), 303)):
        app = create_app(replace(installation, secret_key=NEW, former_keys=former), page_world.clock)
        http = app.test_client()
        http.set_cookie("mastery_session", cookie.value)
        assert http.get("/students").status_code == status
        app.extensions["mastery"].dispose()
    assert PASSWORD not in cookie.value


def test_a_live_token_of_a_former_key_is_taken_and_the_present_one_signs() -> None:
    now = datetime(2026, 11, 23, tzinfo=UTC)
    token = issue("former", 1, [2], now)
    assert read(["present", "former"], token, now) is not None
    assert read(["present"], token, now) is None
    assert read(["present", "former"], issue("present", 1, [2], now), now) is not None


def test_sealed_values_are_sealed_with_the_present_key(engine: Engine) -> None:
    district_id, other = new_district(engine), new_district(engine)
    for one in (district_id, other):
        with district_transaction(engine, one) as session:
            make = Factory(session, one)
            make.client().name = "value by former"
            session.commit()
    sealed = [SealedColumn(Client.name, lambda keys, value: value.replace("former", keys[0]))]
    with district_transaction(engine, district_id) as session:
        assert reseal(session, district_id, ["present", "former"], sealed) == 1
        assert reseal(session, district_id, ["present", "former"], sealed) == 1
        assert session.scalars(select(Client.name)).all() == ["value by present"]
        session.commit()
    with district_transaction(engine, other) as session:
        assert session.scalars(select(Client.name)).all() == ["value by former"]


def test_sealing_anew_is_on_record_and_each_registered_column_is_of_a_district(
    engine: Engine, installation: Installation
) -> None:
    district_id = new_district(engine)
    services = Services.of(installation, engine)
    assert reseal_values(services, NOW) == 0
    with district_transaction(engine, district_id) as session:
        (event,) = session.scalars(select(AuditEvent)).all()
    assert (event.act, event.detail) == ("key_rotated", {"sealed_again": 0})
    assert all("district_id" in one.column.class_.__table__.c for one in sealed_columns.SEALED)


def test_where_the_key_can_not_be_changed_here_it_is_said_how(engine: Engine, tmp_path: Path) -> None:
    day = timedelta(days=1)
    external = Services.of(Installation(None, NEW, External("a", "b")), engine)
    for act in (lambda: rotate_key(external, day, NOW), lambda: forget_former(external, NOW)):
        with pytest.raises(KeyChangeError, match="MASTERY_FORMER_SECRET_KEYS"):
            act()
    demonstration = create(tmp_path / "shown")
    DemonstrationClock(tmp_path / "shown").begin(NOW)
    with pytest.raises(KeyChangeError, match="passwords of a demonstration follow from its key"):
        rotate_key(Services.of(demonstration, engine), day, NOW)
