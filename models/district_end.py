"""That a district's contract ended: who may no longer come in, and, once it is destroyed, what is left of it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Integer, Text, exists, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from mastery.contract_end import ContractEnd, Export
from models.base import Base
from models.district import District


class DistrictEnd(Base):
    """The end of a contract. It stays when nothing else of the district does, and holds nothing about a child.

    `id` is the key that the district has or had, `ended_by` who put the end on record, `export_sha256` of the manifest
    of the export with which destruction began, `removed` the rows deleted so far by table. Only the owner writes it.
    """

    __tablename__ = "district_end"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    slug: Mapped[str]
    name: Mapped[str]
    time_zone: Mapped[str]
    ended_on: Mapped[date]
    ended_by: Mapped[str]
    recorded_at: Mapped[datetime]
    export_sha256: Mapped[str | None] = mapped_column(Text)
    export_at: Mapped[datetime | None]
    destroyed_by: Mapped[str | None]
    begun_at: Mapped[datetime | None]
    removed: Mapped[dict[str, Any]]
    destroyed_at: Mapped[datetime | None]

    @property
    def contract(self) -> ContractEnd:
        """As the law knows it."""
        begun = self.export_at is not None and self.export_sha256 is not None
        return ContractEnd(
            self.ended_on,
            self.recorded_at,
            Export(self.export_at, self.export_sha256) if begun else None,  # type: ignore[arg-type]
        )


def has_ended(district: Any) -> ColumnElement[bool]:
    """Whether the contract of a district, by a column of keys, ended: nobody of it comes in."""
    return exists().where(DistrictEnd.id == district)


def put_end(session: Session, district: District, ended_on: date, by: str, now: datetime) -> bool:
    """Keep that a contract ended; False where that is known already."""
    statement = insert(DistrictEnd).values(
        id=district.id, slug=district.slug, name=district.name, time_zone=district.time_zone, ended_on=ended_on,
        ended_by=by, recorded_at=now, removed={},
    )  # fmt: skip
    return session.execute(statement.on_conflict_do_nothing().returning(DistrictEnd.id)).first() is not None


def find_end(session: Session, district_id: int, *, hold: bool = False) -> DistrictEnd | None:
    """The end of a district's contract; with `hold` kept from others until the transaction ends."""
    return session.get(DistrictEnd, district_id, with_for_update=True if hold else None, populate_existing=True)


def is_served(session: Session, name: str) -> bool:
    """Whether there is a district of this name or slug."""
    named = select(District.id).where((District.slug == name) | (District.name == name))
    return session.scalars(named.limit(1)).first() is not None


def destroyed_by_name(session: Session, name: str) -> DistrictEnd | None:
    """The district of this name or slug that was destroyed last."""
    return session.scalars(
        select(DistrictEnd)
        .where((DistrictEnd.slug == name) | (DistrictEnd.name == name), DistrictEnd.destroyed_at.is_not(None))
        .order_by(DistrictEnd.destroyed_at.desc())
        .limit(1)
    ).first()
