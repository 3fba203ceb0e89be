"""Scored records for tests of score rules, each different from a plain one only in what the test is about."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from evidence_records import moment

from mastery.evidence import Feedback, OrderKey, Purpose
from mastery.methods import FirstTry, Scored


def scored(result: int, **changes: object) -> Scored:
    """A formative sitting of the day `result`, scored as a whole, all right, with feedback and without a level."""
    at = moment(result)
    plain = Scored(
        OrderKey(at, at, "lms", f"r{result:06}"), result, Purpose.FORMATIVE, Feedback.IMMEDIATE, Fraction(1),
        Fraction(1), None,
    )  # fmt: skip
    return plain._replace(**changes)


def at_levels(values: Sequence[float | None]) -> list[Scored]:
    """One record a day at each of these levels, oldest first; None is a record without a level."""
    return [
        scored(n, level=None if value is None else Fraction(str(value)), share=Fraction(1, 2))
        for n, value in enumerate(values)
    ]


def with_items(result: int, shares: Sequence[float], **changes: object) -> Scored:
    """A sitting of one first try at each of several items of one point."""
    tries = tuple(FirstTry(f"i{n:03}", Fraction(str(share)), Fraction(1)) for n, share in enumerate(shares))
    whole = sum((one.share for one in tries), Fraction()) / len(tries)
    return scored(result, items=len(tries), first_tries=tries, share=whole, possible=Fraction(len(tries)), **changes)


def one_by_one(answers: Sequence[float]) -> list[Scored]:
    """One sitting of one item a day."""
    return [with_items(n, [answer]) for n, answer in enumerate(answers)]


def summed(result: int, shares: Sequence[float], **changes: object) -> Scored:
    """A test without feedback between its items."""
    return with_items(result, shares, feedback=Feedback.NONE, **changes)
