"""Whole numbers of addresses and forms: what is one, and that nothing else reaches the database."""

from __future__ import annotations

import pytest
from flask import Flask
from werkzeug.exceptions import NotFound

from api.pages.whole_numbers import MOST_DIGITS, number_asked, number_of


@pytest.mark.parametrize(
    ("text", "number"),
    [("0", 0), ("007", 7), ("9" * MOST_DIGITS, 10**MOST_DIGITS - 1), ("9" * (MOST_DIGITS + 1), None), (None, None)],
)
def test_digits_are_a_number_as_long_as_a_key_can_be(text: str | None, number: int | None) -> None:
    assert number_of(text) == number


@pytest.mark.parametrize("text", ["", " 7", "-7", "+7", "7.0", "1_000", "x", "\u0667", "\u00b2"])
def test_nothing_else_is_a_number(text: str) -> None:
    assert number_of(text) is None
    with Flask(__name__).test_request_context(query_string={"key": text}), pytest.raises(NotFound):
        number_asked("key")


def test_an_address_asks_for_a_number_or_for_none() -> None:
    with Flask(__name__).test_request_context("/?key=12"):
        assert (number_asked("key"), number_asked("another")) == (12, None)
