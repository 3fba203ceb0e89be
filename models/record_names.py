"""What the keys in a student's rows name: targets, tasks, classes and schools by name, people by their role."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from mastery.audit import Actor
from mastery.roster import Role
from models.access import Client
from models.assessment import Assessment, AssessmentForm
from models.graph import Node
from models.links import Link, Organization
from models.queries_looked import only_family
from models.roster import Enrollment, Guardianship, Person, PersonRole, School, Section

Named = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Names:
    """By table and key what a reader is told in place of the key. `scorers`: roles by the name that results give.

    `only_family`: the guardians who are nothing else in the district.
    """

    student: int
    family: frozenset[int]
    only_family: frozenset[int]
    people: Mapping[int, str]
    scorers: Mapping[str, str]
    others: Mapping[str, Mapping[int, Named]]

    readable: ClassVar[frozenset[str]] = frozenset(
        {"person", "node", "assessment", "assessment_form", "section", "school", "client", "organization"}
    )

    def read(self, table: str, key: int) -> Named:
        """What a key of a readable table names; a person by role alone."""
        return {"role": self.role(key)} if table == "person" else self.others[table][key]

    def role(self, person: int) -> str:
        """What a person is to the student, or at the school; the first that holds of what they ever were."""
        if person == self.student:
            return Role.STUDENT
        return Role.GUARDIAN if person in self.family else self.people.get(person, "person")

    def is_family(self, actor: str, person: int | None) -> bool:
        """Whether an act is one of the student's own or of a guardian: what they opened is not told to one another."""
        return actor == Actor.PERSON and person is not None and (person == self.student or person in self.only_family)

    def actor(self, actor: str, key: int) -> Named:
        """Who did something: a program by name, staff by their role also where they are a guardian besides."""
        if actor == Actor.MACHINE:
            return self.others["client"][key]
        return {"role": self.role(key) if key == self.student else self.people.get(key) or self.role(key)}


def load_names(session: Session, district_id: int, student_id: int, keys: Mapping[str, Iterable[Any]]) -> Names:
    """The names of some keys by table, in one statement for each table."""
    wanted = {table: set(some) for table, some in keys.items()}
    family = session.scalars(
        select(Guardianship.guardian_id).where(
            Guardianship.district_id == district_id, Guardianship.student_id == student_id
        )
    )
    scorers = dict(
        session.execute(
            select(Person.identifier, Person.id).where(
                Person.district_id == district_id, Person.identifier.in_(wanted.get("scorer", ()))
            )
        ).all()
    )
    roles = _roles(session, district_id, wanted.get("person", set()) | set(scorers.values()))
    return Names(
        student_id,
        frozenset(family),
        frozenset(session.scalars(only_family(district_id, student_id))),
        roles,
        {name: roles[key] for name, key in scorers.items() if name is not None and key in roles},
        {
            "node": _named(session, district_id, Node, wanted, "node", "guid", "code", "statement"),
            "assessment": _named(session, district_id, Assessment, wanted, "assessment", "name", "title"),
            "assessment_form": _named(session, district_id, AssessmentForm, wanted, "assessment_form", "name"),
            "section": _named(session, district_id, Section, wanted, "section", "sourced_id", "title"),
            "school": _named(session, district_id, School, wanted, "school", "sourced_id", "name"),
            "client": _named(session, district_id, Client, wanted, "client", "client_id", "name"),
            "organization": _named(session, district_id, Organization, wanted, "organization", "name"),
        },
    )


def _named(
    session: Session, district_id: int, model: Any, wanted: Mapping[str, set[Any]], table: str, *columns: str
) -> dict[int, Named]:  # fmt: skip
    keys = wanted.get(table)
    if not keys:
        return {}
    rows = session.execute(
        select(model.id, *(getattr(model, column) for column in columns)).where(
            model.district_id == district_id, model.id.in_(keys)
        )
    )
    return {key: dict(zip(columns, values, strict=True)) for key, *values in rows}


def _roles(session: Session, district_id: int, people: set[int]) -> dict[int, str]:
    """The role of each person: that of the roster, the main one first; else what they are in a class or by a link."""
    if not people:
        return {}
    linked = session.execute(
        select(Link.person_id, Link.role)
        .where(Link.district_id == district_id, Link.person_id.in_(people))
        .order_by(Link.id)
    ).all()
    in_class = session.execute(
        select(Enrollment.person_id, Enrollment.role)
        .where(Enrollment.district_id == district_id, Enrollment.person_id.in_(people))
        .distinct()
    ).all()
    at_school = session.execute(
        select(PersonRole.person_id, PersonRole.role)
        .where(PersonRole.district_id == district_id, PersonRole.person_id.in_(people))
        .order_by(PersonRole.primary, PersonRole.id.desc())
    ).all()
    return dict((*linked, *in_class, *at_school))
