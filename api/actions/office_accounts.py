"""An account from the office: closed and opened, as when somebody leaves, and rid of a second step that was lost."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from api.actions.links import NotYoursError
from api.actions.second_factor import reset_second_factor
from api.actions.sessions import end_all
from mastery.access import Viewer
from mastery.audit import Act
from mastery.offices import Affair, Reach, remit
from mastery.session_limits import Ending
from models.access import Account
from models.audit import By, by_person, record
from models.queries_access import subject_of
from models.queries_account_keepers import answers_for_account
from models.queries_accounts import holder_of
from models.queries_office import find_person
from models.queries_people import district_zone


def close_account(session: Session, viewer: Viewer, account_id: int, now: datetime, real_now: datetime) -> int:
    """Let nobody come in by an account any more, and end its sessions as of `real_now`; the person's key.

    Raises NotYoursError, also for one's own account.
    """
    account, person = _account(session, viewer, account_id, now)
    if account.disabled_at is None:
        close(session, by_person(viewer.person), account, now, real_now)
    return person


def close(session: Session, by: By, account: Account, now: datetime, real_now: datetime) -> None:
    """What closing an open account is, whoever may do it: its sessions end, and it is on record whose it was."""
    account.disabled_at = real_now
    session.flush()
    end_all(session, holder_of(account, None), real_now, Ending.BY_OFFICE, by)
    _put(session, by, Act.ACCOUNT_DISABLED, account, now)


def open_account(session: Session, viewer: Viewer, account_id: int, now: datetime) -> int:
    """Let the holder of a closed account come in again; the person's key. Raises NotYoursError."""
    account, person = _account(session, viewer, account_id, now)
    if account.disabled_at is not None:
        account.disabled_at = None
        session.flush()
        _put(session, by_person(viewer.person), Act.ACCOUNT_ENABLED, account, now)
    return person


def remove_second_step(session: Session, viewer: Viewer, account_id: int, now: datetime, real_now: datetime) -> int:
    """Take away the second step of an account whose holder lost it, and end its sessions as of `real_now`.

    The person's key. Whoever needs a second step sets up another at the next signing in. Raises NotYoursError, also
    for one's own account and where there is none to take away.
    """
    account, person = _account(session, viewer, account_id, now)
    by = by_person(viewer.person)
    if not reset_second_factor(session, viewer.district, holder_of(account, None), by, real_now):
        raise NotYoursError
    return person


def may_keep_account(session: Session, viewer: Viewer, person_id: int, now: datetime) -> bool:
    """Whether a person answers for somebody's account, or for their first letter where they have none.

    Not for one's own; from a school for nobody who is more than the school answers for, as with letters.
    """
    where = remit(viewer, Affair.ACCOUNTS, now)
    if not where:
        return False
    today = now.astimezone(ZoneInfo(district_zone(session, viewer.district))).date()
    if find_person(session, viewer.district, Reach(where, where), person_id, now, today) is None:
        return False
    return answers_for_account(session, viewer, today, person_id)


def _account(session: Session, viewer: Viewer, account_id: int, now: datetime) -> tuple[Account, int]:
    account = session.get(Account, (viewer.district, account_id), with_for_update=True)
    if account is None or account.person_id is None:
        raise NotYoursError
    if not may_keep_account(session, viewer, account.person_id, now):
        raise NotYoursError
    return account, account.person_id


def _put(session: Session, by: By, act: Act, account: Account, now: datetime) -> None:
    person = account.person_id
    students = () if person is None or subject_of(session, account.district_id, person, now) is None else (person,)
    record(session, account.district_id, by, act, now, students, detail={"account": account.id, "person": person})
