"""A link held to some classes and some targets opens that part alone: on pages, in lists and to acts."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest
from access_walk import plain
from factories import NOW, Factory
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from move_world import gap_flag, ready_flag
from office_world import TODAY, OfficeWorld, office_of
from page_client import PageClient
from page_world import PageWorld
from sqlalchemy import ColumnElement, select
from werkzeug.test import TestResponse

from api.actions.links import Asked, grant_link
from mastery.access import Basis, Scope, Tie, Viewer
from mastery.access_matrix import DataClass, Role
from mastery.access_questions import What, may
from models.flag import Flag
from models.graph import Node
from models.queries_access import subject_of
from models.queries_flags import flag_open, flag_seen, prerequisite
from models.queries_people import held_to, seen_on, whole_students
from models.standing import Standing
from models.unit_of_work import district_transaction

LEVELS, ANSWERS, FLAGS = DataClass.LEVELS, DataClass.RESPONSES, DataClass.ACADEMIC_FLAGS
# a part: the classes, and the letters of the targets; "" for all
Part = tuple[tuple[DataClass, ...], str]


def _named(keys: dict[str, int], html: str, pattern: str) -> set[str]:
    names = {str(key): name for name, key in keys.items()}
    return {names[key] for key in re.findall(pattern, html)}


@dataclass
class InPart:
    """A student with standings and flags on targets X and Y, a gap of both, a test; and a mentor linked in parts."""

    office: OfficeWorld
    targets: dict[str, int]
    flags: dict[str, int]
    assessment: int

    @property
    def world(self) -> PageWorld:
        return self.office.world

    def link(self, part: Part, scope: Scope = Scope.STUDENT) -> None:
        classes, letters = part
        key = self.world.student.id if scope is Scope.STUDENT else self.world.section.id
        held = frozenset(self.targets[one] for one in letters) or None
        self.office.act(
            grant_link,
            Asked(
                self.office.mentor.id, Role.CO_TEACHER, scope, key, Basis.EMPLOYEE, "help", TODAY,
                targets=held, share=frozenset(classes),
            ),
        )  # fmt: skip

    def html(self, client: PageClient, url: str) -> str:
        client.get(url)
        assert client.response is not None
        return client.response.get_data(as_text=True)

    def targets_in(self, html: str, pattern: str = r"/targets/(\d+)") -> set[str]:
        """The letters of the targets whose keys a pattern finds in a page; without one, of those linked to."""
        return _named(self.targets, html, pattern)

    def flags_in(self, html: str, pattern: str = r"/flags/(\d+)/dismiss") -> set[str]:
        """The names of the flags whose keys a pattern finds in a page; without one, of those to be dismissed."""
        return _named(self.flags, html, pattern)

    def states(self) -> dict[str, str]:
        with district_transaction(self.world.engine, self.world.district_id) as session:
            rows = session.execute(select(Flag.id, Flag.state).where(Flag.id.in_(self.flags.values())))
            found = {row.id: row.state for row in rows}
        return {name: found[key] for name, key in self.flags.items()}


@pytest.fixture
def in_part(page_world: PageWorld) -> InPart:
    targets, flags, tests = {"x": page_world.target.id}, {}, []

    def rows(make: Factory) -> None:
        student, x, y = page_world.student, page_world.target, make.target("M.9", "I can divide.")
        targets["y"] = y.id
        quiz = make.assessment(targets=[x, y])
        made = {
            "flag x": make.wheel_spin(student, x),
            "flag y": make.wheel_spin(student, y),
            "gap": gap_flag(make, student, x, y),
            "test": ready_flag(make, student, quiz, make.result(student, quiz, x)),
        }
        flags.update({name: flag.id for name, flag in made.items()})
        make.cut_scores(quiz)
        tests.append(quiz.id)
        make.standing(student, x)
        make.standing(student, y, state="needs_review")

    page_world.add(rows)
    return InPart(office_of(page_world), targets, flags, tests[0])


PARTS: list[list[Part]] = [
    [((LEVELS,), ""), ((FLAGS,), "x")],
    [((LEVELS, FLAGS), "x"), ((ANSWERS,), "y")],
    [((LEVELS, ANSWERS), "x"), ((LEVELS, FLAGS), "y")],
    [((LEVELS, FLAGS), "x"), ((FLAGS, ANSWERS), "y")],
    [((LEVELS, ANSWERS), ""), ((ANSWERS,), "x")],
    [((LEVELS,), "x"), ((FLAGS,), ""), ((ANSWERS,), "x")],
]


def opened(parts: list[Part], data: DataClass) -> str:
    """The letters of the targets on which parts open a class."""
    return "".join(letters or "xy" for classes, letters in parts if data in classes)


def flags_of(parts: list[Part]) -> set[str]:
    letters = set(opened(parts, FLAGS))
    whole = any(FLAGS in classes and not held for classes, held in parts)
    return {f"flag {one}" for one in letters} | ({"gap"} if letters == {"x", "y"} else set()) | (
        {"test"} if whole else set()
    )  # fmt: skip


@pytest.mark.parametrize("parts", PARTS, ids=range(len(PARTS)))
def test_pages_and_acts_are_the_union_of_the_parts_of_links(in_part: InPart, parts: list[Part]) -> None:
    for part in parts:
        in_part.link(part)
    client = in_part.world.client("mentor")
    page = f"/students/{in_part.world.student.id}"
    html = in_part.html(client, page)
    assert in_part.targets_in(html, r'id="target-(\d+)"') == set(opened(parts, LEVELS))
    assert in_part.flags_in(html, r'id="flag-(\d+)"') == flags_of(parts)
    assert in_part.flags_in(html) == flags_of(parts)
    explained = set(opened(parts, LEVELS)) & set(opened(parts, ANSWERS))
    assert in_part.targets_in(html) == explained
    for name, target in in_part.targets.items():
        client.get(f"{page}/targets/{target}", 200 if name in explained else 404)
    token = client.token()

    def act(flag: int, how: str) -> TestResponse:
        return client.client.post(
            f"/flags/{flag}/{how}", data={"csrf_token": token, "version": 1, "reason": "false_alarm"}
        )

    closed = {name: key for name, key in in_part.flags.items() if name not in flags_of(parts)}
    for how in ("acknowledge", "dismiss"):
        nowhere = act(10**15, how)
        assert nowhere.status_code == 404
        for key in closed.values():
            assert plain(act(key, how)) == plain(nowhere)
    for name in flags_of(parts):
        assert act(in_part.flags[name], "acknowledge").status_code == 303
    assert in_part.states() == {
        name: "open" if name in closed else "acknowledged" for name in in_part.flags
    }  # fmt: skip


@pytest.mark.parametrize(("letters", "named"), [("", True), ("x", False)])
def test_an_explanation_names_what_comes_first_to_whom_its_level_is_open(
    in_part: InPart, letters: str, named: bool
) -> None:
    first = {"code": "prerequisites", "needed": 1, "found": 0, "targets": [in_part.targets["y"]]}

    def rows(make: Factory) -> None:
        key = (make.district_id, in_part.world.student.id, in_part.targets["x"])
        make.session.get_one(Standing, key).missing = [first]

    in_part.world.add(rows)
    in_part.link(((LEVELS, ANSWERS), letters))
    page = f"/students/{in_part.world.student.id}/targets/{in_part.targets['x']}"
    html = in_part.html(in_part.world.client("mentor"), page)
    assert ("I can divide" in html) is named
    assert ("First, something that this builds on." in html) is not named
    assert ("/map?around=" in html) is named


def test_a_class_and_today_show_the_part_that_a_link_to_a_section_opens(in_part: InPart) -> None:
    in_part.link(((LEVELS, ANSWERS, FLAGS), "x"), Scope.SECTION)
    in_part.link(((LEVELS,), "y"), Scope.SECTION)
    client, section = in_part.world.client("mentor"), in_part.world.section.id
    today = in_part.html(client, "/today")
    assert in_part.flags_in(today) == {"flag x"}
    assert "I can divide" not in today  # the review of Y is not the mentor's to act on
    assert f"/assessments/{in_part.assessment}" not in today
    client.get(f"/assessments/{in_part.assessment}/cut-scores", 404)
    html = in_part.html(client, f"/classes/{section}")
    assert "I can divide" in html  # Y has its column, and no way to answers that are not open
    assert in_part.targets_in(html, rf"/students/{in_part.world.student.id}/targets/(\d+)") == {"x"}
    assert "1 flag<" in html
    for name in ("flag y", "gap", "test"):
        move = {"kind": "talk", "section": section, "about": in_part.world.student.id}
        client.post("/moves", 404, **move, flags=f"{in_part.flags[name]}.1")
    assert set(in_part.states().values()) == {"open"}


def test_a_class_leaves_cells_empty_that_are_not_open(in_part: InPart) -> None:
    in_part.link(((LEVELS, ANSWERS), "x"), Scope.SECTION)
    classmate = in_part.world.people["classmate"]
    mentor = in_part.office.mentor.id

    def rows(make: Factory) -> None:
        make.standing(classmate, make.session.get_one(Node, (make.district_id, in_part.targets["y"])))

    in_part.world.add(rows)
    in_part.office.act(
        grant_link, Asked(mentor, Role.CO_TEACHER, Scope.STUDENT, classmate.id, Basis.EMPLOYEE, "help", TODAY)
    )
    html = in_part.html(in_part.world.client("mentor"), f"/classes/{in_part.world.section.id}")
    assert in_part.targets_in(html, rf"/students/{in_part.world.student.id}/targets/(\d+)") == {"x"}
    assert in_part.targets_in(html, rf"/students/{classmate.id}/targets/(\d+)") == {"x", "y"}
    assert "<td></td>" in html
    assert not re.search(r"\d flag", html)  # flags are not in the share of the one link, and the classmate has none


# --- the condition of lists and the law of items ----------------------------------------------------------------------

_CLASSES = (LEVELS, ANSWERS, FLAGS)


@given(st.data())
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
def test_lists_of_targets_and_flags_equal_the_law(in_part: InPart, data: st.DataObject) -> None:
    world = in_part.world
    letters = [*in_part.targets.values()]
    keys = {
        Scope.STUDENT: world.student.id, Scope.SECTION: world.section.id, Scope.SCHOOL: world.school.id,
        Scope.DISTRICT: world.district_id,
    }  # fmt: skip
    ties = st.builds(
        lambda role, scope, targets, share: Tie(role, scope, keys[scope], targets=targets, share=share),
        st.sampled_from([Role.CO_TEACHER, Role.TEACHER_OF_RECORD, Role.PROFESSIONAL, Role.STUDENT]),
        st.sampled_from(Scope),
        st.none() | st.frozensets(st.sampled_from(letters)),
        st.none() | st.frozensets(st.sampled_from(_CLASSES)),
    )
    viewer = Viewer(world.district_id, 1, NOW, tuple(data.draw(st.lists(ties, max_size=4))))
    with district_transaction(world.engine, world.district_id) as session:
        subject = subject_of(session, world.district_id, world.student.id, NOW)
        assert subject is not None
        answers = {what: may(viewer, what, subject, NOW) for what in What}
        rows = session.execute(select(Flag.id, Flag.severity, Flag.target_id, prerequisite.label("below"))).all()
        named = {row.id: {row.target_id, row.below} - {None} for row in rows}

        def found(condition: ColumnElement[bool]) -> set[int]:
            return set(session.scalars(select(Flag.id).where(condition)))

        for what in (What.FLAGS, What.GOOD_NEWS, What.ACT_ON_FLAG):
            assert found(flag_open(viewer, what)) == {key for key in named if answers[what].covers(named[key])}
        news = {row.id for row in rows if row.severity == "INFO"}
        assert found(flag_seen(viewer)) == found(flag_open(viewer, What.FLAGS)) | (
            news & found(flag_open(viewer, What.GOOD_NEWS))
        )
        for what in (What.STANDING, What.EVIDENCE, What.CONFIRM):
            seen = session.scalars(
                select(Standing.target_id).where(seen_on(viewer, what, Standing.student_id, Standing.target_id))
            )
            assert set(seen) == {one for one in letters if answers[what].covers({one})}
            students = whole_students(viewer, what).subquery()
            assert (world.student.id in set(session.scalars(select(students.c[0])))) == answers[what].whole
            held = held_to(session, viewer, what, [world.student.id]).get(world.student.id)
            assert held == (answers[what].targets if answers[what].allowed else None)
