"""The levels that educators signed from the body of evidence, in the order in which they stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mastery.body.judgement import JUDGEMENTS, after
from mastery.methods import Judgement
from mastery.numbers import exact
from models.roster import Person
from models.standing import Confirmation


@dataclass(frozen=True, slots=True)
class Signed:
    """One level that an educator signed: by whom (name, key, SIS id), when, and when they took it back."""

    id: int
    level: float
    reason: str
    by: str
    person: int
    identifier: str | None
    at: datetime
    taken_back: datetime | None = None


def signed_on(session: Session, district_id: int, student: int, target: int) -> list[Signed]:
    """All levels that educators signed for a student on a target, oldest first, those taken back among them."""
    rows = session.execute(
        select(Confirmation, Person)
        .join(Person, (Person.district_id == Confirmation.district_id) & (Person.id == Confirmation.by_person))
        .where(
            Confirmation.district_id == district_id,
            Confirmation.student_id == student,
            Confirmation.target_id == target,
            Confirmation.kind.in_([kind.value for kind in JUDGEMENTS]),
        )
        .order_by(Confirmation.at, Confirmation.id)
    )
    found: list[Signed] = []
    standing: tuple[int, ...] = ()
    for row, person in rows:
        if row.level is None:
            # a judgement is taken back as long as it is the newest that stands, and so is it found here
            found[standing[-1]] = replace(found[standing[-1]], taken_back=row.signed_at)
        else:
            who = (person.display_name, person.id, person.identifier)
            found.append(Signed(row.id, row.level, row.reason or "", *who, row.signed_at))
        standing = after(standing, None if row.level is None else len(found) - 1)
    return found


def judgements_of(signed: Sequence[Signed]) -> list[Judgement]:
    """Those of signed levels that stand, oldest first."""
    return [Judgement(exact(one.level), one.reason) for one in signed if one.taken_back is None]
