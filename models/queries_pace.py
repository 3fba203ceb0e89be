"""What pace is worked out from, as rows: the plan of a class, its students, and what is kept of each."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.orm import Session, aliased

from mastery.body.words import State
from mastery.pace.course import CourseTarget, Dated
from mastery.pace.learners import Evaluated, Learner
from mastery.pace.lines import COUNTED, EXCUSED
from mastery.pace.own_calendar import Pause
from mastery.pace.status import Carried, ManualStatus, Status
from mastery.roster import Role
from models.course_plans import (
    CoursePlan,
    CoursePlanTarget,
    OwnPlan,
    OwnPlanDate,
    PaceByHand,
    PaceDay,
    PaceNight,
    PacePause,
)
from models.district import District
from models.queries_people import on
from models.roster import Enrollment, School, Section, Term
from models.standing import Standing


@dataclass(frozen=True, slots=True)
class Class:
    """A class by key and sourcedId, with the key, the sourcedId and the zone of its school."""

    section: int
    sourced_id: str
    title: str
    school: int | None
    school_sourced_id: str | None
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class Course:
    """The plan of a class in force, with who changed it why."""

    key: int
    version: int
    starts: date
    finishes: date
    reason: str | None
    made_at: datetime
    targets: tuple[CourseTarget, ...]


@dataclass(frozen=True, slots=True)
class OwnLine:
    """Dates of a student's own, as distances; who set them when and why, and the multipliers of an accommodation."""

    key: int
    on: date
    by: int
    reason: str
    private: bool
    multiplier: float | None
    test_multiplier: float | None
    dues: dict[int, float]


def class_of(session: Session, district_id: int, section_id: int) -> Class | None:
    """A class of the roster that is not over."""
    own = select(District.time_zone).where(District.id == district_id).scalar_subquery()
    row = session.execute(
        select(
            Section.id,
            Section.sourced_id,
            Section.title,
            School.id,
            School.sourced_id,
            func.coalesce(School.time_zone, own),
        )
        .outerjoin(School, (School.district_id == Section.district_id) & (School.id == Section.school_id))
        .where(Section.district_id == district_id, Section.id == section_id, Section.active)
    ).one_or_none()
    return None if row is None else Class(row[0], row[1], row[2], row[3], row[4], ZoneInfo(row[5]))


def subjects_of_class(session: Session, district_id: int, section_id: int) -> list[str]:
    """The subjects that the roster names for a class; none where it does not say."""
    return session.scalars(
        select(Section.subjects).where(Section.district_id == district_id, Section.id == section_id)
    ).one()


def span_of_terms(session: Session, district_id: int, section_id: int) -> tuple[date, date] | None:
    """From the first to the last day of the terms of a class; None where the roster does not say."""
    named = select(func.unnest(Section.term_sourced_ids)).where(
        Section.district_id == district_id, Section.id == section_id
    )
    row = session.execute(
        select(func.min(Term.begins_on), func.max(Term.ends_on)).where(
            Term.district_id == district_id, Term.sourced_id.in_(named)
        )
    ).one()
    return None if row[0] is None or row[1] is None else (row[0], row[1])


def planned_classes(session: Session, district_id: int) -> Sequence[int]:
    """The classes that have a plan, in ascending order."""
    return session.scalars(
        select(CoursePlan.section_id)
        .join(Section, (Section.district_id == CoursePlan.district_id) & (Section.id == CoursePlan.section_id))
        .where(CoursePlan.district_id == district_id, Section.active)
        .distinct()
        .order_by(CoursePlan.section_id)
    ).all()


def classes_of_student(session: Session, district_id: int, student_id: int, today: date) -> Sequence[int]:
    """The classes with a plan that a student is in on a day."""
    planned = select(CoursePlan.section_id).where(CoursePlan.district_id == district_id)
    return session.scalars(
        select(Enrollment.section_id)
        .join(Section, (Section.district_id == Enrollment.district_id) & (Section.id == Enrollment.section_id))
        .where(
            Enrollment.district_id == district_id, Enrollment.person_id == student_id, Section.active,
            Enrollment.role == Role.STUDENT, on(today, Enrollment), Enrollment.section_id.in_(planned),
        )
        .distinct()
        .order_by(Enrollment.section_id)
    ).all()  # fmt: skip


