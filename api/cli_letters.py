"""`mastery account letters`: letters for a section or a whole school, as a file to print."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import click
from flask import Flask, render_template
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from api.actions.letters import Letter, make_letters
from api.context import print_json, with_district
from api.services import Services
from mastery import access
from mastery.access_matrix import Role
from mastery.letters import Group
from mastery.offices import Remit
from models.audit import SYSTEM
from models.district import District
from models.queries_letters import Scope, without_account
from models.roster import School, Section
from models.unit_of_work import district_transaction

_EVERYBODY = 100_000


def register(cli: click.Group) -> None:
    """Add the command to the group `account`."""
    group = cli.commands["account"]
    assert isinstance(group, click.Group)
    group.add_command(letters)


@dataclass(frozen=True, slots=True)
class Made:
    """What was made: how many letters, until when they work, in which file."""

    letters: int
    until: date | None
    file: str | None


@click.command()
@click.option("--school", "school_name", help="Name, sourcedId or number of the school.")
@click.option("--section", "section_name", help="sourcedId of one of its sections; the school then needs no naming.")
@click.option("--for", "group", type=click.Choice([str(one) for one in Group]), default=Group.GUARDIANS.value)
@click.option("--out", required=True, type=click.Path(path_type=Path, dir_okay=False), help="The HTML file to write.")
@click.option("--public-url", help="Where people find the service: https://...; by default MASTERY_PUBLIC_URL.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@with_district
def letters(
    services: Services,
    district: District,
    school_name: str | None,
    section_name: str | None,
    group: str,
    out: Path,
    public_url: str | None,
    as_json: bool,
) -> None:
    """Make letters with a code for all who have neither an account nor a letter that works; open FILE and print it.

    The file holds the codes, which are kept nowhere else: print it and delete it. Said again, it makes letters only
    for those who have none yet.
    """
    if (school_name is None) == (section_name is None):
        raise click.UsageError("Name a school with --school, or a section with --section.")
    address = public_url or services.installation.public_url
    if not address:
        raise click.UsageError("Say where people find the service, with --public-url or MASTERY_PUBLIC_URL.")
    if out.exists():
        raise click.BadParameter(f"{out} is there already; it may hold codes that are not printed yet.")
    now, zone = services.stopwatch(), ZoneInfo(district.time_zone)
    # whoever may run commands on the server acts as the office of the district
    everybody = access.Tie(Role.DATA_STEWARD, access.Scope.DISTRICT, district.id, linked=False)
    office = access.Viewer(district.id, 0, services.clock(), (everybody,))
    with district_transaction(services.engine, district.id) as session:
        school, section = _place(session, district.id, school_name, section_name)
        scope = Scope(school.id, section.id if section else None, Group(group))
        today = services.clock().astimezone(zone).date()
        people = without_account(session, office, scope, today, now, _EVERYBODY)
        key = services.installation.secret_key
        made = make_letters(session, district.id, people, SYSTEM, key, now, zone, families=Remit(district=True))
        if made:
            _write(services, out, made, Group(group), district.name, school.name, address.rstrip("/"))
        session.commit()
    _tell(Made(len(made), made[0].until if made else None, str(out) if made else None), as_json)


def _place(
    session: Session, district_id: int, school_name: str | None, section_name: str | None
) -> tuple[School, Section | None]:
    section = None
    query = select(School).where(School.district_id == district_id, School.active)
    if section_name is not None:
        section = session.scalar(
            select(Section).where(Section.district_id == district_id, Section.sourced_id == section_name)
        )
        if section is None:
            raise click.BadParameter(f"There is no section {section_name!r}.", param_hint="--section")
        query = query.where(School.id == section.school_id)
    else:
        names = (School.name, School.sourced_id, School.identifier)
        query = query.where(or_(*(name == school_name for name in names)))
    schools = session.scalars(query).all()
    if len(schools) != 1:
        what = "There are several schools" if schools else "There is no school"
        raise click.BadParameter(f"{what} {school_name or 'of this section'!r}.", param_hint="--school")
    return schools[0], section


def _write(
    services: Services, out: Path, made: Sequence[Letter], group: Group, district: str, school: str, address: str
) -> None:
    """Write the file, for its owner's eyes alone; before the codes count, so that none is lost."""
    # late, because other commands must not pay for the web application
    from api.app import create_app
    from api.pages.letters import Heading, sheet

    app: Flask = create_app(services.installation)
    style = (Path(app.static_folder or "") / "style.css").read_text(encoding="utf-8")
    with app.test_request_context(base_url=address), click.progressbar(made, label="Letters", file=sys.stderr) as bar:
        sheets = [sheet(one, group, address) for one in bar]
        text = render_template("letters_file.html", sheets=sheets, heading=Heading(district, school), style=style)
    with os.fdopen(os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    app.extensions["mastery"].dispose()


def _tell(made: Made, as_json: bool) -> None:
    if as_json:
        print_json(asdict(made))
    elif made.file is None:
        click.echo("Nobody needs a letter: all have an account or a letter that works.")
    else:
        click.echo(f"{made.letters} letters in {made.file}, good until {made.until}. Print it, then delete it.")
