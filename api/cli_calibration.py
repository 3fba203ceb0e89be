"""`mastery calibration`: a district's own item parameters, and which of them a subject's answers are read with."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

import click

from api.actions import calibration_switch as switching
from api.actions import calibrations as actions
from api.actions.calibration_switch import Switched
from api.actions.calibrations import CalibrationsError
from api.actions.thresholds import thresholds_in_force
from api.cli_calibration_text import threshold_lines
from api.cli_choices import NEVER_CHANGED, by_whom, choice_change, choice_line
from api.context import print_json, with_district
from api.services import Services
from mastery.measure.changes import Changes
from mastery.measure.operating import ANSWERS
from mastery.policy import DEFAULT_POLICY
from models.district import District
from models.graph_store import load_graph
from models.subject_choices import ChoiceKind, choices_of
from models.unit_of_work import district_transaction

_as_json = click.option("--json", "as_json", is_flag=True, help="For programs.")
_SHOWN = 10


def register(cli: click.Group) -> None:
    """Add the group `calibration`."""
    cli.add_command(calibration)


@click.group()
def calibration() -> None:
    """The calibrations of a district's subjects: found, compared, put in force, taken back."""


@contextmanager
def _plainly() -> Iterator[None]:
    try:
        yield
    except CalibrationsError as error:
        raise click.ClickException(f"{error.field}: {error}") from error


@contextmanager
def _bar(label: str) -> Iterator[Callable[[int, int], None]]:
    with click.progressbar(length=1, label=label, file=sys.stderr) as bar:

        def advance(done: int, of: int) -> None:
            bar.length = max(of, 1)
            bar.update(done - bar.pos)

        yield advance


@calibration.command()
@click.argument("subject")
@click.option("--search", "searched", is_flag=True, help="Look for hyperparameters too, which takes far longer.")
@_as_json
@with_district
def run(services: Services, district: District, subject: str, searched: bool, as_json: bool) -> None:
    """Calibrate SUBJECT from all its evidence and store what was found; it is put in force by `activate` alone."""
    with _plainly(), _bar("Calibrating") as advance:
        done = actions.run(services.engine, district.id, subject, services.clock(), searched, advance)
    if as_json:
        print_json(done)
        return
    as_before = "" if done.stored else ": nothing new"
    click.echo(f"{subject}: calibration {done.version}{as_before}, {done.drifted} items drifted.")


@calibration.command("list")
@click.argument("subject", required=False)
@_as_json
@with_district
def listed(services: Services, district: District, subject: str | None, as_json: bool) -> None:
    """All calibrations, or those of SUBJECT, the newest first."""
    with _plainly(), district_transaction(services.engine, district.id) as session:
        found = actions.listed(session, district.id, subject)
    if as_json:
        print_json({"calibrations": found})
        return
    click.echo("\n".join(map(_line, found)) or "Nothing is calibrated yet: mastery calibration run SUBJECT")


def _line(one: dict[str, Any]) -> str:
    scale = f", on the scale of {one['anchored_to']}" if one["anchored_to"] else ""
    return (
        f"{one['subject']} {one['version']} ({one['status']}), {one['created_at']}: {one['answers']} answers of "
        f"{one['students']} students{scale}"
    )


@calibration.command()
@click.argument("subject")
@click.argument("version")
@_as_json
@with_district
def show(services: Services, district: District, subject: str, version: str, as_json: bool) -> None:
    """One calibration: how it predicts students held out, whom its threshold passes, and its items with their drift."""
    with _plainly(), district_transaction(services.engine, district.id) as session:
        found = actions.described(session, district.id, subject, version)
    if as_json:
        print_json(found)
        return
    held = found["held_out"]
    lines = [_line(found), f"Predicting {held['answers']} answers of {held['students']} students held out:"]
    lines += [
        f"  {name.replace('_', ' ')}: log-loss {held[name]['log_loss']:.4f}, AUC {_rounded(held[name]['auc'])}"
        for name in ("calibrated", "in_force", "uncalibrated")
    ]
    lines.append(_mastery_line(held["mastery"]))
    if found["thresholds"] is not None:
        lines += threshold_lines(found["thresholds"], DEFAULT_POLICY.mastery_probability)
    drifted = sorted((one for one in found["items"] if one["drifted"]), key=lambda one: -abs(one["drift"]))
    lines.append(f"{len(found['items'])} items, {len(drifted)} drifted")
    lines += [
        f"  {one['assessment']} {one['item']}: {one['drift']:+.1f} standard errors, easiness {one['easiness']:.2f}"
        for one in drifted[:_SHOWN]
    ]
    click.echo("\n".join(lines))


