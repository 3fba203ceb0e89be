"""The homes of a student and of the guardians, as an office keeps them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from mastery.households import Member
from models.households import Household, HouseholdMember
from models.queries_people import on
from models.roster import Person


@dataclass(frozen=True, slots=True)
class MemberLine:
    """Who is or was in a home, and how they want to be told; `id` is that of the membership."""

    id: int
    person: int
    name: str
    notice: str
    begins_on: date | None
    ends_on: date | None

    def holds(self, day: date, household: int) -> bool:
        """Whether they live there on a day."""
        return Member(household, self.person, begins_on=self.begins_on, ends_on=self.ends_on).holds(day)


@dataclass(slots=True)
class HomeLine:
    """A home with those of its members who belong to a family; `others`: how many more live there."""

    home: Household
    members: list[MemberLine] = field(default_factory=list)
    others: int = 0

    def living(self, day: date) -> frozenset[int]:
        """Who of the family lives there on a day."""
        return frozenset(one.person for one in self.members if one.holds(day, self.home.id))


def homes_near(
    session: Session, district_id: int, student: int, family: Collection[int], named: Collection[int], day: date
) -> Sequence[HomeLine]:
    """The homes in which a student lives or lived, and those where somebody of the family lives; the oldest first.

    Who else is `named` is told where they live in one of these, of others only how many they are.
    """
    lives = HouseholdMember.person_id.in_(family) & on(day, HouseholdMember)
    theirs = select(HouseholdMember.household_id).where(
        HouseholdMember.district_id == district_id, (HouseholdMember.person_id == student) | lives
    )
    query = (
        select(HouseholdMember, Household, Person)
        .join(
            Household,
            (Household.district_id == HouseholdMember.district_id) & (Household.id == HouseholdMember.household_id),
        )
        .join(Person, (Person.district_id == HouseholdMember.district_id) & (Person.id == HouseholdMember.person_id))
        .where(HouseholdMember.district_id == district_id, HouseholdMember.household_id.in_(theirs))
        .order_by(HouseholdMember.household_id, HouseholdMember.id)
    )
    found: dict[int, HomeLine] = {}
    for row, home, person in session.execute(query):
        line = found.setdefault(home.id, HomeLine(home))
        member = MemberLine(row.id, person.id, person.display_name, row.notice, row.begins_on, row.ends_on)
        if person.id == student or person.id in family or person.id in named:
            line.members.append(member)
        elif member.holds(day, home.id):
            line.others += 1
    return list(found.values())
