"""`mastery readiness` and `mastery tests`: whether who is called ready passes, and seats for requests that wait."""

from __future__ import annotations

import click

from api.actions.ready_report import Line, ready_report, report_document
from api.actions.seats import place_waiting
from api.context import print_json, with_district
from api.services import Services
from mastery.ready_calibration import WANTED, Verdict
from models.district import District
from models.registry import context
from models.unit_of_work import district_transaction

_SAID = {
    Verdict.NOBODY: "nobody of them has sat it yet",
    Verdict.UNSURE: "too few to say",
    Verdict.TOO_LOW: "too few pass: students are called ready too early",
    Verdict.AS_WANTED: "as wanted",
    Verdict.TOO_HIGH: "nearly all pass: students are kept waiting",
}


def register(cli: click.Group) -> None:
    """Add the groups `readiness` and `tests`."""
    cli.add_command(readiness)
    cli.add_command(tests)


@click.group()
def readiness() -> None:
    """Being ready for a test."""


@readiness.command()
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@with_district
def report(services: Services, district: District, as_json: bool) -> None:
    """Of those called ready who then sat the test, how many passed; 75 to 90% are wanted. It changes nothing."""
    with district_transaction(services.engine, district.id) as session:
        lines = ready_report(session, district.id)
    if as_json:
        print_json(report_document(lines))
        return
    click.echo(f"Wanted: {WANTED[0]:.0%} to {WANTED[1]:.0%} of those called ready pass.")
    click.echo("\n".join(map(_line, lines)) or "Nobody was called ready for a test yet.")


def _line(line: Line) -> str:
    rate = line.rate
    if rate.rate is None or rate.low is None or rate.high is None:
        return f"{line.title}: {rate.called} called ready; {_SAID[rate.verdict]}."
    return (
        f"{line.title}: {rate.passed} of {rate.sat} passed, {rate.rate:.0%} (95%: {rate.low:.0%} to {rate.high:.0%});"
        f" {rate.called} called ready; {_SAID[rate.verdict]}."
    )


@click.group()
def tests() -> None:
    """Tests as they are given."""


@tests.command()
@with_district
def place(services: Services, district: District) -> None:
    """Give seats to requests that wait and may have one now: those who became ready, or have done what comes first.

    Each night is enough; opening a window, and giving a seat back, do the same at once. Again is harmless.
    """
    with district_transaction(services.engine, district.id) as session:
        graph = services.intake.graphs.get(session, district.id, context(session, district.id).stamps.graph)
        given = place_waiting(session, district.id, graph, services.clock())
        session.commit()
    click.echo(f"{given} got a seat.")
