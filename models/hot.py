"""Statements straight to the driver, and as few waits for the database as they need: of a small one waiting is most.

A write waits until the transaction says something else, a question or COMMIT, and is sent together with it; so the
order of statements is kept, and what fails is raised there. `attach` sees to it for statements of the toolkit too.

Questions look rows up as `unnest(keys) CROSS JOIN LATERAL (... WHERE key = one)`. Before a table was first analysed the
planner takes `key = ANY(keys)` for a filter and reads a whole district by the index; this form leaves it no choice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import count
from typing import Any, Protocol

import psycopg
from psycopg.pq import ExecStatus, TransactionStatus
from sqlalchemy import Connection, Engine, event
from sqlalchemy.orm import Session

from models.wire import parameters

Row = tuple[object, ...]
Driver = psycopg.Connection[tuple[Any, ...]]
_WAITING, _PREPARED = "mastery writes", "mastery prepared"
# as few statements as possible, of few kinds: each kind is prepared once per connection
_TOGETHER = (64, 16)
_names = count()


class RowStatement(Protocol):
    """A statement that can be said for one row or for several at once."""

    @property
    def single(self) -> str:
        """The statement for one row, with %s for values."""

    def several(self, count: int) -> str:
        """The statement for so many rows, with $1 and so on for values."""


Statement = str | RowStatement


def attach(engine: Engine) -> None:
    """Have an engine's connections send what waits before anything else they send, and drop it when they roll back."""
    event.listen(engine, "before_cursor_execute", _before)
    event.listen(engine, "commit", _commit)
    event.listen(engine, "rollback", _forget)


def ask(session: Session, *questions: tuple[str, Mapping[str, object]]) -> list[list[tuple[Any, ...]]]:
    """The rows of statements with %(name)s parameters, sent together and answered in order.

    Each sees what was committed before it, and all that this transaction wrote.
    """
    connection = session.connection()
    with _talking(connection) as driver:
        few = _send_many(connection, driver)
        with driver.pipeline():
            _send(driver, few)
            cursors = [driver.execute(statement, parameters) for statement, parameters in questions]
            return [cursor.fetchall() for cursor in cursors]


def fetch(session: Session, statement: str, parameters: Mapping[str, object]) -> list[tuple[Any, ...]]:
    """All rows of one statement, as tuples."""
    return ask(session, (statement, parameters))[0]


def write(session: Session, statement: Statement, rows: Sequence[Row]) -> None:
    """Say a statement for every row, together with what the transaction says next; a text has %s for values."""
    write_by(session.connection(), statement, rows)


def write_by(connection: Connection, statement: Statement, rows: Sequence[Row] = ((),)) -> None:
    """The same on a connection; without `rows` once."""
    connection.info.setdefault(_WAITING, []).append((statement, rows))


@contextmanager
def _talking(connection: Connection) -> Iterator[Driver]:
    """The driver's connection. Where it breaks the others of its pool are as old, and none of them is used again."""
    driver = connection.connection.driver_connection
    assert isinstance(driver, psycopg.Connection)
    try:
        yield driver
    except psycopg.Error as error:
        if driver.closed:
            connection.engine.dispose()
            connection.invalidate(error)
        raise


def _send_many(connection: Connection, driver: Driver) -> list[tuple[str, Sequence[Row]]]:
    """Say the writes of many rows, and all that waits before them; returns the few that are still to be said."""
    waiting: Sequence[tuple[Statement, Sequence[Row]]] = connection.info.pop(_WAITING, ())
    few: list[tuple[str, Sequence[Row]]] = []
    for statement, rows in waiting:
        if isinstance(statement, str):
            few.append((statement, rows))
            continue
        start = 0
        if len(rows) >= _TOGETHER[-1]:
            with driver.pipeline():
                _send(driver, few)
            few = []
            start = _say_together(connection, driver, statement, rows)
        if start < len(rows):
            few.append((statement.single, rows[start:]))
    return few


def _say_together(connection: Connection, driver: Driver, statement: RowStatement, rows: Sequence[Row]) -> int:
    """Say a statement for as many rows as go together; returns how many those were."""
    if driver.pgconn.transaction_status == TransactionStatus.IDLE:
        driver.execute("SELECT")  # the driver begins its transaction with whatever it executes itself
    prepared: dict[tuple[RowStatement, int], bytes] = connection.info.setdefault(_PREPARED, {})
    start = 0
    for some in _TOGETHER:
        while len(rows) - start >= some:
            name = prepared.get((statement, some))
            if name is None:
                name = f"mastery_{next(_names)}".encode()
                _check(driver, driver.pgconn.prepare(name, statement.several(some).encode()))
                prepared[statement, some] = name
            values = parameters(rows[start : start + some])
            # None is NULL, which the driver's declaration leaves out
            _check(driver, driver.pgconn.exec_prepared(name, values))  # type: ignore[arg-type]
            start += some
    return start


def _check(driver: Driver, result: psycopg.pq.abc.PGresult) -> None:
    if result.status != ExecStatus.COMMAND_OK:
        raise psycopg.errors.error_from_result(result, encoding=driver.info.encoding)


def _send(driver: Driver, few: Sequence[tuple[str, Sequence[Row]]]) -> None:
    """Say writes of few rows, within a pipeline of the driver's."""
    if not few:
        return
    with driver.cursor() as cursor:
        for statement, rows in few:
            if len(rows) == 1:
                cursor.execute(statement, rows[0])
            else:
                cursor.executemany(statement, rows)


def _before(connection: Connection, *_: object) -> None:
    if connection.info.get(_WAITING):
        with _talking(connection) as driver:
            few = _send_many(connection, driver)
            with driver.pipeline():
                _send(driver, few)


def _commit(connection: Connection) -> None:
    """The last writes and COMMIT go together; the toolkit then finds nothing left to commit."""
    if not connection.info.get(_WAITING):
        return
    with _talking(connection) as driver:
        try:
            few = _send_many(connection, driver)
            with driver.pipeline():
                _send(driver, few)
                driver.commit()
        except psycopg.Error:
            # for the toolkit the transaction has ended already
            _forget(connection)
            if not driver.closed:
                driver.rollback()
            raise


def _forget(connection: Connection) -> None:
    if connection.invalidated:
        return  # and gone with it
    connection.info.pop(_WAITING, None)
    driver = connection.connection.driver_connection
    if driver is None or driver.info.transaction_status != TransactionStatus.INTRANS:
        # after an error the connection lets go of all that was prepared (models.prepared)
        connection.info.pop(_PREPARED, None)
