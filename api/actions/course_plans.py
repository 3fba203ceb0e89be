"""A teacher plans a class; dates of a student's own, more time, pauses, a word in the place of the computed one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from sqlalchemy.orm import Session

from api.actions.links import NotYoursError
from api.actions.pace import pace_of_class
from mastery.access import Subject, Viewer
from mastery.access_questions import Section, What, may, plans_class
from mastery.audit import Act
from mastery.pace.calendar import SchoolCalendar
from mastery.pace.course import CourseError, Dated, course_targets, longer, own_dues
from mastery.pace.learners import Learner
from mastery.pace.own_calendar import Pause, own_calendar
from mastery.pace.plan import ExtendedTime
from mastery.pace.status import ManualStatus, Status
from models.audit import by_person, record
from models.course_plans import OwnPlan, OwnPlanDate, PaceByHand, PacePause
from models.locks import change_course_plan, change_own_pace
from models.queries_calendars import calendar_of
from models.queries_pace import add_course, by_hand_of, class_of, course_of, pauses_of

LONGEST_REASON = 300


def plan_course(
    session: Session,
    viewer: Viewer,
    section_id: int,
    seen: int,
    span: tuple[date, date],
    dated: Sequence[Dated],
    known: frozenset[int],
    reason: str,
    now: datetime,
) -> int:
    """Make the plan of a class, or the next version of it; the version's number. The caller commits.

    `seen` is the version that the maker saw, 0 for none; `known` the targets that there are. Raises NotYoursError, or
    CourseError for what is no plan; a change needs a reason, since it moves what students are compared with.
    """
    found = class_of(session, viewer.district, section_id)
    if found is None or not plans_class(viewer, Section(viewer.district, section_id, found.school)):
        raise NotYoursError
    change_course_plan(session, viewer.district, section_id)
    before = course_of(session, viewer.district, section_id)
    version = 0 if before is None else before.version
    if version != seen:
        raise CourseError("version", "the plan was changed meanwhile: look at it again")
    said = _reason(reason) if before is not None else None
    if not {one.target for one in dated} <= known:
        raise CourseError("targets", "choose from the targets of the district")
    targets = course_targets(dated, school_calendar(session, viewer.district, found.school), *span)
    key = add_course(
        session, viewer.district, section_id, version + 1, span, targets, said, viewer.person, now
    )  # fmt: skip
    detail = {"section": section_id, "plan": key, "version": version + 1, "planned": len(targets)}
    record(session, viewer.district, by_person(viewer.person), Act.COURSE_PLANNED, now, detail=detail)
    return version + 1


def school_calendar(session: Session, district_id: int, school: int | None) -> SchoolCalendar:
    """The calendar that a class goes by. Raises CourseError where none is on file."""
    found = None if school is None else calendar_of(session, district_id, school)
    if found is None:
        raise CourseError("calendar", "the school's calendar is not on file yet")
    return found


# --- a student's own plan ---------------------------------------------------------------------------------------------


def replan(
    session: Session,
    viewer: Viewer,
    subject: Subject,
    section_id: int,
    days: Mapping[int, date],
    reason: str,
    now: datetime,
) -> None:
    """Set dates of the student's own; the teacher's line stays, and so does every line before.

    Raises NotYoursError, or CourseError without a reason or for a date that can not be. The caller commits.
    """
    if not may(viewer, What.PLAN, subject, now).whole:
        raise NotYoursError
    change_own_pace(session, viewer.district, subject.student)
    learner, own, _elapsed, teacher = _learner(session, viewer, subject.student, section_id, now)
    dues = own_dues(days, list(teacher), own)
    said = _reason(reason)
    if dues == {**teacher, **learner.own_dues}:
        return
    _keep_own(session, viewer, subject.student, section_id, dues, said, now, None)


def extend(
    session: Session, viewer: Viewer, subject: Subject, section_id: int, time: ExtendedTime, now: datetime
) -> None:
    """Give more time for what is still to come, as an accommodation: neither the bar nor the teacher's line moves.

    Raises NotYoursError, or CourseError for too long a reason. The caller commits.
    """
    if not may(viewer, What.KEEP_PROGRAMMES, subject, now).whole or not may(viewer, What.PACE, subject, now).whole:
        raise NotYoursError
    change_own_pace(session, viewer.district, subject.student)
    learner, _own, elapsed, teacher = _learner(session, viewer, subject.student, section_id, now)
    dues = longer({**teacher, **learner.own_dues}, time.course, elapsed)
    _keep_own(session, viewer, subject.student, section_id, dues, _reason(time.reason), now, time)


def _keep_own(
    session: Session,
    viewer: Viewer,
    student: int,
    section_id: int,
    dues: Mapping[int, float],
    reason: str,
    now: datetime,
    time: ExtendedTime | None,
) -> None:
    found = class_of(session, viewer.district, section_id)
    assert found is not None
    row = OwnPlan(
        district_id=viewer.district, student_id=student, section_id=section_id,
        set_on=now.astimezone(found.zone).date(), reason=reason, private=time is not None,
        multiplier=None if time is None else time.course, test_multiplier=None if time is None else time.test,
        set_by=viewer.person, set_at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    session.add_all(
        OwnPlanDate(district_id=viewer.district, own_plan_id=row.id, target_id=target, due=due)
        for target, due in dues.items()
    )
    session.flush()
    # that it is an accommodation is not said where more people read
    detail = {"own_plan": row.id, "section": section_id}
    record(session, viewer.district, by_person(viewer.person), Act.PLAN_CHANGED, now, [student], detail=detail)


def _learner(
    session: Session, viewer: Viewer, student: int, section_id: int, now: datetime
) -> tuple[Learner, SchoolCalendar, float, dict[int, float]]:
    """A student of a class with a plan, their own calendar, how far in it they are, and the teacher's distances."""
    found = pace_of_class(session, viewer.district, section_id, now, [student])
    if found is None or not found.students:
        raise NotYoursError
    one = found.students[0]
    own = own_calendar(found.calendar, min(one.learner.start, found.calendar.last), one.learner.pauses)
    return one.learner, own, one.elapsed, {t.dated.target: t.due_in(own) for t in found.course.targets}


