"""QR codes of pages are drawn module for module as the library makes them."""

from __future__ import annotations

import re

import pytest
import segno

from api.pages.qr import qr


@pytest.mark.parametrize("text", ["https://mastery.example.org/activate/1-ABCD-EFGH-JKMN", "x" * 300])
def test_a_drawing_has_exactly_the_dark_modules(text: str) -> None:
    made, plain = qr(text), segno.make(text, error="m", micro=False)
    drawn = {
        (int(x) + step, int(y))
        for x, y, width in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\3z", made.path)
        for step in range(int(width))
    }
    dark = {(x + 4, y + 4) for y, row in enumerate(plain.matrix) for x, sign in enumerate(row) if sign}
    assert drawn == dark
    assert made.side == len(plain.matrix) + 8
