"""Whom a draft of the graph concerns: students who stand on a target of which it says something, by name."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    Select,
    SQLColumnExpression,
    column,
    func,
    select,
    true,
    values,
)
from sqlalchemy.orm import Session

from mastery.access import Viewer
from mastery.access_questions import What
from mastery.evidence import OrderKey
from mastery.names import NameUse, name_for, sort_name
from models.progress_store import Pair
from models.queries_people import StudentName, visible_students
from models.roster import Person
from models.standing import Standing, SubjectState


def places_on(
    session: Session, district_id: int, targets: Collection[int], students: Collection[int] | None = None
) -> list[tuple[int, int]]:
    """(student, target) of all who stand on some targets, or of some students alone, in that order."""
    chosen = select(Standing.student_id, Standing.target_id).where(
        Standing.district_id == district_id, Standing.target_id == func.any(list(targets))
    )
    if students is not None:
        chosen = chosen.where(Standing.student_id == func.any(list(students)))
    return [(row[0], row[1]) for row in session.execute(chosen.order_by(Standing.student_id, Standing.target_id))]


def concerned_students(
    session: Session, district_id: int, viewer: Viewer | None, targets: Collection[int], limit: int, offset: int
) -> tuple[Sequence[StudentName], int]:
    """A page of the students who stand on some targets, by family name, and how many there are.

    Of them those whose standing the viewer may see; all for the command line.
    """
    chosen = select(Person).where(
        Person.district_id == district_id, Person.id.in_(_standing_on(district_id, targets)), _seen(viewer, Person.id)
    )
    total = session.scalar(select(func.count()).select_from(chosen.subquery())) or 0
    family = func.coalesce(Person.preferred_family_name, Person.family_name)
    given = func.coalesce(Person.preferred_given_name, Person.given_name)
    found = session.scalars(chosen.order_by(family, given, Person.id).limit(limit).offset(offset))
    use = NameUse.SCREEN
    return [StudentName(one.id, name_for(one.names, use), sort_name(one.names, use)) for one in found], total


def counted(
    session: Session, district_id: int, viewer: Viewer | None, targets_of: Mapping[int, Collection[int]]
) -> dict[int, int]:
    """How many students stand on at least one of the targets of each group, by the group's number; one statement."""
    named = [(group, target) for group, some in targets_of.items() for target in some]
    if not named:
        return {}
    group = values(column("number", Integer), column("target", BigInteger), name="named").data(named)
    rows = session.execute(
        select(group.c.number, func.count(Standing.student_id.distinct()))
        .join(Standing, (Standing.district_id == district_id) & (Standing.target_id == group.c.target))
        .where(_seen(viewer, Standing.student_id))
        .group_by(group.c.number)
    )
    return {row[0]: row[1] for row in rows}


def _standing_on(district_id: int, targets: Collection[int]) -> Select[int]:
    return select(Standing.student_id).where(
        Standing.district_id == district_id, Standing.target_id == func.any(list(targets))
    )


def _seen(viewer: Viewer | None, student: SQLColumnExpression[int]) -> ColumnElement[bool]:
    return true() if viewer is None else student.in_(visible_students(viewer, What.STANDING))


def cursors(session: Session, district_id: int, students: Collection[int]) -> dict[Pair, OrderKey]:
    """How far in the order of evidence each student-subject of some students has come."""
    rows = session.execute(
        select(SubjectState).where(
            SubjectState.district_id == district_id, SubjectState.student_id == func.any(list(students))
        )
    ).scalars()
    return {
        (one.student_id, one.subject): OrderKey(
            one.cursor_performed_at, one.cursor_scored_at, one.cursor_client, one.cursor_source_id
        )
        for one in rows
    }
