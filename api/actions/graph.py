"""What a curriculum lead does to a district's graph, and what a student may take up next."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.actions.graph_import import as_edge, edge_columns
from mastery.body.words import SATISFIES_SUCCESSOR, State
from mastery.graph import (
    Edge,
    EdgeKind,
    Framework,
    Graph,
    Node,
    NodeKind,
    Strength,
    Unlocked,
    spellings,
    unlocked_next,
)
from models import graph_write as write
from models.district import District
from models.graph_store import DistrictGraph, load_graph
from models.registry import bump
from models.standing import Standing

_LONGEST_CODE = 255
_WAIVED = frozenset({State.WAIVED, State.EXEMPT})


class GraphError(ValueError):
    """A change to the graph that can not be made. `field` names the argument, the text what would be right."""

    def __init__(self, field: str, message: str, candidates: Sequence[str] = ()) -> None:
        self.field = field
        self.candidates = tuple(candidates)
        super().__init__(f"{message}: {', '.join(self.candidates)}" if self.candidates else message)


@dataclass(frozen=True, slots=True)
class StrengthChange:
    """How many prerequisites a rule matched, and how many of them had another strength before."""

    matched: int
    changed: int


@dataclass(frozen=True, slots=True)
class PrerequisiteRule:
    """Which prerequisites a bulk change means: those for which all the stated parts hold. References name nodes.

    `inside`: both ends are of this framework (GUID or title). `below`: both ends are at or below this node.
    `from_grade`, `to_grade`: the origin, the destination has this grade.
    """

    inside: str | None = None
    below: str | None = None
    from_grade: str | None = None
    to_grade: str | None = None


@dataclass(frozen=True, slots=True)
class NewTarget:
    """A learning target of the district's own. `parents` name nodes: it is a child of the first, a part of the others.

    `subject` is that of the first parent where None; `dok` is 1..4; `mastery_bar` a success rate in (0, 1).
    """

    code: str
    statement: str
    parents: tuple[str, ...] = ()
    subject: str | None = None
    dok: int | None = None
    credit_bearing: bool = False
    mastery_bar: float | None = None


@dataclass(frozen=True, slots=True)
class TargetChange:
    """The target's GUID, and whether it was "added", "changed" or "unchanged"."""

    guid: str
    outcome: str


def set_strength(
    session: Session, district_id: int, origin: str, destination: str, strength: Strength
) -> StrengthChange:
    """Make the prerequisite that leads from one node to another hard or soft; the caller commits."""
    write.lock_graph(session, district_id)
    stored = load_graph(session, district_id)
    edges = _prerequisites(session, district_id)
    by_ends = {(edge.origin_id, edge.destination_id): edge for edge in edges}
    befores = _named_nodes(origin, "origin", stored)
    afters = _named_nodes(destination, "destination", stored)
    found = [
        by_ends[ends]
        for before in befores
        for after in afters
        if (ends := (stored.ids[before], stored.ids[after])) in by_ends
    ]
    if not found:
        raise GraphError("origin", f"{origin} is not stated to come before {destination}: import or add that first")
    if len(found) > 1:
        named = [f"{stored.guids[edge.origin_id]} -> {stored.guids[edge.destination_id]}" for edge in found]
        raise GraphError("origin", "several prerequisites go by these codes; name the nodes by GUID", named)
    if strength is Strength.HARD and _crosses_subjects(found[0], stored):
        raise GraphError("origin", _ACROSS)
    return _apply_strength(session, district_id, found, strength)


_ACROSS = "a prerequisite in another subject can only be soft: decisions are made subject by subject"


def _crosses_subjects(edge: write.StoredEdge, stored: DistrictGraph) -> bool:
    return stored.subjects[edge.origin_id] != stored.subjects[edge.destination_id]


def set_strength_in(session: Session, district_id: int, rule: PrerequisiteRule, strength: Strength) -> StrengthChange:
    """Make all prerequisites that a rule means hard or soft; the caller commits."""
    if rule == PrerequisiteRule():
        raise GraphError("rule", "say which prerequisites: a framework, a node, a grade to start from or to lead to")
    write.lock_graph(session, district_id)
    stored = load_graph(session, district_id)
    framework = _framework_named(session, district_id, rule.inside) if rule.inside is not None else None
    below = _below(rule.below, stored) if rule.below is not None else None

    def meant(edge: write.StoredEdge) -> bool:
        before, after = stored.node(edge.origin_id), stored.node(edge.destination_id)
        return (
            (framework is None or before.framework == after.framework == framework)
            and (below is None or (before.guid in below and after.guid in below))
            and (rule.from_grade is None or rule.from_grade in before.grades)
            and (rule.to_grade is None or rule.to_grade in after.grades)
            and not (strength is Strength.HARD and _crosses_subjects(edge, stored))
        )

    return _apply_strength(
        session, district_id, [e for e in _prerequisites(session, district_id) if meant(e)], strength
    )


