"""The story of an estimate as a page tells it: a sentence, a picture, and the same as a table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from api.pages.chart import Chart, Seen, lay_out
from api.pages.words import figure, short_date
from mastery.evidence import Purpose
from mastery.history import thinned

MOST_DRAWN = 60


@dataclass(frozen=True, slots=True)
class Row:
    """One point in words; `rate` and `range` are not shown without `enough` evidence."""

    at: datetime
    kind: str
    enough: bool
    rate: str
    range: str


@dataclass(frozen=True, slots=True)
class Story:
    """What is told of the estimate over time; `chart` is None while nothing may be said."""

    summary: str
    chart: Chart | None
    rows: tuple[Row, ...]
    total: int

    @property
    def is_part(self) -> bool:
        """Whether there are more points than are told."""
        return len(self.rows) < self.total


def story(document: Mapping[str, Any], zone: ZoneInfo) -> Story | None:
    """The story of the API's explanation; None where there is nothing to tell of."""
    history = document["history"]
    if not history or not history["points"]:
        return None
    points = thinned(history["points"], MOST_DRAWN)
    seen = [_seen(point) for point in points]
    return Story(
        _summary(seen, zone),
        lay_out(seen, document["policy"]["values"]["mastery_bar"]),
        tuple(_row(one) for one in seen),
        history["total"],
    )


def _seen(point: Mapping[str, Any]) -> Seen:
    estimate = point["estimate"]
    return Seen(
        datetime.fromisoformat(point["performed_at"]),
        estimate["expected"],
        estimate["low"],
        estimate["high"],
        point["enough_evidence"],
        point["purpose"] == Purpose.SUMMATIVE,
    )


def _row(seen: Seen) -> Row:
    low, high = tenths(seen.low), tenths(seen.high)
    kind = _("test") if seen.is_test else _("practice and other work")
    return Row(seen.at, kind, seen.enough, tenths(seen.rate), _("%(low)s to %(high)s", low=low, high=high))


def _summary(seen: list[Seen], zone: ZoneInfo) -> str:
    """From where to where the estimate has come, as far as it may be said."""
    said = [one for one in seen if one.enough]
    if not said:
        return ""
    first, last = said[0], said[-1]
    if len(said) == 1:
        return _("On %(day)s: about %(rate)s of 10 right.", day=short_date(first.at, zone), rate=tenths(first.rate))
    if tenths(first.rate) == tenths(last.rate):
        return _(
            "About %(rate)s of 10 right on %(first)s, and the same on %(last)s.",
            rate=tenths(first.rate),
            first=short_date(first.at, zone),
            last=short_date(last.at, zone),
        )
    return _(
        "From about %(before)s of 10 right on %(first)s to about %(now)s of 10 on %(last)s.",
        before=tenths(first.rate),
        first=short_date(first.at, zone),
        now=tenths(last.rate),
        last=short_date(last.at, zone),
    )


def tenths(share: float) -> str:
    """A share of 0..1 as so many in ten with one decimal, rounded half up: fine enough to see it move."""
    return figure(Decimal(str(share)) * 10)
