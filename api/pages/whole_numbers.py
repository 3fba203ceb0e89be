"""Whole numbers as addresses and forms write them: of no more digits than the database compares with a key."""

from __future__ import annotations

from flask import abort, request

MOST_DIGITS = 18


def number_of(text: str | None, digits: int = MOST_DIGITS) -> int | None:
    """The whole number that a text is; None for any other text, and for none."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) <= digits else None


def number_asked(name: str) -> int | None:
    """The whole number that an address asks for by a name, None where it does not; 404 for anything else."""
    text = request.args.get(name)
    found = number_of(text)
    return abort(404) if text is not None and found is None else found
