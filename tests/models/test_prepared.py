"""What was prepared outlives a rollback, which still takes back what was written."""

from __future__ import annotations

import psycopg
import pytest
from factories import new_district
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import DBAPIError

from models.district import District
from models.installation import Installation
from models.prepared import Keeping
from models.unit_of_work import connect, district_transaction, shared_transaction

_TIMES = 8  # the driver prepares what was asked more than five times


def prepared(engine: Engine) -> set[str]:
    """The statements that the one connection of an engine keeps."""
    with shared_transaction(engine) as session:
        return set(session.scalars(text("SELECT statement FROM pg_prepared_statements")))


@pytest.fixture
def lonely(installation: Installation) -> Engine:
    """An engine with one connection."""
    return connect(installation.app_dsn, pool_size=1)


def test_a_statement_stays_prepared_through_rollbacks(lonely: Engine) -> None:
    district_id = new_district(lonely)
    for _ in range(_TIMES):
        with district_transaction(lonely, district_id) as session:
            assert session.scalars(select(District.name).where(District.id == district_id)).one()
    assert any("district.name" in one for one in prepared(lonely))
    lonely.dispose()


def test_a_rollback_takes_back_what_was_written_and_the_next_goes_on(lonely: Engine) -> None:
    district_id = new_district(lonely)
    for _ in range(_TIMES):
        with shared_transaction(lonely) as session:
            session.get_one(District, district_id).name = "Never"
            session.flush()
    with shared_transaction(lonely) as session, pytest.raises(DBAPIError):
        session.execute(text("SELECT 1 / 0"))
    with shared_transaction(lonely) as session:
        assert session.get_one(District, district_id).name != "Never"
    lonely.dispose()


def test_a_rollback_on_a_lost_connection_says_so(lonely: Engine, installation: Installation) -> None:
    with lonely.connect() as connection:
        driver = connection.connection.driver_connection
        assert isinstance(driver, Keeping)
        connection.execute(text("SELECT 1"))
        assert installation.superuser_dsn is not None
        superuser = installation.superuser_dsn.replace("+psycopg", "")
        with psycopg.connect(superuser, autocommit=True) as other:
            other.execute("SELECT pg_terminate_backend(%s)", [driver.info.backend_pid])
        with pytest.raises(psycopg.OperationalError):
            driver.rollback()
        connection.invalidate()
    lonely.dispose()
