"""The graph of a district, from its rows to the law's values; kept per process until its stamp changes."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from mastery.decide import RuleBook, TargetRule, rule_book
from mastery.estimate import Model
from mastery.graph import Edge, EdgeKind, Graph, Node, NodeKind, Prerequisites, Strength, TargetIndex, resolve_target
from mastery.graph.codes import natural_order
from mastery.graph.resolve import Resolution
from mastery.policy import DEFAULT_POLICY
from models import graph as rows
from models.calibrations import Switch, switches
from models.methods import THE_MODEL, Methods, load_methods

_MOST_RESOLVED = 100_000


@dataclass(frozen=True)
class DistrictGraph:
    """The graph as the law sees it, with the database keys of its nodes."""

    graph: Graph
    ids: dict[str, int]
    subjects: dict[int, str]
    # the statements that are translated, by language and database key
    translated: Mapping[tuple[str, int], str] = field(default_factory=dict)
    # the score rules that were chosen, by subject
    methods: Mapping[str, Methods] = field(default_factory=dict)
    # which calibrations are in force, by subject
    calibrations: Mapping[str, Switch] = field(default_factory=dict)

    def statement(self, key: int, language: str) -> str:
        """What a node says in a language; its own words where it is not translated."""
        return self.translated.get((language, key)) or self.node(key).statement

    def methods_of(self, subject: str) -> Methods:
        """The score rules of a subject; the model where nothing was chosen."""
        return self.methods.get(subject, THE_MODEL)

    @cached_property
    def index(self) -> TargetIndex:
        """All spellings, for resolving what senders write."""
        return TargetIndex(self.graph)

    def resolve(self, reference: str) -> Resolution:
        """The target that a reference means; what senders write again and again is resolved once."""
        meant = self._resolved.get(reference)
        if meant is None:
            if len(self._resolved) >= _MOST_RESOLVED:
                self._resolved.clear()
            meant = self._resolved[reference] = resolve_target(reference, self.index)
        return meant

    @cached_property
    def models(self) -> dict[str, Model]:
        """The models in force by subject, as far as they were asked for (`models.in_force`)."""
        return {}

    @cached_property
    def _resolved(self) -> dict[str, Resolution]:
        return {}

    @cached_property
    def guids(self) -> dict[int, str]:
        """GUIDs by database key."""
        return {key: guid for guid, key in self.ids.items()}

    @cached_property
    def rules(self) -> RuleBook:
        """What each target demands, by database key."""
        return rule_book(self._rule(guid, before.hard) for guid, before in self.graph.demands.items())

    def neighbourhood(self, targets: Iterable[int]) -> set[int]:
        """What a step on these targets can read or change: them, all that builds on them, and what that builds on."""
        found = set(targets)
        waiting = list(found)
        while waiting:
            for above in self.rules.dependents.get(waiting.pop(), ()):
                if above not in found:
                    found.add(above)
                    waiting.append(above)
        return found.union(*(self.rules.of(one).prerequisites for one in found))

    def prerequisites_of(self, target: int) -> tuple[int, ...]:
        """Database keys of a target's direct prerequisites in its own subject, hard and soft, in ascending order."""
        before = self.graph.order.get(self.guids[target], Prerequisites())
        found = (self.ids[guid] for guid in (*before.hard, *before.soft))
        return tuple(sorted(one for one in found if self.subjects[one] == self.subjects[target]))

    def followers(self, target: int) -> tuple[int, ...]:
        """The targets that build on a target, those that need it first, each in code order."""
        above = self.graph.followers.get(self.guids[target], Prerequisites())
        return tuple(self.ids[guid] for guid in (*above.hard, *above.soft))

    def in_order(self, targets: Iterable[int]) -> list[int]:
        """Targets so that what comes before others stands first; of what could come next, by code."""

        def place(target: int) -> tuple[int, object, int]:
            guid = self.guids[target]
            return self.graph.depth.get(guid, 0), natural_order(self.graph.label(guid)), target

        return sorted(targets, key=place)

    def node(self, key: int) -> Node:
        """The node of a database key."""
        return self.graph.nodes[self.guids[key]]

    def _rule(self, guid: str, hard: tuple[str, ...]) -> TargetRule:
        node = self.graph.nodes[guid]
        return TargetRule(
            target=self.ids[guid],
            dok=node.dok,
            credit_bearing=node.credit_bearing,
            # decisions are folded subject by subject; a prerequisite elsewhere only orders what to learn next
            prerequisites=tuple(self.ids[one] for one in hard if self.graph.nodes[one].subject == node.subject),
            bar=node.mastery_bar if node.mastery_bar is not None else DEFAULT_POLICY.mastery_bar,
            primary=self.methods_of(node.subject).rule,
        )


