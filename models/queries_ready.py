"""Who was called ready for a test, as rows: by the good news of it, and at a step about the test."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import func, select, union_all
from sqlalchemy.orm import Session

from mastery.flags import ready_test
from mastery.ready_calibration import Called
from models.assessment import Assessment
from models.flag import Flag
from models.windows import TestStep


def called_ready(session: Session, district_id: int, assessments: Collection[int] | None = None) -> Sequence[Called]:
    """Everybody who was called ready for some tests, and when first; None: for all. One statement."""
    flags = select(Flag.student_id, Flag.assessment_id, Flag.opened_at.label("at")).where(
        Flag.district_id == district_id, Flag.family == ready_test.FAMILY, Flag.assessment_id.is_not(None)
    )
    steps = select(TestStep.student_id, TestStep.assessment_id, TestStep.at).where(
        TestStep.district_id == district_id, TestStep.ready.is_(True)
    )
    called = union_all(flags, steps).subquery("called")
    query = (
        select(called.c.student_id, called.c.assessment_id, func.min(called.c.at))
        .group_by(called.c.student_id, called.c.assessment_id)
        .order_by(called.c.assessment_id, called.c.student_id)
    )
    if assessments is not None:
        query = query.where(called.c.assessment_id == func.any(sorted(assessments)))
    return [Called(*row) for row in session.execute(query)]


def titles_of(session: Session, district_id: int, assessments: Collection[int]) -> dict[int, str]:
    """The titles of some assessments."""
    rows = session.execute(
        select(Assessment.id, Assessment.title).where(
            Assessment.district_id == district_id, Assessment.id == func.any(sorted(assessments))
        )
    )
    return dict(rows.all())


def void_results(session: Session, district_id: int, assessments: Collection[int]) -> set[int]:
    """The results of some assessments that were declared void."""
    rows = session.scalars(
        select(TestStep.result_id).where(
            TestStep.district_id == district_id,
            TestStep.assessment_id == func.any(sorted(assessments)),
            TestStep.result_id.is_not(None),
        )
    )
    return {one for one in rows if one is not None}
