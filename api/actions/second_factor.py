"""The second factor of an account: setting it up, showing it, taking it away."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from api.actions.sessions import end_all
from api.security.clients import digest, new_token
from api.security.one_time_codes import (
    is_timed,
    new_recovery_codes,
    new_secret,
    recovery_digest,
    taken_step,
    tidy,
)
from api.security.sealing import Sealer, SealError
from mastery.audit import Act
from mastery.session_limits import Ending
from mastery.tries import rest
from models.account_session import SecondFactor
from models.audit import By, by_person, record
from models.queries_accounts import Holder
from models.queries_second_factor import (
    delete_factor,
    find_factor,
    have_factor,
    put_recovery_codes,
    recovery_codes_left,
    use_recovery_code,
)
from models.queries_sessions import show_factor
from models.unit_of_work import district_transaction

log = logging.getLogger(__name__)


class Kind(StrEnum):
    """What was shown."""

    CODE = "code"
    RECOVERY_CODE = "recovery_code"


@dataclass(frozen=True, slots=True)
class Kept:
    """What an account has: since when a second factor counts, and how many recovery codes are left."""

    since: datetime | None
    recovery_codes: int


def kept(session: Session, district_id: int, account_id: int) -> Kept:
    """The account's second factor as its holder sees it."""
    row = find_factor(session, district_id, account_id)
    since = row.confirmed_at if row is not None else None
    return Kept(since, recovery_codes_left(session, district_id, account_id) if since else 0)


def pending_secret(session: Session, district_id: int, account_id: int, sealer: Sealer) -> str | None:
    """The secret that is being set up and not confirmed yet."""
    row = find_factor(session, district_id, account_id)
    try:
        return sealer.open(row.pending) if row is not None and row.pending is not None else None
    except SealError:
        log.warning("the secret that account %s was setting up is sealed under another key", account_id)
        return None


def start(engine: Engine, account: Holder, code: str, sealer: Sealer, now: datetime) -> bool:
    """Begin to set up a second factor; one that counts goes on counting until the new one is confirmed.

    Who has one already shows it with `code`; False where that is not right.
    """

    def done(session: Session) -> None:
        have_factor(session, account.district_id, account.account_id).pending = sealer.seal(new_secret())

    return _after_showing(engine, account, code, sealer, now, done, without_one=True)


def cancel(engine: Engine, account: Holder) -> None:
    """Give up what is being set up; a factor that counts goes on counting."""
    with district_transaction(engine, account.district_id) as session:
        row = find_factor(session, account.district_id, account.account_id, lock=True)
        if row is not None:
            row.pending = None
        session.commit()


def confirm(
    engine: Engine, account: Holder, session_id: int, code: str, sealer: Sealer, now: datetime
) -> tuple[list[str], str] | None:
    """Let the secret that is being set up count, by a first code; None where that is not right, or nothing is set up.

    Returns fresh recovery codes, which are kept nowhere, and the token under which this session goes on.
    """
    district_id, account_id = account.district_id, account.account_id
    with district_transaction(engine, district_id) as session:
        row = find_factor(session, district_id, account_id, lock=True)
        secret = pending_secret(session, district_id, account_id, sealer)
        if row is None or secret is None or _rests(row, now):
            return None
        step = taken_step(secret, tidy(code), now, None)
        if step is None:
            _count_failure(row, now)
            session.commit()
            return None
        row.secret, row.pending, row.confirmed_at, row.last_step = row.pending, None, now, step
        row.failures, row.locked_until = 0, None
        codes, token = new_recovery_codes(), new_token(district_id)
        put_recovery_codes(session, district_id, account_id, [recovery_digest(one) for one in codes])
        show_factor(session, district_id, session_id, digest(token), now)
        detail = {"account": account_id}
        record(session, district_id, by_person(account.person_id), Act.SECOND_FACTOR_SET, now, detail=detail)
        session.commit()
    return codes, token


