"""Evidence as rows and as the law's sittings: written once in bulk, read back the same."""

from __future__ import annotations

import json
import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from mastery import evidence as law
from mastery.evidence import EvidenceType, Feedback, ItemResponse, OrderKey, Purpose, ScoreStatus, TargetScore
from mastery.observation import ItemFormat, Observation, observations
from mastery.sittings import Piece, Sitting, shared
from models.bulk import insert_rows
from models.evidence import RESULT_ID_BLOCK, Evidence, ResultRow
from models.hot import fetch
from models.registry import AssessmentRules, load_rules
from models.wire import exact_json

RESULT_COLUMNS = tuple(column.name for column in ResultRow.__table__.columns)
EVIDENCE_COLUMNS = tuple(column.name for column in Evidence.__table__.columns)
_NO_ITEMS = "[]"


class ResultIds:
    """Keys for results, taken from the sequence in blocks; a block's unused rest is lost with the process."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._free: range = range(0)

    def take(self, count: int) -> Sequence[int]:
        """`count` fresh keys, rising."""
        with self._lock:
            taken: list[int] = []
            while len(taken) < count:
                if not self._free:
                    # committed, though it changes no row: a rollback would cost the connection its prepared statements
                    with self._engine.begin() as connection:
                        first = connection.execute(text("SELECT nextval('result_id')")).scalar_one()
                    self._free = range(first, first + RESULT_ID_BLOCK)
                part = self._free[: count - len(taken)]
                taken.extend(part)
                self._free = self._free[len(part) :]
            return taken


class Line(NamedTuple):
    """One target of a sitting with keys for names: item keys in the order of item name, or that of the whole form."""

    target: int
    guid: str
    score: TargetScore
    items: tuple[int, ...]
    whole_item: int | None


class Header(NamedTuple):
    """What all lines of a sitting share."""

    key: int
    student: int
    client: str
    source_id: str
    assessment: int
    purpose: Purpose
    evidence_type: EvidenceType
    scorer: str
    scorer_certified: bool
    independence: law.Independence
    feedback: Feedback
    status: ScoreStatus
    performed_at: datetime
    scored_at: datetime

    @property
    def order(self) -> OrderKey:
        """Its place in the total order."""
        return OrderKey(self.performed_at, self.scored_at, self.client, self.source_id)


def header_of(
    key: int, student: int, client: str, assessment: int, result: law.Result, scorer_certified: bool
) -> Header:
    """The header of a result that is about to be stored; its times are UTC, as they are when it is read back."""
    return Header(
        key, student, client, result.source_id, assessment, result.purpose, result.evidence_type, result.scorer,
        scorer_certified, result.independence, result.feedback, result.status, result.performed_at.astimezone(UTC),
        result.scored_at.astimezone(UTC),
    )  # fmt: skip


def sitting_of(header: Header, lines: Sequence[Line], rules: AssessmentRules, zone: ZoneInfo) -> Sitting | None:
    """What the law folds of a stored result; None where it carries no score (missing is not zero)."""
    if header.status is not ScoreStatus.SCORED:
        return None
    counts = header.purpose is not Purpose.STATE_SUMMATIVE
    pieces = []
    for line in sorted(lines, key=lambda one: one.guid):
        score = line.score
        reached = law.reached(score, header.evidence_type, header.scorer)
        if reached is None:
            continue
        level = law.level_of(score, header.evidence_type, header.scorer, rules.cuts)
        places = {item.item: key for item, key in zip(score.items, line.items, strict=True)} if score.items else {}
        formats = {name: rules.formats[key] for name, key in places.items() if key in rules.formats}
        seen = _seen(header, score, formats) if counts else ()
        keys = tuple(places[one.item] for one in seen) if score.items else (line.whole_item,) * len(seen)
        pieces.append(
            Piece(
                target=line.target,
                items=tuple(key for key in keys if key is not None),
                ys=tuple(one.y for one in seen),
                weights=tuple(one.weight for one in seen),
                level=level,
                share=law.share_of(*reached),
                certifying=law.certifying(
                    header.purpose,
                    header.evidence_type,
                    header.scorer,
                    header.independence,
                    level,
                    scorer_certified=header.scorer_certified,
                ),
                dok=rules.dok_of_target.get(line.target, rules.dok),
                guessing=tuple(one.guessing for one in seen) if formats else (),
                points=tuple(one.points for one in seen) if any(one.points > 1 for one in seen) else (),
            )
        )
    if not pieces:
        return None
    return Sitting(
        order=header.order,
        result=header.key,
        assessment=header.assessment,
        purpose=header.purpose,
        evidence_type=header.evidence_type,
        performed_at=header.performed_at,
        local_date=header.performed_at.astimezone(zone).date(),
        summed=header.feedback is Feedback.NONE,
        pieces=shared(pieces),
    )


def _seen(header: Header, score: TargetScore, formats: Mapping[str, ItemFormat]) -> Sequence[Observation]:
    return observations(
        score,
        header.independence,
        formats=formats,
        evidence_type=header.evidence_type,
        scorer=header.scorer,
    )


def store_results(session: Session, rows: Sequence[tuple[object, ...]], evidence: Sequence[tuple[object, ...]]) -> None:
    """Append results and their evidence, as tuples in the order of the tables' columns."""
    insert_rows(session, ResultRow, RESULT_COLUMNS, rows)
    insert_rows(session, Evidence, EVIDENCE_COLUMNS, evidence)


