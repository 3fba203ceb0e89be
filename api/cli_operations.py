"""The commands that look after an installation: backup, restore, db, doctor, demo."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path

import click
from sqlalchemy.exc import OperationalError

from api.actions import doctor as examination
from api.actions import operations
from api.actions.deletions import DeletionsError
from api.actions.operations import NewerDatabaseError
from api.context import installation_of, print_json
from mastery.backups import KEPT
from models.backup import BackupError
from models.clock import system_clock
from models.embedded import EmbeddedError
from models.installation import Installation, InstallationError, default_data_dir

_MEGABYTE = 1 << 20


@contextmanager
def _plainly() -> Iterator[None]:
    """Tell what went wrong as a sentence."""
    try:
        yield
    except (BackupError, DeletionsError, EmbeddedError, InstallationError, NewerDatabaseError) as error:
        raise click.ClickException(str(error)) from error
    except OperationalError as error:
        raise click.ClickException(f"The database can not be reached: {error.orig}") from error


@contextmanager
def _with_server(context: click.Context) -> Iterator[Installation]:
    """The installation, with its embedded server running while the command does."""
    with _plainly():
        installation = installation_of(context)
        server = installation.server()
        if server is None:
            yield installation
            return
        with server:
            yield installation


@contextmanager
def _megabytes(what: str) -> Iterator[Callable[[int], None]]:
    """Progress on stderr: how much went through, redrawn where that is a terminal."""
    done = shown = 0
    terminal = sys.stderr.isatty()

    def advance(count: int) -> None:
        nonlocal done, shown
        done += count
        if terminal and done // _MEGABYTE > shown:
            shown = done // _MEGABYTE
            click.echo(f"\r{what}: {shown} MB", nl=False, err=True)

    click.echo(f"{what} ...", nl=not terminal, err=True)
    try:
        yield advance
    finally:
        if terminal:
            click.echo(err=True)
    click.echo(f"{what}: {done / _MEGABYTE:.1f} MB", err=True)


@click.command()
@click.argument("target", type=click.Path(path_type=Path), metavar="FILE|DIR")
@click.option(
    "--keep-days", type=click.IntRange(1), metavar="DAYS",
    help=f"Then delete what is older in DIR, such as {KEPT.days}: whole backups of this database alone.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
def backup(context: click.Context, target: Path, keep_days: int | None, as_json: bool) -> None:
    """Write a whole copy of the database while the service runs, to FILE or under a name with the time into DIR.

    The installation's own secrets are not in it; children's data are: keep it as safely as the service.
    """
    removed: list[Path] = []
    now = system_clock()
    with _with_server(context) as installation, _megabytes("Copying") as advance:
        if keep_days is None:
            path, manifest = operations.back_up(installation, target.absolute(), now, advance)
        else:
            keep = timedelta(days=keep_days)
            path, manifest, removed = operations.back_up_into(installation, target.absolute(), keep, now, advance)
    if as_json:
        print_json({"file": str(path), **asdict(manifest), "deleted": [str(one) for one in removed]})
        return
    click.echo(f"{path}: {sum(manifest.rows.values())} rows of {len(manifest.rows)} tables, whole.")
    for one in removed:
        click.echo(f"{one}: older than {keep_days} days, deleted.")


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--data-dir", type=click.Path(path_type=Path, file_okay=False), help="Where to bring it up.")
@click.option("--force", is_flag=True, help="Replace what is there; a backup of it is taken first.")
@click.option(
    "--deletions", type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="What `retention run` deleted since, from another place; what this installation knows is taken anyway.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
def restore(
    context: click.Context, file: Path, data_dir: Path | None, force: bool, deletions: Path | None, as_json: bool
) -> None:
    """Bring a backup up in an empty installation, prove it against its evidence, and put it in place at the end.

    What was deleted for good after the backup was taken is deleted again before that.
    """
    named = data_dir or context.find_root().params["data_dir"] or default_data_dir()
    with _plainly(), _megabytes("Restoring") as advance:
        done = operations.restore(file.absolute(), named.absolute(), force, system_clock(), advance, deletions)
    if as_json:
        print_json(done)
        return
    if done.put_aside:
        click.echo(f"What was there is in {done.put_aside}.")
    click.echo(
        f"Restored the backup of {done.backup.created_at} into {done.data_dir}: "
        f"{sum(done.backup.rows.values())} rows, schema {done.migration}."
    )
    if done.redone.students or done.redone.rows or done.redone.districts:
        click.echo(
            f"Deleted again: {done.redone.students} students, {done.redone.rows} other rows and "
            f"{done.redone.districts} districts."
        )
    proved = done.proved
    click.echo(
        f"Rebuilt from evidence: {proved.students} students in {proved.districts} districts, {proved.rows} rows, "
        f"{proved.differing} differing."
    )
    if proved.differing:
        click.echo(
            "Some derived rows are not what the evidence leads to: run `mastery replay` for each district.", err=True
        )


@click.group()
def db() -> None:
    """The database of an installation."""


@db.command("status")
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
def db_status(context: click.Context, as_json: bool) -> None:
    """Say where the schema stands beside this version of the program."""
    with _with_server(context) as installation:
        found = operations.database_status(installation)
    if as_json:
        print_json(found)
        return
    click.echo(f"schema   {found.migration or 'none'} ({found.state}; this version's newest is {found.newest})")
    click.echo(f"server   PostgreSQL {found.server_version}")
    click.echo(f"holds    {found.districts} districts in {found.bytes / _MEGABYTE:.1f} MB")


@db.command("upgrade")
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
def db_upgrade(context: click.Context, as_json: bool) -> None:
    """Bring the schema to the newest that this version knows; take a backup first."""
    with _with_server(context) as installation:
        done = operations.upgrade_database(installation)
    if as_json:
        mended = [asdict(gap) for gap in done.mended]
        print_json({"from": done.before, "to": done.after, "mended": mended})
        return
    if done.before == done.after:
        click.echo(f"The schema already is the newest, {done.after}.")
    else:
        click.echo(f"Schema {done.before or 'none'} -> {done.after}.")
    for gap in done.mended:
        click.echo(f"Put right: {gap.table} {gap.what}.")


@click.command()
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
def doctor(context: click.Context, as_json: bool) -> None:
    """Say what is wrong with an installation and how to mend it; exit 1 where something is."""
    data_dir: Path | None = context.find_root().params["data_dir"]
    found = examination.examine(data_dir)
    if as_json:
        print_json({"healthy": found.healthy, "checks": [asdict(check) for check in found.checks]})
    else:
        for check in found.checks:
            click.echo(f"{check.status:<5} {check.name}: {check.sentence}")
            if check.mend:
                click.echo(f"      mend: {check.mend}")
    if not found.healthy:
        context.exit(1)


@click.group()
def demo() -> None:
    """The demonstration district."""


@demo.command("load")
@click.option(
    "--fixed-passwords", is_flag=True, help="The same well-known password everywhere; never where others are."
)
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
def demo_load(context: click.Context, fixed_passwords: bool, as_json: bool) -> None:
    """Make an installation without districts a demonstration, or complete it, and print who can sign in."""
    from api.demonstration.loader import DemonstrationError, load

    with _with_server(context) as installation:
        try:
            loaded = load(installation, fixed_passwords, lambda line: click.echo(line, err=True))
        except DemonstrationError as error:
            raise click.ClickException(str(error)) from error
    if as_json:
        print_json([account._asdict() for account in loaded.accounts])
        return
    for account in loaded.accounts:
        click.echo(
            f"{account.role:<14} {account.sign_in_name:<30} {account.password:<20} {account.name}, {account.who}"
        )


def register(cli: click.Group) -> None:
    """Add the commands."""
    for command in (backup, restore, db, doctor, demo):
        cli.add_command(command)
