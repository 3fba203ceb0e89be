"""`mastery policy`: what of its rules a state, a district or a school set, and what is in force on a day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import click

from api.actions.desk import Desk
from api.actions.policy_records import in_force_for, in_force_in, policy_document, record_document, sign_parameter
from api.context import print_json, with_district
from api.services import Services
from mastery.policy_parameters import PolicyError, read_value, settable, written
from mastery.policy_records import Asked, InForce, Level
from models.district import District
from models.policy_records import records_of
from models.registry import find_students
from models.rule_stops import stops_of
from models.unit_of_work import district_transaction

NOTHING = "nothing"
"""What one gives in place of a value where a place is to say nothing of its own from then on."""
_as_json = click.option("--json", "as_json", is_flag=True, help="For programs.")


@click.group()
def policy() -> None:
    """The rules that a state, a district or a school may set: each from a day on, with its legal basis."""


@contextmanager
def _plainly() -> Iterator[None]:
    try:
        yield
    except PolicyError as error:
        raise click.ClickException(f"{error.field}: {error}.") from error


def _today(services: Services, district: District) -> date:
    return services.clock().astimezone(ZoneInfo(district.time_zone)).date()


@policy.command("show")
@click.argument("parameter", required=False)
@click.option("--student", metavar="SIS_ID", help="As it is in force for this student, by the student's school.")
@click.option("--on", "day", type=click.DateTime(["%Y-%m-%d"]), help="The day; today if not given.")
@_as_json
@with_district
def show(
    services: Services,
    district: District,
    parameter: str | None,
    student: str | None,
    day: datetime | None,
    as_json: bool,
) -> None:
    """What is in force on a day, who said so and what that overrode: PARAMETER, or all; and all that was signed."""
    when = day.date() if day else _today(services, district)
    with district_transaction(services.engine, district.id) as session:
        signed = records_of(session, district.id)
        if student is None:
            found = in_force_in(signed, when)
        else:
            known = find_students(session, district.id, [student]).get(student, [])
            if len(known) != 1:
                raise click.ClickException(f"There is no student {student!r}, or there are several.")
            found = in_force_for(session, district.id, known[0].id, when, ZoneInfo(district.time_zone))
    if parameter is not None and parameter not in found:
        raise click.ClickException(f"There is no parameter {parameter!r}.")
    document = policy_document(found, when)
    if parameter is not None:
        document["parameters"] = [one for one in document["parameters"] if one["name"] == parameter]
    if as_json:
        print_json({**document, "signed": [record_document(one) for one in signed]})
        return
    for one in document["parameters"]:
        click.echo(_line(found, one["name"]))


def _line(found: Mapping[str, InForce], name: str) -> str:
    one = found[name]
    said = f"{name:<32} {written(one.value)}"
    if one.by is None:
        return said
    place = f" {one.by.place}" if one.by.place else ""
    others = "; ".join(
        f"{written(other.value)} of {other.by.level if other.by else 'default'}" for other in one.overrode
    )
    return f"{said}  {one.by.level}{place} since {one.by.effective_from}, {one.why}: {one.by.basis} (not {others})"


@policy.command("set")
@click.argument("parameter")
@click.argument("value")
@click.option("--basis", required=True, help="Why: the law, the waiver, the policy of the board.")
@click.option("--by", required=True, help="Who signed it.")
@click.option("--from", "begins", type=click.DateTime(["%Y-%m-%d"]), help="First day; today if not given.")
@click.option("--state", "of_state", is_flag=True, help="The state says it, not the district.")
@click.option("--school", metavar="SCHOOL", help="This school says it, by sourcedId or name, not the district.")
@click.option("--binding", is_flag=True, help="Nothing nearer to a student counts beside it.")
@_as_json
@with_district
def set_command(
    services: Services,
    district: District,
    parameter: str,
    value: str,
    basis: str,
    by: str,
    begins: datetime | None,
    of_state: bool,
    school: str | None,
    binding: bool,
    as_json: bool,
) -> None:
    """Let PARAMETER be VALUE from a day on, or `nothing` for nothing of its own. What was decided before stays."""
    if of_state and school is not None:
        raise click.UsageError("Give --state or --school, not both.")
    level = Level.STATE if of_state else Level.DISTRICT if school is None else Level.SCHOOL
    now, today = services.clock(), _today(services, district)
    with _plainly(), district_transaction(services.engine, district.id) as session:
        settable(parameter)
        number = None if value == NOTHING else read_value(parameter, value)
        asked = Asked(parameter, number, level, basis, begins.date() if begins else today, school, binding)
        key = sign_parameter(session, Desk(district.id), asked, now, today, by)
        (signed,) = (one for one in records_of(session, district.id) if one.signed.number == key)
        session.commit()
    if as_json:
        print_json(record_document(signed))
    else:
        click.echo(f"{parameter}: {value} from {asked.effective_from}, by {signed.school or f'the {level}'}.")


@policy.command("stops")
@click.option("--from", "first", type=click.DateTime(["%Y-%m-%d"]), help="First day; if not given, 365 days back.")
@click.option("--to", "last", type=click.DateTime(["%Y-%m-%d"]), help="Last day; today if not given.")
@_as_json
@with_district
def stops(
    services: Services, district: District, first: datetime | None, last: datetime | None, as_json: bool
) -> None:  # fmt: skip
    """How often which rule stopped somebody in which school: what speaks for another rule, and about nobody."""
    end = last.date() if last else _today(services, district)
    begin = first.date() if first else end - timedelta(days=365)
    with district_transaction(services.engine, district.id) as session:
        found = stops_of(session, district.id, begin, end)
    if as_json:
        print_json({"from": begin, "to": end, "stops": [asdict(one) for one in found]})
        return
    for one in found:
        click.echo(f"{one.times:>6}  {one.rule}, {one.school or 'no school'}")
    if not found:
        click.echo("No rule stopped anybody.")


def register(cli: click.Group) -> None:
    """Add the commands."""
    cli.add_command(policy)
