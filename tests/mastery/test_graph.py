"""What a node stands for, what comes before it, and how a reference finds exactly one target."""

from collections.abc import Iterable

import pytest

from mastery.graph import (
    Ambiguous,
    CycleError,
    Edge,
    EdgeKind,
    Graph,
    Node,
    NodeKind,
    Resolved,
    Strength,
    TargetIndex,
    Unknown,
    depths,
    find_cycle,
    resolve_target,
    unlocked_next,
)

STANDARD, TARGET, GROUPING = NodeKind.STANDARD, NodeKind.LEARNING_TARGET, NodeKind.GROUPING


def node(code: str, kind: NodeKind = STANDARD, framework: str = "state", guid: str | None = None) -> Node:
    return Node(guid or code, framework, kind, code, f"Do {code}.", "mathematics")


def child(origin: str, destination: str) -> Edge:
    return Edge(origin, EdgeKind.IS_CHILD_OF, destination)


def before(origin: str, destination: str, strength: Strength = Strength.SOFT) -> Edge:
    return Edge(origin, EdgeKind.PRECEDES, destination, strength)


def same(origin: str, destination: str) -> Edge:
    return Edge(origin, EdgeKind.EXACT_MATCH_OF, destination)


def graph(nodes: Iterable[Node | str], *edges: Edge, frameworks: tuple[str, ...] = ("state", "other")) -> Graph:
    return Graph([one if isinstance(one, Node) else node(one) for one in nodes], edges, frameworks)


def resolve(reference: str, known: Graph) -> object:
    return resolve_target(reference, TargetIndex(known))


# --- order ------------------------------------------------------------------------------------------------------------


def test_a_cycle_is_named_edge_by_edge_and_does_not_depend_on_the_order_of_edges() -> None:
    edges = [("a", "b"), ("b", "c"), ("c", "d"), ("d", "b"), ("d", "e"), ("x", "a")]
    assert find_cycle(edges) == find_cycle(reversed(edges)) == (("b", "c"), ("c", "d"), ("d", "b"))
    assert find_cycle([("a", "a")]) == (("a", "a"),)
    assert find_cycle([("a", "b"), ("b", "a")]) == (("a", "b"), ("b", "a"))
    assert find_cycle([("a", "b"), ("a", "c"), ("b", "c")]) is None
    assert find_cycle([]) is None


def test_fifty_thousand_nodes_in_one_chain_take_no_recursion() -> None:
    chain = [(f"{n:05}", f"{n + 1:05}") for n in range(50_000)]
    assert find_cycle(chain) is None
    assert depths([], chain)["50000"] == 50_000
    cycle = find_cycle([*chain, ("50000", "00000")])
    assert cycle is not None
    assert len(cycle) == 50_001


def test_depth_is_the_longest_chain_and_has_no_meaning_on_a_cycle() -> None:
    assert depths(["z"], [("a", "b"), ("b", "c"), ("a", "c")]) == {"z": 0, "a": 0, "b": 1, "c": 2}
    with pytest.raises(ValueError, match="cycle"):
        depths([], [("a", "b"), ("b", "a")])


def test_an_edge_with_an_unknown_end_or_a_misplaced_strength_is_refused() -> None:
    with pytest.raises(ValueError, match="no node of the graph"):
        graph(["a"], child("a", "b"))
    with pytest.raises(ValueError, match="only a prerequisite has one"):
        Edge("a", EdgeKind.IS_CHILD_OF, "b", Strength.HARD)
    with pytest.raises(ValueError, match="only a prerequisite has one"):
        Edge("a", EdgeKind.PRECEDES, "b")


# --- what a node stands for -------------------------------------------------------------------------------------------


def test_a_standard_takes_evidence_itself_until_a_target_hangs_below_it() -> None:
    alone = graph(["4.NF.A.1"])
    assert resolve("CC.4.NF.1", alone) == Resolved("4.NF.A.1", "4.NF.A.1")
    one = graph(["4.NF.A.1", node("T1", TARGET)], child("T1", "4.NF.A.1"))
    assert resolve("CC.4.NF.1", one) == Resolved("T1", "4.NF.A.1")
    two = graph(
        ["4.NF.A.1", node("T2", TARGET), node("T1", TARGET)],
        child("T2", "4.NF.A.1"),
        Edge("T1", EdgeKind.IS_PART_OF, "4.NF.A.1"),
    )
    assert resolve("4.NF.A.1", two) == Ambiguous(("T1", "T2"))
    assert resolve("t-1", graph([node("T.1", TARGET)])) == Resolved("T.1", "T.1")


