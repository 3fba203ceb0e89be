"""What the assessment lead does: choosing the rule of trying a test again, opening windows, leaving students out."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.actions.desk import Desk
from api.actions.links import NotYoursError
from mastery.audit import Act
from mastery.links import LinkError
from mastery.offices import Affair
from mastery.policy import DEFAULT_POLICY
from mastery.reassessment import fields as law
from mastery.reassessment.fields import Chosen, FieldError
from mastery.reassessment.windows import instant
from models.assessment import Assessment
from models.audit import record
from models.district import District
from models.locks import give_seats
from models.queries_persons import is_near_schools
from models.queries_windows import WindowLine, windows_of
from models.roster import School
from models.windows import RetakeRule, TestWindow, WindowExclusion, WindowTerms

LONGEST_NAME = 100
LONGEST_REASON = 300


@dataclass(frozen=True, slots=True)
class Terms:
    """When a window is, as it is written at the school, without a zone; the end does not belong to it.

    `capacity` None: for all. Where clocks are put back a window opens with the first of two such times and closes with
    the second.
    """

    opens_at: datetime
    closes_at: datetime
    register_by: datetime | None = None
    capacity: int | None = None
    makeup: frozenset[date] = frozenset()
    blackout: frozenset[date] = frozenset()


def choose_rule(
    session: Session, desk: Desk, assessment: int, chosen: Chosen, effective_from: date, now: datetime, today: date
) -> None:  # fmt: skip
    """Let a policy of trying again count for an assessment from a day on; nothing before that day changes.

    Raises NotYoursError, or LinkError for what can not be chosen. The caller commits.
    """
    desk.whole_district(Affair.TESTS, now)
    _assessment(session, desk, assessment)
    if effective_from < today:
        raise LinkError("effective_from", "is over: give a day from today on")
    try:
        law.check(chosen, DEFAULT_POLICY)
    except FieldError as error:
        raise LinkError(error.field, str(error)) from error
    row = RetakeRule(
        district_id=desk.district, assessment_id=assessment, kind=chosen.kind, preset=chosen.preset,
        fields=dict(chosen.fields), effective_from=effective_from, by_person=desk.person, at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    detail = {
        "what": "retake_rule", "assessment": assessment, "version": row.id, "preset": chosen.preset,
        "from": effective_from.isoformat(), "fields": dict(chosen.fields),
    }  # fmt: skip
    record(session, desk.district, desk.by, Act.POLICY_CHANGED, now, detail=detail)


def open_window(
    session: Session, desk: Desk, assessment: int, school: int, administration: str, terms: Terms, now: datetime
) -> int:  # fmt: skip
    """A new window at a school; its key. Raises NotYoursError, or LinkError. The caller commits."""
    _assessment(session, desk, assessment)
    zone = _zone(session, desk, school, now)
    name = administration.strip()
    if not 0 < len(name) <= LONGEST_NAME:
        raise LinkError("administration", f"has from 1 to {LONGEST_NAME} characters")
    row = TestWindow(district_id=desk.district, assessment_id=assessment, school_id=school, administration=name, at=now)
    session.add(row)
    session.flush()
    _put_terms(session, desk, row.id, terms, zone, now)
    _on_record(session, desk, "opened", row.id, assessment, now)
    return row.id


def change_window(session: Session, desk: Desk, key: int, terms: Terms, now: datetime) -> None:
    """Give a window other terms; who has a seat keeps it. Raises NotYoursError, or LinkError. The caller commits."""
    line = _window(session, desk, key, now)
    give_seats(session, desk.district, line.assessment)
    _put_terms(session, desk, key, terms, line.window.zone, now)
    _on_record(session, desk, "changed", key, line.assessment, now)


def cancel_window(session: Session, desk: Desk, key: int, now: datetime) -> None:
    """Call a window off. Raises NotYoursError, or LinkError where it has opened. The caller commits."""
    line = _window(session, desk, key, now)
    if line.cancelled:
        return
    if line.window.opens_at <= now:
        raise LinkError("window", "has opened: who sat it has sat it")
    window = line.window
    session.add(
        WindowTerms(
            district_id=desk.district, window_id=key, opens_at=window.opens_at, closes_at=window.closes_at,
            register_by=window.register_by, capacity=window.capacity, makeup=sorted(window.makeup),
            blackout=sorted(window.blackout), cancelled=True, by_person=desk.person, at=now,
        )
    )  # fmt: skip
    _on_record(session, desk, "cancelled", key, line.assessment, now)


def exclude(
    session: Session, desk: Desk, key: int, student: int, reason: str, now: datetime, *, excluded: bool = True
) -> None:  # fmt: skip
    """Put a student on the exclusion list of a window, or take them off it.

    Raises NotYoursError, or LinkError for no reason, or a student who is not of the school. The caller commits.
    """
    line = _window(session, desk, key, now)
    reason = reason.strip()
    if not 0 < len(reason) <= LONGEST_REASON:
        raise LinkError("reason", f"has from 1 to {LONGEST_REASON} characters")
    if not is_near_schools(session, desk.district, student, frozenset({line.school})):
        raise LinkError("student", "is no student of this school")
    if (student in line.window.excluded) is excluded:
        return
    session.add(
        WindowExclusion(
            district_id=desk.district, window_id=key, student_id=student, excluded=excluded, reason=reason,
            by_person=desk.person, at=now,
        )
    )  # fmt: skip
    step = "excluded" if excluded else "let_in"
    _on_record(session, desk, step, key, line.assessment, now, [student])


def _put_terms(session: Session, desk: Desk, key: int, terms: Terms, zone: ZoneInfo, now: datetime) -> None:
    opens_at, closes_at = instant(terms.opens_at, zone), instant(terms.closes_at, zone, end=True)
    register_by = None if terms.register_by is None else instant(terms.register_by, zone, end=True)
    if closes_at <= opens_at:
        raise LinkError("closes_at", "is not after it opens")
    if closes_at <= now:
        raise LinkError("closes_at", "is over already")
    if register_by is not None and register_by > closes_at:
        raise LinkError("register_by", "is after the window closes")
    if terms.capacity is not None and not 0 < terms.capacity < 1_000_000:
        raise LinkError("capacity", "is not from 1 to 999,999")
    session.add(
        WindowTerms(
            district_id=desk.district, window_id=key, opens_at=opens_at, closes_at=closes_at, register_by=register_by,
            capacity=terms.capacity, makeup=sorted(terms.makeup), blackout=sorted(terms.blackout), cancelled=False,
            by_person=desk.person, at=now,
        )
    )  # fmt: skip
    session.flush()


def _assessment(session: Session, desk: Desk, key: int) -> None:
    if session.get(Assessment, (desk.district, key)) is None:
        raise NotYoursError


def _zone(session: Session, desk: Desk, school: int, now: datetime) -> ZoneInfo:
    """The zone of a school whose tests are the desk's."""
    row = session.get(School, (desk.district, school))
    if row is None or not row.active or not desk.remit(Affair.TESTS, now).covers_school(school):
        raise NotYoursError
    own = session.scalars(select(District.time_zone).where(District.id == desk.district)).one()
    return ZoneInfo(row.time_zone or own)


def _window(session: Session, desk: Desk, key: int, now: datetime) -> WindowLine:
    found = windows_of(session, desk.district, keys=[key])
    if not found or not desk.remit(Affair.TESTS, now).covers_school(found[0].school):
        raise NotYoursError
    return found[0]


def _on_record(
    session: Session, desk: Desk, step: str, key: int, assessment: int, now: datetime, about: Collection[int] = ()
) -> None:  # fmt: skip
    session.flush()
    detail = {"step": step, "window": key, "assessment": assessment}
    record(session, desk.district, desk.by, Act.WINDOW_CHANGED, now, list(about), detail=detail)
