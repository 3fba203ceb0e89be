"""A small district with people who may sign in, on a clock that tests move."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from argon2 import PasswordHasher
from factories import NOW, Factory
from flask import Flask
from let_in import let_in
from page_client import PageClient
from sqlalchemy import Engine, insert, select
from sqlalchemy.orm import Session

from api.actions.accounts import name_digest
from api.actions.links import Asked, appoint
from api.security.one_time_codes import recovery_digest
from mastery.access import Basis, Scope
from mastery.access_matrix import Role
from models.access import Account
from models.account_session import SecondFactor
from models.district import SignInName
from models.graph import Node
from models.queries_second_factor import put_recovery_codes
from models.roster import Person, School, Section
from models.unit_of_work import district_transaction

PASSWORD = "correct horse battery"
# the real parameters are slow by design; that they are used is a test of its own
CHEAP_HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
_HASH = CHEAP_HASHER.hash(PASSWORD)


@dataclass
class SteppedClock:
    """A clock that goes a millisecond on each time it is read, and jumps when told to."""

    at: datetime = NOW

    def __call__(self) -> datetime:
        self.at += timedelta(milliseconds=1)
        return self.at

    def jump(self, by: timedelta) -> None:
        self.at += by


@dataclass
class PageWorld:
    """A school with two sections and one person of each kind; `add` opens a transaction with a factory."""

    engine: Engine
    app: Flask
    clock: SteppedClock
    district_id: int
    school: School
    section: Section
    other_section: Section
    target: Node
    student: Person
    people: dict[str, Person] = field(default_factory=dict)
    codes: dict[str, list[str]] = field(default_factory=dict)

    def client(self, who: str | None = None) -> PageClient:
        """A client, signed in as one of the people."""
        client = self.app.test_client()
        return PageClient(client, let_in(client, self.app, who, who in self.codes) if who is not None else None)

    def add(self, rows: Callable[[Factory], object]) -> None:
        """Commit the rows that a function makes."""
        with district_transaction(self.engine, self.district_id) as session:
            rows(Factory(session, self.district_id))
            session.commit()

    def rows(self, table: Any) -> list[Any]:
        """All rows of a table in the district, in the order in which they came."""
        chosen = select(table).where(table.district_id == self.district_id)
        with district_transaction(self.engine, self.district_id) as session:
            return list(session.scalars(chosen.order_by(*table.__mapper__.primary_key)))


def populate(make: Factory, session: Session, engine: Engine, app: Flask, clock: SteppedClock) -> PageWorld:
    """Fill a new district with two sections and one person of each kind, who may all sign in."""
    school = make.school()
    section, other = make.section(school, "Algebra I", ["1"]), make.section(school, "Geometry", ["2"])
    student, target = make.student(section), make.target("4.NF.A.1", "I can explain why fractions are equal.")
    world = PageWorld(engine, app, clock, make.district_id, school, section, other, target, student)
    principal, leader, elsewhere = make.person("Rosa", "Parks"), make.person("Horace", "Mann"), make.school("Else High")
    make.role(principal, "administrator", school.id)
    make.role(leader, "administrator")
    world.people = {
        "teacher": make.teacher(section),
        "colleague": make.teacher(other, given="Emmy", family="Noether"),
        "stranger": make.teacher(make.section(elsewhere, "Latin", ["5"]), given="Marcus", family="Cicero"),
        "guardian": make.guardian_of(student),
        "student": student,
        "classmate": make.student(section, "Alan", "Turing"),
        "principal": principal,
        "leader": leader,
    }
    accounts = let_sign_in(session, make.district_id, world.people)
    for name in ("principal", "leader"):
        world.codes[name] = enrol(session, make.district_id, accounts[name])
    return world


def add_steward(world: PageWorld) -> Person:
    """Appoint a data steward of the district, who answers for everybody's account; signs in as "steward"."""
    with district_transaction(world.engine, world.district_id) as session:
        person = Factory(session, world.district_id).person("Dorothy", "Vaughan")
        accounts = let_sign_in(session, world.district_id, {"steward": person})
        world.codes["steward"] = enrol(session, world.district_id, accounts["steward"])
        asked = Asked(
            person.id, Role.DATA_STEWARD, Scope.DISTRICT, None, Basis.EMPLOYEE, "data steward", NOW.date()
        )  # fmt: skip
        appoint(session, world.district_id, asked, NOW)
        session.commit()
    world.people["steward"] = person
    return person


def let_sign_in(session: Session, district_id: int, people: Mapping[str, Person]) -> dict[str, int]:
    """Give people accounts at once, each under a sign-in name; their ids. How one is made has tests of its own."""
    names = [{"name_digest": name_digest(name), "district_id": district_id} for name in people]
    session.execute(insert(SignInName), names)
    accounts = {
        name: Account(
            district_id=district_id, sign_in_name=name, person_id=person.id, password_hash=_HASH, language=None,
            failures=0, locked_until=None, created_at=NOW, disabled_at=None,
        )
        for name, person in people.items()
    }  # fmt: skip
    session.add_all(accounts.values())
    session.flush()
    return {name: account.id for name, account in accounts.items()}


def enrol(session: Session, district_id: int, account_id: int) -> list[str]:
    """Give an account a second factor whose timed codes nobody knows; returns recovery codes, one for each sign-in."""
    session.add(
        SecondFactor(
            district_id=district_id, account_id=account_id, secret="of nobody", pending=None, confirmed_at=NOW,
            last_step=None, failures=0, locked_until=None,
        )
    )  # fmt: skip
    session.flush()
    codes = [f"CODE{account_id}{number}" for number in range(20)]
    put_recovery_codes(session, district_id, account_id, [recovery_digest(one) for one in codes])
    return codes
