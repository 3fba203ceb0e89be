"""A page world in which a student has results on a target, and what people sign about the decision on it."""

from __future__ import annotations

from factories import Factory
from method_world import Post, choose, poster
from page_client import PageClient
from page_world import PageWorld, let_sign_in
from sqlalchemy import select, update

from api.actions.links import Asked, appoint
from mastery.access import Basis, Scope
from mastery.access_matrix import Role
from mastery.body.words import UNDECIDED
from models.graph import Node
from models.registry import bump
from models.standing import Confirmation, Standing
from models.unit_of_work import district_transaction

REASON = "Explains it to two others, in words and in a drawing."


def place(world: PageWorld) -> str:
    """The page of the target."""
    return f"/students/{world.student.id}/targets/{world.target.id}"


def mastered(world: PageWorld) -> Post:
    """Three results that complete the body of evidence, which the rule confirms where no credit hangs on it."""
    post = poster(world)
    choose(world, "DECAY")
    for day in (1, 2):
        post(day, 1.0)
    post(3, 1.0, assessment="final", purpose="summative", evidence_type="test")
    return post


def bears_credit(world: PageWorld) -> None:
    """Let credit hang on the target."""
    with district_transaction(world.engine, world.district_id) as session:
        session.execute(update(Node).where(Node.id == world.target.id).values(credit_bearing=True))
        bump(session, world.district_id, "graph")
        session.commit()


def add_case_manager(world: PageWorld) -> None:
    """Appoint a case manager of the student; signs in as "manager"."""

    def rows(make: Factory) -> None:
        person = make.person("Annie", "Sullivan")
        let_sign_in(make.session, world.district_id, {"manager": person})
        asked = Asked(
            person.id, Role.CASE_MANAGER, Scope.STUDENT, world.student.id, Basis.EMPLOYEE, "case manager",
            world.clock().date(),
        )  # fmt: skip
        appoint(make.session, world.district_id, asked, world.clock())

    world.add(rows)


def state(world: PageWorld) -> tuple[str, float | None]:
    """State and level as stored."""
    with district_transaction(world.engine, world.district_id) as session:
        row = session.scalars(
            select(Standing).where(Standing.student_id == world.student.id, Standing.target_id == world.target.id)
        ).first()
        return (row.state, row.level) if row else (UNDECIDED.state.value, UNDECIDED.level)


def signed(world: PageWorld) -> list[tuple[str, int | None]]:
    """What was signed, by whom, in the order in which it stands."""
    with district_transaction(world.engine, world.district_id) as session:
        rows = session.scalars(select(Confirmation).order_by(Confirmation.at, Confirmation.id))
        return [(one.kind, one.by_person) for one in rows]


def page(client: PageClient, world: PageWorld) -> str:
    """The page of the target as a person sees it now."""
    client.get(place(world))
    assert client.response is not None
    return client.response.get_data(as_text=True)


def acts_open(client: PageClient, world: PageWorld) -> list[str]:
    """What the page lets a person sign."""
    html = page(client, world)
    return [part.split('"', 1)[0] for part in html.split('name="what" value="')[1:]]


def seen(client: PageClient, world: PageWorld) -> str:
    """The mark of the decision in the forms of the page; "" where there is no form."""
    found = page(client, world).split('name="seen" value="')
    return found[1].split('"', 1)[0] if len(found) > 1 else ""


def sign(world: PageWorld, client: PageClient, what: str, status: int = 303, **values: object) -> None:
    """Sign an act as the form of the page does."""
    sent = {"what": what, "reason": REASON, "seen": seen(client, world)} | values
    client.post(f"{place(world)}/decisions", status, **sent)