def test_a_parent_with_sub_standards_stands_for_itself_and_later_for_the_targets_and_bare_branches() -> None:
    family = ["6.RP.A.3", "6.RP.A.3.a", "6.RP.A.3.b"]
    edges = [child("6.RP.A.3.a", "6.RP.A.3"), child("6.RP.A.3.b", "6.RP.A.3")]
    assert graph(family, *edges).targets("6.RP.A.3") == ("6.RP.A.3",)
    hung = graph([*family, node("T", TARGET)], *edges, child("T", "6.RP.A.3.a"))
    assert hung.targets("6.RP.A.3") == ("6.RP.A.3.b", "T")
    assert hung.assessable == ("6.RP.A.3.b", "T")


def test_a_grouping_never_takes_evidence() -> None:
    known = graph([node("6.RP.A", GROUPING), "6.RP.A.1"], child("6.RP.A.1", "6.RP.A"))
    assert resolve("6.rp.a", known) == Unknown(grouping="6.RP.A")
    assert resolve("6.RP.B", known) == Unknown()
    assert known.targets("6.RP.A") == ("6.RP.A.1",)


def test_the_exact_spelling_wins_and_a_looser_one_that_fits_several_is_ambiguous() -> None:
    known = graph(["6.RP.A.3.c", "6.RP.3c", "lt-1", "LT.1"])
    assert resolve("6.RP.3c", known) == Resolved("6.RP.3c", "6.RP.3c")
    assert resolve("CC.6.RP.3c", known) == Ambiguous(("6.RP.3c", "6.RP.A.3.c"))
    assert resolve("LT.1", known) == Resolved("LT.1", "LT.1")
    assert resolve("LT 1", known) == Ambiguous(("LT.1", "lt-1"))
    assert resolve("6.RP.B.3.c", known) == Resolved("6.RP.3c", "6.RP.3c"), "a cluster that is not stated may be any"


@pytest.mark.parametrize("form", ["{}", " {} ", "urn:uuid:{}", "https://case.example/ims/case/v1p0/CFItems/{}"])
def test_a_guid_in_any_form_finds_its_node(form: str) -> None:
    guid = "6b9c9637-d7cc-11e8-824f-0242ac160002"
    known = graph([node("K.CC.A.1", guid=guid)])
    assert resolve(form.format(guid), known) == Resolved(guid, guid)
    assert resolve(form.format(guid.upper()), known) == Resolved(guid, guid)


def test_equivalents_are_one_target_that_of_the_earliest_framework() -> None:
    nodes = ["A1", node("B1", framework="other"), node("C1", framework="third")]
    known = graph(nodes, same("B1", "A1"), same("C1", "B1"))
    assert known.equivalents("C1") == ("A1", "B1", "C1")
    assert [resolve(code, known) for code in ("A1", "B1", "C1")] == [
        Resolved("A1", "A1"),
        Resolved("A1", "B1"),
        Resolved("A1", "C1"),
    ]
    assert known.assessable == ("A1",)


def test_a_target_below_an_equivalent_is_that_of_all() -> None:
    nodes = ["A1", node("B1", framework="other"), node("T", TARGET, framework="district")]
    known = graph(nodes, same("A1", "B1"), child("T", "B1"))
    assert resolve("A1", known) == Resolved("T", "A1")
    assert known.assessable == ("T",)


def test_a_node_equal_to_several_of_the_earliest_framework_is_ambiguous_and_they_are_not() -> None:
    known = graph(["A1", "A2", node("B", framework="other")], same("B", "A1"), same("B", "A2"))
    assert resolve("B", known) == Ambiguous(("A1", "A2"))
    assert resolve("A2", known) == Resolved("A2", "A2")


def test_the_same_code_in_two_frameworks_is_ambiguous_unless_they_are_equivalent() -> None:
    nodes = [node("4.NF.A.1", guid="g1"), node("4.NF.A.1", guid="g2", framework="other")]
    assert resolve("4.NF.A.1", graph(nodes)) == Ambiguous(("g1", "g2"))
    assert resolve("4.NF.A.1", graph(nodes, same("g1", "g2"))) == Resolved("g1", "g1")


