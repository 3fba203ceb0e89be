"""A version of a graph on record: what it changed row by row, folded back into the graph to the last letter."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from mastery.graph.structure import Graph
from mastery.graph.values import Edge, EdgeKind, Node, NodeKind, Strength


class What(StrEnum):
    """What a row of a version is about."""

    FRAMEWORKS = "frameworks"  # their GUIDs by precedence
    NODE = "node"
    EDGE = "edge"


@dataclass(frozen=True, slots=True)
class Row:
    """What became of a node or an edge, by its key, as canonical JSON; None: it is not there."""

    what: What
    key: str
    before: str | None
    after: str | None


EMPTY = Graph((), ())
_State = dict[tuple[What, str], str]


def rows_between(before: Graph, after: Graph) -> tuple[Row, ...]:
    """What turns one graph into another, in the order of keys; empty for equal graphs."""
    old, new = _written(before), _written(after)
    return tuple(
        Row(what, key, old.get((what, key)), new.get((what, key)))
        for what, key in sorted(old.keys() | new.keys())
        if old.get((what, key)) != new.get((what, key))
    )


def folded(rows: Iterable[Row], upon: Graph = EMPTY) -> Graph:
    """The graph after some rows. ValueError where a row does not begin as the graph is."""
    state = _written(upon)
    for row in rows:
        place = (row.what, row.key)
        if state.get(place) != row.before:
            raise ValueError(f"{row.what} {row.key} was not as the version says")
        if row.after is None:
            del state[place]
        else:
            state[place] = row.after
    return _read(state)


def digest(graph: Graph) -> str:
    """A fingerprint of all that a graph says, the same on every installation."""
    lines = [f"{what} {key} {text}\n" for (what, key), text in sorted(_written(graph).items())]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _written(graph: Graph) -> _State:
    found: _State = {
        (What.NODE, guid): _text({**asdict(node), "grades": list(node.grades)}) for guid, node in graph.nodes.items()
    }
    found |= {(What.EDGE, " ".join(edge.key)): _text(asdict(edge)) for edge in graph.edges}
    if graph.frameworks:
        found[What.FRAMEWORKS, ""] = _text(list(graph.frameworks))
    return found


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def _read(state: _State) -> Graph:
    nodes: list[Node] = []
    edges: list[Edge] = []
    frameworks: list[str] = []
    for (what, _), text in sorted(state.items()):
        value = json.loads(text)
        if what is What.NODE:
            nodes.append(Node(**{**value, "kind": NodeKind(value["kind"]), "grades": tuple(value["grades"])}))
        elif what is What.EDGE:
            strength = value["strength"]
            value |= {"kind": EdgeKind(value["kind"]), "strength": Strength(strength) if strength else None}
            edges.append(Edge(**value))
        else:
            frameworks = value
    return Graph(nodes, edges, frameworks)
