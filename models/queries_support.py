"""Who of our support is in a district now, let in by whom, until when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from mastery.access import Basis
from models.links import Link
from models.queries_office import in_force
from models.roster import Person


@dataclass(frozen=True, slots=True)
class SupportLine:
    """A supporter's access: the link's key, who, let in by whom, as what, what for, until when."""

    id: int
    person: str
    granted_by: str
    role: str
    purpose: str
    until: datetime


def support_here(
    session: Session, district_id: int, now: datetime, person_id: int | None = None
) -> Sequence[SupportLine]:
    """The access of support that holds now; of one person, or of all. The first to end comes first."""
    supporter, leader = aliased(Person), aliased(Person)
    chosen = (
        select(Link, supporter, leader)
        .join(supporter, (supporter.district_id == Link.district_id) & (supporter.id == Link.person_id))
        .join(leader, (leader.district_id == Link.district_id) & (leader.id == Link.granted_by))
        .where(Link.district_id == district_id, Link.basis == Basis.SUPPORT, in_force(now), Link.ends_at.is_not(None))
        .order_by(Link.ends_at, Link.id)
    )
    if person_id is not None:
        chosen = chosen.where(Link.person_id == person_id)
    return [
        SupportLine(link.id, who.display_name, by.display_name, link.role, link.purpose, link.ends_at)
        for link, who, by in session.execute(chosen)
        if link.ends_at is not None
    ]
