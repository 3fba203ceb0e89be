"""Linking adults to students and appointing to offices."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from mastery import access
from mastery.access import Basis, Scope, Span, Viewer
from mastery.access_matrix import DataClass, Role
from mastery.audit import Act
from mastery.links import GIVEN, Draft, LinkError, checked, not_oneself, span_of
from mastery.offices import affair_of, may_appoint, remit
from models.audit import SYSTEM, By, by_person, record
from models.links import Consent, Link, Organization
from models.queries_access import subject_of, zone_of_student
from models.roster import Person, Section

LONGEST_PURPOSE = 300


class NotYoursError(LookupError):
    """What is meant does not exist, or is not this person's to decide: both look the same."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A link as an office asks for it; the days are the school's, and both belong to it."""

    person: int
    role: Role
    scope: Scope
    key: int | None
    basis: Basis | None
    purpose: str
    begins_on: date
    ends_on: date | None = None
    consent: int | None = None
    organization: int | None = None
    targets: frozenset[int] | None = None
    share: frozenset[DataClass] | None = None


def grant_link(session: Session, viewer: Viewer, asked: Asked, now: datetime) -> int:
    """Link a person as an office asks; the key of the link. Raises NotYoursError, or LinkError naming the field."""
    if not may_appoint(viewer, asked.role, now) or not _within(session, viewer, asked, now):
        raise NotYoursError
    not_oneself(viewer.person, asked.person)
    return _grant(session, viewer.district, by_person(viewer.person), viewer.person, asked, now)


def appoint(session: Session, district_id: int, asked: Asked, now: datetime) -> int:
    """Appoint somebody from where the service is installed: so the first steward and the leaders come to be.

    Raises LinkError naming the field.
    """
    return _grant(session, district_id, SYSTEM, None, asked, now)


def _within(session: Session, viewer: Viewer, asked: Asked, now: datetime) -> bool:
    """Whether what the link is to lies where the viewer answers for it."""
    where = remit(viewer, affair_of(asked.role), now)
    if asked.scope is Scope.STUDENT:
        subject = None if asked.key is None else subject_of(session, viewer.district, asked.key, now)
        return subject is not None and where.covers(subject)
    if asked.scope is Scope.SECTION:
        section = None if asked.key is None else session.get(Section, (viewer.district, asked.key))
        return section is not None and where.covers_school(section.school_id)
    if asked.scope is Scope.SCHOOL:
        return asked.key is not None and where.covers_school(asked.key)
    return where.district


def _grant(session: Session, district_id: int, by: By, granted_by: int | None, asked: Asked, now: datetime) -> int:
    if session.get(Person, (district_id, asked.person)) is None:
        raise LinkError("person", "is nobody of this district")
    if asked.basis is not None and asked.basis not in GIVEN:
        raise LinkError("basis", f"is one of {', '.join(sorted(GIVEN))}")
    if len(asked.purpose) > LONGEST_PURPOSE:
        raise LinkError("purpose", f"has more than {LONGEST_PURPOSE} characters")
    zone = _zone(session, district_id, asked, now)
    partner = _partner(session, district_id, asked)
    last = asked.ends_on
    if partner is not None and partner.agreement_ends_on is not None:
        last = min(last or date.max, partner.agreement_ends_on)
    if last is not None and last < asked.begins_on:
        raise LinkError("ends_on", "is before the first day, or the partner's agreement ends before it")
    span = span_of(asked.begins_on, last, zone)
    consent = _consent(session, district_id, asked)
    begins = max(now, span.begins or now)
    draft = checked(
        Draft(
            asked.role, asked.scope, asked.basis, asked.purpose, begins, span.ends,
            None if consent is None else access.Consent(_in_force(consent), frozenset(map(DataClass, consent.classes))),
            asked.share, asked.targets, partner is not None,
        ),
        zone,
    )  # fmt: skip
    link = link_row(district_id, asked.person, draft, asked.key, granted_by, now)
    link.organization_id = None if partner is None else partner.id
    link.consent_id = asked.consent
    session.add(link)
    session.flush()
    _put(session, district_id, by, Act.GRANT, link, now)
    return link.id


def _partner(session: Session, district_id: int, asked: Asked) -> Organization | None:
    """The partner whose person this is, or who is named. Raises LinkError where it is none, or has no agreement."""
    key = asked.organization or session.get_one(Person, (district_id, asked.person)).organization_id
    partner = None if key is None else session.get(Organization, (district_id, key))
    if key is not None and (partner is None or not partner.active):
        raise LinkError("organization", "is no partner of this district, or one that has ended")
    if asked.basis is Basis.AGREEMENT and partner is not None and not partner.agreement_reference:
        raise LinkError("organization", "has no agreement on file: record its reference first")
    return partner


def link_row(
    district_id: int, person: int, draft: Draft, key: int | None, granted_by: int | None, now: datetime
) -> Link:
    """The row of a link that `mastery.links.checked` has let through; `key` is what its scope is to."""
    return Link(
        district_id=district_id,
        person_id=person,
        role=draft.role,
        scope=draft.scope,
        student_id=key if draft.scope is Scope.STUDENT else None,
        section_id=key if draft.scope is Scope.SECTION else None,
        school_id=key if draft.scope is Scope.SCHOOL else None,
        organization_id=None,
        basis=draft.basis,
        purpose=draft.purpose,
        consent_id=None,
        targets=None if draft.targets is None else sorted(draft.targets),
        share=None if draft.share is None else sorted(draft.share),
        begins_at=draft.begins,
        ends_at=draft.ends,
        granted_by=granted_by,
        granted_at=now,
        revoked_at=None,
        revoked_by=None,
        reviewed_at=None,
        reviewed_by=None,
    )


def _zone(session: Session, district_id: int, asked: Asked, now: datetime) -> ZoneInfo:
    student = asked.key if asked.scope is Scope.STUDENT else None
    return zone_of_student(session, district_id, student, now)


def _consent(session: Session, district_id: int, asked: Asked) -> Consent | None:
    if asked.consent is None:
        return None
    found = session.get(Consent, (district_id, asked.consent))
    if found is None or found.recipient_id != asked.person or found.student_id != asked.key:
        raise LinkError("consent", "is not one for this person and this student")
    return found


def _in_force(consent: Consent) -> Span:
    ends = consent.ends_at if consent.withdrawn_at is None else min(consent.ends_at, consent.withdrawn_at)
    return Span(consent.begins_at, ends)


def revoke_link(session: Session, viewer: Viewer, link_id: int, now: datetime) -> None:
    """End a link now; a page that is open shows nothing more. Raises NotYoursError."""
    link = session.get(Link, (viewer.district, link_id), with_for_update=True)
    if link is None or not answers_for_link(session, viewer, link, now):
        raise NotYoursError
    cut_link(session, viewer, link, now)


def cut_link(session: Session, viewer: Viewer, link: Link, now: datetime) -> None:
    """End a link now, unless it has been. Whoever calls has asked whether the viewer may."""
    if link.revoked_at is None:
        link.revoked_at, link.revoked_by = now, viewer.person
        session.flush()
        _put(session, viewer.district, by_person(viewer.person), Act.REVOKE, link, now)


def answers_for_link(session: Session, viewer: Viewer, link: Link, now: datetime) -> bool:
    """Whether what a link is to lies where the viewer answers for such links."""
    scope = Scope(link.scope)
    key = {Scope.STUDENT: link.student_id, Scope.SECTION: link.section_id, Scope.SCHOOL: link.school_id}.get(scope)
    asked = Asked(link.person_id, Role(link.role), scope, key, None, "", now.date())
    return _within(session, viewer, asked, now)


def _put(session: Session, district_id: int, by: By, act: Act, link: Link, now: datetime) -> None:
    students = () if link.student_id is None else (link.student_id,)
    detail = {"link": link.id, "person": link.person_id, "role": link.role, "scope": link.scope, "basis": link.basis}
    record(session, district_id, by, act, now, students, link.purpose, detail)
