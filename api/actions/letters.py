"""Letters and links that let people in: made, looked up, used once."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from api.actions.accounts import (
    create_account,
    hashed_password,
    name_digest,
    normalised,
    refuse_what_does_not_count,
)
from api.actions.passwords import checked_password, password_holder
from api.actions.sessions import end_all
from api.security.clients import district_of
from mastery.audit import Act
from mastery.letters import SECRET_SIGNS, SIGNS, CodeKind, ends_at, last_day, read_code, spelled
from mastery.offices import Remit
from mastery.session_limits import Ending
from models.audit import By, by_person, record
from models.district import SignInName
from models.entry_codes import OpenCode, add_codes, end_codes, open_code, use_code
from models.queries_accounts import Holder, forgive, holder
from models.queries_letters import Recipient, wards_of
from models.queries_mail import queue_news
from models.queries_people import students_among
from models.roster import Person
from models.unit_of_work import district_transaction


@dataclass(frozen=True, slots=True)
class Code:
    """A code as it came in: the district that it names, and what may be kept of it under each of our keys."""

    district_id: int
    digests: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter to be printed, this once: for whom, about which children, its code and the last day that it works."""

    recipient: Recipient
    wards: tuple[str, ...]
    code: str
    until: date


def code_digest(key: str, text: str) -> bytes:
    """What is kept of a code: sixty bits alone could be tried out by whoever has the table, but not without the key."""
    return hmac.new(key.encode(), b"entry code " + text.encode(), hashlib.sha256).digest()


def code_of(typed: str, keys: Sequence[str]) -> Code | None:
    """The code that somebody typed, or a link holds; None for what can be no code. `keys`: the present one first."""
    read = read_code(typed)
    if read is not None:
        district_id: int | None
        district_id, text = read[0], _letter_text(*read)
    else:
        district_id, text = district_of(typed), typed
    return None if not district_id else Code(district_id, tuple(code_digest(key, text) for key in keys))


def _letter_text(district_id: int, secret: str) -> str:
    return f"{district_id}/{secret}"


def make_letters(
    session: Session,
    district_id: int,
    recipients: Sequence[Recipient],
    by: By,
    key: str,
    now: datetime,
    zone: ZoneInfo,
    *,
    families: Remit,
) -> list[Letter]:
    """A letter for each, in the caller's transaction; codes that these people had before end.

    `families`: where whoever prints them may know whose guardian somebody is; children elsewhere are not named.
    However many there are, the statements are as many (a further one for each thousand). On record as one act.
    """
    if not recipients:
        return []
    today = now.astimezone(zone).date()
    until, people = last_day(today), [one.person_id for one in recipients]
    wards = wards_of(session, district_id, people, families, today, now)
    made = [(one, "".join(secrets.choice(SIGNS) for _ in range(SECRET_SIGNS))) for one in recipients]
    end_codes(session, district_id, people, now)
    add_codes(
        session,
        (
            {
                "district_id": district_id,
                "digest": code_digest(key, _letter_text(district_id, secret)),
                "kind": CodeKind.LETTER,
                "person_id": one.person_id,
                "made_by": by.id,
                "made_at": now,
                "expires_at": ends_at(until, zone),
            }
            for one, secret in made
        ),
    )
    record(
        session, district_id, by, Act.LETTER_MADE, now, students_among(session, district_id, people),
        detail={"people": people, "until": until.isoformat()},
    )  # fmt: skip
    return [
        Letter(one, tuple(wards.get(one.person_id, ())), spelled(district_id, secret), until) for one, secret in made
    ]


def look_up(engine: Engine, code: Code, now: datetime) -> tuple[OpenCode, str] | None:
    """A code that works now, with the sign-in name of its person: theirs, or one to propose. None for any other."""
    with district_transaction(engine, code.district_id) as session:
        found = open_code(session, code.district_id, code.digests, now)
        if found is None:
            return None
        return found, found.sign_in_name or _proposed_name(session, found.person)


def _proposed_name(session: Session, person: Person) -> str:
    """A sign-in name that is free: the e-mail address, the roster's name for them, or their names with a number."""
    given = person.preferred_given_name or person.given_name
    family = person.preferred_family_name or person.family_name
    plain = ".".join(part for part in (_sayable(given), _sayable(family)) if part)
    wanted = [name for name in (person.email, person.username) if name]
    wanted += [f"{plain or 'home'}{number or ''}" for number in (0, *range(2, 10), secrets.randbelow(9000) + 1000)]
    digests = [name_digest(name) for name in wanted]
    taken = set(session.scalars(select(SignInName.name_digest).where(SignInName.name_digest.in_(digests))))
    return next((normalised(name) for name, one in zip(wanted, digests, strict=True) if one not in taken), "")


def _sayable(name: str) -> str:
    return "".join(sign for sign in normalised(name) if sign.isalnum())


def use(engine: Engine, code: Code, sign_in_name: str, password: str, now: datetime, tell: bool) -> Holder | None:
    """Make the account of the code's person, or give it a new password and end its sessions; its holder.

    None for a code that does not work (any more). `tell`: send the news to the address of an account that was there.
    Raises AccountError, PasswordError and NoPasswordError among them; the code then still works.
    """
    district_id = code.district_id
    with district_transaction(engine, district_id) as session:
        found = open_code(session, district_id, code.digests, now, lock=True)
        if found is None:
            return None
        use_code(session, district_id, found.digest, now)
        end_codes(session, district_id, [found.person.id], now)
        account_id = _let_in(session, district_id, found, sign_in_name, password, now)
        if tell and found.account_id is not None and found.person.email:
            queue_news(session, district_id, account_id, now)
        let_in = holder(session, district_id, account_id)
        session.commit()
    return let_in


def _let_in(
    session: Session, district_id: int, found: OpenCode, sign_in_name: str, password: str, now: datetime
) -> int:
    """The account's key, with the password set and on record."""
    about, by = students_among(session, district_id, [found.person.id]), by_person(found.person.id)
    detail = {"person": found.person.id, "by": found.kind}
    if found.account_id is None:
        made = create_account(session, district_id, sign_in_name, password, found.person.id, now)
        record(session, district_id, by, Act.ACCOUNT_MADE, now, about, detail=detail)
        return made
    name = found.sign_in_name or ""
    refuse_what_does_not_count(session, district_id, found.person.id, now)
    checked_password(password, password_holder(session, district_id, found.person.id, name))
    forgive(session, district_id, found.account_id, hashed_password(password))
    record(session, district_id, by, Act.PASSWORD_SET, now, about, detail=detail)
    account = holder(session, district_id, found.account_id)
    if account is not None:
        end_all(session, account, now, Ending.PASSWORD_CHANGED, by)
    return found.account_id
