"""Who scores, as rows: by which name a result knows them, whether they are certified, whose guardian they are."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.assessment import Assessment
from models.registry import find_educators
from models.roster import Guardianship, Person


@dataclass(frozen=True, slots=True)
class ScorerName:
    """A person as results name a scorer."""

    name: str
    shown: str
    certified: bool


def scorer_names(session: Session, district_id: int, people: Collection[int]) -> dict[int, ScorerName]:
    """Some people as scorers, by key; two statements."""
    rows = session.scalars(select(Person).where(Person.district_id == district_id, Person.id.in_(people))).all()
    educators = find_educators(session, district_id, {row.sourced_id for row in rows})
    return {row.id: ScorerName(row.sourced_id, row.display_name, row.sourced_id in educators) for row in rows}


def is_guardian(session: Session, district_id: int, student: int, person: int) -> bool:
    """Whether a person is on file as a guardian of a student."""
    found = session.scalar(
        select(Guardianship.guardian_id).where(
            Guardianship.district_id == district_id, Guardianship.student_id == student,
            Guardianship.guardian_id == person,
        ).limit(1)
    )  # fmt: skip
    return found is not None


def sourced_id(session: Session, district_id: int, person: int) -> str:
    """By which name results know a student, who is on file."""
    return session.scalars(
        select(Person.sourced_id).where(Person.district_id == district_id, Person.id == person)
    ).one()


def assessment_name(session: Session, district_id: int, key: int) -> str:
    """The name of an assessment that is there."""
    chosen = (Assessment.district_id == district_id, Assessment.id == key)
    return session.scalars(select(Assessment.name).where(*chosen)).one()
