"""What people signed about a decision, for looking at pages: a judgement, and a mastery that is being taken away."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from factories import NOW, Factory
from furnished import Furnished
from furnished_work import long_story
from sqlalchemy.orm import Session

from api.actions.decisions import Signing, mark, sign_decision
from api.actions.explain import fold_of
from api.actions.revoke import propose, take_step
from mastery.revocation import Step
from mastery.transitions import Trigger
from models.graph_store import GraphCache
from models.queries_access import viewer_of
from models.queries_api import standings_on
from models.unit_of_work import district_transaction

WHY = "Explains it to two others, in words and in a drawing."
PROVEN = "The answers of the test in October were somebody else’s, and the student says so."
SIGNED = "I have read both papers and spoken with the student."
APPEAL = "I wrote the second page on my own, and can show it again at any time."


def overridden(found: Furnished) -> None:
    """A target that is mastered by a teacher's judgement."""
    long_story(found)
    _each(found, "teacher", lambda session, viewer: _override(found, session, viewer))


def proposed(found: Furnished) -> None:
    """The same, and the teacher proposes to take it away."""
    overridden(found)
    student, target = found.places["classmate"], found.places["told"]

    def act(session: Session, viewer):
        seen = _seen(session, found)
        found.places["revocation"] = propose(session, viewer, GraphCache(), student, target, PROVEN, seen, NOW)

    _each(found, "teacher", act)


def revoked(found: Furnished) -> None:
    """The same, signed by the principal, and so read by the family."""
    proposed(found)
    _step(found, "principal", Step.SIGN, SIGNED)


def appealed(found: Furnished) -> None:
    """The same, and the student has appealed."""
    revoked(found)
    _step(found, "classmate", Step.APPEAL, APPEAL)


def _override(found: Furnished, session: Session, viewer) -> None:
    student, target = found.places["classmate"], found.places["told"]
    asked = Signing(Trigger.OVERRIDE, WHY, _seen(session, found))
    sign_decision(session, viewer, GraphCache(), student, target, asked, NOW)


def _seen(session: Session, found: Furnished) -> str:
    student, target = found.places["classmate"], found.places["told"]
    row = standings_on(session, found.world.district_id, student, [target])[target]
    return mark(fold_of(row).decision)


def _step(found: Furnished, who: str, step: Step, words: str) -> None:
    student, key = found.places["classmate"], found.places["revocation"]
    _each(
        found,
        who,
        # of today, by the clock that a browser's pages go by: an appeal is open for some days only
        lambda session, viewer: take_step(session, viewer, GraphCache(), student, key, step, words, datetime.now(UTC)),
    )


def _each(found: Furnished, who: str, act) -> None:
    world = found.world
    with district_transaction(world.engine, world.district_id) as session:
        act(session, viewer_of(session, world.district_id, world.people[who].id, NOW))
        session.commit()


def long_held(found: Furnished) -> None:
    """What the student mastered weeks ago, and was not asked about since."""
    world = found.world

    def rows(make: Factory) -> None:
        for code in ("3.OA.7", "3.MD.1"):
            target = make.target(code, f"I can do what {code} asks for.")
            at = NOW - timedelta(days=25)
            make.standing(world.student, target, state="mastered", mastered_at=at, as_of=at)

    world.add(rows)
