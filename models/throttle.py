"""Tries that are counted for all processes and districts, by a key that tells nobody who: whoever tries is not signed
in yet, and what is tried may belong to any district, or to none."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Interval, delete, literal, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from mastery.tries import Allowance, charged
from models.base import Base

_FORGET_AT_ONCE = 100


class Tried(Base):
    """From when on nothing counts any more against a key (`mastery.tries`). Shared by all districts."""

    __tablename__ = "tried"

    key: Mapped[str] = mapped_column(primary_key=True)
    free_at: Mapped[datetime]


def charge(session: Session, key: str, now: datetime, allowance: Allowance) -> timedelta:
    """Count a try before its outcome is known, so that tries at the same time count too; how long it has to wait.

    Zero where it may go on; a try that has to wait is not counted.
    """
    fresh = insert(Tried).values(key=key, free_at=now)
    # an update that changes nothing, so that the row is there and locked
    mine = fresh.on_conflict_do_update(index_elements=[Tried.key], set_={"key": key})
    before = session.execute(mine.returning(Tried.free_at)).scalar_one()
    free_at, wait = charged(before, now, allowance)
    if not wait:
        session.execute(update(Tried).where(Tried.key == key).values(free_at=free_at))
    return wait


def refund(session: Session, key: str, now: datetime, allowance: Allowance) -> None:
    """Take back what a try cost that turned out well, and forget keys against which nothing counts any more."""
    session.execute(
        update(Tried).where(Tried.key == key).values(free_at=Tried.free_at - literal(allowance.each, Interval()))
    )
    forget_tries(session, now)


def forget_tries(session: Session, now: datetime) -> None:
    """Forget some of the keys against which nothing counts any more."""
    # another request may have one of them in hand
    stale = select(Tried.key).where(Tried.free_at < now).limit(_FORGET_AT_ONCE).with_for_update(skip_locked=True)
    session.execute(delete(Tried).where(Tried.key.in_(stale)))
