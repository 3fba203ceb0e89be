"""Versions of a graph: what differs between two, whether that may be published while a term runs (domain 2.1)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from mastery.graph.structure import Graph
from mastery.graph.values import Edge, EdgeKind, Node, Strength


class ChangeKind(StrEnum):
    """What differs. The words are of what was entered, or imported, whichever way it came."""

    ADDED = "added"
    REPLACED = "replaced"  # one by one
    SPLIT = "split"
    MERGED = "merged"
    ENDED = "ended"  # and nothing took its place
    REWORDED = "reworded"
    DEMAND = "demand"  # what mastery takes, the grade or the name: all but the words
    MOVED = "moved"
    PREREQUISITE_ADDED = "prerequisite_added"
    PREREQUISITE_REMOVED = "prerequisite_removed"
    HARDENED = "hardened"
    SOFTENED = "softened"
    RELATED = "related"  # edges that order nothing and hang nothing


@dataclass(frozen=True, slots=True)
class Change:
    """One difference, by GUIDs. `targets` are what it is about, `others` what came in place of it, before it, above it.

    `was` and `now`: the words, the strength, or the kind of edge, before and after.
    """

    kind: ChangeKind
    targets: tuple[str, ...]
    others: tuple[str, ...] = ()
    was: str = ""
    now: str = ""


def difference(before: Graph, after: Graph) -> tuple[Change, ...]:
    """All that differs between two graphs, by kind, then in the order of the nodes' codes; empty for equal graphs."""
    found = [*_of_nodes(before, after), *_of_edges(before, after)]
    place = {kind: number for number, kind in enumerate(ChangeKind)}
    order = {guid: number for number, guid in enumerate(after.in_order([*before.nodes, *after.nodes]))}
    return tuple(
        sorted(found, key=lambda one: (place[one.kind], [order[guid] for guid in (*one.targets, *one.others)], one.was))
    )


def _of_nodes(before: Graph, after: Graph) -> Iterator[Change]:
    merged: dict[str, list[str]] = {}
    for guid, node in after.nodes.items():
        old = before.nodes.get(guid)
        if old is None:
            yield Change(ChangeKind.ADDED, (guid,), after.parents(guid), now=node.statement)
            continue
        if node.ended and not old.ended:
            heirs = after.in_order(after.heirs(guid))
            if len(heirs) == 1:
                merged.setdefault(heirs[0], []).append(guid)
            else:
                yield Change(ChangeKind.SPLIT if heirs else ChangeKind.ENDED, (guid,), heirs)
        if node.statement != old.statement:
            yield Change(ChangeKind.REWORDED, (guid,), was=old.statement, now=node.statement)
        if replace(node, statement=old.statement, ended=old.ended) != old:
            yield Change(ChangeKind.DEMAND, (guid,), was=_demand(old), now=_demand(node))
    for heir, sources in merged.items():
        kind = ChangeKind.REPLACED if len(sources) == 1 else ChangeKind.MERGED
        yield Change(kind, after.in_order(sources), (heir,))
    if before.nodes.keys() - after.nodes.keys():
        raise ValueError("a node never leaves a graph: it ends")


def _demand(node: Node) -> str:
    """What is told of a node beside its words."""
    told = {
        "code": node.code, "DOK": node.dok, "bar": node.mastery_bar, "credit": "yes" if node.credit_bearing else None,
        "grades": " ".join(node.grades) or None, "subject": node.subject,
    }  # fmt: skip
    return ", ".join(f"{name} {value}" for name, value in told.items() if value is not None)


def _of_edges(before: Graph, after: Graph) -> Iterator[Change]:
    old, new = _by_key(before.edges), _by_key(after.edges)
    told = {guid for guid, node in after.nodes.items() if guid not in before.nodes or node.ended}
    hung: dict[str, None] = {}
    for key in old.keys() | new.keys():
        origin, kind, destination = key
        was, now = old.get(key), new.get(key)
        if kind in (EdgeKind.IS_CHILD_OF, EdgeKind.IS_PART_OF):
            if (was is None) != (now is None) and origin not in told:
                hung[origin] = None
        elif kind == EdgeKind.PRECEDES:
            if not after.nodes[destination].ended:
                yield from _of_order(origin, destination, was, now)
        elif (was is None) != (now is None) and not (kind == EdgeKind.REPLACED_BY and after.nodes[origin].ended):
            yield Change(ChangeKind.RELATED, (origin,), (destination,), *((kind, "") if was else ("", kind)))
    for guid in hung:
        yield Change(ChangeKind.MOVED, (guid,), after.parents(guid), was=_labels(before, before.parents(guid)))


def _of_order(origin: str, destination: str, was: Edge | None, now: Edge | None) -> Iterator[Change]:
    strengths = (was.strength if was else None, now.strength if now else None)
    match strengths:
        case (one, other) if one is other:
            return
        case (None, _):
            kind = ChangeKind.PREREQUISITE_ADDED
        case (_, None):
            kind = ChangeKind.PREREQUISITE_REMOVED
        case (_, Strength.HARD):
            kind = ChangeKind.HARDENED
        case _:
            kind = ChangeKind.SOFTENED
    yield Change(kind, (destination,), (origin,), *(one.value if one else "" for one in strengths))


def _by_key(edges: Iterable[Edge]) -> Mapping[tuple[str, str, str], Edge]:
    return {edge.key: edge for edge in edges}


def _labels(graph: Graph, guids: Iterable[str]) -> str:
    return ", ".join(map(graph.label, guids))


# --- when a draft may be published ------------------------------------------------------------------------------------

_ANY_TIME = frozenset(ChangeKind) - {
    ChangeKind.ADDED, ChangeKind.SPLIT, ChangeKind.MERGED, ChangeKind.ENDED, ChangeKind.DEMAND,
}  # fmt: skip


def waits_for_a_break(changes: Sequence[Change]) -> tuple[Change, ...]:
    """What of a difference may not be published while a term runs.

    Allowed are words, edges, and one target in the place of one other, which may be added for it (domain 2.1).
    """
    heirs = {guid for one in changes if one.kind is ChangeKind.REPLACED for guid in one.others}
    return tuple(
        one
        for one in changes
        if one.kind not in _ANY_TIME and not (one.kind is ChangeKind.ADDED and heirs.issuperset(one.targets))
    )


@dataclass(frozen=True, slots=True)
class Session:
    """An academic session: its kind as OneRoster has it, first and last day."""

    kind: str
    begins: date
    ends: date


def term_on(sessions: Iterable[Session], today: date) -> Session | None:
    """The term that runs on a day and ends last; of a district that tells no terms, its school year."""
    listed = list(sessions)
    parts = [one for one in listed if one.kind != _YEAR] or listed
    running = [one for one in parts if one.begins <= today <= one.ends]
    return max(running, key=lambda one: (one.ends, one.begins, one.kind), default=None)


_YEAR = "schoolYear"
