"""What the details of events on record name by key: people, places, programs and rules, as an office may read them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from mastery.offices import Remit
from models.access import Account, Client
from models.assessment import Assessment
from models.graph import Node
from models.identity import IdentityProvider
from models.links import Link, Organization
from models.queries_office import staff_in, students_in
from models.queries_people import was_student
from models.roster import Person, School

_PEOPLE = ("person", "recipient", "guardian")


@dataclass(frozen=True, slots=True)
class Mentioned:
    """Names by key. `people` are all but students of others; `own`: those of them who work where the office answers."""

    people: Mapping[int, str]
    own: frozenset[int]
    accounts: Mapping[int, int]
    schools_of_links: Mapping[int, int]
    others: Mapping[str, Mapping[Any, str]]

    def whom(self, detail: Mapping[str, Any]) -> int | None:
        """The person whom an event was done to, by their key or that of their account."""
        for name in _PEOPLE:
            if name in detail:
                return int(detail[name])
        return self.accounts.get(detail.get("account", 0))


def mentioned(
    session: Session, district_id: int, where: Remit, details: Collection[Mapping[str, Any]], now: datetime, today: date
) -> Mentioned:
    """What some details name, in a statement for each kind of thing that they name at all."""

    def keys(*names: str) -> set[Any]:
        return {detail[name] for detail in details for name in names if detail.get(name) is not None}

    def several(name: str) -> set[Any]:
        return {key for detail in details for key in detail.get(name, ())}

    accounts: dict[int, int] = {
        key: person
        for key, person in _pairs(session, district_id, Account.id, keys("account"), Account.person_id)
        if person is not None
    }
    people = {*keys(*_PEOPLE), *several("people"), *accounts.values()}
    links = _pairs(session, district_id, Link.id, keys("link"), Link.school_id)
    schools_of_links = {key: school for key, school in links if school is not None}
    named = {
        "school": (School.id, {*keys("school"), *schools_of_links.values()}, School.name),
        "organization": (Organization.id, keys("organization"), Organization.name),
        "client": (Client.client_id, keys("client"), Client.name),
        "provider": (IdentityProvider.id, keys("provider"), IdentityProvider.name),
        "assessment": (Assessment.id, keys("assessment"), Assessment.title),
        "target": (Node.id, several("targets"), func.coalesce(Node.code, Node.statement)),
    }
    return Mentioned(
        _people(session, district_id, where, people, now),
        _own(session, district_id, where, people, now, today),
        accounts,
        schools_of_links,
        {kind: dict(_pairs(session, district_id, *columns)) for kind, columns in named.items()},
    )


def _pairs(session: Session, district_id: int, key: Any, keys: Collection[Any], value: Any) -> list[tuple[Any, Any]]:
    if not keys:
        return []
    rows = session.execute(select(key, value).where(key.class_.district_id == district_id, key.in_(keys)))
    return [(one, said) for one, said in rows]


def _people(session: Session, district_id: int, where: Remit, keys: Iterable[int], now: datetime) -> dict[int, str]:
    wanted = set(keys)
    if not wanted:
        return {}
    rows = session.scalars(
        select(Person).where(
            Person.district_id == district_id,
            Person.id.in_(wanted),
            or_(
                Person.id.not_in(select(was_student(district_id).subquery("ever").c.person_id)),
                Person.id.in_(students_in(district_id, where, now)),
            ),
        )
    )
    return {one.id: one.display_name for one in rows}


def _own(
    session: Session, district_id: int, where: Remit, keys: Collection[int], now: datetime, today: date
) -> frozenset[int]:
    if not keys or where.district:
        return frozenset(keys)
    staff = staff_in(district_id, where, today, now).subquery("own")
    return frozenset(session.scalars(select(staff.c[0]).where(staff.c[0].in_(keys))))
