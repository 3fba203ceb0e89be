"""What a student handed in, as rows: the list, one file, its bytes, and adding to them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from mastery.rating.artefacts import Artefact, Help
from mastery.rating.contents import Kind
from models.artefacts import ArtefactContent, ArtefactRow, ArtefactStatement
from models.roster import Person


@dataclass(frozen=True, slots=True)
class Told:
    """A file that a student handed in, as lists show it; `size` in bytes, `by` is who added it.

    `said_at`: when it was last said whose work it is; None where nobody has.
    """

    id: int
    name: str
    kind: Kind
    size: int
    by: int
    by_name: str
    at: datetime
    artefact: Artefact
    said_at: datetime | None


def work_of(
    session: Session, district_id: int, student_id: int, limit: int | None, offset: int = 0
) -> tuple[Sequence[Told], int]:
    """A page of a student's files, the newest first, and how many there are."""
    total = session.scalar(select(func.count()).where(*_mine(district_id, student_id))) or 0
    rows = session.execute(
        select(ArtefactRow, Person)
        .join(Person, (Person.district_id == ArtefactRow.district_id) & (Person.id == ArtefactRow.added_by))
        .where(*_mine(district_id, student_id))
        .order_by(ArtefactRow.id.desc())
        .limit(limit)
        .offset(offset)
    ).all()
    said = _statements(session, district_id, [row.id for row, _ in rows])
    return [_told(row, person, said.get(row.id)) for row, person in rows], total


def artefact_of(session: Session, district_id: int, student_id: int, key: int) -> ArtefactRow | None:
    """A file of a student; None where there is no such one."""
    return session.scalar(select(ArtefactRow).where(*_mine(district_id, student_id), ArtefactRow.id == key))


def artefact_with(session: Session, district_id: int, student_id: int, digest: bytes) -> ArtefactRow | None:
    """A student's file with this SHA-256; None where there is none."""
    return session.scalar(select(ArtefactRow).where(*_mine(district_id, student_id), ArtefactRow.digest == digest))


def content_of(session: Session, district_id: int, digest: bytes) -> bytes:
    """The bytes with this SHA-256, which are there."""
    chosen = (ArtefactContent.district_id == district_id, ArtefactContent.digest == digest)
    return session.scalars(select(ArtefactContent.content).where(*chosen)).one()


def kept_bytes(session: Session, district_id: int, student_id: int) -> int:
    """How many bytes of a student's files are kept."""
    found = session.scalar(select(func.sum(ArtefactRow.size)).where(*_mine(district_id, student_id)))
    return int(found or 0)


def add_content(session: Session, district_id: int, digest: bytes, content: bytes) -> None:
    """Keep bytes, once."""
    row = {"district_id": district_id, "digest": digest, "content": content}
    session.execute(insert(ArtefactContent).values(row).on_conflict_do_nothing())


def said_of(session: Session, district_id: int, keys: Collection[int], student: int) -> dict[int, Artefact]:
    """What is said of some files of a student, by key; a file of another is not among them."""
    rows = session.execute(
        select(ArtefactRow.id, ArtefactRow.digest).where(*_mine(district_id, student), ArtefactRow.id.in_(keys))
    ).all()
    said = _statements(session, district_id, keys)
    return {key: _artefact(digest, said.get(key)) for key, digest in rows}


def _mine(district_id: int, student_id: int) -> tuple[ColumnElement[bool], ...]:
    return ArtefactRow.district_id == district_id, ArtefactRow.student_id == student_id


def _statements(session: Session, district_id: int, keys: Collection[int]) -> dict[int, ArtefactStatement]:
    rows = session.scalars(
        select(ArtefactStatement)
        .where(ArtefactStatement.district_id == district_id, ArtefactStatement.artefact_id.in_(keys))
        .order_by(ArtefactStatement.id)
    )
    return {row.artefact_id: row for row in rows}


def _told(row: ArtefactRow, person: Person, said: ArtefactStatement | None) -> Told:
    return Told(
        row.id, row.name, Kind(row.kind), row.size, row.added_by, person.display_name, row.added_at,
        _artefact(row.digest, said), said.said_at if said else None,
    )  # fmt: skip


def _artefact(digest: bytes, said: ArtefactStatement | None) -> Artefact:
    if said is None:
        return Artefact(digest.hex())
    helped = frozenset(Help(one) for one in said.help)
    return Artefact(digest.hex(), said.own_work, helped, said.help_words, said.with_others, said.own_part)
