"""The grid of a class: who stands where on what, for whoever teaches it."""

from __future__ import annotations

import re

from factories import Factory
from page_world import PageWorld

from api.actions.graph import add_prerequisite
from api.pages import grid
from mastery.graph import Strength


def cells(html: str) -> list[list[str]]:
    """The table as text, row by row."""
    table = html[html.index('<table class="grid">') : html.index("</table>")]
    rows = re.findall(r"<tr>(.*?)</tr>", table, re.S)
    return [[plain(one) for one in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S)] for row in rows]


def plain(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)).strip()


def shown(world: PageWorld, who: str = "teacher", query: str = "") -> list[list[str]]:
    client = world.client(who)
    client.get(f"/classes/{world.section.id}{query}")
    assert client.response is not None
    return cells(client.response.get_data(as_text=True))


def test_a_cell_is_symbol_word_and_link_and_too_little_evidence_is_its_own(page_world: PageWorld) -> None:
    def rows(make: Factory) -> None:
        other = make.target("4.NF.A.2", "I can put fractions in order.")
        make.standing(page_world.student, page_world.target, records=3)
        make.standing(page_world.student, other, records=1)
        make.standing(page_world.people["classmate"], other, state="mastered", records=5, level=3.0)

    page_world.add(rows)
    assert shown(page_world, query="?order=name") == [
        ["Student", "4.NF.A.1", "4.NF.A.2"],
        ["Byron, Ada", "◐ In progress", "◌ Not enough evidence yet"],
        ["Turing, Alan", "○ Not started", "✔ Mastered"],
    ]
    page = page_world.client("teacher").get(f"/classes/{page_world.section.id}")
    assert f"/students/{page_world.student.id}/targets/{page_world.target.id}" in page.links
    assert "I can put fractions in order." in page.text


def test_who_has_a_pressing_flag_comes_first(page_world: PageWorld) -> None:
    def rows(make: Factory) -> None:
        for one in (page_world.student, page_world.people["classmate"]):
            make.standing(one, page_world.target)
        make.wheel_spin(page_world.people["classmate"], page_world.target)

    page_world.add(rows)
    assert [row[0] for row in shown(page_world)[1:]] == ["Turing, Alan 1 flag", "Byron, Ada"]
    assert [row[0] for row in shown(page_world, query="?order=name")[1:]] == ["Byron, Ada", "Turing, Alan 1 flag"]


def test_targets_stand_in_the_order_of_prerequisites(page_world: PageWorld) -> None:
    def rows(make: Factory) -> None:
        before = make.target("9.Z", "I can do what comes first.")
        make.standing(page_world.student, page_world.target)
        make.standing(page_world.student, before)
        add_prerequisite(make.session, make.district_id, "9.Z", "4.NF.A.1", Strength.HARD)

    page_world.add(rows)
    assert shown(page_world)[0] == ["Student", "9.Z", "4.NF.A.1"]


def test_a_class_is_open_to_whoever_teaches_it_and_to_nobody_else(page_world: PageWorld) -> None:
    answers = {}
    for who in page_world.people:
        client = page_world.client(who)
        answers[who] = client.client.get(f"/classes/{page_world.section.id}").status_code
    assert answers == {who: 200 if who == "teacher" else 404 for who in page_world.people}


def test_the_order_counts_every_target_whichever_are_shown(page_world: PageWorld) -> None:
    """Somebody's decision that waits for a teacher stands on the second page of targets."""

    def rows(make: Factory) -> None:
        targets = [make.target() for _ in range(grid.TARGETS + 1)]
        for target in targets[:-1]:
            make.standing(page_world.student, target)
        for one in (page_world.student, page_world.people["classmate"]):
            make.standing(one, page_world.target, state="mastered", level=3.0)
        make.standing(page_world.people["classmate"], targets[-1], state="needs_review", level=3.0)

    page_world.add(rows)
    for query in ("", "?targets=2"):
        assert [row[0] for row in shown(page_world, query=query)[1:]] == ["Turing, Alan", "Byron, Ada"]
    links = page_world.client("teacher").get(f"/classes/{page_world.section.id}?order=name").links
    assert f"/classes/{page_world.section.id}?targets=2&page=1&order=name" in links


def test_a_class_without_evidence_says_so(page_world: PageWorld) -> None:
    page = page_world.client("teacher").get(f"/classes/{page_world.section.id}")
    assert "Nothing has been scored yet" in page.text


def test_many_targets_come_in_pages(page_world: PageWorld) -> None:
    def rows(make: Factory) -> None:
        for _ in range(grid.TARGETS + 1):
            make.standing(page_world.student, make.target())

    page_world.add(rows)
    assert len(shown(page_world)[0]) == 1 + grid.TARGETS
    assert len(shown(page_world, query="?targets=2")[0]) == 2
    page_world.client("teacher").get(f"/classes/{page_world.section.id}?targets=3", 404)
    page_world.client("teacher").get(f"/classes/{page_world.section.id}?page=2", 404)


def test_a_whole_class_stays_small(page_world: PageWorld) -> None:
    def rows(make: Factory) -> None:
        targets = [make.target() for _ in range(grid.TARGETS)]
        for _ in range(33):
            student = make.student(page_world.section)
            for target in targets:
                make.standing(student, target)

    page_world.add(rows)
    client = page_world.client("teacher")
    client.get(f"/classes/{page_world.section.id}")
    assert client.response is not None
    assert len(client.response.data) < 300_000
