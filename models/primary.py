"""Evidence as score rules read it, and what the primary rules of a district say of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from sqlalchemy.orm import Session

from mastery import evidence as law
from mastery.evidence import ScoreStatus
from mastery.methods import JUDGE, Choice, Scored, record_of, said_after
from mastery.progress import SaidAfter
from mastery.sittings import Sitting
from models.evidence_store import Header, Line, effective
from models.graph_store import DistrictGraph
from models.registry import AssessmentRules

Pair = tuple[int, str]


def load_scored(
    session: Session, district_id: int, students: Sequence[int], targets: Collection[int] | None = None
) -> dict[tuple[int, int], list[Scored]]:
    """All effective scored records of students, on some targets alone if given, by (student, target), oldest first."""
    found: dict[tuple[int, int], list[Scored]] = {}
    for header, lines, rules in effective(session, district_id, students, targets):
        if header.status is ScoreStatus.SCORED:
            for line in lines:
                record = _scored(header, line, rules)
                if record is not None:
                    found.setdefault((header.student, line.target), []).append(record)
    return found


def _scored(header: Header, line: Line, rules: AssessmentRules) -> Scored | None:
    reached = law.reached(line.score, header.evidence_type, header.scorer)
    if reached is None:
        return None
    score = replace(line.score, score=reached[0], max=reached[1])
    level = law.level_of(score, header.evidence_type, header.scorer, rules.cuts)
    return record_of(header.order, header.key, header.purpose, header.feedback, header.independence, score, level)


def said_by_primaries(
    session: Session,
    district_id: int,
    graph: DistrictGraph,
    pairs: Sequence[Pair],
    fresh: Mapping[Pair, Sequence[Sitting]] | None = None,
) -> list[SaidAfter]:
    """For each student-subject what its primary rule says just after each result, with `fresh` after those alone.

    Nothing where the primary is the model, or a person whose word is no value of records; evidence is read only where
    one is not.
    """
    rules: dict[Pair, Choice] = {
        pair: rule for pair in pairs if (rule := graph.methods_of(pair[1]).rule) and rule.name != JUDGE
    }  # fmt: skip
    if not rules:
        return [{} for _ in pairs]
    wanted = None if fresh is None else {pair: {one.result for one in fresh[pair]} for pair in rules}
    targets = None if fresh is None else {
        piece.target for pair in rules for one in fresh[pair] for piece in one.pieces
    }  # fmt: skip
    said: dict[Pair, dict[tuple[int, int], float | None]] = {pair: {} for pair in pairs}
    students = sorted({student for student, _ in rules})
    for (student, target), records in load_scored(session, district_id, students, targets).items():
        pair = (student, graph.subjects[target])
        if pair in rules:
            values = said_after(rules[pair], records, None if wanted is None else wanted[pair])
            said[pair].update(((result, target), value) for result, value in values.items())
    return [said[pair] for pair in pairs]
