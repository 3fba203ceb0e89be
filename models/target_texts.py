"""What targets say in several languages, and what there is to practise on them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from models.graph import TargetText


@dataclass(frozen=True, slots=True)
class Text:
    """The words of a target in one language; None where there are none of a kind."""

    statement: str | None = None
    example: str | None = None
    task: str | None = None


def put_texts(session: Session, district_id: int, texts: Iterable[tuple[int, str, Text]]) -> None:
    """Store the words of targets, by key and language, in place of what was there."""
    values = [
        {
            "district_id": district_id, "node_id": key, "language": language, "statement": text.statement,
            "example": text.example, "task": text.task,
        }
        for key, language, text in texts
    ]  # fmt: skip
    if not values:
        return
    written = insert(TargetText)
    session.execute(
        written.on_conflict_do_update(
            index_elements=["district_id", "node_id", "language"],
            set_={name: written.excluded[name] for name in ("statement", "example", "task")},
        ),
        values,
    )


def stored_texts(session: Session, district_id: int, keys: Collection[int]) -> dict[tuple[int, str], Text]:
    """The words of targets in every language that there is, by key and language."""
    found = session.scalars(
        select(TargetText).where(TargetText.district_id == district_id, TargetText.node_id.in_(keys))
    )
    return {(row.node_id, row.language): Text(row.statement, row.example, row.task) for row in found}
