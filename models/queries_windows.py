"""Tests as they are given, as rows are read and added: rules of trying again, windows, seats, and the steps."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, Subquery, func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from mastery.reassessment.fields import Chosen, Preset
from mastery.reassessment.forms import Form
from mastery.reassessment.steps import Step, Taken
from mastery.reassessment.windows import Window
from mastery.reassessment.words import Kind
from mastery.roster import Role
from models.assessment import Assessment, AssessmentForm, FormItem
from models.district import District
from models.roster import PersonRole, School
from models.windows import RetakeRule, TestStep, TestWindow, WindowExclusion, WindowTerms

SEAT_STEPS = (Step.REQUESTED, Step.REGISTERED, Step.MISSED, Step.WITHDRAWN, Step.VOID)
"""The steps by which somebody has a seat, or none."""
_SEATED = (Step.REGISTERED, Step.MISSED)


@dataclass(frozen=True, slots=True)
class WindowLine:
    """A window of an assessment at a school; `window` as the law has it."""

    key: int
    assessment: int
    school: int
    school_name: str
    window: Window
    cancelled: bool


@dataclass(frozen=True, slots=True)
class RuleLine:
    """A rule of trying an assessment again, in force from a day on."""

    chosen: Chosen
    effective_from: date
    at: datetime
    by_person: int | None


def rules_of(session: Session, district_id: int, assessments: Collection[int]) -> Mapping[int, Sequence[RuleLine]]:
    """Every rule that was chosen for some assessments, newest first; one statement."""
    rows = session.scalars(
        select(RetakeRule)
        .where(RetakeRule.district_id == district_id, RetakeRule.assessment_id == func.any(sorted(assessments)))
        .order_by(RetakeRule.assessment_id, RetakeRule.effective_from.desc(), RetakeRule.id.desc())
    )
    found: dict[int, list[RuleLine]] = defaultdict(list)
    for row in rows:
        chosen = Chosen(Kind(row.kind), Preset(row.preset), row.fields)
        found[row.assessment_id].append(RuleLine(chosen, row.effective_from, row.at, row.by_person))
    return found


def windows_of(
    session: Session,
    district_id: int,
    *,
    assessments: Collection[int] | None = None,
    schools: Collection[int] | None = None,
    closing_after: datetime | None = None,
    keys: Collection[int] | None = None,
) -> list[WindowLine]:
    """Windows with their newest terms and who is left out, by when they open; two statements.

    Of some assessments, at some schools, that close after an instant; None: of all.
    """
    terms = _newest_terms(district_id)
    zone = func.coalesce(School.time_zone, District.time_zone)
    query = (
        select(
            TestWindow.id,
            TestWindow.assessment_id,
            TestWindow.school_id,
            School.name,
            TestWindow.administration,
            zone.label("zone"),
            terms.c.opens_at,
            terms.c.closes_at,
            terms.c.register_by,
            terms.c.capacity,
            terms.c.makeup,
            terms.c.blackout,
            terms.c.cancelled,
        )
        .join(terms, terms.c.window_id == TestWindow.id)
        .join(School, (School.district_id == TestWindow.district_id) & (School.id == TestWindow.school_id))
        .join(District, District.id == TestWindow.district_id)
        .where(TestWindow.district_id == district_id)
        .order_by(terms.c.opens_at, TestWindow.id)
    )
    for column, some in (
        (TestWindow.assessment_id, assessments),
        (TestWindow.school_id, schools),
        (TestWindow.id, keys),
    ):
        if some is not None:
            query = query.where(column == func.any(sorted(some)))
    if closing_after is not None:
        query = query.where(terms.c.closes_at > closing_after)
    rows = session.execute(query).all()
    excluded = _excluded(session, district_id, [row.id for row in rows]) if rows else {}
    return [_window_line(row, excluded.get(row.id, frozenset())) for row in rows]


def windows_after(
    session: Session, district_id: int, client_pk: int, now: datetime, limit: int, after: int | None
) -> list[tuple[WindowLine, str]]:
    """Windows of a client's own assessments that have not closed nor been called off, by key, with the client's name.

    From after a key on; three statements.
    """
    terms = _newest_terms(district_id)
    query = (
        select(TestWindow.id, Assessment.name)
        .join(Assessment, (Assessment.district_id == district_id) & (Assessment.id == TestWindow.assessment_id))
        .join(terms, terms.c.window_id == TestWindow.id)
        .where(
            TestWindow.district_id == district_id,
            Assessment.client_pk == client_pk,
            terms.c.closes_at > now,
            terms.c.cancelled.is_(False),
            TestWindow.id > (after or 0),
        )
        .order_by(TestWindow.id)
        .limit(limit)
    )
    names: dict[int, str] = dict(session.execute(query).all())
    lines = windows_of(session, district_id, keys=names.keys()) if names else []
    return [(line, names[line.key]) for line in sorted(lines, key=lambda one: one.key)]


def _newest_terms(district_id: int) -> Subquery:
    return (
        select(WindowTerms)
        .where(WindowTerms.district_id == district_id)
        .ext(distinct_on(WindowTerms.window_id))
        .order_by(WindowTerms.window_id, WindowTerms.id.desc())
        .subquery("terms")
    )


def _window_line(row: Any, excluded: frozenset[int]) -> WindowLine:
    window = Window(
        row.administration,
        ZoneInfo(row.zone),
        row.opens_at,
        row.closes_at,
        row.register_by,
        row.capacity,
        frozenset(row.makeup),
        frozenset(row.blackout),
        excluded,
    )
    return WindowLine(row.id, row.assessment_id, row.school_id, row.name, window, row.cancelled)


def _excluded(session: Session, district_id: int, windows: Collection[int]) -> Mapping[int, frozenset[int]]:
    newest = (
        select(WindowExclusion.window_id, WindowExclusion.student_id, WindowExclusion.excluded)
        .where(WindowExclusion.district_id == district_id, WindowExclusion.window_id == func.any(sorted(windows)))
        .ext(distinct_on(WindowExclusion.window_id, WindowExclusion.student_id))
        .order_by(WindowExclusion.window_id, WindowExclusion.student_id, WindowExclusion.id.desc())
    )
    found: dict[int, set[int]] = defaultdict(set)
    for window, student, excluded in session.execute(newest):
        if excluded:
            found[window].add(student)
    return {window: frozenset(some) for window, some in found.items()}


def schools_ever(session: Session, district_id: int, student: int) -> frozenset[int]:
    """The schools at which somebody is or was a student."""
    rows = session.scalars(
        select(PersonRole.school_id).where(
            PersonRole.district_id == district_id, PersonRole.person_id == student, PersonRole.role == Role.STUDENT
        )
    )
    return frozenset(one for one in rows if one is not None)


def schools_to_open(session: Session, district_id: int, schools: Collection[int] | None) -> Sequence[tuple[int, str]]:
    """Some of the schools at which a window may be opened, by name; None: all of them."""
    query = (
        select(School.id, School.name)
        .where(School.district_id == district_id, School.kind != "district", School.active)
        .order_by(School.name, School.id)
    )
    if schools is not None:
        query = query.where(School.id == func.any(sorted(schools)))
    return [(key, name) for key, name in session.execute(query)]


def seats_in(session: Session, district_id: int, assessments: Collection[int]) -> Mapping[int, frozenset[int]]:
    """The students who have a seat in each window of some assessments; one statement."""
    newest = newest_steps(district_id).where(TestStep.assessment_id == func.any(sorted(assessments))).subquery("newest")
    rows = session.execute(
        select(newest.c.window_id, newest.c.student_id).where(newest.c.step.in_([str(one) for one in _SEATED]))
    )
    found: dict[int, set[int]] = defaultdict(set)
    for window, student in rows:
        found[window].add(student)
    return {window: frozenset(some) for window, some in found.items()}


def newest_steps(district_id: int) -> Select[TestStep]:
    """The newest step about a seat of each student and assessment, as rows of `TestStep`."""
    return (
        select(TestStep)
        .where(TestStep.district_id == district_id, TestStep.step.in_([str(one) for one in SEAT_STEPS]), _of_a_seat())
        .ext(distinct_on(TestStep.student_id, TestStep.assessment_id))
        .order_by(TestStep.student_id, TestStep.assessment_id, TestStep.at.desc(), TestStep.id.desc())
    )


def _of_a_seat() -> ColumnElement[bool]:
    # a result that was declared void is no step of who has a seat in a later window
    return (TestStep.step != Step.VOID) | TestStep.window_id.is_not(None)


def steps_of(
    session: Session, district_id: int, students: Collection[int], assessments: Collection[int] | None = None
) -> Mapping[tuple[int, int], Sequence[Taken]]:
    """The steps by (student, assessment), as they came; one statement."""
    query = (
        select(TestStep)
        .where(TestStep.district_id == district_id, TestStep.student_id == func.any(sorted(students)))
        .order_by(TestStep.id)
    )
    if assessments is not None:
        query = query.where(TestStep.assessment_id == func.any(sorted(assessments)))
    found: dict[tuple[int, int], list[Taken]] = defaultdict(list)
    for row in session.scalars(query):
        taken = Taken(row.id, Step(row.step), row.at, row.window_id, row.result_id, row.overrode)
        found[row.student_id, row.assessment_id].append(taken)
    return found


def waiting(session: Session, district_id: int, assessments: Collection[int] | None = None) -> list[tuple[int, int]]:
    """(student, assessment) that was asked for and has no seat, the longest waiting first."""
    newest = newest_steps(district_id)
    if assessments is not None:
        newest = newest.where(TestStep.assessment_id == func.any(sorted(assessments)))
    found = newest.subquery("newest")
    rows = session.execute(
        select(found.c.student_id, found.c.assessment_id)
        .where(found.c.step == Step.REQUESTED)
        .order_by(found.c.at, found.c.id)
    )
    return [(student, assessment) for student, assessment in rows]


def forms_of(session: Session, district_id: int, assessments: Collection[int]) -> Mapping[int, Sequence[Form]]:
    """The forms of some assessments by name, with the keys of their items; one statement."""
    rows = session.execute(
        select(AssessmentForm.assessment_id, AssessmentForm.name, func.array_agg(FormItem.item_id))
        .outerjoin(
            FormItem, (FormItem.district_id == AssessmentForm.district_id) & (FormItem.form_id == AssessmentForm.id)
        )
        .where(AssessmentForm.district_id == district_id, AssessmentForm.assessment_id == func.any(sorted(assessments)))
        .group_by(AssessmentForm.assessment_id, AssessmentForm.id, AssessmentForm.name)
        .order_by(AssessmentForm.assessment_id, AssessmentForm.name)
    )
    found: dict[int, list[Form]] = defaultdict(list)
    for assessment, name, items in rows:
        found[assessment].append(Form(name, frozenset(item for item in items if item is not None)))
    return found


@dataclass(frozen=True, slots=True)
class NewStep:
    """A step to be added, with what of it is not in the law's: who, why, and how ready the student was."""

    step: Step
    window: int | None = None
    result: int | None = None
    ready: bool | None = None
    share: float | None = None
    overrode: bool = False
    reason: str = ""
    by_person: int | None = None
    client: int | None = None


def add_step(session: Session, district_id: int, student: int, assessment: int, new: NewStep, at: datetime) -> Taken:
    """Add a step about a student's test."""
    row = TestStep(
        district_id=district_id,
        assessment_id=assessment,
        student_id=student,
        step=new.step,
        window_id=new.window,
        result_id=new.result,
        ready=new.ready,
        share=new.share,
        overrode=new.overrode,
        reason=new.reason,
        by_person=new.by_person,
        client_pk=new.client,
        at=at,
    )
    session.add(row)
    session.flush()
    return Taken(row.id, new.step, at, new.window, new.result, new.overrode)
