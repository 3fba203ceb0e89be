"""Accounts as rows: found by sign-in name before a district is known, and by id after."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, func, literal, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from models.access import Account
from models.district import SignInName
from models.roster import Person


@dataclass(frozen=True, slots=True)
class Holder:
    """An account that may be used now, with the person behind it."""

    district_id: int
    account_id: int
    person_id: int | None
    name: str
    language: str | None
    signed_out_at: datetime | None


@dataclass(frozen=True, slots=True)
class Attempt:
    """A try at an account, counted before its password is looked at. `locked`: it may not succeed."""

    account_id: int
    password_hash: str
    locked: bool


def district_of_name(session: Session, digest: str) -> int | None:
    """The district that a sign-in name's digest belongs to."""
    return session.scalar(select(SignInName.district_id).where(SignInName.name_digest == digest))


def claim_name(session: Session, digest: str, district_id: int) -> bool:
    """Give a sign-in name to a district; False when some district has it already."""
    claimed = session.execute(
        insert(SignInName)
        .values(name_digest=digest, district_id=district_id)
        .on_conflict_do_nothing()
        .returning(SignInName.name_digest)
    )
    return claimed.first() is not None


def count_attempt(
    session: Session, district_id: int, name: str, now: datetime, free_tries: int, longest_lock_seconds: float
) -> Attempt | None:
    """Count one try before its password is verified, so that tries at the same time count too.

    After `free_tries` failures each further one locks the account for twice as long as the one before, from one minute
    up to the longest. A try while it is locked does not count.
    """
    over = func.least(Account.failures + 1 - free_tries, 20)
    seconds = func.least(60 * func.power(2, over - 1), longest_lock_seconds)
    locked = Account.locked_until.is_not(None) & (Account.locked_until > now)
    before = session.execute(
        select(Account.id, Account.password_hash, locked.label("locked"))
        .where(Account.district_id == district_id, Account.sign_in_name == name, Account.disabled_at.is_(None))
        .with_for_update()
    ).one_or_none()
    if before is None:
        return None
    if not before.locked:
        until = literal(now) + func.make_interval(0, 0, 0, 0, 0, 0, seconds)
        session.execute(
            update(Account)
            .where(Account.district_id == district_id, Account.id == before.id)
            .values(
                failures=Account.failures + 1,
                locked_until=case((Account.failures + 1 > free_tries, until), else_=None),
            )
        )
    return Attempt(before.id, before.password_hash, bool(before.locked))


def forgive(session: Session, district_id: int, account_id: int, password_hash: str | None = None) -> None:
    """Forget failed tries; with `password_hash`, keep the password under a newer hash."""
    values: dict[str, object] = {"failures": 0, "locked_until": None}
    if password_hash is not None:
        values["password_hash"] = password_hash
    session.execute(
        update(Account).where(Account.district_id == district_id, Account.id == account_id).values(**values)
    )


def holder(session: Session, district_id: int, account_id: int) -> Holder | None:
    """The account's holder, unless it is disabled."""
    row = session.execute(
        select(Account, Person)
        .outerjoin(Person, (Person.district_id == Account.district_id) & (Person.id == Account.person_id))
        .where(Account.district_id == district_id, Account.id == account_id, Account.disabled_at.is_(None))
    ).one_or_none()
    if row is None:
        return None
    account, person = row
    name = person.display_name if person else account.sign_in_name
    return Holder(district_id, account_id, account.person_id, name, account.language, account.signed_out_at)


def end_sessions(session: Session, district_id: int, account_id: int, now: datetime) -> None:
    """End every session of the account that began before now."""
    session.execute(
        update(Account).where(Account.district_id == district_id, Account.id == account_id).values(signed_out_at=now)
    )


def set_language(session: Session, district_id: int, account_id: int, language: str) -> None:
    """Keep the language that the account's holder reads."""
    session.execute(
        update(Account).where(Account.district_id == district_id, Account.id == account_id).values(language=language)
    )
