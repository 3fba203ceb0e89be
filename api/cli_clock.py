"""`mastery clock`: what time it is in an installation, and moving a demonstration's clock forward."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import click

from api.context import installation_of, print_json
from api.demonstration.world import ZONE
from models.clock import ClockError, DemonstrationClock, system_clock

_STEP = re.compile(r"([1-9][0-9]{0,4})([mhd])")
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
_LONGEST = timedelta(days=400)


class Step(click.ParamType):
    """A length of time, such as 45m, 2h or 1d."""

    name = "step"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        """The length; a usage error for anything that is none, or more than a year."""
        found = _STEP.fullmatch(str(value))
        step = int(found[1]) * _UNITS[found[2]] if found else None
        if step is None or step > _LONGEST:
            self.fail(f"{value!r} is no step forward: say 45m, 2h or 1d, at most {_LONGEST.days}d.", param, ctx)
        return step


@click.group(invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
def clock(context: click.Context, as_json: bool) -> None:
    """What time it is here: the machine's, or in a demonstration its own."""
    if context.invoked_subcommand is None:
        found = _clock(context)
        _say(found() if found else system_clock(), found, as_json)


@clock.command()
@click.argument("step", type=Step(), metavar="45m|2h|1d")
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
def advance(context: click.Context, step: timedelta, as_json: bool) -> None:
    """Move a demonstration's clock forward; it never goes back."""
    found = _clock(context)
    try:
        if found is None:
            raise ClockError("This is no demonstration: its clock is the machine's and can not be moved.")
        now = found.advance(step)
    except ClockError as error:
        raise click.ClickException(str(error)) from error
    _say(now, found, as_json)


def _clock(context: click.Context) -> DemonstrationClock | None:
    """The demonstration's clock; None on a real installation."""
    data_dir = installation_of(context).data_dir
    found = DemonstrationClock(data_dir) if data_dir is not None else None
    return found if found is not None and found.is_there else None


def _say(now: datetime, found: DemonstrationClock | None, as_json: bool) -> None:
    if as_json:
        print_json({"now": now.isoformat(), "demonstration": found is not None, "stands": bool(found and found.stands)})
        return
    if found is None:
        click.echo(f"{now:%A, %Y-%m-%d %H:%M:%S} UTC, the machine's clock.")
        return
    stands = " It stands until the demonstration is served." if found.stands else ""
    click.echo(f"{now.astimezone(ZONE):%A, %Y-%m-%d %H:%M:%S} in the demonstration district.{stands}")


def register(cli: click.Group) -> None:
    """Add the commands."""
    cli.add_command(clock)
