"""Numbers as people read them, and numbers without the loss of a digit."""

from __future__ import annotations

from collections.abc import Sequence
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


def nearest_half(value: Fraction) -> float:
    """The nearest level in half points; what lies exactly between two is the higher one, as in `half_up`."""
    return float(half_up(value * 2) / 2)


def adding_up(parts: Sequence[float], total: float, places: int) -> list[Decimal]:
    """The parts, rounded to `places` decimals so that they add up to `half_up(total, places)`.

    Each is rounded half up; where that does not add up, the parts nearest to the next number give way, the first of
    equals first, each by one unit (largest remainder method). Each stays within one unit of itself. ValueError where
    the parts are not `total`, as near as floats can say it.
    """
    exactly = [Decimal(str(part)) for part in parts]
    unit = Decimal(1).scaleb(-places)
    if abs(sum(exactly) - Decimal(str(total))) > unit / 1000:
        raise ValueError(f"the parts add up to {sum(exactly)}, not to {total}")
    shown = [half_up(part, places) for part in exactly]
    gap = half_up(total, places) - sum(shown)
    step = unit.copy_sign(gap)
    nearest = sorted(range(len(shown)), key=lambda n: (shown[n] - exactly[n]) * step)
    for n in nearest[: int(abs(gap) / unit)]:
        shown[n] += step
    return shown


def exact(value: float | Decimal) -> Fraction:
    """The number that a person or a program wrote: 0.65 is 13/20, and not the binary fraction next to it."""
    return Fraction(str(value))
