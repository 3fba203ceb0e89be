"""What the record says of a student's name and safety, as parts of the queries that list students."""

from __future__ import annotations

from collections.abc import Collection
from itertools import product
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, false, or_, select
from sqlalchemy.orm import Session, aliased

from mastery.names import FamilyRule, NameUse, ParentView, name_for
from mastery.safety import Place, Safety, appears
from models.households import NamePolicy, StudentSafety
from models.roster import Person

# the two columns that `family_rule` reads
FAMILY_RULE = (NamePolicy.parent_view, StudentSafety.display_name_to_family)


def with_family_rule(query: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    """A query of people joined with what is set about the names that their families get."""
    return query.outerjoin(NamePolicy, NamePolicy.district_id == Person.district_id).outerjoin(
        StudentSafety, (StudentSafety.district_id == Person.district_id) & (StudentSafety.student_id == Person.id)
    )


def family_rule(view: str | None, agreed: bool | None) -> FamilyRule:
    """The stored columns as the law's value."""
    return FamilyRule(None if view is None else ParentView(view), agreed)


def names_for(session: Session, district_id: int, students: Collection[int], use: NameUse) -> dict[int, str]:
    """Students' names for a use, by key: what a letter or a message to a family calls them."""
    rows = session.execute(
        with_family_rule(select(Person, *FAMILY_RULE)).where(Person.district_id == district_id, Person.id.in_(students))
    )
    return {person.id: name_for(person.names, use, family_rule(view, agreed)) for person, view, agreed in rows}


def appears_in(place: Place, person: type[Person]) -> ColumnElement[bool]:
    """Whether the student of the row may be named in a place: `mastery.safety.appears` as a condition."""
    if not appears(place, Safety()):
        return false()
    on_file = aliased(StudentSafety)
    hidden = [
        on_file.protected.is_(protected) & on_file.directory_opt_out.is_(opted_out)
        for protected, opted_out in product((False, True), repeat=2)
        if not appears(place, Safety(protected, opted_out))
    ]
    return ~exists().where(
        on_file.district_id == person.district_id, on_file.student_id == person.id, or_(false(), *hidden)
    )
