"""Why adults may see students: links, the consents they rest on, partner organisations; and what limits a family."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ARRAY, BigInteger, CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from mastery.access import Basis, Scope
from mastery.access_matrix import DataClass
from mastery.disclosures import Outcome
from mastery.links import CAPACITIES, AgeBasis, Programme, Restriction
from models.base import Base, DistrictKey, Key, OptionalKey, Surrogate, one_of, owned

_CLASSES = ", ".join(f"'{one}'" for one in DataClass)
_RESTRICTIONS = ", ".join(f"'{one}'" for one in Restriction)


class Organization(Base):
    """A partner: whom its people work for, and the agreement with the district, if there is one."""

    __tablename__ = "organization"

    district_id: Mapped[DistrictKey]
    id: Mapped[Surrogate]
    name: Mapped[str]
    agreement_reference: Mapped[str | None]
    agreement_ends_on: Mapped[date | None]
    active: Mapped[bool] = mapped_column(default=True)
    ended_at: Mapped[datetime | None]


class Consent(Base):
    """A family's signed consent (99.30): which classes of whose records go to whom, for what, until when."""

    __tablename__ = "consent"
    __table_args__ = (
        owned("student_id", to="person"),
        owned("recipient_id", to="person"),
        owned("signed_by", to="person"),
        owned("recorded_by", to="person"),
        CheckConstraint(f"classes <@ ARRAY[{_CLASSES}]::text[] AND cardinality(classes) > 0", name="classes"),
        CheckConstraint("purpose <> ''", name="purpose"),
        CheckConstraint("ends_at > begins_at", name="span"),
        Index(None, "district_id", "student_id"),
    )

    district_id: Mapped[DistrictKey]
    id: Mapped[Surrogate]
    student_id: Mapped[Key]
    recipient_id: Mapped[Key]
    classes: Mapped[list[str]]
    purpose: Mapped[str]
    signed_by: Mapped[Key]
    signed_on: Mapped[date]
    begins_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    recorded_by: Mapped[OptionalKey]
    recorded_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]


class Link(Base):
    """What a person was made or linked to by somebody (7.4): as what, whom, on what basis, what for, until when.

    Ended and revoked, never deleted or widened: what is to be different is a new link.
    """

    __tablename__ = "link"
    __table_args__ = (
        owned("person_id", to="person"),
        owned("student_id", to="person"),
        owned("section_id", to="section"),
        owned("school_id", to="school"),
        owned("organization_id", to="organization"),
        owned("consent_id", to="consent"),
        owned("granted_by", to="person"),
        owned("revoked_by", to="person"),
        one_of("role", CAPACITIES),
        one_of("scope", Scope),
        one_of("basis", Basis),
        CheckConstraint(
            "(scope = 'student') = (student_id IS NOT NULL) AND (scope = 'section') = (section_id IS NOT NULL)"
            " AND (scope = 'school') = (school_id IS NOT NULL)",
            name="one_scope",
        ),
        CheckConstraint(
            "role <> 'external_professional' OR (scope = 'student' AND consent_id IS NOT NULL AND ends_at IS NOT NULL)",
            name="external_by_consent",
        ),
        CheckConstraint(
            "basis NOT IN ('school_official_agreement', 'consent')"
            " OR role IN ('external_professional', 'monitor', 'researcher')",
            name="outsiders",
        ),
        CheckConstraint("basis <> 'employee' OR organization_id IS NULL", name="employee_of_nobody_else"),
        CheckConstraint("purpose <> ''", name="purpose"),
        CheckConstraint("ends_at IS NULL OR ends_at > begins_at", name="span"),
        CheckConstraint("basis NOT IN ('emergency', 'support') OR ends_at IS NOT NULL", name="passing"),
        Index(None, "district_id", "person_id"),
        Index(None, "district_id", "student_id"),
    )

    district_id: Mapped[DistrictKey]
    id: Mapped[Surrogate]
    person_id: Mapped[Key]
    role: Mapped[str]
    scope: Mapped[str]
    student_id: Mapped[OptionalKey]
    section_id: Mapped[OptionalKey]
    school_id: Mapped[OptionalKey]
    organization_id: Mapped[OptionalKey]
    basis: Mapped[str]
    purpose: Mapped[str]
    consent_id: Mapped[OptionalKey]
    targets: Mapped[list[int] | None] = mapped_column(ARRAY(BigInteger))
    share: Mapped[list[str] | None]
    begins_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]
    granted_by: Mapped[OptionalKey]
    granted_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    revoked_by: Mapped[OptionalKey]
    # break-glass wants a second person's look within a day (7.8)
    reviewed_at: Mapped[datetime | None]
    reviewed_by: Mapped[OptionalKey]


