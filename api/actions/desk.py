"""Who does what an office does: a person of it, within the schools they answer for, or a command on the server."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from api.actions.links import NotYoursError
from mastery.access import Subject, Viewer
from mastery.offices import Affair, Remit, remit
from models.audit import SYSTEM, By, by_person
from models.queries_access import subject_of
from models.queries_persons import is_near_schools
from models.roster import Person


@dataclass(frozen=True, slots=True)
class Desk:
    """An office at work in a district. Without a viewer it is the server's own command line, which may do it all."""

    district: int
    viewer: Viewer | None = None

    @classmethod
    def of(cls, viewer: Viewer) -> Desk:
        """The desk of a signed-in person."""
        return cls(viewer.district, viewer)

    @property
    def by(self) -> By:
        """Who acts, as the record names them."""
        return SYSTEM if self.viewer is None else by_person(self.viewer.person)

    @property
    def person(self) -> int | None:
        """The key of the person who acts; None for the command line."""
        return None if self.viewer is None else self.viewer.person

    def remit(self, affair: Affair, now: datetime) -> Remit:
        """Where the desk answers for an affair."""
        return Remit(district=True) if self.viewer is None else remit(self.viewer, affair, now)

    def whole_district(self, affair: Affair, now: datetime) -> None:
        """Raises NotYoursError for who does not answer for an affair in all of the district."""
        if not self.remit(affair, now).district:
            raise NotYoursError

    def student(self, session: Session, affair: Affair, student: int, now: datetime) -> Subject:
        """A student for whom the desk answers in an affair. Raises NotYoursError."""
        subject = subject_of(session, self.district, student, now)
        if subject is None or not self.remit(affair, now).covers(subject):
            raise NotYoursError
        return subject

    def anybody(self, session: Session, affair: Affair, person: int, now: datetime) -> Person:
        """A person for whom the desk answers: of one of its schools, or a guardian of such a student.

        Raises NotYoursError.
        """
        found = session.get(Person, (self.district, person))
        if found is None or not self.answers_for(session, affair, person, now):
            raise NotYoursError
        return found

    def answers_for(self, session: Session, affair: Affair, person: int, now: datetime) -> bool:
        """Whether the desk answers for a person of the district in an affair."""
        where = self.remit(affair, now)
        return where.district or (
            bool(where.schools) and is_near_schools(session, self.district, person, where.schools)
        )