def add_prerequisite(
    session: Session, district_id: int, origin: str, destination: str, strength: Strength = Strength.SOFT
) -> StrengthChange:
    """State that one node comes before another; the caller commits. Raises CycleError when that makes a circle.

    A prerequisite that is stated already only gets the strength.
    """
    write.lock_graph(session, district_id)
    stored = load_graph(session, district_id)
    before = one_node(origin, "origin", stored)
    after = one_node(destination, "destination", stored)
    if strength is Strength.HARD and stored.graph.nodes[before].subject != stored.graph.nodes[after].subject:
        raise GraphError("origin", _ACROSS)
    edge = Edge(before, EdgeKind.PRECEDES, after, strength)
    rows = write.stored_edges(session, district_id)
    same = [row for row in rows if as_edge(row, stored.guids).key == edge.key]
    if same:
        return _apply_strength(session, district_id, same, strength)
    edges = [as_edge(row, stored.guids) for row in rows]
    Graph(stored.graph.nodes.values(), [*edges, edge], stored.graph.frameworks).check()
    write.add_edges(session, district_id, [edge_columns(edge, stored.ids, write.DISTRICT_SOURCE)])
    bump(session, district_id, "graph")
    return StrengthChange(matched=1, changed=1)


def add_target(session: Session, district_id: int, wanted: NewTarget, now: datetime) -> TargetChange:
    """Add a learning target of the district's own, or change the one of that code; the caller commits.

    Raises GraphError, or CycleError where hanging it there makes targets wait for themselves.
    """
    validate(wanted)
    write.lock_graph(session, district_id)
    stored = load_graph(session, district_id)
    framework, framework_id = own_framework(session, district_id, now)
    parents = [one_node(parent, f"parents[{place}]", stored) for place, parent in enumerate(wanted.parents)]
    subject = wanted.subject or (stored.graph.nodes[parents[0]].subject if parents else None)
    if subject is None:
        raise GraphError("subject", "a target that hangs below nothing needs a subject")
    node = Node(
        guid=str(uuid5(NAMESPACE_URL, f"{framework.guid} {wanted.code}")),
        framework=framework.guid,
        kind=NodeKind.LEARNING_TARGET,
        code=wanted.code,
        statement=wanted.statement.strip(),
        subject=subject,
        grades=stored.graph.nodes[parents[0]].grades if parents else (),
        dok=wanted.dok,
        credit_bearing=wanted.credit_bearing,
        mastery_bar=wanted.mastery_bar,
    )
    _refuse_near_code(node, stored)
    return _store_target(session, district_id, node, framework_id, parents, stored, now)


def next_targets(
    session: Session,
    district_id: int,
    student_id: int,
    graph: DistrictGraph | None = None,
    among: Collection[str] | None = None,
) -> tuple[Unlocked, ...]:
    """What is unlocked next for a student, best first, each with its reason (mastery.graph.unlocked_next).

    `graph` spares loading it again; `among` limits the answer to some targets, by GUID.
    """
    known = graph or load_graph(session, district_id)
    states = session.execute(
        select(Standing.target_id, Standing.state).where(
            Standing.district_id == district_id,
            Standing.student_id == student_id,
        )
    ).all()
    waived = {known.guids[row.target_id] for row in states if row.state in _WAIVED}
    mastered = {known.guids[row.target_id] for row in states if row.state in SATISFIES_SUCCESSOR} - waived
    begun = {known.guids[row.target_id] for row in states} - mastered - waived
    return unlocked_next(known.graph, mastered, waived, among, begun)


# --- nodes by name ----------------------------------------------------------------------------------------------------


def _named_nodes(reference: str, field: str, stored: DistrictGraph) -> tuple[str, ...]:
    """The nodes of the tightest spelling that names any; groupings count, since prerequisites may lead to them."""
    found = next(iter(stored.index.nodes(reference)), ())
    if not found:
        raise GraphError(field, f"no node of the graph goes by {reference!r}: give its GUID or code")
    return tuple(found)


def one_node(reference: str, field: str, stored: DistrictGraph) -> str:
    """The GUID of the node that goes by a reference; GraphError with the candidates where none or several do."""
    found = _named_nodes(reference, field, stored)
    if len(found) > 1:
        raise GraphError(field, f"several nodes go by {reference!r}; name one by GUID", found)
    return found[0]


def _below(reference: str, stored: DistrictGraph) -> set[str]:
    return stored.graph.below(one_node(reference, "below", stored))


