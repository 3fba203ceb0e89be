"""A framework goes into a district's graph once, whatever is odd about its file, and again without effect."""

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from case_packages import FRACTIONS, association, fractions, guid, item, package
from factories import NOW, Factory, new_district
from shared_data import needs_shared, shared
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from api.actions.graph import (
    GraphError,
    NewTarget,
    PrerequisiteRule,
    add_prerequisite,
    add_target,
    next_targets,
    set_strength,
    set_strength_in,
)
from api.actions.graph_import import GraphImport, import_case
from api.interop.case import read_case
from mastery.graph import Ambiguous, CycleError, Resolved, Strength, resolve_target
from models.district import DistrictStamp
from models.graph import Alias
from models.graph import Edge as EdgeRow
from models.graph import Framework as FrameworkRow
from models.graph import Node as NodeRow
from models.graph_store import load_graph
from models.unit_of_work import district_transaction

LATER = NOW + timedelta(days=1)
OTHER = "b0000000-0000-4000-8000-000000000000"


@pytest.fixture
def district_id(engine: Engine) -> int:
    return new_district(engine)


@pytest.fixture
def session(engine: Engine, district_id: int) -> Iterator[Session]:
    with district_transaction(engine, district_id) as opened:
        yield opened


def bring(session: Session, district_id: int, content: bytes, **how: Any) -> GraphImport:
    return import_case(session, district_id, read_case(content, "file"), NOW, **how)


def contents(session: Session) -> dict[str, Any]:
    """Everything that an import may write, times included."""
    session.expire_all()
    return {
        table.__tablename__: [
            {column.key: getattr(row, column.key) for column in table.__mapper__.column_attrs}
            for row in session.scalars(select(table).order_by(*table.__mapper__.primary_key))
        ]
        for table in (FrameworkRow, NodeRow, EdgeRow, Alias, DistrictStamp)
    }


def strengths(session: Session, district_id: int) -> dict[tuple[str, str], str]:
    graph = load_graph(session, district_id).graph
    return {
        (graph.label(before), graph.label(target)): strength
        for target, known in graph.order.items()
        for strength, many in (("hard", known.hard), ("soft", known.soft))
        for before in many
    }


def test_a_framework_is_stored_with_its_hierarchy_prerequisites_and_spellings(
    session: Session, district_id: int
) -> None:
    done = bring(session, district_id, fractions())

    assert (done.nodes.added, done.edges.added, done.outside) == (4, 5, 0)
    stored = load_graph(session, district_id)
    assert strengths(session, district_id) == {("4.NF.A.1", "4.NF.A.2"): "soft", ("4.NF.A.2", "4.NF.B.3"): "soft"}
    assert set(stored.graph.members(guid(1))) == {guid(2), guid(3), guid(4)}
    assert resolve_target("CCSS.Math.Content.4.NF.A.1", stored.index) == Resolved(guid(2), guid(2))
    exact = session.scalars(select(Alias.spelling).where(Alias.rank == 0)).all()
    assert sorted(exact) == ["=4.NF.A", "=4.NF.A.1", "=4.NF.A.2", "=4.NF.B.3"]
    assert session.scalars(select(NodeRow.subject).distinct()).all() == ["mathematics"]


def test_the_same_file_again_changes_nothing(session: Session, district_id: int) -> None:
    bring(session, district_id, fractions())
    before = contents(session)

    again = import_case(session, district_id, read_case(fractions(), "another name"), LATER)

    assert not again.changed
    assert (again.nodes.unchanged, again.edges.unchanged) == (4, 5)
    assert contents(session) == before


def test_a_dry_run_says_what_would_change_and_writes_nothing(session: Session, district_id: int) -> None:
    before = contents(session)
    would = bring(session, district_id, fractions(), dry_run=True)
    assert would.nodes.added == 4
    assert contents(session)["node"] == before["node"] == []
    assert bring(session, district_id, fractions()) == would


