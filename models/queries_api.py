"""What the JSON API reads of students, their standings and evidence, and of flags; lists go on after a sort key."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, tuple_
from sqlalchemy.orm import Session, aliased

from mastery.evidence import Purpose, ScoreStatus
from mastery.roster import Role
from mastery.safety import Place
from models.access import Client
from models.assessment import Assessment, AssessmentForm, CutScores
from models.evidence import Evidence, ResultRow
from models.flag import Flag
from models.queries_names import appears_in
from models.queries_people import enrolled
from models.retention import in_sight
from models.roster import Enrollment, Person, PersonRole, School, Section
from models.standing import Standing, SubjectState


@dataclass(frozen=True, slots=True)
class ApiSection:
    """A section of a student today."""

    id: str
    title: str
    school: str | None
    periods: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ApiStudent:
    """A student as machines know one, by ids alone (table 7.3). `id` is the SIS id; where there is none, the sourcedId.

    Of who is protected machines get the ids by which results name them, and nothing else: no grade or class.
    """

    key: int
    id: str
    sourced_id: str
    grades: tuple[str, ...]
    active: bool
    sections: tuple[ApiSection, ...]


def sis_id() -> ColumnElement[str]:
    """How a student is named outside."""
    return func.coalesce(func.nullif(Person.identifier, ""), Person.sourced_id)


def api_students(
    session: Session, district_id: int, at: datetime, limit: int, after: tuple[str, int] | None = None
) -> list[ApiStudent]:
    """Students by SIS id, then by key, from after (SIS id, key) on."""
    student = select(PersonRole.id).where(
        PersonRole.district_id == district_id, PersonRole.person_id == Person.id, PersonRole.role == Role.STUDENT
    )
    # "C" keeps the order whatever the database's locale is, or becomes
    order = sis_id().collate("C")
    chosen = select(Person, sis_id(), appears_in(Place.EXPORT, Person)).where(
        Person.district_id == district_id, student.exists(), in_sight(district_id, Person.id)
    )
    if after is not None:
        chosen = chosen.where(tuple_(order, Person.id) > after)
    rows = session.execute(chosen.order_by(order, Person.id).limit(limit)).all()
    sections = _sections_of(session, district_id, [person.id for person, _, told in rows if told], at)
    return [
        ApiStudent(
            person.id, name, person.sourced_id, tuple(person.grades) if told else (), person.active,
            tuple(sections.get(person.id, ())),
        )
        for person, name, told in rows
    ]  # fmt: skip


def may_name_school(session: Session, district_id: int, student: int) -> bool:
    """Whether a program may know at which school a student is."""
    query = select(appears_in(Place.EXPORT, Person)).where(Person.district_id == district_id, Person.id == student)
    return bool(session.scalar(query))


def api_section(session: Session, district_id: int, sourced_id: str) -> int | None:
    """The key of a live section by the roster's sourcedId."""
    return session.scalar(
        select(Section.id).where(Section.district_id == district_id, Section.sourced_id == sourced_id, Section.active)
    )


def students_of_section(
    session: Session, district_id: int, section_id: int, at: datetime, limit: int, after: tuple[str, int] | None = None
) -> list[tuple[int, str]]:
    """Key and SIS id of the students who are in a section today, in the order of the list of students.

    Without who is protected: programs are not told their classes.
    """
    order = sis_id().collate("C")
    members = enrolled(district_id, Role.STUDENT, at).where(Enrollment.section_id == section_id)
    chosen = select(Person.id, sis_id()).where(
        Person.district_id == district_id,
        Person.id.in_(members.with_only_columns(Enrollment.person_id)),
        appears_in(Place.EXPORT, Person),
        in_sight(district_id, Person.id),
    )
    if after is not None:
        chosen = chosen.where(tuple_(order, Person.id) > after)
    return [(key, name) for key, name in session.execute(chosen.order_by(order, Person.id).limit(limit))]