def result_row(
    district_id: int,
    key: int,
    client_pk: int,
    digest: bytes,
    student: int,
    assessment: int,
    form: int,
    result: law.Result,
    scorer_certified: bool,
    received_at: datetime,
) -> tuple[object, ...]:
    """A result in the order of RESULT_COLUMNS."""
    return (
        district_id, key, client_pk, result.source_id, result.revision, digest, student, assessment, form,
        result.purpose.value, result.evidence_type.value, result.scorer, scorer_certified, result.independence.value,
        result.feedback.value, result.proctoring.value, result.status.value, result.setting,
        list(result.accommodations), result.duration_seconds, result.performed_at, result.scored_at, received_at,
        result.date_estimated,
    )  # fmt: skip


def evidence_row(district_id: int, key: int, line: Line) -> tuple[object, ...]:
    """One line in the order of EVIDENCE_COLUMNS."""
    score = line.score
    items = items_text(score.items, line.items)
    return district_id, key, line.target, score.score, score.max, score.level, items, line.whole_item


def items_text(responses: Sequence[ItemResponse], keys: Sequence[int]) -> str:
    """Responses with the keys of their items as the column `items` has them."""
    if not responses:
        return _NO_ITEMS
    return exact_json(
        [
            [one.item, key, one.score, one.max, one.attempt, one.hints, one.seconds]
            for one, key in zip(responses, keys, strict=True)
        ]
    )


def items_of(stored: str) -> tuple[tuple[ItemResponse, ...], tuple[int, ...]]:
    """Responses and the keys of their items, as `items_text` wrote them."""
    rows = json.loads(stored) if stored != _NO_ITEMS else ()
    return tuple([ItemResponse(row[0], *row[2:]) for row in rows]), tuple([row[1] for row in rows])


_ALL_EFFECTIVE = """
SELECT r.student_id, r.id, c.client_id, r.source_id, r.assessment_id, r.purpose, r.evidence_type, r.scorer,
       r.scorer_certified, r.independence, r.feedback, r.status, r.performed_at, r.scored_at,
       e.target_id, n.guid, e.score, e.max, e.level, e.items::text AS items, e.whole_item_id
FROM unnest(%(students)s::bigint[]) AS s
CROSS JOIN LATERAL (SELECT * FROM result WHERE district_id = %(district)s AND student_id = s OFFSET 0) AS r
JOIN evidence e ON e.district_id = r.district_id AND e.result_id = r.id
JOIN node n ON n.district_id = e.district_id AND n.id = e.target_id
JOIN client c ON c.district_id = r.district_id AND c.id = r.client_pk
WHERE NOT EXISTS (SELECT FROM result newer WHERE newer.district_id = r.district_id
                  AND newer.client_pk = r.client_pk AND newer.source_id = r.source_id AND newer.revision > r.revision)
ORDER BY r.student_id, r.performed_at, r.scored_at, c.client_id COLLATE "C", r.source_id COLLATE "C", r.id
"""
_EFFECTIVE_ON_TARGETS = _ALL_EFFECTIVE.replace(
    "WHERE NOT EXISTS", "WHERE e.target_id = ANY(%(targets)s::bigint[]) AND NOT EXISTS", 1
)


def load_sittings(
    session: Session,
    district_id: int,
    students: Sequence[int],
    subjects: Mapping[int, str],
    zone: ZoneInfo,
    only: frozenset[tuple[int, str]] | None = None,
) -> dict[tuple[int, str], list[Sitting]]:
    """All effective evidence of students by (student, subject), in the total order; `only` keeps those pairs.

    Of several revisions of a result the newest counts. `subjects` tells the subject of a target's key.
    """
    found: dict[tuple[int, str], list[Sitting]] = {}
    for header, lines, rules in effective(session, district_id, students):
        by_subject: dict[str, list[Line]] = {}
        for line in lines:
            by_subject.setdefault(subjects[line.target], []).append(line)
        for subject, some in by_subject.items():
            pair = (header.student, subject)
            if only is None or pair in only:
                sitting = sitting_of(header, some, rules, zone)
                if sitting is not None:
                    found.setdefault(pair, []).append(sitting)
    return found


def effective(
    session: Session, district_id: int, students: Sequence[int], targets: Collection[int] | None = None
) -> Iterator[tuple[Header, list[Line], AssessmentRules]]:
    """All effective evidence of students, on some targets alone if given, a result at a time.

    Student by student, each in the total order.
    """
    values: dict[str, object] = {"district": district_id, "students": list(students)}
    if targets is None:
        rows = fetch(session, _ALL_EFFECTIVE, values)
    else:
        rows = fetch(session, _EFFECTIVE_ON_TARGETS, {**values, "targets": list(targets)})
    rules = load_rules(session, district_id, {row[4] for row in rows})
    for _, group in groupby(rows, key=itemgetter(1)):
        header, lines = _from_rows(list(group))
        yield header, lines, rules[header.assessment]


def _from_rows(rows: Sequence[tuple[Any, ...]]) -> tuple[Header, list[Line]]:
    (
        student, key, client, source_id, assessment, purpose, evidence_type, scorer, scorer_certified, independence,
        feedback, status, performed_at, scored_at, *_,
    ) = rows[0]  # fmt: skip
    header = Header(
        key, student, client, source_id, assessment, Purpose(purpose), EvidenceType(evidence_type), scorer,
        scorer_certified, law.Independence(independence), Feedback(feedback), ScoreStatus(status), performed_at,
        scored_at,
    )  # fmt: skip
    return header, [_line(*row[14:]) for row in rows]


def _line(
    target: int, guid: str, score: float | None, most: float | None, level: float | None, items: str, whole: int | None
) -> Line:
    responses, keys = items_of(items)
    return Line(target, guid, TargetScore("", score, most, level, responses), keys, whole)
