"""A drafted graph becomes the one in force: rows written so that nothing of what students did is touched.

A target that takes the place of one other alone takes over its row, and with the row all evidence, decisions and acts;
the one that ended gets a row of its own, on which nothing hangs. GUIDs are what is told outside, so that each says what
it always said.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from mastery.graph import EdgeKind, Graph, Node
from models import graph as rows
from models import graph_write as write
from models.graph_store import DistrictGraph
from models.registry import bump


def frameworks(session: Session, district_id: int) -> dict[str, tuple[int, str]]:
    """Key and origin of each framework of a district, by GUID."""
    found = session.execute(
        select(rows.Framework.guid, rows.Framework.id, rows.Framework.origin).where(
            rows.Framework.district_id == district_id
        )
    )
    return {guid: (key, origin) for guid, key, origin in found}


def write_graph(
    session: Session, district_id: int, stored: DistrictGraph, after: Graph, taken: Mapping[str, str], now: datetime
) -> dict[str, int]:
    """Store a drafted graph; the keys of its nodes by GUID. The caller holds the graph and commits.

    `taken` has, by the GUID of what ended, the one target that takes its place alone, on whose row no work hangs.
    """
    owners = {guid: key for guid, (key, _) in frameworks(session, district_id).items()}
    ids, fresh = dict(stored.ids), list[Node]()
    for old, heir in taken.items():
        key, spare = ids.pop(old), ids.pop(heir, None)
        if spare is not None:
            _rename(session, district_id, spare, f"{heir} gives way", owners[after.nodes[heir].framework])
        _rename(session, district_id, key, heir, owners[after.nodes[heir].framework])
        ids[heir] = key
        if spare is None:
            fresh.append(after.nodes[old])
        else:
            _rename(session, district_id, spare, old, owners[after.nodes[old].framework])
            ids[old] = spare
    waiting = {node.guid for node in fresh}
    fresh += [node for guid, node in after.nodes.items() if guid not in ids and guid not in waiting]
    for framework, key in owners.items():
        some = [node for node in fresh if node.framework == framework]
        ids |= write.add_nodes(session, district_id, key, some, now)
    changed = {
        ids[guid]: node
        for guid, node in after.nodes.items()
        if ids[guid] in stored.guids and stored.graph.nodes[stored.guids[ids[guid]]] != node
    }
    write.change_nodes(session, district_id, changed, now)
    _move_texts(session, district_id, [(stored.ids[old], ids[old]) for old in taken])
    _write_edges(session, district_id, after, ids, {stored.ids[old] for old in taken})
    bump(session, district_id, "graph")
    return ids


def _rename(session: Session, district_id: int, key: int, guid: str, framework: int) -> None:
    session.execute(
        update(rows.Node)
        .where(rows.Node.district_id == district_id, rows.Node.id == key)
        .values(guid=guid, framework_id=framework)
    )


def _move_texts(session: Session, district_id: int, moves: list[tuple[int, int]]) -> None:
    """What a row said in other languages goes with the node, not with the row: the heir has words of its own."""
    other = {key: twin for pair in moves for key, twin in (pair, pair[::-1])}
    texts = session.scalars(
        select(rows.TargetText).where(
            rows.TargetText.district_id == district_id, rows.TargetText.node_id == func.any(list(other))
        )
    ).all()
    told = [
        {
            "district_id": district_id, "node_id": other[one.node_id], "language": one.language,
            "statement": one.statement, "example": one.example, "task": one.task,
        }
        for one in texts
    ]  # fmt: skip
    for one in texts:
        session.delete(one)
    session.flush()
    session.add_all([rows.TargetText(**values) for values in told])
    session.flush()


def _write_edges(
    session: Session, district_id: int, after: Graph, ids: Mapping[str, int], taken: Collection[int]
) -> None:
    """`taken` are the rows that another node took over: their edges are the district's own then, not a file's."""
    wanted = {(ids[edge.origin], edge.kind, ids[edge.destination]): edge for edge in after.edges}
    stale, changed = list[int](), list[dict[str, Any]]()
    for row in write.stored_edges(session, district_id):
        edge = wanted.pop((row.origin_id, EdgeKind(row.kind), row.destination_id), None)
        if edge is None:
            stale.append(row.id)
            continue
        source = write.DISTRICT_SOURCE if {row.origin_id, row.destination_id} & set(taken) else row.source
        now = {"strength": edge.strength, "sequence": edge.sequence, "guid": edge.guid, "source": source}
        if now != {"strength": row.strength, "sequence": row.sequence, "guid": row.guid, "source": row.source}:
            changed.append({"id": row.id, **now})
    write.remove_edges(session, district_id, stale)
    write.change_edges(session, district_id, changed)
    write.add_edges(
        session,
        district_id,
        [
            {
                "origin_id": origin, "kind": kind, "destination_id": destination, "strength": edge.strength,
                "sequence": edge.sequence, "guid": edge.guid, "source": write.DISTRICT_SOURCE,
            }
            for (origin, kind, destination), edge in wanted.items()
        ],
    )  # fmt: skip
