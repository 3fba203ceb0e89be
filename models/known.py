"""What a process keeps of a district between requests: names it looked up, until a stamp says they may have changed.

Only what was committed before is kept, so that a transaction that rolls back leaves nothing behind here.
"""

from __future__ import annotations

import threading
from collections.abc import Collection

from sqlalchemy.orm import Session

from mastery.reassess import BlueprintLine
from models.readiness import blueprints_of
from models.registry import (
    KnownAssessment,
    KnownStudent,
    Stamps,
    add_items,
    find_assessments,
    find_items,
    find_students,
)

_MOST = 200_000
ItemName = tuple[int, str]


class Known:
    """Names of one district that were looked up, each part valid for one stamp."""

    def __init__(self, district_id: int) -> None:
        self._district_id = district_id
        self._lock = threading.Lock()
        self._stamps: Stamps | None = None
        self._students: dict[str, list[KnownStudent]] = {}
        self._assessments: dict[tuple[int, str], KnownAssessment] = {}
        self._items: dict[ItemName, int] = {}
        self._blueprints: dict[int, dict[int, list[BlueprintLine]]] = {}

    def at(self, stamps: Stamps) -> Known:
        """Itself, having forgotten what an older stamp stood for."""
        with self._lock:
            before = self._stamps
            if before is None or before.roster != stamps.roster or len(self._students) > _MOST:
                self._students = {}
            if before is None or before.assessments != stamps.assessments:
                self._assessments, self._blueprints = {}, {}
            if len(self._items) > _MOST:
                self._items = {}
            self._stamps = stamps
        return self

    def students(self, session: Session, names: Collection[str]) -> dict[str, list[KnownStudent]]:
        """Students by name; a name that means nobody is asked for again each time."""
        kept = self._students
        absent = [name for name in names if name not in kept]
        if absent:
            kept.update(find_students(session, self._district_id, absent))
        return {name: kept[name] for name in names if name in kept}

    def assessments(self, session: Session, client_pk: int, names: Collection[str]) -> dict[str, KnownAssessment]:
        """A client's assessments by name."""
        kept = self._assessments
        absent = [name for name in names if (client_pk, name) not in kept]
        if absent:
            found = find_assessments(session, self._district_id, client_pk, absent)
            kept.update({(client_pk, name): one for name, one in found.items()})
        return {name: kept[client_pk, name] for name in names if (client_pk, name) in kept}

    def items(self, session: Session, wanted: Collection[ItemName]) -> dict[ItemName, int]:
        """Keys of items, adding those that are not there; what this transaction adds is not kept, it may roll back."""
        kept = self._items
        absent = [name for name in wanted if name not in kept]
        if not absent:
            return {name: kept[name] for name in wanted}
        kept.update(find_items(session, self._district_id, absent))
        new = [name for name in absent if name not in kept]
        added = add_items(session, self._district_id, new) if new else {}
        return {name: kept[name] if name in kept else added[name] for name in wanted}

    def blueprints(self, session: Session, targets: Collection[int]) -> dict[int, list[BlueprintLine]]:
        """Whole blueprints of the summative assessments that name one of these targets."""
        kept = self._blueprints
        absent = [target for target in targets if target not in kept]
        if absent:
            found = blueprints_of(session, self._district_id, absent)
            for target in absent:
                kept[target] = {
                    key: lines for key, lines in found.items() if any(line.target == target for line in lines)
                }
        return {key: lines for target in targets for key, lines in kept[target].items()}


class KnownCache:
    """What this process keeps, by district."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._districts: dict[int, Known] = {}

    def of(self, district_id: int, stamps: Stamps) -> Known:
        """What is kept of a district at these stamps, which the caller read in this transaction."""
        with self._lock:
            known = self._districts.setdefault(district_id, Known(district_id))
        return known.at(stamps)
