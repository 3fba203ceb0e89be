"""Ways to learn a target: who keeps them, where students and parents find them, in which order and language."""

from __future__ import annotations

import re
from typing import Any

import pytest
from factories import Factory
from page_world import PageWorld, add_steward
from path_pages import html, plain, section, working
from path_world import LIKE
from sqlalchemy import select

from mastery.pathways import MOST_KEPT
from models.graph import Node
from models.own_words import OwnWords
from models.pathways import Pathway, PathwayText
from models.unit_of_work import district_transaction

RECIPE = {
    "code": LIKE, "mode": "project", "setting": "at_home", "minutes": "30", "title": "Half a recipe",
    "about": "Write a recipe for half as many people.", "title_es": "Media receta",
    "about_es": "Escribe una receta para la mitad de personas.", "link": "https://example.org/recipe?for=2",
}  # fmt: skip
FILM = {
    "code": LIKE, "mode": "online", "setting": "at_home", "minutes": "", "title": "A film",
    "about": "Watch how parts are added.",
}  # fmt: skip
GROUP = FILM | {"mode": "direct", "setting": "in_class", "minutes": "15", "title": "A small group"}


@pytest.fixture
def url(page_world: PageWorld) -> str:
    working(page_world)
    add_steward(page_world)
    return f"/classes/{page_world.section.id}/pathways"


def titles(markup: str, key: str = "next") -> list[str]:
    part = re.search(rf'<section data-key="{key}".*?</section>', markup, re.S)
    return re.findall(r"<strong>(.*?)</strong>", part.group(0)) if part else []


def test_a_teachers_way_is_on_the_path_of_the_class_and_a_districts_on_every_path(
    page_world: PageWorld, url: str
) -> None:
    page_world.client("teacher").post(url, **RECIPE)
    page_world.client("steward").post("/pathways", **GROUP)
    shown = html(page_world)
    assert titles(shown) == ["A small group", "Half a recipe"]
    said = section(shown, "next")
    assert "2 ways to learn it" in said
    assert "at home, 30 minutes, a project" in said
    assert 'href="https://example.org/recipe?for=2" rel="noopener noreferrer external"' in shown
    # a student of another class finds the district's alone
    page_world.add(lambda make: make.standing(_other(page_world, make), make.session.get_one(Node, _like(page_world))))
    other = page_world.client("principal").get(f"/students/{page_world.people['other'].id}/path").text
    assert "A small group" in other
    assert "Half a recipe" not in other


def _other(world: PageWorld, make: Factory) -> Any:
    world.people["other"] = make.student(world.other_section, "Other", "Student")
    return world.people["other"]


def _like(world: PageWorld) -> tuple[int, int]:
    with district_transaction(world.engine, world.district_id) as session:
        found = select(Node.id).where(Node.district_id == world.district_id, Node.code == LIKE)
        return world.district_id, session.scalars(found).one()


def test_what_is_taken_away_is_found_no_more_and_kept_on_file(page_world: PageWorld, url: str) -> None:
    teacher = page_world.client("teacher")
    teacher.post(url, **FILM)
    (row,) = page_world.rows(Pathway)
    page = teacher.get(url).text
    assert "Added by" in page
    assert "Not in Spanish yet." in page
    teacher.post(f"{url}/{row.id}/end")
    assert titles(html(page_world)) == []
    assert "There is nothing here yet." in teacher.get(url).text
    (ended,) = page_world.rows(Pathway)
    assert (ended.ended_by, ended.added_by) == (page_world.people["teacher"].id,) * 2
    teacher.post(f"{url}/{row.id}/end", 404)  # a form that was sent twice


def test_what_the_student_likes_comes_first_and_nothing_is_left_out(page_world: PageWorld, url: str) -> None:
    teacher, student = page_world.client("teacher"), page_world.client("student")
    for way in (RECIPE, FILM, GROUP, GROUP | {"title": "A second group"}):
        teacher.post(url, **way)
    every = {"Half a recipe", "A film", "A small group", "A second group"}
    before = titles(html(page_world))
    assert set(before) == every
    assert before[0] == "A small group"
    words = f"/students/{page_world.student.id}/own-words"
    student.post(words, what="preference", words="I watch it first", mode="online", setting="")
    after = titles(html(page_world))
    assert after[0] == "A film"
    assert set(after) == every
    (said,) = page_world.rows(OwnWords)
    assert (said.mode, said.setting) == ("online", None)
    assert "Way of learning: online" in plain(student.get("/path").text)
    student.post(f"{words}/{said.id}", what="preference", words="I watch it first", mode="", setting="in_class")
    assert titles(html(page_world))[0] == "A small group"
    student.post(words, what="preference", words="x", mode="dancing")
    assert "use one of the forms" in student.get("/path").text


