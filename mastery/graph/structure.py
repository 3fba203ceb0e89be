"""The graph of one district as an index: hierarchy, equivalents, what a node stands for, and its prerequisites."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from mastery.graph.codes import natural_order
from mastery.graph.order import depths, find_cycle
from mastery.graph.values import CycleError, Edge, EdgeKind, Node, NodeKind, Strength


@dataclass(frozen=True, slots=True)
class Prerequisites:
    """The targets that come before one target, as GUIDs in code order; `inherited_from` is empty for own edges."""

    hard: tuple[str, ...] = ()
    soft: tuple[str, ...] = ()
    inherited_from: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Family:
    """The nodes whose prerequisites a family shares, and all its members."""

    lenders: tuple[str, ...]
    inside: frozenset[str]


class Graph:
    """All nodes and edges of a district, immutable once built; linear in their number to build.

    `frameworks` are framework GUIDs by precedence: among equivalent nodes the one of the earliest framework stands
    for all. A framework not named comes after the named ones. Raises ValueError for an edge to an unknown node.
    """

    def __init__(self, nodes: Iterable[Node], edges: Iterable[Edge], frameworks: Sequence[str] = ()) -> None:
        self.nodes: dict[str, Node] = {node.guid: node for node in nodes}
        self.edges = tuple(edges)
        self.frameworks = tuple(frameworks)
        self._precedence = {guid: place for place, guid in enumerate(frameworks)}
        self._above: dict[str, list[str]] = {}
        self._below: dict[str, list[str]] = {}
        self._before: dict[str, dict[str, Strength]] = {}
        self._has_order: set[str] = set()
        self._families: dict[str, _Family] = {}
        self._heirs: dict[str, list[str]] = {}
        self._sources: dict[str, list[str]] = {}
        equal: list[tuple[str, str]] = []
        for edge in self.edges:
            if edge.origin not in self.nodes or edge.destination not in self.nodes:
                raise ValueError(f"the edge {edge.key} has an end that is no node of the graph")
            if edge.kind in (EdgeKind.IS_CHILD_OF, EdgeKind.IS_PART_OF):
                self._above.setdefault(edge.origin, []).append(edge.destination)
                self._below.setdefault(edge.destination, []).append(edge.origin)
            elif edge.kind is EdgeKind.PRECEDES and edge.strength is not None:
                self._before.setdefault(edge.destination, {})[edge.origin] = edge.strength
                self._has_order.update((edge.origin, edge.destination))
            elif edge.kind is EdgeKind.EXACT_MATCH_OF:
                equal.append((edge.origin, edge.destination))
            elif edge.kind is EdgeKind.REPLACED_BY:
                self._heirs.setdefault(edge.origin, []).append(edge.destination)
                self._sources.setdefault(edge.destination, []).append(edge.origin)
        self._class_of, self._classes = equivalence_classes(equal)

    def label(self, guid: str) -> str:
        """What a person calls the node."""
        return self.nodes[guid].label

    def in_order(self, guids: Iterable[str]) -> tuple[str, ...]:
        """The nodes in natural order of their codes, each once."""
        return tuple(sorted(set(guids), key=lambda guid: (natural_order(self.label(guid)), guid)))

    def equivalents(self, guid: str) -> tuple[str, ...]:
        """All nodes joined to this one by exactMatchOf, in either direction and over several steps; itself included."""
        leader = self._class_of.get(guid)
        return (guid,) if leader is None else self._classes[leader]

    def parents(self, guid: str) -> tuple[str, ...]:
        """The nodes that this one is a child or a part of."""
        return tuple(self._above.get(guid, ()))

    def members(self, guid: str) -> tuple[str, ...]:
        """The nodes that are a child or a part of this one."""
        return tuple(self._below.get(guid, ()))

    def below(self, guid: str) -> set[str]:
        """The node and everything below it in the hierarchy."""
        return set(_reach([guid], self.members))

    # --- what came in whose place -------------------------------------------------------------------------------------

    @cached_property
    def ended(self) -> tuple[str, ...]:
        """The nodes that a published version ended, in code order."""
        return self.in_order(guid for guid, node in self.nodes.items() if node.ended)

    def heirs(self, guid: str) -> tuple[str, ...]:
        """The nodes that are said to replace this one."""
        return tuple(self._heirs.get(guid, ()))

    def sources(self, guid: str) -> tuple[str, ...]:
        """The nodes that this one is said to replace."""
        return tuple(self._sources.get(guid, ()))

    def successor(self, guid: str) -> str | None:
        """The one node that took the place of this one alone; None where it goes on, or was split, merged or given up.

        What a publisher says of a node that goes on here is no more than information.
        """
        heirs = self.heirs(guid)
        if not self.nodes[guid].ended or len(heirs) != 1:
            return None
        return heirs[0] if sum(self.nodes[one].ended for one in self.sources(heirs[0])) == 1 else None

    # --- what a node stands for -------------------------------------------------------------------------------------

    def targets(self, guid: str) -> tuple[str, ...]:
        """The targets that a node stands for: those that evidence on it, or a prerequisite naming it, is about.

        A learning target is itself. A standard or competency is itself until learning targets hang below it or below
        an equivalent of it; then it is those, and those of its branches without one. A grouping is what is below it.
        One that ended is what took its place alone, or nothing.
        """
        found: set[str] = set()
        seen: set[str] = set()
        stack = [guid]
        while stack:
            node = stack.pop()
            if node in seen:
                continue
            seen.add(node)
            if self.nodes[node].ended:
                stack.extend(one for one in (self.successor(node),) if one is not None)
                continue
            best = self._best(node)
            if self._takes_evidence(best[0]):
                found.update(best)
            else:
                stack.extend(member for same in self.equivalents(node) for member in self.members(same))
        return self.in_order(found)

    def _takes_evidence(self, guid: str) -> bool:
        kind = self.nodes[guid].kind
        if self.nodes[guid].ended:
            return False
        if kind is NodeKind.LEARNING_TARGET:
            return True
        return kind is not NodeKind.GROUPING and self._bears_targets.isdisjoint(self.equivalents(guid))

    def _best(self, guid: str) -> tuple[str, ...]:
        """Which of a node's equivalents stands for all: a learning target before others, then by framework.

        Several where one framework holds several; a node that is one of them stands for itself alone.
        """
        same = self.equivalents(guid)
        if len(same) == 1:
            return same
        ranks = {one: self._rank(self.nodes[one]) for one in same}
        first = min(ranks.values())
        best = tuple(one for one in same if ranks[one] == first)
        return (guid,) if guid in best else best

    def _rank(self, node: Node) -> tuple[int, int, str]:
        kinds = {NodeKind.LEARNING_TARGET: 0, NodeKind.GROUPING: 2}
        place = self._precedence.get(node.framework, len(self._precedence))
        return (kinds.get(node.kind, 1), place, node.framework)

    @cached_property
    def _bears_targets(self) -> frozenset[str]:
        """Nodes with a learning target below them or below an equivalent."""
        learning = [guid for guid, node in self.nodes.items() if node.kind is NodeKind.LEARNING_TARGET]

        def upwards(guid: str) -> list[str]:
            return [above for same in self.equivalents(guid) for above in self.parents(same)]

        return frozenset(_reach([above for guid in learning for above in upwards(guid)], upwards))

    @cached_property
    def assessable(self) -> tuple[str, ...]:
        """Every node that stands for itself alone: the targets of the district, in code order."""
        return self.in_order(guid for guid in self.nodes if self._best(guid) == (guid,) and self._takes_evidence(guid))

    # --- prerequisites ----------------------------------------------------------------------------------------------

    def prerequisites(self, guid: str) -> Prerequisites:
        """What comes directly before a node, as targets; a node without an edge of its own inherits its family's.

        The family is the smallest subtree around the node, below groupings, in which any node has a prerequisite
        edge: first what is below the node, then its parent (its own edges, or else those of what is below it), and
        so on up. Edges between members of that subtree are not inherited.
        """
        if guid in self._has_order:
            return self._as_targets(guid, [guid], frozenset())
        seen = {guid}
        level = [guid]
        while level:
            families = [self._family(one) for one in level if one in self._holds_order]
            if families:
                lenders = list(dict.fromkeys(lender for family in families for lender in family.lenders))
                return self._as_targets(guid, lenders, frozenset().union(*(family.inside for family in families)))
            above = dict.fromkeys(above for one in level for above in self.parents(one))
            level = [one for one in above if one not in seen and self.nodes[one].kind is not NodeKind.GROUPING]
            seen.update(level)
        return Prerequisites()

    @cached_property
    def _holds_order(self) -> frozenset[str]:
        """Nodes that have a prerequisite edge, or with one somewhere below them."""
        return frozenset(_reach(self._has_order, self.parents))

    def _family(self, guid: str) -> _Family:
        """The family headed by a node: it lends its own edges, else those of the nearest nodes below that have any."""
        if guid not in self._families:
            nearest = _reach([guid], lambda one: () if one in self._has_order else self.members(one))
            lenders = tuple(one for one in nearest if one in self._has_order)
            self._families[guid] = _Family(lenders, frozenset(self.below(guid)))
        return self._families[guid]

    def _as_targets(self, guid: str, lenders: Sequence[str], inside: frozenset[str]) -> Prerequisites:
        strengths: dict[str, Strength] = {}
        for lender in lenders:
            for before, strength in self._before.get(lender, {}).items():
                if before in inside:
                    continue
                for target in self.targets(before):
                    if target != guid and strengths.get(target) is not Strength.HARD:
                        strengths[target] = strength
        return Prerequisites(
            hard=self.in_order(target for target, strength in strengths.items() if strength is Strength.HARD),
            soft=self.in_order(target for target, strength in strengths.items() if strength is Strength.SOFT),
            inherited_from=() if list(lenders) == [guid] else self.in_order(lenders),
        )

    @cached_property
    def order(self) -> Mapping[str, Prerequisites]:
        """The prerequisites of every assessable target."""
        return {guid: self.prerequisites(guid) for guid in self.assessable}

    @cached_property
    def demands(self) -> Mapping[str, Prerequisites]:
        """What comes before every assessable target, and what had to come before each that ended."""
        return {**self.order, **{guid: self.prerequisites(guid) for guid in self.ended}}

    @cached_property
    def followers(self) -> Mapping[str, Prerequisites]:
        """The other way round: the targets that build on each assessable target, by how strongly, in code order."""
        hard: dict[str, list[str]] = {}
        soft: dict[str, list[str]] = {}
        for guid, before in self.order.items():
            for found, some in ((hard, before.hard), (soft, before.soft)):
                for one in some:
                    found.setdefault(one, []).append(guid)
        return {
            guid: Prerequisites(self.in_order(hard.get(guid, ())), self.in_order(soft.get(guid, ())))
            for guid in self.order
        }

    @cached_property
    def depth(self) -> Mapping[str, int]:
        """Per assessable target the length of the longest chain of prerequisites before it, hard and soft."""
        return depths(self.order, self._order_pairs())

    def _order_pairs(self) -> Iterator[tuple[str, str]]:
        for guid, before in self.order.items():
            for one in (*before.hard, *before.soft):
                yield one, guid

    # --- laws -------------------------------------------------------------------------------------------------------

    def check(self) -> None:
        """Raise CycleError, naming the cycle, unless hierarchy and prerequisites are acyclic.

        Prerequisites must be acyclic as stated and also between the targets that they stand for, since a target that
        waits for itself through its family would never be unlocked.
        """
        relations = (
            ("the hierarchy", ((child, above) for child, many in self._above.items() for above in many)),
            ("the order of prerequisites", ((one, node) for node, many in self._before.items() for one in many)),
        )
        for name, pairs in relations:
            self._refuse_cycle(name, pairs)
        self._refuse_cycle("the order of prerequisites between the targets below them", self._order_pairs())

    def _refuse_cycle(self, relation: str, pairs: Iterable[tuple[str, str]]) -> None:
        cycle = find_cycle(pairs)
        if cycle:
            raise CycleError(relation, cycle, {guid: self.label(guid) for pair in cycle for guid in pair})


def equivalence_classes(pairs: Iterable[tuple[str, str]]) -> tuple[dict[str, str], dict[str, tuple[str, ...]]]:
    """The reflexive, symmetric and transitive closure of pairs: leader per node, and sorted members per leader."""
    joined: dict[str, list[str]] = {}
    for one, other in pairs:
        joined.setdefault(one, []).append(other)
        joined.setdefault(other, []).append(one)
    leader_of: dict[str, str] = {}
    classes: dict[str, tuple[str, ...]] = {}
    for node in sorted(joined):
        if node not in leader_of:
            members = tuple(sorted(_reach([node], lambda one: joined[one])))
            classes[node] = members
            leader_of.update(dict.fromkeys(members, node))
    return leader_of, classes


def _reach(start: Iterable[str], following: Callable[[str], Iterable[str]]) -> list[str]:
    """Everything reachable from the start nodes, themselves included, in order of discovery."""
    found = dict.fromkeys(start)
    stack = list(found)
    while stack:
        for node in following(stack.pop()):
            if node not in found:
                found[node] = None
                stack.append(node)
    return list(found)
