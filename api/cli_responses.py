"""`mastery import responses` and `mastery replay`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from api.actions import replay as actions
from api.actions.flag_evaluation import evaluate_flags
from api.actions.responses import ResponsesError, import_responses
from api.context import print_json, with_district, with_services
from api.services import Services
from models.district import District
from models.statistics import Statistics


@click.command("responses")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--q-matrix", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="item_id,base_skill")
@click.option("--district", "district_name", required=True, metavar="NAME", help="The sandbox district to fill.")
@click.option("--json", "as_json", is_flag=True)
@with_services
def responses(services: Services, file: Path, q_matrix: Path | None, district_name: str, as_json: bool) -> None:
    """Send a file of answers through the ingest path into a sandbox district."""
    try:
        with (
            Statistics(services.installation.owner_dsn) as statistics,
            click.progressbar(length=1, label="Taking in answers", file=sys.stderr) as bar,
        ):

            def advance(done: int, total: int) -> None:
                bar.length = total
                bar.update(done - bar.pos)
                statistics.follow_growth()

            done = import_responses(services.intake, file, district_name, services.clock(), q_matrix, advance)
            statistics.refresh()
    except ResponsesError as error:
        raise click.ClickException(str(error)) from error
    if as_json:
        print_json(done)
    else:
        again = f", going on from row {done.resumed_at}" if done.resumed_at else ""
        click.echo(f"{done.rows} rows in {done.district}: {done.accepted} accepted, {done.duplicate} known{again}.")


@click.command("replay")
@click.option("--verify", is_flag=True, help="Change nothing; prove that what is stored follows from evidence.")
@click.option("--json", "as_json", is_flag=True)
@with_district
def replay(services: Services, district: District, verify: bool, as_json: bool) -> None:
    """Rebuild everything that follows from a district's evidence."""
    with Statistics(services.installation.owner_dsn) as statistics:
        statistics.refresh()
    total = actions.count_students(services.engine, district.id)
    label = "Verifying" if verify else "Rebuilding"
    with click.progressbar(length=max(total, 1), label=label, file=sys.stderr) as bar:
        if verify:
            proved = actions.verify(services.engine, district.id, bar.update)
        else:
            rebuilt = actions.replay(services.engine, district.id, services.clock(), bar.update)
    if not verify:
        print_json(rebuilt) if as_json else click.echo(
            f"{rebuilt.students} students, {rebuilt.rows} standings rebuilt."
        )
        return
    if as_json:
        print_json(proved)
    else:
        verdict = "all as evidence says" if not proved.differing else f"{proved.differing} DIFFER"
        click.echo(f"{proved.students} students, {proved.rows} standings: {verdict}. Digest {proved.digest}")
    if proved.differing:
        sys.exit(1)


@click.command("evaluate")
@click.option("--json", "as_json", is_flag=True)
@with_district
def evaluate(services: Services, district: District, as_json: bool) -> None:
    """Judge live flags as of now: some close because time has passed. Meant to run once a day."""
    with click.progressbar(length=1, label="Judging flags", file=sys.stderr) as bar:

        def advance(done: int, total: int) -> None:
            bar.length = total
            bar.update(done - bar.pos)

        done = evaluate_flags(services.intake, district.id, services.clock(), advance)
    if as_json:
        print_json(done)
    else:
        click.echo(f"{done.students} students with live flags, {done.closed} flags closed.")


@click.group("flags")
def flags_group() -> None:
    """Flags that tell an adult to look."""


def register(cli: click.Group) -> None:
    """Add the commands to the program."""
    imports = cli.commands["import"]
    assert isinstance(imports, click.Group)
    imports.add_command(responses)
    cli.add_command(replay)
    flags_group.add_command(evaluate)
    cli.add_command(flags_group)