# --- pauses, and a word by hand ---------------------------------------------------------------------------------------


def pause(
    session: Session,
    viewer: Viewer,
    subject: Subject,
    first: date,
    last: date | None,
    reason: str,
    now: datetime,
    replaces: int | None = None,
) -> None:
    """Approve days that leave the student's clock, or others in the place of an earlier pause.

    Raises NotYoursError, or CourseError for days that can not be or no reason. The caller commits.
    """
    _answers(viewer, subject, now)
    change_own_pace(session, viewer.district, subject.student)
    standing = pauses_of(session, viewer.district, [subject.student]).get(subject.student, [])
    if replaces is not None and replaces not in {one.key for one in standing}:
        raise NotYoursError
    try:
        wanted = Pause(first, last)
    except ValueError:
        raise CourseError("last", "a pause ends on its first day or later") from None
    for one in standing:
        if one.key != replaces and _overlap(wanted, Pause(one.first, one.last)):
            raise CourseError("first", "these days are in a pause already")
    _add_pause(session, viewer, subject.student, first, last, _reason(reason), replaces, now)


def end_pause(session: Session, viewer: Viewer, subject: Subject, key: int, today: date, now: datetime) -> None:
    """End a pause: yesterday was its last day; one that had not begun by then is taken back.

    Raises NotYoursError where there is none that stands and goes on. The caller commits.
    """
    _answers(viewer, subject, now)
    change_own_pace(session, viewer.district, subject.student)
    standing = pauses_of(session, viewer.district, [subject.student]).get(subject.student, [])
    found = next((one for one in standing if one.key == key and (one.last is None or one.last >= today)), None)
    if found is None:
        raise NotYoursError
    began = found.first < today
    last = date.fromordinal(today.toordinal() - 1) if began else None
    _add_pause(session, viewer, subject.student, found.first if began else None, last, found.reason, key, now)


def _add_pause(
    session: Session,
    viewer: Viewer,
    student: int,
    first: date | None,
    last: date | None,
    reason: str,
    replaces: int | None,
    now: datetime,
) -> None:
    row = PacePause(
        district_id=viewer.district, student_id=student, first_day=first, last_day=last, reason=reason,
        replaces_id=replaces, approved_by=viewer.person, approved_at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    record(
        session, viewer.district, by_person(viewer.person), Act.PACE_PAUSED, now, [student], detail={"pause": row.id}
    )


def _overlap(one: Pause, other: Pause) -> bool:
    return one.first <= (other.last or date.max) and other.first <= (one.last or date.max)


def say_pace(
    session: Session,
    viewer: Viewer,
    subject: Subject,
    section_id: int,
    status: Status | None,
    reason: str,
    now: datetime,
) -> None:
    """Say a word in the place of the computed one, with a reason; None takes it back. The computation goes on.

    Raises NotYoursError for who does not answer for the class, CourseError without a reason. The caller commits.
    """
    found = class_of(session, viewer.district, section_id)
    section = None if found is None else Section(viewer.district, section_id, found.school)
    if found is None or section is None or not plans_class(viewer, section) or section_id not in subject.sections:
        raise NotYoursError
    _answers(viewer, subject, now)
    said = _reason(reason)
    today = now.astimezone(found.zone).date()
    change_own_pace(session, viewer.district, subject.student)
    before = by_hand_of(session, viewer.district, section_id, [subject.student]).get(subject.student)
    if status is not None:
        ManualStatus(status, viewer.person, today, said)
    elif before is None:
        return
    row = PaceByHand(
        district_id=viewer.district, student_id=subject.student, section_id=section_id,
        status=None if status is None else str(status), reason=said, set_on=today, set_by=viewer.person, set_at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    detail = {"said": row.id, "section": section_id, "status": None if status is None else str(status)}
    record(session, viewer.district, by_person(viewer.person), Act.PACE_SAID, now, [subject.student], detail=detail)


def _answers(viewer: Viewer, subject: Subject, now: datetime) -> None:
    if not may(viewer, What.ANSWER_FOR_PACE, subject, now).whole:
        raise NotYoursError


def _reason(text: str) -> str:
    said = " ".join(text.split())
    if not 0 < len(said) <= LONGEST_REASON:
        raise CourseError("reason", f"say why, in at most {LONGEST_REASON} characters")
    return said
