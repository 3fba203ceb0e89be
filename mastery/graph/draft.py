"""A draft of a graph: what is entered one by one, and the graph that it makes of the published one (domain 2.1).

An edit names nodes by GUID. The same edits on the same graph are the same draft; a draft is read against the graph of
today, so that an import meanwhile is in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import product

from mastery.graph.codes import spellings
from mastery.graph.order import find_cycle
from mastery.graph.structure import Graph
from mastery.graph.values import CycleError, Edge, EdgeKind, Node, NodeKind, Strength


@dataclass(frozen=True, slots=True)
class Add:
    """A new learning target of the district's own below a node."""

    node: Node
    parent: str


@dataclass(frozen=True, slots=True)
class Reword:
    """Other words for a target of the district's own."""

    target: str
    statement: str


@dataclass(frozen=True, slots=True)
class Move:
    """Another parent for a target of the district's own."""

    target: str
    parent: str


@dataclass(frozen=True, slots=True)
class Order:
    """That one node comes before another, and how strongly; None: not any more."""

    before: str
    after: str
    strength: Strength | None


@dataclass(frozen=True, slots=True)
class Replace:
    """That targets end and others take their place: one by one, one by several (split), several by one (merge)."""

    old: tuple[str, ...]
    new: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class End:
    """That a target ends and nothing takes its place."""

    target: str


Edit = Add | Reword | Move | Order | Replace | End


class Refusal(StrEnum):
    """Why an edit can not be."""

    GONE = "gone"  # the graph does not have it
    ENDED = "ended"
    KNOWN = "known"  # its GUID or code is taken
    EMPTY = "empty"
    PUBLISHERS = "publishers"  # its words and its place are its publisher's
    NO_TARGET = "no_target"
    BELOW_ITSELF = "below_itself"
    SAME = "same"  # nothing would change
    ACROSS = "across"  # hard, or in the place of another, only within a subject
    MANY_TO_MANY = "many_to_many"
    HEIR_TAKEN = "heir_taken"  # it took another's place already
    TWICE = "twice"  # the draft says two things of it
    HAS_BELOW = "has_below"  # what is below it would hang nowhere


class DraftError(ValueError):
    """An edit that can not be: `why`, and about which node by its label."""

    def __init__(self, why: Refusal, about: str) -> None:
        self.why, self.about = why, about
        super().__init__(f"{about}: {_SAID[why]}")


_SAID = {
    Refusal.GONE: "the graph has no such node",
    Refusal.ENDED: "it has ended",
    Refusal.KNOWN: "another node has this code, or one that differs only in case or separators",
    Refusal.EMPTY: "say what the student can do",
    Refusal.PUBLISHERS: "only the district's own targets get other words or another parent: import a newer file",
    Refusal.NO_TARGET: "a grouping can neither end nor take a target's place",
    Refusal.BELOW_ITSELF: "it would hang below itself",
    Refusal.SAME: "it is so already",
    Refusal.ACROSS: "decisions are made subject by subject: name a target of the same subject",
    Refusal.MANY_TO_MANY: "either one target ends, or one takes the place: name it in two steps",
    Refusal.HEIR_TAKEN: "it has taken the place of another target already",
    Refusal.TWICE: "the draft says already what becomes of it",
    Refusal.HAS_BELOW: "something hangs below it: move that first",
}
_HIERARCHY = (EdgeKind.IS_CHILD_OF, EdgeKind.IS_PART_OF)


def drafted(graph: Graph, edits: Iterable[Edit], own: frozenset[str]) -> Graph:
    """The graph after some edits, in their order. `own` are the GUIDs of the district's own frameworks.

    Raises DraftError for an edit that can not be, CycleError, naming it edge by edge, for a circle.
    """
    sheet = _Sheet(graph, own)
    for edit in edits:
        sheet.enter(edit)
    return sheet.graph()


