"""Writes that wait for the next statement: their order, their errors, and that nothing is left of what rolled back."""

from __future__ import annotations

from datetime import UTC, datetime

import psycopg
import pytest
from factories import NOW, Factory, new_district
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, func, select, text
from sqlalchemy.orm import Session

from models.bulk import insert_new_rows, insert_rows, upsert_rows
from models.district import SignInName
from models.hot import fetch, write
from models.installation import Installation
from models.outbox import Outbox
from models.progress_store import BEGINNING
from models.roster import Person
from models.standing import SubjectState
from models.unit_of_work import connect_for_posting, district_transaction, shared_transaction
from models.wire import parameters

COLUMNS = ("district_id", "sourced_id", "identifier", "given_name", "family_name", "grades", "active")
_NAMES = "SELECT sourced_id FROM person WHERE district_id = %(district)s ORDER BY sourced_id"


def people(district_id: int, *names: str) -> list[tuple[object, ...]]:
    return [(district_id, name, name, "A", name, ["04", 'with "quotes" and \\'], True) for name in names]


def count(session: Session) -> int:
    return session.execute(select(func.count()).select_from(Person)).scalar_one()


def store(engine: Engine, district_id: int, rows: list[tuple[object, ...]]) -> None:
    with district_transaction(engine, district_id) as session:
        insert_rows(session, Person, COLUMNS, rows)
        session.commit()


@pytest.fixture
def district_id(engine: Engine) -> int:
    return new_district(engine)


@pytest.mark.parametrize("many", [1, 3, 16, 17, 63, 64, 65, 200])
def test_any_number_of_rows_is_seen_by_the_next_question_and_the_next_statement(
    engine: Engine, district_id: int, many: int
) -> None:
    names = sorted(f"P-{number:03}" for number in range(many))
    with district_transaction(engine, district_id) as session:
        insert_rows(session, Person, COLUMNS, people(district_id, *names))
        assert [row[0] for row in fetch(session, _NAMES, {"district": district_id})] == names
        insert_new_rows(session, Person, COLUMNS, people(district_id, *names, "Q"))
        assert count(session) == many + 1
        session.commit()
    with district_transaction(engine, district_id) as session:
        assert count(session) == many + 1
        assert session.scalars(select(Person.grades).limit(1)).one() == ["04", 'with "quotes" and \\']


def test_the_last_writes_are_committed_with_the_transaction(engine: Engine, district_id: int) -> None:
    with district_transaction(engine, district_id) as session:
        insert_rows(session, Person, COLUMNS, people(district_id, "P"))
        session.commit()
    with district_transaction(engine, district_id) as session:
        assert count(session) == 1


def test_what_rolls_back_is_never_said(engine: Engine, district_id: int) -> None:
    with district_transaction(engine, district_id) as session:
        insert_rows(session, Person, COLUMNS, people(district_id, *map(str, range(70))))
    with district_transaction(engine, district_id) as session:
        assert count(session) == 0
        insert_rows(session, Person, COLUMNS, people(district_id, *map(str, range(70))))
        session.rollback()
    with district_transaction(engine, district_id) as session:
        assert count(session) == 0


@pytest.mark.parametrize("many", [1, 64])
def test_a_failing_write_fails_the_commit_and_the_connection_goes_on(
    engine: Engine, district_id: int, many: int
) -> None:
    rows = people(district_id, *map(str, range(many)))
    for _ in range(2):
        with pytest.raises(psycopg.errors.UniqueViolation):
            store(engine, district_id, [*rows, *rows])
        with district_transaction(engine, district_id) as session:
            assert count(session) == 0
            # prepared statements that a rollback took away are made again
            insert_rows(session, Person, COLUMNS, rows)
            assert count(session) == many


def test_of_rows_with_one_key_the_last_one_stays(engine: Engine, district_id: int) -> None:
    with district_transaction(engine, district_id) as session:
        student = Factory(session, district_id).person().id
        session.commit()
    columns = tuple(column.name for column in SubjectState.__table__.columns)
    rows = [
        (district_id, student, f"S{number % 20}", "", bytes([number]), BEGINNING, BEGINNING, "", "")
        for number in range(100)
    ]
    with district_transaction(engine, district_id) as session:
        upsert_rows(session, SubjectState, columns, rows)
        session.commit()
    with district_transaction(engine, district_id) as session:
        found = session.execute(select(SubjectState.subject, SubjectState.state)).all()
        assert {(subject, bytes(state)) for subject, state in found} == {
            (f"S{number % 20}", bytes([number])) for number in range(80, 100)
        }


def test_a_transaction_that_has_said_nothing_yet_shows_its_district_only(engine: Engine) -> None:
    ours, theirs = new_district(engine), new_district(engine)
    for one in (ours, theirs):
        with district_transaction(engine, one) as session:
            insert_rows(session, Person, COLUMNS, people(one, f"of {one}"))
            session.commit()
    for one in (ours, theirs):
        with district_transaction(engine, one) as session:
            assert [row[0] for row in fetch(session, "SELECT sourced_id FROM person", {})] == [f"of {one}"]
        other = theirs if one == ours else ours
        for many in (1, 64):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                store(engine, one, people(other, *map(str, range(many))))


