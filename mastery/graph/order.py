"""Order on a directed relation: one named cycle, or the depth of every node. Linear and without recursion."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping

Pair = tuple[str, str]


def find_cycle(edges: Iterable[Pair]) -> tuple[Pair, ...] | None:
    """The edges of one simple cycle, in order, or None.

    The answer depends on the set of edges alone, not on their order, and is the shortest cycle through its first
    node. Linear in the edges apart from sorting what remains once everything that can be on no cycle is peeled off.
    """
    successors = _core(set(edges))
    if not successors:
        return None
    ordered = {node: sorted(after) for node, after in successors.items()}
    node, seen = min(ordered), set[str]()
    while node not in seen:
        seen.add(node)
        node = ordered[node][0]
    return _shortest_round(node, ordered)


def _core(edges: set[Pair]) -> dict[str, set[str]]:
    """What remains after removing, again and again, the nodes without a predecessor or without a successor."""
    after: dict[str, set[str]] = {}
    before: dict[str, set[str]] = {}
    for origin, destination in edges:
        after.setdefault(origin, set()).add(destination)
        after.setdefault(destination, set())
        before.setdefault(destination, set()).add(origin)
        before.setdefault(origin, set())
    ready = [node for node in after if not after[node] or not before[node]]
    while ready:
        node = ready.pop()
        if node not in after:
            continue
        for following in after.pop(node):
            if following in before:
                before[following].discard(node)
                if not before[following]:
                    ready.append(following)
        for preceding in before.pop(node):
            if preceding in after:
                after[preceding].discard(node)
                if not after[preceding]:
                    ready.append(preceding)
    return after


def _shortest_round(start: str, successors: Mapping[str, list[str]]) -> tuple[Pair, ...]:
    """The shortest way from `start`, which lies on a cycle, back to itself."""
    came_from: dict[str, str] = {}
    queue = deque([start])
    while start not in came_from:
        node = queue.popleft()
        for following in successors[node]:
            if following not in came_from:
                came_from[following] = node
                queue.append(following)
    edges = [(came_from[start], start)]
    while edges[-1][0] != start:
        node = edges[-1][0]
        edges.append((came_from[node], node))
    return tuple(reversed(edges))


def depths(nodes: Iterable[str], edges: Iterable[Pair]) -> dict[str, int]:
    """Length in edges of the longest chain that ends in each node: 0 without a predecessor.

    Raises ValueError where the relation has a cycle, since then no chain is the longest.
    """
    after: dict[str, list[str]] = {node: [] for node in nodes}
    missing: dict[str, int] = dict.fromkeys(after, 0)
    for origin, destination in set(edges):
        after.setdefault(origin, []).append(destination)
        after.setdefault(destination, [])
        missing.setdefault(origin, 0)
        missing[destination] = missing.get(destination, 0) + 1
    found = {node: 0 for node, count in missing.items() if count == 0}
    queue = deque(found)
    while queue:
        node = queue.popleft()
        for following in after[node]:
            missing[following] -= 1
            found[following] = max(found.get(following, 0), found[node] + 1)
            if missing[following] == 0:
                queue.append(following)
    if any(missing.values()):
        raise ValueError("the relation has a cycle, so there is no longest chain")
    return found
