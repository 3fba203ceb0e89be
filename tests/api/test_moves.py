"""Today's moves: who belongs together, done with one tap, taken back, and what came of it."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from factories import NOW, WHEEL_SPIN, ZONE, Factory, new_district
from page_client import Page
from page_world import PASSWORD, PageWorld
from sqlalchemy import select

from api.actions.accounts import create_account
from api.actions.moves import MOST_AT_ONCE, Asked, Done, MoveError, UnknownMoveError, do_move, undo_move
from mastery.moves.words import MoveKind
from models.flag import Flag, FlagTransition
from models.graph import Node
from models.graph_store import GraphCache
from models.move import Move, MovePart, MoveUndo
from models.outbox import Outbox
from models.queries_people import viewer_of
from models.roster import Person
from models.standing import Standing
from models.unit_of_work import district_transaction

GAP = {"rule": "F10", "family": "prereq_gap", "severity": "WATCH", "sentence": "prereq_gap.low",
       "closes_when": "prereq_gap.closes", "next_step": "prereq_gap.next"}  # fmt: skip


def gap_flag(make: Factory, student: Person, target: Node, below: Node, **columns: Any) -> Flag:
    facts = {"target": target.id, "prerequisite": below.id, "prerequisite_estimate": 0.4, "failed": 2, "records": 4}
    finding = {**WHEEL_SPIN, **GAP, "facts": facts}
    return make.flag(student, target, rule="F10", severity="WATCH", finding=finding, **columns)


def ready_flag(make: Factory, student: Person, assessment: Any, result: Any) -> Flag:
    facts = {"assessment": assessment.id, "share": 0.9, "ready_targets": 2, "targets": 2}
    finding = {
        **WHEEL_SPIN, "rule": "P1", "family": "ready_test", "severity": "INFO", "scope": "assessment",
        "sentence": "ready_test", "closes_when": "ready_test.closes", "next_step": "ready_test.next", "facts": facts,
        "evidence": [result.id],
    }  # fmt: skip
    return make.flag(
        student, None, rule="P1", severity="INFO", finding=finding, scope=f"assessment:{assessment.id}",
        assessment_id=assessment.id,
    )  # fmt: skip


class Group:
    """Four students of the section with one gap: two stuck on the target, two working above it."""

    def __init__(self, world: PageWorld) -> None:
        self.world = world
        self.students: list[Person] = []
        self.flags: list[int] = []
        world.add(self._rows)
        self.client = world.client("teacher")

    def _rows(self, make: Factory) -> None:
        world = self.world
        above = make.target("4.NF.B.3", "I can add fractions.")
        for number, given in enumerate(("Iris", "Leo", "Mina", "Noor")):
            student = make.student(world.section, given, "Lee")
            make.standing(student, world.target, probability=0.2)
            if number < 2:
                flag = make.wheel_spin(student, world.target)
            else:
                flag = gap_flag(make, student, above, world.target)
            self.students.append(student)
            self.flags.append(flag.id)

    def form(self, page: Page) -> dict[str, str]:
        (form,) = [one for one in page.forms if one["action"] == "/moves"]
        return {name: form[name] for name in ("kind", "section", "about")}

    def do(self, *, versions: dict[int, int] | None = None, students: tuple[int, ...] = (0, 1, 2, 3)) -> Page:
        """Do the move for some of the students, and see Today."""
        flags = [f"{self.flags[n]}.{(versions or {}).get(n, 1)}" for n in students]
        self.client.post("/moves", **self.form(self.client.get("/today")), flags=flags)
        return self.client.get("/today")

    def states(self) -> list[str]:
        with district_transaction(self.world.engine, self.world.district_id) as session:
            found = session.execute(select(Flag.id, Flag.state)).all()
        return [state for _, state in sorted((self.flags.index(key), state) for key, state in found)]

    def move(self) -> int:
        with district_transaction(self.world.engine, self.world.district_id) as session:
            return session.scalars(select(Move.id)).one()


@pytest.fixture
def group(page_world: PageWorld) -> Group:
    return Group(page_world)


def change(world: PageWorld, act: Callable[[Any], None]) -> None:
    with district_transaction(world.engine, world.district_id) as session:
        act(session)
        session.commit()


def undo_forms(page: Page) -> list[str]:
    return [one["action"] for one in page.forms if one["action"].endswith("/undo")]


def test_those_who_share_a_gap_are_one_card(group: Group) -> None:
    page = group.client.get("/today")
    assert "Pull these four: I can explain why fractions are equal" in page.text
    assert "2 are stuck on it; 2 work on what builds on it." in page.text
    assert "Next step: Take them together for ten minutes" in page.text
    for student, flag in zip(group.students, group.flags, strict=True):
        assert page.links.count(f"/students/{student.id}") == 1
        assert f"/students/{student.id}#flag-{flag}" in page.links
        assert f"flag-{flag}" in page.ids
    assert group.form(page) == {
        "kind": "pull", "section": str(group.world.section.id), "about": str(group.world.target.id),
    }  # fmt: skip


def test_done_acknowledges_all_remembers_how_things_stood_and_offers_undo(group: Group) -> None:
    page = group.do()
    assert "Done for 4 students. Today will tell what came of it." in page.text
    assert "Pulled four: I can explain why fractions are equal" in page.text
    assert "Someone is on it: 4" in page.text
    assert "Pull these" not in page.text
    assert undo_forms(page) == [f"/moves/{group.move()}/undo"] * 2  # in the message and in the list
    assert group.states() == ["acknowledged"] * 4
    with district_transaction(group.world.engine, group.world.district_id) as session:
        move = session.scalars(select(Move)).one()
        assert (move.kind, move.target_id, move.by_person) == (
            "pull", group.world.target.id, group.world.people["teacher"].id,
        )  # fmt: skip
        parts = session.scalars(select(MovePart).order_by(MovePart.id)).all()
        assert {(part.student_id, part.flag_id, part.target_id, part.state, part.probability) for part in parts} == {
            (student.id, flag, group.world.target.id, "in_progress", 0.2)
            for student, flag in zip(group.students, group.flags, strict=True)
        }
        assert {part.flag_version for part in parts} == {2}
        steps = session.scalars(select(FlagTransition)).all()
        assert {(step.event, step.by_person) for step in steps} == {("acknowledge", move.by_person)}
        assert [sorted(one.student_ids) for one in session.scalars(select(Outbox))] == [
            sorted(student.id for student in group.students)
        ]


def test_what_changed_meanwhile_is_told_and_left_alone(group: Group) -> None:
    page = group.do(versions={3: 7})
    assert "Done for 3 students. Today will tell what came of it. 1 had changed meanwhile" in page.text
    assert group.states() == ["acknowledged"] * 3 + ["open"]
    assert "Talk with Noor Lee" in page.text
    other = group.world.client("teacher")
    other.post(
        "/moves", kind="pull", section=group.world.section.id, about=group.world.target.id,
        flags=f"{group.flags[0]}.2",
    )  # fmt: skip
    assert "Nothing was changed: this changed while you were reading" in other.get("/today").text


def test_who_is_not_ticked_is_left_out(group: Group) -> None:
    page = group.do(students=(0, 1, 3))
    assert group.states() == ["acknowledged", "acknowledged", "open", "acknowledged"]
    assert "Talk with Mina Lee" in page.text
    form = {"kind": "talk", "section": group.world.section.id, "about": group.students[2].id}
    group.client.post("/moves", **form)
    assert "nobody was ticked" in group.client.get("/today").text


def test_undo_puts_the_flags_back_for_everyone_and_can_not_be_done_twice(group: Group) -> None:
    group.do()
    move = group.move()
    group.client.post(f"/moves/{move}/undo")
    page = group.client.get("/today")
    assert "Taken back: it is on your list again." in page.text
    assert "Pull these four" in page.text
    assert not undo_forms(page)
    assert group.states() == ["open"] * 4
    group.client.post(f"/moves/{move}/undo", status=404)
    with district_transaction(group.world.engine, group.world.district_id) as session:
        assert session.scalars(select(MoveUndo)).one().by_person == group.world.people["teacher"].id
        events = session.scalars(select(FlagTransition.event).where(FlagTransition.flag_id == group.flags[0]))
        assert list(events) == ["acknowledge", "take_back"]
    group.do(versions=dict.fromkeys(range(4), 3))
    assert group.states() == ["acknowledged"] * 4


def test_undo_leaves_alone_what_something_else_happened_to(group: Group) -> None:
    group.do()
    move = group.move()
    group.client.post(f"/flags/{group.flags[0]}/dismiss", version=2, reason="known_excused")
    group.client.post(f"/moves/{move}/undo")
    assert "1 had changed meanwhile and was left as it is." in group.client.get("/today").text
    assert group.states() == ["dismissed", "open", "open", "open"]


def test_undo_of_what_changed_altogether_says_so(group: Group) -> None:
    group.do(students=(0,))
    move = group.move()
    group.client.post(f"/flags/{group.flags[0]}/dismiss", version=2, reason="known_excused")
    group.client.post(f"/moves/{move}/undo")
    page = group.client.get("/today")
    assert "Nothing was changed: this changed while you were reading" in page.text


def test_undo_is_offered_for_a_day(group: Group) -> None:
    group.do()
    move = group.move()
    group.world.clock.jump(timedelta(days=1))
    client = group.world.client("teacher")
    assert undo_forms(client.get("/today"))
    group.world.clock.jump(timedelta(days=1))
    client = group.world.client("teacher")
    assert not undo_forms(client.get("/today"))
    client.post(f"/moves/{move}/undo")
    assert "cannot be taken back any more" in client.get("/today").text
    assert group.states() == ["acknowledged"] * 4


@pytest.mark.parametrize("who", ["colleague", "stranger", "guardian", "student", "principal", "leader"])
def test_nobody_else_does_or_undoes_it(group: Group, who: str) -> None:
    world = group.world
    client = world.client(who)
    form = {"kind": "pull", "about": world.target.id, "flags": [f"{one}.1" for one in group.flags]}
    for section in (world.section.id, world.other_section.id):
        client.post("/moves", status=404, section=section, **form)
    group.do()
    client.post(f"/moves/{group.move()}/undo", status=404)
    assert group.states() == ["acknowledged"] * 4


def test_a_co_teacher_does_it_and_only_who_did_it_takes_it_back(group: Group) -> None:
    world = group.world

    def rows(make: Factory) -> None:
        make.enrol(world.people["colleague"], world.section, role="teacher")

    world.add(rows)
    group.do()
    colleague = world.client("colleague")
    colleague.post(f"/moves/{group.move()}/undo", status=404)
    page = colleague.get("/today")
    assert not undo_forms(page)
    assert "Acknowledged by Grace Hopper" in page.text


def test_another_district_does_not_exist(group: Group) -> None:
    world = group.world
    other = new_district(world.engine, "Other")
    with district_transaction(world.engine, other) as session:
        make = Factory(session, other)
        section = make.section(make.school())
        make.student(section)
        create_account(session, other, "foreign-teacher", PASSWORD, make.teacher(section).id, NOW)
        session.commit()
    client = world.client("foreign-teacher")
    form = {"kind": "pull", "about": world.target.id, "flags": [f"{one}.1" for one in group.flags]}
    for place in (section.id, world.section.id):
        client.post("/moves", status=404, section=place, **form)
    group.do()
    client.post(f"/moves/{group.move()}/undo", status=404)


def test_of_two_teachers_who_tap_at_once_one_does_it(group: Group) -> None:
    world, district = group.world, group.world.district_id
    zone, flags = ZoneInfo(ZONE), dict.fromkeys(group.flags, 1)
    asked = Asked(MoveKind.PULL, world.section.id, world.target.id, flags, [])
    with district_transaction(world.engine, district) as session:
        viewer = viewer_of(session, district, world.people["teacher"].id, NOW.date())

    def at_once(act: Callable[[Any], Done]) -> list[Done | str]:
        start = threading.Barrier(2)

        def one(_number: int) -> Done | str:
            with district_transaction(world.engine, district) as session:
                session.execute(select(1))
                start.wait(10)
                try:
                    done = act(session)
                except (MoveError, UnknownMoveError) as refused:
                    return type(refused).__name__
                session.commit()
                return done

        with ThreadPoolExecutor(2) as pool:
            return sorted(pool.map(one, range(2)), key=str)

    done, refused = at_once(lambda session: do_move(session, viewer, GraphCache(), asked, zone, NOW))
    assert (done, refused) == (Done(group.move(), 4, 0), "MoveError")
    undone, refused = at_once(lambda session: undo_move(session, viewer, GraphCache(), group.move(), zone, NOW))
    assert (undone, refused) == (Done(group.move(), 4, 0), "UnknownMoveError")
    assert group.states() == ["open"] * 4


def test_a_form_that_fits_no_move_changes_nothing(group: Group) -> None:
    world, section = group.world, group.world.section.id
    flag = f"{group.flags[0]}.1"
    for kind, about in (("talk", group.students[1].id), ("pull", 1), ("let_test", 1), ("look", 1), ("confirm", 0)):
        group.client.post("/moves", status=404, kind=kind, section=section, about=about, flags=flag)
    no_instant = f"{group.students[0].id}.{world.target.id}.{'9' * 18}"
    for form in (
        {"kind": "wave"}, {"about": "x"}, {"flags": "1.x"}, {"flags": "1"}, {"decisions": "1.2"},
        {"decisions": no_instant},
    ):  # fmt: skip
        whole = {"kind": "pull", "section": section, "about": world.target.id, "flags": flag} | form
        group.client.post("/moves", status=400, **whole)
    assert group.states() == ["open"] * 4


@pytest.mark.parametrize(("others", "done"), [(MOST_AT_ONCE - 4, True), (MOST_AT_ONCE - 3, False)])
def test_a_large_class_is_done_at_once_and_more_than_that_is_refused_with_a_reason(
    group: Group, others: int, done: bool
) -> None:
    world = group.world
    gone = [str(10**12 + number) for number in range(others)]
    flags = " ".join(f"{flag}.1" for flag in [*group.flags, *gone])
    group.client.post("/moves", kind="pull", section=world.section.id, about=world.target.id, flags=flags)
    said = group.client.get("/today").text
    assert ("Done for 4 students." in said) is done
    assert ("Nothing was changed: these are too many at once." in said) is not done
    assert group.states() == ["acknowledged" if done else "open"] * 4


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


def test_a_gap_of_the_class_is_one_move_and_single_cards_are_under_it(page_world: PageWorld) -> None:
    def rows(make: Factory) -> None:
        for number in range(8):
            student = make.student(page_world.section, f"Given{number}", "Family")
            make.wheel_spin(student, page_world.target, opened_at=NOW - timedelta(days=number % 5))

    page_world.add(rows)
    page = page_world.client("teacher").get("/today")
    assert "Reteach the class: I can explain why fractions are equal" in page.text
    assert "8 of 10 students share this gap." in page.text
    assert "Pull" not in page.text
    assert "8 matters need you now" in page.text


def big_class(make: Factory, world: PageWorld, section: Any, students: int, rng: int = 7) -> None:
    """A section where everybody has something of their own."""
    for number in range(students):
        student = make.student(section, f"Given{number:02}", f"Of{section.id}")
        target = make.target(None, f"I can do thing {section.id} {number}.")
        make.wheel_spin(student, target, severity=("ACT", "WATCH", "INFO")[number % 3] if number % rng else "URGENT")


def test_the_rest_is_ranked_folded_and_paged_and_nothing_is_lost(page_world: PageWorld) -> None:
    def rows(make: Factory) -> None:
        for number in range(70):
            student = make.student(page_world.section, f"Given{number:02}", "Family")
            make.wheel_spin(student, make.target(None, f"I can do thing {number}."), severity="WATCH")

    page_world.add(rows)
    client = page_world.client("teacher")
    page = client.get("/today")
    assert "After that: 65 more" in page.text
    talks = [one for one in page.ids if re.fullmatch(r"move-.*-talk-\d+-0", one)]
    assert len(talks) == 15
    alone = f"/today?section={page_world.section.id}"
    assert alone in page.links
    first = client.get(alone)
    second = client.get(f"{alone}&page=2")
    found = [one for each in (first, second) for one in each.ids if re.fullmatch(r"move-.*-talk-\d+-0", one)]
    assert len(set(found)) == 70
    client.get(f"{alone}&page=3", 404)
    client.get("/today?page=2", 404)
    client.get("/today?section=x", 404)
    client.get(f"/today?section={page_world.other_section.id}", 404)


def test_today_asks_as_many_questions_for_six_large_classes_as_for_one_student(page_world: PageWorld) -> None:
    def one(make: Factory) -> None:
        make.wheel_spin(page_world.student, page_world.target)
        node = make.target("X.1", "I can count.")
        node.credit_bearing = True
        make.standing(page_world.student, node, state="mastered_provisional", mastered_at=NOW)
        make.standing(page_world.student, page_world.target, state="needs_review")
        quiz = make.assessment("Quiz")
        ready_flag(make, page_world.student, quiz, make.result(page_world.student, quiz, page_world.target))

    page_world.add(one)
    client = page_world.client("teacher")
    form = {"kind": "talk", "section": page_world.section.id, "about": page_world.student.id}
    with district_transaction(page_world.engine, page_world.district_id) as session:
        flag = session.scalars(select(Flag.id).where(Flag.rule == "F04")).one()
    client.post("/moves", **form, flags=f"{flag}.1")
    few = client.statements("/today")

    def rows(make: Factory) -> None:
        for number in range(5):
            section = make.section(page_world.school, f"Class {number}", [str(number + 2)])
            make.enrol(page_world.people["teacher"], section, role="teacher")
            big_class(make, page_world, section, 35)

    page_world.add(rows)
    assert client.statements("/today") == few
    assert client.response is not None
    assert len(client.response.get_data()) < 900_000


def test_a_student_of_two_periods_is_listed_in_the_first(page_world: PageWorld) -> None:
    def rows(make: Factory) -> None:
        second = make.section(page_world.school, "Support", ["5"])
        make.enrol(page_world.people["teacher"], second, role="teacher")
        make.enrol(page_world.student, second)
        make.wheel_spin(page_world.student, page_world.target)

    page_world.add(rows)
    client = page_world.client("teacher")
    page = client.get("/today")
    assert page.text.count("Talk with Ada Byron") == 1
    assert page.text.index("Talk with Ada Byron") < page.text.index("Period 5: Support")
