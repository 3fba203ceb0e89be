"""The competency graph of a district: frameworks, nodes, edges, and the spellings by which a node is found."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, SmallInteger, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, DistrictKey, Key, KeyInPrimary, Surrogate, one_of, owned


class Framework(Base):
    """A CASE CFDocument, or the district's own set of targets."""

    __tablename__ = "framework"
    __table_args__ = (UniqueConstraint("district_id", "guid"), one_of("origin", ("imported", "district")))

    district_id: Mapped[DistrictKey]
    id: Mapped[Surrogate]
    guid: Mapped[str]
    title: Mapped[str]
    publisher: Mapped[str | None]
    subject: Mapped[str]
    source_uri: Mapped[str | None]
    case_version: Mapped[str | None]
    origin: Mapped[str]
    imported_at: Mapped[datetime]


class Node(Base):
    """A grouping, standard, competency or learning target; `kind` is mastery.graph's NodeKind.

    `id` is what students have worked on: a target that takes another's place alone takes its row (`graph_publish`).
    """

    __tablename__ = "node"
    __table_args__ = (
        UniqueConstraint("district_id", "guid"),
        owned("framework_id", to="framework"),
        Index(None, "district_id", "framework_id"),
    )

    district_id: Mapped[DistrictKey]
    id: Mapped[Surrogate]
    guid: Mapped[str]
    framework_id: Mapped[Key]
    kind: Mapped[str]
    code: Mapped[str | None]
    statement: Mapped[str]
    abbreviated: Mapped[str | None]
    item_type: Mapped[str | None]
    grades: Mapped[list[str]]
    subject: Mapped[str]
    dok: Mapped[int | None] = mapped_column(SmallInteger)
    credit_bearing: Mapped[bool] = mapped_column(default=False)
    mastery_bar: Mapped[float | None]
    sequence: Mapped[int | None]
    ended: Mapped[bool] = mapped_column(default=False)
    changed_at: Mapped[datetime]


class Edge(Base):
    """A CASE association between two nodes of the district; `strength` belongs to `precedes` alone."""

    __tablename__ = "edge"
    __table_args__ = (
        UniqueConstraint("district_id", "kind", "origin_id", "destination_id"),
        owned("origin_id", to="node"),
        owned("destination_id", to="node"),
        one_of("strength", ("hard", "soft")),
        Index(None, "district_id", "destination_id"),
    )

    district_id: Mapped[DistrictKey]
    id: Mapped[Surrogate]
    guid: Mapped[str | None]
    kind: Mapped[str]
    origin_id: Mapped[Key]
    destination_id: Mapped[Key]
    strength: Mapped[str | None]
    sequence: Mapped[int | None]
    source: Mapped[str]


class Alias(Base):
    """A normalised spelling of a node's code; `rank` 0 is the exact spelling, higher is looser."""

    __tablename__ = "alias"
    __table_args__ = (owned("node_id", to="node"),)

    district_id: Mapped[DistrictKey]
    spelling: Mapped[str] = mapped_column(Text, primary_key=True)
    node_id: Mapped[KeyInPrimary]
    rank: Mapped[int] = mapped_column(SmallInteger)


class TargetText(Base):
    """What a learning target says in one language: for whom English is not the language, or for practice at home.

    `statement` None: the node's own. `example` is a worked example, `task` something to do in ten minutes.
    """

    __tablename__ = "target_text"
    __table_args__ = (owned("node_id", to="node"),)

    district_id: Mapped[DistrictKey]
    node_id: Mapped[KeyInPrimary]
    language: Mapped[str] = mapped_column(Text, primary_key=True)
    statement: Mapped[str | None]
    example: Mapped[str | None]
    task: Mapped[str | None]