def test_a_newer_version_changes_wording_and_edges_and_keeps_what_the_district_said(
    session: Session, district_id: int
) -> None:
    bring(session, district_id, fractions())
    set_strength(session, district_id, "4.NF.A.1", "4.NF.A.2", Strength.HARD)
    node = session.scalars(select(NodeRow).where(NodeRow.guid == guid(2))).one()
    node.dok = 2
    session.flush()
    newer = json.loads(fractions())
    newer["CFItems"][1]["fullStatement"] = "Explain why fractions are equivalent."
    newer["CFItems"][2]["humanCodingScheme"] = "4.NF.A.2x"
    newer["CFItems"].pop(3)
    newer["CFAssociations"] = newer["CFAssociations"][:3]

    done = bring(session, district_id, json.dumps(newer).encode())

    assert (done.nodes.changed, done.nodes.kept) == (2, 1)
    assert (done.edges.removed, done.edges.kept) == (2, 1), "a hard prerequisite outlives its place in the file"
    session.expire_all()
    assert (node.statement, node.dok) == ("Explain why fractions are equivalent.", 2)
    assert strengths(session, district_id) == {("4.NF.A.1", "4.NF.A.2x"): "hard"}
    spelled = session.scalars(select(Alias.spelling).join(NodeRow, NodeRow.id == Alias.node_id)).all()
    assert "=4.NF.A.2x" in spelled
    assert "=4.NF.A.2" not in spelled


def test_a_circle_of_prerequisites_is_refused_edge_by_edge_and_nothing_is_written(
    session: Session, district_id: int
) -> None:
    with pytest.raises(CycleError) as refused:
        bring(session, district_id, fractions([association(guid(4), "precedes", guid(2))]))
    assert refused.value.steps == (
        ("4.NF.A.1", "4.NF.A.2"),
        ("4.NF.A.2", "4.NF.B.3"),
        ("4.NF.B.3", "4.NF.A.1"),
    )
    assert "4.NF.A.1 -> 4.NF.A.2, 4.NF.A.2 -> 4.NF.B.3, 4.NF.B.3 -> 4.NF.A.1" in str(refused.value)
    assert contents(session)["node"] == []


def test_a_circle_through_two_frameworks_is_refused(session: Session, district_id: int) -> None:
    bring(session, district_id, fractions())
    other = package(
        [item(9, "BRIDGE", framework="b")],
        [
            association(guid(4), "precedes", guid(9, "b")),
            association(guid(9, "b"), "precedes", guid(2)),
        ],
        OTHER,
    )
    with pytest.raises(CycleError, match=r"4\.NF\.B\.3 -> BRIDGE, BRIDGE -> 4\.NF\.A\.1"):
        bring(session, district_id, other)


def test_a_circle_in_the_hierarchy_is_refused(session: Session, district_id: int) -> None:
    with pytest.raises(CycleError, match="hierarchy"):
        bring(session, district_id, fractions([association(guid(1), "isChildOf", guid(2))]))


def test_an_end_that_another_framework_of_the_district_has_is_connected(session: Session, district_id: int) -> None:
    crosswalk = package(
        [item(1, "FR-1", framework="b"), item(2, "FR-2", framework="b")],
        [
            association(guid(1, "b"), "exactMatchOf", guid(2)),
            association(guid(2, "b"), "exactMatchOf", guid(77)),
        ],
        OTHER,
    )
    alone = bring(session, district_id, crosswalk)
    assert (alone.connected, alone.outside) == (0, 2)
    bring(session, district_id, fractions())

    again = bring(session, district_id, crosswalk)

    assert (again.connected, again.outside, again.edges.added) == (1, 1, 1)
    index = load_graph(session, district_id).index
    first = guid(1, "b")
    assert resolve_target("4.NF.A.1", index) == Resolved(first, guid(2)), "the framework that was there first stands"
    assert resolve_target("FR-1", index) == Resolved(first, first)
    assert not bring(session, district_id, crosswalk).changed


def test_a_node_of_another_framework_stays_there(session: Session, district_id: int) -> None:
    bring(session, district_id, fractions())
    copy = package([item(2, "4.NF.A.1", fullStatement="Another wording.")], [], OTHER, "A copy in Math")
    done = bring(session, district_id, copy)
    assert (done.elsewhere, done.nodes.added, done.nodes.unchanged) == (1, 0, 0)
    assert load_graph(session, district_id).graph.nodes[guid(2)].statement == "Do 4.NF.A.1."


