"""Every page in every state that it can be in: where it is, who opens it, how they come there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from factories import NOW, WHEEL_SPIN, Factory
from page_world import PASSWORD, PageWorld
from visitors import Visitor

from api.actions.accounts import create_account
from mastery.decide import State
from models.district import District
from models.graph import Node
from models.roster import Person
from models.unit_of_work import shared_transaction

LONG = "Maximiliane-Konstantina Featherstonehaugh-Wolfeschlegelsteinhausenbergerdorff"


@dataclass(frozen=True)
class Case:
    """A page in one state. `path` may name places of the world; `come` does there what it takes to see the state."""

    name: str
    endpoint: str | None
    who: str | None
    path: str
    come: Callable[[Visitor], object] | None = None
    crowded: bool = False
    status: int = 200


def _refused(visitor: Visitor) -> None:
    visitor.page.get_by_label("Sign-in name").fill("teacher")
    visitor.page.get_by_label("Password").fill("not this one")
    visitor.page.get_by_role("button", name="Sign in").click()
    visitor.page.get_by_role("alert").wait_for()


def _too_old(visitor: Visitor) -> None:
    visitor.page.evaluate("document.querySelector('.who [name=csrf_token]').value = 'old'")
    visitor.page.get_by_role("button", name="Sign out").click()
    visitor.page.get_by_role("heading", name="That form was too old").wait_for()


def _reproved(visitor: Visitor) -> None:
    """A form that the server does not take as it is: the browser's own check is left out."""
    card = visitor.page.locator("[data-new]").first
    card.get_by_text("Dismiss, with a reason").click()
    card.locator("form.dismiss").evaluate("(form) => { form.noValidate = true; }")
    card.get_by_role("button", name="Dismiss").click()
    visitor.page.get_by_text("choose one of the reasons").wait_for()


def _shortened(visitor: Visitor) -> None:
    """Its many sections are alike; the first and the last ones stand for all, or it would take as long as the rest."""
    visitor.page.evaluate("[...document.querySelectorAll('main section')].slice(4, -4).forEach((one) => one.remove())")


# a page that is added comes in here with one line; a test counts the routes
CASES = (
    Case("sign in", "pages.sign_in", None, "/sign-in"),
    Case("sign in, refused", "pages.sign_in", None, "/sign-in", _refused, status=422),
    Case("first page", "pages.home", "teacher", "/"),
    Case("today, full", "pages.today", "teacher", "/today"),
    Case("today, a form refused", "pages.today", "teacher", "/today", _reproved),
    Case("today, nothing new", "pages.today", "stranger", "/today"),
    Case("today, no class", "pages.today", "leader", "/today"),
    Case("students", "pages.students", "teacher", "/students"),
    Case("students of one class, many", "pages.students", "colleague", "/students?section={other}", crowded=True),
    Case("students, second page", "pages.students", "colleague", "/students?page=2", crowded=True),
    Case("students, none", "pages.students", "outsider", "/students"),
    Case("children", "pages.students", "father", "/students"),
    Case("student, full", "pages.student", "teacher", "/students/{student}"),
    Case("student, nothing scored", "pages.student", "teacher", "/students/{classmate}"),
    Case("student, for the family", "pages.student", "guardian", "/students/{student}"),
    Case("student, for themselves", "pages.student", "student", "/students/{student}"),
    Case("explanation, full", "pages.explanation", "teacher", "/students/{student}/targets/{mastered}"),
    Case("explanation, too little", "pages.explanation", "teacher", "/students/{student}/targets/{little}"),
    Case("explanation, nothing", "pages.explanation", "guardian", "/students/{student}/targets/{untouched}"),
    Case("cut scores, proposed", "pages.cut_scores", "teacher", "/assessments/{proposed}/cut-scores"),
    Case("cut scores, confirmed", "pages.cut_scores", "teacher", "/assessments/{confirmed}/cut-scores"),
    Case("class, full", "pages.class_page", "teacher", "/classes/{section}"),
    Case("class, many by name", "pages.class_page", "colleague", "/classes/{other}?order=name", crowded=True),
    Case("class, nobody in it", "pages.class_page", "stranger", "/classes/{empty}"),
    Case("gallery", "pages.gallery", "teacher", "/gallery"),
    Case("no such page", None, "teacher", "/students/0", status=404),
    Case("no such page, signed out", None, None, "/nowhere", status=404),
    Case("not that way", None, "teacher", "/sign-out", status=405),
    Case("form too old", None, "teacher", "/students", _too_old, status=400),
    Case("reference of the interface", None, None, "/api/v1/reference", _shortened),
)


@dataclass
class Furnished:
    """The world with something of everything in it; `places` fills the paths of the cases."""

    world: PageWorld
    places: dict[str, int] = field(default_factory=dict)

    def path(self, case: Case) -> str:
        """Where a case is."""
        return case.path.format(**self.places)


def furnish(world: PageWorld, crowded: bool = False) -> Furnished:
    """Flags of every severity, decisions of every state, too little evidence, long names; `crowded` for more pages."""
    found = Furnished(world)

    def rows(make: Factory) -> None:
        _people(found, make)
        targets = _standings(found, make)
        _evidence(found, make, targets)
        _flags(world, make, targets)
        if crowded:
            _crowd(world, make)

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
    for name in ("father", "outsider"):
        create_account(make.session, make.district_id, name, PASSWORD, world.people[name].id, NOW)
    empty = make.section(world.school, "Empty room", [])
    make.enrol(world.people["stranger"], empty, role="teacher")
    found.places = {
        "student": world.student.id, "classmate": world.people["classmate"].id, "section": world.section.id,
        "other": world.other_section.id, "empty": empty.id,
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


def _crowd(world: PageWorld, make: Factory) -> None:
    """More students than a list or a grid shows at once."""
    students: list[Person] = [make.student(world.other_section, f"Given{n:02}", LONG.split("-")[-1]) for n in range(52)]
    for student in students[:3]:
        make.standing(student, world.target)


def signed_in(visitor: Visitor, who: str) -> None:
    """Give the browser the session of a person, who signed in elsewhere."""
    client = visitor.world.client(who).client
    cookie = client.get_cookie("mastery_session")
    assert cookie is not None
    visitor.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": visitor.site.address}])


def come(visitor: Visitor, case: Case, furnished: Furnished) -> None:
    """Come to the page of a case, again or for the first time; a status that is an error is told to the console."""
    visitor.open(furnished.path(case))
    if case.come is not None:
        case.come(visitor)
    if case.status >= 400:
        expected = f"the server responded with a status of {case.status}"
        visitor.errors[:] = [one for one in visitor.errors if expected not in one]
