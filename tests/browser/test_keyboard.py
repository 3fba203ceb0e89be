"""A teacher's and a family's work with the keyboard alone, focus that stays, and instruments that would tell."""

from __future__ import annotations

import pytest
from every_page import signed_in
from factories import Factory
from furnished import furnish
from furnished_work import complete, judged
from page_checks import axe_problems, keyboard_problems, layout_problems, load_axe, skip_link_problems
from page_world import PASSWORD
from playwright.sync_api import Page, expect
from visitors import Visitor

from models.roster import Person


def tab_to(page: Page, *selectors: str, key: str = "Tab", limit: int = 80) -> None:
    """Press Tab, or Shift+Tab, until focus is on what matches, for each in turn."""
    for selector in selectors:
        for _ in range(limit):
            page.keyboard.press(key)
            if page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
                break
        else:
            raise AssertionError(f"no way to {selector}")


def test_a_teacher_signs_in_and_settles_two_flags_without_a_mouse(visitor: Visitor) -> None:
    world, made = visitor.world, []
    for family in ("first", "second"):
        world.add(lambda make, name=family: made.append(make.wheel_spin(world.student, world.target, family=name).id))
    page = visitor.open("/sign-in")
    tab_to(page, "#name")
    page.keyboard.type("teacher")
    tab_to(page, "#password")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/today")
    tab_to(page, f"#one-{made[0]} > summary")  # two of one student are one talk
    page.keyboard.press("Enter")
    tab_to(page, f"#ack-{made[0]}")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Acknowledged. Your colleagues can see")).to_be_visible()
    tab_to(page, f"#set-aside-{made[1]} summary")
    page.keyboard.press("Enter")
    tab_to(page, f"#set-aside-{made[1]} [type=radio]")
    page.keyboard.press("ArrowDown")  # to the second reason of the group
    tab_to(page, f"#note-{made[1]}")
    page.keyboard.type("At the dentist.")
    tab_to(page, f"#set-aside-{made[1]} button")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Dismissed. It stays quiet")).to_be_visible()
    expect(page.locator(f"#flag-{made[1]}")).to_have_count(0)


