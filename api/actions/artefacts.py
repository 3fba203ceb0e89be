"""Handing in a file as a student's work, and saying whose work it is and what helped; each act is on record."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from mastery.audit import Act
from mastery.policy import DEFAULT_POLICY
from mastery.rating.artefacts import Artefact, Refusal, may_certify
from mastery.rating.contents import FileRefusal, given_name, kind_of, refused
from models.artefacts import ArtefactRow, ArtefactStatement
from models.audit import by_person, record
from models.locks import change_work
from models.queries_artefacts import add_content, artefact_of, artefact_with, kept_bytes

LONGEST_WORDS = 500


class FileError(ValueError):
    """A file that is not taken; `reason` says why."""

    def __init__(self, reason: FileRefusal) -> None:
        super().__init__(reason)
        self.reason = reason


class StatementError(ValueError):
    """What was said of a file lacks something; `lacks` says what, in the order of the form."""

    def __init__(self, lacks: tuple[Refusal, ...]) -> None:
        super().__init__(", ".join(lacks))
        self.lacks = lacks


@dataclass(frozen=True, slots=True)
class Added:
    """A file of a student; `new` is false where the same bytes had been handed in before."""

    id: int
    name: str
    new: bool


def add_artefact(
    session: Session, district_id: int, student: int, by: int, name: str, content: bytes, now: datetime
) -> Added:  # fmt: skip
    """Keep a file as a student's work. Raises FileError. Whoever calls has asked who may, and commits."""
    change_work(session, district_id, student)
    digest = hashlib.sha256(content).digest()
    before = artefact_with(session, district_id, student, digest)
    if before is not None:
        return Added(before.id, before.name, new=False)
    why = refused(content, kept_bytes(session, district_id, student), DEFAULT_POLICY)
    kind = kind_of(content)
    if why is not None or kind is None:
        raise FileError(why or FileRefusal.KIND)
    add_content(session, district_id, digest, content)
    row = ArtefactRow(
        district_id=district_id, student_id=student, digest=digest, name=given_name(name, kind), kind=kind.value,
        size=len(content), added_by=by, added_at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    detail = {"artefact": row.id, "kind": kind.value, "sha256": digest.hex()}
    record(session, district_id, by_person(by), Act.ARTEFACT_ADDED, now, [student], detail=detail)
    return Added(row.id, row.name, new=True)


def checked_statement(said: Artefact) -> Artefact:
    """What a student says of their work. Raises StatementError for what is not enough to count as their own."""
    lacks = may_certify(said, 0, ())
    if lacks:
        raise StatementError(lacks)
    return said


def state(session: Session, district_id: int, student: int, key: int, said: Artefact, now: datetime) -> None:
    """Keep what a student says of a file of theirs. Raises StatementError, LookupError. Whoever calls commits."""
    if artefact_of(session, district_id, student, key) is None:
        raise LookupError(f"the student has no file {key}")
    checked_statement(said)
    row = ArtefactStatement(
        district_id=district_id, artefact_id=key, own_work=said.own_work, help=sorted(said.help),
        help_words=said.help_words.strip(), with_others=said.with_others, own_part=said.own_part.strip(),
        said_by=student, said_at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    detail = {"artefact": key, "help": sorted(said.help), "with_others": said.with_others}
    record(session, district_id, by_person(student), Act.ARTEFACT_STATED, now, [student], detail=detail)
