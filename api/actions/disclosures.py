"""What was given to somebody outside of the service, entered into a student's disclosure log by hand (99.32)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from api.actions.links import NotYoursError
from mastery.access import Subject, Viewer
from mastery.access_questions import What, may
from mastery.audit import Act
from mastery.disclosures import SEALED, Entry, checked, reads_sealed, required_by
from mastery.offices import Affair, remit
from models.audit import by_person, record
from models.disclosures import Entered, entered_of
from models.links import Disclosure
from models.queries_access import programmes_of, subject_of, zone_of_student


def entries_for(session: Session, viewer: Viewer, subject: Subject, now: datetime) -> Sequence[Entered]:
    """The entries about a student that an office reads, the last made first: to whom the log is closed, their own."""
    sealed = reads_sealed(viewer, subject, now)
    by = None if may(viewer, What.WHO_LOOKED, subject, now).allowed else viewer.person
    return entered_of(session, viewer.district, subject.student, sealed=sealed, by=by)


def enter_disclosure(
    session: Session, viewer: Viewer, student: int, entry: Entry, now: datetime, corrects: int | None = None
) -> int:
    """Put a request or a disclosure into the log; `corrects`: the entry for which it stands from now on. Its key.

    Raises NotYoursError, or LinkError naming the field.
    """
    subject = subject_of(session, viewer.district, student, now)
    if subject is None or not remit(viewer, Affair.DISCLOSURES, now).covers(subject):
        raise NotYoursError
    before = None if corrects is None else standing_entry(session, viewer, subject, corrects, now).row
    zone = zone_of_student(session, viewer.district, student, now)
    kept = checked(entry, now.astimezone(zone).date(), corrects=before is not None)
    row = Disclosure(
        district_id=viewer.district,
        student_id=student,
        recipient_id=None,
        recipient=kept.recipient,
        organization=kept.organization or None,
        capacity=None,
        classes=sorted(kept.classes),
        basis=kept.ground,
        purpose=kept.interest,
        required_by=sorted(required_by(kept, programmes_of(session, viewer.district, student, now))),
        at=now,
        outcome=kept.outcome,
        happened_on=kept.happened_on,
        entered_by=viewer.person,
        document_reference=kept.document_reference or None,
        threat=kept.threat or None,
        further=kept.further or None,
        corrects_id=None if before is None else before.corrects_id or before.id,
        why=kept.why or None,
    )
    session.add(row)
    session.flush()
    # the record of who did what is read by more people than an order that forbids telling lets know
    sealed = kept.ground in SEALED
    detail = {"disclosure": row.id} if sealed else {"disclosure": row.id, "ground": row.basis, "classes": row.classes}
    about = () if sealed else (student,)
    record(session, viewer.district, by_person(viewer.person), Act.DISCLOSURE_ENTERED, now, about, detail=detail)
    return row.id


def standing_entry(session: Session, viewer: Viewer, subject: Subject, key: int, now: datetime) -> Entered:
    """An entry that a viewer may correct: which they read, and which nothing corrects yet. Raises NotYoursError."""
    found = next((one for one in entries_for(session, viewer, subject, now) if one.row.id == key), None)
    if found is None or found.corrected:
        raise NotYoursError
    return found
