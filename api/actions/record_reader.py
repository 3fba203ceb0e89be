"""For whom a complete record is made, and what of it is not theirs: another guardian's words, a name kept from home."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.actions.rights import is_grown
from mastery.amendment import Step
from mastery.households import reads_message
from mastery.names import NameUse, goes_by
from models.disclosures import sealed_entries
from models.queries_names import FAMILY_RULE, family_rule, with_family_rule
from models.roster import Person

Rows = dict[str, list[Any]]
_CHOSEN = frozenset({"preferred_given_name", "preferred_family_name", "pronouns"})


@dataclass(frozen=True, slots=True)
class Reader:
    """Who a record is for: a person, None where nobody in particular asked. `chosen`: may get the chosen name.

    `sealed`: the entries of the disclosure log of which an order forbids to tell any reader.
    """

    person: int | None
    student: int
    grown: bool
    chosen: bool
    sealed: frozenset[int]

    def reads(self, author: int) -> bool:
        """Whether the reader gets what somebody of the family wrote to the school."""
        return reads_message(self.person, author, self.student, of_age=self.grown, works=False)


def name_use(session: Session, district_id: int, student: int, now: datetime) -> NameUse:
    """By which name a record that is given calls the student: of age it is the student's own, else the family's."""
    return NameUse.SCREEN if is_grown(session, district_id, student, now) else NameUse.FAMILY


def reader_of(session: Session, district_id: int, student: int, person: int | None, now: datetime) -> Reader:
    """For whom the record of a student is; the student's own where the student is of age, and nobody else asked."""
    use = name_use(session, district_id, student, now)
    grown = use is NameUse.SCREEN
    view, agreed = session.execute(
        with_family_rule(select(*FAMILY_RULE).select_from(Person)).where(
            Person.district_id == district_id, Person.id == student
        )
    ).one()
    chosen = goes_by(use, family_rule(view, agreed))
    sealed = frozenset(session.scalars(sealed_entries(district_id, student)))
    return Reader(student if grown and person is None else person, student, grown, chosen, sealed)


def for_reader(rows: Mapping[str, list[Any]], reader: Reader) -> Rows:
    """The rows of a record without what is not the reader's.

    A statement stays, whoever attached it: it goes wherever the record goes (99.21(c)).
    """
    found: Rows = dict(rows)
    if not reader.chosen:
        found["person"] = [_without(one, _CHOSEN) for one in rows["person"]]
    found["disclosure"] = [one for one in rows["disclosure"] if one["id"] not in reader.sealed]
    others = {one["id"] for one in rows["amendment"] if not reader.reads(one["asked_by"])}
    found["amendment"] = [
        _without(one, {"contested", "found", "wanted"}) if one["id"] in others else one for one in rows["amendment"]
    ]
    found["amendment_step"] = [
        _without(one, {"words"}) if one["amendment_id"] in others and one["step"] != Step.STATEMENT else one
        for one in rows["amendment_step"]
    ]
    return found


def _without(row: Mapping[str, Any], columns: frozenset[str] | set[str]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in columns}
