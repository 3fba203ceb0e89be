"""What the tests of the API look at behind it: how many rows there are, and all that is derived of a student."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from conftest_api import Machine, School, result
from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session

from api.actions.assessments import confirm_cut_scores
from models.assessment import Assessment, CutScores
from models.graph import Node
from models.outbox import Outbox
from models.standing import Standing
from models.unit_of_work import district_transaction

_COUNTED = (
    "result", "evidence", "quarantine", "standing", "subject_state", "flag", "flag_transition", "confirmation",
    "item", "outbox",
)  # fmt: skip


def counted(engine: Engine, district_id: int) -> dict[str, int]:
    """How many rows each table that a result can touch holds."""
    with district_transaction(engine, district_id) as session:
        return {table: session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() for table in _COUNTED}


def announced_to(session: Session, students: Iterable[int]) -> bool:
    """Whether a change of just these students is announced."""
    return [sorted(row.student_ids) for row in session.scalars(select(Outbox))] == [sorted(students)]


def derived(engine: Engine, district_id: int, student: int) -> dict[str, Any]:
    """Every derived row of a student to the last bit, with source ids in place of result keys.

    What follows the first slash of a source id names the result, so that two students with the same evidence compare.
    """
    with district_transaction(engine, district_id) as session:
        names = {
            row.id: f"{row.source_id.partition('/')[2]}#{row.revision}"
            for row in session.execute(
                text("SELECT id, source_id, revision FROM result WHERE student_id = :s"), {"s": student}
            )
        }
        states = session.execute(
            text(
                "SELECT subject, model_version, state, cursor_performed_at, cursor_scored_at, cursor_client,"
                " split_part(cursor_source_id, '/', 2) AS cursor_source_id FROM subject_state"
                " WHERE student_id = :s ORDER BY subject"
            ),
            {"s": student},
        ).all()
        standings = [
            _named(dict(row), names)
            for row in session.execute(
                text("SELECT * FROM standing WHERE student_id = :s ORDER BY target_id"), {"s": student}
            ).mappings()
        ]
    return {"states": [(*row[:2], bytes(row[2]), *row[3:]) for row in states], "standings": standings}


def _named(row: dict[str, Any], names: dict[int, str]) -> dict[str, Any]:
    del row["student_id"]
    form, tally, decision = row["carried"]
    for field in ("recent", "failed_results"):
        if field in tally:
            tally[field] = [names[one] for one in tally[field]]
    if "levels" in tally:
        tally["levels"] = [[names[result], level] for result, level in tally["levels"]]
    for field, places in (("certified", (1, 3)), ("summative", (1,))):
        for place in places if tally.get(field) else ():
            tally[field][place] = names[tally[field][place]]
    for field in ("completed_by", "own_result"):
        if decision.get(field) is not None:
            decision[field] = names[decision[field]]
    return {**row, "carried": [form, tally, decision]}


def confirm(engine: Engine, district_id: int, assessment: str, person: int, now: Any) -> int:
    """A person confirms the waiting cut scores of an assessment, through the action that the page calls."""
    with district_transaction(engine, district_id) as session:
        waiting = session.scalars(
            select(CutScores.id)
            .join(
                Assessment,
                (Assessment.district_id == CutScores.district_id) & (Assessment.id == CutScores.assessment_id),
            )
            .where(Assessment.name == assessment, CutScores.confirmed_at.is_(None), CutScores.withdrawn_at.is_(None))
        ).one()
        students = confirm_cut_scores(session, district_id, waiting, person, now)
        session.commit()
    return students


def sitting(student: str, target: str, day: int, score: float = 1, **changes: Any) -> dict[str, Any]:
    """A result of one item on a day of October."""
    at = f"2026-10-{day:02}T09:12:00-04:00"
    targets = [{"target": target, "score": score, "max": 1, "items": [{"item": f"q{day}", "score": score, "max": 1}]}]
    fields = {"source_id": f"{student}/{target}/{day}", "performed_at": at, "scored_at": at, "targets": targets}
    return result(student, target, **(fields | changes))


def stored(engine: Engine, school: School, student: int, target: str) -> Standing:
    """The row of a school's student, by place, on a target, by code."""
    with district_transaction(engine, school.district_id) as session:
        return session.scalars(
            select(Standing).where(
                Standing.student_id == school.student_keys[student],
                Standing.target_id == select(Node.id).where(Node.code == target).scalar_subquery(),
            )
        ).one()


def walk(lms: Machine, path: str, name: str, limit: int) -> list[Any]:
    """All entries of a list, page by page, by the links alone."""
    found: list[Any] = []
    url: str | None = f"/api/v1{path}{'&' if '?' in path else '?'}limit={limit}"
    while url:
        answer = lms.http.get(url, headers=lms.headers)
        assert answer.status_code == 200, answer.text
        assert 1 <= len(answer.json[name]) <= limit
        found += answer.json[name]
        url = answer.json["next_url"]
    return found
