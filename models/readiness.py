"""What readiness for a test reads: blueprints, and when a student last took an assessment."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mastery.evidence import Purpose
from mastery.reassess import BlueprintLine
from models.assessment import Assessment, Blueprint
from models.evidence import ResultRow


def blueprints_of(session: Session, district_id: int, targets: Collection[int]) -> dict[int, list[BlueprintLine]]:
    """Whole blueprints of the summative assessments that name one of these targets."""
    naming = (
        select(Blueprint.assessment_id)
        .join(
            Assessment,
            (Assessment.district_id == Blueprint.district_id) & (Assessment.id == Blueprint.assessment_id),
        )
        .where(
            Blueprint.district_id == district_id,
            Blueprint.target_id == func.any(list(targets)),
            Assessment.purpose == Purpose.SUMMATIVE.value,
        )
    )
    found: dict[int, list[BlueprintLine]] = {}
    for row in session.execute(
        select(Blueprint.assessment_id, Blueprint.target_id, Blueprint.weight)
        .where(Blueprint.district_id == district_id, Blueprint.assessment_id.in_(naming))
        .order_by(Blueprint.assessment_id, Blueprint.target_id)
    ):
        found.setdefault(row.assessment_id, []).append(BlueprintLine(row.target_id, row.weight))
    return found


def blueprint_lines(session: Session, district_id: int, assessments: Collection[int]) -> dict[int, list[BlueprintLine]]:
    """The whole blueprint of each assessment that has one; one statement."""
    found: dict[int, list[BlueprintLine]] = {}
    for row in session.execute(
        select(Blueprint.assessment_id, Blueprint.target_id, Blueprint.weight)
        .where(Blueprint.district_id == district_id, Blueprint.assessment_id == func.any(sorted(assessments)))
        .order_by(Blueprint.assessment_id, Blueprint.target_id)
    ):
        found.setdefault(row.assessment_id, []).append(BlueprintLine(row.target_id, row.weight))
    return found


def blueprint_targets(session: Session, district_id: int, assessments: Collection[int]) -> dict[int, list[int]]:
    """The targets of each assessment's blueprint."""
    found: dict[int, list[int]] = {}
    for row in session.execute(
        select(Blueprint.assessment_id, Blueprint.target_id).where(
            Blueprint.district_id == district_id, Blueprint.assessment_id == func.any(list(assessments))
        )
    ):
        found.setdefault(row.assessment_id, []).append(row.target_id)
    return found


def taken_since(
    session: Session, district_id: int, asked: Sequence[tuple[int, int]]
) -> dict[tuple[int, int], datetime]:
    """When each (student, assessment) was last performed, where it ever was."""
    rows = session.execute(
        select(ResultRow.student_id, ResultRow.assessment_id, func.max(ResultRow.performed_at).label("last"))
        .where(
            ResultRow.district_id == district_id,
            ResultRow.student_id == func.any(sorted({student for student, _ in asked})),
            ResultRow.assessment_id == func.any(sorted({assessment for _, assessment in asked})),
        )
        .group_by(ResultRow.student_id, ResultRow.assessment_id)
    )
    return {(row.student_id, row.assessment_id): row.last for row in rows}
