"""What waits in an office: what ends soon, what lacks a consent, what nobody has reviewed yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from mastery.access import Basis
from mastery.access_matrix import Role
from mastery.offices import Remit
from models.links import Consent, CourtOrder, Link
from models.queries_office import in_force, students_in
from models.roster import Person

SOON = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Waiting:
    """Something that waits: its key, whom it is about, who is meant, and until when there is time.

    `by` is who did it, by key; `purpose` what was said it is for.
    """

    id: int
    student_id: int
    student: str
    person: str
    until: datetime
    by: int | None = None
    purpose: str | None = None


def links_ending(
    session: Session, district_id: int, where: Remit, now: datetime, limit: int, offset: int
) -> tuple[Sequence[Waiting], int]:
    """A page of links to students that end within 30 days, the nearest first; how many there are."""
    student, adult = aliased(Person), aliased(Person)
    rows = session.execute(
        select(Link, student, adult, func.count().over())
        .join(student, (student.district_id == Link.district_id) & (student.id == Link.student_id))
        .join(adult, (adult.district_id == Link.district_id) & (adult.id == Link.person_id))
        .where(
            Link.district_id == district_id, in_force(now), Link.ends_at <= now + SOON,
            Link.basis.not_in([Basis.EMERGENCY, Basis.SUPPORT]), _about(Link.student_id, district_id, where, now),
        )
        .order_by(Link.ends_at, Link.id)
        .limit(limit)
        .offset(offset)
    ).all()  # fmt: skip
    found = [
        Waiting(link.id, about.id, about.display_name, who.display_name, _known(link.ends_at))
        for link, about, who, _total in rows
    ]
    return found, rows[0][-1] if rows else 0


def orders_ending(
    session: Session, district_id: int, where: Remit, now: datetime, limit: int, offset: int
) -> tuple[Sequence[Waiting], int]:
    """A page of court orders that end within 30 days, the nearest first; how many there are."""
    student, guardian = aliased(Person), aliased(Person)
    rows = session.execute(
        select(CourtOrder, student, guardian, func.count().over())
        .join(student, (student.district_id == CourtOrder.district_id) & (student.id == CourtOrder.student_id))
        .join(guardian, (guardian.district_id == CourtOrder.district_id) & (guardian.id == CourtOrder.guardian_id))
        .where(
            CourtOrder.district_id == district_id, CourtOrder.lifted_at.is_(None), CourtOrder.ends_at > now,
            CourtOrder.ends_at <= now + SOON, _about(CourtOrder.student_id, district_id, where, now),
        )
        .order_by(CourtOrder.ends_at, CourtOrder.id)
        .limit(limit)
        .offset(offset)
    ).all()  # fmt: skip
    found = [
        Waiting(order.id, about.id, about.display_name, who.display_name, _known(order.ends_at))
        for order, about, who, _total in rows
    ]
    return found, rows[0][-1] if rows else 0


def consents_lacking(
    session: Session, district_id: int, where: Remit, now: datetime, limit: int, offset: int
) -> tuple[Sequence[tuple[Waiting, bool]], int]:
    """A page of outside links whose consent ends within 30 days or holds no more, and whether it is gone; how many.

    The nearest come first.
    """
    student, adult = aliased(Person), aliased(Person)
    rows = session.execute(
        select(Link, Consent, student, adult, func.count().over())
        .join(Consent, (Consent.district_id == Link.district_id) & (Consent.id == Link.consent_id))
        .join(student, (student.district_id == Link.district_id) & (student.id == Link.student_id))
        .join(adult, (adult.district_id == Link.district_id) & (adult.id == Link.person_id))
        .where(
            Link.district_id == district_id, in_force(now), Link.role == Role.EXTERNAL_PROFESSIONAL,
            (Consent.ends_at <= now + SOON) | Consent.withdrawn_at.is_not(None),
            _about(Link.student_id, district_id, where, now),
        )
        .order_by(Consent.ends_at, Link.id)
        .limit(limit)
        .offset(offset)
    ).all()  # fmt: skip
    found = []
    for link, consent, about, who, _total in rows:
        until = min(consent.ends_at, consent.withdrawn_at or consent.ends_at)
        found.append((Waiting(link.id, about.id, about.display_name, who.display_name, until), until <= now))
    return found, rows[0][-1] if rows else 0


def emergencies(
    session: Session, district_id: int, where: Remit, now: datetime, limit: int, offset: int
) -> tuple[Sequence[Waiting], int]:
    """A page of records opened in an emergency that nobody has reviewed, the oldest first; how many there are."""
    student, adult = aliased(Person), aliased(Person)
    rows = session.execute(
        select(Link, student, adult, func.count().over())
        .join(student, (student.district_id == Link.district_id) & (student.id == Link.student_id))
        .join(adult, (adult.district_id == Link.district_id) & (adult.id == Link.person_id))
        .where(
            Link.district_id == district_id, Link.basis == Basis.EMERGENCY, Link.reviewed_at.is_(None),
            _about(Link.student_id, district_id, where, now),
        )
        .order_by(Link.begins_at, Link.id)
        .limit(limit)
        .offset(offset)
    ).all()  # fmt: skip
    found = [
        Waiting(
            link.id, about.id, about.display_name, who.display_name, _known(link.ends_at), link.person_id, link.purpose
        )
        for link, about, who, _total in rows
    ]
    return found, rows[0][-1] if rows else 0


def _about(
    student: InstrumentedAttribute[int] | InstrumentedAttribute[int | None],
    district_id: int,
    where: Remit,
    at: datetime,
) -> ColumnElement[bool]:
    return student.in_(students_in(district_id, where, at))


def _known(ends: datetime | None) -> datetime:
    if ends is None:
        raise ValueError("what has no end does not end soon")
    return ends
