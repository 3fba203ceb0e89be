"""The destruction of a district whose contract ended: every row of it, a part at a time (domain 7.8).

Each part is a transaction that also counts what it deleted, so a run that is killed goes on where it was, and what the
certificate says is what was deleted. Two at once take turns.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from api.actions.check_export import check_export
from api.actions.end_district import EndError
from mastery.calendar import today_in
from mastery.contract_end import ContractEnd, Export, Obstacle, obstacles
from models.clock import Clock
from models.district import District
from models.district_end import DistrictEnd, find_end
from models.district_export import Advance
from models.district_rows import Part, count_rows, delete_shared, delete_some, owned_tables, vacuum
from models.retention_store import holds_of
from models.unit_of_work import district_transaction

_AT_ONCE = 5000
_WHY: Mapping[Obstacle, str] = {
    Obstacle.HELD: "a legal hold stands: `mastery retention holds` lists them, and who ordered one has it lifted",
    Obstacle.NO_EXPORT: "there is no export: make one with `mastery export --out PATH` and name it with --export",
    Obstacle.EXPORT_TOO_EARLY: "the export is of before {from_}, when the last of what was sent was in: make another",
    Obstacle.OTHER_EXPORT: "destruction began with the export whose manifest has SHA-256 {begun}: name that one",
}


@dataclass(frozen=True, slots=True)
class Preview:
    """What destroying would do: rows by table, what stands against it, and the last day."""

    district: str
    ended_on: str
    destroy_by: str
    obstacles: list[str]
    rows: dict[str, int]


def preview(engine: Engine, district: District, export: Path | None, now: datetime, advance: Advance) -> Preview:
    """What stands against destroying a district, and what would go; changes nothing. Raises EndError, ExportError."""
    checked = None if export is None else check_export(export, district.slug, advance)
    with district_transaction(engine, district.id) as session:
        end = _ended(session, district).contract
        session.execute(text("SET LOCAL statement_timeout = 0"))
        rows = count_rows(session, district.id)
        found = _obstacles(session, district, end, checked, now)
    return Preview(district.slug, str(end.ended_on), str(end.last_day), found, rows)


def destroy_district(
    owner: Engine, district: District, export: Path, by: str, clock: Clock, checked: Advance, advance: Advance
) -> DistrictEnd:
    """Delete every row of a district, or go on with that; what is left of it. As the owner's role; not to be undone.

    `checked` hears of bytes of the export that were read, `advance` of rows that are gone. Raises EndError where
    something stands against it, also what came up meanwhile, and ExportError.
    """
    found = check_export(export, district.slug, checked)
    _begin(owner, district, found, by, clock())
    return delete_all(owner, district, clock, advance, lambda session: _refuse_held(session, district, clock()))


def delete_all(
    owner: Engine, district: District, clock: Callable[[], datetime], advance: Advance,
    look: Callable[[Session], None] = lambda _: None,
) -> DistrictEnd:  # fmt: skip
    """Delete a district that is being destroyed, part by part; `look` may stop each with an exception."""
    for name in owned_tables():
        part = _delete_part(owner, district.id, name, None, advance, look)
        if part.rows:
            while part.last is not None:
                part = _delete_part(owner, district.id, name, part.last, advance, look)
            vacuum(owner, name)
    with district_transaction(owner, district.id) as session:
        end = _held_end(session, district.id)
        if end.destroyed_at is None:
            look(session)
            # what a command put in meanwhile
            for name in owned_tables():
                while count := delete_some(session, district.id, name, _AT_ONCE).rows:
                    _count(end, {name: count})
            _count(end, delete_shared(session, district.id))
            end.destroyed_at = clock()
            session.commit()
        return end


def _begin(owner: Engine, district: District, export: Export, by: str, now: datetime) -> None:
    """Write down that destruction begins, with which export; nothing where it had begun with that one."""
    if not by.strip():
        raise EndError("--by is empty: name who has the district destroyed.")
    with district_transaction(owner, district.id) as session:
        end = _ended(session, district, hold=True)
        found = _obstacles(session, district, end.contract, export, now)
        if found:
            raise EndError(
                f"{district.name} is not destroyed: {'; '.join(found)}. The last day is {end.contract.last_day}."
            )
        if end.begun_at is None:
            end.export_at, end.export_sha256 = export.at, export.sha256
            end.begun_at, end.destroyed_by = now, by
            session.commit()


def _delete_part(
    owner: Engine, district_id: int, name: str, after: tuple[Any, ...] | None, advance: Advance,
    look: Callable[[Session], None],
) -> Part:  # fmt: skip
    with district_transaction(owner, district_id) as session:
        end = _held_end(session, district_id)
        if end.destroyed_at is not None:
            return Part(0, None)
        look(session)
        part = delete_some(session, district_id, name, _AT_ONCE, after)
        if part.rows:
            _count(end, {name: part.rows})
            session.commit()
    advance(part.rows)
    return part


def _count(end: DistrictEnd, removed: Mapping[str, int]) -> None:
    end.removed = end.removed | {name: end.removed.get(name, 0) + count for name, count in removed.items()}


def _held_end(session: Session, district_id: int) -> DistrictEnd:
    end = find_end(session, district_id, hold=True)
    if end is None:
        raise EndError("The end of the contract was taken back meanwhile.")
    return end


def _ended(session: Session, district: District, *, hold: bool = False) -> DistrictEnd:
    end = find_end(session, district.id, hold=hold)
    if end is None:
        raise EndError(
            f"The contract of {district.name} did not end: `mastery district end {district.slug} --on DAY --by WHO` "
            "puts that on record first."
        )
    return end


def _obstacles(
    session: Session, district: District, end: ContractEnd, export: Export | None, now: datetime
) -> list[str]:  # fmt: skip
    begun = end.begun_with.sha256 if end.begun_with else ""
    return [
        _WHY[one].format(from_=end.exported_from.isoformat(timespec="seconds"), begun=begun)
        for one in obstacles(end, export, holds_of(session, district.id), today_in(district.time_zone, now))
    ]


def _refuse_held(session: Session, district: District, now: datetime) -> None:
    """A hold that was placed since the run began stops it too."""
    if any(hold.stands(today_in(district.time_zone, now)) for hold in holds_of(session, district.id)):
        raise EndError(f"{district.name} is not destroyed any further: {_WHY[Obstacle.HELD]}.")