@pytest.mark.parametrize(
    ("kind", "said", "left"),
    [
        ("pull", "Done for 2 students.", "Talk with Iris Lee"),
        ("confirm", "Confirmed for 2 students.", "Confirm for Iris Lee"),
    ],
)
def test_a_move_is_done_for_two_of_three_and_taken_back_without_a_mouse(
    visitor: Visitor, kind: str, said: str, left: str
) -> None:
    world = visitor.world

    students: list[Person] = []
    world.add(lambda make: students.extend(make.student(world.section, one, "Lee") for one in ("Iris", "Leo", "Mina")))
    if kind == "pull":
        world.add(lambda make: [make.wheel_spin(student, world.target) for student in students])
    else:
        complete(world, students)
    signed_in(visitor, "teacher")
    page = visitor.open("/today")
    card = page.locator(f"[id^=move-{world.section.id}-{kind}]")
    expect(card.get_by_role("heading")).to_contain_text("these three")
    tab_to(page, "[id^=each-] > summary")
    page.keyboard.press("Enter")
    tab_to(page, "[id^=each-] [type=checkbox]")
    page.keyboard.press("Space")
    tab_to(page, f"[id^=do-{world.section.id}-{kind}]", key="Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text(said)).to_be_visible()
    expect(page.get_by_role("heading", name=left)).to_be_visible()
    tab_to(page, ".messages .undo button")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Taken back: it is on your list again.")).to_be_visible()
    expect(card.get_by_role("heading")).to_contain_text("these three")


def test_cut_scores_are_confirmed_without_a_mouse(visitor: Visitor) -> None:
    world, made = visitor.world, []

    def rows(make: Factory) -> None:
        test = make.assessment("Unit test", "summative")
        make.cut_scores(test)
        make.result(world.student, test, world.target)
        made.append(test.id)

    world.add(rows)
    signed_in(visitor, "teacher")
    page = visitor.open("/today")
    tab_to(page, '.chips [href="#waiting"]')
    page.keyboard.press("Enter")
    link = f"/assessments/{made[0]}/cut-scores"
    tab_to(page, f'#waiting [href="{link}"]')
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{link}")
    tab_to(page, "main button")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Confirmed. Results of this assessment now have levels.")).to_be_visible()


def test_a_level_is_signed_and_taken_back_without_a_mouse(visitor: Visitor) -> None:
    found = furnish(visitor.world)
    judged(found)
    signed_in(visitor, "teacher")
    page = visitor.open("/students/{classmate}/targets/{told}".format(**found.places))
    page.set_viewport_size({"width": 320, "height": 700})
    tab_to(page, "#give-level > summary")
    page.keyboard.press("Enter")
    tab_to(page, "#give-level [type=radio]")
    for _ in range(7):
        page.keyboard.press("ArrowDown")  # the first press goes from the first to the second level
    tab_to(page, "#reason")
    page.keyboard.type("Taught it to the whole class this morning.")
    tab_to(page, "#give-level button")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Signed, with your name and the date.")).to_be_visible()
    judgement = page.locator("[data-key=judgement]")
    expect(judgement.get_by_text("Level 3.5 of 4, given by").first).to_be_visible()
    expect(judgement.get_by_text("“Taught it to the whole class this morning.”")).to_be_visible()
    tab_to(page, "[data-key=judgement] > form button")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Taken back. The level before it counts again")).to_be_visible()
    expect(judgement.get_by_text("“Taught it to the whole class this morning.”")).not_to_be_visible()


def test_updates_are_paused_and_focus_stays_on_the_button(visitor: Visitor) -> None:
    signed_in(visitor, "teacher")
    page = visitor.open("/today")
    tab_to(page, "#live-pause")
    for words in ("Go on updating", "Pause updates"):
        page.keyboard.press("Space")
        expect(page.locator("#live-pause")).to_have_text(words)
        expect(page.locator("#live-pause")).to_be_focused()


# --- what is measured with measures ---------------------------------------------------------------------------------
SPOILT = {
    "label": ("document.querySelector('label[for=name]').remove()", axe_problems, "label: #name"),
    "contrast": (
        "document.styleSheets[0].insertRule('h1 {color: #ccc !important}')",
        axe_problems, "color-contrast",
    ),
    "small": (
        "document.styleSheets[0].insertRule('main button {min-height: 0 !important; height: 9px; padding: 0}')",
        layout_problems, "too small to hit: <button",
    ),
    "wide": (
        "document.styleSheets[0].insertRule('main form {width: 3000px}')", layout_problems, "the page scrolls sideways",
    ),
    "no skip": ("document.querySelector('.skip').remove()", skip_link_problems, "the first stop is no skip link"),
    "no outline": (
        "document.styleSheets[0].insertRule(':focus-visible {outline: none !important}')",
        keyboard_problems, "nothing tells that focus is on",
    ),
    "faint outline": (
        "document.styleSheets[0].insertRule(':focus-visible {outline-color: #eee !important}')",
        keyboard_problems, "nothing tells that focus is on",
    ),
    "hidden": (
        "document.styleSheets[0].insertRule("
        "'.brand {position: fixed; inset: 0; z-index: 9; background: white}')",
        keyboard_problems, "something lies over",
    ),
    "order": (
        "document.querySelector('#password').tabIndex = 1",
        keyboard_problems, "is out of order",
    ),
    "trap": (
        "document.querySelector('#password').addEventListener('keydown',"
        " (event) => event.key === 'Tab' && event.preventDefault())",
        keyboard_problems, "is out of order",
    ),
}  # fmt: skip


def test_the_instruments_tell(visitor: Visitor) -> None:
    """A page that is spoilt in one way is told for it, and the page as it is is not."""
    for spoil, instrument, told in SPOILT.values():
        page = visitor.open("/sign-in")
        load_axe(page)
        assert instrument(page) == []
        page.evaluate(f"() => {{ {spoil} }}")
        assert any(told in one for one in instrument(page)), told


@pytest.mark.parametrize(
    ("breach", "told"),
    [
        ("document.body.setAttribute('style', 'color: red')", "security policy: style-src-attr inline"),
        ("new Image().src = 'http://127.0.0.1:9/x.png'", "security policy: img-src http://127.0.0.1:9/x.png"),
    ],
)
def test_a_breach_of_the_security_policy_is_told(visitor: Visitor, breach: str, told: str) -> None:
    page = visitor.open("/sign-in")
    with page.expect_console_message(lambda message: told in message.text):
        page.evaluate(f"() => {{ {breach} }}")
    assert told in visitor.errors
    visitor.errors.clear()