def show(engine: Engine, account: Holder, session_id: int, code: str, sealer: Sealer, now: datetime) -> str | None:
    """Complete signing in with a code; the token under which the session goes on, or None for a wrong code.

    Wrong codes are on record and rest the factor as wrong passwords rest an account.
    """
    token = new_token(account.district_id)
    with district_transaction(engine, account.district_id) as session:
        kind = _check(session, account, code, sealer, now)
        detail = {"account": account.account_id, "session": session_id}
        if kind is None:
            record(session, account.district_id, by_person(account.person_id), Act.SIGN_IN_REFUSED, now,
                   detail={**detail, "second_factor": True})  # fmt: skip
        else:
            show_factor(session, account.district_id, session_id, digest(token), now)
            record(session, account.district_id, by_person(account.person_id), Act.SECOND_FACTOR_SHOWN, now,
                   detail={**detail, "kind": kind})  # fmt: skip
        session.commit()
    return token if kind is not None else None


def renew_recovery_codes(engine: Engine, account: Holder, code: str, sealer: Sealer, now: datetime) -> list[str] | None:
    """Fresh recovery codes in place of all before, for who shows the factor; None where the code is not right."""
    codes = new_recovery_codes()

    def done(session: Session) -> None:
        digests = [recovery_digest(one) for one in codes]
        put_recovery_codes(session, account.district_id, account.account_id, digests)
        detail = {"account": account.account_id, "recovery_codes": len(codes)}
        record(session, account.district_id, by_person(account.person_id), Act.SECOND_FACTOR_SET, now, detail=detail)

    return codes if _after_showing(engine, account, code, sealer, now, done) else None


def remove(engine: Engine, account: Holder, code: str, sealer: Sealer, now: datetime) -> bool:
    """Take away one's own second factor, for who shows it; False where the code is not right."""

    def done(session: Session) -> None:
        _remove(session, account.district_id, account.account_id, by_person(account.person_id), now)

    return _after_showing(engine, account, code, sealer, now, done)


def reset_second_factor(session: Session, district_id: int, account: Holder, by: By, now: datetime) -> bool:
    """Take away a second factor that its holder lost, and end their sessions; False where there was none.

    For the office: whoever needs one sets up another after the next signing in.
    """
    if not _remove(session, district_id, account.account_id, by, now):
        return False
    end_all(session, account, now, Ending.BY_OFFICE, by)
    return True


def _remove(session: Session, district_id: int, account_id: int, by: By, now: datetime) -> bool:
    counted = delete_factor(session, district_id, account_id)
    if counted:
        record(session, district_id, by, Act.SECOND_FACTOR_REMOVED, now, detail={"account": account_id})
    return counted


def _after_showing(
    engine: Engine,
    account: Holder,
    code: str,
    sealer: Sealer,
    now: datetime,
    done: Callable[[Session], None],
    *,
    without_one: bool = False,
) -> bool:
    """Do something in the transaction in which the factor is shown; also `without_one` that counts, if so told."""
    with district_transaction(engine, account.district_id) as session:
        row = find_factor(session, account.district_id, account.account_id, lock=True)
        if row is None or row.secret is None:
            right = without_one
        else:
            right = _check(session, account, code, sealer, now) is not None
        if right:
            done(session)
        session.commit()
    return right


def _check(session: Session, account: Holder, code: str, sealer: Sealer, now: datetime) -> Kind | None:
    """What a code is, used up; None for a wrong one, which is counted. Nobody else tries one meanwhile."""
    row = find_factor(session, account.district_id, account.account_id, lock=True)
    if row is None or row.secret is None or _rests(row, now):
        return None
    kind = _kind(session, row, tidy(code), sealer, now)
    if kind is None:
        _count_failure(row, now)
    else:
        # what somebody once began to set up does not lie about for whoever comes later
        row.failures, row.locked_until, row.pending = 0, None, None
    return kind


def _kind(session: Session, row: SecondFactor, code: str, sealer: Sealer, now: datetime) -> Kind | None:
    if not is_timed(code):
        used = use_recovery_code(session, row.district_id, row.account_id, recovery_digest(code), now)
        return Kind.RECOVERY_CODE if used else None
    assert row.secret is not None
    try:
        step = taken_step(sealer.open(row.secret), code, now, row.last_step)
    except SealError:
        log.warning("the second factor of account %s is sealed under another key: reset it", row.account_id)
        return None
    if step is None:
        return None
    row.last_step = step
    return Kind.CODE


def _rests(row: SecondFactor, now: datetime) -> bool:
    return row.locked_until is not None and row.locked_until > now


def _count_failure(row: SecondFactor, now: datetime) -> None:
    row.failures += 1
    resting = rest(row.failures)
    row.locked_until = now + resting if resting else None
