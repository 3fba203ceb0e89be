"""`mastery retention`: how long records are kept, what is held, and the nightly end of what is due."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click
from sqlalchemy import Engine

from api.actions import schedule as acts
from api.actions.deletions import FILE, DeletionsError, keep_deletions, read_deletions, redo
from api.actions.desk import Desk
from api.actions.retention import Retained, retain
from api.cli_records import counted
from api.context import print_json, with_district, with_services
from api.services import Services
from mastery.retention_schedule import OWN_TIMES, PERMANENT, SCHEDULE, WHAT, Kind, in_force
from models.district import District
from models.holds import RetentionError, placed_holds
from models.retention_store import signed_rules
from models.unit_of_work import connect, district_transaction

_WITH_RECORD = "with the student's record"
_KINDS = click.Choice([str(kind) for kind in Kind])
_DELETIONS = click.option(
    "--deletions", "file", type=click.Path(path_type=Path, dir_okay=False),
    help="File that keeps what was deleted, for a restore; an embedded database has one in its data directory.",
)  # fmt: skip


@click.group()
def retention() -> None:
    """How long records are kept, what is held, and the end of what is due."""


@contextmanager
def as_owner(services: Services) -> Iterator[Engine]:
    """An engine of the role that owns the tables: only it can delete what is append-only."""
    engine = connect(services.installation.owner_dsn, pool_size=1)
    try:
        yield engine
    finally:
        engine.dispose()


@contextmanager
def _plainly() -> Iterator[None]:
    try:
        yield
    except (RetentionError, DeletionsError) as error:
        raise click.ClickException(str(error)) from error


@retention.command("run")
@click.option("--what-if", is_flag=True, help="Say what is due, and change nothing.")
@_DELETIONS
@click.option("--json", "as_json", is_flag=True)
@with_district
def run(services: Services, district: District, what_if: bool, file: Path | None, as_json: bool) -> None:
    """Put out of sight what is due, and delete what was out of sight for 30 days; once a night.

    Interrupted, the same again goes on; two at once do no harm. A hold keeps what it names.
    """
    with _plainly(), as_owner(services) as owner, counted("students and rows") as advance:
        done = retain(services.engine, owner, district, services.clock(), what_if=what_if, advance=advance)
        file = file or default_file(services)
        if file is not None and not what_if:
            keep_deletions(services.engine, file.absolute())
    if as_json:
        print_json(asdict(done))
    else:
        click.echo("\n".join(_told(done)))


def default_file(services: Services) -> Path | None:
    """Where an embedded installation keeps its deletions."""
    data_dir = services.installation.data_dir
    return None if data_dir is None else data_dir / FILE


def _told(done: Retained) -> Iterator[str]:
    for students, what in (
        (done.hidden, "out of sight from now on, deleted in 30 days"),
        (done.spared, "no longer due, in sight again"),
        (done.deleted, "deleted for good"),
        (done.erased, "of these erased as a person, with links and consents"),
    ):
        yield f"{len(students):>7} students {what}"
        if done.what_if:
            yield from (f"          {sourced_id}" for sourced_id in students)
    yield f"{done.held:>7} students held"
    yield f"{len(done.notices):>7} families to be told before (special education, 34 CFR 300.624)"
    yield from (f"          {one.student} by {one.by}" for one in done.notices)
    for kind, count in done.rows.items():
        yield f"{count:>7} rows of {kind} {'reduced' if kind == Kind.ITEM_RESPONSE else 'deleted'}"
    if done.what_if:
        yield "Nothing was changed."


@retention.command("schedule")
@click.option("--json", "as_json", is_flag=True)
@with_district
def schedule(services: Services, district: District, as_json: bool) -> None:
    """List how long each kind of record is kept, what it holds, and why."""
    today = services.clock().astimezone(ZoneInfo(district.time_zone)).date()
    with district_transaction(services.engine, district.id) as session:
        rules = in_force(signed_rules(session, district.id), today)
    told: list[dict[str, Any]] = [
        {
            "kind": rule.kind,
            "what": WHAT[rule.kind],
            "keep": str(rule.keep or PERMANENT) if rule.kind in OWN_TIMES else _WITH_RECORD,
            "from": rule.begins if rule.keep else None,
            "basis": rule.basis,
        }
        for rule in (rules[one.kind] for one in SCHEDULE)
    ]
    if as_json:
        print_json(told)
        return
    for one in told:
        begins = f" from {one['from']}" if one["from"] else ""
        click.echo(f"{one['kind']:<20} {one['keep']}{begins}: {one['what']}. {one['basis']}.")


@retention.command("set")
@click.argument("kind", type=_KINDS)
@click.argument("keep")
@click.option("--basis", required=True, help="Why: the law, or the schedule of the state.")
@click.option("--by", required=True, help="Who signed it.")
@click.option("--from", "begins", type=click.DateTime(["%Y-%m-%d"]), help="First day; today if not given.")
@with_district
def set_rule(
    services: Services, district: District, kind: str, keep: str, basis: str, by: str, begins: datetime | None
) -> None:
    """Keep a kind of record for another time, such as `7 years`, `90 days` or `permanent`."""
    now = services.clock()
    day = begins.date() if begins else now.astimezone(ZoneInfo(district.time_zone)).date()
    with _plainly(), district_transaction(services.engine, district.id) as session:
        acts.sign(session, Desk(district.id), acts.Time(Kind(kind), keep, basis, day), now, by)
        session.commit()
    click.echo(f"{kind}: {keep} from {day}.")


@retention.command("hold")
@click.argument("sis_id", required=False)
@click.option("--kind", type=_KINDS, help="Only this kind of record.")
@click.option("--all", "everybody", is_flag=True, help="Of all students, in place of one.")
@click.option("--reason", required=True, help="Such as the case that it is for.")
@click.option("--by", required=True, help="Who ordered it.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="Last day; else until it is lifted.")
@with_district
def hold(
    services: Services, district: District, sis_id: str | None, kind: str | None, everybody: bool, reason: str, by: str,
    until: datetime | None,
) -> None:  # fmt: skip
    """Keep the records of a student, or of all, from being deleted."""
    if everybody == (sis_id is not None):
        raise click.UsageError("Name a student by SIS id, or say --all.")
    with _plainly(), district_transaction(services.engine, district.id) as session:
        asked = acts.Hold(sis_id, Kind(kind) if kind else None, reason, until.date() if until else None)
        key = acts.place(session, Desk(district.id), asked, services.clock(), by)
        session.commit()
    click.echo(f"Hold {key} is in force.")


@retention.command("lift")
@click.argument("key", type=int)
@click.option("--by", required=True, help="Who ordered it.")
@with_district
def lift(services: Services, district: District, key: int, by: str) -> None:
    """End a hold."""
    with _plainly(), district_transaction(services.engine, district.id) as session:
        acts.lift(session, Desk(district.id), key, services.clock(), by)
        session.commit()
    click.echo(f"Hold {key} is lifted.")


@retention.command("holds")
@click.option("--json", "as_json", is_flag=True)
@with_district
def holds(services: Services, district: District, as_json: bool) -> None:
    """List the holds that nobody has lifted."""
    with district_transaction(services.engine, district.id) as session:
        found = placed_holds(session, district.id)
    if as_json:
        print_json([asdict(one) for one in found])
        return
    for one in found:
        until = f" until {one.until}" if one.until else ""
        whom = one.student or "all students"
        click.echo(f"{one.id:>5}  {whom}, {one.kind or 'every kind'}{until}: {one.reason} ({one.placed_by})")


@retention.command("redo")
@click.option(
    "--deletions", "file", type=click.Path(path_type=Path, dir_okay=False, exists=True), required=True,
    help="The file that `retention run` keeps.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True)
@with_services
def redo_command(services: Services, file: Path, as_json: bool) -> None:
    """Delete again what was deleted after a backup was taken, in the database that came from it.

    `mastery restore` does it by itself; this is for an external server, restored with its own programs.
    """
    with _plainly(), as_owner(services) as owner, counted("students and rows") as advance:
        done = redo(owner, read_deletions(file), services.clock(), advance)
    if as_json:
        print_json(done)
    else:
        click.echo(f"{done.students} students, {done.rows} rows and {done.districts} districts deleted again.")


def register(cli: click.Group) -> None:
    """Add the commands."""
    cli.add_command(retention)
