"""What is stored under a result's key, and what waits in quarantine."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from mastery.evidence import Result, normalised
from models.evidence import Quarantine


class PostState(StrEnum):
    """Where a post stands: stored as evidence, or in quarantine and how it goes on there."""

    STORED = "stored"
    WAITING = "waiting"
    RELEASED = "released"
    SUPERSEDED = "superseded"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Post:
    """A post found under its source id; `key` is that of the result or of the quarantine entry."""

    source_id: str
    revision: int
    digest: bytes
    state: PostState
    key: int
    student: int | None


_FIND = (
    "SELECT p.* FROM unnest(%(sources)s::text[]) AS s CROSS JOIN LATERAL ("
    "SELECT source_id, revision, digest, 'stored' AS state, id, student_id FROM result"
    " WHERE district_id = %(district)s AND client_pk = %(client)s AND source_id = s"
    " UNION ALL SELECT source_id, revision, digest, state, id, NULL FROM quarantine"
    " WHERE district_id = %(district)s AND client_pk = %(client)s AND source_id = s AND state <> 'released'"
    ") AS p"
)


def asking_posts(district_id: int, client_pk: int, source_ids: Collection[str]) -> tuple[str, dict[str, object]]:
    """The statement whose rows `posts_of` reads: all posts of these sources."""
    return _FIND, {"district": district_id, "client": client_pk, "sources": list(source_ids)}


def posts_of(rows: Sequence[tuple[Any, ...]]) -> dict[str, list[Post]]:
    """Posts by source id. One that left quarantine is found as what it became."""
    found: dict[str, list[Post]] = {}
    for source_id, revision, digest, state, key, student in rows:
        post = Post(source_id, revision, bytes(digest), PostState(state), key, student)
        found.setdefault(source_id, []).append(post)
    return found


def quarantine(
    session: Session,
    district_id: int,
    client_pk: int,
    result: Result,
    digest: bytes,
    missing: tuple[str, str, Sequence[str]],
    state: PostState,
    now: datetime,
) -> int:
    """Keep a result that names something unknown; returns its quarantine key."""
    kind, reference, candidates = missing
    return session.execute(
        insert(Quarantine)
        .values(
            district_id=district_id,
            client_pk=client_pk,
            source_id=result.source_id,
            revision=result.revision,
            digest=digest,
            body=normalised(result),
            missing_kind=kind,
            missing_reference=reference,
            candidates=list(candidates),
            state=state.value,
            received_at=now,
        )
        .returning(Quarantine.id)
    ).scalar_one()


def supersede_waiting(
    session: Session, district_id: int, client_pk: int, newer: Sequence[tuple[str, int]], now: datetime
) -> None:
    """What waits under an older revision of these sources will not come in any more."""
    for source_id, revision in newer:
        session.execute(
            update(Quarantine)
            .where(
                Quarantine.district_id == district_id,
                Quarantine.client_pk == client_pk,
                Quarantine.source_id == source_id,
                Quarantine.revision < revision,
                Quarantine.state == PostState.WAITING.value,
            )
            .values(state=PostState.SUPERSEDED.value, settled_at=now)
        )


@dataclass(frozen=True, slots=True)
class Waiting:
    """A quarantined post that may be tried again."""

    key: int
    client_pk: int
    body: Any
    received_at: datetime


def waiting_posts(session: Session, district_id: int, after: int, limit: int) -> list[Waiting]:
    """Waiting posts in order of arrival, from key `after` on, held against another release at the same time."""
    rows = session.execute(
        select(Quarantine.id, Quarantine.client_pk, Quarantine.body, Quarantine.received_at)
        .where(
            Quarantine.district_id == district_id,
            Quarantine.state == PostState.WAITING.value,
            Quarantine.id > after,
        )
        .order_by(Quarantine.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    return [Waiting(row.id, row.client_pk, row.body, row.received_at) for row in rows]


def settle_quarantine(
    session: Session, district_id: int, keys: Collection[int], state: PostState, now: datetime
) -> None:
    """Say how quarantined posts went on."""
    session.execute(
        update(Quarantine)
        .where(Quarantine.district_id == district_id, Quarantine.id == func.any(list(keys)))
        .values(state=state.value, settled_at=now)
    )
