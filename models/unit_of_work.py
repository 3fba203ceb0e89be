"""The transaction of one district: rollback unless committed, and the one place that says whose rows are seen."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.orm import Session

_SET_DISTRICT = "SET LOCAL app.district = '%d'"


def connect(dsn: str, pool_size: int = 5) -> Engine:
    """An engine for a DSN of the form postgresql://...; checks a pooled connection before it is used again."""
    return create_engine(
        dsn,
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_pre_ping=True,
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