def course_of(session: Session, district_id: int, section_id: int) -> Course | None:
    """The plan of a class in force; two statements."""
    plan = session.scalar(
        select(CoursePlan)
        .where(CoursePlan.district_id == district_id, CoursePlan.section_id == section_id)
        .order_by(CoursePlan.version.desc())
        .limit(1)
    )
    if plan is None:
        return None
    rows = session.scalars(
        select(CoursePlanTarget)
        .where(CoursePlanTarget.district_id == district_id, CoursePlanTarget.course_plan_id == plan.id)
        .order_by(CoursePlanTarget.due, CoursePlanTarget.target_id)
    )
    targets = tuple(
        CourseTarget(Dated(one.target_id, one.day, one.weight, one.priority, one.fixed_by_law), one.due) for one in rows
    )
    return Course(plan.id, plan.version, plan.starts_on, plan.finishes_on, plan.reason, plan.made_at, targets)


def add_course(
    session: Session,
    district_id: int,
    section_id: int,
    version: int,
    span: tuple[date, date],
    targets: Sequence[CourseTarget],
    reason: str | None,
    by: int | None,
    now: datetime,
) -> int:
    """Add a version of a class's plan; its key."""
    plan = CoursePlan(
        district_id=district_id, section_id=section_id, version=version, starts_on=span[0], finishes_on=span[1],
        reason=reason, made_by=by, made_at=now,
    )  # fmt: skip
    session.add(plan)
    session.flush()
    session.add_all(
        CoursePlanTarget(
            district_id=district_id, course_plan_id=plan.id, target_id=one.dated.target, due=one.due,
            day=one.dated.day, weight=one.dated.weight, priority=one.dated.priority,
            fixed_by_law=one.dated.fixed_by_law,
        )
        for one in targets
    )  # fmt: skip
    session.flush()
    return plan.id


# --- the students of a class ------------------------------------------------------------------------------------------


def learners_of(
    session: Session, district_id: int, found: Class, course: Course, day: date, only: Collection[int] | None = None
) -> list[Learner]:
    """The students of a class on a day with all that their pace is worked out from, by key; five statements."""
    starts = _starts(session, district_id, found.section, course, day, only)
    students = list(starts)
    own = {
        student: lines[-1].dues for student, lines in own_lines(session, district_id, found.section, students).items()
    }
    pauses = pauses_of(session, district_id, students)
    states: dict[int, dict[int, State]] = {}
    mastered: dict[int, dict[int, date]] = {}
    rows = session.execute(
        select(Standing.student_id, Standing.target_id, Standing.state, Standing.mastered_at).where(
            Standing.district_id == district_id,
            Standing.student_id == func.any(students),
            Standing.target_id == func.any([one.dated.target for one in course.targets]),
            Standing.state.in_([*COUNTED, *EXCUSED]),
        )
    )
    for student, target, state, at in rows:
        states.setdefault(student, {})[target] = State(state)
        if at is not None:
            mastered.setdefault(student, {})[target] = at.astimezone(found.zone).date()
    kept = {
        one.student_id: (
            one.day,
            Carried(one.given_behind_since, one.given_close),
            Carried(one.behind_since, one.close),
        )
        for one in session.scalars(
            select(PaceDay).where(
                PaceDay.district_id == district_id,
                PaceDay.section_id == found.section,
                PaceDay.student_id == func.any(students),
            )
        )
    }
    return [
        Learner(
            student,
            start,
            tuple(Pause(one.first, one.last) for one in pauses.get(student, ())),
            own.get(student, {}),
            states.get(student, {}),
            mastered.get(student, {}),
            kept.get(student),
        )
        for student, start in starts.items()
    ]


def _starts(
    session: Session, district_id: int, section_id: int, course: Course, day: date, only: Collection[int] | None
) -> dict[int, date]:
    """When each student of a class began: with the plan, or later with their enrolment."""
    query = (
        select(Enrollment.person_id, func.min(func.coalesce(Enrollment.begins_on, course.starts)))
        .where(
            Enrollment.district_id == district_id, Enrollment.section_id == section_id,
            Enrollment.role == Role.STUDENT, on(day, Enrollment),
        )
        .group_by(Enrollment.person_id)
        .order_by(Enrollment.person_id)
    )  # fmt: skip
    if only is not None:
        query = query.where(Enrollment.person_id == func.any(list(only)))
    return {student: max(began, course.starts) for student, began in session.execute(query)}


def own_lines(
    session: Session, district_id: int, section_id: int, students: Collection[int]
) -> dict[int, list[OwnLine]]:
    """The dates of students' own in a class, of each oldest first; one statement."""
    rows = session.execute(
        select(OwnPlan, OwnPlanDate.target_id, OwnPlanDate.due)
        .join(OwnPlanDate, (OwnPlanDate.district_id == OwnPlan.district_id) & (OwnPlanDate.own_plan_id == OwnPlan.id))
        .where(
            OwnPlan.district_id == district_id,
            OwnPlan.section_id == section_id,
            OwnPlan.student_id == func.any(list(students)),
        )
        .order_by(OwnPlan.id)
    )
    found: dict[int, list[OwnLine]] = {}
    for plan, target, due in rows:
        lines = found.setdefault(plan.student_id, [])
        if not lines or lines[-1].key != plan.id:
            lines.append(
                OwnLine(
                    plan.id, plan.set_on, plan.set_by, plan.reason, plan.private, plan.multiplier,
                    plan.test_multiplier, {},
                )
            )  # fmt: skip
        lines[-1].dues[target] = due
    return found


