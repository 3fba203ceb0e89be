"""Whatever is wrong inside a CASE package, reading it ends in values that hold together or in a named problem."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from api.interop.case import read_case
from api.interop.case_values import CasePackage, NotACasePackageError
from mastery.graph import EdgeKind, Graph, Strength

NAMES = [f"00000000-0000-4000-8000-00000000000{n}" for n in range(5)]
scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from(NAMES)
anything = st.recursive(scalars, lambda some: st.lists(some, max_size=3) | st.dictionaries(st.text(max_size=5), some))
ends = st.sampled_from(NAMES) | st.builds(lambda name: {"identifier": name}, st.sampled_from(NAMES)) | anything
kinds = st.sampled_from([*EdgeKind, "ext:other"]) | anything


def entry(**parts: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """An object of which any part may be missing or anything at all."""
    return st.fixed_dictionaries({}, optional={name: part | anything for name, part in parts.items()}) | anything


items = entry(
    identifier=st.sampled_from(NAMES), humanCodingScheme=st.sampled_from(["4.NF.A.1", "A", "B"]),
    fullStatement=st.text(), CFItemType=st.sampled_from(["Standard", "Cluster", "Odd"]), CFItemTypeURI=anything,
    educationLevel=st.lists(st.text(max_size=2)), subject=st.text(), uri=st.text(), sequenceNumber=st.integers(),
)  # fmt: skip
associations = entry(
    identifier=st.sampled_from(NAMES), associationType=kinds, originNodeURI=ends, destinationNodeURI=ends,
    sequenceNumber=st.integers() | st.text(),
)  # fmt: skip
packages = entry(
    CFDocument=entry(identifier=st.sampled_from(NAMES), title=st.text(), subject=anything),
    CFItems=st.lists(items, max_size=6), CFAssociations=st.lists(associations, max_size=12), CFDefinitions=anything,
)  # fmt: skip
derived = entry(
    nodes=st.lists(entry(code=st.sampled_from(["6.RP.A.3", "6.RP.A.3.a", "x"]), grade=st.text(), domain=st.text())),
    precedes=st.lists(st.lists(st.sampled_from(["6.RP.A.3", "x", "y"]), min_size=1, max_size=3)), related=anything,
)  # fmt: skip


@given(packages | derived)
def test_reading_ends_in_values_that_hold_together_or_in_a_named_problem(data: Any) -> None:
    content = json.dumps(data).encode()
    try:
        package = read_case(content, "file")
    except NotACasePackageError as error:
        told = str(error)
    else:
        holds_together(package, content)
        told = "expected"
    assert "expected" in told


def holds_together(package: CasePackage, content: bytes) -> None:
    Graph(package.nodes, package.edges)
    guids = [node.guid for node in package.nodes]
    keys = [edge.key for edge in (*package.edges, *package.outside)]
    assert len(guids) == len(set(guids))
    assert len(keys) == len(set(keys))
    assert {node.framework for node in package.nodes} <= {package.framework.guid}
    assert all(edge.strength is Strength.SOFT for edge in package.edges if edge.kind is EdgeKind.PRECEDES)
    written = json.dumps(
        [[n.guid, n.code, n.statement, n.subject, n.grades] for n in package.nodes], ensure_ascii=False
    )
    assert "\0" not in written
    written.encode()
    assert read_case(content, "file") == package
