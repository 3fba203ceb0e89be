"""A district whose learning targets have versions, and a draft of the next one that concerns students."""

from __future__ import annotations

from datetime import date
from typing import Any

from factories import NOW
from furnished import LONG, Furnished
from furnished_letters import stewarded
from page_world import PageWorld
from sqlalchemy import select

from api.actions.desk import Desk
from api.actions.graph import NewTarget
from api.actions.graph_draft import enter, new_target, read_draft
from api.actions.graph_publish import publish
from api.actions.ingest import Intake
from mastery.body.words import State
from mastery.graph import Strength
from mastery.graph.draft import Edit, Order, Replace
from models.graph import Node
from models.standing import Standing
from models.unit_of_work import district_transaction


def drafting(found: Furnished) -> None:
    """One version is published, and the target that students work on is to be split in the next."""
    stewarded(found)
    drafted(found.world)


def drafted(world: PageWorld) -> None:
    """The same in a world that has a steward."""
    first = _added(world, "FR-1")
    publish(Intake.of(world.engine), Desk(world.district_id), "A first target of our own", _seen(world), NOW, _TODAY)
    parts = [_added(world, "FR-2a"), _added(world, "FR-2b")]
    entered(world, Order(first, parts[0], Strength.SOFT))
    entered(world, Replace((_worked_on(world),), tuple(parts)))


def entered(world: PageWorld, edit: Edit) -> int:
    """Enter something in the draft of a world."""
    with district_transaction(world.engine, world.district_id) as session:
        number = enter(session, Desk(world.district_id), edit, NOW)
        session.commit()
        return number


def _added(world: PageWorld, code: str) -> str:
    with district_transaction(world.engine, world.district_id) as session:
        known = read_draft(session, world.district_id, _TODAY)
        parent = known.published.guids[world.target.id]
        wanted = NewTarget(code, f"I can do what {code} says. {LONG}", (parent,))
        edit = new_target(session, world.district_id, wanted, known, NOW)
        enter(session, Desk(world.district_id), edit, NOW)
        session.commit()
        return edit.node.guid


def _worked_on(world: PageWorld) -> str:
    """A target that a student of the world has mastered."""
    with district_transaction(world.engine, world.district_id) as session:
        chosen: Any = (
            select(Node.guid)
            .join(Standing, (Standing.district_id == Node.district_id) & (Standing.target_id == Node.id))
            .where(Node.district_id == world.district_id, Standing.state == State.MASTERED.value)
            .order_by(Node.id)
        )
        found = session.scalars(chosen).first()
        assert isinstance(found, str), "a student of the world has mastered a target"
        return found


def _seen(world: PageWorld) -> str:
    with district_transaction(world.engine, world.district_id) as session:
        return read_draft(session, world.district_id, _TODAY).seen


_TODAY: date = NOW.date()
