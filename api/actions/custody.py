"""What limits a family, and what it keeps: court orders on file, and access after the student's 18th birthday."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.actions.emergency import cut_emergencies
from api.actions.links import NotYoursError
from api.actions.rights import is_grown
from mastery.access import Subject, Viewer
from mastery.access_matrix import DataClass
from mastery.audit import Act
from mastery.links import AgeBasis, LinkError, Restriction, not_oneself, span_of
from mastery.offices import Affair, remit
from models.audit import by_person, record
from models.links import BeyondAge, CourtOrder
from models.queries_access import subject_of, zone_of_student
from models.roster import Guardianship


@dataclass(frozen=True, slots=True)
class Filed:
    """A court order as the document says; the days are the school's, and both belong to it."""

    student: int
    guardian: int
    kind: str
    restricts: frozenset[Restriction]
    document_reference: str
    begins_on: date
    ends_on: date | None = None
    leaves: frozenset[DataClass] = frozenset()


def file_order(session: Session, viewer: Viewer, filed: Filed, now: datetime) -> int:
    """Put a court order on file; from its first day on, at the earliest now, access is cut. Its key.

    Raises NotYoursError, or LinkError naming the field: without a document nothing is cut (99.4).
    """
    _subject(session, viewer, filed.student, now)
    if not filed.document_reference.strip():
        raise LinkError("document_reference", "say where the document is: without one on file access is not cut")
    if not filed.kind.strip():
        raise LinkError("kind", "say what kind of order it is")
    if not filed.restricts:
        raise LinkError("restricts", f"choose at least one of {', '.join(Restriction)}")
    _check_guardian(session, viewer.district, filed.guardian, filed.student)
    span = span_of(filed.begins_on, filed.ends_on, zone_of_student(session, viewer.district, filed.student, now))
    begins = max(now, span.begins or now)
    if span.ends is not None and span.ends <= begins:
        raise LinkError("ends_on", "is over already")
    order = CourtOrder(
        district_id=viewer.district,
        student_id=filed.student,
        guardian_id=filed.guardian,
        kind=filed.kind.strip(),
        restricts=sorted(filed.restricts),
        leaves=sorted(filed.leaves),
        document_reference=filed.document_reference.strip(),
        begins_at=begins,
        ends_at=span.ends,
        recorded_by=viewer.person,
        recorded_at=now,
        lifted_at=None,
    )
    session.add(order)
    session.flush()
    if Restriction.ACCESS in filed.restricts:
        cut_emergencies(session, viewer, filed.student, filed.guardian, now)
    detail = {"order": order.id, "guardian": filed.guardian, "restricts": order.restricts}
    record(session, viewer.district, by_person(viewer.person), Act.ORDER_FILED, now, [filed.student], detail=detail)
    return order.id


def lift_order(session: Session, viewer: Viewer, order_id: int, now: datetime) -> None:
    """End a court order now; nobody lifts one that restricts themselves. Raises NotYoursError."""
    order = session.get(CourtOrder, (viewer.district, order_id), with_for_update=True)
    if order is None or order.guardian_id == viewer.person:
        raise NotYoursError
    _subject(session, viewer, order.student_id, now)
    if order.lifted_at is None:
        order.lifted_at = now
        session.flush()
        detail = {"order": order.id, "guardian": order.guardian_id}
        record(
            session, viewer.district, by_person(viewer.person), Act.ORDER_LIFTED, now, [order.student_id], detail=detail
        )


def keep_beyond_age(
    session: Session,
    viewer: Viewer,
    student: int,
    guardian: int,
    basis: AgeBasis,
    begins_on: date,
    ends_on: date | None,
    now: datetime,
) -> int:
    """Let a guardian see the record after the 18th birthday, on the student's consent or as a dependent; its key.

    A student of age consents themselves, the office records either. Raises NotYoursError, or LinkError.
    """
    own = viewer.person == student and basis is AgeBasis.STUDENT_CONSENT
    if not (own and is_grown(session, viewer.district, student, now)):
        _subject(session, viewer, student, now)
    not_oneself(viewer.person, guardian)
    if basis is AgeBasis.STUDENT_CONSENT and not is_grown(session, viewer.district, student, now):
        raise LinkError("basis", "is the student's own consent, which they can give once they are of age")
    _check_guardian(session, viewer.district, guardian, student)
    span = span_of(begins_on, ends_on, zone_of_student(session, viewer.district, student, now))
    if span.ends is not None and span.ends <= now:
        raise LinkError("ends_on", "is over already")
    kept = BeyondAge(
        district_id=viewer.district,
        student_id=student,
        guardian_id=guardian,
        basis=basis,
        begins_at=max(now, span.begins or now),
        ends_at=span.ends,
        recorded_by=viewer.person,
        recorded_at=now,
        withdrawn_at=None,
    )
    session.add(kept)
    session.flush()
    detail = {"beyond_age": kept.id, "guardian": guardian, "basis": basis}
    record(session, viewer.district, by_person(viewer.person), Act.GRANT, now, [student], detail=detail)
    return kept.id


def end_beyond_age(session: Session, viewer: Viewer, kept_id: int, now: datetime) -> None:
    """End a guardian's access beyond age now: the office, or the student what they agreed to. Raises NotYoursError."""
    kept = session.get(BeyondAge, (viewer.district, kept_id), with_for_update=True)
    if kept is None:
        raise NotYoursError
    if kept.student_id != viewer.person or kept.basis != AgeBasis.STUDENT_CONSENT:
        _subject(session, viewer, kept.student_id, now)
    if kept.withdrawn_at is None:
        kept.withdrawn_at = now
        session.flush()
        detail = {"beyond_age": kept.id, "guardian": kept.guardian_id}
        record(session, viewer.district, by_person(viewer.person), Act.REVOKE, now, [kept.student_id], detail=detail)


def _subject(session: Session, viewer: Viewer, student: int, now: datetime) -> Subject:
    subject = subject_of(session, viewer.district, student, now)
    if subject is None or not remit(viewer, Affair.ORDERS, now).covers(subject):
        raise NotYoursError
    return subject


def _check_guardian(session: Session, district_id: int, guardian: int, student: int) -> None:
    known = session.scalars(
        select(Guardianship.guardian_id).where(
            Guardianship.district_id == district_id,
            Guardianship.guardian_id == guardian,
            Guardianship.student_id == student,
        )
    ).first()
    if known is None:
        raise LinkError("guardian", "is no guardian of this student")