def _mastery_line(mastery: dict[str, Any]) -> str:
    if not mastery["points"]:
        return "Mastery: nobody answered often enough to judge it; it is told by the filter's own word"
    return (
        f"Mastery at {mastery['points']} points: log-loss {mastery['plain']:.4f} by the filter's own word, "
        f"{mastery['head']:.4f} by the head"
    )


def _rounded(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


@calibration.command()
@click.argument("subject")
@click.option("--threshold", "chosen", type=float, multiple=True, help="In place of the one in force; may be repeated.")
@click.option("--answers", type=int, multiple=True, help="Answers on each target, in fives; may be repeated.")
@_as_json
@with_district
def thresholds(
    services: Services,
    district: District,
    subject: str,
    chosen: tuple[float, ...],
    answers: tuple[int, ...],
    as_json: bool,
) -> None:
    """Whom a threshold for mastery passes in SUBJECT, by the true rate: simulated with the model in force."""
    wanted = chosen or (DEFAULT_POLICY.mastery_probability,)
    with _plainly(), _bar("Reading") as advance:
        found = thresholds_in_force(services.engine, district.id, subject, wanted, answers or ANSWERS, advance)
    if as_json:
        print_json(found)
        return
    click.echo(f"{subject}, read with {found.version}")
    for threshold in wanted:
        click.echo("\n".join(threshold_lines(asdict(found.table), threshold)))


@calibration.command()
@click.argument("subject")
@click.argument("version")
@_as_json
@with_district
def preview(services: Services, district: District, subject: str, version: str, as_json: bool) -> None:
    """What switching SUBJECT to VERSION (or to `defaults`) would change; stores nothing."""
    with _plainly(), _bar("Comparing") as advance:
        found = switching.preview(services.engine, district.id, subject, version, advance)
    if as_json:
        print_json(found)
    else:
        click.echo("\n".join(_change_lines(found)))


def _change_lines(found: Changes) -> Iterator[str]:
    yield (
        f"{found.standings} standings: {sum(found.states.values())} would have another state, "
        f"{found.levels} another level"
    )
    yield from (f"  {kind.replace('_', ' ')}: {count}" for kind, count in found.states.items())
    moved = ", ".join(f"{count} by {step} or more" for step, count in found.moved.items())
    yield f"Expected success rates move by {found.mean_move:.3f} on average: {moved}"
    yield from (
        f"  {one.student} {one.target}: {_rounded(one.before.expected)} to {_rounded(one.after.expected)}"
        for one in found.largest
    )


@calibration.command()
@click.argument("subject")
@click.argument("version")
@by_whom
@_as_json
@with_district
def activate(services: Services, district: District, subject: str, version: str, by: str | None, as_json: bool) -> None:
    """Read SUBJECT with VERSION (or `defaults`) from now on, and replay everyone in it; interrupted, say it again."""
    with _plainly(), _bar("Replaying") as advance:
        done = switching.activate(services.engine, district.id, subject, version, services.clock(), advance, by)
    _say(done, as_json)


@calibration.command()
@click.argument("subject")
@by_whom
@_as_json
@with_district
def rollback(services: Services, district: District, subject: str, by: str | None, as_json: bool) -> None:
    """Read SUBJECT with what was in force before, and replay everyone in it; interrupted, say it again."""
    with _plainly(), _bar("Replaying") as advance:
        done = switching.rollback(services.engine, district.id, subject, services.clock(), advance, by)
    _say(done, as_json)


@calibration.command()
@click.argument("subject", required=False)
@_as_json
@with_district
def history(services: Services, district: District, subject: str | None, as_json: bool) -> None:
    """Every switch and rollback of SUBJECT, or of every subject, the newest first: when, by whom, from what to what."""
    with _plainly(), district_transaction(services.engine, district.id) as session:
        found = choices_of(session, district.id, ChoiceKind.CALIBRATION, subject)
        if subject is not None and not found:
            actions.targets_of(load_graph(session, district.id), subject)
    if as_json:
        print_json({"changes": [choice_change(one, _version_of) for one in found]})
    else:
        click.echo("\n".join(choice_line(one, lambda of: _named(_version_of(of))) for one in found) or NEVER_CHANGED)


def _version_of(stored: dict[str, Any]) -> str:
    return str(stored["version"])


def _say(done: Switched, as_json: bool) -> None:
    if as_json:
        print_json(asdict(done))
        return
    as_before = "" if done.changed else " (as it was)"
    # after a rollback there is nothing before: another version is activated instead
    back = "" if done.before == done.in_force else f" A rollback leads to {_named(done.before)}."
    now = f"{done.subject} is read with {_named(done.in_force)}{as_before}"
    click.echo(f"{now}; {done.students} students replayed.{back}")


def _named(version: str) -> str:
    return f"the {version}" if version == actions.DEFAULTS else version
