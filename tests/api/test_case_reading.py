"""What a CASE file says, and what is odd about it, as values."""

import json
from collections import Counter
from typing import Any

import pytest
from shared_data import needs_shared, shared

from api.interop.case import read_case
from api.interop.case_values import CasePackage, NotACasePackageError, OddityKind
from mastery.graph import EdgeKind, Graph, NodeKind, Resolved, Strength, TargetIndex, resolve_target

DOCUMENT = "d0c00000-0000-4000-8000-000000000000"
FIRST = "00000000-0000-4000-8000-000000000001"
SECOND = "00000000-0000-4000-8000-000000000002"
THIRD = "00000000-0000-4000-8000-000000000003"


def item(guid: str, code: str | None = "X-1", **more: Any) -> dict[str, Any]:
    return {"identifier": guid, "humanCodingScheme": code, "fullStatement": "Do it.", "CFItemType": "Standard"} | more


def link(origin: Any, kind: Any, destination: Any, **more: Any) -> dict[str, Any]:
    return {"associationType": kind, "originNodeURI": origin, "destinationNodeURI": destination, **more}


def read(items: list[Any], associations: list[Any] | None = None, **document: Any) -> CasePackage:
    head = {"identifier": DOCUMENT, "title": "A framework", "subject": ["Math"], **document}
    data = {"CFDocument": head, "CFItems": items, "CFAssociations": associations or []}
    return read_case(json.dumps(data).encode(), "stem")


def odd(package: CasePackage) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for oddity in package.report.oddities:
        found.setdefault(oddity.kind, []).append(oddity.where)
    return found


@pytest.mark.parametrize(
    ("content", "field", "says"),
    [
        (b"", "", "expected JSON"),
        (b"{", "", "line 1 column 2"),
        (b"\xff\xfe", "", "UTF-8"),
        (b"[" * 100_000, "", "nested too deeply"),
        (b"[]", "", "CASE 1.0 or 1.1 package"),
        (b'{"name": 1}', "CFDocument", "found an object with name"),
        (b'{"CFDocument": {}, "CFItems": {}}', "CFItems", "expected a list; found dict"),
        (b'{"nodes": 3, "precedes": []}', "nodes", "expected a list; found int"),
    ],
)
def test_what_is_no_package_is_told_what_was_expected(content: bytes, field: str, says: str) -> None:
    with pytest.raises(NotACasePackageError, match=says) as refused:
        read_case(content, "stem")
    assert refused.value.field == field


def test_links_may_be_objects_texts_or_addresses_alone() -> None:
    items = [item(FIRST, "A", uri="urn:example:a"), item(SECOND, "B"), item(THIRD, "C")]
    package = read(
        items,
        [
            link({"uri": "urn:example:a"}, "isChildOf", {"identifier": SECOND.upper()}),
            link(THIRD, "precedes", f"https://case.example/CFItems/{FIRST}"),
            link({"identifier": f"urn:uuid:{THIRD}"}, "isChildOf", {"identifier": DOCUMENT, "uri": "x"}),
        ],
    )
    assert {edge.key for edge in package.edges} == {(FIRST, "isChildOf", SECOND), (THIRD, "precedes", FIRST)}
    assert package.outside == ()
    assert set(odd(package)) == {OddityKind.LINK_AS_TEXT, OddityKind.URN_ADDRESS}


def test_prerequisites_come_in_soft_and_every_kind_of_1_1_is_known() -> None:
    kinds = [kind for kind in EdgeKind if kind is not EdgeKind.IS_CHILD_OF]
    package = read([item(FIRST), item(SECOND)], [link(FIRST, kind, SECOND) for kind in kinds])
    assert {edge.kind for edge in package.edges} == set(kinds)
    assert {edge.strength for edge in package.edges if edge.kind is EdgeKind.PRECEDES} == {Strength.SOFT}
    spaced = read(
        [item(FIRST), item(SECOND)], [link(FIRST, "Exact Match Of", SECOND), link(FIRST, "ext:likes", SECOND)]
    )
    assert [edge.kind for edge in spaced.edges] == [EdgeKind.EXACT_MATCH_OF]
    assert OddityKind.UNKNOWN_ASSOCIATION_TYPE in odd(spaced)


