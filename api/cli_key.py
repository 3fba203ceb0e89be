"""`mastery key`: the key that signs sessions and tokens."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import click

from api.actions.keys import OVERLAP, KeyChangeError, forget_former, reseal_values, rotate_key
from api.context import print_json, with_services
from api.services import Services


@click.group()
def key() -> None:
    """The key that signs sessions and tokens."""


@key.command("rotate")
@click.option(
    "--overlap",
    default=OVERLAP.days,
    show_default=True,
    type=click.IntRange(0, 365),
    help="Days that the former key still verifies; 0 signs everybody out.",
)
@click.option("--json", "as_json", is_flag=True)
@with_services
def rotate(services: Services, overlap: int, as_json: bool) -> None:
    """Make a new key; end the service before, and start it after."""
    with _plainly():
        until = rotate_key(services, timedelta(days=overlap), services.stopwatch())
    if as_json:
        print_json({"former_verifies_until": until.isoformat()})
    else:
        click.echo(f"The key is new; what the former one signed is taken until {until:%Y-%m-%d %H:%M} UTC.")


@key.command("reseal")
@click.option("--json", "as_json", is_flag=True)
@with_services
def reseal(services: Services, as_json: bool) -> None:
    """Seal with the present key what a former one sealed: after a rotation that was interrupted or done by hand."""
    count = reseal_values(services, services.stopwatch())
    if as_json:
        print_json({"sealed_again": count})
    else:
        click.echo(f"{count} values are sealed with the present key.")


@key.command("forget-former")
@click.option("--json", "as_json", is_flag=True)
@with_services
def forget(services: Services, as_json: bool) -> None:
    """Take no former key any more, from the next start on."""
    with _plainly():
        count = forget_former(services, services.stopwatch())
    if as_json:
        print_json({"forgotten": count})
    else:
        click.echo(f"{count} former keys are forgotten from the next start of the service on.")


@contextmanager
def _plainly() -> Iterator[None]:
    try:
        yield
    except KeyChangeError as error:
        raise click.ClickException(str(error)) from error


def register(cli: click.Group) -> None:
    """Add the commands."""
    cli.add_command(key)
