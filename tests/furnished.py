"""A district with something of everything in it, for whoever wants to see pages that are full."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from factories import NOW, WHEEL_SPIN, Factory
from page_world import PageWorld, let_sign_in

from mastery.decide import State
from models.district import District
from models.graph import Node
from models.unit_of_work import shared_transaction

LONG = "Maximiliane-Konstantina Featherstonehaugh-Wolfeschlegelsteinhausenbergerdorff"


@dataclass
class Furnished:
    """The world with something of everything in it; `places` fills the paths of the cases."""

    world: PageWorld
    places: dict[str, int | str] = field(default_factory=dict)


def furnish(world: PageWorld) -> Furnished:
    """Flags of every severity, decisions of every state, too little evidence, long names."""
    found = Furnished(world)

    def rows(make: Factory) -> None:
        _people(found, make)
        targets = _standings(found, make)
        _evidence(found, make, targets)
        _flags(world, make, targets)

    world.add(rows)
    with shared_transaction(world.engine) as session:
        session.get_one(District, world.district_id).sandbox = True
        session.commit()
    return found


def _people(found: Furnished, make: Factory) -> None:
    world = found.world
    long = make.student(world.section, *LONG.split(" ", 1))
    second = make.section(world.school, "Geometry with a title that does not end soon, for everybody", ["3", "4"])
    make.enrol(world.people["teacher"], second, role="teacher")
    make.enrol(world.student, second)
    father = make.guardian_of(world.student, long, given="William", family="King")
    outsider = make.person("Lone", "Wolf")
    world.people |= {"long": long, "father": father, "outsider": outsider}
    world.people["head"] = make.person("Jean", "Piaget")
    make.role(world.people["head"], "administrator", make.school("A school that opens next year").id)
    let_sign_in(make.session, make.district_id, {name: world.people[name] for name in ("father", "outsider", "head")})
    empty = make.section(world.school, "Empty room", [])
    make.enrol(world.people["stranger"], empty, role="teacher")
    found.places = {
        "student": world.student.id, "classmate": world.people["classmate"].id, "section": world.section.id,
        "other": world.other_section.id, "empty": empty.id,
        "school": world.school.id,
    }  # fmt: skip


def _standings(found: Furnished, make: Factory) -> dict[str, Node]:
    """One target in each state, one with too little evidence, one never touched."""
    world, targets = found.world, {}
    for number, state in enumerate(State):
        target = make.target(f"CCSS.MATH.CONTENT.HSA.REI.B.{state}", f"I can solve equations of the {state} kind.")
        mastered = NOW - timedelta(days=number) if state is State.MASTERED else None
        make.standing(
            world.student, target, state=state.value, records=0 if state is State.NOT_STARTED else 4,
            level=number / 2 or None, mastered_at=mastered, probability=number / 10,
        )  # fmt: skip
        targets[state.value] = target
    missing = [{"line": 4, "code": "certifying", "needed": 3.0, "found": None, "targets": []}]
    make.standing(world.student, world.target, records=1, missing=missing)
    make.standing(world.people["long"], world.target, missing=missing)
    found.places |= {
        "mastered": targets[State.MASTERED.value].id, "little": world.target.id, "untouched": make.target().id,
    }  # fmt: skip
    return targets


def _evidence(found: Furnished, make: Factory, targets: dict[str, Node]) -> None:
    world, mastered = found.world, targets[State.MASTERED.value]
    unit = make.assessment("A unit test with a rather long name for a small screen", "summative")
    confirmed, quiz = make.assessment("Confirmed quiz"), make.assessment("Fractions quiz 3")
    make.cut_scores(unit)
    for number, (choices, points) in enumerate(((2, None), (4, None), (4, 1), (None, 1), (None, 4))):
        make.item(unit, f"q{number}", choices, points)
    make.cut_scores(confirmed, world.people["teacher"])
    make.result(world.student, unit, mastered, source_id="one", level=2.0)
    make.result(world.student, unit, mastered, source_id="one", revision=2, level=3.0)
    make.result(world.student, quiz, mastered, score=None)
    make.result(world.student, quiz, mastered, independence="assisted", evidence_type="performance")
    make.result(world.student, quiz, world.target)
    make.result(world.student, confirmed, world.target)
    found.places |= {"proposed": unit.id, "confirmed": confirmed.id}


def _flags(world: PageWorld, make: Factory, targets: dict[str, Node]) -> None:
    quiz, students = make.assessment("Fractions quiz 4"), (world.student, world.people["long"])
    for severity in ("URGENT", "ACT", "WATCH", "INFO"):
        for student in students:
            evidence = make.result(student, quiz, world.target)
            make.wheel_spin(student, world.target, [evidence], severity=severity, family=f"new-{severity}")
    keys = {"closes_when": "prereq_gap.closes", "next_step": "prereq_gap.next", "sentence": "prereq_gap.low"}
    below = targets[State.IN_PROGRESS.value].id
    facts = {"target": world.target.id, "prerequisite": below, "prerequisite_estimate": 0.405, "failed": 2}
    make.wheel_spin(world.student, world.target, finding={**WHEEL_SPIN, **keys, "facts": facts}, family="gap")
    make.wheel_spin(world.student, world.target, family="seen", state="acknowledged")


def crowd(found: Furnished) -> None:
    """More students than a list or a grid shows at once."""

    def rows(make: Factory) -> None:
        section = found.world.other_section
        students = [make.student(section, f"Given{number:02}", LONG.split("-")[-1]) for number in range(52)]
        for student in students[:3]:
            make.standing(student, found.world.target)

    found.world.add(rows)
