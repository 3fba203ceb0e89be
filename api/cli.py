"""`mastery`: the command line of an installation."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click
from sqlalchemy import select

from api import (
    cli_breach,
    cli_calendar,
    cli_calibrate,
    cli_calibration,
    cli_client,
    cli_clock,
    cli_curriculum,
    cli_district,
    cli_evaluate,
    cli_grades,
    cli_graph,
    cli_graph_versions,
    cli_key,
    cli_letters,
    cli_measurement,
    cli_methods,
    cli_operations,
    cli_pace,
    cli_people,
    cli_places,
    cli_policy,
    cli_programmes,
    cli_provider,
    cli_readiness,
    cli_records,
    cli_responses,
    cli_retention,
    cli_roster,
    cli_second_factor,
    cli_state_results,
)
from api.actions.accounts import AccountError, create_account
from api.actions.districts import DistrictError, create_district
from api.context import installation_of, open_installation, print_json, with_district
from api.memory import keep_what_is_loaded
from api.services import Services
from api.version import commit, version
from mastery.audit import Act
from models.audit import SYSTEM, record
from models.clock import DemonstrationClock
from models.district import District
from models.embedded import EmbeddedError
from models.installation import Installation, InstallationError, create, default_data_dir
from models.migrate import upgrade
from models.queries_people import students_among
from models.roles import ensure_database
from models.roster import Person
from models.unit_of_work import connect, district_transaction


@click.group()
@click.version_option(version(), message=f"%(prog)s %(version)s{f' ({commit()})' if commit() else ''}")
@click.option(
    "--data-dir",
    type=click.Path(path_type=Path, file_okay=False),
    help="The installation's directory; else MASTERY_DATA_DIR, else the usual place.",
)
def main(data_dir: Path | None) -> None:
    """The mastery and pacing service of a school district."""
    keep_what_is_loaded()


@main.group("import")
def import_group() -> None:
    """Bring in a framework, a roster, or a file of answers."""


@main.group("graph")
def graph_group() -> None:
    """The competency graph of a district."""


@main.command()
@click.pass_context
def install(context: click.Context) -> None:
    """Make an installation with its embedded database, or complete the one that is there."""
    data_dir = context.find_root().params["data_dir"] or default_data_dir()
    try:
        installation = create(data_dir)
        server = installation.server()
        assert server is not None
        with server:
            ensure_database(installation)
            owner = connect(installation.owner_dsn, pool_size=1)
            try:
                revision = upgrade(owner)
            finally:
                owner.dispose()
    except EmbeddedError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"Installed in {data_dir}, schema {revision}. Next: mastery district create NAME --time-zone ZONE")


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--live-port", type=click.IntRange(1, 65535), help="Port of the live process; a free one if not given.")
@click.option("--workers", type=click.IntRange(1, 64), help="Web processes; by default as many as processors.")
@click.pass_context
def serve(context: click.Context, host: str, port: int, live_port: int | None, workers: int | None) -> None:
    """Serve the installation until it is told to end."""
    from api.serve import ServeError
    from api.serve import serve as serve_installation

    try:
        serve_installation(
            installation_of(context), host, port, live_port, workers,
            lambda: click.echo(f"Serving http://{host}:{port}/"),
        )  # fmt: skip
    except (ServeError, InstallationError, EmbeddedError) as error:
        raise click.ClickException(str(error)) from error


@main.group()
def district() -> None:
    """The districts of an installation."""


@district.command("create")
@click.argument("name")
@click.option("--slug", help="Short name for commands and addresses; made from the name if not given.")
@click.option("--time-zone", default="America/New_York", show_default=True, help="IANA zone of its schools.")
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
def district_create(context: click.Context, name: str, slug: str | None, time_zone: str, as_json: bool) -> None:
    """Add a district."""
    try:
        ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise click.BadParameter(f"{time_zone!r} is no time zone; such as America/New_York") from error
    with open_installation(context) as services:
        _refuse_demonstration(services.installation)
        try:
            made = create_district(services.engine, name, slug, time_zone, services.clock())
        except DistrictError as error:
            raise click.ClickException(str(error)) from error
        result = {"id": made.id, "slug": made.slug, "name": made.name, "time_zone": made.time_zone}
    if as_json:
        print_json(result)
    else:
        click.echo(f"District {made.name} ({made.slug})")


def _refuse_demonstration(installation: Installation) -> None:
    """A real district must never go by a demonstration's clock."""
    data_dir = installation.data_dir
    if data_dir is not None and DemonstrationClock(data_dir).is_there:
        raise click.ClickException(
            f"{data_dir} is a demonstration with a clock of its own, by which a real district can not go: make another "
            "installation with `mastery --data-dir DIR install` and create the district there."
        )


@main.group()
def account() -> None:
    """People's accounts."""


@account.command("create")
@click.argument("sign_in_name")
@click.option("--person", "person_name", required=True, help="SIS id or sourcedId of the person.")
@click.option("--password", prompt=True, hide_input=True, confirmation_prompt=True)
@with_district
def account_create(services: Services, district: District, sign_in_name: str, person_name: str, password: str) -> None:
    """Give a person of the roster a way to sign in."""
    with district_transaction(services.engine, district.id) as session:
        person = session.scalar(
            select(Person.id).where(
                Person.district_id == district.id,
                (Person.sourced_id == person_name) | (Person.identifier == person_name),
            )
        )
        if person is None:
            raise click.ClickException(f"There is no person {person_name!r} in the roster of {district.name}.")
        try:
            create_account(session, district.id, sign_in_name, password, person, services.clock())
        except AccountError as error:
            raise click.ClickException(str(error)) from error
        about = students_among(session, district.id, [person])
        record(session, district.id, SYSTEM, Act.ACCOUNT_MADE, services.clock(), about, detail={"person": person})
        session.commit()
    click.echo(f"{sign_in_name} can sign in.")


def _register() -> None:
    parts: tuple[Any, ...] = (
        cli_breach,
        cli_calendar,
        cli_client,
        cli_curriculum,
        cli_grades,
        cli_graph,
        cli_graph_versions,
        cli_letters,
        cli_key,
        cli_measurement,
        cli_methods,
        cli_roster,
        cli_responses,
        cli_operations,
        cli_pace,
        cli_provider,
        cli_readiness,
        cli_records,
        cli_programmes,
        cli_retention,
        cli_people,
        cli_places,
        cli_policy,
        cli_clock,
        cli_district,
        cli_evaluate,
        cli_calibrate,
        cli_calibration,
        cli_second_factor,
        cli_state_results,
    )
    for part in parts:
        part.register(main)


_register()
