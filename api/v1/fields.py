"""Strict wire fields: a wrong type is refused with its right form, never converted by guess."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from marshmallow import ValidationError, fields

MAX_NAME = 200


class Name(fields.Field[str]):
    """A non-empty string of at most `longest` characters, without control characters."""

    def __init__(self, longest: int = MAX_NAME, **kwargs: Any) -> None:
        self.longest = longest
        kwargs.setdefault("metadata", {}).update(type="string", minLength=1, maxLength=longest)
        super().__init__(**kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        if not isinstance(value, str):
            raise ValidationError(f"is {describe(value)}; give a string")
        if not value.strip():
            raise ValidationError("is empty; give at least one character")
        if len(value) > self.longest:
            raise ValidationError(f"has {len(value)} characters; give at most {self.longest}")
        if not value.isprintable() or any("\ud800" <= character <= "\udfff" for character in value):
            raise ValidationError("contains control characters; give printable text")
        return value


class Number(fields.Field[float]):
    """A finite JSON number; never a string, never a boolean."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("metadata", {}).update(type="number")
        super().__init__(**kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ValidationError(f"is {describe(value)}; give a number")
        try:
            number = float(value)
        except OverflowError:
            raise ValidationError("is too large; give a finite number") from None
        if not math.isfinite(number):
            raise ValidationError("is not finite; give a finite number")
        return number


class Whole(fields.Field[int]):
    """A JSON integer that fits 31 bits; 2.7, "2" and true are refused, 2.0 is 2."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("metadata", {}).update(type="integer")
        super().__init__(**kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int | float) or value != value or value in (1e999, -1e999):
            raise ValidationError(f"is {describe(value)}; give a whole number")
        if value != int(value):
            raise ValidationError(f"is {value}; give a whole number")
        if abs(value) > 2**31 - 1:
            raise ValidationError("is too large; give a whole number below 2147483648")
        return int(value)


class Truth(fields.Field[bool]):
    """True or false of JSON; never a number, never a word."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("metadata", {}).update(type="boolean")
        super().__init__(**kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> bool:
        if not isinstance(value, bool):
            raise ValidationError(f"is {describe(value)}; give true or false")
        return value


class Moment(fields.Field[datetime]):
    """An ISO 8601 instant with its offset from UTC."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("metadata", {}).update(type="string", format="date-time")
        super().__init__(**kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> datetime:
        form = "give an ISO 8601 time with its offset, such as 2026-10-05T09:12:00-04:00"
        if not isinstance(value, str):
            raise ValidationError(f"is {describe(value)}; {form}")
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            raise ValidationError(f"is no time; {form}") from None
        if moment.utcoffset() is None:
            raise ValidationError(f"has no offset from UTC; {form}")
        if not 1900 <= moment.year <= 9998:
            raise ValidationError("is outside the years 1900 to 9998; give the true time")
        return moment

    def _serialize(self, value: datetime | None, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return value.isoformat() if value is not None else None


def describe(value: Any) -> str:
    """What a wrong value is, in JSON's words."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return "a string"
    if isinstance(value, int | float):
        return "a number"
    return "an object" if isinstance(value, Mapping) else "an array"
