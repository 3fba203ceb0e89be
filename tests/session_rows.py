"""What sessions leave in the database, for tests."""

from __future__ import annotations

from typing import Any

from page_world import PageWorld
from sqlalchemy import select

from models.access import Account
from models.account_session import AccountSession
from models.audit import AuditEvent
from models.unit_of_work import district_transaction


def account_id(world: PageWorld, who: str) -> int:
    """The key of an account."""
    with district_transaction(world.engine, world.district_id) as session:
        return session.scalars(select(Account.id).where(Account.sign_in_name == who)).one()


def session_rows(world: PageWorld, who: str) -> list[AccountSession]:
    """The sessions of an account, in the order in which they began."""
    account = account_id(world, who)
    with district_transaction(world.engine, world.district_id) as session:
        rows = select(AccountSession).where(AccountSession.account_id == account).order_by(AccountSession.id)
        return list(session.scalars(rows))


def on_record(world: PageWorld) -> list[tuple[str, int | None, dict[str, Any]]]:
    """(act, person, detail) of everything that is on record, in order; keys of accounts and sessions are left out."""
    with district_transaction(world.engine, world.district_id) as session:
        rows = session.scalars(select(AuditEvent).order_by(AuditEvent.id)).all()
    return [(row.act, row.actor_id, _without_keys(row.detail)) for row in rows]


def _without_keys(detail: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in detail.items() if name not in ("account", "session")}
