"""`mastery import state-results`: results of state tests into their own ledger, from a file."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from api.actions.desk import Desk
from api.actions.state_results import take_in
from api.context import print_json, with_district
from api.interop.csv_table import UnreadableError
from api.interop.state_results_file import read_state_results
from api.services import Services
from models.district import District
from models.unit_of_work import district_transaction

_SHOWN = 20


@click.command("state-results")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
@click.option("--json", "as_json", is_flag=True, help="For programs; lists every row that is wrong.")
@with_district
def state_results(services: Services, district: District, file: Path, dry_run: bool, as_json: bool) -> None:
    """Take in results of state tests: a CSV with the columns student,test,administration,taken_on,level.

    Columns subject, score and passed (yes or no) may be there too. They are shown beside local levels and change none.
    All rows come in or, where one is wrong, none; again is harmless, and another value is a correction. A row whose
    student nobody knows is held, and comes in with a later import once somebody does.
    """
    try:
        read = read_state_results(file.read_bytes())
    except UnreadableError as error:
        raise click.ClickException(str(error)) from error
    if read.problems:
        if as_json:
            print_json({"problems": [asdict(one) for one in read.problems]})
        else:
            click.echo("Nothing was changed. To mend in the file:", err=True)
            for one in read.problems[:_SHOWN]:
                click.echo(f"  line {one.line}, {one.field}: {one.message}", err=True)
            if len(read.problems) > _SHOWN:
                click.echo(f"  and {len(read.problems) - _SHOWN} more; --json lists all", err=True)
        raise SystemExit(1)
    with district_transaction(services.engine, district.id) as session:
        done = take_in(session, Desk(district.id), read.rows, services.clock())
        if not dry_run:
            session.commit()
    if as_json:
        print_json({"dry_run": dry_run, **asdict(done), "problems": []})
        return
    would = "It would be so" if dry_run else "State results"
    click.echo(
        f"{would}: {done.added} added, {done.corrected} corrected, {done.unchanged} as they were,"
        f" {done.held} held for a student whom nobody knows, {done.released} of those held before taken in."
    )


def register(cli: Any) -> None:
    """Add the command to `mastery import`."""
    cli.commands["import"].add_command(state_results)
