"""Sets of answers for tests: rows as a file has them, and made-up ones."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class Given(NamedTuple):
    """A row of a file of answers."""

    user: str
    item: str
    skill: str
    correct: float
    timestamp: float = 0.0


def made_up(students: int, rows: int, seed: int = 0, items: int = 40, skills: int = 6) -> list[Given]:
    """Random answers, rows of all students mixed; each item belongs to one skill."""
    random = np.random.default_rng(seed)
    chosen = random.integers(0, items, rows).tolist()
    return [
        Given(f"u{user}", f"i{item}", f"s{item % skills}", float(right))
        for user, item, right in zip(
            [*range(students), *random.integers(0, students, rows - students).tolist()],
            chosen,
            random.integers(0, 2, rows).tolist(),
            strict=True,
        )
    ]
