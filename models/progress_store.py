"""A student-subject's progress as rows: locked, loaded, saved."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mastery.decide import Act, ActKind, Decision, Missing, RuleBook, Standing, State, missing
from mastery.evidence import OrderKey
from mastery.policy import Policy
from mastery.progress import Moved, TargetEstimate
from models.bulk import insert_new_rows, upsert_rows
from models.carried import pack, unpack
from models.evidence import Evidence, ResultRow
from models.hot import fetch, write
from models.standing import Confirmation
from models.standing import Standing as StandingRow
from models.standing import SubjectState as SubjectStateRow
from models.wire import exact_json

Pair = tuple[int, str]

STATE_COLUMNS = tuple(column.name for column in SubjectStateRow.__table__.columns)
STANDING_COLUMNS = tuple(column.name for column in StandingRow.__table__.columns)
_CONFIRMATION_COLUMNS = (
    "district_id", "student_id", "target_id", "kind", "level", "mastered_at", "policy_version", "at", "signed_at",
)  # fmt: skip
_ESTIMATE_COLUMNS = (
    "expected", "low", "high", "probability", "mean", "variance",
    "part_general", "part_target", "part_form", "part_practice",
)  # fmt: skip
# decided for good: what the rule would ask for anew is no question any more
_NOTHING_MISSING = frozenset({State.MASTERED, State.WAIVED, State.EXEMPT})
BEGINNING = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Locked:
    """A state held for update; `cursor` is the last sitting folded in, None before the first."""

    state: bytes | None
    model_version: str
    cursor: OrderKey | None


def add_blank_states(session: Session, district_id: int, pairs: Sequence[Pair]) -> None:
    """Make rows to lock for student-subjects without a state."""
    insert_new_rows(
        session,
        SubjectStateRow,
        STATE_COLUMNS,
        [(district_id, student, subject, "", b"", BEGINNING, BEGINNING, "", "") for student, subject in pairs],
    )


# by pair and in their order, so that rows are locked in that order; see models/hot.py for the form
_LOCK = (
    "SELECT l.* FROM unnest(%(students)s::bigint[], %(subjects)s::text[]) AS w (student, subject)"
    " CROSS JOIN LATERAL ("
    "SELECT student_id, subject, state, model_version, cursor_performed_at, cursor_scored_at, cursor_client,"
    " cursor_source_id FROM subject_state WHERE district_id = %(district)s AND student_id = w.student"
    " AND subject = w.subject FOR UPDATE) AS l"
)


def asking_states(district_id: int, pairs: Sequence[Pair]) -> tuple[str, dict[str, object]]:
    """The statement that locks states in the order of `pairs`; `states_of` reads its rows."""
    return _LOCK, {
        "district": district_id,
        "students": [student for student, _ in pairs],
        "subjects": [subject for _, subject in pairs],
    }


def states_of(rows: Sequence[tuple[Any, ...]]) -> dict[Pair, Locked]:
    """Locked states by student and subject."""
    found = {}
    for student, subject, state, model_version, *cursor in rows:
        performed_at, scored_at, client, source_id = cursor
        order = OrderKey(performed_at.astimezone(UTC), scored_at.astimezone(UTC), client, source_id)
        found[student, subject] = Locked(state or None, model_version, order if state else None)
    return found


_FOLDS = (
    "SELECT f.* FROM unnest(%(students)s::bigint[], %(targets)s::bigint[]) AS w (student, target)"
    " CROSS JOIN LATERAL ("
    "SELECT student_id, target_id, carried::text, conditions, ever FROM standing"
    " WHERE district_id = %(district)s AND student_id = w.student AND target_id = w.target) AS f"
)


def load_standings(
    session: Session, district_id: int, targets_of: Mapping[int, Collection[int]]
) -> dict[int, dict[int, Standing]]:
    """The folds of some targets per student, for going on from them."""
    return folds_of(fetch(session, *asking_folds(district_id, targets_of)), targets_of)


def asking_folds(district_id: int, targets_of: Mapping[int, Collection[int]]) -> tuple[str, dict[str, object]]:
    """The statement whose rows `folds_of` reads."""
    pairs = [(student, target) for student, some in targets_of.items() for target in some]
    students, targets = [student for student, _ in pairs], [target for _, target in pairs]
    return _FOLDS, {"district": district_id, "students": students, "targets": targets}


def folds_of(rows: Sequence[tuple[Any, ...]], students: Iterable[int]) -> dict[int, dict[int, Standing]]:
    """Folds by student and target; a student without any is there too."""
    found: dict[int, dict[int, Standing]] = {student: {} for student in students}
    for student, target, carried, conditions, ever in rows:
        found[student][target] = unpack(carried, tuple(conditions), tuple(ever))
    return found


def load_estimates(
    session: Session, district_id: int, targets_of: Mapping[int, Collection[int]]
) -> dict[tuple[int, int], tuple[Any, ...]]:
    """The estimate columns of stored standings by (student, target), in the order of TargetEstimate."""
    rows = session.execute(
        select(
            StandingRow.student_id, StandingRow.target_id, *(getattr(StandingRow, name) for name in _ESTIMATE_COLUMNS)
        ).where(
            StandingRow.district_id == district_id,
            StandingRow.student_id == func.any(list(targets_of)),
            StandingRow.target_id == func.any(sorted({t for some in targets_of.values() for t in some})),
        )
    )
    return {(row[0], row[1]): tuple(row[2:]) for row in rows}


def load_acts(session: Session, district_id: int, students: Sequence[int]) -> dict[int, list[Act]]:
    """All signed acts and system confirmations of students, oldest first."""
    found: dict[int, list[Act]] = {student: [] for student in students}
    for row in session.execute(
        select(Confirmation)
        .where(Confirmation.district_id == district_id, Confirmation.student_id == func.any(list(students)))
        .order_by(Confirmation.student_id, Confirmation.at, Confirmation.id)
    ).scalars():
        found[row.student_id].append(Act(row.id, row.target_id, ActKind(row.kind), row.at, row.level, row.mastered_at))
    return found


def save(
    session: Session,
    district_id: int,
    moved: Iterable[tuple[Pair, Moved, OrderKey]],
    book: RuleBook,
    policy: Policy,
    versions: Mapping[str, str],
    now: datetime,
    kept: Mapping[tuple[int, int], tuple[Any, ...]],
    known: Mapping[int, Mapping[int, Standing]],
) -> dict[tuple[int, int], list[dict[str, Any]]]:
    """Write states, standings and new system confirmations; returns what is missing, by (student, target).

    `versions` names the model of each subject; `known` are all standings that were loaded or made, by student and
    target. `kept` holds the stored estimate of targets whose decision changes without evidence of their own; a target
    in neither has no estimate yet.
    """
    states, standings, confirmations = [], [], []
    gaps: dict[tuple[int, int], list[dict[str, Any]]] = {}
    for (student, subject), one, cursor in moved:
        states.append(
            (district_id, student, subject, versions[subject], one.state.to_bytes(),
             cursor.performed_at, cursor.scored_at, cursor.client, cursor.source_id)
        )  # fmt: skip
        for target, standing in one.standings.items():
            estimate = one.estimates.get(target) or kept.get((student, target))
            gaps[student, target] = missing_lines(standing, target, known[student], book, policy)
            standings.append(
                standing_row(district_id, student, subject, target, standing, estimate, gaps[student, target], policy,
                             versions[subject])
            )  # fmt: skip
            decision = standing.decision
            if decision.confirmed is ActKind.AUTO_CONFIRM and decision.mastered_at is not None:
                confirmations.append(
                    (district_id, student, target, ActKind.AUTO_CONFIRM.value, decision.level, decision.mastered_at,
                     policy.version, decision.confirmed_at, now)
                )  # fmt: skip
    upsert_rows(session, SubjectStateRow, STATE_COLUMNS, states)
    upsert_rows(session, StandingRow, STANDING_COLUMNS, standings)
    insert_new_rows(session, Confirmation, _CONFIRMATION_COLUMNS, confirmations)
    return gaps


def forget(session: Session, district_id: int, pairs: Collection[Pair]) -> None:
    """Remove all derived standings of student-subjects, which a replay writes anew."""
    _forget(session, StandingRow, district_id, pairs)


def forget_states(session: Session, district_id: int, pairs: Collection[Pair]) -> None:
    """Remove the states of student-subjects that have no evidence, or none any more."""
    _forget(session, SubjectStateRow, district_id, pairs)


def _forget(
    session: Session, model: type[StandingRow] | type[SubjectStateRow], district_id: int, pairs: Collection[Pair]
) -> None:
    if pairs:
        rows = [(district_id, student, subject) for student, subject in sorted(pairs)]
        write(
            session,
            f"DELETE FROM {model.__tablename__} WHERE district_id = %s AND student_id = %s AND subject = %s",
            rows,
        )


def pairs_of_results(
    session: Session, district_id: int, results: Collection[int], subjects: Mapping[int, str]
) -> set[Pair]:
    """The student-subjects that stored results are about."""
    if not results:
        return set()
    rows = session.execute(
        select(ResultRow.student_id, Evidence.target_id)
        .join(Evidence, (Evidence.district_id == ResultRow.district_id) & (Evidence.result_id == ResultRow.id))
        .where(ResultRow.district_id == district_id, ResultRow.id == func.any(list(results)))
    )
    return {(row.student_id, subjects[row.target_id]) for row in rows}


def standing_row(
    district_id: int,
    student: int,
    subject: str,
    target: int,
    standing: Standing,
    estimate: TargetEstimate | tuple[Any, ...] | None,
    gaps: list[dict[str, Any]],
    policy: Policy,
    model_version: str,
) -> tuple[object, ...]:
    """A standing in the order of STANDING_COLUMNS."""
    tally, decision = standing.tally, standing.decision
    rate, low, high, probability, mean, variance, general, own, form, practice = estimate or (None,) * 10
    return (
        district_id, student, target, subject, tally.records, tally.last_at, mean, variance, general, own, form,
        practice, rate, low, high, probability, model_version, decision.state.value, decision.level,
        decision.mastered_at, exact_json(gaps),
        list(standing.conditions), list(standing.ever), pack(standing), policy.version,
    )  # fmt: skip


def missing_lines(
    standing: Standing, target: int, others: Mapping[int, Standing], book: RuleBook, policy: Policy
) -> list[dict[str, Any]]:
    """What is still missing for mastery, as stored: line, code, needed, found, and open prerequisites.

    Where a score rule speaks in line 1, `method` names it, and `needed` and `found` are on its scale.
    """
    decision = standing.decision
    # what was carried here waits for a person, not for the student
    if decision.state in _NOTHING_MISSING or (decision.carried and decision.state is State.MASTERED_PROVISIONAL):
        return []
    rule = book.of(target)
    before: dict[int, Decision] = {one: others[one].decision for one in rule.prerequisites if one in others}
    return [_gap(gap) for gap in missing(standing.tally, rule, before, policy)]


def _gap(gap: Missing) -> dict[str, Any]:
    line = {"line": gap.line, "code": gap.code.value, "needed": gap.needed, "found": gap.found}
    return line | {"targets": [*gap.targets]} | ({} if gap.method is None else {"method": gap.method})
