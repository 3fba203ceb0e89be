"""Second factors as rows."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session

from models.account_session import RecoveryCode, SecondFactor


def find_factor(session: Session, district_id: int, account_id: int, *, lock: bool = False) -> SecondFactor | None:
    """The account's second factor, or the beginning of one; with `lock` nobody else tries a code meanwhile."""
    query = select(SecondFactor).where(SecondFactor.district_id == district_id, SecondFactor.account_id == account_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return session.scalar(query)


def with_factor(session: Session, district_id: int, accounts: Collection[int]) -> frozenset[int]:
    """Those of some accounts, by key, that have a second factor that counts."""
    found = select(SecondFactor.account_id).where(
        SecondFactor.district_id == district_id, SecondFactor.account_id.in_(accounts), SecondFactor.secret.is_not(None)
    )
    return frozenset(session.scalars(found))


def have_factor(session: Session, district_id: int, account_id: int) -> SecondFactor:
    """The row of an account's second factor, locked; made where there is none."""
    empty = {
        "district_id": district_id, "account_id": account_id, "secret": None, "pending": None, "confirmed_at": None,
        "last_step": None, "failures": 0, "locked_until": None,
    }  # fmt: skip
    session.execute(postgresql.insert(SecondFactor).values(empty).on_conflict_do_nothing())
    row = find_factor(session, district_id, account_id, lock=True)
    assert row is not None
    return row


def delete_factor(session: Session, district_id: int, account_id: int) -> bool:
    """Take away a second factor with its recovery codes; False where there was none that counted."""
    put_recovery_codes(session, district_id, account_id, ())
    gone = session.execute(
        delete(SecondFactor)
        .where(SecondFactor.district_id == district_id, SecondFactor.account_id == account_id)
        .returning(SecondFactor.secret)
    ).one_or_none()
    return gone is not None and gone.secret is not None


def put_recovery_codes(session: Session, district_id: int, account_id: int, digests: Collection[bytes]) -> None:
    """Give an account other recovery codes in place of those that it had."""
    session.execute(
        delete(RecoveryCode).where(RecoveryCode.district_id == district_id, RecoveryCode.account_id == account_id)
    )
    if digests:
        session.execute(
            insert(RecoveryCode),
            [
                {"district_id": district_id, "account_id": account_id, "digest": digest, "used_at": None}
                for digest in digests
            ],
        )


def use_recovery_code(session: Session, district_id: int, account_id: int, digest: bytes, now: datetime) -> bool:
    """Use up a recovery code; False for one that there is not, or not any more."""
    used = session.execute(
        update(RecoveryCode)
        .where(
            RecoveryCode.district_id == district_id,
            RecoveryCode.account_id == account_id,
            RecoveryCode.digest == digest,
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=now)
        .returning(RecoveryCode.digest)
    )
    return used.first() is not None


def recovery_codes_left(session: Session, district_id: int, account_id: int) -> int:
    """How many recovery codes of an account still work."""
    return session.execute(
        select(func.count())
        .select_from(RecoveryCode)
        .where(
            RecoveryCode.district_id == district_id,
            RecoveryCode.account_id == account_id,
            RecoveryCode.used_at.is_(None),
        )
    ).scalar_one()
