"""The transaction of one district: rollback unless committed, and the one place that says whose rows are seen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import psycopg
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from models.hot import attach, write_by
from models.prepared import keep_prepared

_SET_DISTRICT = "SET LOCAL app.district = '%d'"


# a server that does not answer holds nobody up for longer, least of all whoever supervises the service
_CONNECT_SECONDS = 10
_SESSION = "-c timezone=UTC -c statement_timeout=120s -c lock_timeout=30s"
# Every statement of the posting path looks rows up by key, so one plan does for all; planning anew each time took
# the database longer than carrying out. models.statistics says how such plans stay good.
_PLANNED_ONCE = f"{_SESSION} -c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c enable_hashjoin=off"


def connect(dsn: str, pool_size: int = 5) -> Engine:
    """An engine for a DSN of the form postgresql://... whose connections are checked before they are used again."""
    return _engine(dsn, pool_size, _SESSION, ping=True)


def connect_for_posting(dsn: str, pool_size: int = 5) -> Engine:
    """An engine for taking in results: statements are planned once, connections not checked before they are used.

    A check costs a round trip; instead, whoever uses the engine goes through `try_again`.
    """
    return _engine(dsn, pool_size, _PLANNED_ONCE, ping=False)


def _engine(dsn: str, pool_size: int, options: str, *, ping: bool) -> Engine:
    engine = create_engine(
        dsn,
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_pre_ping=ping,
        pool_recycle=1800,
        insertmanyvalues_page_size=1000,
        # names of children are parameters: neither a log nor an error may tell them
        hide_parameters=True,
        connect_args={"options": options, "connect_timeout": _CONNECT_SECONDS},
    )
    keep_prepared(engine)
    attach(engine)
    return engine


def set_district(connection: Connection, district_id: int) -> None:
    """Show this transaction the rows of one district and no others (row-level security reads the setting).

    It is said with the first statement; until then no row of any district is shown.
    """
    write_by(connection, _SET_DISTRICT % int(district_id))


@contextmanager
def district_transaction(engine: Engine, district_id: int) -> Iterator[Session]:
    """One transaction that sees one district. Commit is explicit: leaving without `session.commit()` rolls back."""
    with Session(engine, expire_on_commit=False) as session:
        set_district(session.connection(), district_id)
        yield session


def one_snapshot(session: Session) -> None:
    """Show this transaction, from its first question on, one state of the database; said before that question."""
    session.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))


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
