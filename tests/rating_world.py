"""A class with a rubric and a task, a student who hands in work, and people who score it, by their pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from factories import NOW
from page_client import PageClient
from page_world import PageWorld

from api.actions.artefacts import add_artefact, state
from api.actions.tasks import TaskDraft, give_task, make_rubric
from mastery.rating.artefacts import Artefact, Help
from mastery.rating.work import TaskKind
from models.graph import Node
from models.queries_access import viewer_of
from models.queries_rated import CriterionText
from models.rated_work import Submission
from models.unit_of_work import district_transaction

LEVELS = ("nothing", "a beginning", "nearly", "all of it", "more than that")
OWN = Artefact("", own_work=True, help=frozenset({Help.NONE}))


@dataclass
class RatingWorld:
    """The page world with a task of two criteria; `targets` by the criterion's key, `task` and `rubric` keys."""

    world: PageWorld
    targets: dict[str, Node]
    rubric: int
    task: int
    artefact: int = 0

    def hand_in(self, client: PageClient | None = None, **more: Any) -> int:
        """Hand in the file for both targets, or what is given; the submission's key."""
        student = client or self.world.client("student")
        parts = more.pop("part", [f"{self.artefact}-{one.id}" for one in self.targets.values()])
        student.post(f"/students/{self.world.student.id}/tasks/{self.task}", part=parts, **more)
        return self.newest().id

    def newest(self) -> Submission:
        """What was handed in last."""
        found: Submission = self.world.rows(Submission)[-1]
        return found

    def score(self, who: str, submission: int, first: str, second: str, status: int = 303) -> str:
        """Hand in somebody's scores; the page that follows, or the refusal."""
        client = self.world.client(who)
        page = client.post(f"/ratings/{submission}", status, **{"level-1": first, "level-2": second})
        return page.text if status != 303 else client.get(f"/ratings/{submission}").text


def rating_world(world: PageWorld, *, credit: bool = False, kind: TaskKind = TaskKind.PERFORMANCE) -> RatingWorld:
    """A rubric of two criteria, a task for the first class, and a file of its student."""
    made: dict[str, Node] = {}

    def rows(make: Any) -> None:
        for who in ("teacher", "colleague"):
            make.role(world.people[who], "teacher", world.school.id)
        made["1"], made["2"] = world.target, make.target("4.NF.A.2", "I can compare two fractions.")

    world.add(rows)
    teacher, student = world.people["teacher"].id, world.student.id
    with district_transaction(world.engine, world.district_id) as session:
        criteria = [CriterionText(int(key), node.id, f"Part {key}", LEVELS) for key, node in made.items()]
        rubric = make_rubric(session, world.district_id, teacher, "Bridges", criteria, None, NOW)
        viewer = viewer_of(session, world.district_id, teacher, NOW)
        draft = TaskDraft(rubric, kind, "Build a bridge", "Build one that holds a book.", credit, 3, None)
        task = give_task(session, viewer, world.section.id, draft, NOW)
        added = add_artefact(session, world.district_id, student, student, "bridge.pdf", b"%PDF-1.7 bridge", NOW)
        state(session, world.district_id, student, added.id, OWN, NOW)
        session.commit()
    return RatingWorld(world, made, rubric, task, added.id)


def html(client: PageClient) -> str:
    """What the client got last, as it was sent."""
    assert client.response is not None
    return client.response.get_data(as_text=True)


def call(world: PageWorld, submission: int, who: str) -> None:
    """Ask somebody to score a piece of work, as the moderation lead does."""
    world.client("leader").post(f"/moderation/{submission}", rater=world.people[who].id)
