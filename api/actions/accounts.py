"""Local accounts: making one, setting its password, signing in and out."""

from __future__ import annotations

import hashlib
import unicodedata
from datetime import datetime

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from models.access import Account
from models.queries_accounts import (
    Holder,
    claim_name,
    count_attempt,
    district_of_name,
    end_sessions,
    forgive,
    holder,
    set_language,
)
from models.unit_of_work import district_transaction, shared_transaction

SHORTEST_PASSWORD = 8  # NIST SP 800-63B, 5.1.1.2: length is asked for, a mixture of signs is not
LONGEST_PASSWORD = 1024
FREE_TRIES = 5
LONGEST_LOCK_SECONDS = 15 * 60.0

HASHER = PasswordHasher()  # argon2id with the parameters of RFC 9106, second recommendation
# what an unknown name is verified against, so that it takes as long as a known one
_NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$kUXXC5yO/ROpfbazFpzoEA$qOtnRDZqVApk5T3ql+cam3aRDwDkomlV9Ch2McuuoLY"


class AccountError(ValueError):
    """An account that cannot be made or changed so; the text says why."""


def normalised(name: str) -> str:
    """A sign-in name as it is compared: compatible forms and letter case are one, spaces around it are dropped."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).strip().casefold())


def name_digest(name: str) -> str:
    """SHA-256 of the normalised sign-in name, by which its district is found."""
    return hashlib.sha256(normalised(name).encode()).hexdigest()


def create_account(
    session: Session, district_id: int, sign_in_name: str, password: str, person_id: int | None, now: datetime
) -> int:
    """Add an account in the district's transaction; returns its id.

    Raises AccountError for a name that is empty or taken anywhere in the installation, or a password too short.
    """
    name = normalised(sign_in_name)
    if not name or len(name) > 320:
        raise AccountError("A sign-in name has 1 to 320 characters.")
    hashed = _hashed(password)
    if not claim_name(session, name_digest(name), district_id):
        raise AccountError(f"The sign-in name {name} is taken.")
    account = Account(
        district_id=district_id,
        sign_in_name=name,
        person_id=person_id,
        password_hash=hashed,
        language=None,
        failures=0,
        locked_until=None,
        signed_out_at=None,
        created_at=now,
        disabled_at=None,
    )
    session.add(account)
    session.flush()
    return account.id


def set_password(session: Session, district_id: int, sign_in_name: str, password: str, now: datetime) -> None:
    """Set an account's password, forget failed tries and end its sessions. Raises AccountError for an unknown name."""
    account = session.scalar(
        select(Account).where(Account.district_id == district_id, Account.sign_in_name == normalised(sign_in_name))
    )
    if account is None:
        raise AccountError(f"No account has the sign-in name {sign_in_name}.")
    forgive(session, district_id, account.id, _hashed(password))
    end_sessions(session, district_id, account.id, now)


def sign_in(engine: Engine, sign_in_name: str, password: str, now: datetime) -> Holder | None:
    """The holder of the account, or None: unknown name, wrong password and locked account look and last the same."""
    name = normalised(sign_in_name)
    with shared_transaction(engine) as session:
        district_id = district_of_name(session, name_digest(name))
    attempt = None
    if district_id is not None:
        with district_transaction(engine, district_id) as session:
            attempt = count_attempt(session, district_id, name, now, FREE_TRIES, LONGEST_LOCK_SECONDS)
            session.commit()
    # verified outside any transaction: it is slow by design and must not hold a connection
    right = is_password(attempt.password_hash if attempt else _NOBODY, password)
    if district_id is None or attempt is None or attempt.locked or not right:
        return None
    with district_transaction(engine, district_id) as session:
        newer = HASHER.hash(password) if HASHER.check_needs_rehash(attempt.password_hash) else None
        forgive(session, district_id, attempt.account_id, newer)
        found = holder(session, district_id, attempt.account_id)
        session.commit()
    return found


def sign_out(engine: Engine, district_id: int, account_id: int, now: datetime) -> None:
    """End the account's sessions, also those of copied cookies."""
    with district_transaction(engine, district_id) as session:
        end_sessions(session, district_id, account_id, now)
        session.commit()


def keep_language(engine: Engine, district_id: int, account_id: int, language: str) -> None:
    """Remember in which language the account's holder reads pages."""
    with district_transaction(engine, district_id) as session:
        set_language(session, district_id, account_id, language)
        session.commit()


def _hashed(password: str) -> str:
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise AccountError(f"A password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters.")
    return HASHER.hash(password)


def is_password(hashed: str, password: str) -> bool:
    """Whether a password is the one that was hashed; slow by design."""
    try:
        return HASHER.verify(hashed, password[: LONGEST_PASSWORD + 1])
    except (VerifyMismatchError, InvalidHashError):
        return False
