"""The gallery shows every component in every state, to people of a sandbox district."""

from __future__ import annotations

from page_world import PageWorld

from api.pages.flag_cards import DISMISS_REASONS
from api.pages.reasons import POWERS
from api.pages.words import GROUPS, NOT_ENOUGH, SEVERITIES, STATES, TOO_LITTLE
from mastery.moves.words import MoveKind
from models.district import District
from models.unit_of_work import shared_transaction

_SENT = ("kind", "section", "about", "flags", "decisions")


def make_a_sandbox(world: PageWorld) -> None:
    with shared_transaction(world.engine) as session:
        session.get_one(District, world.district_id).sandbox = True
        session.commit()


def test_it_is_there_in_a_sandbox_and_nowhere_else(page_world: PageWorld) -> None:
    page_world.client("teacher").get("/gallery", 404)
    page_world.client("leader").get("/gallery", 404)
    make_a_sandbox(page_world)
    for who in ("teacher", "guardian", "student", "leader"):
        page_world.client(who).get("/gallery")
    page_world.client().get("/gallery", 303)


def test_it_shows_every_state_there_is(page_world: PageWorld) -> None:
    make_a_sandbox(page_world)
    page = page_world.client("teacher").get("/gallery")
    for look in (*SEVERITIES.values(), *STATES.values(), NOT_ENOUGH, TOO_LITTLE):
        assert f"{look.symbol} {look.word}" in page.text
    for text in (*POWERS.values(), *DISMISS_REASONS.values(), *GROUPS.values()):
        assert str(text) in page.text
    for said in ("Very likely there", "Probably there", "Could be there", "Probably not there yet", "Not there yet"):
        assert said in page.text
    for said in ("I am on it", "Acknowledged by Grace Hopper", "Talk with your teacher", "Evidence (0 results)"):
        assert said in page.text


def test_it_shows_each_kind_of_move_what_came_of_it_and_each_thing_to_do_next(page_world: PageWorld) -> None:
    make_a_sandbox(page_world)
    page = page_world.client("teacher").get("/gallery")
    assert {form["kind"] for form in page.forms if form["action"] == "/moves"} == set(MoveKind)
    for said in ("better for all three", "better for Iris Lee; not yet for Leo Lee; nothing new yet from Mina Lee"):
        assert said in page.text
    assert sum(form["action"].endswith("/undo") for form in page.forms) == 3, "two of today, and one in a message"
    for said in ("Ten minutes", "Ten minutes to warm up", "Until then, ten minutes", "There is no picture yet"):
        assert said in page.text


def test_its_buttons_change_nothing(page_world: PageWorld) -> None:
    make_a_sandbox(page_world)
    client = page_world.client("teacher")
    acts = [form for form in client.get("/gallery").forms if form["action"].startswith("/flags/")]
    assert len(acts) >= 10
    for form in acts:
        client.post(form["action"], 404, version=form["version"], reason="false_alarm")


def test_its_moves_change_nothing(page_world: PageWorld) -> None:
    make_a_sandbox(page_world)
    client = page_world.client("teacher")
    acts = [form for form in client.get("/gallery").forms if form["action"].startswith("/moves")]
    assert len(acts) >= 10
    for form in acts:
        client.post(form["action"], 404, **{name: value for name, value in form.items() if name in _SENT})


def test_no_page_leads_to_it(page_world: PageWorld) -> None:
    make_a_sandbox(page_world)
    client = page_world.client("teacher")
    for url in ("/today", "/students", f"/students/{page_world.student.id}"):
        assert "/gallery" not in client.get(url).links


def test_it_shows_each_picture_of_a_measurement_and_each_reason_to_look_at_a_question(page_world: PageWorld) -> None:
    make_a_sandbox(page_world)
    page = page_world.client("leader").get("/gallery")
    for said in (
        "As said",
        "Too sure",
        "Ranges that held",
        "Students and questions on one scale",
        "It has become harder",
    ):
        assert said in page.text
    assert page.text.count("Then calibrate again.") == 2
