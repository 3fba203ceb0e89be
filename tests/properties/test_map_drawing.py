"""The map of prerequisites: a bounded part of the graph, drawn downward without overlaps, and told as a list."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mastery.graph import Edge, EdgeKind, Graph, Node, NodeKind, Strength
from mastery.graph.layers import Layers, layers
from mastery.graph.outline import Entry, outline
from mastery.graph.surroundings import Link, surroundings

NAMES = [f"n{number:02}" for number in range(18)]
LINKS = st.dictionaries(
    st.tuples(st.integers(0, 17), st.integers(0, 17)).filter(lambda pair: pair[0] < pair[1]),
    st.sampled_from(Strength),
    max_size=45,
).map(lambda found: [Link(NAMES[a], NAMES[b], strength) for (a, b), strength in found.items()])
WIDEST = st.integers(1, 7)
RELAXED = settings(deadline=None)


def graph_of(links: list[Link]) -> Graph:
    nodes = [Node(name, "f", NodeKind.LEARNING_TARGET, name, "", "art") for name in NAMES]
    return Graph(nodes, [Edge(one.before, EdgeKind.PRECEDES, one.after, one.strength) for one in links], ["f"])


def pairs(links: list[Link]) -> list[tuple[str, str]]:
    return [(link.before, link.after) for link in links]


def crossings(drawn: Layers) -> int:
    """Counted anew from the places alone: two lines between the same rows whose ends are the other way round."""
    spans = [(row, upper, lower) for way in drawn.ways.values() for (row, upper), (_, lower) in pairwise(way)]
    return sum(row == other and (a - c) * (b - d) < 0 for (row, a, b), (other, c, d) in combinations(spans, 2))


@RELAXED
@given(LINKS, WIDEST)
def test_every_target_stands_once_without_overlap_in_a_row_that_is_not_too_wide(links: list[Link], widest: int) -> None:
    drawn = layers(NAMES, pairs(links), widest)
    assert set(drawn.places) == set(NAMES)
    rows: dict[int, list[float]] = {}
    for row, x in drawn.places.values():
        assert 0 <= row < drawn.rows
        assert 0.5 - 1e-9 <= x <= drawn.width - 0.5 + 1e-9
        rows.setdefault(row, []).append(x)
    assert set(rows) == set(range(drawn.rows)), "no row is empty"
    for centres in rows.values():
        assert len(centres) <= widest
        assert all(right - left >= 1 - 1e-9 for left, right in pairwise(sorted(centres)))


@RELAXED
@given(LINKS, WIDEST)
def test_every_line_leads_down_row_by_row_and_past_no_target(links: list[Link], widest: int) -> None:
    drawn = layers(NAMES, pairs(links), widest)
    assert set(drawn.ways) == set(pairs(links))
    for (before, after), way in drawn.ways.items():
        assert (way[0], way[-1]) == (drawn.places[before], drawn.places[after])
        assert [row for row, _ in way] == list(range(way[0][0], way[-1][0] + 1))
        assert len(way) > 1
        for row, x in way[1:-1]:
            assert all(other != row or abs(x - centre) > 0.6 for other, centre in drawn.places.values())


@RELAXED
@given(LINKS, WIDEST)
def test_a_drawing_depends_on_nothing_but_what_is_drawn(links: list[Link], widest: int) -> None:
    assert layers(NAMES, pairs(links), widest) == layers(NAMES, pairs(links), widest)


def test_lines_are_untangled() -> None:
    """Two pairs given crosswise, and a fan with a line past it."""
    crosswise = [("a", "d"), ("b", "c")]
    assert crossings(layers(["a", "b", "c", "d"], crosswise, 5)) == 0
    fan = [("a", "z"), ("b", "y"), ("c", "x"), ("a", "y"), ("z", "end"), ("c", "end")]
    assert crossings(layers(["a", "b", "c", "x", "y", "z", "end"], fan, 5)) <= 1


def test_what_needs_nothing_stands_just_above_what_builds_on_it() -> None:
    drawn = layers(["a", "b", "c", "late"], [("a", "b"), ("b", "c"), ("late", "c")], 5)
    assert {name: row for name, (row, _) in drawn.places.items()} == {"a": 0, "b": 1, "late": 1, "c": 2}


def test_nothing_to_draw_and_nothing_that_can_be_drawn() -> None:
    assert layers([], [], 3) == Layers({}, {}, 0, 0.0)
    with pytest.raises(ValueError, match="cycle"):
        layers(["a", "b"], [("a", "b"), ("b", "a")], 3)
    with pytest.raises(ValueError, match="room"):
        layers(["a"], [], 0)


# --- which part -------------------------------------------------------------------------------------------------------


@RELAXED
@given(LINKS, st.lists(st.sampled_from(NAMES), max_size=4, unique=True), st.integers(0, 3), st.integers(4, 18))
def test_surroundings_are_the_nearest_and_bounded(links: list[Link], focus: list[str], steps: int, most: int) -> None:
    graph = graph_of(links)
    found = surroundings(graph, focus, steps, most)
    near = dict.fromkeys(focus, 0)
    for ends in (("before", "after"), ("after", "before")):
        edge = set(focus)
        for step in range(1, steps + 1):
            edge = {getattr(link, ends[0]) for link in links if getattr(link, ends[1]) in edge}
            for one in edge:
                near[one] = min(near.get(one, step), step)
    assert len(found.targets) == min(most, len(near)) == len(set(found.targets))
    assert found.left_out == len(near) - len(found.targets)
    assert set(focus) <= set(found.targets)
    left = near.keys() - set(found.targets)
    assert not left or max(near[one] for one in found.targets) <= min(near[one] for one in left)
    shown = set(found.targets)
    assert set(found.links) == {link for link in links if {link.before, link.after} <= shown}
    place = {target: number for number, target in enumerate(found.targets)}
    assert all(place[link.before] < place[link.after] for link in found.links)


def test_followers_are_prerequisites_the_other_way_round() -> None:
    graph = graph_of([Link("n00", "n01", Strength.HARD), Link("n00", "n02", Strength.SOFT)])
    assert (graph.followers["n00"].hard, graph.followers["n00"].soft) == (("n01",), ("n02",))
    assert graph.followers["n01"].hard == ()


# --- as a list --------------------------------------------------------------------------------------------------------


def walk(entries: tuple[Entry, ...], above: str | None = None) -> Iterator[tuple[Entry, str | None]]:
    for entry in entries:
        yield entry, above
        yield from walk(entry.below, entry.target)


@RELAXED
@given(LINKS)
def test_a_list_has_every_target_once_and_every_link_once(links: list[Link]) -> None:
    listed = list(walk(outline(NAMES, links)))
    assert sorted(entry.target for entry, _ in listed) == NAMES
    nested = [Link(above, entry.target, entry.strength) for entry, above in listed if above and entry.strength]
    named = [link for entry, _ in listed for link in entry.elsewhere]
    assert all(link.before == entry.target for entry, _ in listed for link in entry.elsewhere)
    order = sorted([*nested, *named], key=lambda link: (link.before, link.after))
    assert order == sorted(links, key=lambda link: (link.before, link.after))
    assert all((entry.strength is None) == (above is None) for entry, above in listed)


def test_a_target_is_listed_below_the_latest_that_it_needs() -> None:
    links = [
        Link("n00", "n01", Strength.HARD), Link("n00", "n03", Strength.HARD), Link("n01", "n03", Strength.SOFT),
        Link("n02", "n03", Strength.HARD),
    ]  # fmt: skip
    first, second = outline(NAMES[:4], links)
    assert [(entry.target, above) for entry, above in walk((first,))] == [("n00", None), ("n01", "n00"), ("n03", "n01")]
    assert first.elsewhere == (links[1],)
    assert (second.target, second.below, second.elsewhere) == ("n02", (), (links[3],))
