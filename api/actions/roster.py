"""Bring a district's roster to what a OneRoster export says: read, plan, carry out, release what waited for it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from api.actions.ingest import Intake
from api.actions.quarantine import Released, release
from api.interop.oneroster import Problem, open_export
from api.interop.oneroster_links import renamed_people, says
from api.interop.oneroster_records import read_sheets
from mastery.policy import DEFAULT_POLICY
from mastery.roster import Kind, Plan, Removal, Today, excessive_removals, plan
from models.queries_people import district_zone
from models.roster_store import StoredRoster, carry_out, load_roster, lock_roster, rename_people
from models.unit_of_work import district_transaction

# a long step by name and length in its own units; yields what hears of units done
Progress = Callable[[str, int], AbstractContextManager[Callable[[int], None]]]
_FILES_READ = 6


class TooManyRemovals(Exception):
    """The export would end more than the safety share; nothing was changed. Carries the report with the numbers."""

    def __init__(self, report: RosterReport) -> None:
        super().__init__("; ".join(f"{each.ending} of {each.active} {each.kind}" for each in report.removals))
        self.report = report


@dataclass(frozen=True, slots=True)
class Counted:
    """How many records of a kind a plan adds, changes and ends."""

    added: int
    changed: int
    ended: int


@dataclass(frozen=True, slots=True)
class RosterReport:
    """What an import did, or would do where `applied` is false.

    `renamed`: people who were known under another sourcedId. `removals`: kinds of which it ends more than the safety
    share. `problems`: what was wrong with the files.
    `released`: what became of the results that waited for somebody unknown; None where nothing was applied.
    """

    version: str
    applied: bool
    renamed: int
    changes: dict[Kind, Counted]
    removals: list[Removal]
    problems: list[Problem]
    released: Released | None = None

    @property
    def changes_nothing(self) -> bool:
        """Whether the roster already is as the files say."""
        return not self.renamed and not any(each.added or each.changed or each.ended for each in self.changes.values())

    def as_json(self) -> dict[str, Any]:
        """The report as plain values."""
        return asdict(self) | {"changes_nothing": self.changes_nothing}


def _silent(name: str, length: int) -> AbstractContextManager[Callable[[int], None]]:
    return nullcontext(lambda done: None)


def take_roster(
    intake: Intake,
    district_id: int,
    source: Path,
    now: datetime,
    dry_run: bool = False,
    allow_removals: bool = False,
    progress: Progress = _silent,
) -> RosterReport:
    """Import a folder or .zip in one transaction, then let in the results that waited for somebody it brings.

    Waiting results are tried even where the roster did not change: one may have been posted while an import ran.
    Raises as `import_roster` does.
    """
    with district_transaction(intake.engine, district_id) as session:
        report = import_roster(session, district_id, source, now, dry_run, allow_removals, progress)
        if dry_run:
            return report
        session.commit()
    with district_transaction(intake.engine, district_id) as session:
        released = release(session, intake, district_id, now)
        session.commit()
    return replace(report, released=released)


def import_roster(
    session: Session,
    district_id: int,
    source: Path,
    now: datetime,
    dry_run: bool = False,
    allow_removals: bool = False,
    progress: Progress = _silent,
) -> RosterReport:
    """Plan the import of a folder or .zip and, unless `dry_run`, carry it out in the caller's transaction.

    `now` is the instant by which "today" is told in each school's own zone. The caller commits. Raises RosterUnreadable
    for a set that can not be read, TooManyRemovals unless `allow_removals`; then nothing has been written.
    """
    lock_roster(session, district_id)
    export = open_export(source)
    with progress("Reading", _FILES_READ) as advance:
        sheets = read_sheets(export, lambda name: advance(1))
    stored = load_roster(session, district_id)
    names = renamed_people(sheets, stored.records)
    if names:
        stored.rename_people(names)
    today = _today(stored, district_zone(session, district_id), now)
    agreed = plan(stored.records, says(sheets, stored.records, export.problems), today)
    removals = excessive_removals(stored.records, agreed, today, DEFAULT_POLICY.roster_removal_share)
    refused = bool(removals) and not allow_removals
    applied = not (dry_run or refused)
    report = RosterReport(export.version, applied, len(names), _counted(agreed), removals, export.problems)
    if dry_run:
        return report
    if refused:
        raise TooManyRemovals(report)
    with progress("Saving", sum(_rows(each) for each in report.changes.values())) as advance:
        rename_people(session, district_id, names)
        carry_out(session, district_id, stored, agreed, advance)
    return report


def _today(stored: StoredRoster, zone: str, now: datetime) -> Today:
    zones = stored.time_zones
    dates: dict[str, date] = {each: now.astimezone(ZoneInfo(each)).date() for each in {zone, *zones.values()}}
    return lambda school: dates[zone if school is None else zones.get(school, zone)]


def _counted(agreed: Plan) -> dict[Kind, Counted]:
    return {kind: Counted(len(step.add), len(step.change), len(step.end)) for kind, step in agreed.items()}


def _rows(counted: Counted) -> int:
    return counted.added + counted.changed + counted.ended