def test_statements_of_several_kinds_keep_their_order(engine: Engine, district_id: int) -> None:
    with district_transaction(engine, district_id) as session:
        write(session, "INSERT INTO outbox (district_id, topic, student_ids, at) VALUES (%s, %s, %s, now())",
              [(district_id, "first", [1])])  # fmt: skip
        write(session, "DELETE FROM outbox WHERE district_id = %s", [(district_id,)])
        insert_rows(session, Outbox, ("district_id", "topic", "student_ids", "at"),
                    [(district_id, f"t{number}", [number], NOW) for number in range(20)])  # fmt: skip
        write(session, "UPDATE outbox SET topic = topic || '!' WHERE district_id = %s", [(district_id,)])
        topics = session.scalars(select(Outbox.topic).order_by(Outbox.id)).all()
    assert topics == [f"t{number}!" for number in range(20)]


VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"])),
    st.dates(),
    st.datetimes(timezones=st.timezones()),
    st.binary(),
    st.lists(st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"])), max_size=3),
)
_TYPES = {
    bool: "boolean", int: "bigint", float: "double precision", str: "text", bytes: "bytea", list: "text[]",
}  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.lists(VALUES, min_size=1, max_size=20))
def test_values_come_back_from_the_database_as_they_were(installation: Installation, values: list[object]) -> None:
    kinds = [
        "timestamptz" if isinstance(one, datetime) else _TYPES.get(type(one), "date" if one is not None else "text")
        for one in values
    ]
    with psycopg.connect(installation.app_dsn.replace("+psycopg", "")) as connection:
        connection.execute("SET timezone = 'UTC'")
        asked = ", ".join(f"${place}::{kind}" for place, kind in enumerate(kinds, start=1))
        result = connection.pgconn.exec_params(f"SELECT {asked}".encode(), parameters([values]))
        assert result.status == psycopg.pq.ExecStatus.TUPLES_OK, result.error_message
        transformer = psycopg.adapt.Transformer(connection)
        transformer.set_pgresult(result)
        found = transformer.load_row(0, tuple)
    # the same instant in UTC: two zones never call a time equal that one of them has twice
    assert list(found) == [one.astimezone(UTC) if isinstance(one, datetime) else one for one in values]


def test_columns_of_one_type_and_of_several_are_written_alike() -> None:
    one_type = parameters([(1, "a", 0.1), (2, "b", 1e-7)])
    assert one_type == [b"1", b"a", b"0.1", b"2", b"b", b"1e-07"]
    assert parameters([(1, None), (None, "b")]) == [b"1", None, None, b"b"]
    assert parameters([(True, 1), (False, 1.5)]) == [b"t", b"1", b"f", b"1.5"]


def test_a_time_without_a_zone_and_a_strange_type_are_refused() -> None:
    with pytest.raises(ValueError, match="naive"):
        parameters([(datetime(2026, 1, 1),)])  # noqa: DTZ001 - what is refused
    with pytest.raises(TypeError, match="complex"):
        parameters([(1j,)])


def test_the_posting_engine_plans_a_statement_once(installation: Installation, district_id: int) -> None:
    posting = connect_for_posting(installation.app_dsn)
    try:
        with district_transaction(posting, district_id) as session:
            assert fetch(session, "SHOW plan_cache_mode", {}) == [("force_generic_plan",)]
    finally:
        posting.dispose()


@pytest.mark.parametrize("last", ["question", "commit"])
def test_after_a_break_no_connection_of_the_pool_is_used_again(
    installation: Installation, owner_engine: Engine, district_id: int, last: str
) -> None:
    posting = connect_for_posting(installation.app_dsn, pool_size=3)
    assert installation.superuser_dsn is not None
    try:
        with posting.connect() as one, posting.connect() as two, posting.connect() as three:
            own = [each.scalar(text("SELECT pg_backend_pid()")) for each in (one, two, three)]
        with district_transaction(posting, district_id) as session:
            insert_rows(session, Person, COLUMNS, people(district_id, "P"))
            with psycopg.connect(installation.superuser_dsn.replace("+psycopg", ""), autocommit=True) as superuser:
                superuser.execute("SELECT pg_terminate_backend(pid) FROM unnest(%s) AS pid", [own])
            with pytest.raises(psycopg.OperationalError):
                session.commit() if last == "commit" else fetch(session, _NAMES, {"district": district_id})
        # the very next transaction works: nothing of the old pool is left
        store(posting, district_id, people(district_id, "Q"))
        with district_transaction(posting, district_id) as session:
            assert fetch(session, _NAMES, {"district": district_id}) == [("Q",)]
    finally:
        posting.dispose()


def test_rows_are_overwritten_by_a_whole_key_only(engine: Engine, district_id: int) -> None:
    """Two people without their key are not the same person: they would be, by the district alone."""
    with district_transaction(engine, district_id) as session, pytest.raises(ValueError, match="not in"):
        upsert_rows(session, Person, COLUMNS, people(district_id, "P", "Q"))


@pytest.mark.parametrize("committed", [True, False])
def test_rows_that_are_a_transactions_first_words_are_in_it(engine: Engine, district_id: int, committed: bool) -> None:
    """No statement went before that would have begun it, and none may be stored by itself."""
    columns = tuple(column.name for column in SignInName.__table__.columns)
    values = {"district_id": district_id}
    with shared_transaction(engine) as session:
        insert_rows(
            session, SignInName, columns,
            [tuple(values.get(name, f"digest {number}") for name in columns) for number in range(20)],
        )  # fmt: skip
        fetch(session, "SELECT 1", {})
        if committed:
            session.commit()
    with shared_transaction(engine) as session:
        assert session.execute(select(func.count()).select_from(SignInName)).scalar_one() == 20 * committed