@dataclass(frozen=True, slots=True)
class PauseLine:
    """A pause that stands, with who approved it and why."""

    key: int
    first: date
    last: date | None
    reason: str
    by: int


def pauses_of(session: Session, district_id: int, students: Collection[int]) -> dict[int, list[PauseLine]]:
    """The pauses that stand of each student, in the order of their days; one statement."""
    later = aliased(PacePause)
    rows = session.scalars(
        select(PacePause)
        .outerjoin(later, (later.district_id == PacePause.district_id) & (later.replaces_id == PacePause.id))
        .where(
            PacePause.district_id == district_id,
            PacePause.student_id == func.any(list(students)),
            PacePause.first_day.is_not(None),
            later.id.is_(None),
        )
        .order_by(PacePause.first_day, PacePause.id)
    )
    found: dict[int, list[PauseLine]] = {}
    for one in rows:
        assert one.first_day is not None
        line = PauseLine(one.id, one.first_day, one.last_day, one.reason, one.approved_by)
        found.setdefault(one.student_id, []).append(line)
    return found


def by_hand_of(
    session: Session, district_id: int, section_id: int, students: Collection[int]
) -> dict[int, ManualStatus]:
    """What a teacher says of students in the place of what was computed; one statement."""
    rows = session.scalars(
        select(PaceByHand)
        .where(
            PaceByHand.district_id == district_id,
            PaceByHand.section_id == section_id,
            PaceByHand.student_id == func.any(list(students)),
        )
        .ext(distinct_on(PaceByHand.student_id))
        .order_by(PaceByHand.student_id, PaceByHand.id.desc())
    )
    return {
        one.student_id: ManualStatus(Status(one.status), one.set_by, one.set_on, one.reason)
        for one in rows
        if one.status is not None
    }


# --- what is kept -----------------------------------------------------------------------------------------------------


def keep_pace(
    session: Session, district_id: int, section_id: int, found: Sequence[Evaluated], version: str, now: datetime
) -> None:
    """Keep the pace of students for a day in the place of what was kept; a later day stays."""
    if not found:
        return
    rows = [
        {
            "district_id": district_id, "section_id": section_id, "student_id": one.learner.student,
            "day": one.pace.day, "status": one.pace.status, "gap": one.pace.gap, "plan_gap": one.pace.plan_gap,
            "elapsed": one.elapsed, "done": one.pace.done, "total": one.total, "late": list(one.pace.late),
            "finish": None if one.finish is None else [one.finish.p10, one.finish.p20, one.finish.p50,
                                                       one.finish.p80, one.finish.p90],
            "weeks": None if one.weeks is None else [None if week is None else week.isoformat() for week in
                                                     (one.weeks.earliest, one.weeks.middle, one.weeks.latest)],
            "given_behind_since": one.pace.carried_in.behind_since, "given_close": one.pace.carried_in.close,
            "behind_since": one.pace.carried.behind_since, "close": one.pace.carried.close,
            "policy_version": version, "worked_out_at": now,
        }
        for one in found
    ]  # fmt: skip
    statement = insert(PaceDay).values(rows)
    new = {
        name: statement.excluded[name] for name in rows[0] if name not in ("district_id", "section_id", "student_id")
    }
    key = ["district_id", "section_id", "student_id"]
    session.execute(
        statement.on_conflict_do_update(index_elements=key, set_=new, where=PaceDay.day <= statement.excluded.day)
    )


def night_of(session: Session, district_id: int, section_id: int) -> date | None:
    """The last day for which the pace of a class was worked out for everybody."""
    return session.scalar(
        select(PaceNight.day).where(PaceNight.district_id == district_id, PaceNight.section_id == section_id)
    )


def keep_night(session: Session, district_id: int, section_id: int, day: date, now: datetime) -> None:
    """Say that the pace of a class was worked out for everybody for a day."""
    statement = insert(PaceNight).values(district_id=district_id, section_id=section_id, day=day, at=now)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["district_id", "section_id"],
            set_={"day": statement.excluded.day, "at": statement.excluded.at},
            where=PaceNight.day <= statement.excluded.day,
        )
    )
