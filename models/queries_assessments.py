"""How the questions of an assessment are answered, as its page tells it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from models.assessment import Item


class FormatCount(NamedTuple):
    """So many questions of an assessment have so many options to choose from, or are scored in so many steps."""

    choices: int | None
    points: int | None
    questions: int


def has_format() -> ColumnElement[bool]:
    """Whether it was said of an item how it is answered."""
    return Item.choices.is_not(None) | Item.points.is_not(None)


def count_formats(session: Session, district_id: int, assessment_id: int) -> Sequence[FormatCount]:
    """The questions of which it was said how they are answered, counted by that; those with choices first."""
    points = case((Item.choices.is_not(None), None), else_=Item.points).label("steps")
    rows = session.execute(
        select(Item.choices, points, func.count())
        .where(Item.district_id == district_id, Item.assessment_id == assessment_id, has_format())
        .group_by(Item.choices, "steps")
        .order_by(Item.choices, "steps")
    )
    return [FormatCount(*row) for row in rows]
