"""Local accounts: making one, setting its password, letting its holder in."""

from __future__ import annotations

import hashlib
import unicodedata
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from api.actions.passwords import AccountError, NoPasswordError, checked_password, password_holder
from api.actions.sessions import end_all
from mastery.audit import Act
from mastery.passwords import LONGEST as LONGEST_PASSWORD
from mastery.passwords import normalised as normalised_password
from mastery.session_limits import Ending
from mastery.sign_in import PasswordSignIn, groups_of, password_counts
from mastery.tries import sign_in_allowance
from models.access import Account
from models.audit import SYSTEM, By, by_person, record
from models.queries_accounts import (
    Attempt,
    Holder,
    claim_name,
    count_attempt,
    district_of_name,
    forgive,
    holder,
    holder_of,
    set_language,
)
from models.queries_identity import password_policy, roles_of
from models.queries_people import district_zone
from models.throttle import charge, refund
from models.unit_of_work import district_transaction, shared_transaction

HASHER = PasswordHasher()  # argon2id with the parameters of RFC 9106, second recommendation
# what an unknown name is verified against, so that it takes as long as a known one
_NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$kUXXC5yO/ROpfbazFpzoEA$qOtnRDZqVApk5T3ql+cam3aRDwDkomlV9Ch2McuuoLY"


class AddressRestsError(Exception):
    """Too many tries from one address failed; `wait` is how long it has to rest."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__(f"too many tries to sign in failed: wait {wait}")
        self.wait = wait


def normalised(name: str) -> str:
    """A sign-in name as it is compared: compatible forms and letter case are one, spaces around it are dropped."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).strip().casefold())


def name_digest(name: str) -> str:
    """SHA-256 of the normalised sign-in name, by which its district is found."""
    return hashlib.sha256(normalised(name).encode()).hexdigest()


def create_account(
    session: Session, district_id: int, sign_in_name: str, password: str | None, person_id: int | None, now: datetime
) -> int:
    """Add an account in the district's transaction, without a password for who comes by an identity provider.

    Returns its id. Raises AccountError for a name that is empty or taken anywhere in the installation and for a
    password that would not count, PasswordError for one that may not be.
    """
    name = normalised(sign_in_name)
    if not name or len(name) > 320:
        raise AccountError("A sign-in name has 1 to 320 characters.")
    hashed = None
    if password is not None:
        refuse_what_does_not_count(session, district_id, person_id, now)
        checked_password(password, password_holder(session, district_id, person_id, name))
        hashed = hashed_password(password)
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
        created_at=now,
        disabled_at=None,
    )
    session.add(account)
    session.flush()
    return account.id


def set_password(
    session: Session, district_id: int, sign_in_name: str, password: str, now: datetime, by: By = SYSTEM
) -> None:
    """Set an account's password, forget failed tries and end its sessions.

    Raises AccountError for an unknown name, PasswordError for a password that may not be.
    """
    account = session.scalar(
        select(Account).where(Account.district_id == district_id, Account.sign_in_name == normalised(sign_in_name))
    )
    if account is None:
        raise AccountError(f"No account has the sign-in name {sign_in_name}.")
    refuse_what_does_not_count(session, district_id, account.person_id, now)
    checked_password(password, password_holder(session, district_id, account.person_id, account.sign_in_name))
    _put_password(session, holder_of(account, None), hashed_password(password), now, by)


def change_password(engine: Engine, account: Holder, session_id: int, present: str, new: str, now: datetime) -> bool:
    """Give an account another password and end its other sessions; False where the present one is not right.

    Wrong tries count as those of signing in do. Raises PasswordError for a new one that may not be.
    """
    with district_transaction(engine, account.district_id) as session:
        checked_password(new, password_holder(session, account.district_id, account.person_id, account.sign_in_name))
    hashed = hashed_password(new)
    with district_transaction(engine, account.district_id) as session:
        attempt = count_attempt(session, account.district_id, account.sign_in_name, now)
        session.commit()
    if attempt is None or not is_password(attempt.password_hash or _NOBODY, present) or attempt.locked:
        return False
    with district_transaction(engine, account.district_id) as session:
        _put_password(session, account, hashed, now, by_person(account.person_id), keep=session_id)
        session.commit()
    return True


