"""What a district has said of its own rules, as the page of rules in force tells it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import exists, func, literal, select, union
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from mastery.links import Programme
from mastery.names import ParentView
from mastery.offices import Remit
from mastery.retention_schedule import Kind, told_by
from mastery.roster import Role
from models.households import NamePolicy
from models.links import ProgrammeEnrollment
from models.methods import SubjectMethod, read_methods
from models.queries_office import students_in
from models.retention import LegalHold, PendingDeletion
from models.roster import Enrollment, Person, PersonRole, School, Section
from models.subject_choices import ChoiceKind, SubjectChoice

MOST = 50


@dataclass(frozen=True, slots=True)
class NamesRule:
    """Which name families get, and who set it when; `by` None: a command where the service is installed."""

    view: ParentView
    by: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class ScoreRule:
    """What mastery in a subject goes by and what is shown beside, by exact names; who chose it, if that was said."""

    subject: str
    primary: str
    beside: tuple[str, ...]
    by: str | None
    since: datetime


@dataclass(frozen=True, slots=True)
class HoldLine:
    """A hold in force. `student` and `reason` are None where they are not the reader's to see."""

    id: int
    of_all: bool
    student_id: int | None
    student: str | None
    kind: Kind | None
    reason: str | None
    placed_at: datetime
    until: date | None


@dataclass(frozen=True, slots=True)
class NoticeLine:
    """A student who was in special education and whose record ends, and the last day on which the family is told.

    `student` and the SIS id `number` are None where they are not the reader's to see.
    """

    student_id: int | None
    student: str | None
    number: str | None
    by: date


def names_rule(session: Session, district_id: int) -> NamesRule | None:
    """Which name families get; None where the district has not said."""
    row = session.execute(
        select(NamePolicy, Person)
        .outerjoin(Person, (Person.district_id == NamePolicy.district_id) & (Person.id == NamePolicy.set_by))
        .where(NamePolicy.district_id == district_id)
    ).one_or_none()
    if row is None:
        return None
    policy, person = row
    return NamesRule(ParentView(policy.parent_view), None if person is None else person.display_name, policy.set_at)


def score_rules(session: Session, district_id: int) -> Sequence[ScoreRule]:
    """What was chosen for subjects, by name; any other goes by the model."""
    newest = (
        select(SubjectChoice.subject, SubjectChoice.by)
        .where(SubjectChoice.district_id == district_id, SubjectChoice.kind == ChoiceKind.METHODS.value)
        .ext(distinct_on(SubjectChoice.subject))
        .order_by(SubjectChoice.subject, SubjectChoice.id.desc())
        .subquery("newest")
    )
    rows = session.execute(
        select(SubjectMethod, newest.c.by)
        .outerjoin(newest, newest.c.subject == SubjectMethod.subject)
        .where(SubjectMethod.district_id == district_id)
        .order_by(SubjectMethod.subject)
    )
    found = []
    for row, by in rows:
        methods = read_methods({"primary": row.primary_method, "beside": row.beside})
        beside = tuple(one.name for one in methods.beside)
        found.append(ScoreRule(row.subject, methods.primary.name, beside, by, row.changed_at))
    return found


def holds_seen(
    session: Session, district_id: int, where: Remit, named: Remit, now: datetime, today: date
) -> tuple[Sequence[HoldLine], int]:
    """The holds in force of all and of the students of some places, the oldest first, and how many there are.

    Only students of `named` are named; a reason may name one, too, and goes with the name.
    """
    seen = LegalHold.student_id.is_(None) | LegalHold.student_id.in_(students_in(district_id, where, now))
    may_name = LegalHold.student_id.in_(students_in(district_id, named, now)) if named else literal(False)
    rows = session.execute(
        select(LegalHold, Person, may_name, func.count().over())
        .outerjoin(Person, (Person.district_id == LegalHold.district_id) & (Person.id == LegalHold.student_id))
        .where(
            LegalHold.district_id == district_id, LegalHold.lifted_at.is_(None), seen,
            LegalHold.until.is_(None) | (LegalHold.until >= today),
        )
        .order_by(LegalHold.id)
        .limit(MOST)
    ).all()  # fmt: skip
    lines = [_line(hold, person, bool(name), named.district) for hold, person, name, _ in rows]
    return lines, rows[0][3] if rows else 0


def notices_seen(
    session: Session, district_id: int, where: Remit, named: Remit, zone: ZoneInfo
) -> tuple[Sequence[NoticeLine], int]:
    """Of whose record that is out of sight the family is still to be told, and how many they are.

    Those who ever were at the schools of `where`, the first to be told first; only those of `named` are named.
    """
    waits = select(PendingDeletion.student_id).where(PendingDeletion.district_id == district_id)
    were = union(
        select(PersonRole.person_id, PersonRole.school_id).where(
            PersonRole.district_id == district_id, PersonRole.role == Role.STUDENT, PersonRole.person_id.in_(waits)
        ),
        select(Enrollment.person_id, Section.school_id)
        .join(Section, (Section.district_id == Enrollment.district_id) & (Section.id == Enrollment.section_id))
        .where(
            Enrollment.district_id == district_id, Enrollment.role == Role.STUDENT, Enrollment.person_id.in_(waits)
        ),
    ).subquery("were")  # fmt: skip
    at = (
        select(
            were.c.person_id,
            func.array_agg(School.time_zone).label("zones"),
            func.coalesce(func.bool_or(were.c.school_id.in_(where.schools)), False).label("seen"),
            func.coalesce(func.bool_or(were.c.school_id.in_(named.schools)), False).label("named"),
        )
        .outerjoin(School, (School.district_id == district_id) & (School.id == were.c.school_id))
        .group_by(were.c.person_id)
        .subquery("at")
    )
    rows = session.execute(
        select(PendingDeletion.since, Person, at.c.zones, at.c.named, func.count().over())
        .join(Person, (Person.district_id == PendingDeletion.district_id) & (Person.id == PendingDeletion.student_id))
        .join(at, at.c.person_id == PendingDeletion.student_id)
        .where(
            PendingDeletion.district_id == district_id,
            exists().where(
                ProgrammeEnrollment.district_id == district_id,
                ProgrammeEnrollment.student_id == PendingDeletion.student_id,
                ProgrammeEnrollment.programme == Programme.IDEA,
            ),
            literal(where.district) | at.c.seen,
        )
        .order_by(PendingDeletion.since, Person.id)
        .limit(MOST)
    ).all()
    lines = []
    for since, person, zones, at_named, _ in rows:
        told = person if named.district or at_named else None
        # the earliest of the days that it may be where the student went to school
        days = [since.astimezone(ZoneInfo(one) if one else zone).date() for one in zones]
        lines.append(
            NoticeLine(
                None if told is None else told.id, None if told is None else told.display_name,
                None if told is None else told.identifier, told_by(min(days)),
            )
        )  # fmt: skip
    return lines, rows[0][4] if rows else 0


def _line(hold: LegalHold, person: Person | None, name: bool, names_all: bool) -> HoldLine:
    told = person if name else None
    return HoldLine(
        hold.id,
        hold.student_id is None,
        None if told is None else told.id,
        None if told is None else told.display_name,
        None if hold.kind is None else Kind(hold.kind),
        hold.reason if told is not None or (hold.student_id is None and names_all) else None,
        hold.placed_at,
        hold.until,
    )
