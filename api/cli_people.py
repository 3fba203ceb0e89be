"""`mastery people`, `appoint` and `names`: who is here, who holds an office, which names families get."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.actions.desk import Desk
from api.actions.links import Asked, appoint
from api.actions.people import Draft, add_person, on_file
from api.actions.safety import set_parent_view
from api.context import print_json, with_district
from api.services import Services
from mastery.access import Basis, Scope
from mastery.access_matrix import Role
from mastery.links import CAPACITIES, LinkError
from mastery.names import ParentView
from models.district import District
from models.households import NamePolicy
from models.queries_persons import find_people
from models.roster import Person, School
from models.unit_of_work import district_transaction

_PURPOSE = "appointed where the service is installed"


@click.group()
def people() -> None:
    """The people of a district."""


@people.command("add")
@click.argument("given_name")
@click.argument("family_name")
@click.option("--email")
@click.option("--phone")
@click.option("--partner", type=int, metavar="ID", help="The partner that the person works for.")
@click.option("--json", "as_json", is_flag=True)
@with_district
def people_add(
    services: Services,
    district: District,
    given_name: str,
    family_name: str,
    email: str | None,
    phone: str | None,
    partner: int | None,
    as_json: bool,
) -> None:
    """Add somebody whom no roster brings: a mentor, a grandparent. No roster import ends them."""
    with district_transaction(services.engine, district.id) as session:
        try:
            draft = Draft(given_name, family_name, email, phone, partner)
            sourced_id = add_person(session, Desk(district.id), draft, services.clock()).sourced_id
        except LinkError as error:
            raise click.ClickException(f"The {error.field.replace('_', ' ')} {error}.") from error
        session.commit()
    if as_json:
        print_json({"sourced_id": sourced_id})
    else:
        click.echo(f"Added as {sourced_id}. Next: mastery account create SIGN_IN_NAME --person {sourced_id}")


@people.command("show")
@click.argument("name", metavar="SIGN_IN_OR_ID")
@click.option("--json", "as_json", is_flag=True)
@with_district
def people_show(services: Services, district: District, name: str, as_json: bool) -> None:
    """Show what is on file of a person, by sign-in name, SIS id or sourcedId. A look at a student is put on record."""
    with district_transaction(services.engine, district.id) as session:
        person = one_person(session, district, name)
        told = on_file(session, Desk(district.id), person, services.clock())
        session.commit()
    if as_json:
        print_json(told)
    else:
        click.echo("\n".join(_lines(told)))


def _lines(told: dict[str, Any]) -> Iterator[str]:
    for name, value in told.items():
        if isinstance(value, list):
            yield from (
                f"{name}: " + ", ".join(f"{key.replace('_', ' ')} {one[key]}" for key in one if one[key])
                for one in value
            )
        elif value not in (None, False):
            yield f"{name.replace('_', ' ')}: {'yes' if value is True else value}"


@click.command("appoint")
@click.argument("name", metavar="SIGN_IN_OR_ID")
@click.argument("role", type=click.Choice(sorted(map(str, CAPACITIES))))
@click.option(
    "--school", "school_name", metavar="SCHOOL", help="For one school, by sourcedId or name; else the district."
)
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="The last day, as 2027-06-30.")
@with_district
def appoint_command(
    services: Services, district: District, name: str, role: str, school_name: str | None, until: datetime | None
) -> None:
    """Give somebody an office, or a task at a school: so the first steward and the leaders come to be."""
    now = services.clock()
    with district_transaction(services.engine, district.id) as session:
        person = one_person(session, district, name)
        school = None if school_name is None else _school(session, district, school_name)
        asked = Asked(
            person.id,
            Role(role),
            Scope.DISTRICT if school is None else Scope.SCHOOL,
            school,
            Basis.EMPLOYEE,
            _PURPOSE,
            now.astimezone(ZoneInfo(district.time_zone)).date(),
            until.date() if until else None,
        )
        try:
            appoint(session, district.id, asked, now)
        except LinkError as error:
            raise click.ClickException(f"The {error.field.replace('_', ' ')} {error}.") from error
        session.commit()
    click.echo(f"{name} is {role.replace('_', ' ')} of {school_name or district.name}.")


@click.command("names")
@click.argument("rule", required=False, type=click.Choice([str(one) for one in ParentView]))
@with_district
def names(services: Services, district: District, rule: str | None) -> None:
    """Say which name of a student families get, where a student goes by another one than the legal one.

    display: the name that the student goes by. legal: the legal one. district_rule: student by student, as the office
    has recorded. Until it is set, nothing that is sent to a family tells the name that the student goes by.
    """
    with district_transaction(services.engine, district.id) as session:
        if rule is not None:
            set_parent_view(session, Desk(district.id), ParentView(rule), services.clock())
        set_to = session.scalar(select(NamePolicy.parent_view).where(NamePolicy.district_id == district.id))
        session.commit()
    click.echo(f"Families get: {set_to or 'not set; what is sent to a family has the legal name'}")


def one_person(session: Session, district: District, name: str) -> Person:
    """The person of a sign-in name, SIS id or sourcedId; a plain refusal where it is nobody or several."""
    found = find_people(session, district.id, name)
    if not found:
        raise click.ClickException(f"There is no person {name!r} in {district.name}.")
    if len(found) > 1:
        several = ", ".join(one.sourced_id for one in found)
        raise click.ClickException(f"{name!r} means several people: give one sourcedId of {several}.")
    return found[0]


def _school(session: Session, district: District, name: str) -> int:
    found = session.scalars(
        select(School.id).where(
            School.district_id == district.id, (School.sourced_id == name) | (School.name == name), School.active
        )
    ).all()
    if len(found) != 1:
        raise click.ClickException(f"{name!r} is not one school of {district.name}: see `mastery school list`.")
    return found[0]


def register(cli: click.Group) -> None:
    """Add the commands."""
    for command in (people, appoint_command, names):
        cli.add_command(command)
