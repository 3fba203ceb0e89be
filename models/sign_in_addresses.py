"""Failures to sign in, counted by address for all processes and districts."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from mastery.tries import address_window, failures_left, wait_of_address
from models.account_session import SignInAddress

_FORGET_AT_ONCE = 100


def charge(session: Session, address: str, now: datetime) -> timedelta:
    """Count a try against an address before it is known whether it fails; zero, or how long the address must wait.

    A try that has to wait is not counted.
    """
    fresh = insert(SignInAddress).values(address=address, failures=0.0, as_of=now)
    # an update that changes nothing, so that the row is there and locked
    mine = fresh.on_conflict_do_update(index_elements=[SignInAddress.address], set_={"address": address})
    row = session.execute(mine.returning(SignInAddress.failures, SignInAddress.as_of)).one()
    against = failures_left(row.failures, now - row.as_of)
    wait = wait_of_address(against)
    if not wait:
        _put(session, address, against + 1, max(now, row.as_of))
    return wait


def refund(session: Session, address: str, now: datetime) -> None:
    """Take back what a try cost that succeeded, and forget addresses against which nothing counts any more."""
    session.execute(
        update(SignInAddress)
        .where(SignInAddress.address == address)
        .values(failures=func.greatest(0.0, SignInAddress.failures - 1))
    )
    stale = (
        select(SignInAddress.address)
        .where(SignInAddress.as_of < now - address_window())
        .limit(_FORGET_AT_ONCE)
        # another sign-in may have one of them in hand
        .with_for_update(skip_locked=True)
    )
    session.execute(delete(SignInAddress).where(SignInAddress.address.in_(stale)))


def _put(session: Session, address: str, failures: float, as_of: datetime) -> None:
    session.execute(
        update(SignInAddress).where(SignInAddress.address == address).values(failures=failures, as_of=as_of)
    )
