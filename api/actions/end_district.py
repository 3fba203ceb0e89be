"""The end of a district's contract, put on record: from then on nobody of it signs in and its programs are refused."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Engine, delete

from mastery.audit import Act
from mastery.calendar import today_in
from models.audit import SYSTEM, record
from models.district import District
from models.district_end import DistrictEnd, find_end, put_end
from models.unit_of_work import district_transaction


class EndError(Exception):
    """What was asked of a district that ends can not be done; the message says why and what would be right."""


@dataclass(frozen=True, slots=True)
class Ended:
    """A contract that ended: its last day, from when on an export is complete, by when all must be destroyed."""

    district: str
    ended_on: date
    export_from: datetime
    destroy_by: date


def end_district(owner: Engine, district: District, ended_on: date, by: str, now: datetime) -> Ended:
    """Put on record that the contract ended on a day, as `by` says; access ends with it. Raises EndError.

    As the owner's role: the one that serves requests can not say of a district that it ended.
    """
    today = today_in(district.time_zone, now)
    if ended_on > today:
        raise EndError(f"--on {ended_on} is still to come: give the last day of the contract, {today} at the latest.")
    if not by.strip():
        raise EndError("--by is empty: name who says that the contract ended.")
    with district_transaction(owner, district.id) as session:
        if not put_end(session, district, ended_on, by, now):
            known = find_end(session, district.id)
            on = known.ended_on if known is not None else ended_on
            raise EndError(
                f"The contract of {district.name} ended on {on} already: `mastery district resume` takes that back."
            )
        end = session.get_one(DistrictEnd, district.id).contract
        detail = {"on": ended_on.isoformat(), "by": by, "destroy_by": end.last_day.isoformat()}
        record(session, district.id, SYSTEM, Act.CONTRACT_ENDED, now, detail=detail)
        session.commit()
    return Ended(district.slug, ended_on, end.exported_from, end.last_day)


def resume_district(owner: Engine, district: District, by: str, now: datetime) -> None:
    """Take an end back as the owner's role, as long as nothing was destroyed; on record. Raises EndError."""
    with district_transaction(owner, district.id) as session:
        end = find_end(session, district.id, hold=True)
        if end is None:
            raise EndError(f"The contract of {district.name} did not end: there is nothing to take back.")
        if end.begun_at is not None:
            raise EndError(f"{district.name} is being destroyed since {end.begun_at.isoformat()}: rows are gone.")
        session.execute(delete(DistrictEnd).where(DistrictEnd.id == district.id))
        detail = {"on": end.ended_on.isoformat(), "by": by}
        record(session, district.id, SYSTEM, Act.CONTRACT_RESUMED, now, detail=detail)
        session.commit()
