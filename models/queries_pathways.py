"""Ways to learn targets, as rows: those that a student finds, those that somebody keeps, adding and ending one."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, or_, select, update
from sqlalchemy.orm import Session

from mastery import pathways as law
from mastery.pathways import Mode, Setting, Words
from mastery.roster import Role
from models.pathways import Pathway, PathwayText
from models.queries_people import display_names, enrolled
from models.roster import Enrollment


@dataclass(frozen=True, slots=True)
class Kept:
    """A way that is kept: its key, for which target, of which class, None for the district's, and who added it when."""

    key: int
    target: int
    section: int | None
    way: law.Pathway
    by: str | None
    at: datetime


def ways_to(
    session: Session, district_id: int, student_id: int, targets: Collection[int], now: datetime
) -> dict[int, list[law.Pathway]]:
    """By target the ways that a student finds: the district's, and those of the classes they are in; one statement."""
    mine = enrolled(district_id, Role.STUDENT, now).where(Enrollment.person_id == student_id)
    here = Pathway.section_id.in_(mine.with_only_columns(Enrollment.section_id))
    standing = _standing(district_id).where(Pathway.target_id.in_(targets), or_(Pathway.section_id.is_(None), here))
    found: dict[int, list[law.Pathway]] = {}
    for row, way in _read(session, district_id, standing):
        found.setdefault(row.target_id, []).append(way)
    return found


def ways_kept(
    session: Session, district_id: int, section_id: int | None, limit: int, offset: int
) -> tuple[list[Kept], int]:
    """Some of the ways of a class, or of the district, the newest first; how many there are."""
    place = Pathway.section_id.is_(None) if section_id is None else Pathway.section_id == section_id
    standing = _standing(district_id).where(place)
    total = session.scalar(select(func.count()).select_from(standing.subquery())) or 0
    page = standing.order_by(Pathway.id.desc()).limit(limit).offset(offset)
    rows = _read(session, district_id, page, newest_first=True)
    names = display_names(session, district_id, {row.added_by for row, _ in rows if row.added_by is not None})
    return [
        Kept(row.id, row.target_id, row.section_id, way, names.get(row.added_by or 0), row.added_at)
        for row, way in rows
    ], total


def count_ways(session: Session, district_id: int, target_id: int, section_id: int | None) -> int:
    """How many ways stand for a target, of a class or of the district."""
    place = Pathway.section_id.is_(None) if section_id is None else Pathway.section_id == section_id
    standing = _standing(district_id).where(Pathway.target_id == target_id, place)
    return session.scalar(select(func.count()).select_from(standing.subquery())) or 0


def add_way(
    session: Session,
    district_id: int,
    target_id: int,
    section_id: int | None,
    way: law.Pathway,
    person: int | None,
    now: datetime,
) -> int:
    """Keep a way; its key."""
    row = Pathway(
        district_id=district_id,
        target_id=target_id,
        section_id=section_id,
        mode=way.mode,
        setting=way.setting,
        minutes=way.minutes,
        link=way.link,
        added_by=person,
        added_at=now,
        ended_by=None,
        ended_at=None,
    )
    session.add(row)
    session.flush()
    session.add_all(
        PathwayText(
            district_id=district_id, pathway_id=row.id, language=language, title=said.title, about=said.about
        )
        for language, said in way.words.items()
    )  # fmt: skip
    session.flush()
    return row.id


def end_way(
    session: Session, district_id: int, key: int, section_id: int | None, person: int, now: datetime
) -> int | None:
    """End a way of a class, or of the district; its target, None where there is no such one that stands."""
    place = Pathway.section_id.is_(None) if section_id is None else Pathway.section_id == section_id
    return session.scalar(
        update(Pathway)
        .where(Pathway.district_id == district_id, Pathway.id == key, place, Pathway.ended_at.is_(None))
        .values(ended_by=person, ended_at=now)
        .returning(Pathway.target_id)
    )


def _standing(district_id: int) -> Select[Pathway]:
    return select(Pathway).where(Pathway.district_id == district_id, Pathway.ended_at.is_(None))


def _read(
    session: Session, district_id: int, wanted: Select[Pathway], *, newest_first: bool = False
) -> list[tuple[Pathway, law.Pathway]]:
    """The ways that were chosen, with their texts, in the order of their keys."""
    of_it = (PathwayText.district_id == Pathway.district_id) & (PathwayText.pathway_id == Pathway.id)
    chosen = (Pathway.district_id == district_id, Pathway.id.in_(wanted.with_only_columns(Pathway.id)))
    found = session.execute(
        select(Pathway, PathwayText)
        .outerjoin(PathwayText, of_it)
        .where(*chosen)
        .order_by(Pathway.id.desc() if newest_first else Pathway.id)
    )
    rows: dict[int, Pathway] = {}
    texts: dict[int, dict[str, Words]] = {}
    for row, text in found:
        rows[row.id] = row
        said = texts.setdefault(row.id, {})
        if text is not None:
            said[text.language] = Words(text.title, text.about)
    return [(row, _way(row, texts[row.id])) for row in rows.values()]


def _way(row: Pathway, words: Mapping[str, Words]) -> law.Pathway:
    return law.Pathway(Mode(row.mode), Setting(row.setting), row.minutes, row.link, words)
