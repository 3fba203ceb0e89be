"""What came of a move: better only for whom something got better, and never a failure."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from factories import NOW, WHEEL_SPIN, Factory
from move_world import Group, change, ready_flag, undo_forms
from page_world import PageWorld
from sqlalchemy import select

from models.flag import Flag
from models.standing import Standing


def test_what_came_of_a_move_is_told_without_calling_anyone_a_failure(group: Group) -> None:
    group.do()
    assert "What came of it" not in group.client.get("/today").text
    later = NOW + timedelta(hours=20)

    def worked(session: Any) -> None:
        for number, columns in enumerate(
            ({"probability": 0.5, "as_of": later}, {"probability": 0.25, "as_of": later},
             {"state": "mastered_provisional", "as_of": later}, {"probability": 0.9})
        ):  # fmt: skip
            row = session.scalars(select(Standing).where(Standing.student_id == group.students[number].id)).one()
            for name, value in columns.items():
                setattr(row, name, value)

    change(group.world, worked)
    group.world.clock.jump(timedelta(days=1))
    page = group.world.client("teacher").get("/today")
    assert "What came of it 1 move of the last days" in page.text
    assert "Pulled four: I can explain why fractions are equal, Monday: better for Iris Lee, Mina Lee;" in page.text
    assert "not yet for Leo Lee; nothing new yet from Noor Lee" in page.text
    assert "fail" not in page.text.lower()
    group.world.clock.jump(timedelta(days=10))
    assert "What came of it" not in group.world.client("teacher").get("/today").text


def _came_of_it(world: PageWorld, kind: str, rule: str, before: str, **now: Any) -> str:
    """Today, a day after a move about a flag of this rule, which closed by itself; `now` is how the target stands."""
    made: list[int] = []

    def rows(make: Factory) -> None:
        make.standing(world.student, world.target, state=before, probability=0.7)
        finding = {**WHEEL_SPIN, "rule": rule, "facts": {**WHEEL_SPIN["facts"], "target": world.target.id}}
        made.append(make.flag(world.student, world.target, rule=rule, finding=finding).id)

    world.add(rows)
    about = world.student.id if kind == "talk" else world.target.id
    form = {"kind": kind, "section": world.section.id, "about": about, "flags": f"{made[0]}.1"}
    world.client("teacher").post("/moves", **form)

    def since(session: Any) -> None:
        row = session.scalars(select(Standing)).one()
        row.as_of, row.probability = NOW + timedelta(hours=20), 0.6
        for name, value in now.items():
            if name != "closed":
                setattr(row, name, value)
        if now.get("closed"):
            flag = session.scalars(select(Flag)).one()
            flag.state, flag.resolution = "resolved", "auto"

    change(world, since)
    world.clock.jump(timedelta(days=1))
    return world.client("teacher").get("/today").text


@pytest.mark.parametrize(
    ("kind", "rule", "before", "now", "said"),
    [
        ("talk", "F09", "mastered", {}, "not yet for Ada Byron"),  # a drop on a mastered target that went on
        ("talk", "F09", "mastered", {"closed": True}, "better for Ada Byron"),
        ("look", "F13", "needs_review", {}, "not yet for Ada Byron"),  # another low test
        ("look", "F13", "needs_review", {"state": "mastered"}, "better for Ada Byron"),
        ("pull", "F04", "in_progress", {"closed": True}, "not yet for Ada Byron"),  # closed since nobody worked on it
        ("pull", "F04", "in_progress", {"closed": True, "probability": 0.9}, "better for Ada Byron"),
    ],
)
def test_better_is_said_only_of_who_got_better(
    page_world: PageWorld, kind: str, rule: str, before: str, now: dict[str, Any], said: str
) -> None:
    assert said in _came_of_it(page_world, kind, rule, before, **now)


def test_a_test_that_was_taken_is_what_came_of_letting_a_student_test(page_world: PageWorld) -> None:
    made: list[Any] = []

    def rows(make: Factory) -> None:
        test = make.assessment("Unit 3 test", "summative", [page_world.target])
        quiz = make.assessment("Quiz")
        flag = ready_flag(make, page_world.student, test, make.result(page_world.student, quiz, page_world.target))
        made.extend((test, flag.id))

    page_world.add(rows)
    client = page_world.client("teacher")
    page = client.get("/today")
    assert "Let Ada Byron test: Unit 3 test" in page.text
    assert "Ready for “Unit 3 test”: 2 of its 2 targets" in page.text
    form = {"kind": "let_test", "section": page_world.section.id, "about": made[0].id, "flags": f"{made[1]}.1"}
    client.post("/moves", **form)
    page_world.clock.jump(timedelta(days=1))
    client = page_world.client("teacher")
    assert "Let Ada Byron test: Unit 3 test, Monday: nothing new yet" in client.get("/today").text
    page_world.add(
        lambda make: make.result(page_world.student, made[0], page_world.target, at=NOW + timedelta(hours=20))
    )
    assert "Let Ada Byron test: Unit 3 test, Monday: better for Ada Byron" in client.get("/today").text


def test_a_decision_under_review_wants_a_look_and_comes_back_with_new_evidence(page_world: PageWorld) -> None:
    page_world.add(lambda make: make.standing(page_world.student, page_world.target, state="needs_review", level=3.0))
    client = page_world.client("teacher")
    page = client.get("/today")
    assert "Look at the work of Ada Byron: I can explain why fractions are equal" in page.text
    assert f"/students/{page_world.student.id}/targets/{page_world.target.id}" in page.links
    assert client.response is not None
    (value,) = re.findall(r'name="decisions" value="([^"]+)"', client.response.get_data(as_text=True))
    form = {"kind": "look", "section": page_world.section.id, "about": page_world.target.id}
    client.post("/moves", **form, decisions=[value, f"{value} {value}"])
    page = client.get("/today")
    assert "Done for 1 student." in page.text
    assert "changed meanwhile" not in page.text
    assert "Looked at the work of Ada Byron" in page.text
    assert "Look at the work of" not in page.text.replace("Looked at", "")
    (undo,) = set(undo_forms(page))
    client.post(undo)
    assert "Look at the work of Ada Byron" in client.get("/today").text
    client.post("/moves", **form, decisions=value)

    def newer(session: Any) -> None:
        session.scalars(select(Standing)).one().as_of = NOW + timedelta(hours=3)

    change(page_world, newer)
    assert "Look at the work of Ada Byron" in client.get("/today").text
    client.post("/moves", **form, decisions=value)  # what the old page showed
    assert "Nothing was changed: this changed while you were reading" in client.get("/today").text
    stranger = page_world.client("stranger")
    stranger.post("/moves", status=404, **form, decisions=value)
