"""Tries counted for all processes: how often something was tried within a while, by a key that tells nobody who."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import case, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base

_FORGET_AT_ONCE = 100


class Tried(Base):
    """How many tries a key has since then; shared by all districts, because nobody is signed in yet."""

    __tablename__ = "tried"

    key: Mapped[str] = mapped_column(primary_key=True)
    since: Mapped[datetime]
    tries: Mapped[int]


def count_try(session: Session, key: str, now: datetime, limit: int, within: timedelta) -> timedelta:
    """Count one try before its outcome is known, so that tries at the same time count too.

    Zero where it may go on; where there were `limit` already, how long to wait until the count begins anew.
    """
    is_over = Tried.since <= now - within
    row = session.execute(
        insert(Tried)
        .values(key=key, since=now, tries=1)
        .on_conflict_do_update(
            index_elements=[Tried.key],
            set_={
                "since": case((is_over, now), else_=Tried.since),
                "tries": case((is_over, 1), else_=func.least(Tried.tries, limit) + 1),
            },
        )
        .returning(Tried.since, Tried.tries)
    ).one()
    return row.since + within - now if row.tries > limit else timedelta(0)


def forgive_try(session: Session, key: str) -> None:
    """Take back a try that turned out well."""
    session.execute(update(Tried).where(Tried.key == key).values(tries=func.greatest(0, Tried.tries - 1)))


def forget_tries(session: Session, before: datetime) -> None:
    """Forget counts that began before then."""
    stale = select(Tried.key).where(Tried.since < before).limit(_FORGET_AT_ONCE).with_for_update(skip_locked=True)
    session.execute(delete(Tried).where(Tried.key.in_(stale)))
