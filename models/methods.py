"""Which score rule speaks for a subject of a district, and which are shown beside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Text, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from mastery.methods import MODEL, Choice, choose
from models.base import Base, DistrictKey, ExactJSON


class SubjectMethod(Base):
    """The primary score rule of a subject and those shown beside it; a subject without a row has the model alone.

    A rule is `{"name": ..., "parameters": {name: number as text}}`, with the parameters that are not its defaults.
    """

    __tablename__ = "subject_method"

    district_id: Mapped[DistrictKey]
    subject: Mapped[str] = mapped_column(Text, primary_key=True)
    primary_method: Mapped[ExactJSON]
    beside: Mapped[ExactJSON]
    changed_at: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class Methods:
    """The primary of a subject and the rules shown beside it, in their order."""

    primary: Choice
    beside: tuple[Choice, ...] = ()

    @property
    def rule(self) -> Choice | None:
        """The primary where it is a score rule, None where it is the model."""
        return None if self.primary.name == MODEL else self.primary


THE_MODEL = Methods(Choice(MODEL))


def load_methods(session: Session, district_id: int) -> dict[str, Methods]:
    """What was chosen in a district, by subject."""
    rows = session.scalars(select(SubjectMethod).where(SubjectMethod.district_id == district_id))
    return {row.subject: read_methods({"primary": row.primary_method, "beside": row.beside}) for row in rows}


def put_methods(session: Session, district_id: int, subject: str, methods: Methods, now: datetime) -> None:
    """Store what was chosen for a subject, in place of what was."""
    written = written_methods(methods)
    values = {"primary_method": written["primary"], "beside": written["beside"], "changed_at": now}
    session.execute(
        insert(SubjectMethod)
        .values(district_id=district_id, subject=subject, **values)
        .on_conflict_do_update(index_elements=["district_id", "subject"], set_=values)
    )


def written_methods(methods: Methods) -> dict[str, Any]:
    """A choice as it is stored: `primary` and `beside`."""
    return {"primary": _written(methods.primary), "beside": [_written(one) for one in methods.beside]}


def read_methods(stored: Mapping[str, Any]) -> Methods:
    """Inverse of `written_methods`."""
    return Methods(_read(stored["primary"]), tuple(map(_read, stored["beside"])))


def _read(stored: Mapping[str, Any]) -> Choice:
    return choose(stored["name"], stored["parameters"])


def _written(choice: Choice) -> dict[str, Any]:
    return {"name": choice.name, "parameters": {name: str(value) for name, value in choice.set}}
