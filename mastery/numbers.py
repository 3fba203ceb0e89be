"""Numbers as people read them."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal


def half_up(value: float | Decimal, places: int = 0) -> Decimal:
    """Round half away from zero to `places` decimals, as people expect, on the shortest decimal form of the value."""
    return Decimal(str(value)).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
