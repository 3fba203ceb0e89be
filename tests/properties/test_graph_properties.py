"""Laws of the graph that hold for every graph, not only those that a person thought of."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from mastery.graph import (
    CycleError,
    Edge,
    EdgeKind,
    Graph,
    Node,
    NodeKind,
    Resolved,
    Strength,
    TargetIndex,
    depths,
    find_cycle,
    meet,
    resolve_target,
    spellings,
    unlocked_next,
)

MOST = 25
names = st.integers(0, MOST).map(lambda n: f"n{n:02}")
pairs = st.sets(st.tuples(names, names), max_size=80)
forward = pairs.map(lambda many: {(a, b) for a, b in many if a < b})


@given(pairs, st.randoms())
def test_a_named_cycle_is_one_and_depends_on_the_set_of_edges_alone(
    edges: set[tuple[str, str]], chance: random.Random
) -> None:
    cycle = find_cycle(edges)
    shuffled = sorted(edges)
    chance.shuffle(shuffled)
    assert find_cycle(shuffled) == cycle
    if cycle is None:
        deep = depths([], edges)
        assert all(deep[a] < deep[b] for a, b in edges), "a depth is a witness that there is no cycle"
        return
    assert set(cycle) <= edges
    assert all(one[1] == following[0] for one, following in zip(cycle, [*cycle[1:], cycle[0]], strict=True))
    assert len({origin for origin, _ in cycle}) == len(cycle), "no node twice"


@given(forward)
def test_an_acyclic_relation_is_never_refused(edges: set[tuple[str, str]]) -> None:
    assert find_cycle(edges) is None


@given(forward.filter(bool), st.data())
def test_an_edge_back_along_a_path_is_always_found(edges: set[tuple[str, str]], data: st.DataObject) -> None:
    start, end = data.draw(st.sampled_from(sorted(edges)))
    assert find_cycle(edges | {(end, start)}) is not None


@st.composite
def parts(draw: st.DrawFn) -> tuple[list[Node], list[Edge]]:
    """Any nodes; hierarchy points to lower numbers, prerequisites to higher ones, equivalents between frameworks."""
    size = draw(st.integers(1, MOST))
    kinds = draw(st.lists(st.sampled_from(list(NodeKind)), min_size=size, max_size=size))
    codes = st.sampled_from(["C.1", "C-1", "c 1", None])
    nodes = [Node(f"n{n:02}", ("one", "two")[n % 2], kind, draw(codes), "", "art") for n, kind in enumerate(kinds)]
    ends = st.tuples(st.integers(0, size - 1), st.integers(0, size - 1)).filter(lambda pair: pair[0] < pair[1])
    some = st.sets(ends, max_size=size) if size > 1 else st.just(set[tuple[int, int]]())
    hanging = st.sampled_from([EdgeKind.IS_CHILD_OF, EdgeKind.IS_PART_OF])
    strengths = st.sampled_from(list(Strength))
    edges = [Edge(f"n{b:02}", draw(hanging), f"n{a:02}") for a, b in draw(some)]
    edges += [Edge(f"n{a:02}", EdgeKind.PRECEDES, f"n{b:02}", draw(strengths)) for a, b in draw(some)]
    edges += [
        Edge(f"n{a:02}", EdgeKind.EXACT_MATCH_OF, f"n{b:02}") for a, b in draw(some) if a % 3 == 0 and (a + b) % 2
    ]
    return nodes, edges


def built(made: tuple[list[Node], list[Edge]]) -> Graph:
    return Graph(*made, ["one", "two"])


def savable(graph: Graph) -> bool:
    try:
        graph.check()
    except CycleError:
        return False
    return True


graphs = parts().map(built)
saved_graphs = graphs.filter(savable)


@given(graphs)
def test_what_a_node_stands_for_stands_for_itself(graph: Graph) -> None:
    assert graph.assessable == graph.in_order(guid for guid in graph.nodes if graph.targets(guid) == (guid,))
    for guid in graph.nodes:
        for target in graph.targets(guid):
            assert graph.targets(target) == (target,)
            assert graph.nodes[target].kind is not NodeKind.GROUPING


@given(saved_graphs, st.sets(names), st.sets(names))
def test_unlocked_is_exactly_what_is_open_and_no_longer_held_back(
    graph: Graph, mastered: set[str], waived: set[str]
) -> None:
    done = mastered | waived
    found = {one.target: one for one in unlocked_next(graph, mastered, waived)}
    for target in graph.assessable:
        hard = set(graph.prerequisites(target).hard)
        assert (target in found) == (target not in done and hard <= done)
        if target in found:
            assert {*found[target].hard_mastered, *found[target].hard_waived} == hard
            assert set(found[target].soft_met) <= done
            assert done.isdisjoint(found[target].soft_open)


@given(saved_graphs, st.sets(names), names)
def test_mastering_more_never_locks_anything(graph: Graph, mastered: set[str], more: str) -> None:
    before = {one.target for one in unlocked_next(graph, mastered, set())}
    after = {one.target for one in unlocked_next(graph, mastered | {more}, set())}
    assert before - {more} <= after


@given(parts(), st.sampled_from(["C.1", "c-1", "C 2", "n03", "nothing"]), st.randoms())
def test_a_reference_ends_in_exactly_one_target_or_none_whatever_the_order_of_rows(
    made: tuple[list[Node], list[Edge]], reference: str, chance: random.Random
) -> None:
    graph = built(made)
    found = resolve_target(reference, TargetIndex(graph))
    for rows in made:
        chance.shuffle(rows)
    assert resolve_target(reference, TargetIndex(built(made))) == found
    if isinstance(found, Resolved):
        assert graph.targets(found.target) == (found.target,)
        assert found.target in graph.targets(found.via)


grades = st.sampled_from(["K", *"12345678"])
domains = st.sampled_from(["CC", "OA", "NBT", "NF", "MD", "G", "RP", "NS", "EE", "SP", "F"])


@given(
    grades, domains, st.sampled_from("ABCD"), st.integers(1, 20), st.sampled_from(["", "a", "d"]),
    st.sampled_from(["", "CC.", "CCSS.MATH.CONTENT.", "CCSS.Math.Content.", "CCSS-M:"]),
    st.booleans(), st.booleans(), st.booleans(),
)  # fmt: skip
def test_every_usual_spelling_of_a_standard_meets_its_full_one(
    grade: str, domain: str, cluster: str, number: int, part: str, prefix: str, dotted: bool, bare: bool, lower: bool
) -> None:
    full = f"{grade}.{domain}.{cluster}.{number}" + (f".{part}" if part else "")
    tail = (f".{part}" if dotted else part) if part else ""
    spelled = prefix + f"{grade}.{domain}." + ("" if bare else f"{cluster}.") + f"{number}{tail}"
    spelled = spelled.lower() if lower else spelled
    assert meet(full, spelled)
    assert meet(spelled, full)
    assert not meet(spelled, f"{grade}.{domain}.{cluster}.{number + 1}")
    index = TargetIndex(Graph([Node("g", "f", NodeKind.STANDARD, full, "", "m")], []))
    assert resolve_target(spelled, index) == Resolved("g", "g")


@settings(max_examples=200)
@given(st.text(max_size=40))
def test_any_text_has_spellings_and_meets_itself(code: str) -> None:
    keys = spellings(code)
    assert len(keys) == len(set(keys)) >= 2
    assert meet(code, code)
    assert meet(code, f"  {code} ")
