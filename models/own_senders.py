"""What stands for work that people do here as a sender of results. It has no secret, so nothing signs in as it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.access import Client
from models.locks import give_names


class OwnSender(StrEnum):
    """What people do here that ends as results."""

    TYPED_IN = "typed-in"
    SCORED_WORK = "scored-work"


_NAMES = {OwnSender.TYPED_IN: "Typed in by teachers", OwnSender.SCORED_WORK: "Work that people score here"}


def own_sender_id(district_id: int, sender: OwnSender) -> str:
    """Its public id."""
    return f"{district_id}.{sender}"


def own_sender_ids(district_id: int) -> tuple[str, ...]:
    """The public ids of all of them: no programs."""
    return tuple(own_sender_id(district_id, one) for one in OwnSender)


def own_sender(session: Session, district_id: int, sender: OwnSender) -> int | None:
    """Its key; None before anything was done with it."""
    public = own_sender_id(district_id, sender)
    return session.scalar(select(Client.id).where(Client.district_id == district_id, Client.client_id == public))


def make_own_sender(session: Session, district_id: int, sender: OwnSender, now: datetime) -> int:
    """Its key, made where it is not there yet, by one at a time."""
    give_names(session, district_id, "client")
    known = own_sender(session, district_id, sender)
    if known is not None:
        return known
    row = Client(
        district_id=district_id, client_id=own_sender_id(district_id, sender), name=_NAMES[sender], scopes=[],
        created_at=now, last_used_at=None, revoked_at=None,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row.id
