"""`mastery export` and `mastery student record`: what a district has, and what it has about one student."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from api.actions.export_district import ExportError, export_district
from api.catalogues import catalogues
from api.context import print_json, with_district
from api.services import Services
from models.district import District


@contextmanager
def counted(what: str) -> Iterator[Callable[[int], None]]:
    """Progress on stderr where that is a terminal: how many went through."""
    done = 0
    terminal = sys.stderr.isatty()

    def advance(count: int) -> None:
        nonlocal done
        done += count
        if terminal:
            click.echo(f"\r{done} {what}", nl=False, err=True)

    try:
        yield advance
    finally:
        if terminal:
            click.echo(err=True)


@click.command("export")
@click.option("--out", "target", type=click.Path(path_type=Path), required=True, help="A new folder, or a new .zip.")
@click.option("--json", "as_json", is_flag=True)
@with_district
def export_command(services: Services, district: District, target: Path, as_json: bool) -> None:
    """Write all that a district has as CSV, with a manifest that says what every column means.

    It is one moment of the database, taken while the service runs, and there whole or not at all. Secrets are left
    out; children's records are in it: keep it as safely as the service.
    """
    try:
        with counted("rows") as advance:
            done = export_district(services.engine, district, target.absolute(), services.clock(), advance)
    except ExportError as error:
        raise click.ClickException(str(error)) from error
    if as_json:
        print_json(done)
    else:
        click.echo(f"{done.path}: {done.rows} rows of {done.files} tables, whole.")


@click.group()
def student() -> None:
    """What the district has about one student."""


@student.command("record")
@click.argument("sis_id")
@click.option("--out", "folder", type=click.Path(path_type=Path, file_okay=False), required=True, help="A folder.")
@click.option(
    "--language", type=click.Choice(list(catalogues())), default="en", show_default=True, help="Of the page to print."
)
@click.option("--json", "as_json", is_flag=True)
@with_district
def student_record(
    services: Services, district: District, sis_id: str, folder: Path, language: str, as_json: bool
) -> None:
    """Write a student's complete record into a folder: record.json, and record.html to read and print.

    For a family or a student who asks to see it; that it was taken is put on record.
    """
    from api.record_files import RecordError, write_record

    try:
        written = write_record(services, district, sis_id, folder.absolute(), language)
    except RecordError as error:
        raise click.ClickException(str(error)) from error
    if as_json:
        print_json({"files": [str(path) for path in written]})
    else:
        click.echo("\n".join(map(str, written)))


def register(cli: click.Group) -> None:
    """Add the commands."""
    cli.add_command(export_command)
    cli.add_command(student)
