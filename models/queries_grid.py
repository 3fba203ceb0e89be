"""What the grid of a class reads: every standing of its students, and the flags that nobody looks at yet."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.carried import unpack
from models.flag import Flag
from models.hot import fetch
from models.progress_store import Standing
from models.queries_today import NEW

_STANDINGS = (
    "SELECT s.* FROM unnest(%(students)s::bigint[]) AS one CROSS JOIN LATERAL ("
    "SELECT student_id, target_id, carried::text, conditions, ever FROM standing"
    " WHERE district_id = %(district)s AND student_id = one) AS s"
)


def standings_of_class(session: Session, district_id: int, students: Collection[int]) -> dict[int, dict[int, Standing]]:
    """Every standing of some students, by student and target; one without any is there too."""
    found: dict[int, dict[int, Standing]] = {student: {} for student in students}
    rows: list[tuple[Any, ...]] = fetch(session, _STANDINGS, {"district": district_id, "students": list(students)})
    for student, target, carried, conditions, ever in rows:
        found[student][target] = unpack(carried, tuple(conditions), tuple(ever))
    return found


def new_flags_of_class(session: Session, district_id: int, students: Collection[int]) -> dict[int, dict[str, int]]:
    """How many flags nobody looks at yet each of some students has, by severity."""
    rows = session.execute(
        select(Flag.student_id, Flag.severity, func.count())
        .where(Flag.district_id == district_id, Flag.student_id.in_(students), Flag.state == NEW)
        .group_by(Flag.student_id, Flag.severity)
    )
    found: dict[int, dict[str, int]] = {}
    for student, severity, number in rows:
        found.setdefault(student, {})[severity] = number
    return found
