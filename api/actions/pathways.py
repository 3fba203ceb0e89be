"""Keeping the ways to learn a target: a curriculum lead those of the district, a teacher those of their own classes."""

from __future__ import annotations

from collections.abc import Container
from datetime import datetime

from sqlalchemy.orm import Session

from api.actions.links import NotYoursError
from mastery import pathways as law
from mastery.access import Viewer
from mastery.offices import Affair, remit
from mastery.pathways import MOST_KEPT, Pathway, PathwayError
from models.locks import keep_ways
from models.queries_pathways import add_way, count_ways, end_way


def keeps(viewer: Viewer, section: int | None, now: datetime) -> bool:
    """Whether a person keeps the ways of a class, or, without one, those of the district."""
    return remit(viewer, Affair.PATHWAYS, now).district if section is None else section in viewer.sections


def add(
    session: Session,
    viewer: Viewer,
    section: int | None,
    target: int | None,
    way: Pathway,
    known: Container[int],
    source: str,
    now: datetime,
) -> int:
    """Keep a way to learn a target of the graph; its key. Raises NotYoursError, PathwayError. The caller commits."""
    if not keeps(viewer, section, now):
        raise NotYoursError
    if target is None or target not in known:
        raise PathwayError("target")
    kept = law.checked(way, source)
    keep_ways(session, viewer.district, target)
    if count_ways(session, viewer.district, target, section) >= MOST_KEPT:
        raise PathwayError("full")
    return add_way(session, viewer.district, target, section, kept, viewer.person, now)


def end(session: Session, viewer: Viewer, section: int | None, key: int, now: datetime) -> None:
    """Take a way away from now on. Raises NotYoursError where there is no such one to take away. The caller commits."""
    if not keeps(viewer, section, now) or end_way(session, viewer.district, key, section, viewer.person, now) is None:
        raise NotYoursError
