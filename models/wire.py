"""Values as PostgreSQL reads them in text form: exact, and far cheaper in bulk than one statement a row."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from functools import lru_cache
from itertools import chain
from typing import Any

# an encoder made once: making one is a good part of the work on a small document
exact_json = json.JSONEncoder(separators=(",", ":"), check_circular=False).encode


def parameters(rows: Sequence[Sequence[object]]) -> list[bytes | None]:
    """The values of rows of one width as parameters in text form, row after row.

    TypeError for a type that no column of ours has. Written column by column, since most columns hold one type.
    """
    return list(chain.from_iterable(zip(*map(_column, zip(*rows, strict=True)), strict=True)))


def _column(values: Sequence[Any]) -> Iterable[bytes | None]:
    kinds = set(map(type, values))
    if len(kinds) == 1:
        kind = kinds.pop()
        if kind is str:
            return map(str.encode, values)
        # the shortest repr of a float is exact; whole numbers have one form only
        if kind is int or kind is float:
            return map(str.encode, map(repr, values))
        return map(_WRITERS[kind], values)
    return [_WRITERS[type(value)](value) for value in values]


def _none(value: object) -> None:
    return None


def _number(value: object) -> bytes:
    return repr(value).encode()


def _text(value: Any) -> bytes:
    encoded: bytes = value.encode()
    return encoded


def _truth(value: object) -> bytes:
    return b"t" if value else b"f"


@lru_cache(4096)  # the times of a result are often one, and its day that of many
def _moment(value: Any) -> bytes:
    if isinstance(value, datetime) and value.tzinfo is None:
        raise ValueError(f"naive time {value!r}: give it a zone")
    written: bytes = value.isoformat().encode()
    return written


def _bytes(value: Any) -> bytes:
    written: bytes = b"\\x" + value.hex().encode()
    return written


def _array(value: Any) -> bytes:
    return b"{" + b",".join(_element(one) for one in value) + b"}"


def _element(value: object) -> bytes:
    if isinstance(value, str):
        return b'"' + value.replace("\\", "\\\\").replace('"', '\\"').encode() + b'"'
    if isinstance(value, int):
        return _number(value)
    raise TypeError(f"an array of {type(value).__name__} is not written")


class _Writers(dict[type, Callable[[Any], bytes | None]]):
    """By type; a type made of one of these, such as a word of a vocabulary, is written as it."""

    def __missing__(self, kind: type) -> Callable[[Any], bytes | None]:
        for base, writer in _BASES.items():
            if issubclass(kind, base):
                return self.setdefault(kind, writer)
        raise TypeError(f"a value of type {kind.__name__} is not written")


_BASES: dict[type, Callable[[Any], bytes | None]] = {
    type(None): _none,
    bool: _truth,
    int: _number,
    float: _number,
    str: _text,
    datetime: _moment,
    date: _moment,
    bytes: _bytes,
    list: _array,
    tuple: _array,
}
_WRITERS = _Writers(_BASES)
