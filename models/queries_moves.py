"""What Today's moves are made of: signals and waiting decisions of a teacher's students, and moves that were done."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from mastery.access import Viewer
from mastery.access_questions import What
from mastery.body.words import State
from mastery.flags.life import FlagState, Resolution
from mastery.flags.view import Severity
from mastery.moves.outcome import Part, closed_by_gain
from mastery.moves.words import MoveKind, Signal, Waiting
from mastery.roster import Role
from models.assessment import Assessment
from models.evidence import ResultRow
from models.flag import LIVE_STATES, Flag
from models.graph import Node
from models.move import Move, MovePart, MoveUndo
from models.queries_flags import flag_open, prerequisite
from models.queries_people import enrolled, seen_on
from models.queries_today import own_flags, students_taught
from models.roster import Enrollment, Person
from models.standing import Standing


@dataclass(frozen=True, slots=True)
class LiveFlag:
    """A live flag without its words: enough to plan with and to act on."""

    signal: Signal
    version: int
    state: FlagState

    @property
    def is_new(self) -> bool:
        """Whether nobody has said yet that they look at it."""
        return self.state is FlagState.OPEN


@dataclass(frozen=True, slots=True)
class WaitingDecision:
    """A decision that waits, with the instant by which one sees whether it is still the same."""

    waiting: Waiting
    stands_at: datetime


@dataclass(frozen=True, slots=True)
class MatterThen:
    """One matter of a move: whose, what it stood at then and stands at now."""

    student_id: int
    student: str
    part: Part


@dataclass(slots=True)
class DoneMove:
    """A move that its teacher did and did not take back, and which target or assessment it was about."""

    id: int
    kind: MoveKind
    section_id: int
    target_id: int | None
    assessment: str | None
    at: datetime
    matters: list[MatterThen] = field(default_factory=list)


def students_by_section(session: Session, viewer: Viewer) -> dict[int, dict[int, str]]:
    """The names of the students in each section that the viewer teaches, by id."""
    members = enrolled(viewer.district, Role.STUDENT, viewer.at).where(Enrollment.section_id.in_(viewer.sections))
    found: dict[int, dict[int, str]] = {section: {} for section in viewer.sections}
    joined = members.join(Person, (Person.district_id == Enrollment.district_id) & (Person.id == Enrollment.person_id))
    for section, person in session.execute(joined.with_only_columns(Enrollment.section_id, Person)):
        found[section][person.id] = person.display_name
    return found


def flag_signals(viewer: Viewer) -> Select[*tuple[Any, ...]]:
    """Flags as the columns that `live_flag` reads."""
    return select(
        Flag.id,
        Flag.version,
        Flag.state,
        Flag.student_id,
        Flag.rule,
        Flag.severity,
        Flag.opened_at,
        Flag.target_id,
        prerequisite.label("prerequisite"),
        Flag.assessment_id,
    ).where(Flag.district_id == viewer.district)


def live_flag(row: Any, zone: ZoneInfo) -> LiveFlag:
    """A row of `flag_signals` as the law's value."""
    opened = row.opened_at.astimezone(zone).date()
    signal = Signal(
        row.id, row.student_id, row.rule, Severity[row.severity], opened, row.target_id, row.prerequisite,
        row.assessment_id,
    )  # fmt: skip
    return LiveFlag(signal, row.version, FlagState(row.state))


def live_flags(session: Session, viewer: Viewer, zone: ZoneInfo) -> list[LiveFlag]:
    """All live flags of the viewer's own students that are theirs to act on, the newest first."""
    rows = session.execute(
        flag_signals(viewer)
        .where(Flag.state.in_(LIVE_STATES), own_flags(viewer))
        .order_by(Flag.opened_at.desc(), Flag.id)
    )
    return [live_flag(row, zone) for row in rows]


def waits_for_confirmation() -> ColumnElement[bool]:
    """Whether the standing of the row, joined to its node, waits for a person's confirmation."""
    return and_(Standing.state == State.MASTERED_PROVISIONAL.value, Node.credit_bearing)


def review_open(viewer: Viewer) -> ColumnElement[bool]:
    """Whether a look at the standing of the row, should it be under review, is the viewer's: to see and to act on."""
    whats = (What.STANDING, What.ACT_ON_FLAG)
    return and_(*(seen_on(viewer, what, Standing.student_id, Standing.target_id) for what in whats))


