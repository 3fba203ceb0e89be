"""Nodes and edges of small graphs, whose GUIDs are their codes."""

from __future__ import annotations

from mastery.graph import Edge, EdgeKind, Node, NodeKind, Strength


def node(code: str, kind: NodeKind = NodeKind.STANDARD, framework: str = "state") -> Node:
    """A node of the state's framework, by its code."""
    return Node(code, framework, kind, code, f"Do {code}.", "mathematics")


def own(code: str) -> Node:
    """A learning target of the district's own."""
    return node(code, NodeKind.LEARNING_TARGET, "own")


def child(origin: str, destination: str) -> Edge:
    """That a node hangs below another."""
    return Edge(origin, EdgeKind.IS_CHILD_OF, destination)


def before(origin: str, destination: str, strength: Strength = Strength.SOFT) -> Edge:
    """That a node comes before another."""
    return Edge(origin, EdgeKind.PRECEDES, destination, strength)


def same(origin: str, destination: str) -> Edge:
    """That two nodes say the same."""
    return Edge(origin, EdgeKind.EXACT_MATCH_OF, destination)
