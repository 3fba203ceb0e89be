"""All answers of a subject as the filter reads them: what calibrations and measurements are made from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from mastery.measure.evidence_set import EvidenceSet
from mastery.sittings import Rows, rows_of
from models.evidence_store import load_sittings
from models.graph_store import DistrictGraph
from models.registry import context

_STUDENTS_AT_ONCE = 250
Advance = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class SubjectAnswers:
    """The answers of a subject, and when the newest of the results behind them was received."""

    answers: EvidenceSet
    newest: datetime


def read_answers(
    session: Session, district_id: int, graph: DistrictGraph, subject: str, targets: Sequence[int], advance: Advance
) -> SubjectAnswers:
    """The answers of all students on the targets of a subject; ValueError where there are none.

    `advance` is told how many students are read, and of how many. The transaction should be of one snapshot.
    """
    rows = session.execute(
        text(
            "SELECT r.student_id, max(r.received_at) FROM result r JOIN evidence e"
            " ON e.district_id = r.district_id AND e.result_id = r.id"
            " WHERE r.district_id = :district AND e.target_id = ANY(:targets)"
            " GROUP BY r.student_id ORDER BY r.student_id"
        ),
        {"district": district_id, "targets": list(targets)},
    ).all()
    answers = EvidenceSet.of(_parts(session, district_id, graph, subject, [row[0] for row in rows], advance))
    return SubjectAnswers(answers, max(row[1] for row in rows))


def _parts(
    session: Session, district_id: int, graph: DistrictGraph, subject: str, students: Sequence[int], advance: Advance
) -> Iterator[Rows]:
    zone = context(session, district_id).zone
    for start in range(0, len(students), _STUDENTS_AT_ONCE):
        some = students[start : start + _STUDENTS_AT_ONCE]
        pairs = frozenset((student, subject) for student in some)
        found = load_sittings(session, district_id, some, graph.subjects, zone, pairs)
        yield rows_of([found[pair] for pair in sorted(found)])
        advance(min(start + _STUDENTS_AT_ONCE, len(students)), len(students))
