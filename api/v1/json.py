"""JSON as the standard has it: NaN and Infinity are no numbers, a name stands once, nesting has an end."""

from __future__ import annotations

import json
from typing import Any

from flask.json.provider import DefaultJSONProvider


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a JSON number")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the name {twice!r} stands twice in one object")
    return found


class StrictJSONProvider(DefaultJSONProvider):
    """Flask's provider, strict when it reads and unsorted when it writes."""

    sort_keys = False

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        try:
            return json.loads(s, parse_constant=_refuse_constant, object_pairs_hook=_unique)
        except RecursionError:
            raise ValueError("the document is nested too deeply") from None
