"""Mail as rows: asked for, taken by a sender, sent or given up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from mastery.mail import LINKS_IN_AN_HOUR, MailKind
from models.access import Account
from models.district import District
from models.letters import EntryCode
from models.mail import Mail, RecoveryRequest
from models.queries_accounts import may_come_in
from models.roster import Person


@dataclass(frozen=True, slots=True)
class Letterbox:
    """An account that mail can be sent to. `language`: the one its holder chose, if any."""

    account_id: int
    person_id: int
    address: str
    language: str | None


@dataclass(frozen=True, slots=True)
class ToSend:
    """Mail that was taken to be sent, and where to. `district`: its name."""

    id: int
    kind: MailKind
    to: Letterbox
    sign_in_name: str
    district: str
    asked_at: datetime
    tries: int


def ask_recovery(session: Session, name_digest: str, now: datetime) -> None:
    """Note that somebody typed a name to recover; the same one row whether it is anybody's or nobody's."""
    session.add(RecoveryRequest(name_digest=name_digest, asked_at=now))


def take_requests(session: Session, limit: int) -> Sequence[RecoveryRequest]:
    """The oldest requests, for this transaction alone; it answers and deletes them."""
    query = select(RecoveryRequest).order_by(RecoveryRequest.id).limit(limit).with_for_update(skip_locked=True)
    return session.scalars(query).all()


def forget_requests(session: Session, ids: Sequence[int]) -> None:
    """Delete requests that were answered."""
    session.execute(delete(RecoveryRequest).where(RecoveryRequest.id.in_(ids)))


def letterboxes(session: Session, district_id: int, name_digest: str) -> Sequence[Letterbox]:
    """The accounts whose holder's e-mail address, in lower case, has this SHA-256, or whose sign-in name has it."""

    def is_it(text: ColumnElement[str]) -> ColumnElement[bool]:
        return func.encode(func.sha256(func.convert_to(text, "UTF8")), "hex") == name_digest

    rows = session.execute(
        select(Account.id, Person.id, func.concat(Person.email), Account.language)
        .join(Person, (Person.district_id == Account.district_id) & (Person.id == Account.person_id))
        .where(
            Account.district_id == district_id,
            may_come_in(),
            Person.email.is_not(None),
            is_it(func.lower(Person.email)) | is_it(func.concat(Account.sign_in_name)),
        )
        .order_by(Account.id)
    )
    return [Letterbox(*row) for row in rows]


def queue_link(session: Session, district_id: int, account_id: int, request_id: int, now: datetime) -> bool:
    """Have a link sent in answer to a request, once; False where the account was sent enough of them."""
    lately = session.scalar(
        select(func.count()).where(
            Mail.district_id == district_id,
            Mail.account_id == account_id,
            Mail.kind == MailKind.RECOVERY,
            Mail.asked_at > now - timedelta(hours=1),
        )
    )
    if (lately or 0) >= LINKS_IN_AN_HOUR:
        return False
    added = session.execute(
        insert(Mail)
        .values(_row(district_id, MailKind.RECOVERY, account_id, request_id, now))
        .on_conflict_do_nothing()
        .returning(Mail.id)
    )
    return added.first() is not None


def queue_news(session: Session, district_id: int, account_id: int, now: datetime) -> None:
    """Have the holder told that a new password was set."""
    session.execute(insert(Mail).values(_row(district_id, MailKind.PASSWORD_SET, account_id, None, now)))


def _row(district_id: int, kind: MailKind, account_id: int, request_id: int | None, now: datetime) -> dict[str, object]:
    return {
        "district_id": district_id,
        "kind": kind,
        "account_id": account_id,
        "request_id": request_id,
        "asked_at": now,
        "due_at": now,
        "tries": 0,
    }


def take_mail(session: Session, district_id: int, now: datetime, limit: int, lease: timedelta) -> Sequence[ToSend]:
    """Mail that is due, put off by `lease` so that no other sender has it; whoever took it and died, sends it then."""
    due = (
        select(Mail.id)
        .where(Mail.district_id == district_id, Mail.sent_at.is_(None), Mail.given_up_at.is_(None), Mail.due_at <= now)
        .order_by(Mail.due_at, Mail.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    keys = list(session.scalars(due))
    if not keys:
        return []
    session.execute(
        update(Mail)
        .where(Mail.district_id == district_id, Mail.id.in_(keys))
        .values(due_at=now + lease, tries=Mail.tries + 1)
    )
    rows = session.execute(
        select(Mail, Account, Person, District.name)
        .join(Account, (Account.district_id == Mail.district_id) & (Account.id == Mail.account_id))
        .join(Person, (Person.district_id == Account.district_id) & (Person.id == Account.person_id))
        .join(District, District.id == Mail.district_id)
        .where(Mail.district_id == district_id, Mail.id.in_(keys))
        .order_by(Mail.id)
    )
    return [
        ToSend(
            mail.id,
            MailKind(mail.kind),
            Letterbox(account.id, person.id, person.email or "", account.language),
            account.sign_in_name,
            district,
            mail.asked_at,
            mail.tries,
        )
        for mail, account, person, district in rows
    ]


def mark_sent(session: Session, district_id: int, mail_id: int, now: datetime) -> None:
    """Note that the mail server took it."""
    session.execute(update(Mail).where(Mail.district_id == district_id, Mail.id == mail_id).values(sent_at=now))


def put_off(session: Session, district_id: int, mail_id: int, until: datetime) -> None:
    """Try again then."""
    session.execute(update(Mail).where(Mail.district_id == district_id, Mail.id == mail_id).values(due_at=until))


def give_up(session: Session, district_id: int, mail_id: int, now: datetime) -> None:
    """Never try again."""
    session.execute(update(Mail).where(Mail.district_id == district_id, Mail.id == mail_id).values(given_up_at=now))


def forget_mail(session: Session, district_id: int, before: datetime) -> None:
    """Delete what was asked for before then."""
    session.execute(delete(Mail).where(Mail.district_id == district_id, Mail.asked_at < before))


def kept_link(session: Session, district_id: int, digests: Sequence[bytes]) -> bytes | None:
    """Which of these links was kept before, if any."""
    query = select(EntryCode.digest).where(EntryCode.district_id == district_id, EntryCode.digest.in_(digests))
    return session.scalars(query.limit(1)).one_or_none()


def keep_link(
    session: Session, district_id: int, digest: bytes, person_id: int, now: datetime, expires_at: datetime
) -> bool:
    """Have a link work until then, unless it was used or ended; the one before it ends. Whether it works."""
    session.execute(
        update(EntryCode)
        .where(
            EntryCode.district_id == district_id,
            EntryCode.person_id == person_id,
            EntryCode.kind == "link",
            EntryCode.digest != digest,
            EntryCode.used_at.is_(None),
            EntryCode.ended_at.is_(None),
        )
        .values(ended_at=now)
    )
    kept = insert(EntryCode).values(
        district_id=district_id, digest=digest, kind="link", person_id=person_id, made_at=now, expires_at=expires_at
    )
    session.execute(
        kept.on_conflict_do_update(
            index_elements=[EntryCode.district_id, EntryCode.digest], set_={"expires_at": expires_at}
        )
    )
    row = session.execute(
        select(EntryCode.used_at, EntryCode.ended_at).where(
            EntryCode.district_id == district_id, EntryCode.digest == digest
        )
    ).one()
    return row.used_at is None and row.ended_at is None
