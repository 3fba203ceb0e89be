"""A teacher does one of Today's moves in one go, or takes it back: flags acknowledged, decisions confirmed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from api.actions.announce import announce
from api.actions.confirm import Confirmable, confirm, withdraw
from mastery.access import Viewer
from mastery.access_questions import What
from mastery.audit import Act
from mastery.body.words import State
from mastery.calendar import days_between
from mastery.flags.life import NEXT, FlagEvent
from mastery.moves.plan import fits, judged_by
from mastery.moves.words import MoveKind
from mastery.policy import DEFAULT_POLICY
from models.audit import by_person, record
from models.bulk import insert_rows
from models.flag import Flag, FlagTransition
from models.graph_store import GraphCache
from models.move import Move, MovePart, MoveUndo
from models.queries_flags import flag_open
from models.queries_moves import LiveFlag, flag_signals, live_flag, review_open
from models.roster import Section
from models.rule_stops import count_stop
from models.standing import Standing

MOST_AT_ONCE = 1000
Pair = tuple[int, int]
_STEP_COLUMNS = ("district_id", "flag_id", "event", "from_state", "to_state", "by_person", "at")
_PART_COLUMNS = (
    "district_id", "move_id", "student_id", "target_id", "flag_id", "flag_version", "confirmation_id", "state",
    "probability",
)  # fmt: skip


class UnknownMoveError(LookupError):
    """There is no such move, or it is none of this person's business: both look the same."""


class MoveError(ValueError):
    """Nothing was done; the text says why: "changed", "late", "many" or "nobody"."""


class StoppedError(MoveError):
    """A rule of the policy stands against it, which is counted; whoever calls commits that, and nothing else."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A move as the page showed it: flags with their versions, decisions with the instant they stood at."""

    kind: MoveKind
    section: int
    about: int
    flags: Mapping[int, int]
    decisions: Sequence[Confirmable]


@dataclass(frozen=True, slots=True)
class Done:
    """What was done: for how many students, and how many matters had changed meanwhile and were left alone."""

    move: int
    students: int
    changed: int


@dataclass(frozen=True, slots=True)
class _Matter:
    """One line of a move to be remembered."""

    student: int
    target: int | None
    flag: int | None = None
    flag_version: int | None = None
    confirmation: int | None = None


def do_move(session: Session, viewer: Viewer, graphs: GraphCache, asked: Asked, zone: ZoneInfo, now: datetime) -> Done:
    """Acknowledge the flags of a move and sign its decisions, and remember how things stood.

    What changed since the page was made is left alone and counted. Raises the errors above.
    """
    if asked.section not in viewer.sections:
        raise UnknownMoveError
    if not asked.flags and not asked.decisions:
        raise MoveError("nobody")
    if len(asked.flags) + len(asked.decisions) > MOST_AT_ONCE:
        raise MoveError("many")
    if asked.kind is MoveKind.CONFIRM:
        confirmed = confirm(session, viewer, graphs, asked.decisions, now)
        if confirmed is None or asked.flags:
            raise UnknownMoveError
        matters = [_Matter(one.student, one.target, confirmation=one.id) for one in confirmed]
        then = {(one.student, one.target): (State.MASTERED_PROVISIONAL.value, one.probability) for one in confirmed}
    else:
        flags = _held_flags(session, viewer, asked.flags, zone)
        reviews = _under_review(session, viewer, asked.decisions)
        if not flags and reviews is None:
            raise UnknownMoveError
        reviews = reviews or []
        if (flags or reviews) and not fits(asked.kind, asked.about, [one.signal for one in flags.values()], reviews):
            raise UnknownMoveError
        fresh = [one for key, one in flags.items() if one.is_new and one.version == asked.flags[key]]
        matters = [_acknowledged(asked, one) for one in fresh]
        matters += [_Matter(student, target) for student, target in reviews]
        then = _standings(session, viewer.district, matters)
        _step_flags(session, viewer, fresh, FlagEvent.ACKNOWLEDGE, now)
    if not matters:
        raise MoveError("changed")
    move = _remember(session, viewer, asked, matters, then, now)
    students = {one.student for one in matters}
    announce(session, viewer.district, "move", students, now)
    return Done(move, len(students), len(asked.flags) + len(asked.decisions) - len(matters))


def undo_move(
    session: Session, viewer: Viewer, graphs: GraphCache, move_id: int, zone: ZoneInfo, now: datetime
) -> Done:
    """Take a move of one's own back, where nothing else happened since. Raises the errors above."""
    move = session.scalar(
        select(Move).where(Move.district_id == viewer.district, Move.id == move_id, Move.by_person == viewer.person)
    )
    if move is None:
        raise UnknownMoveError
    today = now.astimezone(zone).date()
    if days_between(move.at.astimezone(zone).date(), today) > DEFAULT_POLICY.moves_undo_days:
        count_stop(session, viewer.district, "moves_undo_days", _school_of(session, move), today)
        raise StoppedError("late")
    # first of all, so that of two who undo at once the second waits here and finds it done
    undone = session.execute(
        insert(MoveUndo)
        .values(district_id=viewer.district, move_id=move_id, by_person=viewer.person, at=now)
        .on_conflict_do_nothing()
        .returning(MoveUndo.move_id)
    )
    if undone.first() is None:
        raise UnknownMoveError
    parts = session.scalars(
        select(MovePart).where(MovePart.district_id == viewer.district, MovePart.move_id == move_id)
    ).all()
    left = {part.flag_id: part.flag_version or 0 for part in parts if part.flag_id is not None}
    held = _held_flags(session, viewer, left, zone)
    same = [one for key, one in held.items() if one.version == left[key]]
    _step_flags(session, viewer, same, FlagEvent.TAKE_BACK, now)
    signed = [part.confirmation_id for part in parts if part.confirmation_id is not None]
    withdrawn = withdraw(session, viewer, graphs, signed, now) if signed else set()
    back = {one.signal.student for one in same} | {student for student, _ in withdrawn}
    back |= {part.student_id for part in parts if part.flag_id is None and part.confirmation_id is None}
    if not back:
        raise MoveError("changed")
    announce(session, viewer.district, "move", back, now)
    return Done(move_id, len(back), len(left) + len(signed) - len(same) - len(withdrawn))


