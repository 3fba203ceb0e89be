"""`mastery calibrate`."""

from __future__ import annotations

import json
import time
from pathlib import Path

import click

from api.actions import calibrate as actions
from api.actions.calibrate_earlier import EarlierError, read_earlier
from api.actions.responses import ResponsesError
from mastery.calibrate import Engine, report

_EVERY_SECONDS = 1.0


@click.command("calibrate")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--engine", type=click.Choice(["pyirt", "em"]), help="By default pyirt where it ends in two minutes, else em."
)
@click.option("--by-skill", is_flag=True, help="Each skill by itself; else the whole file is one dimension.")
@click.option(
    "--anchor",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="An earlier run, as --json wrote it, whose scale the new one is brought to by the items of both.",
)
@click.option("--json", "as_json", is_flag=True)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False, writable=True), help="Write here, not out.")
def calibrate(
    file: Path, engine: Engine | None, by_skill: bool, anchor: Path | None, as_json: bool, out: Path | None
) -> None:
    """Find difficulty and slope of each item from a file of answers; stores nothing in the installation."""
    try:
        earlier = None if anchor is None else read_earlier(anchor)
        first = actions.first_answers(file, by_skill)
    except (ResponsesError, EarlierError) as error:
        raise click.ClickException(str(error)) from error
    chosen = engine or actions.choose_engine(first)
    told = _Told(len(first.by_skill))
    done = []
    for one in actions.calibrate(first, chosen, told.advance):
        told.done += 1
        done.append(one if earlier is None else actions.linked(one, earlier))
    if all(one.found is None for one in done):
        raise click.ClickException(f"Nothing could be calibrated: {done[0].reason}.")
    if earlier is not None and all(one.link is None for one in done):
        reason = next(one.not_linked for one in done if one.not_linked)
        raise click.ClickException(f"Nothing could be linked: {reason}.")
    if as_json:
        _write(json.dumps(actions.document(file.name, first, done, earlier), indent=2), out)
    else:
        _write(_text(file, first, done, "" if earlier is None else earlier.name), out)


def _write(text: str, out: Path | None) -> None:
    if out is None:
        click.echo(text)
        return
    try:
        out.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise click.ClickException(f"{out} can not be written: {error.strerror}.") from error
    click.echo(f"Written to {out}.", err=True)


def _text(file: Path, first: actions.FirstAnswers, done: list[actions.Calibrated], earlier: str) -> str:
    parts = [f"{file.name}: {first.rows:,} rows, {first.answers:,} of them first answers"]
    for one in done:
        name = file.name if one.skill is None else f"Skill {one.skill}"
        if one.found is None:
            parts.append(f"{name}: not calibrated, {one.reason}")
            continue
        if one.not_linked:
            parts.append(f"{name}: not linked, {one.not_linked}; it is told on its own scale")
        parts.append(report(one.found, name, one.link, earlier))
    return "\n\n".join(parts)


class _Told:
    """Says on standard error how far a long calibration has come, at most once a second."""

    def __init__(self, skills: int) -> None:
        self.done, self._skills, self._next = 0, skills, time.monotonic() + _EVERY_SECONDS

    def advance(self, iteration: int, change: float | None) -> None:
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + _EVERY_SECONDS
        which = f"skill {self.done + 1} of {self._skills}, " if self._skills > 1 else ""
        how = "" if change is None else f", largest change {change:.5f}"
        click.echo(f"Calibrating: {which}pass {iteration}{how}", err=True)


def register(cli: click.Group) -> None:
    """Add the command to the program."""
    cli.add_command(calibrate)
