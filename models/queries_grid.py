"""What the grid of a class reads: who is in it, where each stands on what, and the flags that nobody looks at yet."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from mastery.access import Viewer
from mastery.access_questions import What
from mastery.body.tally import Tally
from mastery.decide import Decision, Standing, State
from mastery.names import NameUse, sort_name
from mastery.roster import Role
from models.carried import unpack
from models.flag import Flag
from models.hot import fetch
from models.queries_flags import flag_open
from models.queries_people import StudentName, enrolled, visible_students
from models.queries_today import NEW, SectionRow
from models.roster import Enrollment, Person, School, Section

# --- classes and who is in them ---------------------------------------------------------------------------------------


def list_classes(
    session: Session, viewer: Viewer, limit: int, offset: int, only: int | None = None
) -> tuple[list[SectionRow], int]:
    """A page of exactly the classes that `mastery.access.sees_class` opens to the viewer, and how many there are.

    By school and title; `only` leaves at most that one.
    """
    district = viewer.district
    opened = [Section.district_id == district, Section.active, _opened(viewer)]
    if only is not None:
        opened.append(Section.id == only)
    rows = session.execute(
        select(Section, School.name, func.count().over())
        .outerjoin(School, (School.district_id == Section.district_id) & (School.id == Section.school_id))
        .where(*opened)
        .order_by(School.name.nulls_last(), Section.title, Section.id)
        .limit(limit)
        .offset(offset)
    ).all()
    counts = _students_counted(session, district, [section.id for section, *_ in rows], viewer.at)
    found = [
        SectionRow(one.id, one.title, school, tuple(one.periods), counts.get(one.id, 0)) for one, school, _ in rows
    ]
    return found, rows[0][2] if rows else 0


def _students_counted(session: Session, district_id: int, sections: Collection[int], at: datetime) -> dict[int, int]:
    rows = session.execute(
        enrolled(district_id, Role.STUDENT, at)
        .with_only_columns(Enrollment.section_id, func.count(Enrollment.person_id.distinct()))
        .where(Enrollment.section_id == func.any(list(sections)))
        .group_by(Enrollment.section_id)
    )
    return {row[0]: row[1] for row in rows}


def _opened(viewer: Viewer) -> ColumnElement[bool]:
    return or_(Section.id.in_(viewer.sections), Section.school_id.in_(viewer.schools))


def students_of_class(
    session: Session, viewer: Viewer, section_id: int, what: What = What.STANDING
) -> list[StudentName]:
    """All students of a class of whom `what` opens to the viewer, by family name: a class is no long list."""
    members = enrolled(viewer.district, Role.STUDENT, viewer.at).where(Enrollment.section_id == section_id)
    people = session.scalars(
        select(Person).where(
            Person.district_id == viewer.district,
            Person.id.in_(members.with_only_columns(Enrollment.person_id)),
            Person.id.in_(visible_students(viewer, what)),
        )
    )
    return sorted(
        (StudentName(p.id, p.display_name, sort_name(p.names, NameUse.SCREEN)) for p in people),
        key=lambda p: (p.sort_name, p.id),
    )


# --- where they stand -------------------------------------------------------------------------------------------------

_EACH = "FROM unnest(%(students)s::bigint[]) AS one CROSS JOIN LATERAL ({}) AS s"
_OF_ONE = " FROM standing WHERE district_id = %(district)s AND student_id = one"

_STANDINGS = "SELECT s.* " + _EACH.format(f"SELECT student_id, target_id, carried::text, conditions, ever{_OF_ONE}")


def standings_of(session: Session, district_id: int, student: int) -> dict[int, Standing]:
    """Every standing of a student, by target."""
    rows = fetch(session, _STANDINGS, {"district": district_id, "students": [student]})
    return {row[1]: unpack(row[2], tuple(row[3]), tuple(row[4])) for row in rows}


@dataclass(slots=True)
class Counted:
    """Of one student how many targets are in each state, without what depends on the day, and which targets.

    `lately` are those of them that the student was last at work on since the instant that was asked for.
    """

    states: dict[State, int] = field(default_factory=dict)
    targets: list[int] = field(default_factory=list)
    lately: list[int] = field(default_factory=list)


_COUNTED = (
    "SELECT s.student_id, s.state, array_agg(s.target_id), array_agg(s.target_id) FILTER (WHERE s.as_of >= %(since)s) "
    + _EACH.format(f"SELECT student_id, target_id, state, as_of{_OF_ONE}") + " GROUP BY s.student_id, s.state"
)  # fmt: skip


def states_counted(
    session: Session,
    district_id: int,
    students: Collection[int],
    since: datetime,
    held: Mapping[int, Collection[int]],
) -> dict[int, Counted]:
    """The states of students, counted: of those in `held` on these targets, of others on all; also who has none."""
    found = {student: Counted() for student in students}
    wanted = {"district": district_id, "students": list(students), "since": since}
    rows: list[tuple[Any, ...]] = fetch(session, _COUNTED, wanted)
    for student, state, *groups in rows:
        only = held.get(student)
        targets, lately = ([one for one in some or () if only is None or one in only] for some in groups)
        found[student].states[State(state)] = len(targets)
        found[student].targets += targets
        found[student].lately += lately
    return found


_CELLS = "SELECT s.* " + _EACH.format(
    "SELECT student_id, target_id, state, coalesce((carried->2->>'enough_evidence')::boolean, false), records,"
    f" probability, as_of{_OF_ONE} AND (%(targets)s::bigint[] IS NULL OR target_id = ANY(%(targets)s::bigint[]))"
)


def cells_of_class(
    session: Session, district_id: int, students: Collection[int], targets: Collection[int] | None, zone: ZoneInfo
) -> dict[int, dict[int, Standing]]:
    """Standings by student and target, with no more than `mastery.as_of.state_on` reads: a class has thousands.

    A student without any is there too; None are all targets. `zone` is the district's, in which records have dates.
    """
    found: dict[int, dict[int, Standing]] = {student: {} for student in students}
    wanted = {
        "district": district_id,
        "students": list(students),
        "targets": None if targets is None else list(targets),
    }
    decisions: dict[tuple[str, bool], Decision] = {}
    rows: list[tuple[Any, ...]] = fetch(session, _CELLS, wanted)
    for student, target, state, enough, records, estimate, at in rows:
        decision = decisions.get((state, enough))
        if decision is None:
            decision = decisions[state, enough] = Decision(State(state), enough_evidence=enough)
        # only of work in progress does the day matter
        day = at.astimezone(zone).date() if at is not None and decision.state is State.IN_PROGRESS else None
        found[student][target] = Standing(Tally(records, estimate=estimate, last_date=day), decision)
    return found


def new_flags_of_class(session: Session, viewer: Viewer, students: Collection[int]) -> dict[int, dict[str, int]]:
    """How many flags that the viewer may see and nobody looks at yet each of some students has, by severity."""
    rows = session.execute(
        select(Flag.student_id, Flag.severity, func.count())
        .where(
            Flag.district_id == viewer.district,
            Flag.student_id == func.any(list(students)),
            Flag.state == NEW,
            flag_open(viewer, What.FLAGS),
        )
        .group_by(Flag.student_id, Flag.severity)
    )
    found: dict[int, dict[str, int]] = {}
    for student, severity, number in rows:
        found.setdefault(student, {})[severity] = number
    return found
