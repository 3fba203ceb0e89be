"""Schools, terms, people, sections and enrolments, as the student information system tells them."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Index, Text, UniqueConstraint, true
from sqlalchemy.orm import Mapped, mapped_column

from mastery.names import Names, NameUse, name_for
from mastery.roster import Origin
from models.base import Base, DistrictKey, Key, KeyInPrimary, OptionalKey, Surrogate, one_of, owned


class School(Base):
    """An organisation of the roster; `kind` is OneRoster's org type."""

    __tablename__ = "school"
    __table_args__ = (UniqueConstraint("district_id", "sourced_id"),)

    district_id: Mapped[DistrictKey]
    id: Mapped[Surrogate]
    sourced_id: Mapped[str]
    name: Mapped[str]
    kind: Mapped[str]
    identifier: Mapped[str | None]
    parent_sourced_id: Mapped[str | None]
    time_zone: Mapped[str | None]
    active: Mapped[bool] = mapped_column(default=True)


class Term(Base):
    """An academic session."""

    __tablename__ = "term"
    __table_args__ = (UniqueConstraint("district_id", "sourced_id"),)

    district_id: Mapped[DistrictKey]
    id: Mapped[Surrogate]
    sourced_id: Mapped[str]
    title: Mapped[str]
    kind: Mapped[str]
    begins_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    parent_sourced_id: Mapped[str | None]
    school_year: Mapped[str | None]
    active: Mapped[bool] = mapped_column(default=True)


class Person(Base):
    """A student, guardian or member of staff.

    `identifier` is the SIS id by which results name a student; `enabled`: may sign in, as the source has it.
    """

    __tablename__ = "person"
    __table_args__ = (
        UniqueConstraint("district_id", "sourced_id"),
        Index(None, "district_id", "identifier"),
        owned("organization_id", to="organization"),
    )

    district_id: Mapped[DistrictKey]
    id: Mapped[Surrogate]
    sourced_id: Mapped[str]
    identifier: Mapped[str | None]
    username: Mapped[str | None]
    email: Mapped[str | None]
    given_name: Mapped[str]
    family_name: Mapped[str]
    middle_name: Mapped[str | None]
    preferred_given_name: Mapped[str | None]
    preferred_family_name: Mapped[str | None]
    pronouns: Mapped[str | None]
    birth_date: Mapped[date | None]
    grades: Mapped[list[str]]
    phone: Mapped[str | None]
    sms: Mapped[str | None]
    # the partner that a person works for whom no roster brings
    organization_id: Mapped[OptionalKey]
    enabled: Mapped[bool] = mapped_column(default=True, server_default=true())
    active: Mapped[bool] = mapped_column(default=True)

    @property
    def display_name(self) -> str:
        """The name that screens use: the preferred one where there is one."""
        return name_for(self.names, NameUse.SCREEN)

    @property
    def names(self) -> Names:
        """All names, from which `mastery.names` takes the one for a use."""
        return Names(
            self.given_name, self.family_name, self.middle_name, self.preferred_given_name,
            self.preferred_family_name, self.pronouns,
        )  # fmt: skip


class PersonRole(Base):
    """What a person is at a school, from and until when."""

    __tablename__ = "person_role"
    __table_args__ = (
        UniqueConstraint("district_id", "person_id", "school_id", "role"),
        owned("person_id", to="person"),
        owned("school_id", to="school"),
    )

    district_id: Mapped[DistrictKey]
    id: Mapped[Surrogate]
    sourced_id: Mapped[str | None]
    person_id: Mapped[Key]
    school_id: Mapped[OptionalKey]
    role: Mapped[str]
    source_role: Mapped[str]
    primary: Mapped[bool] = mapped_column(default=True)
    begins_on: Mapped[date | None]
    ends_on: Mapped[date | None]


class Section(Base):
    """A class: one group of students with their teachers, in one or more periods of the day."""

    __tablename__ = "section"
    __table_args__ = (UniqueConstraint("district_id", "sourced_id"), owned("school_id", to="school"))

    district_id: Mapped[DistrictKey]
    id: Mapped[Surrogate]
    sourced_id: Mapped[str]
    title: Mapped[str]
    class_code: Mapped[str | None]
    kind: Mapped[str | None]
    school_id: Mapped[OptionalKey]
    course_sourced_id: Mapped[str | None]
    location: Mapped[str | None]
    periods: Mapped[list[str]]
    grades: Mapped[list[str]]
    subjects: Mapped[list[str]]
    term_sourced_ids: Mapped[list[str]]
    active: Mapped[bool] = mapped_column(default=True)


class Enrollment(Base):
    """A person in a section, dated; `ends_on` is the last day. Ended, never deleted."""

    __tablename__ = "enrollment"
    __table_args__ = (
        UniqueConstraint("district_id", "sourced_id"),
        owned("section_id", to="section"),
        owned("person_id", to="person"),
        Index(None, "district_id", "person_id"),
        Index(None, "district_id", "section_id"),
    )

    district_id: Mapped[DistrictKey]
    id: Mapped[Surrogate]
    sourced_id: Mapped[str]
    section_id: Mapped[Key]
    person_id: Mapped[Key]
    role: Mapped[str] = mapped_column(Text)
    primary: Mapped[bool] = mapped_column(default=False)
    begins_on: Mapped[date | None]
    ends_on: Mapped[date | None]


class Guardianship(Base):
    """A guardian of a student, as the roster links them or an office attests."""

    __tablename__ = "guardianship"
    __table_args__ = (
        owned("guardian_id", to="person"),
        owned("student_id", to="person"),
        one_of("origin", Origin),
    )

    district_id: Mapped[DistrictKey]
    guardian_id: Mapped[KeyInPrimary]
    student_id: Mapped[KeyInPrimary]
    begins_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    origin: Mapped[str] = mapped_column(default=Origin.ROSTER, server_default=Origin.ROSTER)