def test_strength_is_set_for_one_prerequisite_by_any_spelling(session: Session, district_id: int) -> None:
    bring(session, district_id, fractions())
    change = set_strength(session, district_id, "CC.4.NF.1", guid(3), Strength.HARD)
    assert (change.matched, change.changed) == (1, 1)
    assert strengths(session, district_id)[("4.NF.A.1", "4.NF.A.2")] == "hard"
    assert set_strength(session, district_id, "4.NF.A.1", "4.NF.A.2", Strength.HARD).changed == 0
    assert not bring(session, district_id, fractions()).changed, "an import keeps the lead's mark"
    with pytest.raises(GraphError, match="not stated to come before"):
        set_strength(session, district_id, "4.NF.A.2", "4.NF.A.1", Strength.HARD)
    with pytest.raises(GraphError, match=r"no node of the graph goes by '9\.X'"):
        set_strength(session, district_id, "9.X", "4.NF.A.1", Strength.HARD)


@pytest.mark.parametrize(
    ("rule", "matched"),
    [
        (PrerequisiteRule(inside="Fractions in Mathematics"), 2),
        (PrerequisiteRule(inside=FRACTIONS), 2),
        (PrerequisiteRule(below="4.NF.A"), 2),
        (PrerequisiteRule(below="4.NF.A.1"), 0),
        (PrerequisiteRule(from_grade="4", to_grade="4"), 2),
        (PrerequisiteRule(from_grade="3"), 0),
    ],
)
def test_strength_is_set_by_a_rule(session: Session, district_id: int, rule: PrerequisiteRule, matched: int) -> None:
    bring(session, district_id, fractions())
    change = set_strength_in(session, district_id, rule, Strength.HARD)
    assert (change.matched, change.changed) == (matched, matched)
    assert list(strengths(session, district_id).values()).count("hard") == matched


def test_a_rule_that_says_nothing_is_refused(session: Session, district_id: int) -> None:
    with pytest.raises(GraphError):
        set_strength_in(session, district_id, PrerequisiteRule(), Strength.HARD)


def test_a_district_hangs_its_own_targets_below_a_standard(session: Session, district_id: int) -> None:
    bring(session, district_id, fractions())
    wanted = NewTarget("FR-EQ-1", "I can explain equal fractions.", ("4.NF.A.1",), dok=2)

    added = add_target(session, district_id, wanted, NOW)

    assert added.outcome == "added"
    stored = load_graph(session, district_id)
    assert resolve_target("4.NF.A.1", stored.index) == Resolved(added.guid, guid(2))
    assert stored.graph.nodes[added.guid].subject == "mathematics"
    assert strengths(session, district_id)[("FR-EQ-1", "4.NF.A.2")] == "soft"
    before = contents(session)
    assert add_target(session, district_id, wanted, LATER).outcome == "unchanged"
    assert contents(session) == before
    assert add_target(session, district_id, replace(wanted, statement="I can."), LATER).outcome == "changed"
    second = add_target(session, district_id, NewTarget("FR-EQ-2", "I can draw them.", ("4.NF.A.1",)), NOW)
    index = load_graph(session, district_id).index
    assert resolve_target("4.NF.A.1", index) == Ambiguous((added.guid, second.guid))
    assert not bring(session, district_id, fractions()).changed
    assert load_graph(session, district_id).graph.nodes[second.guid].code == "FR-EQ-2"


def test_a_target_moves_to_the_parents_that_it_is_given(session: Session, district_id: int) -> None:
    bring(session, district_id, fractions())
    wanted = NewTarget("FR-1", "I can.", ("4.NF.A.1", "4.NF.A.2"))
    added = add_target(session, district_id, wanted, NOW)
    assert load_graph(session, district_id).graph.parents(added.guid) == (guid(2), guid(3))
    add_target(session, district_id, replace(wanted, parents=("4.NF.A.2",)), NOW)
    assert load_graph(session, district_id).graph.parents(added.guid) == (guid(3),)


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        (NewTarget("", "I can."), "code"),
        (NewTarget(" X", "I can."), "code"),
        (NewTarget("X", "  "), "statement"),
        (NewTarget("X", "I can."), "subject"),
        (NewTarget("X", "I can.", subject="art", dok=5), "dok"),
        (NewTarget("X", "I can.", subject="art", mastery_bar=0.0), "mastery_bar"),
        # nobody is sure to be right always, so no estimate could be told of such a bar
        (NewTarget("X", "I can.", subject="art", mastery_bar=1.0), "mastery_bar"),
        (NewTarget("X", "I can.", ("4.NF.A.1", "7.XY"), dok=1), "parents[1]"),
        (NewTarget("own 1", "I can.", subject="art"), "code"),
    ],
)
def test_a_target_that_can_not_be_is_refused_by_field(
    session: Session, district_id: int, wanted: NewTarget, field: str
) -> None:
    bring(session, district_id, fractions())
    add_target(session, district_id, NewTarget("OWN-1", "I can.", subject="art"), NOW)
    with pytest.raises(GraphError) as refused:
        add_target(session, district_id, wanted, NOW)
    assert refused.value.field == field