def _sections_of(
    session: Session, district_id: int, students: Sequence[int], at: datetime
) -> dict[int, list[ApiSection]]:
    theirs = enrolled(district_id, Role.STUDENT, at).where(Enrollment.person_id == func.any(students)).subquery()
    rows = session.execute(
        select(theirs.c.person_id, Section.sourced_id, Section.title, School.name, Section.periods)
        .join(Section, (Section.district_id == district_id) & (Section.id == theirs.c.section_id))
        .outerjoin(School, (School.district_id == Section.district_id) & (School.id == Section.school_id))
        .distinct()
        .order_by(theirs.c.person_id, Section.title, Section.sourced_id)
    )
    found: dict[int, list[ApiSection]] = {}
    for row in rows:
        found.setdefault(row[0], []).append(ApiSection(row[1], row[2], row[3], tuple(row[4])))
    return found


def student_names(session: Session, district_id: int, students: Collection[int]) -> dict[int, str]:
    """How students are named outside, by key."""
    rows = session.execute(
        select(Person.id, sis_id()).where(Person.district_id == district_id, Person.id == func.any(list(students)))
    )
    return {row[0]: row[1] for row in rows}


def standings_after(
    session: Session, district_id: int, student: int, limit: int, after: int | None = None
) -> Sequence[Standing]:
    """A student's standings by target key, from after a target's key on."""
    mine = select(Standing).where(Standing.district_id == district_id, Standing.student_id == student)
    if after is not None:
        mine = mine.where(Standing.target_id > after)
    return session.scalars(mine.order_by(Standing.target_id).limit(limit)).all()


def standings_on(session: Session, district_id: int, student: int, targets: Collection[int]) -> dict[int, Standing]:
    """A student's standings on some targets, by target."""
    rows = session.scalars(
        select(Standing).where(
            Standing.district_id == district_id,
            Standing.student_id == student,
            Standing.target_id == func.any(sorted(targets)),
        )
    )
    return {row.target_id: row for row in rows}


def subject_state_of(session: Session, district_id: int, student: int, subject: str) -> SubjectState | None:
    """What the filter remembers of a student in a subject; None before the first evidence."""
    row = session.get(SubjectState, (district_id, student, subject))
    # a row without a state only is there to be locked
    return row if row is not None and row.state else None


@dataclass(frozen=True, slots=True)
class ApiEvidence:
    """One record on a target: its result as posted, what stands against it, and its assessment's cut scores."""

    result: ResultRow
    evidence: Evidence
    client: str
    assessment: Assessment
    form: str
    cuts: Any
    superseded_by: int | None


def evidence_after(
    session: Session,
    district_id: int,
    student: int,
    target: int,
    limit: int,
    after: tuple[datetime, datetime, int] | None = None,
) -> list[ApiEvidence]:
    """A student's records on a target, newest first, from after (performed_at, scored_at, result key) on."""
    order = (ResultRow.performed_at, ResultRow.scored_at, ResultRow.id)
    chosen = _evidence(district_id).where(
        ResultRow.district_id == district_id, ResultRow.student_id == student, Evidence.target_id == target
    )
    if after is not None:
        chosen = chosen.where(tuple_(*order) < tuple_(*after))
    rows = session.execute(chosen.order_by(*(column.desc() for column in order)).limit(limit))
    return [ApiEvidence(*row) for row in rows]


def taken_tests(
    session: Session, district_id: int, student: int, targets: Collection[int], limit: int
) -> list[ApiEvidence]:
    """A student's newest scored records of summative tests on some targets, oldest first, corrected ones left out."""
    rows = session.execute(
        _evidence(district_id)
        .where(
            ResultRow.district_id == district_id,
            ResultRow.student_id == student,
            ResultRow.purpose == Purpose.SUMMATIVE,
            ResultRow.status == ScoreStatus.SCORED,
            Evidence.target_id.in_(targets),
        )
        .order_by(ResultRow.performed_at.desc(), ResultRow.scored_at.desc(), ResultRow.id.desc())
        .limit(limit)
    )
    found = [ApiEvidence(*row) for row in rows]
    return [record for record in reversed(found) if record.superseded_by is None]