def test_duplicates_dangling_ends_and_unreadable_entries_are_reported_with_their_place() -> None:
    package = read(
        [item(FIRST), item(FIRST, "again"), "not an item", {"fullStatement": "nothing names it"}, item(SECOND, "X-1")],
        [
            link(FIRST, "precedes", SECOND, identifier="p1"),
            link(FIRST, "precedes", SECOND, identifier="p2"),
            link(FIRST, "isRelatedTo", THIRD, identifier="out"),
            link(FIRST, "isRelatedTo", THIRD, identifier="out2"),
            link(FIRST, "isRelatedTo", FIRST, identifier="self"),
            link(FIRST, "isRelatedTo", DOCUMENT, identifier="doc"),
            link(FIRST, "precedes", None, identifier="half"),
            link(FIRST, None, SECOND, identifier="typeless"),
            17,
        ],
    )
    found = odd(package)
    assert found[OddityKind.DUPLICATE_ITEM] == [FIRST]
    assert found[OddityKind.UNREADABLE_ITEM] == ["CFItems[2]", "CFItems[3]"]
    assert found[OddityKind.REPEATED_CODE] == [SECOND]
    assert found[OddityKind.DUPLICATE_ASSOCIATION] == ["p2", "out2"]
    assert found[OddityKind.DANGLING_END] == ["out"]
    assert found[OddityKind.ASSOCIATION_WITH_ITSELF] == ["self"]
    assert found[OddityKind.ASSOCIATION_WITH_DOCUMENT] == ["doc"]
    assert found[OddityKind.UNREADABLE_ASSOCIATION] == ["half", "CFAssociations[8]"]
    assert found[OddityKind.UNKNOWN_ASSOCIATION_TYPE] == ["typeless"]
    assert (len(package.nodes), len(package.edges), len(package.outside)) == (2, 1, 1)


def test_numbers_may_be_texts_and_the_first_parent_says_the_place() -> None:
    package = read(
        [item(FIRST), item(SECOND), item(THIRD)],
        [
            link(FIRST, "isChildOf", THIRD, sequenceNumber="7"),
            link(FIRST, "isChildOf", SECOND, sequenceNumber=9),
            link(SECOND, "isChildOf", DOCUMENT, sequenceNumber="first"),
        ],
    )
    assert [node.sequence for node in package.nodes] == [7, None, None]
    assert len(odd(package)[OddityKind.NUMBER_AS_TEXT]) == 2
    assert odd(package)[OddityKind.SEVERAL_PARENTS] == [FIRST]


def test_an_item_without_code_statement_or_identifier_is_kept_as_far_as_it_goes() -> None:
    package = read(
        [
            item(FIRST, None, fullStatement=None, abbreviatedStatement="Short."),
            {"humanCodingScheme": "K.1", "fullStatement": "Named by its code."},
            {"uri": f"https://x/CFItems/{SECOND}", "fullStatement": "a\u0000b\r\nc \ud800", "humanCodingScheme": 12},
        ]
    )
    first, second, third = package.nodes
    assert (first.code, first.statement) == (None, "Short.")
    assert second.guid == read([{"humanCodingScheme": "K.1", "fullStatement": "Other."}]).nodes[0].guid
    assert (third.guid, third.code, third.statement) == (SECOND, "12", "ab\nc ?")
    assert len(odd(package)[OddityKind.NO_IDENTIFIER]) == 2


def test_names_too_long_for_an_index_are_shortened_or_left_out() -> None:
    package = read([item("x" * 3000, "y" * 3000, subject=["z" * 3000])], [link("x" * 3000, "isPeerOf", "x" * 2999)])
    (node,) = package.nodes
    assert (len(node.guid), node.code, len(node.subject)) == (36, None, 255)
    assert {edge.origin for edge in package.outside} == {node.guid}


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("Grade Level", NodeKind.GROUPING),
        ("Cluster", NodeKind.GROUPING),
        ("Content Standard", NodeKind.STANDARD),
        ("Component", NodeKind.STANDARD),
        ("Target", NodeKind.COMPETENCY),
        ("Learning Target", NodeKind.LEARNING_TARGET),
        ("Learning Objective", NodeKind.LEARNING_TARGET),
    ],
)
def test_the_words_of_item_types_say_the_kind(word: str, kind: NodeKind) -> None:
    assert read([item(FIRST, CFItemType=word)]).nodes[0].kind is kind
    by_link = item(FIRST, CFItemType=None, CFItemTypeURI={"title": word, "identifier": SECOND})
    assert read([by_link]).nodes[0].kind is kind


