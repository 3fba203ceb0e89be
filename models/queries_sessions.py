"""Sessions as rows: found by the digest of their token, listed for their holder, ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.orm import Session

from mastery.session_limits import Ending, Life
from models.access import Account
from models.account_session import AccountSession, SecondFactor
from models.queries_accounts import Holder, holder_of, may_come_in, of_account
from models.roster import Person


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session that nothing has ended so far, with its holder; limits are still to be looked at.

    `has_factor`: the account has a second factor that counts; `factor_shown`: it was shown in this session.
    """

    id: int
    life: Life
    staff: bool
    holder: Holder
    has_factor: bool
    factor_shown: bool


# made once: it is asked on every request, and making it takes longer than asking
_OPEN = (
    select(AccountSession, Account, Person, SecondFactor.secret.is_not(None).label("has_factor"))
    .join(Account, (Account.district_id == AccountSession.district_id) & (Account.id == AccountSession.account_id))
    .outerjoin(Person, of_account())
    .outerjoin(
        SecondFactor, (SecondFactor.district_id == Account.district_id) & (SecondFactor.account_id == Account.id)
    )
    .where(
        AccountSession.district_id == bindparam("district"),
        AccountSession.digest == bindparam("digest"),
        AccountSession.ended_at.is_(None),
        may_come_in(),
    )
)


def find_session(session: Session, district_id: int, digest: bytes) -> OpenSession | None:
    """The open session of a token whose holder may still come in: one statement."""
    row = session.execute(_OPEN, {"district": district_id, "digest": digest}).one_or_none()
    if row is None:
        return None
    found, account, person, has_factor = row
    life = Life(found.began_at, found.seen_at)
    return OpenSession(
        found.id, life, found.staff, holder_of(account, person), bool(has_factor), found.factor_at is not None
    )


def open_rows(session: Session, district_id: int, account_id: int) -> Sequence[AccountSession]:
    """The sessions of an account that nothing has ended so far, the newest first; limits are still to be looked at."""
    return session.scalars(
        select(AccountSession)
        .where(
            AccountSession.district_id == district_id,
            AccountSession.account_id == account_id,
            AccountSession.ended_at.is_(None),
        )
        .order_by(AccountSession.seen_at.desc(), AccountSession.id.desc())
    ).all()


def note_seen(session: Session, district_id: int, session_id: int, seen: datetime) -> None:
    """Write down that the holder of a session did something; one that ended meanwhile stays ended."""
    session.execute(
        update(AccountSession)
        .where(
            AccountSession.district_id == district_id,
            AccountSession.id == session_id,
            AccountSession.ended_at.is_(None),
        )
        .values(seen_at=func.greatest(AccountSession.seen_at, seen))
    )


def end_session(session: Session, district_id: int, session_id: int, at: datetime, why: Ending) -> bool:
    """End one session; False where it had ended already."""
    ended = session.execute(
        update(AccountSession)
        .where(
            AccountSession.district_id == district_id,
            AccountSession.id == session_id,
            AccountSession.ended_at.is_(None),
        )
        .values(ended_at=at, why=why)
        .returning(AccountSession.id)
    )
    return ended.first() is not None


def show_factor(session: Session, district_id: int, session_id: int, digest: bytes, now: datetime) -> None:
    """Note that a second factor was shown, and go on under another token."""
    session.execute(
        update(AccountSession)
        .where(
            AccountSession.district_id == district_id,
            AccountSession.id == session_id,
            AccountSession.ended_at.is_(None),
        )
        .values(digest=digest, factor_at=now)
    )


def forget_ended(session: Session, district_id: int, account_id: int, before: datetime) -> None:
    """Delete an account's sessions that ended before an instant; what is on record stays."""
    session.execute(
        delete(AccountSession).where(
            AccountSession.district_id == district_id,
            AccountSession.account_id == account_id,
            AccountSession.ended_at < before,
        )
    )
