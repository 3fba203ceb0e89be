"""`mastery import roster`: bring a district's roster to what a OneRoster export says."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click

from api.actions.roster import RosterReport, TooManyRemovals, take_roster
from api.context import print_json, with_district
from api.interop.oneroster import Problem, RosterUnreadable
from api.services import Services
from mastery.policy import DEFAULT_POLICY
from models.district import District

_EXAMPLES = 5
_REFUSED = 3  # exit code: nothing was changed, because too much would have ended


@click.command("roster")
@click.argument("source", type=click.Path(exists=True, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Show what would change, and change nothing.")
@click.option("--allow-removals", is_flag=True, help="Carry it out even if it ends an unusual share of the roster.")
@click.option("--json", "as_json", is_flag=True, help="Print the whole report as JSON.")
@with_district
def import_roster_command(
    services: Services, district: District, source: Path, dry_run: bool, allow_removals: bool, as_json: bool
) -> None:
    """Bring the roster to what a OneRoster 1.1 or 1.2 export says: a folder of CSV files, or a .zip.

    Nothing is deleted: what a bulk file no longer names ends today. The same files again change nothing. Exits with 3,
    and has changed nothing, if more than the safety share of what is active would end.
    """
    refused = False
    try:
        report = take_roster(
            services.intake, district.id, source, services.clock(), dry_run, allow_removals, progress_bar
        )
    except TooManyRemovals as refusal:
        report, refused = refusal.report, True
    except (RosterUnreadable, OSError) as error:
        raise click.ClickException(str(error)) from error
    if as_json:
        print_json(report.as_json() | {"dry_run": dry_run, "refused": refused})
    else:
        click.echo(describe(report))
    if refused:
        raise SystemExit(_REFUSED)


def register(cli: click.Group) -> None:
    """Add the command to the group `import`."""
    group = cli.commands["import"]
    assert isinstance(group, click.Group)
    group.add_command(import_roster_command)


@contextmanager
def progress_bar(name: str, length: int) -> Iterator[Callable[[int], None]]:
    """Progress on the error stream, so that the report on the output stays clean."""
    with click.progressbar(length=max(length, 1), label=name, file=sys.stderr) as shown:
        yield shown.update


def describe(report: RosterReport) -> str:
    """The report as text: what was wrong with the files, grouped, and what changed or would change."""
    lines = [f"OneRoster {report.version}", *_problem_lines(report.problems)]
    if report.changes_nothing:
        lines.append("The roster already is as the files say: nothing to change.")
    else:
        lines.append("Changed:" if report.applied else "Would change:")
    if report.renamed:
        lines.append(f"  {report.renamed} people have a new sourcedId and keep all that is theirs.")
    for kind, counted in report.changes.items():
        if counted.added or counted.changed or counted.ended:
            lines.append(f"  {kind:<13} {counted.added:>8} added {counted.changed:>8} changed {counted.ended:>8} ended")
    if not report.applied:
        lines.extend(_removal_lines(report))
    if report.released is not None and (report.released.accepted or report.released.waiting):
        lines.append(
            f"Of the results that waited, {report.released.accepted} came in, {report.released.rejected} were refused, "
            f"and {report.released.waiting} wait still."
        )
    return "\n".join(lines)


def _problem_lines(problems: Sequence[Problem]) -> Iterator[str]:
    groups: dict[tuple[str, str | None, str, str], list[Problem]] = {}
    for each in problems:
        groups.setdefault((each.file, each.field, each.expected, each.effect), []).append(each)
    if problems:
        yield f"{len(problems)} remarks on the files:"
    for (file, field, expected, effect), group in groups.items():
        where = file if field is None else f"{file}, {field}"
        yield f"  {where}: expected {expected}; {effect} ({len(group)})"
        for each in group[:_EXAMPLES]:
            yield f"    {'file' if each.line is None else f'line {each.line}'}: {each.found}"
        if len(group) > _EXAMPLES:
            yield f"    and {len(group) - _EXAMPLES} more; --json lists all"


def _removal_lines(report: RosterReport) -> Iterator[str]:
    for each in report.removals:
        share = DEFAULT_POLICY.roster_removal_share
        yield (
            f"This would end {each.ending} of {each.active} active {each.kind}, more than {share:.0%}: "
            "it is done only with --allow-removals."
        )