def test_a_parent_finds_first_what_can_be_done_at_home(page_world: PageWorld, url: str) -> None:
    for way in (GROUP, RECIPE):
        page_world.client("teacher").post(url, **way)
    assert titles(html(page_world)) == ["A small group", "Half a recipe"]
    assert titles(html(page_world, "guardian")) == ["Half a recipe", "A small group"]


def test_a_reader_of_spanish_finds_spanish_first_and_the_rest_marked(page_world: PageWorld, url: str) -> None:
    for way in (GROUP, RECIPE):
        page_world.client("teacher").post(url, **way)
    shown = html(page_world, accept_language="es")
    assert [re.sub("<.*?>", "", one) for one in titles(shown)] == ["Media receta", "A small group"]
    assert '<span lang="en">A small group</span>' in shown
    assert "en casa, 30 minutos, un proyecto" in plain(shown)


def test_the_districts_ten_minutes_are_one_of_the_ways_but_not_twice_on_a_card(page_world: PageWorld, url: str) -> None:
    shown = html(page_world)
    assert titles(shown) == []  # what comes first has no task of its own
    assert titles(shown, "now") == ["Ten minutes at home"]
    assert shown.count("Add 1/2 and 1/4 with folded paper.") == 1


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"code": "no such"}, "the code of no learning target"),
        ({"code": ""}, "Give the code."),
        ({"title": " "}, "Give it a name."),
        ({"about": ""}, "Say what the student does."),
        ({"about_es": ""}, "or neither"),
        ({"minutes": "0"}, "Give from 1 to"),
        ({"minutes": "soon"}, "Not a valid integer value"),
        ({"link": "javascript:alert(1)"}, "begins with https://"),
        ({"mode": "dancing"}, "Not a valid choice"),
    ],
)
def test_what_is_refused_is_shown_as_it_was_typed(
    page_world: PageWorld, url: str, changed: dict[str, str], said: str
) -> None:
    page = page_world.client("teacher").post(url, 422, **RECIPE | {"about": "Kept as typed."} | changed)
    assert said in page.text
    assert ("Kept as typed." in page.text) is ("about" not in changed)
    assert page_world.rows(Pathway) == []


def test_a_target_has_no_more_ways_than_somebody_reads(page_world: PageWorld, url: str) -> None:
    teacher = page_world.client("teacher")
    for number in range(MOST_KEPT):
        teacher.post(url, **FILM | {"title": f"Film {number}"})
    assert "Take one away first" in teacher.post(url, 422, **FILM).text
    page_world.client("steward").post("/pathways", **FILM)  # another keeper
    assert len(page_world.rows(Pathway)) == MOST_KEPT + 1
    assert len(page_world.rows(PathwayText)) == MOST_KEPT + 1


@pytest.mark.parametrize("who", ["colleague", "stranger", "principal", "student", "guardian", "leader", "steward"])
def test_a_classs_ways_are_kept_by_who_teaches_it_and_nobody_else(page_world: PageWorld, url: str, who: str) -> None:
    page_world.client("teacher").post(url, **FILM)
    (row,) = page_world.rows(Pathway)
    client = page_world.client(who)
    client.get(url, 404)
    client.post(url, 404, **FILM)
    client.post(f"{url}/{row.id}/end", 404)
    client.post(f"/pathways/{row.id}/end", 404)  # it is not the district's
    assert [one.ended_at for one in page_world.rows(Pathway)] == [None]


def test_a_page_takes_as_many_statements_however_many_ways_there_are(page_world: PageWorld, url: str) -> None:
    teacher, student = page_world.client("teacher"), page_world.client("student")
    teacher.post(url, **FILM)
    few = teacher.statements(url), student.statements("/path")
    for number in range(5):
        teacher.post(url, **RECIPE | {"title": f"Way {number}"})
    assert (teacher.statements(url), student.statements("/path")) == few
