"""The transaction of one district: rollback unless committed, and the one place that says whose rows are seen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import psycopg
from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

_SET_DISTRICT = "SET LOCAL app.district = '%d'"


def connect(dsn: str, pool_size: int = 5, *, ping: bool = True) -> Engine:
    """An engine for a DSN of the form postgresql://...

    With `ping` a pooled connection is checked before it is used again, which costs a round trip; without it, whoever
    uses the engine goes through `try_again`.
    """
    return create_engine(
        dsn,
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_pre_ping=ping,
        pool_recycle=1800,
        insertmanyvalues_page_size=1000,
        connect_args={"options": "-c timezone=UTC -c statement_timeout=120s -c lock_timeout=30s"},
    )


def set_district(connection: Connection, district_id: int) -> None:
    """Show this transaction the rows of one district and no others (row-level security reads the setting)."""
    connection.exec_driver_sql(_SET_DISTRICT % int(district_id))


@contextmanager
def district_transaction(engine: Engine, district_id: int) -> Iterator[Session]:
    """One transaction that sees one district. Commit is explicit: leaving without `session.commit()` rolls back."""
    with Session(engine, expire_on_commit=False) as session:
        set_district(session.connection(), district_id)
        yield session


@contextmanager
def shared_transaction(engine: Engine) -> Iterator[Session]:
    """One transaction without a district: it sees the tables that districts share, and no row of any district."""
    with Session(engine, expire_on_commit=False) as session:
        yield session


# serialisation failure, deadlock, a key that another transaction took meanwhile, a server that shut down or crashed
_PASSING = frozenset({"40001", "40P01", "23505", "57P01", "57P02", "57P03"})
_TRIES = 6
Done = TypeVar("Done")


def try_again(transaction: Callable[[], Done]) -> Done:
    """Run a transaction, and run it anew where it failed for a reason that passes; the last failure is raised.

    The transaction must commit as its last act, so that a failed one has done nothing.
    """
    for _ in range(1, _TRIES):
        try:
            return transaction()
        except (DBAPIError, psycopg.Error) as error:
            if not _passes(error):
                raise
    return transaction()


def _passes(error: DBAPIError | psycopg.Error) -> bool:
    cause = error.orig if isinstance(error, DBAPIError) else error
    if getattr(cause, "sqlstate", None) in _PASSING:
        return True
    # the driver knows no state of a connection that broke
    return isinstance(cause, psycopg.OperationalError) and cause.sqlstate is None
