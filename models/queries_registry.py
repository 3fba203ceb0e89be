"""The registry of assessments as its pages read it, which tests are a student's, and who asked for one."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session, aliased

from mastery.access import Viewer
from mastery.access_questions import What
from mastery.evidence import Purpose
from mastery.names import NameUse, name_for
from mastery.reassessment.steps import Step
from models.assessment import Assessment, AssessmentForm, Blueprint, CutScores
from models.evidence import ResultRow
from models.queries_people import visible_students
from models.queries_windows import newest_steps
from models.roster import Person
from models.standing import Standing
from models.windows import RetakeRule, TestStep, TestWindow

_TESTS = (Purpose.SUMMATIVE, Purpose.STATE_SUMMATIVE)


@dataclass(frozen=True, slots=True)
class AssessmentLine:
    """An assessment of the list: how many forms and targets it has, and whether cut scores of it are confirmed."""

    key: int
    title: str
    purpose: str
    forms: int
    targets: int
    confirmed: bool


@dataclass(frozen=True, slots=True)
class CutsLine:
    """A version of the cut scores: proposed, confirmed, or withdrawn."""

    key: int
    cuts: Any
    origin: str
    proposed_at: datetime
    confirmed_at: datetime | None
    confirmed_by: str | None
    withdrawn_at: datetime | None


@dataclass(frozen=True, slots=True)
class AskedLine:
    """Who asked for a test or has a seat; `name` as lists sort people."""

    student: int
    name: str
    assessment: int
    title: str
    step: Step
    at: datetime
    window: int | None


def assessments_page(
    session: Session, district_id: int, limit: int, offset: int
) -> tuple[Sequence[AssessmentLine], int]:
    """A page of the assessments of a district, by title, and how many there are."""
    mine = Assessment.district_id == district_id

    def count(model: type[AssessmentForm] | type[Blueprint]) -> ColumnElement[int]:
        return (
            select(func.count())
            .where(model.district_id == district_id, model.assessment_id == Assessment.id)
            .scalar_subquery()
        )

    confirmed = (
        select(CutScores.id)
        .where(
            CutScores.district_id == district_id, CutScores.assessment_id == Assessment.id,
            CutScores.confirmed_at.is_not(None), CutScores.withdrawn_at.is_(None),
        )
        .exists()
    )  # fmt: skip
    total = session.execute(select(func.count()).select_from(Assessment).where(mine)).scalar_one()
    rows = session.execute(
        select(Assessment.id, Assessment.title, Assessment.purpose, count(AssessmentForm), count(Blueprint), confirmed)
        .where(mine)
        .order_by(Assessment.title, Assessment.id)
        .limit(limit)
        .offset(offset)
    )
    return [AssessmentLine(*row) for row in rows], total


def cuts_versions(session: Session, district_id: int, assessment: int, most: int) -> Sequence[CutsLine]:
    """The versions of an assessment's cut scores, the newest first."""
    rows = session.execute(
        select(CutScores, Person)
        .outerjoin(Person, (Person.district_id == CutScores.district_id) & (Person.id == CutScores.confirmed_by))
        .where(CutScores.district_id == district_id, CutScores.assessment_id == assessment)
        .order_by(CutScores.id.desc())
        .limit(most)
    )
    return [
        CutsLine(
            one.id, one.cuts, one.origin, one.proposed_at, one.confirmed_at,
            None if person is None else person.display_name, one.withdrawn_at,
        )
        for one, person in rows
    ]  # fmt: skip


def tests_of_student(
    session: Session, district_id: int, student: int, schools: Collection[int], limit: int, offset: int
) -> tuple[Sequence[int], int]:
    """A page of the tests that a student may ask for, by title, and how many there are.

    Those about a target of theirs, with a window at a school of theirs, or that they sat or asked for.
    """
    found = select(Assessment.id).where(_is_of_student(district_id, student, schools))
    total = session.execute(select(func.count()).select_from(found.subquery())).scalar_one()
    rows = session.scalars(found.order_by(Assessment.title, Assessment.id).limit(limit).offset(offset))
    return rows.all(), total


def is_test_of(session: Session, district_id: int, student: int, schools: Collection[int], assessment: int) -> bool:
    """Whether a test is one of a student's."""
    return (
        session.scalar(
            select(Assessment.id).where(Assessment.id == assessment, _is_of_student(district_id, student, schools))
        )
        is not None
    )


def _is_of_student(district_id: int, student: int, schools: Collection[int]) -> ColumnElement[bool]:
    here = Assessment.id
    about = (
        select(Blueprint.assessment_id)
        .join(Standing, (Standing.district_id == Blueprint.district_id) & (Standing.target_id == Blueprint.target_id))
        .where(Blueprint.district_id == district_id, Standing.student_id == student)
    )
    window = select(TestWindow.assessment_id).where(
        TestWindow.district_id == district_id, TestWindow.school_id == func.any(sorted(schools))
    )
    sat = select(ResultRow.assessment_id).where(ResultRow.district_id == district_id, ResultRow.student_id == student)
    asked = select(TestStep.assessment_id).where(TestStep.district_id == district_id, TestStep.student_id == student)
    ruled = select(RetakeRule.assessment_id).where(RetakeRule.district_id == district_id)
    return (
        (Assessment.district_id == district_id)
        & (Assessment.purpose.in_([str(one) for one in _TESTS]) | here.in_(ruled))
        & or_(here.in_(about), here.in_(window), here.in_(sat), here.in_(asked))
    )


def asked_by(session: Session, viewer: Viewer, limit: int, offset: int) -> tuple[Sequence[AskedLine], int]:
    """A page of the students whose decisions a viewer signs and who asked for a test or have a seat, and how many.

    Those that wait come first, then by when they asked.
    """
    district = viewer.district
    newest = newest_steps(district).subquery("newest")
    step = aliased(TestStep, newest)
    chosen = (
        select(Person, Assessment.title, step)
        .join(Person, (Person.district_id == district) & (Person.id == step.student_id))
        .join(Assessment, (Assessment.district_id == district) & (Assessment.id == step.assessment_id))
        .where(
            step.step.in_([str(one) for one in (Step.REQUESTED, Step.REGISTERED, Step.MISSED)]),
            Person.id.in_(visible_students(viewer, What.CONFIRM)),
        )
    )
    total = session.execute(select(func.count()).select_from(chosen.subquery())).scalar_one()
    rows = session.execute(chosen.order_by((step.step != Step.REQUESTED), step.at, step.id).limit(limit).offset(offset))
    return [
        AskedLine(
            person.id, name_for(person.names, NameUse.SCREEN), row.assessment_id, title, Step(row.step), row.at,
            row.window_id,
        )
        for person, title, row in rows
    ], total  # fmt: skip