def sittings_of_tests(
    session: Session, district_id: int, students: Collection[int], assessments: Collection[int]
) -> list[ApiEvidence]:
    """All records of some students on some assessments, oldest first, corrected ones left out; one statement."""
    rows = session.execute(
        _evidence(district_id)
        .where(
            ResultRow.district_id == district_id,
            ResultRow.student_id == func.any(sorted(students)),
            ResultRow.assessment_id == func.any(sorted(assessments)),
        )
        .order_by(ResultRow.performed_at, ResultRow.scored_at, ResultRow.id, Evidence.target_id)
    )
    return [record for record in (ApiEvidence(*row) for row in rows) if record.superseded_by is None]


def _evidence(district_id: int) -> Select[Any]:
    newer = aliased(ResultRow)
    superseded_by = (
        select(func.max(newer.revision))
        .where(
            newer.district_id == ResultRow.district_id,
            newer.client_pk == ResultRow.client_pk,
            newer.source_id == ResultRow.source_id,
            newer.revision > ResultRow.revision,
        )
        .scalar_subquery()
    )
    cuts = (
        select(CutScores.cuts)
        .where(
            CutScores.district_id == ResultRow.district_id,
            CutScores.assessment_id == ResultRow.assessment_id,
            CutScores.confirmed_at.is_not(None),
            CutScores.withdrawn_at.is_(None),
        )
        .order_by(CutScores.confirmed_at.desc(), CutScores.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    return (
        select(ResultRow, Evidence, Client.client_id, Assessment, AssessmentForm.name, cuts, superseded_by)
        .join(Evidence, and_(Evidence.district_id == district_id, Evidence.result_id == ResultRow.id))
        .join(Client, and_(Client.district_id == district_id, Client.id == ResultRow.client_pk))
        .join(Assessment, and_(Assessment.district_id == district_id, Assessment.id == ResultRow.assessment_id))
        .join(AssessmentForm, and_(AssessmentForm.district_id == district_id, AssessmentForm.id == ResultRow.form_id))
    )


@dataclass(frozen=True, slots=True)
class ApiFlag:
    """A flag with the name of its student and of its assessment."""

    flag: Flag
    student: str
    assessment: str | None
    assessment_title: str | None


def flags_after(
    session: Session,
    district_id: int,
    limit: int,
    after: tuple[datetime, int] | None = None,
    *,
    states: Collection[str] | None = None,
    student: int | None = None,
    rule: str | None = None,
    target: int | None = None,
) -> list[ApiFlag]:
    """Flags, newest first, from after (opened_at, key) on; a filter that is None lets all through."""
    chosen = (
        select(Flag, sis_id(), Assessment.name, Assessment.title)
        .join(Person, and_(Person.district_id == district_id, Person.id == Flag.student_id))
        .outerjoin(Assessment, and_(Assessment.district_id == district_id, Assessment.id == Flag.assessment_id))
        .where(Flag.district_id == district_id, in_sight(district_id, Flag.student_id))
    )
    if states is not None:
        chosen = chosen.where(Flag.state == func.any(list(states)))
    if student is not None:
        chosen = chosen.where(Flag.student_id == student)
    if rule is not None:
        chosen = chosen.where(Flag.rule == rule)
    if target is not None:
        chosen = chosen.where(Flag.target_id == target)
    if after is not None:
        opened_at, key = after
        chosen = chosen.where(or_(Flag.opened_at < opened_at, and_(Flag.opened_at == opened_at, Flag.id < key)))
    rows = session.execute(chosen.order_by(Flag.opened_at.desc(), Flag.id.desc()).limit(limit))
    return [ApiFlag(row[0], row[1], row[2], row[3]) for row in rows]
