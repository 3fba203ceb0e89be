"""A student tells the teacher how it goes with a target and asks for help; a teacher answers. Each act is on record."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy.orm import Session

from api.actions.announce import announce
from mastery import voice as law
from mastery.access import Viewer
from mastery.audit import Act
from mastery.voice import Kind, Step, Told
from models.audit import by_person, record
from models.locks import change_own_words
from models.queries_voice import add_step, add_voice, voice_of

TOPIC = "voice"


def tell(
    session: Session,
    viewer: Viewer,
    target: int | None,
    kind: Kind,
    word: str,
    words: str,
    known: Collection[int],
    now: datetime,
) -> None:
    """The viewer, a student, tells something of a target. Raises VoiceError. The caller commits."""
    change_own_words(session, viewer.district, viewer.person)
    told = voice_of(session, viewer.district, viewer.person)
    kept = law.tell(told, target, kind, word, words, known)
    if kept is None or target is None:
        return
    key = add_voice(session, viewer.district, viewer.person, target, kind, *kept, now)
    _note(session, viewer, viewer.person, Act.STUDENT_TOLD, {"voice": key, "kind": kind}, now)


def answer(session: Session, viewer: Viewer, student: int, key: int, step: Step, words: str, now: datetime) -> None:
    """Answer a student's request. Raises LookupError where there is none, VoiceError.

    Whoever calls has asked whether the viewer answers the student, and commits.
    """
    told = _told(session, viewer, student, key)
    said = law.answer(told, step, words)
    add_step(session, viewer.district, key, step, said, viewer.person, now)
    _note(session, viewer, student, Act.STUDENT_ANSWERED, {"voice": key, "step": step}, now)


def withdraw(session: Session, viewer: Viewer, key: int, now: datetime) -> None:
    """The viewer, a student, does not need any more what they asked for. Raises LookupError, VoiceError."""
    law.withdraw(_told(session, viewer, viewer.person, key))
    add_step(session, viewer.district, key, Step.WITHDRAWN, "", viewer.person, now)
    _note(session, viewer, viewer.person, Act.STUDENT_TOLD, {"voice": key, "step": Step.WITHDRAWN}, now)


def _told(session: Session, viewer: Viewer, student: int, key: int) -> Told:
    change_own_words(session, viewer.district, student)
    found = next((one for one in voice_of(session, viewer.district, student) if one.key == key), None)
    if found is None:
        raise LookupError(f"the student told nothing under {key}")
    return found


def _note(session: Session, viewer: Viewer, student: int, act: Act, detail: dict[str, object], now: datetime) -> None:
    record(session, viewer.district, by_person(viewer.person), act, now, [student], detail=detail)
    announce(session, viewer.district, TOPIC, [student], now)
