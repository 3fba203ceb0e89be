"""`mastery student programme`: the special programs of a student, as the district's own system has them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import click
from sqlalchemy.orm import Session

from api.actions.desk import Desk
from api.actions.links import NotYoursError
from api.actions.programmes import Enrolled, end_programme, put_programme
from api.context import with_district
from api.services import Services
from mastery.calendar import today_in
from mastery.links import LinkError, Programme
from models.district import District
from models.queries_person import programmes_on_file
from models.queries_persons import find_people
from models.unit_of_work import district_transaction

_DAY = click.DateTime(["%Y-%m-%d"])
_PROGRAMME = click.argument("programme", type=click.Choice([str(one) for one in Programme]))


@click.group()
def programme() -> None:
    """The programs of a student whose law sets rules of its own: IDEA, Section 504, English learners."""


@programme.command("add")
@click.argument("sis_id")
@_PROGRAMME
@click.option("--from", "begins", type=_DAY, help="First day; today if not given.")
@click.option("--until", "ends", type=_DAY, help="Last day; else until it is ended.")
@with_district
def add(
    services: Services, district: District, sis_id: str, programme: str, begins: datetime | None, ends: datetime | None
) -> None:
    """Put a program of a student on file. Under IDEA everybody from outside who sees the record is logged."""
    now = services.clock()
    first = begins.date() if begins else today_in(district.time_zone, now)
    with district_transaction(services.engine, district.id) as session, _plainly(district, sis_id):
        asked = Enrolled(Programme(programme), first, ends.date() if ends else None)
        put_programme(session, Desk(district.id), _student(session, district, sis_id), asked, now)
        session.commit()
    click.echo(f"{programme} of {sis_id} is on file from {first}.")


@programme.command("end")
@click.argument("sis_id")
@_PROGRAMME
@click.option("--last-day", type=_DAY, help="Today if not given.")
@with_district
def end(services: Services, district: District, sis_id: str, programme: str, last_day: datetime | None) -> None:
    """End a program of a student, after its last day. One that begins later goes, as put on file in error."""
    now = services.clock()
    last = last_day.date() if last_day else today_in(district.time_zone, now)
    with district_transaction(services.engine, district.id) as session, _plainly(district, sis_id):
        student = _student(session, district, sis_id)
        found = [
            one.id
            for one in programmes_on_file(session, district.id, student)
            if one.programme == programme and (one.ends_on is None or one.ends_on > last)
        ]
        if not found:
            raise click.ClickException(f"No program {programme} of {sis_id} goes on after {last}.")
        for key in found:
            end_programme(session, Desk(district.id), student, key, last, now)
        session.commit()
    click.echo(f"{programme} of {sis_id} ends after {last}.")


@contextmanager
def _plainly(district: District, sis_id: str) -> Iterator[None]:
    try:
        yield
    except NotYoursError as error:
        raise click.ClickException(f"{sis_id} is no student of {district.name}.") from error
    except LinkError as error:
        raise click.ClickException(f"The {error.field.replace('_', ' ')} {error}.") from error


def _student(session: Session, district: District, sis_id: str) -> int:
    found = find_people(session, district.id, sis_id)
    if len(found) != 1:
        raise click.ClickException(f"{sis_id!r} is not one person of {district.name}: give the SIS id or sourcedId.")
    return found[0].id


def register(cli: click.Group) -> None:
    """Add the commands to the group `student`."""
    group = cli.commands["student"]
    assert isinstance(group, click.Group)
    group.add_command(programme)
