"""From what a sender calls a target to exactly one target, or the candidates, or nothing (design 3, Identifiers)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from mastery.graph.codes import cluster_of, spellings
from mastery.graph.structure import Graph
from mastery.graph.values import NodeKind

_GUID_AT_END = re.compile(r"(?:^|[/:])([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})/?$")


@dataclass(frozen=True, slots=True)
class Resolved:
    """The reference means this one target. `via` is the node it named: another than the target for an equivalent, or
    for a standard with one learning target below it."""

    target: str
    via: str


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """The reference means several targets: their GUIDs in code order."""

    candidates: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unknown:
    """No target goes by the reference. `grouping` is the GUID of a grouping that does; a grouping takes no evidence."""

    grouping: str | None = None


Resolution = Resolved | Ambiguous | Unknown


class TargetIndex:
    """All spellings of a graph's nodes. Built once per version of the graph; a look-up touches at most four keys."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self._by_spelling: dict[str, list[str]] = {}
        for guid, node in graph.nodes.items():
            for spelling in spellings(node.code) if node.code else ():
                self._by_spelling.setdefault(spelling, []).append(guid)

    def nodes(self, reference: str) -> Iterable[tuple[str, ...]]:
        """The nodes that a reference names: by GUID, else by code, one group per looseness, the exact spelling first.

        A looser spelling never joins two codes that state different clusters.
        """
        guid = _GUID_AT_END.search(reference.strip().casefold())
        for named in (reference.strip(), guid[1] if guid else ""):
            if named in self.graph.nodes:
                yield (named,)
                return
        cluster = cluster_of(reference)
        for spelling in spellings(reference):
            found = tuple(sorted(guid for guid in self._by_spelling.get(spelling, ()) if self._agrees(cluster, guid)))
            if found:
                yield found

    def _agrees(self, cluster: str | None, guid: str) -> bool:
        stated = cluster_of(self.graph.nodes[guid].code or "")
        return cluster is None or stated is None or cluster == stated


def resolve_target(reference: str, index: TargetIndex) -> Resolution:
    """The one target that a reference (GUID, CASE address ending in one, district code or alias) means.

    The tightest spelling that names any node but a grouping decides. Evidence on a node passes to what it stands for
    (Graph.targets): an equivalent of an earlier framework, the learning target that the district hung below it.
    """
    graph = index.graph
    grouping: str | None = None
    for group in index.nodes(reference):
        takers = [guid for guid in group if graph.nodes[guid].kind is not NodeKind.GROUPING]
        if not takers:
            grouping = grouping or group[0]
            continue
        targets = graph.in_order(target for guid in takers for target in graph.targets(guid))
        if len(targets) == 1:
            return Resolved(target=targets[0], via=targets[0] if targets[0] in takers else takers[0])
        return Ambiguous(targets)
    return Unknown(grouping)
