"""Statements of the posting path, straight to the driver: of a small statement the toolkit's share is the larger.

They look rows up as `unnest(keys) CROSS JOIN LATERAL (... WHERE key = one)`. Before a table was first analysed the
planner takes `key = ANY(keys)` for a filter and reads a whole district by the index; this form leaves it no choice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from sqlalchemy.orm import Session


def driver(session: Session) -> psycopg.Connection[tuple[Any, ...]]:
    """The driver's connection of the session's transaction."""
    connection = session.connection().connection.driver_connection
    assert isinstance(connection, psycopg.Connection)
    return connection


def fetch(session: Session, statement: str, parameters: Mapping[str, object]) -> list[tuple[Any, ...]]:
    """All rows of a statement with %(name)s parameters, as tuples."""
    return driver(session).execute(statement, parameters).fetchall()


def ask(session: Session, *questions: tuple[str, Mapping[str, object]]) -> list[list[tuple[Any, ...]]]:
    """The rows of several statements, sent together and answered in order; each sees what was committed before it."""
    connection = driver(session)
    with connection.pipeline():
        cursors = [connection.execute(statement, parameters) for statement, parameters in questions]
        return [cursor.fetchall() for cursor in cursors]


def write(session: Session, statement: str, rows: Sequence[tuple[object, ...]]) -> None:
    """Run a statement with %s parameters for every row, in a pipeline where there are several."""
    with driver(session).cursor() as cursor:
        if len(rows) == 1:
            cursor.execute(statement, rows[0])
        else:
            cursor.executemany(statement, rows)


@contextmanager
def together(session: Session) -> Iterator[None]:
    """Send the writes of this block without waiting for each one's answer; what fails is raised at its end."""
    with driver(session).pipeline():
        yield
