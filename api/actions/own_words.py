"""A student, or a parent, says in their own words what the student likes, wants and chooses; each act is on record."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy.orm import Session

from api.actions.rights import holds_rights
from mastery import profile
from mastery.access import Viewer
from mastery.audit import Act
from mastery.profile import Addition, Saying, Speaker
from models.audit import by_person, record
from models.locks import change_own_words
from models.queries_own_words import add_own_words, told_of


def speaker(session: Session, viewer: Viewer, student: int, now: datetime) -> Speaker | None:
    """As whom a viewer speaks for a student whom they see; None for who only reads."""
    return profile.speaker_of(viewer.person, student, signs=holds_rights(session, viewer, student, now))


def say(
    session: Session, viewer: Viewer, student: int, saying: Saying, known: Collection[int], now: datetime, today: date
) -> None:  # fmt: skip
    """Say something new. Raises ProfileError. Whoever calls has asked what the viewer sees, and commits."""
    change_own_words(session, viewer.district, student)
    told = told_of(session, viewer.district, student)
    by = speaker(session, viewer, student, now)
    _keep(session, viewer, student, profile.say(told, by, viewer.person, saying, today, known), now)


def may_change(session: Session, viewer: Viewer, student: int, key: int, now: datetime) -> bool:
    """Whether there is such an entry, and a viewer may say something else in its place."""
    entry = next((one for one in told_of(session, viewer.district, student) if one.key == key), None)
    by = speaker(session, viewer, student, now)
    return entry is not None and profile.may_change(by, viewer.person, entry)


def change(
    session: Session,
    viewer: Viewer,
    student: int,
    key: int,
    saying: Saying,
    known: Collection[int],
    now: datetime,
    today: date,
) -> None:
    """Say something else in the place of what one said. Raises ProfileError, LookupError for what is not one's own."""
    change_own_words(session, viewer.district, student)
    told = told_of(session, viewer.district, student)
    by = speaker(session, viewer, student, now)
    _keep(session, viewer, student, profile.change(told, by, viewer.person, key, saying, today, known), now)


def withdraw(session: Session, viewer: Viewer, student: int, key: int, now: datetime) -> None:
    """Take back what was said. Raises ProfileError, LookupError for what is not the viewer's to take back."""
    change_own_words(session, viewer.district, student)
    told = told_of(session, viewer.district, student)
    by = speaker(session, viewer, student, now)
    _keep(session, viewer, student, profile.withdraw(told, by, viewer.person, key), now)


def _keep(session: Session, viewer: Viewer, student: int, added: Addition | None, now: datetime) -> None:
    if added is None:
        return
    key = add_own_words(session, viewer.district, student, viewer.person, added, now)
    act = Act.OWN_WORDS_WITHDRAWN if added.saying is None else Act.OWN_WORDS_SAID
    detail = {"own_words": key, "kind": added.kind}
    if added.replaces is not None:
        detail["replaces"] = added.replaces
    record(session, viewer.district, by_person(viewer.person), act, now, [student], detail=detail)
