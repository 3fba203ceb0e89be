"""`mastery calendar`: which days of a school count, from a file, and what becomes of one that is closed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from api.actions.calendars import Imported, change_day, put_calendar
from api.actions.desk import Desk
from api.actions.schools import find_school
from api.context import print_json, with_district
from api.interop.calendar_file import read_calendar
from api.interop.csv_table import RowProblem, UnreadableError
from api.services import Services
from mastery.calendar import today_in
from mastery.links import LinkError
from mastery.pace.calendar import DayKind, SchoolCalendar
from mastery.pace.school_days import school_year
from mastery.policy import DEFAULT_POLICY
from models.district import District
from models.queries_calendars import calendar_of
from models.unit_of_work import district_transaction

_SHOWN = 20
_SCHOOL = click.option("--school", "name", required=True, metavar="SOURCED_ID", help="Its sourcedId, or its name.")


@click.group()
def calendar() -> None:
    """The calendars of schools: which days count, and how much."""


@calendar.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@_SCHOOL
@click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
@click.option("--json", "as_json", is_flag=True, help="For programs; lists every row that is wrong.")
@with_district
def calendar_import(
    services: Services, district: District, file: Path, name: str, dry_run: bool, as_json: bool
) -> None:
    """Put a school year of a school on file: a CSV with the columns date,kind and, where it is not the usual, weight.

    `kind` is instructional, half, flex, remote, break, holiday, closure or summer_program. All rows come in or, where
    one is wrong, none; again is harmless. A day that is not in the file stays, and so does one changed by `close`.
    """
    try:
        read = read_calendar(file.read_bytes(), DEFAULT_POLICY)
    except UnreadableError as error:
        raise click.ClickException(str(error)) from error
    if read.problems:
        _refuse(read.problems, as_json)
    with district_transaction(services.engine, district.id) as session, _plainly(name):
        school = find_school(session, district.id, name)
        done = put_calendar(session, Desk(district.id), school.id, read.days, services.clock())
        if not dry_run:
            session.commit()
    if as_json:
        print_json({"school": name, "dry_run": dry_run, **asdict(done), "problems": []})
    else:
        click.echo("\n".join(_told(name, done, dry_run)))


def _refuse(problems: tuple[RowProblem, ...], as_json: bool) -> None:
    if as_json:
        print_json({"problems": [asdict(one) for one in problems]})
    else:
        click.echo("Nothing was changed. To mend in the file:", err=True)
        for one in problems[:_SHOWN]:
            click.echo(f"  line {one.line}, {one.field}: {one.message}", err=True)
        if len(problems) > _SHOWN:
            click.echo(f"  and {len(problems) - _SHOWN} more; --json lists all", err=True)
    raise SystemExit(1)


def _told(name: str, done: Imported, dry_run: bool) -> Iterator[str]:
    would = "It would be so" if dry_run else "Calendar"
    yield f"{would} of {name}: {done.added} days added, {done.changed} changed, {done.unchanged} as they were."
    if done.kept:
        listed = ", ".join(str(day) for day in done.kept[:_SHOWN])
        yield f"Changed by hand since, and so kept: {listed}{', and more' if len(done.kept) > _SHOWN else ''}"


@calendar.command("show")
@_SCHOOL
@click.option("--year", type=int, help="The school year by the year that it ends in; the current one if not given.")
@click.option("--json", "as_json", is_flag=True, help="For programs; lists every day.")
@with_district
def calendar_show(services: Services, district: District, name: str, year: int | None, as_json: bool) -> None:
    """Show a school year of a school's calendar: how many days of instruction, by month, and what is off."""
    today = today_in(district.time_zone, services.clock())
    wanted = year or school_year(today)
    with district_transaction(services.engine, district.id) as session, _plainly(name):
        found = calendar_of(session, district.id, find_school(session, district.id, name).id)
    days = [] if found is None else [one for one in found.days if school_year(one.day) == wanted]
    if not days:
        raise click.ClickException(
            f"No day of the school year {wanted - 1}-{wanted} of {name} is on file: `mastery calendar import FILE.csv`."
        )
    one_year = SchoolCalendar(tuple(days))
    so_far = one_year.through(min(today, one_year.last))
    if as_json:
        listed = [{"date": one.day, "kind": one.kind, "weight": one.weight} for one in days]
        print_json({"school": name, "year": wanted, "so_far": so_far, "total": one_year.total, "days": listed})
        return
    click.echo(f"{name}, {wanted - 1}-{wanted}: {so_far:g} of {one_year.total:g} days of instruction so far.")
    for month in sorted({(one.day.year, one.day.month) for one in days}):
        kinds = Counter(str(one.kind) for one in days if (one.day.year, one.day.month) == month)
        click.echo(f"{month[0]}-{month[1]:02}  {', '.join(f'{count} {kind}' for kind, count in sorted(kinds.items()))}")


@calendar.command("close")
@click.argument("day", type=click.DateTime(["%Y-%m-%d"]))
@_SCHOOL
@click.option("--reason", required=True, help="Why, such as snow; the staff of the school reads it.")
@click.option(
    "--kind",
    type=click.Choice([str(one) for one in DayKind]),
    default=str(DayKind.CLOSURE),
    show_default=True,
    help="What the day is to be; instructional takes a closure back.",
)
@with_district
def calendar_close(services: Services, district: District, day: datetime, name: str, reason: str, kind: str) -> None:
    """Close a day of a school, as for snow: it no longer counts, and what is counted in school days moves on by one."""
    with district_transaction(services.engine, district.id) as session, _plainly(name):
        school = find_school(session, district.id, name)
        done = change_day(session, Desk(district.id), school.id, day.date(), DayKind(kind), reason, services.clock())
        session.commit()
    click.echo(f"{done.day} is {done.kind} at {name}, and counts as {done.weight:g} of a day.")


@contextmanager
def _plainly(name: str) -> Iterator[None]:
    try:
        yield
    except LinkError as error:
        said = repr(name) if error.field == "school" else f"The {error.field}"
        raise click.ClickException(f"{said} {error}.") from error


def register(cli: Any) -> None:
    """Add the commands to `mastery`."""
    cli.add_command(calendar)
