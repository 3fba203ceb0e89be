"""A class with a course that needs competencies, and a rule for its grades, in a world of pages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

from factories import NOW, Factory
from furnished import LONG, Furnished
from page_world import PageWorld

from api.actions.curriculum import mark_targets, require
from api.actions.desk import Desk
from api.actions.grades import sign_rule
from mastery.grading import AskedRule, Band, GradeLevel, Measure, Rule
from models.graph import Edge, Node
from models.graph_store import load_graph
from models.registry import bump
from models.roster import Section
from models.unit_of_work import district_transaction

COURSE = "math-8"
BASIS = "Board policy 12"
SIGNER = "Horace Mann"
TODAY = NOW.date()
BY_SHARE = Rule(
    Measure.SHARE,
    (
        Band(Decimal("0.9"), "A", Decimal(95)),
        Band(Decimal("0.5"), "B", Decimal(85)),
        Band(Decimal(0), "NP", Decimal(60)),
    ),
)


def competency(
    make: Factory, code: str, says: str, targets: Sequence[Node], item_type: str | None = None
) -> Node:  # fmt: skip
    """A standard that is unpacked into learning targets."""
    node = make.target(code, says)
    node.kind, node.item_type = "standard", item_type
    for one in targets:
        make._add(
            Edge(
                district_id=make.district_id, guid=None, kind="isPartOf", origin_id=one.id, destination_id=node.id,
                strength=None, sequence=None, source="district",
            )
        )  # fmt: skip
    bump(make.session, make.district_id, "graph")
    return node


def of_course(make: Factory, section: Section, course: str = COURSE) -> None:
    """Let a class be of a course, as the roster would say it."""
    make.session.get_one(Section, (make.district_id, section.id)).course_sourced_id = course


def need(world: PageWorld, competencies: Sequence[int], supporting: Sequence[int] = (), course: str = COURSE) -> None:
    """Let the course need competencies, with some supporting targets, from today on."""
    desk = Desk(world.district_id)
    with district_transaction(world.engine, world.district_id) as session:
        graph = load_graph(session, world.district_id)
        mark_targets(session, desk, graph, supporting, [], TODAY, NOW, TODAY, SIGNER)
        require(session, desk, graph, course, competencies, True, TODAY, NOW, TODAY, SIGNER)
        session.commit()


def rule(world: PageWorld, some: Rule | None = BY_SHARE, **more: object) -> int:
    """Sign a rule for the whole district from today on; its number."""
    values = {"level": GradeLevel.DISTRICT, "school": None, "course": None, "basis": BASIS, "since": TODAY} | more
    with district_transaction(world.engine, world.district_id) as session:
        asked = AskedRule(rule=some, **values)  # type: ignore[arg-type]
        number = sign_rule(session, Desk(world.district_id), asked, NOW, TODAY, SIGNER)
        session.commit()
    return number


def coursed(found: Furnished) -> None:
    """Courses, competencies of every standing, skills told apart, more at work than is good, and a grade."""
    world, keys = found.world, dict[str, list[int]]()
    last_week = NOW - timedelta(days=7)

    def rows(make: Factory) -> None:
        student = world.student
        done = [make.target(f"8.EE.{n}", f"I can solve equations, part {n}. {LONG}") for n in range(1, 4)]
        for one in done:
            make.standing(student, one, state="mastered", level=3.5, mastered_at=last_week)
        waits = make.target("8.F.1", "I can say what a function is.")
        make.standing(student, waits, state="mastered_provisional", level=3.0, mastered_at=last_week)
        todo = [make.target(f"8.G.{n}", f"I can move figures, part {n}.") for n in range(1, 8)]
        for one in todo[:6]:
            make.standing(student, one, state="in_progress")
        lifted = make.target("8.SP.1", "I can draw a scatter plot.")
        make.standing(student, lifted, state="waived")
        habit = make.target("SEL.1", "I can ask for help.")
        make.standing(student, habit, state="in_progress")
        made = [
            competency(make, "8.EE", "Equations", done), competency(make, "8.F", "Functions", [waits]),
            competency(make, "8.G", f"Geometry {LONG}", todo), competency(make, "8.SP", "Data", [lifted]),
        ]  # fmt: skip
        apart = competency(make, "SEL", "Asking for help", [habit], "Skill")
        of_course(make, world.section)
        keys["needed"] = [one.id for one in made]
        keys["supporting"] = [one.id for one in todo[2:]]
        found.places |= {"competency": made[2].id, "apart": apart.id}

    world.add(rows)
    need(world, keys["needed"], keys["supporting"])
    rule(world)
