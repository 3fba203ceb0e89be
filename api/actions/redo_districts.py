"""Districts that were destroyed, as the file of deletions tells of them, and their destruction in an older backup."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import partial
from typing import Any

from sqlalchemy import Engine, select

from api.actions.destroy_district import delete_all
from models.district import District
from models.district_end import DistrictEnd, find_end, put_end
from models.unit_of_work import district_transaction, shared_transaction

DISTRICT = "district"
"""The kind of deletion that is one of a whole district."""


def destroyed_districts(engine: Engine) -> list[dict[str, Any]]:
    """The districts that a database knows to be destroyed, as lines of the file of deletions."""
    with shared_transaction(engine) as session:
        rows = session.scalars(
            select(DistrictEnd).where(DistrictEnd.destroyed_at.is_not(None)).order_by(DistrictEnd.id)
        )
        return [_told(row) for row in rows]


def _told(end: DistrictEnd) -> dict[str, Any]:
    assert end.destroyed_at is not None
    return {
        "district": end.slug, "kind": DISTRICT, "key_digest": None, "through": None,
        "rule": f"district: the contract ended on {end.ended_on}", "at": end.destroyed_at.isoformat(),
        "removed": end.removed,
        "end": {
            "ended_on": end.ended_on.isoformat(), "ended_by": end.ended_by, "recorded_at": end.recorded_at.isoformat(),
            "export_at": end.export_at.isoformat() if end.export_at else None, "export_sha256": end.export_sha256,
            "destroyed_by": end.destroyed_by,
        },
    }  # fmt: skip


def is_of_destroyed(one: Mapping[str, Any], ends: Iterable[Mapping[str, Any]]) -> bool:
    """Whether a deletion is of a district that was destroyed after it, and so of nothing that could come back."""
    at = datetime.fromisoformat(one["at"])
    return one["kind"] != DISTRICT and any(
        end["district"] == one["district"] and at <= datetime.fromisoformat(end["at"]) for end in ends
    )


def redo_districts(owner: Engine, ends: Sequence[Mapping[str, Any]], advance: Callable[[int], None]) -> int:
    """Destroy again, as the owner's role, each district that a database still has; how many."""
    count = 0
    for one in ends:
        at = datetime.fromisoformat(one["at"])
        with shared_transaction(owner) as session:
            # one that was made later has the name alone in common
            found = session.scalar(select(District).where(District.slug == one["district"], District.created_at <= at))
        if found is not None:
            _begin(owner, found, one["end"], at)
            delete_all(owner, found, partial(datetime.fromisoformat, one["at"]), advance)
            count += 1
    return count


def _begin(owner: Engine, district: District, told: Mapping[str, Any], at: datetime) -> None:
    """Write down what is known of the end, so that an interrupted redo goes on as a destruction does."""
    with district_transaction(owner, district.id) as session:
        recorded_at = datetime.fromisoformat(told["recorded_at"])
        put_end(session, district, date.fromisoformat(told["ended_on"]), told["ended_by"], recorded_at)
        end = find_end(session, district.id, hold=True)
        assert end is not None
        end.export_sha256, end.destroyed_by, end.begun_at = told["export_sha256"], told["destroyed_by"], at
        end.export_at = datetime.fromisoformat(told["export_at"]) if told["export_at"] else None
        session.commit()
