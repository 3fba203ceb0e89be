"""The map of a student: a bounded part of the graph as list and as drawing, for whose business it is."""

from __future__ import annotations

import re
from datetime import timedelta
from itertools import combinations, pairwise

import pytest
from factories import NOW, Factory, new_district
from page_world import PageWorld

from api.actions import student_map
from api.actions.graph import add_prerequisite
from api.pages import map_picture
from mastery.graph import Strength
from models.graph import Node
from models.unit_of_work import district_transaction

OPEN_TO = ["teacher", "principal", "guardian", "student"]


def chain(make: Factory, world: PageWorld) -> list[Node]:
    """Five targets in a row above the world's own, the third link only a help."""
    targets = [world.target, *(make.target(f"C.{n}", f"I can do step {n} of the work.") for n in range(1, 5))]
    for number, (before, after) in enumerate(pairwise(targets)):
        strength = Strength.SOFT if number == 2 else Strength.HARD
        add_prerequisite(make.session, make.district_id, str(before.code), str(after.code), strength)
    return targets


def listed(world: PageWorld, who: str = "teacher", query: str = "") -> list[int]:
    """The keys of the targets in the list, in its order."""
    page = world.client(who).get(f"/students/{world.student.id}/map{query}")
    return [int(one.removeprefix("in-list-")) for one in page.ids if one.startswith("in-list-")]


def html_of(world: PageWorld, query: str = "", who: str = "teacher") -> str:
    client = world.client(who)
    client.get(f"/students/{world.student.id}/map{query}")
    assert client.response is not None
    return client.response.get_data(as_text=True)


@pytest.fixture
def steps(page_world: PageWorld) -> list[Node]:
    made: list[Node] = []

    def rows(make: Factory) -> None:
        made.extend(chain(make, page_world))
        make.standing(page_world.student, made[1], state="in_progress", records=4)
        make.standing(page_world.student, made[0], state="mastered", level=3.0)

    page_world.add(rows)
    return made


@pytest.mark.parametrize("who", [*OPEN_TO, "colleague", "stranger", "classmate"])
def test_the_map_is_open_to_whom_the_student_page_is(page_world: PageWorld, steps: list[Node], who: str) -> None:
    client = page_world.client(who)
    for url in (f"/students/{page_world.student.id}", f"/students/{page_world.student.id}/map"):
        client.get(url, 200 if who in OPEN_TO else 404)


def test_students_and_targets_of_another_district_do_not_exist(page_world: PageWorld, steps: list[Node]) -> None:
    other = new_district(page_world.engine, "Other")
    with district_transaction(page_world.engine, other) as session:
        make = Factory(session, other)
        student, target = make.student(make.section(make.school())), make.target()
        session.commit()
    client = page_world.client("principal")
    client.get(f"/students/{student.id}/map", 404)
    client.get(f"/students/{page_world.student.id}/map?around={target.id}", 404)


def test_the_map_shows_the_work_what_it_builds_on_and_what_comes_next(page_world: PageWorld, steps: list[Node]) -> None:
    assert listed(page_world) == [one.id for one in steps[:3]]
    html = html_of(page_world)
    links = re.findall(r'<a href="([^"]+)" class="map-box[^"]*" aria-label="([^"]+)"', html)
    address = f"/students/{page_world.student.id}/targets/"
    assert links == [
        (f"{address}{steps[0].id}", "I can explain why fractions are equal. Mastered"),
        (f"{address}{steps[1].id}", "I can do step 1 of the work. In progress"),
        (f"{address}{steps[2].id}", "I can do step 2 of the work. Not started"),
    ]
    assert len(re.findall(r'class="map-line"', html)) == 2
    assert "style=" not in html


def test_around_a_target_it_goes_two_steps_each_way(page_world: PageWorld, steps: list[Node]) -> None:
    assert listed(page_world, query=f"?around={steps[2].id}") == [one.id for one in steps]
    assert listed(page_world, query=f"?around={steps[4].id}") == [one.id for one in steps[2:]]
    html = html_of(page_world, f"?around={steps[2].id}")
    assert len(re.findall(r'class="map-line map-soft"', html)) == 1
    assert "the one above helps" in html
    assert html.count("needs the one above first") == 3


@pytest.mark.parametrize("query", ["around=x", "around=0", "around=999999999", "around=" + "9" * 30, "page=2",
                                   "page=0", "subject=Alchemy", "around="])  # fmt: skip
def test_what_is_not_there_is_not_found(page_world: PageWorld, steps: list[Node], query: str) -> None:
    page_world.client("teacher").get(f"/students/{page_world.student.id}/map?{query}", 404)