def load_graph(session: Session, district_id: int) -> DistrictGraph:
    """Read the whole graph of a district: six queries."""
    frameworks = session.execute(
        select(rows.Framework.id, rows.Framework.guid, rows.Framework.origin)
        .where(rows.Framework.district_id == district_id)
        .order_by(rows.Framework.origin, rows.Framework.id)
    ).all()
    guid_of_framework = {row.id: row.guid for row in frameworks}
    ids: dict[str, int] = {}
    subjects: dict[int, str] = {}
    nodes = []
    for row in session.scalars(select(rows.Node).where(rows.Node.district_id == district_id).order_by(rows.Node.id)):
        ids[row.guid] = row.id
        subjects[row.id] = row.subject
        nodes.append(node_of(row, guid_of_framework[row.framework_id]))
    origin, destination = aliased(rows.Node), aliased(rows.Node)
    edges = [
        Edge(
            origin=row.origin,
            kind=EdgeKind(row.kind),
            destination=row.destination,
            strength=Strength(row.strength) if row.strength else None,
            sequence=row.sequence,
            guid=row.guid,
        )
        for row in session.execute(
            select(
                origin.guid.label("origin"),
                rows.Edge.kind,
                destination.guid.label("destination"),
                rows.Edge.strength,
                rows.Edge.sequence,
                rows.Edge.guid,
            )
            .join(origin, (origin.district_id == rows.Edge.district_id) & (origin.id == rows.Edge.origin_id))
            .join(
                destination,
                (destination.district_id == rows.Edge.district_id) & (destination.id == rows.Edge.destination_id),
            )
            .where(rows.Edge.district_id == district_id)
            .order_by(rows.Edge.id)
        )
    ]
    return DistrictGraph(
        Graph(nodes, edges, [row.guid for row in frameworks]),
        ids,
        subjects,
        _translated(session, district_id),
        load_methods(session, district_id),
        switches(session, district_id),
    )


def _translated(session: Session, district_id: int) -> dict[tuple[str, int], str]:
    text = rows.TargetText
    found = session.execute(
        select(text.language, text.node_id, text.statement).where(
            text.district_id == district_id, text.statement.is_not(None)
        )
    )
    return {(language, key): statement for language, key, statement in found if statement}


def node_of(row: rows.Node, framework_guid: str) -> Node:
    """A row as the law's value."""
    return Node(
        guid=row.guid,
        framework=framework_guid,
        kind=NodeKind(row.kind),
        code=row.code,
        statement=row.statement,
        subject=row.subject,
        grades=tuple(row.grades),
        abbreviated=row.abbreviated,
        item_type=row.item_type,
        dok=row.dok,
        credit_bearing=row.credit_bearing,
        mastery_bar=row.mastery_bar,
        sequence=row.sequence,
        ended=row.ended,
    )


class GraphCache:
    """The graphs of the districts that this process served last, each valid for one stamp."""

    def __init__(self, districts: int = 20) -> None:
        self._districts = districts
        self._kept: OrderedDict[int, tuple[int, DistrictGraph]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, session: Session, district_id: int, stamp: int) -> DistrictGraph:
        """The graph at `stamp`, which the caller read in this transaction."""
        with self._lock:
            kept = self._kept.get(district_id)
            if kept and kept[0] == stamp:
                self._kept.move_to_end(district_id)
                return kept[1]
        loaded = load_graph(session, district_id)
        with self._lock:
            self._kept[district_id] = (stamp, loaded)
            self._kept.move_to_end(district_id)
            while len(self._kept) > self._districts:
                self._kept.popitem(last=False)
        return loaded