def test_without_a_known_word_the_place_says_the_kind_and_that_is_reported() -> None:
    package = read(
        [
            item(FIRST, "A", CFItemType=None),
            item(SECOND, "B", CFItemType="Gizmo"),
            item(THIRD, "6.RP.A.3", CFItemType=None),
        ],
        [link(SECOND, "isChildOf", FIRST), link(SECOND, "isPartOf", THIRD), link(THIRD, "isChildOf", FIRST)],
    )
    assert [node.kind for node in package.nodes] == [NodeKind.GROUPING, NodeKind.STANDARD, NodeKind.STANDARD]
    assert odd(package)[OddityKind.KIND_FROM_POSITION] == [FIRST, THIRD]
    assert odd(package)[OddityKind.UNKNOWN_ITEM_TYPE] == [SECOND]


def test_subjects_have_one_name_however_they_are_stated() -> None:
    assert read([item(FIRST)], subject="Maths").framework.subject == "mathematics"
    own = read([item(FIRST, subject=["Science"]), item(SECOND)])
    assert [node.subject for node in own.nodes] == ["science", "mathematics"]
    assumed = read([item(FIRST)], subject=None, title="State ELA Standards")
    assert assumed.framework.subject == "english language arts"
    assert odd(assumed)[OddityKind.SUBJECT_ASSUMED] == ["CFDocument.subject"]
    content = json.dumps({"CFDocument": {"title": "X"}, "CFItems": [item(FIRST, subject="art")]}).encode()
    told = read_case(content, "stem", subject="Physics")
    assert {told.framework.subject, told.nodes[0].subject} == {"physics"}


def derived(**more: Any) -> bytes:
    def entry(code: str, cluster: str = "A", **of: Any) -> dict[str, Any]:
        return {"code": code, "grade": "6", "domain": "RP", "cluster": cluster, "text": f"Do {code}."} | of

    nodes = [
        entry("6.RP.A.3", case_uuid=FIRST), entry("6.RP.A.3.a", case_uuid=SECOND),
        entry("6.RP.A.3.b", case_uuid=SECOND), entry("6.RP.B.4", "B"),
        entry("A-SSE.A.1", grade="HS", domain="A-SSE", domain_name="Seeing Structure"),
    ]  # fmt: skip
    data = {"source": "somewhere", "nodes": nodes, "precedes": [["6.RP.A.3", "6.RP.B.4"], ["6.RP.B.4", "9.Z"], ["x"]]}
    return json.dumps(data | {"related": [["6.RP.A.3", "A-SSE.A.1"]]} | more).encode()


def test_a_derived_graph_gets_its_hierarchy_from_codes_and_groups() -> None:
    package = read_case(derived(), "math-graph")
    by_code = {node.code: node for node in package.nodes}
    graph = Graph(package.nodes, package.edges)
    above = {code: [graph.label(one) for one in graph.parents(node.guid)] for code, node in by_code.items()}
    assert above == {
        "6.RP.A.3": ["6.RP.A"], "6.RP.A.3.a": ["6.RP.A.3"], "6.RP.A.3.b": ["6.RP.A.3"], "6.RP.B.4": ["6.RP.B"],
        "6.RP.A": ["6.RP"], "6.RP.B": ["6.RP"], "6.RP": ["6"], "6": [],
        "A-SSE.A.1": ["A-SSE.A"], "A-SSE.A": ["A-SSE"], "A-SSE": ["HS"], "HS": [],
    }  # fmt: skip
    assert by_code["6.RP.A.3"].guid == FIRST
    assert by_code["A-SSE"].statement == "Seeing Structure"
    assert odd(package)[OddityKind.REPEATED_IDENTIFIER] == ["6.RP.A.3.a", "6.RP.A.3.b"]
    assert odd(package)[OddityKind.DANGLING_END] == ["precedes[1]"]
    assert odd(package)[OddityKind.UNREADABLE_ASSOCIATION] == ["precedes[2]"]
    again = read_case(derived(), "renamed")
    assert [node.guid for node in again.nodes] == [node.guid for node in package.nodes]
    assert again.framework.guid == package.framework.guid


# --- the reference files ----------------------------------------------------------------------------------------------


def reference(name: str) -> CasePackage:
    return read_case(shared("data", "case", name).read_bytes(), name)


@needs_shared
@pytest.mark.shared
def test_the_derived_graph_is_480_standards_757_prerequisites_and_a_longest_chain_of_30() -> None:
    package = reference("ccss-math-prereq-graph.json")
    graph = Graph(package.nodes, package.edges)
    graph.check()
    standards = {node.guid: node for node in package.nodes if node.kind is NodeKind.STANDARD}
    ordered = [edge for edge in package.edges if edge.kind is EdgeKind.PRECEDES]
    assert (len(standards), len(ordered), max(graph.depth.values())) == (480, 757, 30)
    inside = sum(standards[edge.origin].grades == standards[edge.destination].grades for edge in ordered)
    assert inside == 387, "grade is not depth"
    assert graph.assessable == graph.in_order(standards)


