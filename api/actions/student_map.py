"""A student's targets as a map of what builds on what: always a part of the graph that can be looked at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from mastery.as_of import state_on
from mastery.decide import NOTHING, Standing, State
from mastery.graph.layers import Layers, layers
from mastery.graph.outline import Entry, outline
from mastery.graph.surroundings import Link, surroundings
from mastery.overview import newest_work_first
from mastery.policy import DEFAULT_POLICY
from models.graph_store import DistrictGraph

# so many of the student's own targets on a page, and so many in all; a row of the picture as wide as a desk's screen
OWN, MOST, WIDEST = 3, 14, 4
STEPS_OF_OWN, STEPS_AROUND = 1, 2


@dataclass(frozen=True, slots=True)
class MapTarget:
    """A target on the map, and where the student stands on it."""

    target: int
    guid: str
    code: str | None
    state: State
    enough: bool
    in_focus: bool


@dataclass(frozen=True, slots=True)
class StudentMap:
    """A part of the graph: the targets in focus, what they build on and what builds on them, as list and as drawing.

    `subjects` are those that the student has work in, `pages` how many pages of own targets there are in this one;
    `left_out` counts targets that had no room. All GUIDs are keys of `targets`.
    """

    subjects: tuple[str, ...]
    subject: str | None
    pages: int
    targets: Mapping[str, MapTarget]
    links: Sequence[Link]
    outline: Sequence[Entry]
    drawing: Layers
    left_out: int


def map_of_work(
    known: Mapping[int, Standing], graph: DistrictGraph, day: date, subject: str | None, page: int
) -> StudentMap | None:
    """A page of the targets that the student works on, the newest work first; None for a page or subject without any.

    `known` are all standings of the student; without `subject` it is that of the newest work.
    """
    own = newest_work_first(known)
    subjects = tuple(sorted({graph.subjects[one] for one in own}))
    if subject is None and own:
        subject = graph.subjects[own[0]]
    mine = [one for one in own if graph.subjects[one] == subject]
    focus = mine[(page - 1) * OWN : page * OWN]
    if not focus and (page > 1 or own):
        return None
    pages = max(1, -(-len(mine) // OWN))
    return _map(known, graph, day, focus, STEPS_OF_OWN, subjects, subject, pages)


def map_around(known: Mapping[int, Standing], graph: DistrictGraph, day: date, target: int) -> StudentMap:
    """The surroundings of one target, whether the student has begun it or not."""
    subjects = tuple(sorted({graph.subjects[one] for one in newest_work_first(known)}))
    return _map(known, graph, day, [target], STEPS_AROUND, subjects, None, 1)


def _map(
    known: Mapping[int, Standing],
    graph: DistrictGraph,
    day: date,
    focus: Sequence[int],
    steps: int,
    subjects: tuple[str, ...],
    subject: str | None,
    pages: int,
) -> StudentMap:
    part = surroundings(graph.graph, [graph.guids[one] for one in focus], steps, MOST)
    targets = {guid: _target(graph.ids[guid], known, graph, day, focus) for guid in part.targets}
    drawing = layers(part.targets, [(link.before, link.after) for link in part.links], WIDEST)
    return StudentMap(
        subjects, subject, pages, targets, part.links, outline(part.targets, part.links), drawing, part.left_out
    )


def _target(
    target: int, known: Mapping[int, Standing], graph: DistrictGraph, day: date, focus: Sequence[int]
) -> MapTarget:
    node = graph.node(target)
    return MapTarget(
        target,
        node.guid,
        node.code,
        state_on(day, target, known, graph.rules, DEFAULT_POLICY),
        known.get(target, NOTHING).decision.enough_evidence,
        target in focus,
    )