def _school_of(session: Session, move: Move) -> int | None:
    return session.get_one(Section, (move.district_id, move.section_id)).school_id


def _held_flags(session: Session, viewer: Viewer, flags: Collection[int], zone: ZoneInfo) -> dict[int, LiveFlag]:
    """The flags that the viewer may act on, locked in the order in which a posted result locks them."""
    if not flags:
        return {}
    rows = session.execute(
        flag_signals(viewer)
        .where(Flag.id.in_(flags), flag_open(viewer, What.ACT_ON_FLAG))
        .order_by(Flag.student_id, Flag.id)
        .with_for_update(of=Flag)
    )
    return {row.id: live_flag(row, zone) for row in rows}


def _step_flags(session: Session, viewer: Viewer, flags: Sequence[LiveFlag], event: FlagEvent, now: datetime) -> None:
    """Move locked flags on by an act that is possible for all of them: a row for each step, one event for all."""
    if not flags:
        return
    steps = [(one, NEXT[one.state, event]) for one in flags]
    for after in sorted({after for _, after in steps if after is not None}):
        session.execute(
            update(Flag)
            .where(
                Flag.district_id == viewer.district,
                Flag.id == func.any([one.signal.flag for one, its in steps if its is after]),
            )
            .values(state=after.value, version=Flag.version + 1)
            .execution_options(synchronize_session=False)
        )
    insert_rows(
        session,
        FlagTransition,
        _STEP_COLUMNS,
        [
            (viewer.district, one.signal.flag, event.value, one.state.value, after.value, viewer.person, now)
            for one, after in steps
            if after is not None
        ],
    )
    about = [one.signal.student for one in flags]
    detail = {"event": event, "flags": [one.signal.flag for one in flags]}
    record(session, viewer.district, by_person(viewer.person), Act.FLAG_CHANGED, now, about, detail=detail)


def _acknowledged(asked: Asked, one: LiveFlag) -> _Matter:
    by = judged_by(asked.kind, asked.about, one.signal)
    return _Matter(one.signal.student, by, one.signal.flag, one.version + 1)


def _under_review(session: Session, viewer: Viewer, asked: Sequence[Confirmable]) -> list[Pair] | None:
    """Those of the decisions asked about that are still under review as they were; None where none is the viewer's."""
    if not asked:
        return None
    rows = session.execute(
        select(Standing.student_id, Standing.target_id, Standing.state, Standing.as_of).where(
            Standing.district_id == viewer.district,
            tuple_(Standing.student_id, Standing.target_id).in_([(one.student, one.target) for one in asked]),
            review_open(viewer),
        )
    ).all()
    if not rows:
        return None
    stood = {(one.student, one.target): one.stood_at for one in asked}
    return [
        (row.student_id, row.target_id)
        for row in rows
        if row.state == State.NEEDS_REVIEW and row.as_of == stood[row.student_id, row.target_id]
    ]


def _standings(session: Session, district_id: int, matters: Sequence[_Matter]) -> dict[Pair, tuple[str, float | None]]:
    """State and probability of mastery, as they stand, by student and target."""
    rows = session.execute(
        select(Standing.student_id, Standing.target_id, Standing.state, Standing.probability).where(
            Standing.district_id == district_id,
            tuple_(Standing.student_id, Standing.target_id).in_(
                [(one.student, one.target) for one in matters if one.target is not None]
            ),
        )
    )
    return {(row.student_id, row.target_id): (row.state, row.probability) for row in rows}


def _remember(
    session: Session,
    viewer: Viewer,
    asked: Asked,
    matters: Sequence[_Matter],
    then: Mapping[Pair, tuple[str, float | None]],
    now: datetime,
) -> int:
    on_target = asked.kind in (MoveKind.RETEACH, MoveKind.PULL, MoveKind.LOOK)
    move = Move(
        district_id=viewer.district,
        by_person=viewer.person,
        section_id=asked.section,
        kind=asked.kind.value,
        target_id=asked.about if on_target else None,
        assessment_id=asked.about if asked.kind is MoveKind.LET_TEST else None,
        at=now,
    )
    session.add(move)
    session.flush()
    rows = []
    for one in matters:
        state, probability = then.get((one.student, one.target or 0), (None, None))
        rows.append(
            (viewer.district, move.id, one.student, one.target, one.flag, one.flag_version, one.confirmation, state,
             probability)
        )  # fmt: skip
    insert_rows(session, MovePart, _PART_COLUMNS, rows)
    return move.id