@needs_shared
@pytest.mark.shared
def test_sub_standards_and_parents_without_an_edge_of_their_own_inherit_their_familys() -> None:
    package = reference("ccss-math-prereq-graph.json")
    graph = Graph(package.nodes, package.edges)
    has_edge = {end for e in package.edges if e.kind is not EdgeKind.IS_CHILD_OF for end in (e.origin, e.destination)}
    bare = [guid for guid in graph.assessable if guid not in has_edge]
    is_sub = {
        guid for guid in graph.assessable if graph.nodes[graph.parents(guid)[0]].kind is NodeKind.STANDARD
    }  # every standard has exactly one parent
    heirs = {guid for guid in graph.assessable if graph.order[guid].inherited_from}
    assert sum(guid in is_sub for guid in bare) == 59
    assert sum(bool(graph.members(guid)) for guid in bare) == 13
    assert {guid for guid in bare if guid in is_sub or graph.members(guid)} <= heirs
    assert len(heirs) == 59 + 13 + 2, "two more have only an informational edge, which says nothing of order"


@needs_shared
@pytest.mark.shared
@pytest.mark.parametrize(
    ("spelling", "code"),
    [("CC.6.RP.3c", "6.RP.A.3.c"), ("HSA-SSE.A.1", "A-SSE.A.1"), ("CCSS.MATH.CONTENT.4.NF.A.1", "4.NF.A.1")],
)
def test_the_spellings_of_other_systems_find_the_standard(spelling: str, code: str) -> None:
    package = reference("ccss-math-prereq-graph.json")
    index = TargetIndex(Graph(package.nodes, package.edges))
    guid = next(node.guid for node in package.nodes if node.code == code)
    assert resolve_target(spelling, index) == Resolved(guid, guid)


@needs_shared
@pytest.mark.shared
def test_every_standard_is_found_by_its_guid_its_code_and_its_code_without_cluster() -> None:
    package = reference("ccss-math-prereq-graph.json")
    index = TargetIndex(Graph(package.nodes, package.edges))
    for node in package.nodes:
        if node.kind is NodeKind.STANDARD and node.code:
            parts = node.code.split(".")
            place = 1 if "-" in parts[0] else 2
            short = "CC." + ".".join(parts[:place] + parts[place + 1 :])
            for reference_ in (node.guid, node.code, node.code.lower(), short):
                assert resolve_target(reference_, index) == Resolved(node.guid, node.guid), reference_


@needs_shared
@pytest.mark.shared
def test_the_smarter_balanced_package_is_survived_and_its_dirt_reported() -> None:
    package = reference("sbac-MATH-CFPackage.json")
    Graph(package.nodes, package.edges).check()
    counts = package.report.counts()
    assert Counter(str(node.kind) for node in package.nodes) == {"standard": 298, "competency": 205, "grouping": 82}
    assert Counter(str(edge.kind) for edge in package.edges) == {"isChildOf": 562, "precedes": 419, "isRelatedTo": 373}
    assert (len(package.outside), counts["dangling_end"], counts["duplicate_association"]) == (2004, 2004, 2)
    twice = [o.detail for o in package.report.oddities if o.kind is OddityKind.DUPLICATE_ASSOCIATION]
    assert sum(" precedes " in detail for detail in twice) == 1
    assert counts["urn_address"] > 1000


@needs_shared
@pytest.mark.shared
def test_the_opensalt_package_without_item_types_gets_its_kinds_from_its_shape() -> None:
    package = reference("opensalt-test-Ordering.json")
    assert Counter(str(node.kind) for node in package.nodes) == {"standard": 24, "grouping": 4}
    assert package.framework.publisher == "ACT, Inc."
    roots = [node.code for node in package.nodes if not Graph(package.nodes, package.edges).parents(node.guid)]
    assert roots == ["H.A.MATH.GM"]


@needs_shared
@pytest.mark.shared
@pytest.mark.parametrize(
    "name", ["opencase-official-case-v1p1-cfpackage.json", "opensalt-case-v1p0-cfpackage-schema.json"]
)
def test_a_schema_is_no_package(name: str) -> None:
    with pytest.raises(NotACasePackageError, match="CFDocument"):
        reference(name)
