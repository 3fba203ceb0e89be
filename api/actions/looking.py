"""Who has looked at whom, on record before the first byte of the answer leaves: people at pages, programs by the API.

What an outsider sees is a disclosure as well.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Select, any_, func, select
from sqlalchemy.orm import Session

from mastery.access import Access, Basis, Tie, Viewer
from mastery.access_matrix import DataClass
from mastery.audit import TOLD_ONCE, Act
from mastery.links import OUTSIDERS, required_by
from models.audit import AuditEvent, AuditSubject, By, by_person, by_program, record
from models.clients import Caller
from models.links import Disclosure
from models.queries_access import organization_of, programmes_of
from models.roster import Person

# pages that tell, by their name, of an order, a protection, another home, or somebody else who acts as a parent: a
# family reads a plain name of them
FORMS_OF_OFFICE = frozenset(
    {
        "pages.add_order", "pages.add_beyond_age", "pages.attest", "pages.new_home", "pages.change_home",
        "pages.join_home", "pages.disclosures", "pages.add_disclosure", "pages.correct_disclosure",
        "pages.before_ending",
    }
)  # fmt: skip
NAMES_AND_HOMES = frozenset({"pages.student_home", "pages.protect_student"})


def looked(
    session: Session, viewer: Viewer, page: str, students: Collection[int], now: datetime, *, looks_on: bool
) -> None:
    """Put a view of a page with some students on record; `looks_on`: the page was open and only followed changes."""
    if looks_on and _looked_lately(session, viewer, page, students, now):
        return
    record(session, viewer.district, by_person(viewer.person), Act.VIEW, now, students, detail={"page": page})


def read_by_program(session: Session, caller: Caller, page: str, students: Collection[int], now: datetime) -> None:
    """Put on record whom a program is shown by a route, but for those whom the same one showed it within the hour."""
    by = by_program(caller.client_pk)
    known = session.scalars(
        select(AuditSubject.student_id)
        .where(
            AuditSubject.district_id == caller.district_id,
            AuditSubject.student_id == func.any(sorted(students)),
            AuditSubject.event_id.in_(_views_lately(caller.district_id, by, page, now)),
        )
        .distinct()
    )
    shown = set(students).difference(known)
    if shown:
        record(session, caller.district_id, by, Act.VIEW, now, shown, detail={"page": page})


def disclose(
    session: Session,
    viewer: Viewer,
    access: Access,
    student: int,
    shown: Collection[DataClass],
    now: datetime,
    *,
    looks_on: bool,
) -> None:
    """Enter into a student's disclosure log what somebody from outside is about to see of the student."""
    tie = next((tie for tie in access.ties if is_outside(tie)), None)
    if tie is None or len(access.ties) > sum(map(is_outside, access.ties)):
        return
    if looks_on and _disclosed_lately(session, viewer, student, shown, now):
        return
    person = session.get_one(Person, (viewer.district, viewer.person))
    programmes = programmes_of(session, viewer.district, student, now)
    basis = tie.basis or Basis.CONSENT
    session.add(
        Disclosure(
            district_id=viewer.district,
            student_id=student,
            recipient_id=viewer.person,
            recipient=person.display_name,
            organization=organization_of(session, viewer.district, viewer.person, student),
            capacity=tie.role,
            classes=sorted(shown),
            basis=basis,
            purpose=tie.purpose or "",
            required_by=sorted(required_by(tie.role, basis, programmes)),
            at=now,
        )
    )
    session.flush()
    detail = {"classes": sorted(shown), "capacity": tie.role, "basis": basis}
    record(session, viewer.district, by_person(viewer.person), Act.DISCLOSURE, now, [student], tie.purpose, detail)


def is_outside(tie: Tie) -> bool:
    """Whether who has a tie is neither family nor works for the district."""
    return tie.role in OUTSIDERS or tie.basis is Basis.SUPPORT


def _looked_lately(session: Session, viewer: Viewer, page: str, students: Collection[int], now: datetime) -> bool:
    lately = _views_lately(viewer.district, by_person(viewer.person), page, now)
    found = session.scalars(lately.order_by(AuditEvent.at.desc()).limit(1)).first()
    if found is None:
        return False
    seen = session.scalars(
        select(AuditSubject.student_id).where(
            AuditSubject.district_id == viewer.district, AuditSubject.event_id == found
        )
    )
    return set(students) <= set(seen)


def _views_lately(district_id: int, by: By, page: str, now: datetime) -> Select[int]:
    return select(AuditEvent.id).where(
        AuditEvent.district_id == district_id,
        AuditEvent.actor == by.actor,
        AuditEvent.actor_id == by.id,
        AuditEvent.at > now - TOLD_ONCE,
        AuditEvent.act == Act.VIEW,
        AuditEvent.detail["page"].astext == page,
    )


def _disclosed_lately(
    session: Session, viewer: Viewer, student: int, shown: Collection[DataClass], now: datetime
) -> bool:
    lately = select(Disclosure.id).where(
        Disclosure.district_id == viewer.district,
        Disclosure.student_id == student,
        Disclosure.recipient_id == viewer.person,
        *(any_(Disclosure.classes) == one for one in shown),
        Disclosure.at > now - TOLD_ONCE,
    )
    return session.execute(lately.limit(1)).first() is not None