def test_competencies_in_a_circle_of_parts_do_not_hang() -> None:
    known = graph(
        [node("C1", NodeKind.COMPETENCY), node("C2", NodeKind.COMPETENCY), node("T", TARGET)],
        Edge("C1", EdgeKind.IS_PART_OF, "C2"),
        Edge("C2", EdgeKind.IS_PART_OF, "C1"),
        Edge("T", EdgeKind.IS_PART_OF, "C1"),
    )
    assert known.targets("C2") == ("T",)
    with pytest.raises(CycleError, match="the hierarchy"):
        known.check()


# --- prerequisites ----------------------------------------------------------------------------------------------------


def family(*edges: Edge) -> Graph:
    """P with children a, b, and c below b; X, Y outside."""
    hierarchy = [child("a", "P"), child("b", "P"), child("c", "b"), child("P", "G")]
    return graph(["P", "a", "b", "c", "X", "Y", node("G", GROUPING)], *hierarchy, *edges)


def test_a_sub_standard_without_an_edge_inherits_its_parents() -> None:
    known = family(before("X", "P", Strength.HARD), before("Y", "b"))
    assert known.prerequisites("a").hard == ("X",)
    assert known.prerequisites("a").inherited_from == ("P",)
    assert known.prerequisites("b").soft == ("Y",)
    assert known.prerequisites("b").hard == (), "an edge of its own replaces those of the family"
    assert known.prerequisites("c").inherited_from == ("b",)


def test_a_parent_without_an_edge_inherits_those_below_and_siblings_share_them() -> None:
    known = family(before("X", "a"), before("a", "b"), before("Y", "b"))
    assert known.prerequisites("P").soft == ("X", "Y"), "not a itself, which is of the family"
    assert known.prerequisites("P").inherited_from == ("a", "b")
    assert known.prerequisites("c").soft == ("a", "Y")
    alone = family(before("X", "b"))
    assert alone.prerequisites("a").soft == ("X",)
    assert alone.prerequisites("a").inherited_from == ("b",)


def test_nothing_is_inherited_through_a_grouping() -> None:
    known = graph(
        ["s", "t", "X", node("G", GROUPING)], child("s", "G"), child("t", "G"), before("X", "s"), before("X", "G")
    )
    assert known.prerequisites("t").soft == ()


def test_a_prerequisite_that_has_targets_means_all_of_them() -> None:
    known = graph(
        ["s", "t", node("s1", TARGET), node("s2", TARGET)],
        child("s1", "s"),
        child("s2", "s"),
        before("s", "t", Strength.HARD),
    )
    assert known.prerequisites("t").hard == ("s1", "s2")
    assert known.depth == {"s1": 0, "s2": 0, "t": 1}


def test_targets_that_would_wait_for_themselves_are_refused() -> None:
    nodes = ["s", "t", node("s1", TARGET)]
    known = graph(nodes, child("s1", "s"), before("s", "t"), before("t", "s1"))
    assert find_cycle([("s", "t"), ("t", "s1")]) is None
    with pytest.raises(CycleError) as refused:
        known.check()
    assert refused.value.steps == (("s1", "t"), ("t", "s1"))


# --- unlocked ---------------------------------------------------------------------------------------------------------


def test_only_hard_prerequisites_hold_back_and_the_reason_says_which_were_met() -> None:
    known = graph(
        ["a", "b", "c", "d"],
        before("a", "c", Strength.HARD),
        before("b", "c", Strength.HARD),
        before("a", "d"),
        before("b", "d"),
    )
    assert [one.target for one in unlocked_next(known, [])] == ["a", "b", "d"]
    found = {one.target: one for one in unlocked_next(known, ["a"], ["b"])}
    assert (found["c"].hard_mastered, found["c"].hard_waived, found["c"].depth) == (("a",), ("b",), 1)
    assert (found["d"].soft_met, found["d"].soft_open, found["d"].soft_share) == (("a", "b"), (), 1.0)
    assert set(found) == {"c", "d"}


def test_order_is_nearness_then_share_of_soft_prerequisites_then_depth_then_code() -> None:
    known = graph(
        ["r10", "r9", "half", "none", "deep"],
        before("r9", "half"),
        before("r10", "half"),
        before("r10", "none"),
        before("r9", "deep"),
    )
    assert [one.target for one in unlocked_next(known, ["r9"])] == ["deep", "half", "r10", "none"]
    at_work = unlocked_next(known, ["r9"], begun=["none"])
    assert [(one.target, one.nearness) for one in at_work] == [("none", 0), ("deep", 1), ("half", 1), ("r10", 2)]
    assert [one.target for one in unlocked_next(known, [], among=["r10", "none", "r9"])] == ["r9", "r10", "none"]
