"""Letting in what waited: results that named something unknown, once roster, graph or registry knows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.actions.ingest import Intake, Sender, take_in
from api.actions.naming import Names, Unnamed
from api.actions.outcome import Status
from mastery.evidence import restored
from models.access import Client
from models.posts import PostState, Waiting, settle_quarantine, waiting_posts
from models.registry import context

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Released:
    """How many waiting results came in, were refused, and still wait."""

    accepted: int
    rejected: int
    waiting: int


def release(session: Session, intake: Intake, district_id: int, now: datetime) -> Released:
    """Try every waiting result of a district again, in the order of arrival, within the caller's transaction."""
    clients = {
        row.id: row.client_id
        for row in session.execute(select(Client.id, Client.client_id).where(Client.district_id == district_id))
    }
    accepted = rejected = still = after = 0
    while waiting := waiting_posts(session, district_id, after, _AT_ONCE):
        after = waiting[-1].key
        by_client: dict[int, list[Waiting]] = {}
        for post in waiting:
            by_client.setdefault(post.client_pk, []).append(post)
        for client_pk, posts in sorted(by_client.items()):
            sender = Sender(district_id, client_pk, clients[client_pk])
            ready = _ready(session, intake, sender, posts)
            still += len(posts) - len(ready)
            came_in, refused = _take_in(session, intake, sender, ready, now)
            accepted += came_in
            rejected += refused
    return Released(accepted, rejected, still)


def _ready(session: Session, intake: Intake, sender: Sender, posts: list[Waiting]) -> list[Waiting]:
    """The posts whose every name is known now."""
    stamps = context(session, sender.district_id).stamps
    graph = intake.graphs.get(session, sender.district_id, stamps.graph)
    known = intake.known.of(sender.district_id, stamps)
    results = [restored(post.body) for post in posts]
    named = Names(session, sender.district_id, sender.client_pk, graph, known, results).resolve(results)
    return [post for post, one in zip(posts, named, strict=True) if not isinstance(one, Unnamed)]


def _take_in(session: Session, intake: Intake, sender: Sender, posts: list[Waiting], now: datetime) -> tuple[int, int]:
    if not posts:
        return 0, 0
    district_id = sender.district_id
    settle_quarantine(session, district_id, [post.key for post in posts], PostState.RELEASED, now)
    results = [restored(post.body) for post in posts]
    came = {(one.source_id, one.revision): post.received_at for one, post in zip(results, posts, strict=True)}
    outcomes = take_in(session, intake, sender, results, now, came)
    refused = [post.key for post, outcome in zip(posts, outcomes, strict=True) if outcome.status is Status.REJECTED]
    settle_quarantine(session, district_id, refused, PostState.REJECTED, now)
    return len(posts) - len(refused), len(refused)
