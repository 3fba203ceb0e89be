"""`mastery measurement`: how far a district's estimates can be believed, and which questions mislead."""

from __future__ import annotations

import sys
from dataclasses import asdict

import click

from api.actions.calibrations import CalibrationsError
from api.actions.measurement import Ran, subjects_of
from api.actions.measurement import run as measure
from api.context import print_json, with_district
from api.services import Services
from models.district import District
from models.unit_of_work import district_transaction


def register(cli: click.Group) -> None:
    """Add the group `measurement`."""
    cli.add_command(measurement)


@click.group()
def measurement() -> None:
    """How far estimates can be believed: what was said of each answer beside what came, for the page of that name."""


@measurement.command()
@click.argument("subject", required=False)
@click.option("--all", "every", is_flag=True, help="Every subject that has answers.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@with_district
def run(services: Services, district: District, subject: str | None, every: bool, as_json: bool) -> None:
    """Measure SUBJECT, or all subjects, and store the figures in place of those before; no estimate changes.

    Interrupted, say it again: what is measured already is left as it is.
    """
    if (subject is None) != every:
        raise click.UsageError("Name a subject, or give --all.")
    if subject is not None:
        try:
            done = [_measured(services, district, subject)]
        except CalibrationsError as error:
            raise click.ClickException(f"{error.field}: {error}") from error
    else:
        done = _all_measured(services, district)
    if as_json:
        print_json({"measured": [asdict(one) for one in done]})
        return
    click.echo("\n".join(map(_line, done)) or "There are no answers to measure with yet.")


def _all_measured(services: Services, district: District) -> list[Ran]:
    with district_transaction(services.engine, district.id) as session:
        subjects = subjects_of(session, district.id)
    done = []
    for subject in subjects:
        try:
            done.append(_measured(services, district, subject))
        except CalibrationsError as error:
            click.echo(f"Left out: {error}", err=True)
    return done


def _measured(services: Services, district: District, subject: str) -> Ran:
    with click.progressbar(length=1, label=f"Measuring {subject}", file=sys.stderr) as bar:

        def advance(done: int, of: int) -> None:
            bar.length = max(of, 1)
            bar.update(done - bar.pos)

        return measure(services.engine, district.id, subject, services.clock(), advance)


def _line(done: Ran) -> str:
    as_before = "" if done.stored else ", as it was"
    terms = f"{done.terms - 1} term{'' if done.terms == 2 else 's'}"
    return (
        f"{done.subject}: {done.answers} answers of {done.students} students in {terms}, "
        f"{done.to_look_at} of {done.items} questions to look at{as_before}."
    )
