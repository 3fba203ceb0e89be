"""Records and acts for tests of decisions and flags, each different from a plain one only in what the test is about."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from mastery.decide import Act, ActKind, Record
from mastery.evidence import EvidenceType, OrderKey, Purpose

START = datetime(2026, 9, 1, 9, 0, tzinfo=UTC)


def moment(day: float) -> datetime:
    """`day` days after the first morning of the school year."""
    return START + timedelta(days=day)


def record(result: int, day: float = 0, *, target: int = 1, **changes: Any) -> Record:
    """A formative one-item quiz answered right, in an assessment of its own; a level is certifying if `summative`."""
    at = moment(day)
    y = changes.pop("y", 1.0)
    estimate = changes.pop("estimate", 0.5)
    summative = changes.pop("summative", None)
    if summative is not None:
        changes.setdefault("purpose", Purpose.SUMMATIVE)
        changes.setdefault("level", summative)
        changes.setdefault("certifying", True)
    plain: dict[str, Any] = {
        "order": OrderKey(at, at, "lms", f"r{result:06}"),
        "result": result,
        "assessment": result,
        "target": target,
        "purpose": Purpose.FORMATIVE,
        "evidence_type": EvidenceType.QUIZ,
        "performed_at": at,
        "local_date": at.date(),
        "level": None,
        "certifying": False,
        "dok": None,
        "counts_for_estimate": True,
        "first_tries": (y,),
        "share": y,
        "estimate_before": estimate,
        "estimate_after": estimate,
        "expected_rate": estimate,
    }
    return Record(**{**plain, **changes})


def body(first: int = 1, *, target: int = 1, day: float = 0, level: float = 3.0) -> list[Record]:
    """Three records on three days that complete BOE-1 with the third, a summative one."""
    return [
        record(first, day, target=target, estimate=0.6),
        record(first + 1, day + 1, target=target, estimate=0.8),
        record(first + 2, day + 2, target=target, estimate=0.95, summative=level),
    ]


def act(kind: ActKind, day: float, *, target: int = 1, id: int = 1, **changes: Any) -> Act:
    """An act signed on a day."""
    return Act(id, target, kind, moment(day), **changes)


def levels(values: Sequence[float], *, target: int = 1, estimate: float = 0.8) -> list[Record]:
    """One interim record a week with each of these levels."""
    return [
        record(n + 1, 7 * n, target=target, level=value, purpose=Purpose.INTERIM, estimate=estimate)
        for n, value in enumerate(values)
    ]
