"""Bring a framework into a district's graph: plan the change, refuse what may not be, write it in one transaction."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from api.interop.case_values import CasePackage
from mastery.graph import Edge, EdgeKind, Framework, Graph, Node, Strength
from models import graph as rows
from models import graph_write as write
from models.graph_store import DistrictGraph, load_graph
from models.graph_versions import taken_away
from models.registry import bump


@dataclass(frozen=True, slots=True)
class Tally:
    """How many were added, changed and left alone; `removed` left with this version; `kept` are no longer in the
    file but stay, because evidence or a curriculum lead's mark may hang on them."""

    added: int
    changed: int
    unchanged: int
    removed: int
    kept: int

    @property
    def anything(self) -> bool:
        """Whether something was written."""
        return bool(self.added or self.changed or self.removed)


@dataclass(frozen=True, slots=True)
class GraphImport:
    """What an import did, or would do. `connected` of the edges lead to other frameworks of the district; `outside`
    lead to nothing that the district knows, and were left out; `elsewhere` are nodes of another framework here."""

    framework: str
    title: str
    framework_changed: bool
    nodes: Tally
    edges: Tally
    connected: int
    outside: int
    elsewhere: int

    @property
    def changed(self) -> bool:
        """Whether the import wrote anything."""
        return self.framework_changed or self.nodes.anything or self.edges.anything


@dataclass(slots=True)
class _Plan:
    framework: Framework
    framework_changed: bool
    new_nodes: list[Node] = field(default_factory=list)
    changed_nodes: dict[int, Node] = field(default_factory=dict)
    new_edges: list[Edge] = field(default_factory=list)
    changed_edges: list[dict[str, Any]] = field(default_factory=list)
    stale_edges: list[int] = field(default_factory=list)
    kept_edges: int = 0
    elsewhere: int = 0


def import_case(
    session: Session, district_id: int, package: CasePackage, now: datetime, dry_run: bool = False
) -> GraphImport:
    """Add or update one framework; the caller commits. The same package again changes nothing.

    Kept as they are: strengths, what the district set on a node (DOK, bar, credit, subject), the district's own
    targets and edges, nodes that left the file, what a published draft ended or took away. Raises CycleError, naming
    it edge by edge, when hierarchy or prerequisites of the whole district's graph would no longer be acyclic; then
    nothing is written.
    """
    write.lock_graph(session, district_id)
    stored = load_graph(session, district_id)
    edge_rows = write.stored_edges(session, district_id)
    row = write.find_framework(session, district_id, package.framework.guid)
    plan = _plan_nodes(package, row, stored)
    edges = _known_edges(package, stored, taken_away(session, district_id))
    _plan_edges(plan, edges, edge_rows, stored)
    _check(plan, stored, edge_rows)
    done = _summary(plan, package, edges, stored)
    if done.changed and not dry_run:
        _write(session, district_id, plan, row, stored, now)
    return done


def _plan_nodes(package: CasePackage, row: rows.Framework | None, stored: DistrictGraph) -> _Plan:
    wanted = package.framework
    if row is not None:
        title = wanted.title if package.title_stated else row.title
        wanted = replace(wanted, title=title, subject=row.subject, origin=row.origin)
    plan = _Plan(wanted, row is None or _framework_columns(wanted) != _stored_columns(row))
    for node in package.nodes:
        known = stored.graph.nodes.get(node.guid)
        if known is None:
            plan.new_nodes.append(node)
        elif known.framework != wanted.guid:
            plan.elsewhere += 1
        else:
            merged = replace(
                node,
                subject=known.subject,
                dok=known.dok,
                credit_bearing=known.credit_bearing,
                mastery_bar=known.mastery_bar,
                ended=known.ended,
            )
            if merged != known:
                plan.changed_nodes[stored.ids[node.guid]] = merged
    return plan


def _framework_columns(framework: Framework) -> tuple[str | None, ...]:
    return (framework.title, framework.publisher, framework.source_uri, framework.case_version)


def _stored_columns(row: rows.Framework) -> tuple[str | None, ...]:
    return (row.title, row.publisher, row.source_uri, row.case_version)


def _known_edges(
    package: CasePackage, stored: DistrictGraph, away: Collection[str]
) -> dict[tuple[str, str, str], Edge]:
    """The package's edges, and those leading out of it whose other end the district knows.

    What a published draft ended or took away stays so, whatever the file says.
    """
    here = {node.guid for node in package.nodes} | stored.graph.nodes.keys()
    connected = [edge for edge in package.outside if edge.origin in here and edge.destination in here]
    ended = set(stored.graph.ended)
    return {
        edge.key: edge
        for edge in (*package.edges, *connected)
        if ended.isdisjoint((edge.origin, edge.destination)) and " ".join(edge.key) not in away
    }


