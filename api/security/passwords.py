"""The list of common passwords that comes with the program, so that one is refused without asking anybody outside."""

from __future__ import annotations

from functools import cache
from pathlib import Path

_LIST = Path(__file__).with_name("common_passwords.txt")


@cache
def common_passwords() -> frozenset[str]:
    """Common passwords in lower case; read at first use and kept, which takes about a megabyte."""
    _head, _empty, words = _LIST.read_text(encoding="utf-8").partition("\n\n")
    return frozenset(words.split("\n")) - {""}
