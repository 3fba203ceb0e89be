"""The codes of letters and links: one that works now, and codes that are kept, used or ended."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, insert, select, update
from sqlalchemy.orm import Session

from mastery.letters import CodeKind
from models.access import Account
from models.district_end import has_ended
from models.letters import EntryCode
from models.roster import Person


@dataclass(frozen=True, slots=True)
class OpenCode:
    """A code that works now: whose it is, and their account if they have one."""

    digest: bytes
    kind: CodeKind
    person: Person
    account_id: int | None
    sign_in_name: str | None


def open_code(
    session: Session, district_id: int, digests: Collection[bytes], now: datetime, lock: bool = False
) -> OpenCode | None:
    """The code with one of these digests, if it works now and its person may sign in. `lock`: nobody else uses it."""
    query = (
        select(EntryCode, Person)
        .join(Person, (Person.district_id == EntryCode.district_id) & (Person.id == EntryCode.person_id))
        .where(EntryCode.district_id == district_id, EntryCode.digest.in_(digests), is_open(now))
        .where(Person.active, Person.enabled, ~has_ended(EntryCode.district_id))
    )
    row = session.execute(query.with_for_update(of=EntryCode) if lock else query).one_or_none()
    if row is None:
        return None
    code, person = row
    accounts = session.execute(
        select(Account.id, Account.sign_in_name, Account.disabled_at)
        .where(Account.district_id == district_id, Account.person_id == person.id)
        .order_by(Account.id)
    ).all()
    account = next((one for one in accounts if one.disabled_at is None), None)
    if accounts and account is None:
        return None
    return OpenCode(
        code.digest,
        CodeKind(code.kind),
        person,
        account.id if account else None,
        account.sign_in_name if account else None,
    )


def end_codes(session: Session, district_id: int, people: Collection[int], now: datetime) -> None:
    """End every code of these people that was not used."""
    session.execute(
        update(EntryCode)
        .where(
            EntryCode.district_id == district_id,
            EntryCode.person_id == func.any(list(people)),
            EntryCode.used_at.is_(None),
            EntryCode.ended_at.is_(None),
        )
        .values(ended_at=now)
    )


def use_code(session: Session, district_id: int, digest: bytes, now: datetime) -> None:
    """Note that a code was used: it never works again."""
    session.execute(
        update(EntryCode).where(EntryCode.district_id == district_id, EntryCode.digest == digest).values(used_at=now)
    )


def add_codes(session: Session, rows: Iterable[dict[str, Any]]) -> None:
    """Keep new codes, in as few statements as there are thousands of them."""
    session.execute(insert(EntryCode), list(rows))


def is_open(now: datetime) -> ColumnElement[bool]:
    """Whether a code works now."""
    return and_(EntryCode.used_at.is_(None), EntryCode.ended_at.is_(None), EntryCode.expires_at > now)
