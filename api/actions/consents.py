"""A family's consent to disclose (99.30): put on file as it was signed, and withdrawn."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from api.actions.links import LONGEST_PURPOSE, NotYoursError
from api.actions.rights import grown_at, holds_rights
from mastery.access import Span, Subject, Viewer
from mastery.access_matrix import DataClass
from mastery.audit import Act
from mastery.links import LinkError, not_oneself, signed_for, span_of, year_end_after
from mastery.offices import Affair, remit
from models.audit import by_person, record
from models.links import Consent
from models.queries_access import subject_of, viewer_of, zone_of_student
from models.roster import Person


@dataclass(frozen=True, slots=True)
class Signed:
    """A consent as a family signed it: whose records, which classes, to whom, what for, from and until which day."""

    student: int
    recipient: int
    classes: frozenset[DataClass]
    purpose: str
    signed_by: int
    signed_on: date
    begins_on: date
    ends_on: date


def give_consent(session: Session, viewer: Viewer, signed: Signed, now: datetime) -> int:
    """Put a signed consent on file; its key. Raises NotYoursError, or LinkError naming the field."""
    subject = subject_of(session, viewer.district, signed.student, now)
    if subject is None or not remit(viewer, Affair.CONSENTS, now).covers(subject):
        raise NotYoursError
    not_oneself(viewer.person, signed.recipient)
    _check(session, subject, signed, now)
    span = _span(session, viewer.district, signed, now)
    consent = Consent(
        district_id=viewer.district,
        student_id=signed.student,
        recipient_id=signed.recipient,
        classes=sorted(signed.classes),
        purpose=signed.purpose.strip(),
        signed_by=signed.signed_by,
        signed_on=signed.signed_on,
        begins_at=span.begins,
        ends_at=span.ends,
        recorded_by=viewer.person,
        recorded_at=now,
        withdrawn_at=None,
    )
    session.add(consent)
    session.flush()
    detail = {"consent": consent.id, "recipient": signed.recipient, "classes": consent.classes}
    record(
        session, viewer.district, by_person(viewer.person), Act.CONSENT_GIVEN, now, [signed.student], consent.purpose,
        detail,
    )  # fmt: skip
    return consent.id


def _span(session: Session, district_id: int, signed: Signed, now: datetime) -> Span:
    """From and until when a consent holds. Raises LinkError where a day of it can not be right."""
    zone = zone_of_student(session, district_id, signed.student, now)
    if signed.signed_on > now.astimezone(zone).date():
        raise LinkError("signed_on", "is still to come: give the day on the paper")
    if signed.begins_on < signed.signed_on:
        raise LinkError("begins_on", "is before the day on which it was signed")
    span = span_of(signed.begins_on, signed.ends_on, zone)
    if signed.signed_by == signed.student:
        return span
    grown = grown_at(session, district_id, signed.student, now)
    if grown is not None and span.begins is not None and grown <= span.begins:
        raise LinkError("grown", "begins once the student is of age, who then signs alone")
    return signed_for(span, grown)


def _check(session: Session, subject: Subject, signed: Signed, now: datetime) -> None:
    if not signed.classes:
        raise LinkError("classes", "name at least one class of records")
    if not signed.purpose.strip() or len(signed.purpose) > LONGEST_PURPOSE:
        raise LinkError("purpose", f"say what the records are for, in 1 to {LONGEST_PURPOSE} characters")
    if signed.ends_on < signed.begins_on:
        raise LinkError("ends_on", "is before the first day")
    year_end = year_end_after(signed.begins_on)
    if signed.ends_on > year_end:
        raise LinkError("ends_on", f"is after the school year: give {year_end.isoformat()} or before")
    if session.get(Person, (subject.district, signed.recipient)) is None:
        raise LinkError("recipient", "is nobody of this district")
    if not _may_sign(session, subject, signed.signed_by, now):
        raise LinkError("signed_by", "is neither a guardian whose rights hold, nor the student of age")


def _may_sign(session: Session, subject: Subject, person: int, now: datetime) -> bool:
    """Whether rights to the student's record are the signer's today."""
    return holds_rights(session, viewer_of(session, subject.district, person, now), subject.student, now)


def withdraw_consent(session: Session, viewer: Viewer, consent_id: int, now: datetime) -> int:
    """Withdraw a consent from now on, by the office or by whoever of the family may sign; the student's key.

    Raises NotYoursError.
    """
    consent = session.get(Consent, (viewer.district, consent_id), with_for_update=True)
    if consent is None or not _may_withdraw(session, viewer, consent, now):
        raise NotYoursError
    if consent.withdrawn_at is None:
        consent.withdrawn_at = now
        session.flush()
        record(
            session, viewer.district, by_person(viewer.person), Act.CONSENT_WITHDRAWN, now, [consent.student_id],
            consent.purpose, {"consent": consent.id, "recipient": consent.recipient_id},
        )  # fmt: skip
    return consent.student_id


def _may_withdraw(session: Session, viewer: Viewer, consent: Consent, now: datetime) -> bool:
    subject = subject_of(session, viewer.district, consent.student_id, now)
    if subject is None:
        return False
    own = holds_rights(session, viewer, consent.student_id, now)
    return own or remit(viewer, Affair.CONSENTS, now).covers(subject)