class CourtOrder(Base):
    """A court's order with its document on file: whom it restricts in what about which student, from and until when."""

    __tablename__ = "court_order"
    __table_args__ = (
        owned("student_id", to="person"),
        owned("guardian_id", to="person"),
        owned("recorded_by", to="person"),
        CheckConstraint("document_reference <> ''", name="document"),
        CheckConstraint(
            f"restricts <@ ARRAY[{_RESTRICTIONS}]::text[] AND cardinality(restricts) > 0", name="restricts"
        ),
        CheckConstraint(f"leaves <@ ARRAY[{_CLASSES}]::text[]", name="leaves"),
        CheckConstraint("ends_at IS NULL OR ends_at > begins_at", name="span"),
        Index(None, "district_id", "student_id"),
        Index(None, "district_id", "guardian_id"),
    )

    district_id: Mapped[DistrictKey]
    id: Mapped[Surrogate]
    student_id: Mapped[Key]
    guardian_id: Mapped[Key]
    kind: Mapped[str]
    restricts: Mapped[list[str]]
    leaves: Mapped[list[str]]
    document_reference: Mapped[str]
    begins_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]
    recorded_by: Mapped[OptionalKey]
    recorded_at: Mapped[datetime]
    lifted_at: Mapped[datetime | None]


class BeyondAge(Base):
    """Why a guardian still sees the record of a student who is of age: the student's consent, or dependency (99.31)."""

    __tablename__ = "beyond_age"
    __table_args__ = (
        owned("student_id", to="person"),
        owned("guardian_id", to="person"),
        owned("recorded_by", to="person"),
        one_of("basis", AgeBasis),
        CheckConstraint("ends_at IS NULL OR ends_at > begins_at", name="span"),
        Index(None, "district_id", "student_id"),
    )

    district_id: Mapped[DistrictKey]
    id: Mapped[Surrogate]
    student_id: Mapped[Key]
    guardian_id: Mapped[Key]
    basis: Mapped[str]
    begins_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]
    recorded_by: Mapped[OptionalKey]
    recorded_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]


class ProgrammeEnrollment(Base):
    """A student's programme under a law that sets rules of its own; of class D9."""

    __tablename__ = "programme_enrollment"
    __table_args__ = (
        owned("student_id", to="person"),
        one_of("programme", Programme),
        Index(None, "district_id", "student_id"),
    )

    district_id: Mapped[DistrictKey]
    id: Mapped[Surrogate]
    student_id: Mapped[Key]
    programme: Mapped[str]
    begins_on: Mapped[date | None]
    ends_on: Mapped[date | None]


class Disclosure(Base):
    """An entry of a student's disclosure log: who received what, when, for what, and which rule asks for the entry.

    99.32 asks for outsiders without consent, 300.614 for everyone but parents and authorised employees; where neither
    does, the entry stands all the same, so that a family can read it. What was given outside of the service is entered
    by hand (mastery.disclosures): `basis` is its ground then, `happened_on` its day, `at` when it was entered, and
    `corrects_id` the first of the entries of which it is the newest.
    """

    __tablename__ = "disclosure"
    __table_args__ = (
        owned("student_id", to="person"),
        owned("recipient_id", to="person"),
        owned("entered_by", to="person"),
        owned("corrects_id", to="disclosure"),
        one_of("outcome", Outcome),
        CheckConstraint("(happened_on IS NULL) = (entered_by IS NULL)", name="by_hand"),
        Index(None, "district_id", "student_id", "at"),
    )

    district_id: Mapped[DistrictKey]
    id: Mapped[Surrogate]
    student_id: Mapped[Key]
    recipient_id: Mapped[OptionalKey]
    recipient: Mapped[str]
    organization: Mapped[str | None]
    capacity: Mapped[str | None]
    classes: Mapped[list[str]]
    basis: Mapped[str]
    purpose: Mapped[str]
    required_by: Mapped[list[str]]
    at: Mapped[datetime]
    outcome: Mapped[str] = mapped_column(default=Outcome.GIVEN)
    happened_on: Mapped[date | None]
    entered_by: Mapped[OptionalKey]
    document_reference: Mapped[str | None]
    threat: Mapped[str | None]
    further: Mapped[str | None]
    corrects_id: Mapped[OptionalKey]
    why: Mapped[str | None]
