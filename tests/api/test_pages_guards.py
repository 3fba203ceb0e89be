"""What holds for every route and every list: a declared guard, pages of fifty, a constant number of statements."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from factories import Factory
from page_world import PageWorld

from api.pages.blueprint import PAGE_SIZE
from api.security.guards import GUARD


def test_every_route_of_the_pages_declares_its_guard(page_world: PageWorld) -> None:
    views = {name: view for name, view in page_world.app.view_functions.items() if name.startswith("pages.")}
    assert len(views) >= 10
    assert [name for name, view in views.items() if not hasattr(view, GUARD)] == []
    public = {name for name, view in views.items() if getattr(view, GUARD).startswith("public")}
    assert public == {
        "pages.sign_in", "pages.begin_at_provider", "pages.back_from_provider", "pages.choose_language",
        "pages.activate", "pages.activate_with", "pages.recover",
    }  # fmt: skip


def test_whoever_is_not_signed_in_is_asked_to(page_world: PageWorld) -> None:
    client = page_world.client()
    for rule in page_world.app.url_map.iter_rules():
        if not rule.endpoint.startswith("pages.") or "GET" not in rule.methods:
            continue
        if getattr(page_world.app.view_functions[rule.endpoint], GUARD).startswith("public"):
            continue
        url = rule.rule
        for argument in rule.arguments:
            url = url.replace(f"<int:{argument}>", "1")
        client.get(url, 303)
        assert client.response is not None
        assert client.response.headers["Location"].startswith("/sign-in")


def _many_flags(world: PageWorld, make: Factory, rows: int) -> None:
    quiz, below = make.assessment(), make.target()
    for _ in range(rows):
        student = make.student(world.section)
        result = make.result(student, quiz, world.target)
        make.wheel_spin(student, world.target, [result])
        make.wheel_spin(student, below, [result], family="other")


def _many_standings(world: PageWorld, make: Factory, rows: int) -> None:
    for _ in range(rows):
        target = make.target()
        make.standing(world.student, target)
        make.wheel_spin(world.student, target, family=f"f{target.id}")


def _many_records(world: PageWorld, make: Factory, rows: int) -> None:
    quiz = make.assessment()
    for _ in range(rows):
        make.result(world.student, quiz, world.target)


@pytest.mark.parametrize(
    ("url", "fill"),
    [
        ("/today", _many_flags),
        ("/students", _many_flags),
        ("/students/{student}", _many_standings),
        ("/students/{student}/targets/{target}", _many_records),
        ("/students/{student}/path", _many_standings),
        ("/classes/{section}", _many_standings),
        ("/classes/{section}", _many_flags),
    ],
)
def test_more_rows_cost_no_more_statements(
    page_world: PageWorld, url: str, fill: Callable[[PageWorld, Factory, int], None]
) -> None:
    page_world.add(lambda make: make.standing(page_world.student, page_world.target))
    page_world.add(lambda make: fill(page_world, make, 2))
    url = url.format(student=page_world.student.id, target=page_world.target.id, section=page_world.section.id)
    client = page_world.client("teacher")
    few = client.statements(url)
    page_world.add(lambda make: fill(page_world, make, 12))
    assert client.statements(url) == few <= 22


def test_lists_come_in_pages(page_world: PageWorld) -> None:
    page_world.add(lambda make: _many_flags(page_world, make, PAGE_SIZE // 2 + 3))
    page_world.add(lambda make: _many_standings(page_world, make, PAGE_SIZE + 1))
    client = page_world.client("teacher")
    first = client.get("/today")
    # two gaps of 28 students and 51 hints about one: each is one move, with the words of its first 12
    assert sum(one.removeprefix("flag-").isdigit() for one in first.ids) == 36 <= PAGE_SIZE
    assert sum(one.startswith("box-") for one in first.ids) == 56
    assert "All 51 hints on the page of Ada Byron" in first.text
    client.get("/today?page=2", 404)
    client.get(f"/today?section={page_world.section.id}&page=2", 404)
    assert "Page 2 of 2" in client.get(f"/students/{page_world.student.id}?page=2").text
    client.get(f"/students/{page_world.student.id}?page=3", 404)
    for wrong in ("0", "-1", "x", "1e3", "99999999999999999999", "²"):
        client.get(f"/students?page={wrong}", 404)


@pytest.mark.parametrize("key", [0, 10**18 - 1, 2**63 - 1, 2**63, 99999999999999999999])
def test_a_key_of_nothing_does_not_exist(page_world: PageWorld, key: int) -> None:
    client = page_world.client("teacher")
    rules = [rule for rule in page_world.app.url_map.iter_rules() if "<int:" in rule.rule]
    assert len(rules) > 8
    for rule in rules:
        url = re.sub(r"<int:\w+>", str(key), rule.rule)
        if "GET" in (rule.methods or ()):
            client.get(url, 404)
        if "POST" in (rule.methods or ()):
            client.post(url, status=404, version=1, reason="false_alarm")


def test_a_page_number_beyond_all_pages_does_not_exist(page_world: PageWorld) -> None:
    client = page_world.client("teacher")
    client.get("/students?page=000001")
    for number in ("0", "0000001" + "9" * 20, "100001", "x", "-1"):
        client.get(f"/students?page={number}", 404)
