"""What was prepared outlives a rollback, which still takes back what was written."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from factories import new_district
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import DBAPIError

from models.bulk import insert_rows
from models.district import District
from models.hot import ask
from models.installation import Installation
from models.prepared import Keeping
from models.roster import Person
from models.unit_of_work import connect, district_transaction, shared_transaction

_COLUMNS = ("district_id", "sourced_id", "given_name", "family_name", "grades", "active")
_TIMES = 8  # the driver prepares what was asked more than five times


def prepared(engine: Engine) -> set[str]:
    """The statements that the one connection of an engine keeps."""
    with shared_transaction(engine) as session:
        return set(session.scalars(text("SELECT statement FROM pg_prepared_statements")))


@pytest.fixture
def lonely(installation: Installation) -> Iterator[Engine]:
    """An engine with one connection."""
    made = connect(installation.app_dsn, pool_size=1)
    yield made
    made.dispose()


def test_a_statement_stays_prepared_through_rollbacks(lonely: Engine) -> None:
    district_id = new_district(lonely)
    for _ in range(_TIMES):
        with district_transaction(lonely, district_id) as session:
            assert session.scalars(select(District.name).where(District.id == district_id)).one()
    assert any("district.name" in one for one in prepared(lonely))


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


@pytest.mark.parametrize("before", range(_TIMES))
def test_what_failed_together_is_prepared_anew(lonely: Engine, before: int) -> None:
    """A statement that was to be prepared behind one that fails is not taken for prepared ever after."""
    question = ("SELECT name FROM district WHERE id = %(district)s", {"district": new_district(lonely)})
    for _ in range(before):
        with shared_transaction(lonely) as session:
            ask(session, question)
    with shared_transaction(lonely) as session, pytest.raises(psycopg.errors.DivisionByZero):
        ask(session, ("SELECT 1 / %(none)s::int", {"none": 0}), question)
    with shared_transaction(lonely) as session:
        assert len(ask(session, question)) == 1


def test_rollbacks_leave_no_second_copy_of_a_bulk_statement(lonely: Engine) -> None:
    district_id = new_district(lonely)
    for _ in range(_TIMES):
        with district_transaction(lonely, district_id) as session:
            insert_rows(
                session, Person, _COLUMNS, [(district_id, f"s{one}", "A", "B", ["04"], True) for one in range(70)]
            )
            assert ask(session, ("SELECT count(*) FROM person", {})) == [[(70,)]]
    with shared_transaction(lonely) as session:
        kept = session.scalars(text("SELECT statement FROM pg_prepared_statements WHERE name LIKE 'mastery%'")).all()
    assert len(kept) == len(set(kept)) > 0
