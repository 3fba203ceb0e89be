"""Sessions: beginning one, looking at the one that a request shows, ending them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from api.security.clients import digest, district_of, new_token
from mastery.audit import Act
from mastery.session_limits import Began, Ending, Life, lapse, limits, look
from models.account_session import AccountSession
from models.audit import SYSTEM, By, by_person, record
from models.queries_access import viewer_of
from models.queries_accounts import Holder
from models.queries_sessions import (
    OpenSession,
    end_session,
    find_session,
    forget_ended,
    note_seen,
    open_rows,
)
from models.unit_of_work import district_transaction

# what ended is kept this long, for whoever asks what happened; what is on record stays longer
_KEPT = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Listed:
    """A session as its holder sees it in the list."""

    id: int
    device: str
    how: Began
    began: datetime
    seen: datetime


def begin(
    engine: Engine,
    account: Holder,
    now: datetime,
    schools_now: datetime,
    *,
    how: Began,
    device: str,
    factor_shown: bool = False,
    instead_of: str | None = None,
) -> str:
    """Begin a session of an account that was let in; returns the token that stands for it, which is kept nowhere.

    `instead_of` is the token that the browser showed so far; its session ends. `schools_now` tells the day on which the
    person works for a school or not. `factor_shown`: an identity provider has asked for a second factor.
    """
    token = new_token(account.district_id)
    with district_transaction(engine, account.district_id) as session:
        _close_lapsed(session, account.district_id, account.account_id, now)
        forget_ended(session, account.district_id, account.account_id, now - _KEPT)
        row = AccountSession(
            district_id=account.district_id,
            digest=digest(token),
            account_id=account.account_id,
            how=how,
            staff=_works_for_a_school(session, account, schools_now),
            device=device,
            began_at=now,
            seen_at=now,
            factor_at=now if factor_shown else None,
            ended_at=None,
            why=None,
        )
        session.add(row)
        session.flush()
        detail = {"account": account.account_id, "session": row.id, "how": how, "factor": factor_shown}
        record(session, account.district_id, by_person(account.person_id), Act.SIGN_IN, now, detail=detail)
        session.commit()
    if instead_of is not None:
        sign_out(engine, instead_of, now)
    return token


def current(engine: Engine, token: str, now: datetime, attended: bool) -> OpenSession | None:
    """The session that a token stands for, while it lasts; one that is past its limits is ended here.

    `attended` is false for what a page asks for by itself, which keeps no session alive.
    """
    district_id = district_of(token)
    if district_id is None:
        return None
    with district_transaction(engine, district_id) as session:
        found = find_session(session, district_id, digest(token))
        if found is None:
            return None
        life = look(found.life, now, limits(found.staff), attended)
        if life == found.life:
            return found
        if life.is_open:
            note_seen(session, district_id, found.id, life.seen)
        else:
            _end_by_itself(session, district_id, found.holder.account_id, found.id, life)
        session.commit()
    return OpenSession(
        found.id, life, found.staff, found.holder, found.has_factor, found.factor_shown
    ) if life.is_open else None  # fmt: skip


def sign_out(engine: Engine, token: str, now: datetime) -> None:
    """End the session of a token, also for a copied cookie; nothing where it has ended already."""
    district_id = district_of(token)
    if district_id is None:
        return
    with district_transaction(engine, district_id) as session:
        found = find_session(session, district_id, digest(token))
        if found is not None and end_session(session, district_id, found.id, now, Ending.SIGNED_OUT):
            detail = {"account": found.holder.account_id, "session": found.id}
            record(session, district_id, by_person(found.holder.person_id), Act.SIGN_OUT, now, detail=detail)
            session.commit()


def list_open(session: Session, district_id: int, account_id: int, now: datetime) -> list[Listed]:
    """The sessions of an account that last now, the newest use first."""
    return [
        Listed(row.id, row.device, Began(row.how), row.began_at, row.seen_at)
        for row in open_rows(session, district_id, account_id)
        if _life(row, now).is_open
    ]


def end_one(session: Session, account: Holder, session_id: int, now: datetime) -> bool:
    """End one of the holder's own sessions; False where they have no such one open."""
    mine = {row.id for row in open_rows(session, account.district_id, account.account_id)}
    return session_id in mine and _end(
        session, account, [session_id], now, Ending.BY_HOLDER, by_person(account.person_id)
    ) == 1  # fmt: skip


def end_all(session: Session, account: Holder, now: datetime, why: Ending, by: By, keep: int | None = None) -> int:
    """End every session of an account but the one to keep; how many. Once committed they are over everywhere."""
    rows = open_rows(session, account.district_id, account.account_id)
    return _end(session, account, [row.id for row in rows if row.id != keep], now, why, by)


def _end(session: Session, account: Holder, session_ids: Sequence[int], now: datetime, why: Ending, by: By) -> int:
    ended = [one for one in session_ids if end_session(session, account.district_id, one, now, why)]
    for one in ended:
        detail = {"account": account.account_id, "session": one, "why": why}
        record(session, account.district_id, by, Act.SESSION_ENDED, now, detail=detail)
    return len(ended)


def _close_lapsed(session: Session, district_id: int, account_id: int, now: datetime) -> None:
    """Write down the end of sessions past their limits that nobody came back to."""
    for row in open_rows(session, district_id, account_id):
        life = _life(row, now)
        if not life.is_open:
            _end_by_itself(session, district_id, account_id, row.id, life)


def _end_by_itself(session: Session, district_id: int, account_id: int, session_id: int, life: Life) -> None:
    assert life.ended is not None
    assert life.why is not None
    if end_session(session, district_id, session_id, life.ended, life.why):
        detail = {"account": account_id, "session": session_id, "why": life.why}
        record(session, district_id, SYSTEM, Act.SESSION_ENDED, life.ended, detail=detail)


def _life(row: AccountSession, now: datetime) -> Life:
    return lapse(Life(row.began_at, row.seen_at), now, limits(row.staff))


def _works_for_a_school(session: Session, account: Holder, now: datetime) -> bool:
    if account.person_id is None:
        return False
    return viewer_of(session, account.district_id, account.person_id, now).is_staff
