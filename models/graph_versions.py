"""Published versions of a district's graph, each with the rows that it changed, and what is entered in the draft."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import UniqueConstraint, delete, exists, func, insert, or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Mapped, Session

from mastery.graph import Graph
from mastery.graph.record import EMPTY, Row, What, digest, folded, rows_between
from mastery.graph.versions import Session as AcademicSession
from models.base import Base, DistrictKey, Key, Surrogate, one_of, owned
from models.roster import Term

ORIGINS = ("beginning", "import", "command", "draft")
"""Where a version comes from: what was there before any, a file, a command on the server, a published draft."""


class GraphVersion(Base):
    """A version of the graph, from 1 on. Append-only: the application's role can neither change nor delete it.

    `digest` is that of the whole graph; `changes` counts its rows.
    """

    __tablename__ = "graph_version"
    __table_args__ = (UniqueConstraint("district_id", "number"), one_of("origin", ORIGINS))

    district_id: Mapped[DistrictKey]
    id: Mapped[Surrogate]
    number: Mapped[int]
    origin: Mapped[str]
    title: Mapped[str]
    signed_by: Mapped[str]
    at: Mapped[datetime]
    changes: Mapped[int]
    digest: Mapped[str]


class GraphChange(Base):
    """What a version made of a node or an edge (mastery.graph.record). Append-only."""

    __tablename__ = "graph_change"
    __table_args__ = (
        owned("version_id", to="graph_version"),
        one_of("what", tuple(What)),
        UniqueConstraint("district_id", "version_id", "what", "key"),
    )

    district_id: Mapped[DistrictKey]
    id: Mapped[Surrogate]
    version_id: Mapped[Key]
    what: Mapped[str]
    key: Mapped[str]
    before: Mapped[str | None]
    after: Mapped[str | None]


class GraphEdit(Base):
    """One thing that somebody entered in the draft: the act and what it names (api.actions.graph_draft).

    Publishing takes them all away again: then the version has what they came to.
    """

    __tablename__ = "graph_edit"

    district_id: Mapped[DistrictKey]
    id: Mapped[Surrogate]
    act: Mapped[str]
    detail: Mapped[dict[str, Any]]
    entered_by: Mapped[str]
    at: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class Signature:
    """Why there is a new version, and who says so, in words."""

    origin: str
    title: str
    by: str


def put_version(
    session: Session, district_id: int, before: Graph, after: Graph, signature: Signature, now: datetime
) -> int | None:
    """Keep a version of what changed; its number, None where nothing did. The caller holds the graph.

    The first one is preceded by what was there before there were versions. Each is told against the one on record
    before it, so that none is missing between them.
    """
    if all(row.what is What.FRAMEWORKS for row in rows_between(before, after)):
        return None
    number = newest_number(session, district_id)
    if number == 0 and before.nodes:
        beginning = Signature("beginning", "", "")
        number = _put(session, district_id, 1, rows_between(EMPTY, before), digest(before), beginning, now)
    rows = rows_between(graphs_at(session, district_id, number)[1], after)
    return _put(session, district_id, number + 1, rows, digest(after), signature, now)


def _put(
    session: Session, district_id: int, number: int, rows: Sequence[Row], mark: str, signature: Signature, now: datetime
) -> int:
    version = GraphVersion(
        district_id=district_id, number=number, origin=signature.origin, title=signature.title,
        signed_by=signature.by, at=now, changes=len(rows), digest=mark,
    )  # fmt: skip
    session.add(version)
    session.flush()
    session.execute(
        insert(GraphChange),
        [
            {
                "district_id": district_id, "version_id": version.id, "what": row.what, "key": row.key,
                "before": row.before, "after": row.after,
            }
            for row in rows
        ],
    )  # fmt: skip
    return number


def newest_number(session: Session, district_id: int) -> int:
    """The number of the newest version; 0 where there is none."""
    return session.scalar(select(func.max(GraphVersion.number)).where(GraphVersion.district_id == district_id)) or 0


def versions(session: Session, district_id: int, limit: int, offset: int = 0) -> tuple[Sequence[GraphVersion], int]:
    """A page of the versions, newest first, and how many there are."""
    of_district = select(GraphVersion).where(GraphVersion.district_id == district_id)
    total = session.scalar(select(func.count()).select_from(of_district.subquery())) or 0
    found = session.scalars(of_district.order_by(GraphVersion.number.desc()).limit(limit).offset(offset))
    return found.all(), total


def find_version(session: Session, district_id: int, number: int) -> GraphVersion | None:
    """A version by its number."""
    return session.scalars(
        select(GraphVersion).where(GraphVersion.district_id == district_id, GraphVersion.number == number)
    ).one_or_none()


def graphs_at(session: Session, district_id: int, number: int) -> tuple[Graph, Graph]:
    """The graph before a version and with it, folded from all versions up to it. ValueError for a broken record."""
    before, after = list[Row](), list[Row]()
    for at, change in session.execute(
        select(GraphVersion.number, GraphChange)
        .join(
            GraphChange,
            (GraphChange.district_id == GraphVersion.district_id) & (GraphChange.version_id == GraphVersion.id),
        )
        .where(GraphVersion.district_id == district_id, GraphVersion.number <= number)
        .order_by(GraphVersion.number, GraphChange.id)
    ):
        row = Row(What(change.what), change.key, change.before, change.after)
        (after if at == number else before).append(row)
    old = folded(before)
    return old, folded(after, old)


def taken_away(session: Session, district_id: int) -> frozenset[str]:
    """Keys of the edges that a published draft took away, of which no later version says anything."""
    newest = (
        select(GraphChange.key, GraphChange.after, GraphVersion.origin)
        .ext(distinct_on(GraphChange.key))
        .join(
            GraphVersion,
            (GraphVersion.district_id == GraphChange.district_id) & (GraphVersion.id == GraphChange.version_id),
        )
        .where(GraphChange.district_id == district_id, GraphChange.what == What.EDGE)
        .order_by(GraphChange.key, GraphVersion.number.desc())
        .subquery()
    )
    return frozenset(session.scalars(select(newest.c.key).where(newest.c.after.is_(None), newest.c.origin == "draft")))


# --- the draft --------------------------------------------------------------------------------------------------------


def put_edit(session: Session, district_id: int, act: str, detail: dict[str, Any], by: str, now: datetime) -> GraphEdit:
    """Enter something in the draft."""
    row = GraphEdit(district_id=district_id, act=act, detail=detail, entered_by=by, at=now)
    session.add(row)
    session.flush()
    return row


def edits_of(session: Session, district_id: int) -> Sequence[GraphEdit]:
    """What is entered in the draft, in order."""
    return session.scalars(select(GraphEdit).where(GraphEdit.district_id == district_id).order_by(GraphEdit.id)).all()


def drop_edits(session: Session, district_id: int, ids: Collection[int]) -> int:
    """Take things out of the draft; how many of them were in it."""
    gone = delete(GraphEdit).where(GraphEdit.district_id == district_id, GraphEdit.id.in_(list(ids)))
    return len(session.scalars(gone.returning(GraphEdit.id)).all())


# --- what a draft is checked against ----------------------------------------------------------------------------------


def academic_sessions(session: Session, district_id: int) -> list[AcademicSession]:
    """The terms and years of the roster that have days."""
    rows = session.execute(
        select(Term.kind, Term.begins_on, Term.ends_on)
        .where(Term.district_id == district_id, Term.active)
        .order_by(Term.id)
    )
    return [AcademicSession(kind, first, last) for kind, first, last in rows if first is not None and last is not None]


def in_use(session: Session, district_id: int, nodes: Collection[int]) -> set[int]:
    """Which of some nodes anything but the graph itself refers to: work of students, assessments, calibrations."""
    found = set[int]()
    for table in Base.metadata.sorted_tables:
        if table.name in _OF_THE_GRAPH:
            continue
        columns = [
            key.parent for key in table.foreign_keys if key.column.table.name == "node" and key.column.name == "id"
        ]
        if columns:
            from_node = Base.metadata.tables["node"]
            here = exists().where(
                table.c.district_id == district_id, or_(*(column == from_node.c.id for column in columns))
            )
            found.update(
                session.scalars(
                    select(from_node.c.id).where(
                        from_node.c.district_id == district_id, from_node.c.id.in_(list(nodes)), here
                    )
                )
            )
    return found


_OF_THE_GRAPH = frozenset({"edge", "alias", "target_text"})
