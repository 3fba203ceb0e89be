"""`mastery pace`: working out, in the night, where every student is beside the plans of their classes."""

from __future__ import annotations

import sys
from dataclasses import asdict
from datetime import datetime
from typing import Any

import click

from api.actions.pace import Ran, run_night
from api.context import print_json, with_district
from api.services import Services
from models.district import District


@click.group()
def pace() -> None:
    """Where students are beside the plans of their classes."""


@pace.command("run")
@click.option(
    "--on", "day", type=click.DateTime(["%Y-%m-%d"]),
    help="The day that is worked out; the last one that is over where the school is, if not given.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="For programs; lists who could not be worked out, and why.")
@with_district
def pace_run(services: Services, district: District, day: datetime | None, as_json: bool) -> None:
    """Work out and keep the pace of every class that has a plan; for each night, after midnight where the schools are.

    Interrupted, say it again: what is done stays done, and two at once do no harm. A student who can not be worked out
    stops nobody else, and is told at the end; the command then ends with 1.
    """
    with click.progressbar(length=1, label="Working out pace", file=sys.stderr) as bar:

        def advance(done: int, of: int) -> None:
            bar.length = max(of, 1)
            bar.update(done - bar.pos)

        ran = run_night(services.engine, district.id, services.clock(), advance, day.date() if day else None)
    if as_json:
        print_json(asdict(ran))
    else:
        click.echo("\n".join(_told(ran)))
    if ran.failed:
        raise SystemExit(1)


def _told(ran: Ran) -> list[str]:
    lines = [
        f"Pace of {ran.students} students in {ran.classes} classes; {ran.done_before} classes were done before, of "
        f"{ran.without_calendar} the school has no calendar on file."
    ]
    for one in ran.failed:
        whom = "all of it" if one.student is None else f"student {one.student}"
        lines.append(f"  class {one.section}, {whom}: {one.problem}")
    return lines


def register(cli: Any) -> None:
    """Add the commands to `mastery`."""
    cli.add_command(pace)
