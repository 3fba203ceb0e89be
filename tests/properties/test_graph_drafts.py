"""Whatever is entered in a draft: no circle, no orphan, nothing lost, and the record says it to the last letter."""

from graphlib import TopologicalSorter

from graph_values import before, child, node, own
from hypothesis import given
from hypothesis import strategies as st

from mastery.body.words import ActKind, Decision, State
from mastery.graph import CycleError, EdgeKind, Graph, NodeKind, Strength
from mastery.graph.draft import Add, DraftError, Edit, End, Move, Order, Replace, Reword, drafted
from mastery.graph.record import digest, folded, rows_between
from mastery.graph.replaced import of_merge, of_split
from mastery.graph.versions import ChangeKind, difference, waits_for_a_break

OWN = frozenset({"own"})
_TARGETS = [f"t{number}" for number in range(7)]
_NEW = [f"n{number}" for number in range(4)]
_ABOVE = ["A", "B"]

anybody = st.sampled_from([*_TARGETS, *_NEW])
some = st.lists(anybody, min_size=1, max_size=3).map(tuple)
strengths = st.sampled_from([None, Strength.SOFT, Strength.HARD])
edit: st.SearchStrategy[Edit] = st.one_of(
    st.builds(lambda code, parent: Add(own(code), parent), st.sampled_from(_NEW), st.sampled_from(_ABOVE)),
    st.builds(Reword, anybody, st.sampled_from(["One.", "Two."])),
    st.builds(Move, anybody, st.sampled_from([*_ABOVE, *_TARGETS])),
    st.builds(Order, anybody, anybody, strengths),
    st.builds(lambda old, heir: Replace((old,), (heir,)), anybody, anybody),
    st.builds(lambda old, heirs: Replace((old,), heirs), anybody, some),
    st.builds(lambda old, heir: Replace(old, (heir,)), some, anybody),
    st.builds(End, anybody),
)


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    """Targets below two standards of a grouping, with some order."""
    nodes = [node("G", NodeKind.GROUPING), *map(node, _ABOVE), *map(own, _TARGETS)]
    edges = [child(one, "G") for one in _ABOVE]
    edges += [child(one, draw(st.sampled_from(_ABOVE))) for one in _TARGETS]
    pairs = draw(st.sets(st.tuples(st.integers(0, 6), st.integers(0, 6)).filter(lambda two: two[0] < two[1])))
    edges += [before(f"t{a}", f"t{b}", draw(st.sampled_from(list(Strength)))) for a, b in sorted(pairs)]
    return Graph(nodes, edges, ["state", "own"])


def entered(graph: Graph, edits: list[Edit]) -> Graph:
    """What stays of some edits, entered one by one as a person does it: what is refused is left out."""
    kept: list[Edit] = []
    made = graph
    for one in edits:
        try:
            made = drafted(graph, [*kept, one], OWN)
        except (DraftError, CycleError):
            continue
        kept.append(one)
    return made


drafts = st.tuples(graphs(), st.lists(edit, max_size=12))


@given(drafts)
def test_a_draft_has_no_circle_no_orphan_and_one_parent_for_each(drawn: tuple[Graph, list[Edit]]) -> None:
    made = entered(*drawn)
    for kind in (EdgeKind.IS_CHILD_OF, EdgeKind.PRECEDES, EdgeKind.REPLACED_BY):
        sorter: TopologicalSorter[str] = TopologicalSorter()
        for edge in made.edges:
            if edge.kind is kind:
                sorter.add(edge.origin, edge.destination)
        sorter.prepare()  # CycleError of its own where there is one
    for guid, one in made.nodes.items():
        if guid != "G" and not one.ended:
            assert len(made.parents(guid)) == 1, f"{guid} hangs below one node"
    for edge in made.edges:
        assert edge.kind is EdgeKind.REPLACED_BY or not made.nodes[edge.origin].ended, "nothing rests on what ended"
    assert drawn[0].nodes.keys() <= made.nodes.keys(), "no node leaves"


@given(drafts)
def test_whoever_came_after_what_was_replaced_comes_after_what_replaced_it(drawn: tuple[Graph, list[Edit]]) -> None:
    graph, _ = drawn
    for source in _TARGETS:
        made = entered(graph, [Add(own("n0"), "A"), Add(own("n1"), "B"), Replace((source,), ("n0", "n1"))])
        if not made.nodes[source].ended:
            continue
        for edge in graph.edges:
            if edge.kind is EdgeKind.PRECEDES and edge.origin == source:
                for heir in ("n0", "n1"):
                    found = [one for one in made.edges if one.key == (heir, edge.kind, edge.destination)]
                    assert [one.strength for one in found] == [edge.strength]


@given(drafts)
def test_what_differs_is_nothing_only_between_equals_and_the_record_is_exact(drawn: tuple[Graph, list[Edit]]) -> None:
    graph, edits = drawn
    made = entered(graph, edits)
    rows = rows_between(graph, made)
    assert (difference(graph, made) == ()) is (rows == ()) is (digest(graph) == digest(made))
    assert digest(folded(rows, graph)) == digest(made)
    ended = [guid for guid in made.ended if not graph.nodes[guid].ended]
    kinds = (ChangeKind.REPLACED, ChangeKind.SPLIT, ChangeKind.MERGED, ChangeKind.ENDED)
    told = [guid for one in difference(graph, made) if one.kind in kinds for guid in one.targets]
    assert sorted(told) == sorted(ended), "each that ended is told of once"


@given(drafts)
def test_what_may_be_published_while_a_term_runs_leaves_every_place_to_stand(drawn: tuple[Graph, list[Edit]]) -> None:
    graph, edits = drawn
    made = entered(graph, edits)
    if not waits_for_a_break(difference(graph, made)):
        assert all(made.targets(one) for one in graph.assessable), "a code that was sent still finds its target"


# --- decisions, by an oracle of its own -------------------------------------------------------------------------------

# the specification in numbers: 2 mastered, 1 mastered but somebody has to look or confirm, 0 not mastered
_WORTH = {State.MASTERED: 2, State.NEEDS_REVIEW: 1, State.MASTERED_PROVISIONAL: 1}
decisions = st.builds(Decision, st.sampled_from(list(State)), st.sampled_from([None, 2.5, 3.0, 4.0]))


@given(st.lists(decisions, min_size=1, max_size=4))
def test_a_merge_gives_no_more_than_the_least_of_what_went_into_it(sources: list[Decision]) -> None:
    given_to = of_merge(sources)
    least = min(_WORTH.get(one.state, 0) for one in sources)
    if given_to is None or given_to.kind in (ActKind.WAIVE, ActKind.EXEMPT):
        assert least == 0
        assert given_to is None or len({one.state for one in sources}) == 1
        return
    assert least > 0
    assert (given_to.kind is ActKind.CARRY) is (least == 2)
    assert given_to.level is None or all(one.level is not None and given_to.level <= one.level for one in sources)
    assert of_merge(sources[::-1]) == given_to, "in any order"


@given(decisions)
def test_a_split_never_gives_mastery_without_a_person(source: Decision) -> None:
    given_to = of_split(source)
    assert given_to is None or given_to.kind not in (ActKind.CARRY, ActKind.CARRY_REVIEW)
    assert (given_to is None) is (source.state not in {*_WORTH, State.WAIVED, State.EXEMPT})
