"""The nightly end of records: what is due goes out of sight, and after the time of grace for good (domain 7.8).

Each student is a transaction of their own, looked at again when it begins; so a run that is ended goes on when it is
said again, and two at once do no harm.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from mastery.audit import Act
from mastery.retention_schedule import (
    Hold,
    Kind,
    Rule,
    due,
    due_on,
    gone_by,
    held,
    held_students,
    in_force,
    over,
)
from models.audit import SYSTEM, record
from models.district import District
from models.retention_store import (
    BULK,
    Ending,
    Leaver,
    count_older,
    delete_older,
    end_record,
    hide,
    holds_of,
    is_whole_part,
    leaver,
    leavers,
    put_tombstone,
    signed_rules,
    spare,
)
from models.unit_of_work import district_transaction

Advance = Callable[[int], None]
_AHEAD_OF_UTC = timedelta(hours=14)
_HIDDEN_AT_ONCE = 500


@dataclass(slots=True)
class Retained:
    """What a run did, or (`what_if`) would do: students by sourcedId, rows deleted by kind of record."""

    district: str
    what_if: bool
    hidden: list[str] = field(default_factory=list)
    spared: list[str] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    rows: dict[str, int] = field(default_factory=dict)
    held: int = 0


@dataclass(frozen=True, slots=True)
class _Night:
    """What a run goes by."""

    district: District
    now: datetime
    rules: Mapping[Kind, Rule]
    holds: tuple[Hold, ...]

    def today(self, student: Leaver) -> date:
        """The date at the student's last school."""
        return self.now.astimezone(ZoneInfo(student.time_zone or self.district.time_zone)).date()

    def day_of(self, instant: datetime, student: Leaver) -> date:
        return instant.astimezone(ZoneInfo(student.time_zone or self.district.time_zone)).date()

    def is_held(self, student: Leaver) -> bool:
        return held(self.holds, Kind.STUDENT_RECORD, student.id, self.today(student))

    def ending(self, student: Leaver) -> Ending | None:
        """How the student's record ends today, if anything of it is due and nothing holds it."""
        today, rule, kept = self.today(student), self.rules[Kind.STUDENT_RECORD], self.rules[Kind.MASTERED_COMPETENCY]
        if not due(rule, student.ended_on, today, self.is_held(student)):
            return None
        mastered_due = due(kept, student.ended_on, today, held(self.holds, Kind.MASTERED_COMPETENCY, student.id, today))
        erases = student.is_student_alone and (mastered_due or not student.has_mastered)
        if not (student.has_record or erases or (mastered_due and student.has_mastered)):
            return None
        return Ending(rule.name, not mastered_due, erases)


def retain(
    engine: Engine, owner: Engine, district: District, now: datetime, *, what_if: bool = False,
    advance: Advance = lambda _: None,
) -> Retained:  # fmt: skip
    """Apply the district's schedule as of now, or say what that would do. `advance` hears of students.

    `owner` is an engine of the role that owns the tables (models.retention_store).
    """
    night = _night(engine, district, now)
    done = Retained(district.slug, what_if)
    found = _found(engine, night)
    for some in [found[start : start + _HIDDEN_AT_ONCE] for start in range(0, len(found), _HIDDEN_AT_ONCE)]:
        _sort(engine, night, some, done)
    for student in found:
        if student.since is not None and _is_over(night, student) and _end(owner, night, student, what_if):
            done.deleted.append(student.sourced_id)
        advance(1)
    for kind in BULK:
        count = _older(engine, owner, night, kind, what_if)
        if count:
            done.rows[kind] = count
    if not what_if:
        _put_on_record(engine, night, done)
    return done


def _night(engine: Engine, district: District, now: datetime) -> _Night:
    today = now.astimezone(ZoneInfo(district.time_zone)).date()
    with district_transaction(engine, district.id) as session:
        rules = in_force(signed_rules(session, district.id), today)
        return _Night(district, now, rules, tuple(holds_of(session, district.id)))


def _found(engine: Engine, night: _Night) -> list[Leaver]:
    """Whoever may be due somewhere on earth, and whoever is out of sight."""
    latest = (night.now + _AHEAD_OF_UTC).date()
    before = gone_by(night.rules[Kind.STUDENT_RECORD], latest) or date.min
    with district_transaction(engine, night.district.id) as session:
        return leavers(session, night.district.id, before)


def _sort(engine: Engine, night: _Night, some: list[Leaver], done: Retained) -> None:
    """Put out of sight who is due, and take back who is no longer."""
    rule = night.rules[Kind.STUDENT_RECORD]
    due_now = {one.id: one for one in some if night.ending(one) is not None}
    new = [(one.id, due_on(rule, one.ended_on) or date.min) for one in due_now.values() if one.since is None]
    back = [one for one in some if one.since is not None and one.id not in due_now]
    done.held += sum(1 for one in some if night.is_held(one))
    done.hidden += [due_now[key].sourced_id for key, _ in new]
    done.spared += [one.sourced_id for one in back]
    if done.what_if or not (new or back):
        return
    with district_transaction(engine, night.district.id) as session:
        hide(session, night.district.id, new, rule.name, night.now)
        spare(session, night.district.id, [one.id for one in back])
        session.commit()


def _is_over(night: _Night, student: Leaver) -> bool:
    return student.since is not None and over(night.day_of(student.since, student), night.today(student))


def _end(owner: Engine, night: _Night, student: Leaver, what_if: bool) -> bool:
    """Delete one student's record, unless something changed since it was found; whether it was, or would be."""
    if what_if:
        return night.ending(student) is not None
    with district_transaction(owner, night.district.id) as session:
        now_found = leaver(session, night.district.id, student.id)
        if now_found is None or not _is_over(night, now_found):
            return False
        # a hold that was placed since the run began holds too
        again = _Night(night.district, night.now, night.rules, tuple(holds_of(session, night.district.id)))
        ending = again.ending(now_found)
        if ending is None:
            return False
        end_record(
            session, night.district.id, night.district.slug, student.id, student.sourced_id, ending, night.now
        )  # fmt: skip
        session.commit()
    return True


def _older(engine: Engine, owner: Engine, night: _Night, kind: Kind, what_if: bool) -> int:
    """Delete what is older than the schedule keeps, a part at a time; how many rows."""
    zone = ZoneInfo(night.district.time_zone)
    today = night.now.astimezone(zone).date()
    last = gone_by(night.rules[kind], today)
    if last is None or held(night.holds, kind, None, today):
        return 0
    before = datetime.combine(last + timedelta(days=1), time.min, zone)
    if what_if:
        with district_transaction(engine, night.district.id) as session:
            return count_older(session, night.district.id, kind, before)
    removed: Counter[str] = Counter()
    more = True
    while more:
        with district_transaction(owner, night.district.id) as session:
            some = delete_older(
                session, night.district.id, kind, before, held_students(night.holds, kind, today)
            )  # fmt: skip
            more = is_whole_part(some)
            removed += some
            if removed and not more:
                put_tombstone(
                    session, night.district.id, kind, night.rules[kind].name, night.now, removed, through=before
                )
            session.commit()
    return removed.total()


def _put_on_record(engine: Engine, night: _Night, done: Retained) -> None:
    detail = {
        "hidden": len(done.hidden), "spared": len(done.spared), "deleted": len(done.deleted), "held": done.held,
        "rows": done.rows,
    }  # fmt: skip
    with district_transaction(engine, night.district.id) as session:
        record(session, night.district.id, SYSTEM, Act.RETENTION_RUN, night.now, detail=detail)
        session.commit()