def _plan_edges(
    plan: _Plan,
    edges: Mapping[tuple[str, str, str], Edge],
    edge_rows: list[write.StoredEdge],
    stored: DistrictGraph,
) -> None:
    found = set()
    for row in edge_rows:
        key = (stored.guids[row.origin_id], row.kind, stored.guids[row.destination_id])
        edge = edges.get(key)
        if edge is not None:
            found.add(key)
            if row.source == plan.framework.guid and (row.sequence, row.guid) != (edge.sequence, edge.guid):
                plan.changed_edges.append({"id": row.id, "sequence": edge.sequence, "guid": edge.guid})
        elif row.source == plan.framework.guid:
            if row.strength == Strength.HARD:
                plan.kept_edges += 1
            else:
                plan.stale_edges.append(row.id)
    plan.new_edges = [edge for key, edge in edges.items() if key not in found]


def _check(plan: _Plan, stored: DistrictGraph, edge_rows: list[write.StoredEdge]) -> None:
    nodes = dict(stored.graph.nodes)
    nodes.update({node.guid: node for node in (*plan.new_nodes, *plan.changed_nodes.values())})
    stale = set(plan.stale_edges)
    edges = [as_edge(row, stored.guids) for row in edge_rows if row.id not in stale]
    Graph(
        nodes.values(), [*edges, *plan.new_edges], list(dict.fromkeys([*stored.graph.frameworks, plan.framework.guid]))
    ).check()


def as_edge(row: write.StoredEdge, guids: Mapping[int, str]) -> Edge:
    """A stored edge as the law's value."""
    return Edge(
        origin=guids[row.origin_id],
        kind=EdgeKind(row.kind),
        destination=guids[row.destination_id],
        strength=Strength(row.strength) if row.strength else None,
        sequence=row.sequence,
        guid=row.guid,
    )


def _summary(
    plan: _Plan, package: CasePackage, edges: Mapping[tuple[str, str, str], Edge], stored: DistrictGraph
) -> GraphImport:
    in_file = {node.guid for node in package.nodes}
    of_framework = [node.guid for node in stored.graph.nodes.values() if node.framework == plan.framework.guid]
    added, changed = len(plan.new_nodes), len(plan.changed_nodes)
    connected = sum(edge.key in edges for edge in package.outside)
    return GraphImport(
        framework=plan.framework.guid,
        title=plan.framework.title,
        framework_changed=plan.framework_changed,
        nodes=Tally(
            added=added,
            changed=changed,
            unchanged=len(in_file) - added - changed - plan.elsewhere,
            removed=0,
            kept=sum(guid not in in_file for guid in of_framework),
        ),
        edges=Tally(
            added=len(plan.new_edges),
            changed=len(plan.changed_edges),
            unchanged=len(edges) - len(plan.new_edges) - len(plan.changed_edges),
            removed=len(plan.stale_edges),
            kept=plan.kept_edges,
        ),
        connected=connected,
        outside=len(package.outside) - connected,
        elsewhere=plan.elsewhere,
    )


def _write(
    session: Session,
    district_id: int,
    plan: _Plan,
    row: rows.Framework | None,
    stored: DistrictGraph,
    now: datetime,
) -> None:
    if row is None:
        row = write.add_framework(session, district_id, plan.framework, now)
    else:
        row.title, row.publisher = plan.framework.title, plan.framework.publisher
        row.source_uri, row.case_version = plan.framework.source_uri, plan.framework.case_version
    ids = stored.ids | write.add_nodes(session, district_id, row.id, plan.new_nodes, now)
    write.change_nodes(session, district_id, plan.changed_nodes, now)
    write.remove_edges(session, district_id, plan.stale_edges)
    write.change_edges(session, district_id, plan.changed_edges)
    write.add_edges(session, district_id, [edge_columns(edge, ids, plan.framework.guid) for edge in plan.new_edges])
    bump(session, district_id, "graph")


def edge_columns(edge: Edge, ids: Mapping[str, int], source: str) -> dict[str, Any]:
    """An edge as the columns of its row."""
    return {
        "origin_id": ids[edge.origin],
        "kind": edge.kind,
        "destination_id": ids[edge.destination],
        "strength": edge.strength,
        "sequence": edge.sequence,
        "guid": edge.guid,
        "source": source,
    }
