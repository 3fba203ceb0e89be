"""Which targets to show around some: never the whole graph, always a bounded part that can be looked at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mastery.graph.structure import Graph, Prerequisites
from mastery.graph.values import Strength


@dataclass(frozen=True, slots=True)
class Link:
    """`before` comes before `after`: it is needed first, or it helps."""

    before: str
    after: str
    strength: Strength


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Targets by depth and code, all links between them, and how many targets as near were left out."""

    targets: tuple[str, ...]
    links: tuple[Link, ...]
    left_out: int


def surroundings(graph: Graph, focus: Sequence[str], steps: int, most: int) -> Surroundings:
    """The targets in focus, what comes up to so many steps before each, and what comes after it; at most `most`.

    Where not all have room, the nearest are shown: those in focus, then step by step, each time what comes before (the
    hard ones first) and then what comes after, for each target in focus in turn.
    """
    near = dict.fromkeys(focus)
    backward, forward = [list(near)], [list(near)]
    for _ in range(steps):
        backward.append(_beyond(backward[-1], graph.order))
        forward.append(_beyond(forward[-1], graph.followers))
        near.update(dict.fromkeys(backward[-1] + forward[-1]))
    chosen = list(near)[:most]
    shown = frozenset(chosen)
    targets = sorted(graph.in_order(chosen), key=lambda guid: graph.depth[guid])
    links = [
        Link(before, guid, strength)
        for guid in targets
        for strength, some in ((Strength.HARD, graph.order[guid].hard), (Strength.SOFT, graph.order[guid].soft))
        for before in some
        if before in shown
    ]
    return Surroundings(tuple(targets), tuple(links), len(near) - len(chosen))


def _beyond(guids: Sequence[str], following: Mapping[str, Prerequisites]) -> list[str]:
    return list(dict.fromkeys(one for guid in guids for one in (*following[guid].hard, *following[guid].soft)))
