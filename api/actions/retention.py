"""The nightly end of records: what is due goes out of sight, and after the time of grace for good (domain 7.8).

Each student is a transaction of their own, looked at again when it begins; so a run that is ended goes on when it is
said again, and two at once do no harm.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from api.actions.delete_older import count_deletable, delete_in_parts
from api.actions.ingest import Intake
from api.actions.quarantine import release
from api.actions.reduce_answers import Advance, count_reducible, reduce_answers
from mastery.audit import Act
from mastery.retention_schedule import (
    Ending,
    Hold,
    Kind,
    Remains,
    Rule,
    ending,
    gone_by,
    held,
    in_force,
    is_person_held,
    over,
    told_by,
)
from models.audit import SYSTEM, record
from models.district import District
from models.retention_store import (
    BULK,
    Leaver,
    end_record,
    hide,
    holds_of,
    leaver,
    leavers,
    put_tombstone,
    signed_rules,
    spare,
)
from models.unit_of_work import district_transaction

_AHEAD_OF_UTC = timedelta(hours=14)
_HIDDEN_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Notice:
    """A student by SIS id, once in special education, whose record ends; the last day on which the family is told."""

    student: str
    by: date


@dataclass(slots=True)
class Retained:
    """What a run did, or (`what_if`) would do: students by sourcedId, rows deleted by kind of record.

    `erased` are those of the deleted of whom not even the person was to be kept. `notices`: whose families are to be
    told before (34 CFR 300.624), of all who are out of sight.
    """

    district: str
    what_if: bool
    hidden: list[str] = field(default_factory=list)
    spared: list[str] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    erased: list[str] = field(default_factory=list)
    rows: dict[str, int] = field(default_factory=dict)
    held: int = 0
    notices: list[Notice] = field(default_factory=list)


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
        today = self.today(student)
        is_record_held = held(self.holds, self.remains(student).record_kind, student.id, today)
        return is_record_held or is_person_held(student.id, self.holds, today)

    def remains(self, student: Leaver) -> Remains:
        """What is left of the student."""
        deleted_on = None if student.deleted_at is None else self.day_of(student.deleted_at, student)
        return Remains(
            student.id, student.ended_on, deleted_on, student.has_record, student.has_mastered, student.has_grounds,
            student.is_student_alone, student.was_special,
        )  # fmt: skip

    def ending(self, student: Leaver) -> Ending | None:
        """How the student's record ends today, if anything of it is due and nothing holds it."""
        return ending(self.remains(student), self.rules, self.holds, self.today(student))

    def notice(self, student: Leaver) -> Notice:
        """By when the family is told of the end of a record that is out of sight, or goes out of sight now."""
        return Notice(student.number, told_by(self.day_of(student.since or self.now, student)))


def retain(
    engine: Engine, owner: Engine, district: District, now: datetime, *, what_if: bool = False,
    advance: Advance = lambda _: None,
) -> Retained:  # fmt: skip
    """Apply the district's schedule as of now, or say what that would do.

    `advance` hears of students and rows as they go by. `owner` is an engine of the role that owns the tables
    (models.retention_store).
    """
    night = _night(engine, district, now)
    done = Retained(district.slug, what_if)
    found = _found(engine, night)
    for some in [found[start : start + _HIDDEN_AT_ONCE] for start in range(0, len(found), _HIDDEN_AT_ONCE)]:
        _sort(engine, night, some, done)
    for student in found:
        ended = _end(owner, night, student, what_if) if _is_over(night, student) else None
        if ended is not None:
            done.deleted.append(student.sourced_id)
            done.erased += [student.sourced_id] if ended.erases_person else []
        advance(1)
    # answers first: what came out of quarantine is found by the posts that waited
    for kind in (Kind.ITEM_RESPONSE, *BULK):
        count = _older(engine, owner, night, kind, what_if, advance)
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
    """Put out of sight who is due, and take back who is no longer, with the results that came meanwhile."""
    due_now = {one.id: end for one in some if (end := night.ending(one)) is not None}
    new = [one for one in some if one.since is None and one.id in due_now]
    back = [one for one in some if one.since is not None and one.id not in due_now]
    done.held += sum(1 for one in some if night.is_held(one))
    done.hidden += [one.sourced_id for one in new]
    done.spared += [one.sourced_id for one in back]
    done.notices += [
        night.notice(one) for one in some if one.was_special and one.id in due_now and not _is_over(night, one)
    ]
    if done.what_if or not (new or back):
        return
    with district_transaction(engine, night.district.id) as session:
        hide(session, night.district.id, {one.id: due_now[one.id] for one in new}, night.now)
        if back:
            spare(session, night.district.id, [one.id for one in back])
            release(session, Intake.of(engine), night.district.id, night.now)
        session.commit()


def _is_over(night: _Night, student: Leaver) -> bool:
    return student.since is not None and over(night.day_of(student.since, student), night.today(student))


def _end(owner: Engine, night: _Night, student: Leaver, what_if: bool) -> Ending | None:
    """Delete one student's record, unless something changed since it was found; how it ended, or would."""
    if what_if:
        return night.ending(student)
    with district_transaction(owner, night.district.id) as session:
        now_found = leaver(session, night.district.id, student.id)
        if now_found is None or not _is_over(night, now_found):
            return None
        # a hold that was placed since the run began holds too
        again = _Night(night.district, night.now, night.rules, tuple(holds_of(session, night.district.id)))
        ended = again.ending(now_found)
        if ended is None:
            return None
        end_record(session, night.district.id, night.district.slug, student.id, student.sourced_id, ended, night.now)
        session.commit()
    return ended


def _older(engine: Engine, owner: Engine, night: _Night, kind: Kind, what_if: bool, advance: Advance) -> int:
    """End what is older than the schedule keeps; how many rows."""
    zone, key = ZoneInfo(night.district.time_zone), night.district.id
    today = night.now.astimezone(zone).date()
    last = gone_by(night.rules[kind], today)
    if last is None:
        return 0
    before = datetime.combine(last + timedelta(days=1), time.min, zone)

    def tell(session: Session, removed: Mapping[str, int], is_through: bool) -> None:
        if removed:
            rule, through = night.rules[kind].name, before if is_through else None
            put_tombstone(session, key, kind, rule, night.now, removed, through=through)

    if kind is Kind.ITEM_RESPONSE:
        if what_if:
            return count_reducible(engine, key, before, today, advance)
        return reduce_answers(owner, key, before, today, night.now, tell, advance)
    if what_if:
        return count_deletable(engine, key, kind, before, today)
    return delete_in_parts(owner, key, kind, before, today, tell, advance)


def _put_on_record(engine: Engine, night: _Night, done: Retained) -> None:
    detail = {
        "hidden": len(done.hidden), "spared": len(done.spared), "deleted": len(done.deleted),
        "erased": len(done.erased), "held": done.held, "rows": done.rows,
    }  # fmt: skip
    with district_transaction(engine, night.district.id) as session:
        record(session, night.district.id, SYSTEM, Act.RETENTION_RUN, night.now, detail=detail)
        session.commit()