def waiting_decisions(session: Session, viewer: Viewer, zone: ZoneInfo) -> list[WaitingDecision]:
    """Decisions that the viewer may confirm, and decisions under review that nobody has looked at since."""
    looked_at = (
        select(MovePart.id)
        .join(Move, (Move.district_id == MovePart.district_id) & (Move.id == MovePart.move_id))
        .where(
            MovePart.district_id == Standing.district_id,
            MovePart.student_id == Standing.student_id,
            MovePart.target_id == Standing.target_id,
            MovePart.state == Standing.state,
            Move.kind == MoveKind.LOOK.value,
            Move.at >= Standing.as_of,
            _not_undone(),
        )
        .exists()
    )
    mine = seen_on(viewer, What.CONFIRM, Standing.student_id, Standing.target_id)
    confirmable = and_(waits_for_confirmation(), mine)
    rows = session.execute(
        select(Standing.student_id, Standing.target_id, Standing.state, Standing.mastered_at, Standing.as_of)
        .join(Node, (Node.district_id == Standing.district_id) & (Node.id == Standing.target_id))
        .where(
            Standing.district_id == viewer.district,
            Standing.student_id.in_(students_taught(viewer)),
            or_(confirmable, and_(Standing.state == State.NEEDS_REVIEW.value, review_open(viewer), ~looked_at)),
        )
    )
    found = []
    for student, target, state, mastered_at, as_of in rows:
        review = state == State.NEEDS_REVIEW
        at = as_of if review else mastered_at
        if at is not None:
            found.append(WaitingDecision(Waiting(student, target, at.astimezone(zone).date(), review), at))
    return found


def assessment_names(session: Session, district_id: int, assessments: Collection[int]) -> dict[int, str]:
    """The titles of assessments."""
    rows = session.execute(
        select(Assessment.id, Assessment.title).where(
            Assessment.district_id == district_id, Assessment.id.in_(assessments)
        )
    )
    return {row.id: row.title for row in rows}


def done_moves(session: Session, viewer: Viewer, since: datetime, limit: int) -> Sequence[DoneMove]:
    """The newest moves that the viewer did since an instant and did not take back, with how things stand now.

    What is no longer the viewer's to see is left out, and with the last of it the move.
    """
    newest = (
        select(Move.id)
        .where(Move.district_id == viewer.district, Move.by_person == viewer.person, Move.at >= since, _not_undone())
        .order_by(Move.at.desc(), Move.id.desc())
        .limit(limit)
    )
    tested = (
        select(func.max(ResultRow.performed_at))
        .where(
            ResultRow.district_id == MovePart.district_id,
            ResultRow.student_id == MovePart.student_id,
            ResultRow.assessment_id == Move.assessment_id,
        )
        .scalar_subquery()
    )
    rows = session.execute(
        select(
            Move, MovePart, Person, Assessment.title, Flag.rule, Flag.resolution, Standing.as_of, Standing.probability,
            Standing.state, tested,
        )
        .join(MovePart, (MovePart.district_id == Move.district_id) & (MovePart.move_id == Move.id))
        .join(Person, (Person.district_id == MovePart.district_id) & (Person.id == MovePart.student_id))
        .outerjoin(Assessment, (Assessment.district_id == Move.district_id) & (Assessment.id == Move.assessment_id))
        .outerjoin(Flag, (Flag.district_id == MovePart.district_id) & (Flag.id == MovePart.flag_id))
        .outerjoin(
            Standing,
            (Standing.district_id == MovePart.district_id)
            & (Standing.student_id == MovePart.student_id)
            & (Standing.target_id == MovePart.target_id),
        )
        .where(
            Move.district_id == viewer.district,
            Move.id.in_(newest),
            MovePart.student_id.in_(students_taught(viewer)),
            seen_on(viewer, What.STANDING, MovePart.student_id, MovePart.target_id),
            or_(MovePart.flag_id.is_(None), flag_open(viewer, What.FLAGS)),
        )
        .order_by(Move.at.desc(), Move.id.desc(), MovePart.id)
    )  # fmt: skip
    return _gather(rows)


def _gather(rows: Iterable[Any]) -> list[DoneMove]:
    found: dict[int, DoneMove] = {}
    for move, part, person, assessment, rule, resolution, as_of, probability, state, tested in rows:
        kind = MoveKind(move.kind)
        done = found.setdefault(move.id, DoneMove(move.id, kind, move.section_id, move.target_id, assessment, move.at))
        test = kind is MoveKind.LET_TEST
        judged = Part(
            move.at,
            tested if test else as_of,
            part.probability,
            probability,
            State(part.state) if part.state else None,
            State(state) if state else State.NOT_STARTED,
            closed=resolution == Resolution.AUTO and closed_by_gain(rule),
            test=test,
        )
        done.matters.append(MatterThen(person.id, person.display_name, judged))
    return list(found.values())


def _not_undone() -> ColumnElement[bool]:
    """Whether the move of the row was not taken back."""
    undone = select(MoveUndo.move_id).where(MoveUndo.district_id == Move.district_id, MoveUndo.move_id == Move.id)
    return ~undone.exists()
