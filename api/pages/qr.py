"""QR codes as geometry: a template draws them, so that the security policy of pages stays strict."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

import segno

_QUIET = 4  # the empty border that readers need


@dataclass(frozen=True, slots=True)
class Qr:
    """A code: the side of its square with the empty border, in modules, and an SVG path of the dark ones."""

    side: int
    path: str


def qr(text: str) -> Qr:
    """The code of a text, at error correction M: up to 15 % of it may be dirty or folded."""
    made = segno.make(text, error="m", micro=False)
    runs = []
    for y, row in enumerate(made.matrix):
        x = 0
        for dark, signs in groupby(row):
            width = len(list(signs))
            if dark:
                runs.append(f"M{x + _QUIET} {y + _QUIET}h{width}v1h-{width}z")
            x += width
    return Qr(len(made.matrix) + 2 * _QUIET, "".join(runs))
