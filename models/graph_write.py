"""Changes to the graph of a district: rows in bulk, aliases with them, one writer at a time."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as insert_or
from sqlalchemy.orm import Session

from mastery.graph import Framework, Node, Strength, spellings
from models import graph as rows
from models.district import DistrictStamp
from models.locks import change_rules

DISTRICT_SOURCE = "district"


@dataclass(frozen=True, slots=True)
class StoredEdge:
    """An edge row by keys; `source` is the GUID of the framework that brought it, or "district"."""

    id: int
    origin_id: int
    kind: str
    destination_id: int
    strength: str | None
    sequence: int | None
    guid: str | None
    source: str


def lock_graph(session: Session, district_id: int) -> None:
    """Wait until no other transaction changes this district's graph, so that two changes can not make a cycle."""
    change_rules(session, district_id)
    session.execute(
        insert_or(DistrictStamp)
        .values(district_id=district_id, graph=0, roster=0, assessments=0, policy=0)
        .on_conflict_do_nothing(index_elements=["district_id"])
    )
    session.execute(select(DistrictStamp.graph).where(DistrictStamp.district_id == district_id).with_for_update())


def find_framework(session: Session, district_id: int, guid: str) -> rows.Framework | None:
    """The framework of a GUID."""
    return session.scalars(
        select(rows.Framework).where(rows.Framework.district_id == district_id, rows.Framework.guid == guid)
    ).one_or_none()


def add_framework(session: Session, district_id: int, framework: Framework, now: datetime) -> rows.Framework:
    """Store a new framework."""
    row = rows.Framework(
        district_id=district_id,
        guid=framework.guid,
        title=framework.title,
        publisher=framework.publisher,
        subject=framework.subject,
        source_uri=framework.source_uri,
        case_version=framework.case_version,
        origin=framework.origin,
        imported_at=now,
    )
    session.add(row)
    session.flush()
    return row


def stored_edges(session: Session, district_id: int) -> list[StoredEdge]:
    """All edges of a district."""
    return [
        StoredEdge(*row)
        for row in session.execute(
            select(
                rows.Edge.id,
                rows.Edge.origin_id,
                rows.Edge.kind,
                rows.Edge.destination_id,
                rows.Edge.strength,
                rows.Edge.sequence,
                rows.Edge.guid,
                rows.Edge.source,
            )
            .where(rows.Edge.district_id == district_id)
            .order_by(rows.Edge.id)
        )
    ]


def add_nodes(
    session: Session, district_id: int, framework_id: int, nodes: Sequence[Node], now: datetime
) -> dict[str, int]:
    """Store new nodes with their aliases; returns their keys by GUID."""
    if not nodes:
        return {}
    values = [
        {"district_id": district_id, "framework_id": framework_id, "guid": node.guid} | _columns(node, now)
        for node in nodes
    ]
    ids = {
        row.guid: row.id for row in session.execute(insert(rows.Node).returning(rows.Node.id, rows.Node.guid), values)
    }
    _add_aliases(session, district_id, {ids[node.guid]: node for node in nodes})
    return ids


def change_nodes(session: Session, district_id: int, nodes: Mapping[int, Node], now: datetime) -> None:
    """Store what the nodes say now, by key, and spell their aliases anew."""
    if not nodes:
        return
    session.execute(
        update(rows.Node),
        [{"district_id": district_id, "id": key} | _columns(node, now) for key, node in sorted(nodes.items())],
    )
    session.execute(
        delete(rows.Alias).where(rows.Alias.district_id == district_id, rows.Alias.node_id == func.any(list(nodes)))
    )
    _add_aliases(session, district_id, nodes)


def _columns(node: Node, now: datetime) -> dict[str, Any]:
    return {
        "kind": node.kind,
        "code": node.code,
        "statement": node.statement,
        "abbreviated": node.abbreviated,
        "item_type": node.item_type,
        "grades": list(node.grades),
        "subject": node.subject,
        "dok": node.dok,
        "credit_bearing": node.credit_bearing,
        "mastery_bar": node.mastery_bar,
        "sequence": node.sequence,
        "ended": node.ended,
        "changed_at": now,
    }


def _add_aliases(session: Session, district_id: int, nodes: Mapping[int, Node]) -> None:
    values = [
        {"district_id": district_id, "spelling": spelling, "node_id": key, "rank": rank}
        for key, node in nodes.items()
        if node.code
        for rank, spelling in enumerate(spellings(node.code))
    ]
    if values:
        session.execute(insert(rows.Alias), values)


def add_edges(session: Session, district_id: int, edges: Sequence[Mapping[str, Any]]) -> None:
    """Store new edges: origin_id, kind, destination_id, strength, sequence, guid, source."""
    if edges:
        session.execute(insert(rows.Edge), [{"district_id": district_id} | dict(edge) for edge in edges])


def change_edges(session: Session, district_id: int, edges: Sequence[Mapping[str, Any]]) -> None:
    """Store what edges say now, by `id`: sequence, GUID, or strength and source as well; of all of them the same."""
    if edges:
        session.execute(update(rows.Edge), [{"district_id": district_id} | dict(edge) for edge in edges])


def remove_edges(session: Session, district_id: int, ids: Collection[int]) -> None:
    """Remove edges. Nothing that a student did hangs on an edge."""
    if ids:
        session.execute(
            delete(rows.Edge).where(rows.Edge.district_id == district_id, rows.Edge.id == func.any(list(ids)))
        )


def set_strengths(session: Session, district_id: int, ids: Iterable[int], strength: Strength) -> None:
    """Mark prerequisite edges hard or soft."""
    session.execute(
        update(rows.Edge)
        .where(rows.Edge.district_id == district_id, rows.Edge.id == func.any(list(ids)))
        .values(strength=strength)
    )


def frameworks_named(session: Session, district_id: int, name: str) -> list[str]:
    """GUIDs of the frameworks with this GUID or title."""
    return list(
        session.scalars(
            select(rows.Framework.guid)
            .where(
                rows.Framework.district_id == district_id,
                (rows.Framework.guid == name) | (rows.Framework.title == name),
            )
            .order_by(rows.Framework.id)
        )
    )
