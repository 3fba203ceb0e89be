"""Access that passes: break-glass for a child's safety and its review; our own support, let in by the district."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from api.actions.links import LONGEST_PURPOSE, NotYoursError, link_row
from mastery.access import Basis, Scope, Viewer
from mastery.access_matrix import Role
from mastery.audit import Act
from mastery.links import Draft, LinkError, checked, kept_away_from, not_oneself
from mastery.offices import Affair, remit
from models.audit import by_person, record
from models.links import Link
from models.queries_access import subject_of, zone_of_student
from models.roster import Person

SHORTEST_REASON = 10


def break_glass(session: Session, viewer: Viewer, student: int, reason: str, now: datetime) -> int:
    """Open a student's record to a member of staff for a day, for the child's safety; the key of the link.

    Anybody who works for the district may, with a reason, about any student of it, but not our support, whose access
    the district bounds, and nobody about a student from whose record a court keeps them, or longer than until one
    does; somebody else reviews it within a day. Raises NotYoursError, or LinkError for the reason.
    """
    if not viewer.works_here or subject_of(session, viewer.district, student, now) is None:
        raise NotYoursError
    if (ends := kept_away_from(viewer, student, now)) == now:
        raise NotYoursError
    why = _reason(reason)
    link = _passing(
        session, viewer, viewer.person, Role.SCHOOL_ADMINISTRATOR, Basis.EMERGENCY, student, why, now, ends
    )  # fmt: skip
    record(session, viewer.district, by_person(viewer.person), Act.BREAK_GLASS, now, [student], why, {"link": link.id})
    return link.id


def cut_emergencies(session: Session, viewer: Viewer, student: int, person: int, now: datetime) -> None:
    """End what somebody opened of a student in an emergency: a court keeps them away from now on."""
    session.execute(
        update(Link)
        .where(
            Link.district_id == viewer.district, Link.student_id == student, Link.person_id == person,
            Link.basis == Basis.EMERGENCY, Link.revoked_at.is_(None),
        )
        .values(revoked_at=now, revoked_by=viewer.person)
    )  # fmt: skip


def review_break_glass(session: Session, viewer: Viewer, link_id: int, *, end: bool, now: datetime) -> None:
    """Say that one has looked at a break-glass, and end it where it was not right. Raises NotYoursError.

    Nobody reviews their own.
    """
    link = session.get(Link, (viewer.district, link_id), with_for_update=True)
    if link is None or link.basis != Basis.EMERGENCY or link.student_id is None or link.person_id == viewer.person:
        raise NotYoursError
    subject = subject_of(session, viewer.district, link.student_id, now)
    if subject is None or not remit(viewer, Affair.REVIEWS, now).covers(subject):
        raise NotYoursError
    if link.reviewed_at is None:
        link.reviewed_at, link.reviewed_by = now, viewer.person
        record(
            session, viewer.district, by_person(viewer.person), Act.BREAK_GLASS_REVIEWED, now, [link.student_id],
            link.purpose, {"link": link.id, "ended": end},
        )  # fmt: skip
    if end and link.revoked_at is None:
        link.revoked_at, link.revoked_by = now, viewer.person
    session.flush()


def let_support_in(session: Session, viewer: Viewer, person: int, role: Role, reason: str, now: datetime) -> int:
    """Let a person of our support in for at most four hours, with the rights of one office; the key of the link.

    A leader of the district approves; every page says that support is looking. Raises NotYoursError, or LinkError.
    """
    if not remit(viewer, Affair.SUPPORT, now).district or session.get(Person, (viewer.district, person)) is None:
        raise NotYoursError
    not_oneself(viewer.person, person)
    if role not in (Role.SCHOOL_ADMINISTRATOR, Role.REGISTRAR, Role.DATA_STEWARD):
        raise LinkError("role", "is one of school_administrator, registrar, data_steward")
    why = _reason(reason)
    link = _passing(session, viewer, person, role, Basis.SUPPORT, None, why, now)
    detail = {"link": link.id, "person": person, "role": role}
    record(session, viewer.district, by_person(viewer.person), Act.SUPPORT_BEGUN, now, (), why, detail)
    return link.id


def send_support_away(session: Session, viewer: Viewer, link_id: int, now: datetime) -> None:
    """End the support's access now; a leader does, or the supporter. Raises NotYoursError."""
    link = session.get(Link, (viewer.district, link_id), with_for_update=True)
    if link is None or link.basis != Basis.SUPPORT:
        raise NotYoursError
    if link.person_id != viewer.person and not remit(viewer, Affair.SUPPORT, now).district:
        raise NotYoursError
    if link.revoked_at is None:
        link.revoked_at, link.revoked_by = now, viewer.person
        session.flush()
        detail = {"link": link.id, "person": link.person_id}
        record(session, viewer.district, by_person(viewer.person), Act.SUPPORT_ENDED, now, (), link.purpose, detail)


def _reason(text: str) -> str:
    words = text.strip()
    if not SHORTEST_REASON <= len(words) <= LONGEST_PURPOSE:
        raise LinkError("reason", f"say why, in {SHORTEST_REASON} to {LONGEST_PURPOSE} characters")
    return words


def _passing(
    session: Session,
    viewer: Viewer,
    person: int,
    role: Role,
    basis: Basis,
    student: int | None,
    why: str,
    now: datetime,
    ends: datetime | None = None,
) -> Link:
    """A link that ends by itself soon, to a student or to the whole district, as the law of links says."""
    scope = Scope.DISTRICT if student is None else Scope.STUDENT
    draft = checked(Draft(role, scope, basis, why, now, ends), zone_of_student(session, viewer.district, student, now))
    link = link_row(viewer.district, person, draft, student, viewer.person, now)
    session.add(link)
    session.flush()
    return link
