"""The pages in a browser: they change by themselves, disturb nobody, never pretend, and work without a script."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from conftest_api import result
from factories import Factory
from furnished_work import lms
from playwright.sync_api import Page, expect
from visitors import Visitor

from api.actions.graph import add_prerequisite
from mastery.graph import Strength
from mastery.numbers import half_up

# updates come within a second, and where the stream is away within a few more
expect.set_options(timeout=20_000)
SENTENCE = "12 tries at new questions"


def add_flag(visitor: Visitor, *, somebody_else: bool = False, shared: bool = False, **columns: object) -> int:
    """A flag and its announcement, as an ingest leaves them behind; returns the flag's id.

    `somebody_else` gives it a new student of the section, on a target of their own unless it is `shared`.
    """
    made: list[int] = []

    def rows(make: Factory) -> None:
        world = visitor.world
        student = make.student(world.section, "Iris", "Lee") if somebody_else else world.student
        target = make.target(None, "I can draw it.") if somebody_else and not shared else world.target
        quiz = make.assessment("Fractions quiz 3")
        evidence = make.result(student, quiz, target)
        made.append(make.wheel_spin(student, target, [evidence], **columns).id)
        make.announce(student)

    visitor.world.add(rows)
    return made[0]


def streaming(page: Page) -> None:
    """Wait until the page is told by the stream."""
    expect(page.locator("#live-status")).to_have_text(re.compile(r"^Updated \d+:\d\d [AP]M$"))


def test_a_teacher_signs_in_and_today_changes_by_itself(visitor: Visitor) -> None:
    page = visitor.sign_in("teacher")
    expect(page).to_have_url(re.compile("/today$"))
    expect(page.get_by_text("Nothing new needs you.")).to_be_visible()
    streaming(page)
    add_flag(visitor)
    expect(page.get_by_text(SENTENCE)).to_be_visible()
    expect(page.locator("#live-news")).to_have_text("1 new")
    expect(page.get_by_text("1 matter needs you now")).to_be_visible()


def test_a_posted_result_reaches_the_open_pages(visitor: Visitor) -> None:
    world = visitor.world
    page = visitor.sign_in("teacher")
    visitor.open(f"/students/{world.student.id}")
    expect(page.get_by_text("Nothing has been scored yet")).to_be_visible()
    streaming(page)
    machine = lms(visitor.world)
    machine.put_assessment("quiz-17")
    (entry,) = machine.post(result(str(world.student.identifier), str(world.target.code)))
    assert entry["status"] == "accepted"
    expect(page.get_by_text(world.target.statement)).to_be_visible()
    expect(page.get_by_text("Not enough evidence yet")).to_be_visible()
    expect(page.get_by_text("In progress")).to_be_visible()


def test_focus_scroll_and_writing_survive_an_update(visitor: Visitor) -> None:
    first = add_flag(visitor)
    for _ in range(6):
        add_flag(visitor, somebody_else=True)
    page = visitor.sign_in("teacher")
    streaming(page)
    card = page.locator(f"#flag-{first}")
    card.get_by_text("Dismiss, with a reason").click()
    note = card.get_by_label("In a few words")
    note.fill("He was at the dent")
    place = page.evaluate("window.scrollY")
    add_flag(visitor, family="urgent", severity="INFO")
    page.wait_for_timeout(1500)
    expect(note).to_be_focused()
    page.keyboard.type("ist.")
    expect(note).to_have_value("He was at the dentist.")
    assert page.evaluate("window.scrollY") == place
    card.get_by_label("Known and excused").focus()
    expect(page.locator("#live-news")).to_have_text("1 new")
    expect(note).to_have_value("He was at the dentist.")
    world = visitor.world
    button = page.locator(f"#do-{world.section.id}-talk-{world.student.id}-0")
    button.focus()
    add_flag(visitor, somebody_else=True)
    expect(page.locator("[data-digest]")).to_have_count(9)
    expect(button).to_be_focused()


@pytest.mark.parametrize("visitor", [{"viewport": {"width": 900, "height": 500}}], indirect=True)
def test_two_moves_that_arrive_are_counted_and_push_nothing_away(visitor: Visitor) -> None:
    world = visitor.world
    for _ in range(4):
        add_flag(visitor, somebody_else=True)
    page = visitor.sign_in("teacher")
    streaming(page)
    button = page.get_by_role("button", name="Done").last
    button.focus()
    name, place = button.get_attribute("id"), page.evaluate("window.scrollY")
    assert place > 0

    def rows(make: Factory) -> None:
        students = [make.student(world.section, given, "Lee") for given in ("Leo", "Mina")]
        for student in students:
            make.wheel_spin(student, make.target(), severity="URGENT")
        make.announce(*students)

    world.add(rows)
    expect(page.locator("#live-news")).to_have_text("2 new")
    expect(page.locator("#live-news")).to_have_role("status")
    expect(page.locator(".move h3").first).to_have_text(re.compile("^Talk with (Leo|Mina) Lee$"))
    expect(page.locator(f"#{name}")).to_be_focused()
    assert page.evaluate("window.scrollY") == place
    expect(page.locator(".move.arrived")).to_have_count(2)


def test_a_box_that_was_cleared_stays_so_while_results_arrive(visitor: Visitor) -> None:
    for _ in range(3):
        add_flag(visitor, somebody_else=True, shared=True)
    page = visitor.sign_in("teacher")
    streaming(page)
    card = page.locator(".move", has_text="Pull these three")
    card.get_by_text("Evidence, and leave someone out").click()
    box = card.get_by_role("checkbox").first
    box.uncheck()
    add_flag(visitor, somebody_else=True)
    expect(page.locator("#live-news")).to_have_text("1 new")
    expect(box).not_to_be_checked()
    add_flag(visitor, somebody_else=True, shared=True)
    expect(page.locator("#live-news")).to_have_text("1 new")
    page.wait_for_timeout(1500)
    expect(box).not_to_be_checked()
    expect(page.get_by_text("Pull these three")).to_be_visible()  # what is being chosen from does not change meanwhile
    card.get_by_role("button", name="Done").click()
    expect(page.get_by_text("Done for 2 students.")).to_be_visible()
    expect(page.get_by_role("heading", name="Pull these two")).to_be_visible()


def test_a_move_is_done_and_taken_back(visitor: Visitor) -> None:
    for _ in range(2):
        add_flag(visitor, somebody_else=True, shared=True)
    page = visitor.sign_in("teacher")
    page.get_by_role("button", name="Done").click()
    expect(page.get_by_text("Done for 2 students.")).to_be_visible()
    expect(page.get_by_label("Done", exact=True)).to_contain_text("Pulled two: I can explain why fractions are equal")
    page.get_by_role("status").get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Taken back: it is on your list again.")).to_be_visible()
    expect(page.get_by_role("heading", name="Pull these two")).to_be_visible()


def test_updates_can_be_paused(visitor: Visitor) -> None:
    page = visitor.sign_in("teacher")
    streaming(page)
    page.get_by_role("button", name="Pause updates").click()
    expect(page.locator("#live-status")).to_contain_text("Paused at")
    add_flag(visitor)
    page.wait_for_timeout(2000)
    expect(page.get_by_text(SENTENCE)).to_have_count(0)
    page.get_by_role("button", name="Go on updating").click()
    expect(page.get_by_text(SENTENCE)).to_be_visible()
    streaming(page)


def test_a_page_without_its_stream_says_so_then_asks_by_itself_and_recovers(visitor: Visitor) -> None:
    page = visitor.sign_in("teacher")
    streaming(page)
    visitor.live.kill()
    expect(page.locator("#live-status")).to_contain_text("Not updating since")
    expect(page.locator("#live-said")).to_contain_text("Not updating since")
    add_flag(visitor)
    expect(page.get_by_text(SENTENCE)).to_be_visible()
    expect(page.locator("#live-status")).to_contain_text("checking now and then")
    expect(page.locator("#live-said")).to_be_empty()
    visitor.live.start()
    streaming(page)
    add_flag(visitor, family="later")
    expect(page.get_by_text(SENTENCE)).to_have_count(2)


def test_a_page_never_looks_live_while_nothing_answers(visitor: Visitor) -> None:
    page = visitor.sign_in("teacher")
    streaming(page)
    page.route(re.compile("partial=1"), lambda route: route.fulfill(status=500, body="broken"))
    visitor.live.kill()
    status = page.locator("#live-status")
    expect(status).to_contain_text("Not updating since")
    page.wait_for_timeout(7000)
    expect(status).to_contain_text("Not updating since")
    expect(page.get_by_role("heading", name="Period 1: Algebra I")).to_be_visible()
    page.unroute(re.compile("partial=1"))
    expect(status).to_contain_text("Updated", timeout=30_000)
    visitor.errors.clear()  # the browser itself tells the console of each 500


def test_a_page_whose_person_signed_out_says_so(visitor: Visitor) -> None:
    page = visitor.sign_in("teacher")
    streaming(page)
    other = visitor.context.new_page()
    other.goto(visitor.site.address + "/today")
    other.get_by_role("button", name="Sign out").click()
    expect(other.get_by_text("You are signed out.")).to_be_visible()
    add_flag(visitor)
    expect(page.locator("#live-status")).to_contain_text("You are signed out")
    expect(page.get_by_text(SENTENCE)).to_have_count(0)


@pytest.mark.parametrize("visitor", [{"java_script_enabled": False}], indirect=True)
def test_everything_works_without_a_script(visitor: Visitor) -> None:
    first, second = add_flag(visitor), add_flag(visitor, family="other")
    visitor.world.add(lambda make: make.standing(visitor.world.student, visitor.world.target))
    page = visitor.sign_in("teacher")
    expect(page.get_by_role("button", name="Pause updates")).to_have_count(0)
    page.locator(f"#one-{first} > summary").click()
    page.locator(f"#ack-{first}").click()
    expect(page.get_by_text("Acknowledged. Your colleagues can see")).to_be_visible()
    card = page.locator(f"#flag-{second}")
    card.get_by_text("Dismiss, with a reason").click()
    card.get_by_label("False alarm").check()
    card.get_by_role("button", name="Dismiss").click()
    expect(page.get_by_text("Dismissed. It stays quiet")).to_be_visible()
    add_flag(visitor, somebody_else=True)
    page.reload()
    page.get_by_role("button", name="Done").click()
    page.get_by_role("status").get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Taken back: it is on your list again.")).to_be_visible()
    page.get_by_text("Someone is on it: 1").click()
    page.locator(f"#flag-{first}").get_by_text("Evidence (1 result)").click()
    page.get_by_role("link", name="Fractions quiz 3").click()
    expect(page.get_by_role("heading", name="The evidence")).to_be_visible()
    assert f"/students/{visitor.world.student.id}/targets/{visitor.world.target.id}#result-" in page.url


def test_a_family_sees_its_child_in_plain_words(visitor: Visitor) -> None:
    world = visitor.world
    world.add(lambda make: make.standing(world.student, world.target))
    add_flag(visitor)
    page = visitor.sign_in("guardian")
    expect(page.get_by_role("heading", name="The path of Ada Byron")).to_be_visible()
    expect(page.get_by_role("heading", name=world.target.statement)).to_be_visible()
    expect(page.get_by_text(SENTENCE)).to_have_count(0)
    page.get_by_role("link", name="All targets").click()
    expect(page.get_by_role("heading", name="Ada Byron", exact=True)).to_be_visible()
    expect(page.get_by_text(SENTENCE)).to_have_count(0)
    page.get_by_role("link", name=world.target.statement).click()
    expect(page.get_by_text("Of 10 typical questions on this")).to_be_visible()
    expect(page.locator("#live-status")).to_contain_text("checking now and then")


def test_practice_without_progress_appears_on_today_by_itself(visitor: Visitor) -> None:
    world = visitor.world
    page = visitor.sign_in("teacher")
    streaming(page)
    machine = lms(visitor.world)
    machine.put_assessment("quiz-17")
    sittings = []
    for day in range(1, 5):
        items = [{"item": f"q{day}{one}", "score": int(one == 2), "max": 1, "try": 1, "hints": 0} for one in range(5)]
        times = {"performed_at": f"2026-10-0{day}T09:00:00-04:00", "scored_at": f"2026-10-0{day}T09:00:05-04:00"}
        targets = [{"target": world.target.code, "score": 1, "max": 5, "items": items}]
        sittings.append(result(str(world.student.identifier), "", source_id=f"attempt-{day}", targets=targets, **times))
    entries = machine.post(*sittings)
    assert {entry["status"] for entry in entries} == {"accepted"}
    expect(page.get_by_text("1 matter needs you now: Ada Byron")).to_be_visible()
    card = page.locator("[data-digest]")
    expect(card).to_contain_text("20 tries at new questions on “I can explain why fractions are equal”")
    card.get_by_text("Evidence (4 results)").click()
    card.get_by_role("link", name="quiz-17, Oct 4, 2026").click()
    expect(page.get_by_role("heading", name="What is still missing for mastery")).to_be_visible()
    expect(page.get_by_role("row", name="Oct 4, 2026")).to_contain_text("1 of 5")
    said = machine.get(f"/students/{world.student.identifier}/targets/{world.target.code}/explanation")
    page.get_by_text("The numbers", exact=True).click()
    chance = f"{half_up(Decimal(str(said['estimate']['probability'])) * 100)}%"
    expect(page.get_by_text(f"at or above the bar for mastery: {chance}")).to_be_visible()


def fill_class(visitor: Visitor) -> None:
    """Twenty students on twelve targets."""
    world = visitor.world

    def rows(make: Factory) -> None:
        targets = [make.target(f"T.{number:02}") for number in range(12)]
        for number in range(20):
            student = make.student(world.section, "Student", f"Number{number:02}")
            for target in targets:
                make.standing(student, target)

    world.add(rows)


def test_a_class_stays_where_one_is_in_it_when_it_changes(visitor: Visitor) -> None:
    fill_class(visitor)
    page = visitor.sign_in("teacher")
    visitor.open(f"/classes/{visitor.world.section.id}?order=name")
    streaming(page)
    cell = page.locator("#grid td a").last
    cell.focus()
    place = "(() => { const one = document.querySelector('#grid'); return [one.scrollLeft, one.scrollTop]; })()"
    before = page.evaluate(place)
    assert before[1] > 0
    add_flag(visitor)
    expect(page.get_by_role("rowheader", name="Byron, Ada")).to_contain_text("1 flag")
    expect(cell).to_be_focused()
    assert page.evaluate(place) == before


@pytest.mark.parametrize("visitor", [{"viewport": {"width": 320, "height": 640}}], indirect=True)
def test_names_and_codes_stay_in_sight_while_the_class_scrolls(visitor: Visitor) -> None:
    world = visitor.world
    fill_class(visitor)
    page = visitor.sign_in("teacher")
    visitor.open(f"/classes/{world.section.id}?order=name")
    last = page.locator("#grid td a").last
    last.focus()
    region, cell = page.locator("#grid").bounding_box(), last.bounding_box()
    head, name = page.locator("thead th").last.bounding_box(), page.locator("#grid tbody th").last.bounding_box()
    assert region is not None
    assert cell is not None
    assert head is not None
    assert name is not None
    assert abs(head["y"] - region["y"]) <= 2, "the codes stay on top"
    assert abs(name["x"] - region["x"]) <= 2, "the names stay at the side"
    assert cell["y"] >= head["y"] + head["height"] - 1, "what has the focus is hidden by neither"
    assert cell["x"] >= name["x"] + name["width"] - 1
    page.get_by_role("link", name="T.11", exact=True).click()
    expect(page.locator("div:target")).to_contain_text("I can add fractions.")


@pytest.mark.parametrize("visitor", [{"java_script_enabled": False}], indirect=True)
def test_the_map_leads_from_target_to_target_without_a_script(visitor: Visitor) -> None:
    world = visitor.world

    def rows(make: Factory) -> None:
        make.target("5.X", "I can use fractions in a story.")
        add_prerequisite(make.session, make.district_id, str(world.target.code), "5.X", Strength.HARD)
        make.standing(world.student, world.target)

    world.add(rows)
    page = visitor.sign_in("student")
    page.get_by_role("link", name="All my targets").click()
    page.get_by_role("link", name="Map of what builds on what").click()
    picture = page.get_by_role("region", name="As a picture")
    expect(picture.get_by_role("link")).to_have_count(2)
    picture.get_by_role("link", name="I can use fractions in a story. Not started").click()
    expect(page.get_by_role("heading", name="I can use fractions in a story.")).to_be_visible()
    page.get_by_role("link", name="Map of what builds on what").click()
    expect(page.get_by_text("Around “I can use fractions in a story”")).to_be_visible()