def test_a_prerequisite_of_the_district_is_added_unless_it_closes_a_circle(session: Session, district_id: int) -> None:
    bring(session, district_id, fractions())
    assert add_prerequisite(session, district_id, "4.NF.A.1", "4.NF.B.3", Strength.HARD).changed == 1
    assert strengths(session, district_id)[("4.NF.A.1", "4.NF.B.3")] == "hard"
    with pytest.raises(CycleError, match=r"4\.NF\.B\.3 -> 4\.NF\.A\.1"):
        add_prerequisite(session, district_id, "4.NF.B.3", "4.NF.A.1")
    assert not bring(session, district_id, fractions()).changed, "the import leaves the district's own edge alone"


def test_what_is_unlocked_next_for_a_student_is_one_call(session: Session, district_id: int) -> None:
    bring(session, district_id, fractions())
    set_strength_in(session, district_id, PrerequisiteRule(below="4.NF.A"), Strength.HARD)
    make = Factory(session, district_id)
    student = make.student(make.section(make.school()))
    nodes = {node.code: node for node in session.scalars(select(NodeRow))}

    assert [one.target for one in next_targets(session, district_id, student.id)] == [guid(2)]
    make.standing(student, nodes["4.NF.A.1"], state="mastered_provisional")
    (second,) = next_targets(session, district_id, student.id)
    assert (second.target, second.hard_mastered, second.hard_waived) == (guid(3), (guid(2),), ())
    make.standing(student, nodes["4.NF.A.2"], state="waived")
    (third,) = next_targets(session, district_id, student.id)
    assert (third.target, third.hard_waived) == (guid(4), (guid(3),))
    make.standing(student, nodes["4.NF.B.3"], state="in_progress")
    assert [one.target for one in next_targets(session, district_id, student.id)] == [guid(4)]


def test_two_changes_at_once_can_not_make_a_circle(engine: Engine, district_id: int) -> None:
    """The second writer waits for the first, sees what it wrote, and is refused."""
    with district_transaction(engine, district_id) as first:
        bring(first, district_id, package([item(1, "A-1"), item(2, "B-1")], []))
        first.commit()
    with district_transaction(engine, district_id) as first, district_transaction(engine, district_id) as second:
        add_prerequisite(first, district_id, "A-1", "B-1")
        second.execute(select(func.set_config("lock_timeout", "100ms", True)))
        with pytest.raises(Exception, match="lock timeout"):
            add_prerequisite(second, district_id, "B-1", "A-1")
        second.rollback()
        first.commit()
    with district_transaction(engine, district_id) as second, pytest.raises(CycleError):
        add_prerequisite(second, district_id, "B-1", "A-1")


def test_districts_do_not_see_each_others_graph(engine: Engine, session: Session, district_id: int) -> None:
    bring(session, district_id, fractions())
    session.commit()
    neighbour = new_district(engine, "Neighbour")
    with district_transaction(engine, neighbour) as theirs:
        assert load_graph(theirs, neighbour).graph.nodes == {}
        assert bring(theirs, neighbour, fractions()).nodes.added == 4


@needs_shared
@pytest.mark.shared
@pytest.mark.parametrize(
    ("file", "nodes", "edges"),
    [
        ("sbac-MATH-CFPackage.json", 585, 1354),
        ("opensalt-test-Ordering.json", 28, 27),
        ("ccss-math-prereq-graph.json", 695, 1584),
    ],
)
def test_the_reference_files_go_in_quickly_and_again_without_effect(
    session: Session, district_id: int, file: str, nodes: int, edges: int
) -> None:
    content = Path(shared("data", "case", file)).read_bytes()
    began = time.perf_counter()
    done = bring(session, district_id, content)
    took = time.perf_counter() - began
    assert (done.nodes.added, done.edges.added) == (nodes, edges)
    assert took < 5.0, f"{file} took {took:.1f} s"
    before = contents(session)
    assert not import_case(session, district_id, read_case(content, "x"), LATER).changed
    assert contents(session) == before