def _framework_named(session: Session, district_id: int, name: str) -> str:
    found = write.frameworks_named(session, district_id, name)
    if not found:
        raise GraphError("inside", f"no framework of the district has the GUID or title {name!r}")
    if len(found) > 1:
        raise GraphError("inside", f"several frameworks have the title {name!r}; name one by GUID", found)
    return found[0]


# --- writing ----------------------------------------------------------------------------------------------------------


def _prerequisites(session: Session, district_id: int) -> list[write.StoredEdge]:
    return [edge for edge in write.stored_edges(session, district_id) if edge.kind == EdgeKind.PRECEDES]


def _apply_strength(
    session: Session, district_id: int, edges: Sequence[write.StoredEdge], strength: Strength
) -> StrengthChange:
    different = [edge.id for edge in edges if edge.strength != strength]
    if different:
        write.set_strengths(session, district_id, different, strength)
        bump(session, district_id, "graph")
    return StrengthChange(matched=len(edges), changed=len(different))


def validate(wanted: NewTarget) -> None:
    if wanted.code != wanted.code.strip() or not 0 < len(wanted.code) <= _LONGEST_CODE:
        raise GraphError("code", f"a code has 1 to {_LONGEST_CODE} characters and no space around it")
    if not wanted.statement.strip():
        raise GraphError("statement", "say what the student can do, in the words that the student will read")
    if wanted.dok is not None and wanted.dok not in (1, 2, 3, 4):
        raise GraphError("dok", f"depth of knowledge is 1 to 4, not {wanted.dok}")
    if wanted.mastery_bar is not None and not 0 < wanted.mastery_bar < 1:
        raise GraphError("mastery_bar", f"the bar is a success rate above 0 and below 1, not {wanted.mastery_bar}")


def own_framework(session: Session, district_id: int, now: datetime) -> tuple[Framework, int]:
    """The framework of the district's own targets, made with the first of them."""
    slug, name = session.execute(select(District.slug, District.name).where(District.id == district_id)).one()
    own = Framework(
        # from the slug, so that two installations of one district agree on the GUIDs of its targets
        guid=str(uuid5(NAMESPACE_URL, f"learning targets of {slug}")),
        title=name,
        subject="all",
        publisher=name,
        origin="district",
    )
    row = write.find_framework(session, district_id, own.guid)
    if row is None:
        row = write.add_framework(session, district_id, own, now)
    return own, row.id


def _refuse_near_code(node: Node, stored: DistrictGraph) -> None:
    """Two targets of the district whose codes differ only in case or separators could not be told apart."""
    folded = spellings(node.code or "")[1]
    for other in stored.graph.nodes.values():
        near = other.guid != node.guid and other.framework == node.framework and other.code is not None
        if near and spellings(other.code or "")[1] == folded:
            raise GraphError("code", f"{node.code} differs from the target {other.code} only in case or separators")


def _store_target(
    session: Session,
    district_id: int,
    node: Node,
    framework_id: int,
    parents: Sequence[str],
    stored: DistrictGraph,
    now: datetime,
) -> TargetChange:
    rows = write.stored_edges(session, district_id)
    wanted = {edge.key: edge for edge in _hanging(node.guid, parents)}
    own_key = stored.ids.get(node.guid)
    hangs = (EdgeKind.IS_CHILD_OF, EdgeKind.IS_PART_OF)
    stale = [
        row.id
        for row in rows
        if row.origin_id == own_key
        and row.kind in hangs
        and row.source == write.DISTRICT_SOURCE
        and as_edge(row, stored.guids).key not in wanted
    ]
    kept = {row.id: as_edge(row, stored.guids) for row in rows if row.id not in stale}
    present = {edge.key for edge in kept.values()}
    new = [edge for key, edge in wanted.items() if key not in present]
    known = stored.graph.nodes.get(node.guid)
    if known is not None:
        node = replace(node, sequence=known.sequence, subject=known.subject)
    if known == node and not stale and not new:
        return TargetChange(node.guid, "unchanged")
    nodes = stored.graph.nodes | {node.guid: node}
    Graph(nodes.values(), [*kept.values(), *new], stored.graph.frameworks).check()
    ids = dict(stored.ids)
    if known is None:
        ids |= write.add_nodes(session, district_id, framework_id, [node], now)
    elif known != node:
        write.change_nodes(session, district_id, {ids[node.guid]: node}, now)
    write.remove_edges(session, district_id, stale)
    write.add_edges(session, district_id, [edge_columns(edge, ids, write.DISTRICT_SOURCE) for edge in new])
    bump(session, district_id, "graph")
    return TargetChange(node.guid, "added" if known is None else "changed")


def _hanging(guid: str, parents: Sequence[str]) -> Iterator[Edge]:
    for place, parent in enumerate(dict.fromkeys(parents)):
        yield Edge(guid, EdgeKind.IS_PART_OF if place else EdgeKind.IS_CHILD_OF, parent)
