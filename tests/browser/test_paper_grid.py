"""Typing in a paper by keyboard alone: a class within a minute, a network that is gone for a while, no script."""

from __future__ import annotations

from time import monotonic

import pytest
from factories import Factory
from paper_world import cell, open_paper, typed
from playwright.sync_api import Page, Route
from visitors import Visitor

from models.evidence import ResultRow

_CLASS = 30
_MINUTE = 60.0


@pytest.fixture
def ticket(visitor: Visitor) -> int:
    """A paper of a class of thirty."""
    world = visitor.world

    def fill(make: Factory) -> None:
        for number in range(_CLASS - 2):
            make.student(world.section, f"Student{number:02}", "Many")

    world.add(fill)
    return open_paper(world)


def _all_saved(page: Page) -> None:
    page.get_by_role("status").filter(has_text="All is saved.").wait_for()


def test_a_class_is_typed_in_within_a_minute_by_keyboard_alone(visitor: Visitor) -> None:
    world = visitor.world
    world.add(lambda make: [make.student(world.section, f"Student{number:02}", "Many") for number in range(_CLASS - 2)])
    page = visitor.sign_in("teacher")
    visitor.open(f"/classes/{world.section.id}/paper")
    started = monotonic()
    page.get_by_label("Target, by its code").first.focus()
    page.keyboard.type("4.NF.A.1")
    page.keyboard.press("Enter")
    page.wait_for_url("**/paper/*")
    page.locator("#paper input[type=text]").first.focus()
    for number in range(_CLASS):
        page.keyboard.type(str(number % 11))
        page.keyboard.press("Enter")
    _all_saved(page)
    took = monotonic() - started
    assert sorted(score for _revision, _status, score, _max in typed(world)) == sorted(
        float(number % 11) for number in range(_CLASS)
    )
    assert len({row.student_id for row in world.rows(ResultRow)}) == _CLASS
    print(f"{_CLASS} students typed in {took:.1f} s")
    assert took < _MINUTE


def test_arrows_lead_from_cell_to_cell_and_a_correction_says_what_was_before(visitor: Visitor, ticket: int) -> None:
    page = visitor.sign_in("teacher")
    visitor.open(f"/paper/{ticket}")
    cells = page.locator("#paper input[type=text]")
    cells.first.focus()
    page.keyboard.type("7")
    page.keyboard.press("ArrowDown")
    page.keyboard.type("88")
    page.keyboard.press("ArrowUp")
    page.get_by_text("Not saved: that is more than the 10 points possible.").wait_for()
    visitor.errors.clear()  # the console tells of each answer that refuses
    page.keyboard.type("8")
    page.keyboard.press("Enter")
    page.get_by_text("saved (before: 7 by Grace Hopper)").wait_for()
    assert cells.nth(1).get_attribute("aria-invalid") is not None
    page.keyboard.type("x")
    page.keyboard.press("Enter")
    page.get_by_text("saved: exempt").wait_for()
    assert typed(visitor.world) == [
        (1, "scored", 7.0, 10.0), (2, "scored", 8.0, 10.0), (1, "exempt", None, 10.0),
    ]  # fmt: skip


def test_what_is_typed_without_a_network_is_kept_and_saved_later_also_over_a_reload(
    visitor: Visitor, ticket: int
) -> None:
    page = visitor.sign_in("teacher")
    visitor.open(f"/paper/{ticket}")
    gone = "**/paper/*/cell"
    page.route(gone, lambda route: route.abort("internetdisconnected"))
    page.locator("#paper input[type=text]").first.focus()
    for score in ("7", "-"):
        page.keyboard.type(score)
        page.keyboard.press("Enter")
    page.get_by_text("Not saved yet: no answer. It is kept here and tried again.").nth(1).wait_for()
    page.get_by_role("status").filter(has_text="Not saved yet: 2").wait_for()
    assert typed(visitor.world) == []
    visitor.errors.clear()
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    page.get_by_role("status").filter(has_text="Not saved yet: 2").wait_for()
    assert page.locator("#paper input[type=text]").first.input_value() == "7"
    page.unroute(gone)
    _all_saved(page)
    visitor.errors.clear()
    assert {one[1:3] for one in typed(visitor.world)} == {("scored", 7.0), ("not_submitted", None)}
    page.reload()
    assert page.locator("#paper input[type=text]").first.input_value() == "7"
    assert len(typed(visitor.world)) == 2


def test_an_answer_that_is_lost_saves_once(visitor: Visitor, ticket: int) -> None:
    page = visitor.sign_in("teacher")
    visitor.open(f"/paper/{ticket}")
    lost: list[str] = []

    def lose(route: Route) -> None:
        if lost:
            route.continue_()
            return
        lost.append("the first")
        route.fetch()
        route.abort("connectionreset")

    page.route("**/paper/*/cell", lose)
    page.locator("#paper input[type=text]").first.focus()
    page.keyboard.type("7")
    page.keyboard.press("Enter")
    _all_saved(page)
    visitor.errors.clear()
    assert typed(visitor.world) == [(1, "scored", 7.0, 10.0)]


@pytest.mark.parametrize("visitor", [{"java_script_enabled": False}], indirect=True)
def test_without_script_one_button_saves_all(visitor: Visitor, ticket: int) -> None:
    page = visitor.sign_in("teacher")
    visitor.open(f"/paper/{ticket}")
    page.locator(f'[name="{cell(visitor.world)}"]').fill("9")
    page.get_by_role("button", name="Save all").click()
    page.get_by_role("status").filter(has_text="Saved.").wait_for()
    assert page.locator(f'[name="{cell(visitor.world, 1)}"]').input_value() == "9"
    assert typed(visitor.world) == [(1, "scored", 9.0, 10.0)]
