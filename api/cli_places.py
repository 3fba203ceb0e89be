"""`mastery school` and `partner`: by which zone a school's days go, and who comes from outside."""

from __future__ import annotations

from datetime import datetime

import click

from api.actions.desk import Desk
from api.actions.links import NotYoursError
from api.actions.partners import add_partner, end_partner, list_partners
from api.actions.schools import school_zones, set_zone
from api.context import print_json, with_district
from api.services import Services
from mastery.links import LinkError
from models.district import District
from models.unit_of_work import district_transaction


@click.group()
def school() -> None:
    """The schools of a district, and the time zone that each goes by."""


@school.command("list")
@click.option("--json", "as_json", is_flag=True)
@with_district
def school_list(services: Services, district: District, as_json: bool) -> None:
    """List the schools with their time zones."""
    with district_transaction(services.engine, district.id) as session:
        found = school_zones(session, district.id)
    if as_json:
        print_json(
            [
                {"sourced_id": one.sourced_id, "name": one.name, "kind": one.kind, "time_zone": one.time_zone,
                 "own": one.own, "active": one.active}
                for one in found
            ]
        )  # fmt: skip
        return
    for one in found:
        click.echo(
            f"{one.sourced_id:<20} {one.name}: {one.time_zone}{'' if one.own else ', as the district'}"
            f"{'' if one.active else ', no longer in the roster'}"
        )
    if not found:
        click.echo("There is no school yet: bring the roster in with `mastery import roster`.")


@school.command("zone")
@click.argument("name", metavar="SCHOOL")
@click.argument("zone", required=False)
@click.option("--as-district", is_flag=True, help="Go by the district's zone again.")
@with_district
def school_zone(services: Services, district: District, name: str, zone: str | None, as_district: bool) -> None:
    """Set the time zone of a school, such as America/Chicago: its days begin and end at midnight there.

    SCHOOL is the sourcedId or the name.
    """
    if (zone is None) != as_district:
        raise click.UsageError("Give a zone such as America/Chicago, or --as-district.")
    with district_transaction(services.engine, district.id) as session:
        try:
            set_zone(session, Desk(district.id), name, zone, services.clock())
        except LinkError as error:
            raise click.BadParameter(f"{zone if error.field == 'time_zone' else name!r} {error}.") from error
        session.commit()
    click.echo(f"{name} goes by {zone or district.time_zone}.")


@click.group()
def partner() -> None:
    """Organisations whose people work with students: clubs, firms, agencies."""


@partner.command("add")
@click.argument("name")
@click.option("--agreement", metavar="REFERENCE", help="Where the agreement with the district is filed.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="The last day of the agreement, as 2027-06-30.")
@click.option("--json", "as_json", is_flag=True)
@with_district
def partner_add(
    services: Services, district: District, name: str, agreement: str | None, until: datetime | None, as_json: bool
) -> None:
    """Add a partner. Links of its people end with the agreement at the latest."""
    with district_transaction(services.engine, district.id) as session:
        try:
            key = add_partner(
                session, Desk(district.id), name, agreement, until.date() if until else None, services.clock()
            )
        except LinkError as error:
            raise click.ClickException(f"The {error.field} {error}.") from error
        session.commit()
    if as_json:
        print_json({"id": key, "name": name})
    else:
        click.echo(f"Partner {key}: {name}")


@partner.command("list")
@click.option("--json", "as_json", is_flag=True)
@with_district
def partner_list(services: Services, district: District, as_json: bool) -> None:
    """List the partners with their agreements and how many people each has."""
    with district_transaction(services.engine, district.id) as session:
        found, _total = list_partners(session, district.id)
    if as_json:
        print_json(
            [
                {"id": one.id, "name": one.name, "agreement": one.agreement_reference,
                 "agreement_ends_on": one.agreement_ends_on, "active": one.active, "people": one.people}
                for one in found
            ]
        )  # fmt: skip
        return
    for one in found:
        agreement = f"agreement {one.agreement_reference}" if one.agreement_reference else "no agreement"
        until = f" until {one.agreement_ends_on}" if one.agreement_ends_on else ""
        click.echo(
            f"{one.id:>6}  {one.name}: {agreement}{until}, people: {one.people}{'' if one.active else ', ended'}"
        )
    if not found:
        click.echo("There is no partner yet: add one with `mastery partner add NAME`.")


@partner.command("end")
@click.argument("key", type=int, metavar="ID")
@click.option("--yes", is_flag=True, help="Do not ask.")
@with_district
def partner_end(services: Services, district: District, key: int, yes: bool) -> None:
    """End a partner now, with its people, their links to students and their ways to sign in."""
    if not yes:
        click.confirm("End this partner, its people and all their links to students now?", abort=True)
    with district_transaction(services.engine, district.id) as session:
        try:
            ended = end_partner(session, Desk(district.id), key, services.clock(), services.stopwatch())
        except NotYoursError as error:
            raise click.ClickException(f"There is no partner {key}: see `mastery partner list`.") from error
        session.commit()
    click.echo(f"Ended. People: {ended.people}, links: {ended.links}, ways to sign in: {ended.accounts}.")


def register(cli: click.Group) -> None:
    """Add the commands."""
    cli.add_command(school)
    cli.add_command(partner)
