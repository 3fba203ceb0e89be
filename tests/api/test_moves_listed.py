"""The moves of Today as a list: one for a class's gap, the rest ranked, folded and paged, nothing lost."""

from __future__ import annotations

import re
from datetime import timedelta

from factories import NOW, Factory
from move_world import big_class, ready_flag
from page_world import PageWorld
from sqlalchemy import select

from models.flag import Flag
from models.unit_of_work import district_transaction


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