def _put_password(
    session: Session, account: Holder, hashed: str, now: datetime, by: By, keep: int | None = None
) -> None:
    forgive(session, account.district_id, account.account_id, hashed)
    record(session, account.district_id, by, Act.PASSWORD_SET, now, detail={"account": account.account_id})
    end_all(session, account, now, Ending.PASSWORD_CHANGED, by, keep)


def refuse_what_does_not_count(session: Session, district_id: int, person_id: int | None, now: datetime) -> None:
    """Store no password that its district would not let anybody in by; raises NoPasswordError."""
    if not _counts(session, district_id, person_id, now):
        raise NoPasswordError("This person signs in by an identity provider: their password does not count here.")


def _counts(session: Session, district_id: int, person_id: int | None, at_school: datetime) -> bool:
    policy = password_policy(session, district_id)
    if policy is PasswordSignIn.ALL or person_id is None:
        return policy is PasswordSignIn.ALL
    today = at_school.astimezone(ZoneInfo(district_zone(session, district_id))).date()
    return password_counts(policy, groups_of(roles_of(session, district_id, person_id, today)))


def sign_in(
    engine: Engine,
    sign_in_name: str,
    password: str,
    now: datetime,
    address: str | None = None,
    at_school: datetime | None = None,
) -> Holder | None:
    """The holder of the account, or None: unknown name, wrong password, locked account, account without a password,
    one whose password does not count in its district and one whose person is gone look and last the same.

    Failures count against `address` too, where it is known. Raises AddressRestsError where there were too many.
    `at_school` is the time that roles are looked up by, where it is not `now`.
    """
    name = normalised(sign_in_name)
    with shared_transaction(engine) as session:
        # counted before, so that tries at the same time count too; one that succeeds is taken back
        wait = charge(session, address, now, sign_in_allowance()) if address else timedelta(0)
        district_id = district_of_name(session, name_digest(name))
        session.commit()
    if wait:
        raise AddressRestsError(wait)
    attempt, counts = None, False
    if district_id is not None:
        with district_transaction(engine, district_id) as session:
            attempt = count_attempt(session, district_id, name, now)
            if attempt is not None:
                counts = _counts(session, district_id, attempt.person_id, at_school or now)
            session.commit()
    # verified outside any transaction: it is slow by design and must not hold a connection
    hashed = attempt.password_hash if attempt else None
    right = is_password(hashed or _NOBODY, password)
    if district_id is None or attempt is None:
        return None
    if hashed is None or attempt.locked or not counts or not right:
        _note_refusal(engine, district_id, attempt, now)
        return None
    with district_transaction(engine, district_id) as session:
        found = holder(session, district_id, attempt.account_id)
        if found is not None:
            newer = hashed_password(password) if HASHER.check_needs_rehash(hashed) else None
            forgive(session, district_id, attempt.account_id, newer)
            session.commit()
    if found is None:
        _note_refusal(engine, district_id, attempt, now)
    elif address:
        with shared_transaction(engine) as session:
            refund(session, address, now, sign_in_allowance())
            session.commit()
    return found


def _note_refusal(engine: Engine, district_id: int, attempt: Attempt, now: datetime) -> None:
    """Put a refused try on record; nobody knows who it was, so it is nobody's."""
    detail = {"account": attempt.account_id, "locked": attempt.locked}
    with district_transaction(engine, district_id) as session:
        record(session, district_id, SYSTEM, Act.SIGN_IN_REFUSED, now, detail=detail)
        session.commit()


def keep_language(engine: Engine, district_id: int, account_id: int, language: str) -> None:
    """Remember in which language the account's holder reads pages."""
    with district_transaction(engine, district_id) as session:
        set_language(session, district_id, account_id, language)
        session.commit()


def hashed_password(password: str) -> str:
    """What is kept of a password that was checked; slow by design."""
    return HASHER.hash(normalised_password(password))


def is_password(hashed: str, password: str) -> bool:
    """Whether a password is the one that was hashed; slow by design."""
    try:
        return HASHER.verify(hashed, normalised_password(password[: LONGEST_PASSWORD + 1]))
    except (VerifyMismatchError, InvalidHashError):
        return False