def test_a_target_with_several_before_it_is_listed_once_and_referred_to(page_world: PageWorld) -> None:
    made: list[Node] = []

    def rows(make: Factory) -> None:
        made.extend([make.target("B.1", "I can do one."), make.target("B.2", "I can do both.")])
        for before in ("4.NF.A.1", "B.1"):
            add_prerequisite(make.session, make.district_id, before, "B.2", Strength.HARD)
        make.standing(page_world.student, made[1])

    page_world.add(rows)
    assert sorted(listed(page_world)) == sorted([page_world.target.id, made[0].id, made[1].id])
    html = html_of(page_world)
    assert html.count("Also leads to:") == 1
    assert f'href="#in-list-{made[1].id}">I can do both.</a>' in html


def test_codes_are_for_staff(page_world: PageWorld, steps: list[Node]) -> None:
    assert ">C.1</tspan>" in html_of(page_world)
    for who in ("student", "guardian"):
        assert "C.1" not in html_of(page_world, who=who)


def test_a_student_without_work_has_nothing_to_map(page_world: PageWorld) -> None:
    page = page_world.client("teacher").get(f"/students/{page_world.student.id}/map")
    assert "Nothing has been scored yet" in page.text
    assert listed(page_world, query=f"?around={page_world.target.id}") == [page_world.target.id]


def test_a_large_graph_comes_in_parts_the_newest_work_first(page_world: PageWorld) -> None:
    made: list[Node] = []

    def rows(make: Factory) -> None:
        made.extend(make.target(f"L.{number:03}") for number in range(40))
        for number in range(40):
            for before in range(max(0, number - 6), number):
                add_prerequisite(make.session, make.district_id, f"L.{before:03}", f"L.{number:03}", Strength.SOFT)
            make.standing(page_world.student, made[number], as_of=NOW, records=3)

    page_world.add(rows)
    seen: set[int] = set()
    pages = -(-40 // student_map.OWN)
    for page in range(1, pages + 1):
        shown = listed(page_world, query=f"?page={page}")
        assert len(shown) == len(set(shown)) <= student_map.MOST
        html = html_of(page_world, f"?page={page}")
        own = {int(one) for one in re.findall(r'targets/(\d+)" class="map-box [^"]*map-own', html)}
        assert own <= set(shown)
        assert not own & seen
        seen |= own
    assert seen == {one.id for one in made}
    assert "near and not shown" in html_of(page_world, "?page=7")
    page_world.client("teacher").get(f"/students/{page_world.student.id}/map?page={pages + 1}", 404)


def test_each_subject_has_its_own_map(page_world: PageWorld) -> None:
    made: list[Node] = []

    def rows(make: Factory) -> None:
        made.append(make.target("R.1", "I can read a text.", subject="English"))
        make.standing(page_world.student, made[0])
        make.standing(page_world.student, page_world.target, state="mastered")

    page_world.add(rows)
    assert listed(page_world) == [made[0].id], "that of the newest open work first"
    assert listed(page_world, query="?subject=Mathematics") == [page_world.target.id]
    links = page_world.client("teacher").get(f"/students/{page_world.student.id}/map").links
    assert f"/students/{page_world.student.id}/map?subject=Mathematics" in links


def test_the_map_takes_as_many_statements_whatever_it_shows(page_world: PageWorld, steps: list[Node]) -> None:
    def count(query: str) -> int:
        return page_world.client("teacher").statements(f"/students/{page_world.student.id}/map{query}")

    few = count("")

    def rows(make: Factory) -> None:
        for number in range(12):
            make.standing(page_world.student, make.target(), as_of=NOW - timedelta(days=number))

    page_world.add(rows)
    assert count("") == count("?page=2") == count(f"?around={steps[2].id}") == few


def test_boxes_do_not_overlap_and_statements_fit(page_world: PageWorld, steps: list[Node]) -> None:
    html = html_of(page_world, f"?around={steps[2].id}")
    corners = [(float(x), float(y)) for x, y in re.findall(r'<rect x="([\d.]+)" y="([\d.]+)" width="186"', html)]
    assert len(corners) == len(steps)
    for (a, b), (c, d) in combinations(corners, 2):
        assert abs(a - c) >= map_picture.BOX_WIDTH or abs(b - d) >= map_picture.BOX_HEIGHT
    long = "I can " + "solve all kinds of questions " * 9
    assert len(map_picture.fitting(long)) == 2
    assert all(len(line) <= 26 for line in map_picture.fitting(long))
    assert map_picture.fitting("Unabridgedlongwordwithoutanyspaceatall and more")
