"""Accounts as rows: found by sign-in name before a district is known, and by id after."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from mastery.tries import rest
from models.access import Account
from models.district import SignInName
from models.district_end import has_ended
from models.roster import Person


@dataclass(frozen=True, slots=True)
class Holder:
    """An account that may be used now, with the person behind it."""

    district_id: int
    account_id: int
    person_id: int | None
    name: str
    language: str | None
    sign_in_name: str


@dataclass(frozen=True, slots=True)
class Attempt:
    """A try at an account, counted before its password is looked at. `locked`: it may not succeed."""

    account_id: int
    person_id: int | None
    password_hash: str | None
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


def count_attempt(session: Session, district_id: int, name: str, now: datetime) -> Attempt | None:
    """Count one try before its password is verified, so that tries at the same time count too.

    `mastery.tries.rest` says for how long failures lock the account. A try while it is locked does not count.
    """
    before = session.execute(
        select(Account.id, Account.person_id, Account.password_hash, Account.failures, Account.locked_until)
        .where(Account.district_id == district_id, Account.sign_in_name == name, Account.disabled_at.is_(None))
        .with_for_update()
    ).one_or_none()
    if before is None:
        return None
    locked = before.locked_until is not None and before.locked_until > now
    if not locked:
        resting = rest(before.failures + 1)
        session.execute(
            update(Account)
            .where(Account.district_id == district_id, Account.id == before.id)
            .values(failures=before.failures + 1, locked_until=now + resting if resting else None)
        )
    return Attempt(before.id, before.person_id, before.password_hash, locked)


def forgive(session: Session, district_id: int, account_id: int, password_hash: str | None = None) -> None:
    """Forget failed tries; with `password_hash`, keep the password under a newer hash."""
    values: dict[str, object] = {"failures": 0, "locked_until": None}
    if password_hash is not None:
        values["password_hash"] = password_hash
    session.execute(
        update(Account).where(Account.district_id == district_id, Account.id == account_id).values(**values)
    )


def holder(session: Session, district_id: int, account_id: int) -> Holder | None:
    """The account's holder, who may come in; None for any other."""
    row = session.execute(
        select(Account, Person)
        .outerjoin(Person, of_account())
        .where(Account.district_id == district_id, Account.id == account_id, may_come_in())
    ).one_or_none()
    return row and holder_of(*row)


def has_password(session: Session, district_id: int, account_id: int) -> bool:
    """Whether an account has a password; whoever comes by an identity provider may have none."""
    query = select(Account.password_hash.is_not(None)).where(
        Account.district_id == district_id, Account.id == account_id
    )
    return bool(session.scalar(query))


def of_account() -> ColumnElement[bool]:
    """How an account's person is joined."""
    return (Person.district_id == Account.district_id) & (Person.id == Account.person_id)


def may_come_in() -> ColumnElement[bool]:
    """Whether an account is not disabled, its person, joined by `of_account`, not gone from the roster, and the
    contract of its district not ended.
    """
    is_there = or_(Account.person_id.is_(None), and_(Person.active, Person.enabled))
    return and_(Account.disabled_at.is_(None), is_there, ~has_ended(Account.district_id))


def holder_of(account: Account, person: Person | None) -> Holder:
    """The holder that two rows tell of."""
    name = person.display_name if person else account.sign_in_name
    return Holder(
        account.district_id, account.id, account.person_id, name, account.language, account.sign_in_name
    )  # fmt: skip


def set_language(session: Session, district_id: int, account_id: int, language: str) -> None:
    """Keep the language that the account's holder reads."""
    session.execute(
        update(Account).where(Account.district_id == district_id, Account.id == account_id).values(language=language)
    )
