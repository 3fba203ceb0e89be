"""Work that students handed in, for whoever wants to see its pages full."""

from __future__ import annotations

from factories import NOW, Factory
from furnished import LONG, Furnished

from api.actions.artefacts import add_artefact, state
from api.actions.calibrate_raters import add_example
from api.actions.moderate import call_rater
from api.actions.rate import score
from api.actions.submissions import hand_in
from api.actions.tasks import TaskDraft, give_task, make_rubric
from mastery.rating.artefacts import Artefact, Help
from mastery.rating.work import TaskKind
from models.graph_store import GraphCache
from models.queries_access import viewer_of
from models.queries_rated import CriterionText, rubric_of, task_of
from models.registry import context
from models.unit_of_work import district_transaction


def handed_in(found: Furnished) -> None:
    """Two files of a student: a scan that a teacher added, and one of which the student said whose work it is."""
    world, student = found.world, found.world.student.id
    teacher = world.people["teacher"].id
    said = Artefact(
        "", True, frozenset({Help.AI, Help.PERSON}), f"It found words for the titles; {LONG} lent a camera.", True,
        "I drew the bridge, and built the half of it that is in the picture.",
    )  # fmt: skip
    with district_transaction(world.engine, world.district_id) as session:
        scan = add_artefact(session, world.district_id, student, teacher, f"{LONG}.pdf", b"%PDF-1.7 scan", NOW)
        work = add_artefact(session, world.district_id, student, student, "bridge.png", b"\x89PNG\r\n\x1a\n", NOW)
        state(session, world.district_id, student, work.id, said, NOW)
        session.commit()
    found.places |= {"scan": scan.id, "work": work.id}


_LEVELS = (
    "Nothing is there to see.",
    "Some of it, with much help.",
    "Most of it, with mistakes that matter.",
    f"All of it, so that somebody else can use it; {LONG} could.",
    "All of it, and it is used for something new.",
)


def rated(found: Furnished) -> None:
    """A capstone: one student's work waits for a second rater, another's is far apart, and one is settled."""
    handed_in(found)
    world = found.world

    def rows(make: Factory) -> None:
        for who in ("teacher", "colleague"):
            make.role(world.people[who], "teacher", world.school.id)
        world.people["builder"] = make.student(world.section, "Emily", "Roebling")

    world.add(rows)
    people = {name: world.people[name].id for name in ("teacher", "colleague", "leader")}
    students = {"first": world.student.id, "apart": world.people["classmate"].id, "settled": world.people["builder"].id}
    targets = [int(found.places["mastered"]), int(found.places["little"])]
    intake = world.app.extensions["mastery"].intake
    with district_transaction(world.engine, world.district_id) as session:
        criteria = [
            CriterionText(1, targets[0], "The bridge holds what it is to hold, and one sees why", _LEVELS),
            CriterionText(2, targets[1], f"{LONG} and other long words", _LEVELS),
        ]
        rubric_key = make_rubric(session, world.district_id, people["teacher"], f"Bridges {LONG}", criteria, None, NOW)
        teacher = viewer_of(session, world.district_id, people["teacher"], NOW)
        title, words = f"Build a bridge {LONG}", "Build one that holds a book for a minute."
        draft = TaskDraft(rubric_key, TaskKind.CAPSTONE, title, words, True, 4, NOW.date())
        key = give_task(session, teacher, world.section.id, draft, NOW)
        task, rubric = task_of(session, world.district_id, key), rubric_of(session, world.district_id, rubric_key)
        assert task is not None
        assert rubric is not None
        laid = [(int(found.places["work"]), one) for one in targets]
        works = {
            name: hand_in(
                session, world.district_id, student, student, task, rubric, laid if name == "first" else (),
                f"I built it at home; {LONG} held the book.", b"key", NOW,
            )
            for name, student in students.items()
        }  # fmt: skip
        graph = GraphCache().get(session, world.district_id, context(session, world.district_id).stamps.graph)
        leader = viewer_of(session, world.district_id, people["leader"], NOW)
        colleague = viewer_of(session, world.district_id, people["colleague"], NOW)
        for work in works.values():
            call_rater(session, leader, work, people["colleague"], NOW, NOW.date())
        for name, viewer, first in (
            ("apart", teacher, 1.0), ("apart", colleague, 3.0), ("settled", teacher, 3.0), ("settled", colleague, 3.5),
        ):  # fmt: skip
            score(session, intake, graph, viewer, works[name], {"1": first, "2": None}, "", NOW)
        for number in range(5):
            add_example(session, leader, rubric, b"%PDF-" + bytes([number]), {"1": 3.0, "2": 2.5}, NOW)
        session.commit()
    found.places |= {
        "rubric": rubric_key,
        "task": key,
        "builder": students["settled"],
        **{f"work_{name}": one for name, one in works.items()},
    }
