"""Numbers as people read them, and numbers without the loss of a digit."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction


def half_up(value: float | Decimal | Fraction, places: int = 0) -> Decimal:
    """Round half away from zero to `places` decimals, as people expect, on the shortest decimal form of the value.

    A fraction has no such form and is rounded as it is: 139/40 to two places is 3.48.
    """
    if isinstance(value, Fraction):
        whole = (abs(value) * 10**places + Fraction(1, 2)).__floor__()
        return Decimal(whole if value >= 0 else -whole).scaleb(-places)
    return Decimal(str(value)).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def exact(value: float | Decimal) -> Fraction:
    """The number that a person or a program wrote: 0.65 is 13/20, and not the binary fraction next to it."""
    return Fraction(str(value))