class _Sheet:
    """Nodes and edges on which edits are entered."""

    def __init__(self, graph: Graph, own: frozenset[str]) -> None:
        self._before = graph
        self._own = own
        self._nodes = dict(graph.nodes)
        self._edges: dict[tuple[str, str, str], Edge] = {edge.key: edge for edge in graph.edges}
        self._ending: set[str] = set()
        self._heirs: set[str] = set()

    def enter(self, edit: Edit) -> None:
        """Let one edit count. Raises DraftError."""
        match edit:
            case Add(node, parent):
                self._add(node, parent)
            case Reword(target, statement):
                self._reword(target, statement.strip())
            case Move(target, parent):
                self._move(target, parent)
            case Order(before, after, strength):
                self._order(before, after, strength)
            case Replace(old, new):
                self._replace(old, new)
            case End(target):
                self._end(target, ())

    def graph(self) -> Graph:
        """What the edits come to. Raises CycleError."""
        edges = [edge for edge in self._edges.values() if self._stays(edge)]
        replaced = [(edge.origin, edge.destination) for edge in edges if edge.kind is EdgeKind.REPLACED_BY]
        cycle = find_cycle(replaced)
        if cycle:
            labels = {guid: self._nodes[guid].label for pair in cycle for guid in pair}
            raise CycleError("what takes whose place", cycle, labels)
        made = Graph(self._nodes.values(), edges, self._before.frameworks)
        made.check()
        return made

    def _stays(self, edge: Edge) -> bool:
        """An ended node keeps what replaced it and what had to come before it, nothing else."""
        if edge.kind is EdgeKind.REPLACED_BY:
            return True
        if self._nodes[edge.origin].ended:
            return False
        return edge.kind is EdgeKind.PRECEDES or not self._nodes[edge.destination].ended

    # --- one edit each --------------------------------------------------------------------------------------------

    def _add(self, node: Node, parent: str) -> None:
        above = self._live(parent)
        taken = any(_near(node, other) for other in self._nodes.values())
        if node.guid in self._nodes or taken:
            raise DraftError(Refusal.KNOWN, node.label)
        if not node.statement.strip():
            raise DraftError(Refusal.EMPTY, node.label)
        if node.framework not in self._own or node.kind is not NodeKind.LEARNING_TARGET:
            raise DraftError(Refusal.NO_TARGET, node.label)
        self._nodes[node.guid] = node
        self._put(Edge(node.guid, EdgeKind.IS_CHILD_OF, above.guid))

    def _reword(self, target: str, statement: str) -> None:
        node = self._owned(target)
        if not statement:
            raise DraftError(Refusal.EMPTY, node.label)
        if statement == node.statement:
            raise DraftError(Refusal.SAME, node.label)
        self._nodes[target] = replace(node, statement=statement)

    def _move(self, target: str, parent: str) -> None:
        node, above = self._owned(target), self._live(parent)
        hung = [edge for edge in self._edges.values() if edge.kind is EdgeKind.IS_CHILD_OF and edge.origin == target]
        if [edge.destination for edge in hung] == [parent]:
            raise DraftError(Refusal.SAME, node.label)
        if self._is_below(above.guid, target):
            raise DraftError(Refusal.BELOW_ITSELF, node.label)
        for edge in hung:
            del self._edges[edge.key]
        self._put(Edge(target, EdgeKind.IS_CHILD_OF, parent))

    def _order(self, before: str, after: str, strength: Strength | None) -> None:
        first, second = self._live(before), self._live(after)
        key = (before, EdgeKind.PRECEDES, after)
        known = self._edges.get(key)
        if (known.strength if known else None) is strength:
            raise DraftError(Refusal.SAME, f"{first.label} -> {second.label}")
        if strength is Strength.HARD and first.subject != second.subject:
            raise DraftError(Refusal.ACROSS, first.label)
        if strength is None:
            del self._edges[key]
        elif known is None:
            self._put(Edge(before, EdgeKind.PRECEDES, after, strength))
        else:
            self._edges[key] = replace(known, strength=strength)

    def _replace(self, old: tuple[str, ...], new: tuple[str, ...]) -> None:
        ending, heirs = [self._live(one) for one in old], [self._live(one) for one in new]
        everybody = [*ending, *heirs]
        if not old or not new or min(len(old), len(new)) != 1:
            raise DraftError(Refusal.MANY_TO_MANY, ", ".join(one.label for one in everybody))
        if len({one.guid for one in everybody}) != len(everybody):
            raise DraftError(Refusal.TWICE, everybody[0].label)
        for one in everybody:
            if one.kind is NodeKind.GROUPING:
                raise DraftError(Refusal.NO_TARGET, one.label)
            if one.subject != ending[0].subject:
                raise DraftError(Refusal.ACROSS, one.label)
        for one in heirs:
            if one.guid in self._heirs or any(self._ended_before(source) for source in self._before.sources(one.guid)):
                raise DraftError(Refusal.HEIR_TAKEN, one.label)
        for one in ending:
            self._end(one.guid, new)
        self._pass_on(old, new)
        for edge in [edge for edge in self._edges.values() if edge.kind is EdgeKind.REPLACED_BY and edge.origin in old]:
            del self._edges[edge.key]
        for origin, heir in product(old, new):
            self._put(Edge(origin, EdgeKind.REPLACED_BY, heir))
        self._heirs.update(new)

    def _end(self, target: str, heirs: Sequence[str]) -> None:
        node = self._live(target)
        if target in self._heirs or target not in self._before.nodes:
            raise DraftError(Refusal.TWICE, node.label)
        if node.kind is NodeKind.GROUPING:
            raise DraftError(Refusal.NO_TARGET, node.label)
        if len(heirs) != 1 and any(edge.destination == target for edge in self._hanging()):
            raise DraftError(Refusal.HAS_BELOW, node.label)
        self._nodes[target] = replace(node, ended=True)
        if not heirs:
            self._keep_before([target])

    def _keep_before(self, ending: Iterable[str]) -> None:
        """What ended keeps what had to come before it, so that its ending alone decides nothing on it."""
        for target in ending:
            for before in self._before.prerequisites(target).hard:
                if self._before.nodes[before].subject == self._nodes[target].subject:
                    self._put(Edge(before, EdgeKind.PRECEDES, target, Strength.HARD))

    def _pass_on(self, old: Sequence[str], new: Sequence[str]) -> None:
        """The heirs stand where what ended stood: below the same, before and after the same.

        What says the same, or is told beside, passes only from one to one: of a part it does not hold.
        """
        alone = len(old) == len(new) == 1
        for edge in list(self._edges.values()):
            if edge.kind is EdgeKind.REPLACED_BY or not (alone or edge.kind in (*_HIERARCHY, EdgeKind.PRECEDES)):
                continue
            for heir in new:
                if edge.origin in old and edge.destination not in (*old, *new):
                    self._inherit(replace(edge, origin=heir, guid=None))
                elif edge.destination in old and edge.origin not in (*old, *new):
                    self._inherit(replace(edge, destination=heir, guid=None))
        for edge in [edge for edge in self._edges.values() if edge.kind is EdgeKind.PRECEDES]:
            if edge.destination in old:
                del self._edges[edge.key]
        if not alone:  # of one replaced by one alone the work is the heir's, and nothing hangs on it
            self._keep_before(old)

    def _inherit(self, edge: Edge) -> None:
        known = self._edges.get(edge.key)
        if edge.kind is EdgeKind.IS_CHILD_OF and known is None:
            # one parent; what hung below what ended keeps its place until the ended one leaves
            hangs = [one for one in self._hanging() if one.origin == edge.origin and one.kind is EdgeKind.IS_CHILD_OF]
            if any(not self._nodes[one.destination].ended for one in hangs):
                return
        if known is None or edge.strength is Strength.HARD:
            self._edges[edge.key] = replace(edge, sequence=known.sequence if known else edge.sequence)

    # --- help -----------------------------------------------------------------------------------------------------

    def _put(self, edge: Edge) -> None:
        self._edges[edge.key] = edge

    def _hanging(self) -> list[Edge]:
        return [edge for edge in self._edges.values() if edge.kind in _HIERARCHY]

    def _live(self, guid: str) -> Node:
        node = self._nodes.get(guid)
        if node is None:
            raise DraftError(Refusal.GONE, guid)
        if node.ended:
            raise DraftError(Refusal.TWICE if not self._ended_before(guid) else Refusal.ENDED, node.label)
        return node

    def _ended_before(self, guid: str) -> bool:
        return guid in self._before.nodes and self._before.nodes[guid].ended

    def _owned(self, guid: str) -> Node:
        node = self._live(guid)
        if node.framework not in self._own:
            raise DraftError(Refusal.PUBLISHERS, node.label)
        return node

    def _is_below(self, guid: str, above: str) -> bool:
        over: dict[str, list[str]] = {}
        for edge in self._hanging():
            over.setdefault(edge.origin, []).append(edge.destination)
        waiting, seen = [guid], set[str]()
        while waiting:
            one = waiting.pop()
            if one == above:
                return True
            if one not in seen:
                seen.add(one)
                waiting.extend(over.get(one, ()))
        return False


def _near(node: Node, other: Node) -> bool:
    """Whether two nodes of one framework could not be told apart by their codes."""
    if other.framework != node.framework or not node.code or not other.code:
        return False
    return spellings(node.code)[1] == spellings(other.code)[1]


def labels(nodes: Mapping[str, Node], guids: Iterable[str]) -> str:
    """What people call some nodes, in a row."""
    return ", ".join(nodes[one].label if one in nodes else one for one in guids)
