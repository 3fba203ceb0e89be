"""A row of a file of answers as a result: one attempt, formative, immediate feedback."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from uuid import NAMESPACE_URL, uuid5

from api.actions.responses.file import Row
from mastery.evidence import EvidenceType, ItemResponse, Purpose, Result, TargetScore

ASSESSMENT, FORM = "responses", "file"
# where a file has no times: row i was performed this many seconds after the first
BASE = datetime(2020, 1, 1, tzinfo=UTC)


@cache
def skill_guid(skill: str) -> str:
    """The GUID of a skill's target: the same in every import."""
    return str(uuid5(NAMESPACE_URL, f"responses:skill:{skill}"))


def result_of(row: Row, has_times: bool) -> Result:
    """A row as a result."""
    at = BASE + timedelta(seconds=row.timestamp if has_times else row.number)
    item = ItemResponse(row.item, row.correct, 1.0)
    return Result(
        source_id=f"row-{row.number}",
        revision=1,
        student=row.user,
        assessment=ASSESSMENT,
        form=FORM,
        purpose=Purpose.FORMATIVE,
        evidence_type=EvidenceType.PRACTICE,
        scorer="system",
        performed_at=at,
        scored_at=at,
        targets=(TargetScore(skill_guid(row.skill), row.correct, 1.0, None, (item,)),),
    )
