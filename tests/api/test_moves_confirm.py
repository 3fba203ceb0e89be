"""Confirming many decisions with one tap: real results, one signature each, and nothing that a replay would not say."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from acts_on_record import recorded
from api_rows import confirm as confirm_cut_scores
from conftest_api import Machine, result, token_of
from factories import NOW, Factory, new_district
from page_client import PageClient
from page_world import PASSWORD, PageWorld
from sqlalchemy import select

from api.actions.accounts import create_account
from api.actions.graph import add_prerequisite
from api.actions.replay import replay, verify
from api.security.clients import SCOPES, create_client
from mastery.audit import Act
from mastery.graph import Strength
from models.graph import Node
from models.locks import change_rules
from models.move import MovePart
from models.roster import Enrollment, Person
from models.standing import Confirmation, Standing
from models.unit_of_work import district_transaction

CREDIT, ABOVE = "A.REI.1", "A.REI.2"


def sitting(student: str, target: str, day: int, **changes: Any) -> dict[str, Any]:
    """Ten new questions on a day of September, all right."""
    at = f"2026-09-{day:02}T09:12:00-04:00"
    items = [{"item": f"{target}-{day}-{n}", "score": 1, "max": 1} for n in range(10)]
    fields = {
        "source_id": f"{student}/{target}/{day}", "performed_at": at, "scored_at": at,
        "targets": [{"target": target, "score": 10, "max": 10, "items": items}],
    }  # fmt: skip
    return result(student, target, **(fields | changes))


class Class:
    """Three students of a section whose mastery of a target that earns credit is complete and waits."""

    def __init__(self, world: PageWorld) -> None:
        self.world = world
        self.students: list[Person] = []
        world.add(self._rows)
        with district_transaction(world.engine, world.district_id) as session:
            client = create_client(session, world.district_id, "LMS", SCOPES, NOW)
            session.commit()
        http = world.app.test_client()
        self.machine = Machine(http, world.district_id, client, token_of(http, client))
        self.machine.put_assessment("quiz-17")
        self.machine.put_assessment("final", purpose="summative", cut_scores=[
            {"level": 2, "share": 0.5}, {"level": 3, "share": 0.8}, {"level": 4, "share": 1.0}])  # fmt: skip
        confirm_cut_scores(world.engine, world.district_id, "final", world.people["teacher"].id, NOW)
        for student in self.students:
            self.master(str(student.identifier), CREDIT)
        self.client = world.client("teacher")

    def _rows(self, make: Factory) -> None:
        for code in (CREDIT, ABOVE):
            node = make.target(code, f"I can do {code}.")
            node.credit_bearing = code == CREDIT
        make.session.flush()
        add_prerequisite(make.session, make.district_id, CREDIT, ABOVE, Strength.HARD)
        self.students = [make.student(self.world.section, given, "Lee") for given in ("Iris", "Leo", "Mina")]

    def master(self, student: str, target: str) -> None:
        test = {"assessment": "final", "purpose": "summative", "evidence_type": "test", "feedback": "none"}
        self.machine.post(
            *(sitting(student, target, day) for day in range(1, 6)), sitting(student, target, 8, **test)
        )  # fmt: skip

    def waiting(self, client: PageClient | None = None) -> list[str]:
        """The values of the boxes that Today offers to be confirmed."""
        client = client or self.client
        client.get("/today")
        assert client.response is not None
        return re.findall(r'name="decisions" value="([^"]+)"', client.response.get_data(as_text=True))

    def confirm(self, decisions: list[str], status: int = 303, client: PageClient | None = None) -> str:
        form = {"kind": "confirm", "section": self.world.section.id, "about": 0}
        client = client or self.client
        client.post("/moves", status=status, **form, decisions=decisions)
        return client.get("/today").text if status == 303 else ""

    def states(self, code: str = CREDIT) -> list[str | None]:
        with district_transaction(self.world.engine, self.world.district_id) as session:
            rows = session.execute(
                select(Standing.student_id, Standing.state)
                .join(Node, (Node.district_id == Standing.district_id) & (Node.id == Standing.target_id))
                .where(Node.code == code)
            )
            found = {row.student_id: row.state for row in rows}
        return [found.get(student.id) for student in self.students]

    def acts(self) -> list[Confirmation]:
        with district_transaction(self.world.engine, self.world.district_id) as session:
            return list(session.scalars(select(Confirmation).order_by(Confirmation.id)))

    def verified(self) -> int:
        return verify(self.world.engine, self.world.district_id).differing

    def undo(self, status: int = 303, client: PageClient | None = None) -> str:
        with district_transaction(self.world.engine, self.world.district_id) as session:
            move = session.scalars(select(MovePart.move_id).order_by(MovePart.id.desc())).first()
        client = client or self.client
        client.post(f"/moves/{move}/undo", status=status)
        return client.get("/today").text if status == 303 else ""


@pytest.fixture
def waiting(page_world: PageWorld) -> Class:
    return Class(page_world)


PROVISIONAL, MASTERED = "mastered_provisional", "mastered"


def test_all_that_wait_are_confirmed_with_one_tap_and_a_replay_says_the_same(waiting: Class) -> None:
    assert waiting.states() == [PROVISIONAL] * 3
    page = waiting.client.get("/today")
    assert "Confirm these three" in page.text
    assert (
        "3 decisions about 3 students are complete and wait for your signature, the first since Sep 8, 2026."
        in page.text
    )
    for student in waiting.students:
        assert f"{student.given_name} Lee: I can do {CREDIT}" in page.text
    said = waiting.confirm(waiting.waiting())
    assert "Confirmed for 3 students." in said
    assert "Confirmed 3 decisions" in said
    assert waiting.states() == [MASTERED] * 3
    assert waiting.waiting() == []
    for act in waiting.acts():
        assert (act.kind, act.by_person, act.level) == ("confirm", waiting.world.people["teacher"].id, 4.0)
        assert act.mastered_at is not None
        assert act.mastered_at.isoformat() == "2026-09-08T13:12:00+00:00"
    assert waiting.verified() == 0
    replay(waiting.world.engine, waiting.world.district_id, NOW)
    assert waiting.states() == [MASTERED] * 3


def test_one_can_be_left_out(waiting: Class) -> None:
    said = waiting.confirm(waiting.waiting()[1:])
    assert "Confirmed for 2 students." in said
    assert sorted(waiting.states(), key=str) == [MASTERED, MASTERED, PROVISIONAL]
    assert len(waiting.waiting()) == 1
    assert "Confirm for" in said


def test_undo_withdraws_the_signature_and_leaves_what_was_there_before(waiting: Class) -> None:
    before = waiting.waiting()
    waiting.confirm(before)
    said = waiting.undo()
    assert "Taken back: it is on your list again." in said
    assert waiting.states() == [PROVISIONAL] * 3
    assert waiting.waiting() == before
    assert [act.kind for act in waiting.acts()] == ["confirm"] * 3 + ["withdraw"] * 3
    teacher, students = waiting.world.people["teacher"].id, {one.id for one in waiting.students}
    assert {act.by_person for act in waiting.acts()} == {teacher}
    on_record = recorded(waiting.world.engine, waiting.world.district_id, Act.DECISION)
    assert [one[:3] for one in on_record] == [("person", teacher, students)] * 2
    signed = [act.id for act in waiting.acts()]
    assert [(one[3]["kind"], one[3]["signed"]) for one in on_record] == [
        ("confirm", signed[:3]), ("withdraw", signed[3:]),
    ]  # fmt: skip
    assert waiting.verified() == 0
    assert "Confirmed for 3 students." in waiting.confirm(before)  # the same mastery, signed once more
    assert waiting.states() == [MASTERED] * 3
    assert waiting.verified() == 0


def test_what_the_system_confirmed_on_top_goes_and_comes_with_the_signature(waiting: Class) -> None:
    waiting.master(str(waiting.students[0].identifier), ABOVE)
    assert waiting.states(ABOVE) == [PROVISIONAL, None, None]
    boxes = waiting.waiting()
    for times in (1, 2):
        waiting.confirm(boxes)
        assert waiting.states(ABOVE) == [MASTERED, None, None]
        assert [act.kind for act in waiting.acts()].count("auto_confirm") == times
        assert waiting.verified() == 0
        waiting.undo()
        assert (waiting.states(), waiting.states(ABOVE)) == ([PROVISIONAL] * 3, [PROVISIONAL, None, None])
        assert waiting.verified() == 0


@pytest.mark.parametrize("day", [9, 7])
def test_a_low_result_that_arrives_after_undo_does_not_bring_the_signature_back(waiting: Class, day: int) -> None:
    student = str(waiting.students[0].identifier)
    waiting.master(student, ABOVE)
    waiting.confirm(waiting.waiting())
    waiting.undo()
    low = {"assessment": "final", "purpose": "summative", "evidence_type": "test", "feedback": "none"}
    zero = [{"target": CREDIT, "score": 0, "max": 10, "items": []}]
    (entry,) = waiting.machine.post(sitting(student, CREDIT, day, source_id="late", targets=zero, **low))
    assert entry["status"] == "accepted"
    with district_transaction(waiting.world.engine, waiting.world.district_id) as session:
        rows = session.scalars(select(Standing).where(Standing.student_id == waiting.students[0].id)).all()
        assert [row.carried[2].get("confirmed") for row in rows] == [None, None]
    assert MASTERED not in (waiting.states()[0], waiting.states(ABOVE)[0])
    assert "needs_review" not in (waiting.states()[0], waiting.states(ABOVE)[0])
    assert waiting.verified() == 0


def test_a_result_that_comes_later_or_late_finds_the_signature(waiting: Class) -> None:
    waiting.confirm(waiting.waiting())
    student = str(waiting.students[0].identifier)
    low = {"assessment": "final", "purpose": "summative", "evidence_type": "test", "feedback": "none"}
    waiting.machine.post(sitting(student, CREDIT, 3, source_id="late"))
    assert waiting.states()[0] == MASTERED
    zero = [{"target": CREDIT, "score": 0, "max": 10, "items": []}]
    at = (NOW + timedelta(minutes=20)).isoformat()
    waiting.world.clock.jump(timedelta(minutes=30))
    fields = {"targets": zero, "performed_at": at, "scored_at": at, **low}
    (entry,) = waiting.machine.post(sitting(student, CREDIT, 9, **fields))
    assert entry["status"] == "accepted"
    assert waiting.states()[0] == "needs_review"
    assert waiting.verified() == 0
    said = waiting.undo()
    assert "1 had changed meanwhile and was left as it is." in said
    assert waiting.states() == ["needs_review", PROVISIONAL, PROVISIONAL]
    assert waiting.verified() == 0


def test_what_was_settled_meanwhile_is_not_signed_twice(waiting: Class) -> None:
    boxes = waiting.waiting()
    waiting.confirm(boxes[:1])
    said = waiting.confirm(boxes)
    assert "Confirmed for 2 students. 1 had changed meanwhile and was left as it is." in said
    assert "Nothing was changed" in waiting.confirm(boxes)
    assert len(waiting.acts()) == 3
    other = boxes[0].rsplit(".", 1)[0] + ".1"
    assert "Nothing was changed" in waiting.confirm([other])


def test_a_signature_waits_for_a_change_of_the_rules(waiting: Class) -> None:
    """Whoever is signed for is brought up to the rules of that moment, so they may not change on the way."""
    boxes = waiting.waiting()
    world = waiting.world
    with ThreadPoolExecutor(1) as pool:
        with district_transaction(world.engine, world.district_id) as session:
            change_rules(session, world.district_id)
            signing = pool.submit(waiting.confirm, boxes)
            with pytest.raises(TimeoutError):
                signing.result(1)
            session.commit()
        assert "Confirmed for 3 students." in signing.result(30)
    assert waiting.verified() == 0


@pytest.mark.parametrize("who", ["colleague", "stranger", "guardian", "student", "principal", "leader"])
def test_nobody_but_the_teacher_of_record_signs(waiting: Class, who: str) -> None:
    boxes = waiting.waiting()
    client = waiting.world.client(who)
    waiting.confirm(boxes, 404, client)
    waiting.confirm(boxes)
    waiting.undo(404, client)
    assert waiting.states() == [MASTERED] * 3


def test_who_teaches_beside_does_not_sign_unless_nobody_is_of_record(waiting: Class) -> None:
    world = waiting.world

    def rows(make: Factory) -> None:
        make.enrol(world.people["colleague"], world.section, role="teacher").primary = False
        make.session.flush()

    world.add(rows)
    boxes = waiting.waiting()
    colleague = world.client("colleague")
    assert waiting.waiting(colleague) == []
    waiting.confirm(boxes, 404, colleague)

    def unnamed(make: Factory) -> None:
        for row in make.session.scalars(select(Enrollment).where(Enrollment.role == "teacher")):
            row.primary = False

    world.add(unnamed)
    assert "Confirmed for 3 students." in waiting.confirm(boxes, client=world.client("colleague"))


def test_another_district_signs_nothing(waiting: Class) -> None:
    world = waiting.world
    other = new_district(world.engine, "Other")
    with district_transaction(world.engine, other) as session:
        make = Factory(session, other)
        section = make.section(make.school())
        create_account(session, other, "foreign-teacher", PASSWORD, make.teacher(section).id, NOW)
        session.commit()
    client = world.client("foreign-teacher")
    client.post("/moves", status=404, kind="confirm", section=section.id, about=0, decisions=waiting.waiting())
    assert waiting.states() == [PROVISIONAL] * 3
