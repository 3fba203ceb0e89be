"""What all tables share: naming of constraints, the column types, the owner district of a row."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    DateTime,
    Dialect,
    Float,
    ForeignKeyConstraint,
    Identity,
    Integer,
    MetaData,
    Text,
    TypeDecorator,
)
from sqlalchemy.dialects.postgresql import JSON, JSONB
from sqlalchemy.orm import DeclarativeBase, mapped_column

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Instant(TypeDecorator[datetime]):
    """A zone-aware instant, UTC inside; refuses a naive time instead of guessing its zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError(f"naive time {value!r}: give it a zone")
        return value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value if value is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """Root of all tables."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it as a class attribute
        datetime: Instant(),
        str: Text(),
        float: Float(53),
        list[str]: ARRAY(Text()),
        dict[str, Any]: JSONB(),
    }


# district_id is the first column of every key of a district-owned table (design law 10)
DistrictKey = Annotated[int, mapped_column(Integer, primary_key=True, autoincrement=False)]
Surrogate = Annotated[int, mapped_column(BigInteger, Identity(always=False), primary_key=True)]
# ids that the application allocates itself in blocks, so that a bulk insert needs no RETURNING
Allocated = Annotated[int, mapped_column(BigInteger, primary_key=True, autoincrement=False)]
Key = Annotated[int, mapped_column(BigInteger)]
KeyInPrimary = Annotated[int, mapped_column(BigInteger, primary_key=True, autoincrement=False)]
OptionalKey = Annotated[int | None, mapped_column(BigInteger)]
# text kept as it was written, because floats in it must come back to the last bit
ExactJSON = Annotated[Any, mapped_column(JSON)]


def owned(*columns: str, to: str, ondelete: str | None = None) -> ForeignKeyConstraint:
    """A foreign key inside one district: (district_id, columns...) to (district_id, id) of table `to`."""
    return ForeignKeyConstraint(
        ["district_id", *columns],
        [f"{to}.district_id", f"{to}.id"],
        ondelete=ondelete,
    )


def one_of(column: str, words: type[StrEnum] | Iterable[str]) -> CheckConstraint:
    """A closed vocabulary, held by the database as well."""
    quoted = ", ".join(f"'{word}'" for word in words)
    return CheckConstraint(f"{column} IN ({quoted})", name=column)
