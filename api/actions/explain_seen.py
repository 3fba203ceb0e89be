"""What the estimate saw of a result, answer by answer: how much of it was right and how much that counts for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mastery.sittings import Piece, Sitting


def pieces_on(sittings: Sequence[Sitting], target: int) -> dict[int, Piece]:
    """What each result says about a target, by the result's key."""
    return {sitting.result: piece for sitting in sittings for piece in sitting.pieces if piece.target == target}


def seen_documents(piece: Piece | None, items: Sequence[Sequence[Any]]) -> list[dict[str, Any]]:
    """The answers of a piece in the order of item names; `items` are the responses as they are stored.

    Nothing where the record does not count for the estimate.
    """
    if piece is None:
        return []
    names: Mapping[int, str] = {key: name for name, key, *_ in items}
    guessing = piece.guessing or (0.0,) * len(piece.items)
    points = piece.points or (1,) * len(piece.items)
    return [
        {"item": names.get(item), "share": y, "weight": weight, "guessing": chance, "points": steps}
        for item, y, weight, chance, steps in zip(piece.items, piece.ys, piece.weights, guessing, points, strict=True)
    ]
