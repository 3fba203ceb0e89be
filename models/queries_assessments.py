"""How the questions of an assessment are answered, as its page tells it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.assessment import Item


class FormatCount(NamedTuple):
    """So many questions of an assessment have so many options to choose from."""

    choices: int
    questions: int


def count_formats(session: Session, district_id: int, assessment_id: int) -> Sequence[FormatCount]:
    """The questions that can be guessed, counted by their options, fewest options first."""
    rows = session.execute(
        select(Item.choices, func.count())
        .where(Item.district_id == district_id, Item.assessment_id == assessment_id, Item.choices.is_not(None))
        .group_by(Item.choices)
        .order_by(Item.choices)
    )
    return [FormatCount(choices, questions) for choices, questions in rows if choices is not None]
