"""Parameters that several rules share, with their bounds."""

from __future__ import annotations

from decimal import Decimal

from mastery.methods.bkt import Bkt
from mastery.methods.words import MASTERED_FROM, Given, Parameter


def number(name: str, default: str, least: str, most: str) -> Parameter:
    """A parameter with its default and bounds, both allowed."""
    return Parameter(name, Decimal(default), Decimal(least), Decimal(most))


def count(name: str, default: int, least: int, most: int) -> Parameter:
    """A parameter that is a whole number."""
    return Parameter(name, Decimal(default), Decimal(least), Decimal(most), whole=True)


def level_from() -> Parameter:
    """The level 0..4 from which a rule says mastered."""
    return number(MASTERED_FROM, "3.0", "0.5", "4.0")


def percent_from(default: str) -> Parameter:
    """The percentage from which a rule says mastered."""
    return number(MASTERED_FROM, default, "50", "100")


def probabilities(
    prior: str, transit: str, slip: str, guess: str, most_slip: str, most_guess: str, mastered_from: str
) -> tuple[Parameter, ...]:
    """The parameters of a BKT rule."""
    return (
        number("prior", prior, "0.01", "0.99"),
        number("transit", transit, "0.01", "0.99"),
        number("slip", slip, "0.01", most_slip),
        number("guess", guess, "0.01", most_guess),
        number(MASTERED_FROM, mastered_from, "0.50", "0.999"),
    )


def model_of(given: Given) -> Bkt:
    """The BKT model of the parameters."""
    return Bkt(float(given["prior"]), float(given["transit"]), float(given["slip"]), float(given["guess"]))


def identified(given: Given) -> str:
    """With slip + guess of 1 or more, a right answer would speak against knowing."""
    together = given["slip"] + given["guess"]
    return "" if together < 1 else f"slip and guess must be less than 1 together; they are {float(together):g}"
