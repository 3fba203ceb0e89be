"""Entries of the disclosure log that were made by hand: read back, corrected, and those of which no family is told."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session, aliased

from mastery.disclosures import SEALED
from models.links import Disclosure
from models.roster import Person


@dataclass(frozen=True, slots=True)
class Entered:
    """An entry with who made it, whether a later one corrects it, and whether no family is told of it."""

    row: Disclosure
    by: str
    corrected: bool
    sealed: bool


def entered_of(
    session: Session,
    district_id: int,
    student_id: int,
    *,
    sealed: bool,
    by: int | None = None,
    keys: Collection[int] | None = None,
) -> Sequence[Entered]:
    """Entries about a student, the last made first; `sealed`: also those that no family is told.

    `by`: only whose own; `keys`: only these.
    """
    untold = Disclosure.id.in_(sealed_entries(district_id, student_id))
    newest = func.max(Disclosure.id).over(partition_by=_first(Disclosure))
    chosen = (
        select(Disclosure, Person, newest, untold)
        .join(Person, (Person.district_id == Disclosure.district_id) & (Person.id == Disclosure.entered_by))
        .where(
            Disclosure.district_id == district_id, Disclosure.student_id == student_id,
            Disclosure.happened_on.is_not(None),
        )
        .order_by(Disclosure.id.desc())
    )  # fmt: skip
    if not sealed:
        chosen = chosen.where(~untold)
    found = [
        Entered(row, person.display_name, row.id != last, hidden)
        for row, person, last, hidden in session.execute(chosen)
    ]
    return [one for one in found if (by is None or one.row.entered_by == by) and (keys is None or one.row.id in keys)]


def sealed_entries(district_id: int, student_id: int) -> Select[int]:
    """The entries about a student that no family is told: which an order seals, and which are corrected by such a one.

    When the order is lifted, a correction tells, and what was sealed stays so.
    """
    later = aliased(Disclosure)
    return select(Disclosure.id).where(
        Disclosure.district_id == district_id,
        Disclosure.student_id == student_id,
        select(later.id)
        .where(
            later.district_id == district_id, later.student_id == student_id, later.id >= Disclosure.id,
            _first(later) == _first(Disclosure), later.basis.in_(sorted(SEALED)),
        )
        .exists(),
    )  # fmt: skip


def _first(entry: type[Disclosure]) -> ColumnElement[int]:
    return func.coalesce(entry.corrects_id, entry.id)
