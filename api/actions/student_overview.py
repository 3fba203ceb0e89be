"""One student's targets, a page of them, in the order in which they are told."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from api.actions.explain import standing_documents
from mastery.as_of import state_on
from mastery.overview import GROUP_OF, Group
from mastery.policy import DEFAULT_POLICY
from models.graph_store import DistrictGraph
from models.queries_api import standings_on
from models.queries_grid import cells_of_class
from models.standing import Standing

Told = tuple[Standing, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Overview:
    """A page of targets by group, each as stored and as the API tells it; `counts` are of all pages."""

    groups: Mapping[Group, Sequence[Told]]
    counts: Mapping[Group, int]

    @property
    def total(self) -> int:
        """How many targets there are."""
        return sum(self.counts.values())


def overview(
    session: Session,
    district_id: int,
    student: int,
    graph: DistrictGraph,
    day: date,
    zone: ZoneInfo,
    limit: int,
    offset: int,
    only: Collection[int] | None = None,
) -> Overview:
    """The targets that a student has a standing on: by group, in each by subject and in the order of prerequisites.

    `only`: no others than these are told, or counted.
    """
    known = cells_of_class(session, district_id, [student], None, zone)[student]
    told = [target for target in known if only is None or target in only]
    group_of = {target: GROUP_OF[state_on(day, target, known, graph.rules, DEFAULT_POLICY)] for target in told}
    place = {target: number for number, target in enumerate(graph.in_order(told))}
    rank = {group: number for number, group in enumerate(Group)}
    ordered = sorted(told, key=lambda target: (rank[group_of[target]], graph.subjects[target], place[target]))
    shown = ordered[offset : offset + limit]
    rows = standings_on(session, district_id, student, shown)
    stored = [rows[target] for target in shown]
    said = standing_documents(session, district_id, student, graph, stored, day)
    groups: dict[Group, list[Told]] = {}
    for target, row, document in zip(shown, stored, said, strict=True):
        groups.setdefault(group_of[target], []).append((row, document))
    of_all = list(group_of.values())
    return Overview(groups, {group: of_all.count(group) for group in Group if group in of_all})
