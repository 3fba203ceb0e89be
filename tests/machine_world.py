"""A program of a district, a second one beside it, and one of another district whose student is a twin."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from access_rows import OWN, TWIN, Canary, Place
from access_world import AccessWorld
from conftest_api import Machine
from factories import NOW, Factory
from flask import Flask
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from api.security.clients import SCOPES, NewClient, digest, new_token
from mastery.access_matrix import DataClass
from models.access import AccessToken, Client
from models.assessment import Assessment
from models.graph import Node
from models.households import Household, HouseholdMember
from models.links import CourtOrder
from models.roster import Person, Section
from models.unit_of_work import district_transaction

ADDRESS, PHONE = "13 Canary Lane", "555-0113"
_CLASSES = {DataClass.NAMES, DataClass.ORDERS, DataClass.DEMOGRAPHICS, DataClass.PROGRAMMES, DataClass.RECORD}
# what no program is shown of a student: legal names and contact, court orders, the day of birth, the home, programmes,
# what families asked, and why and with whom others see the student
UNSEEN = (
    *(text for canary in (OWN, TWIN) for data, texts in canary.texts().items() for text in texts if data in _CLASSES),
    "CANARY", PHONE, ADDRESS, "Canary",
)  # fmt: skip
TWIN_SUBJECT = "Twinmatics"
# as of so few students that a measurement tells none of them
_FIGURES = {
    "success": None, "mastery": None, "coverage": None, "items": None, "tenths": [], "mastery_tenths": [],
    "coverages": [], "promises": 0, "left_out": 0, "after_calibration": 0,
}  # fmt: skip


@dataclass(frozen=True)
class Names:
    """What a program can name of a district, as addresses and bodies name it."""

    student: str
    target: str
    source_id: str
    assessment_id: str
    subject: str
    scorer: str
    section: str

    def address(self) -> dict[str, str]:
        """The names by the arguments of routes."""
        return {
            "student": self.student, "target": self.target, "source_id": self.source_id,
            "assessment_id": self.assessment_id, "subject": self.subject, "section": self.section,
        }  # fmt: skip


@dataclass
class MachineWorld:
    """`own` is what `lms` sent and read; `second` is of the same district; `theirs` is of the twin's."""

    everyone: AccessWorld
    own: Names
    twin: Names
    lms: Machine
    second: Machine
    theirs: Machine

    @property
    def app(self) -> Flask:
        """The application that all of them ask."""
        return self.everyone.world.app

    def marks(self, names: Names) -> list[str]:
        """What only the district of these names has."""
        place = self.everyone.own if names is self.own else self.everyone.twin
        with district_transaction(self.everyone.world.engine, place.district) as session:
            student = session.get_one(Person, (place.district, place.student))
        found = [names.student, student.sourced_id, names.target, names.assessment_id, names.scorer]
        return found if names is self.own else [*found, "Twin", TWIN_SUBJECT]

    def token(self, *scopes: str, lasts: timedelta = timedelta(hours=1)) -> str:
        """A token of `lms` with some scopes, which may be over already."""
        with district_transaction(self.everyone.world.engine, self.lms.district_id) as session:
            made = token_for(session, client_of(session, self.lms), scopes, NOW + lasts)
            session.commit()
        return made


def client_of(session: Session, machine: Machine) -> Client:
    """The row of a program."""
    return session.scalars(select(Client).where(Client.client_id == machine.client.client_id)).one()


def token_for(session: Session, client: Client, scopes: tuple[str, ...], until: datetime) -> str:
    """A fresh token, as the token endpoint would have made it."""
    token = new_token(client.district_id)
    session.add(
        AccessToken(
            district_id=client.district_id, digest=digest(token), client_pk=client.id, scopes=list(scopes),
            issued_at=NOW - timedelta(hours=1), expires_at=until,
        )
    )  # fmt: skip
    return token


def machines_of(everyone: AccessWorld) -> MachineWorld:
    """Fill what programs can name into a world of every role, and connect three programs."""
    world = everyone.world
    own = _fill(world.engine, everyone.own, "Mathematics", OWN)
    twin = _fill(world.engine, everyone.twin, TWIN_SUBJECT, TWIN)
    lms = _sender(world.app, world.engine, everyone.own.district)
    theirs = _sender(world.app, world.engine, everyone.twin.district)
    world.add(lambda make: make.client())  # nothing was sent by it
    return MachineWorld(everyone, own, twin, lms, _sender(world.app, world.engine, everyone.own.district, -1), theirs)


def _sender(app: Flask, engine: Engine, district_id: int, place: int = 0) -> Machine:
    with district_transaction(engine, district_id) as session:
        client = session.scalars(select(Client).order_by(Client.id)).all()[place]
        client.scopes = sorted(SCOPES)
        token = token_for(session, client, tuple(SCOPES), NOW + timedelta(days=1))
        session.commit()
        named = NewClient(client.client_id, "", client.name, tuple(SCOPES))
    return Machine(app.test_client(), district_id, named, token)


def _fill(engine: Engine, place: Place, subject: str, canary: Canary) -> Names:
    with district_transaction(engine, place.district) as session:
        make = Factory(session, place.district)
        student = session.get_one(Person, (place.district, place.student))
        student.phone, student.sms = PHONE, PHONE
        guardian = make.guardian_of(student, given="Canary", family="Guardian")
        _home(make, student, guardian)
        session.add(
            CourtOrder(
                district_id=place.district, student_id=student.id, guardian_id=guardian.id, kind="custody",
                restricts=["pickup"], leaves=[], document_reference="CANARY-D14", begins_at=NOW - timedelta(days=1),
                ends_at=None, recorded_by=None, recorded_at=NOW, lifted_at=None,
            )
        )  # fmt: skip
        make.measurement(subject, figures=_FIGURES)
        scorer = make.person(f"{subject} Scorer")
        make.role(scorer, "teacher")
        names = Names(
            str(student.identifier),
            session.get_one(Node, (place.district, place.target)).guid,
            f"attempt-of-{canary.mark}",
            session.get_one(Assessment, (place.district, place.assessment)).name,
            subject,
            str(scorer.identifier),
            session.get_one(Section, (place.district, place.section)).sourced_id,
        )
        session.commit()
    return names


def _home(make: Factory, *people: Person) -> None:
    home = Household(district_id=make.district_id, address=ADDRESS, language="en", made_at=NOW)
    make.session.add(home)
    make.session.flush()
    for person in people:
        make.session.add(
            HouseholdMember(
                district_id=make.district_id, household_id=home.id, person_id=person.id, notice="letter",
                begins_on=None, ends_on=None,
            )
        )  # fmt: skip
