"""`mastery district end`, `resume` and `destroy`: the end of a contract, and of all that a district had."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import click

from api.actions.deletions import DeletionsError, keep_deletions
from api.actions.destroy_district import Preview, destroy_district, preview
from api.actions.destruction_certificate import certificate, write_certificate
from api.actions.end_district import EndError, end_district, resume_district
from api.actions.export_district import ExportError
from api.cli_records import counted
from api.cli_retention import as_owner, default_file
from api.context import find_district, print_json, with_services
from api.services import Services
from models.district_end import DistrictEnd, destroyed_by_name, is_served
from models.unit_of_work import shared_transaction

_JSON = click.option("--json", "as_json", is_flag=True)


@contextmanager
def _plainly() -> Iterator[None]:
    try:
        yield
    except (EndError, ExportError, DeletionsError) as error:
        raise click.ClickException(str(error)) from error


@click.command("end")
@click.argument("name")
@click.option("--on", "day", type=click.DateTime(["%Y-%m-%d"]), required=True, help="Last day of the contract.")
@click.option("--by", required=True, help="Who says so.")
@_JSON
@with_services
def end(services: Services, name: str, day: datetime, by: str, as_json: bool) -> None:
    """Put on record that the contract of the district NAME ended: nobody of it signs in, its programs are refused."""
    district = find_district(services, name)
    with _plainly(), as_owner(services) as owner:
        done = end_district(owner, district, day.date(), by, services.clock())
    if as_json:
        print_json(done)
        return
    click.echo(f"The contract of {district.name} ended on {done.ended_on}; nobody of it comes in any more.")
    click.echo(
        f"Give it its records: mastery export --district {district.slug} --out PATH, a minute from now or later."
    )
    click.echo(f"Then, by {done.destroy_by}: mastery district destroy {district.slug} --export PATH --by WHO --out DIR")


@click.command("resume")
@click.argument("name")
@click.option("--by", required=True, help="Who says so.")
@with_services
def resume(services: Services, name: str, by: str) -> None:
    """Take back that the contract of the district NAME ended, as long as nothing of it was destroyed."""
    district = find_district(services, name)
    with _plainly(), as_owner(services) as owner:
        resume_district(owner, district, by, services.clock())
    click.echo(f"The contract of {district.name} goes on: its people and programs come in again.")


@click.command("destroy")
@click.argument("name")
@click.option(
    "--export", "path", type=click.Path(path_type=Path), help="Folder or .zip that `mastery export` made after the end."
)
@click.option("--by", help="Who has it destroyed.")
@click.option("--out", "folder", type=click.Path(path_type=Path, file_okay=False), help="Where the certificate goes.")
@click.option("--what-if", is_flag=True, help="Say what stands against it and what would go; change nothing.")
@click.option(
    "--deletions", "file", type=click.Path(path_type=Path, dir_okay=False),
    help="File that keeps what was deleted, for a restore; an embedded database has one in its data directory.",
)  # fmt: skip
@_JSON
@with_services
def destroy(
    services: Services, name: str, path: Path | None, by: str | None, folder: Path | None, what_if: bool,
    file: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """Delete every row of the district NAME, whose contract ended and which was exported, and certify that.

    It can not be undone. Interrupted, the same again goes on, and once all is gone writes the certificate again.
    """
    with _plainly(), as_owner(services) as owner:
        gone = _gone(services, name)
        if what_if and gone is None:
            district = find_district(services, name)
            with counted("bytes of the export read") as read:
                _tell(preview(services.engine, district, path, services.clock(), read), as_json)
            return
        if folder is None or (gone is None and (path is None or by is None)):
            raise click.UsageError("Give --export PATH, --by WHO and --out DIR, or --what-if.")
        if gone is None:
            assert path is not None
            assert by is not None
            district = find_district(services, name)
            with counted("bytes of the export read") as read, counted("rows") as advance:
                gone = destroy_district(owner, district, path.absolute(), by, services.clock, read, advance)
        file = file or default_file(services)
        if file is not None:
            keep_deletions(services.engine, file.absolute())
        written = write_certificate(gone, folder.absolute())
    if as_json:
        print_json(certificate(gone) | {"files": [str(one) for one in written]})
        return
    click.echo(f"{gone.name} is destroyed: {sum(gone.removed.values())} rows of {len(gone.removed)} tables.")
    click.echo("\n".join(map(str, written)))


def _gone(services: Services, name: str) -> DistrictEnd | None:
    """What is left of a district of this name, unless there is one that is served."""
    with shared_transaction(services.engine) as session:
        return None if is_served(session, name) else destroyed_by_name(session, name)


def _tell(found: Preview, as_json: bool) -> None:
    if as_json:
        print_json(asdict(found))
        return
    click.echo(f"The contract of {found.district} ended on {found.ended_on}; to be destroyed by {found.destroy_by}.")
    for one in found.obstacles:
        click.echo(f"  against it: {one}")
    for table, count in found.rows.items():
        click.echo(f"{count:>10} {table}")
    click.echo("Nothing was changed.")


def register(cli: click.Group) -> None:
    """Add the commands."""
    group = cli.commands["district"]
    assert isinstance(group, click.Group)
    for command in (end, resume, destroy):
        group.add_command(command)
