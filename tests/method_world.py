"""A page world whose subject goes by a score rule, with results that have levels."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from api_rows import confirm, sitting
from conftest_api import Machine, token_of
from factories import NOW
from page_world import PageWorld

from api.actions.graph_change import change_graph
from api.actions.ingest import Intake
from api.actions.methods import choose_methods, methods_from
from api.security.clients import SCOPES, create_client
from models.unit_of_work import district_transaction

Post = Callable[..., None]


def poster(world: PageWorld) -> Post:
    """Posts a share of points of the world's student on a day of September; .5, .8 and 1 are levels 2, 3 and 4."""
    with district_transaction(world.engine, world.district_id) as session:
        client = create_client(session, world.district_id, "LMS", SCOPES, NOW)
        session.commit()
    http = world.app.test_client()
    machine = Machine(http, world.district_id, client, token_of(http, client))
    for name, purpose in (("quiz-17", "formative"), ("final", "summative")):
        machine.put_assessment(name, purpose=purpose)
        confirm(world.engine, world.district_id, name, world.people["leader"].id, NOW)

    def send(day: int, share: float, **changes: object) -> None:
        at = datetime(2026, 9, day, 13, tzinfo=NOW.tzinfo).isoformat()
        code = str(world.target.code)
        targets = [{"target": code, "score": share, "max": 1}]
        changes = {"performed_at": at, "scored_at": at, "targets": targets} | changes
        (entry,) = machine.post(sitting(str(world.student.identifier), code, day, **changes))
        assert entry["status"] == "accepted", entry

    return send


def choose(world: PageWorld, primary: str, *beside: str) -> None:
    """Let the subject of the world's target go by a method, as the command does."""
    wanted = methods_from(primary, beside, [])
    change_graph(
        Intake.of(world.engine),
        world.district_id,
        NOW,
        lambda session: choose_methods(session, world.district_id, world.target.subject, wanted, NOW),
    )


def explained(world: PageWorld, who: str = "teacher", **headers: str) -> str:
    """The page of the target as a person gets it."""
    client = world.client(who)
    client.get(f"/students/{world.student.id}/targets/{world.target.id}", **headers)
    assert client.response is not None
    return client.response.get_data(as_text=True)
