"""What would change an estimate, and what it is the sum of: in words for a family, in numbers for a teacher."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from api_rows import sitting
from conftest_api import Machine, token_of
from factories import NOW, Factory
from page_world import PageWorld

from api.pages.preview import preview_lines
from api.security.clients import SCOPES, create_client
from mastery.preview import NEXT_ANSWERS
from models.unit_of_work import district_transaction

Post = Callable[..., None]
SIGNED = r"[+-]?\d\.\d\d(?!\d)"


@pytest.fixture
def lms(page_world: PageWorld) -> Machine:
    with district_transaction(page_world.engine, page_world.district_id) as session:
        client = create_client(session, page_world.district_id, "LMS", SCOPES, NOW)
        session.commit()
    http = page_world.app.test_client()
    machine = Machine(http, page_world.district_id, client, token_of(http, client))
    machine.put_assessment("quiz-17")
    return machine


@pytest.fixture
def post(page_world: PageWorld, lms: Machine) -> Post:
    """Posts results of the world's student on the world's target, as an LMS does."""

    def send(day: int, score: float = 1, code: str = "4.NF.A.1", count: int = 1) -> None:
        at = f"2026-09-{day:02}T09:12:00-04:00"
        items = [{"item": f"q{day}-{place}", "score": score, "max": 1} for place in range(count)]
        targets = [{"target": code, "score": score * count, "max": count, "items": items}]
        changes = {"performed_at": at, "scored_at": at, "targets": targets}
        (entry,) = lms.post(sitting(str(page_world.student.identifier), code, day, score, **changes))
        assert entry["status"] == "accepted", entry

    return send


def section(world: PageWorld, who: str, key: str, language: str = "en") -> str:
    """The words of a section of the target's page."""
    client = world.client(who)
    client.get(f"/students/{world.student.id}/targets/{world.target.id}", **{"Accept-Language": language})
    assert client.response is not None
    html = client.response.get_data(as_text=True)
    (found,) = re.findall(rf'<section data-key="{key}".*?</section>', html, re.S)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", found)))


def explained(world: PageWorld, lms: Machine) -> dict[str, Any]:
    why: dict[str, Any] = lms.get(f"/students/{world.student.identifier}/targets/{world.target.code}/explanation")
    return why


def percent(share: float) -> str:
    return f"{int(Decimal(str(share)) * 100 + Decimal('0.5'))}%"


def test_a_teacher_reads_both_cases_in_the_numbers_of_the_api(page_world: PageWorld, lms: Machine, post: Post) -> None:
    assert NEXT_ANSWERS == 2, "the words say two"
    for day in (1, 2, 3):
        post(day, day % 2)
    preview, seen = explained(page_world, lms)["preview"], section(page_world, "teacher", "change")
    for name in ("right", "wrong"):
        said = preview[name]["estimate"]
        rate, low, high, chance = (percent(said[one]) for one in ("expected", "low", "high", "probability"))
        assert (
            f"If the next two answers are {name}: {rate} right, with an 80% range of {low} to {high}; "
            f"chance of mastery {chance}." in seen
        )
    assert "No longer missing: different tasks or tests." in seen
    assert "Still missing: chance of mastery and a test or judged performance done alone." in seen


@pytest.mark.parametrize("who", ["student", "guardian"])
def test_a_family_reads_what_right_answers_would_bring_in_questions(
    page_world: PageWorld, lms: Machine, post: Post, who: str
) -> None:
    for day in (1, 2, 3):
        post(day)
    tenths = int(
        Decimal(str(explained(page_world, lms)["preview"]["right"]["estimate"]["expected"])) * 10 + Decimal("0.5")
    )
    english, spanish = (section(page_world, who, "change", language) for language in ("en", "es"))
    assert f"If the next two answers are right: about {tenths} of 10." in english
    assert f"Si las dos próximas respuestas son correctas: unas {tenths} de 10." in spanish
    assert not re.search(r"%|wrong|chance", english)


def test_too_little_stays_too_little_in_words(page_world: PageWorld, post: Post) -> None:
    post(1)
    assert "are right, it will still be too little to say how it stands." in section(page_world, "guardian", "change")
    seen = section(page_world, "teacher", "change")
    assert "If the next two answers are right: still too little to say how it stands." in seen
    assert "No longer missing" in seen
    assert "%" not in seen
    post(2)
    assert "are right: about " in section(page_world, "guardian", "change"), "two answers are the third result"


def test_what_is_met_then_is_named(page_world: PageWorld, post: Post) -> None:
    post(1)
    post(2)
    assert "No longer missing: number of results" in section(page_world, "teacher", "change")


def test_a_start_that_other_targets_moved_is_told(page_world: PageWorld, post: Post) -> None:
    page_world.add(lambda make: make.target("5.NF.A.1", "I can add fractions."))
    for day in (1, 2, 3):
        post(day)
    told = "Work on other targets counts with the next answer."
    assert told not in section(page_world, "guardian", "change")
    for day in range(4, 10):
        post(day, 0, "5.NF.A.1", 5)
    assert told in section(page_world, "guardian", "change")


def test_without_a_preview_the_page_says_what_would_change_all_the_same(page_world: PageWorld) -> None:
    page_world.add(lambda make: make.standing(page_world.student, page_world.target))
    seen = section(page_world, "teacher", "change")
    assert "next two" not in seen
    assert "The next scored result" in seen


def test_lines_of_a_score_rule_are_named_by_it(page_world: PageWorld) -> None:
    line = {"line": 1, "code": "estimate", "needed": 3.0, "found": None, "targets": [], "method": "DECAY"}
    case = {"enough_evidence": False, "met": [], "missing": [line]}
    document = {
        "preview": {"right": case, "wrong": case}, "estimate": None, "decision": {"enough_evidence": False},
    }  # fmt: skip
    with page_world.app.test_request_context():
        assert all("Still missing: value of DECAY." in one for one in preview_lines(document, family=False))


# --- the sum of the parts ---------------------------------------------------------------------------------------------


def test_a_teacher_reads_parts_that_add_up_to_the_sum_shown(page_world: PageWorld, post: Post) -> None:
    for day in range(1, 8):
        post(day, (day % 3) / 2)
        if day >= 3:
            seen = section(page_world, "teacher", "parts")
            general, target, practice, questions, total, _form = map(Decimal, re.findall(SIGNED, seen))
            assert general + target + practice + questions == total


def test_parts_that_do_not_add_up_when_rounded_give_way(page_world: PageWorld) -> None:
    def rows(make: Factory) -> None:
        make.standing(
            page_world.student, page_world.target, mean=0.345, part_general=0.115, part_target=0.115,
            part_practice=0.115, part_form=-0.5,
        )  # fmt: skip

    page_world.add(rows)
    seen = section(page_world, "teacher", "parts")
    assert re.findall(SIGNED, seen) == ["+0.11", "+0.12", "+0.12", "0.00", "+0.35", "-0.50"]


@pytest.mark.parametrize("who", ["student", "guardian"])
def test_a_family_reads_the_sum_in_words_alone(page_world: PageWorld, post: Post, who: str) -> None:
    for day in (1, 2, 3):
        post(day)
    seen = section(page_world, who, "parts")
    assert "Together About " in seen
    assert re.findall(r"\d+", re.sub(r"About \d+ of 10 questions right", "", seen)) == []
    assert "Logits" not in seen


def test_a_teacher_reads_what_a_check_is_expected_to_find_and_a_family_does_not(
    page_world: PageWorld, lms: Machine, post: Post
) -> None:
    for day in (1, 2, 3):
        post(day)
    document = explained(page_world, lms)
    assert document["retention"] == [], "nothing is mastered"
    said = {"probability": 0.914, "expected": 0.88, "low": 0.775, "high": 0.96}
    mastered = {**document, "retention": [{"days": 20, "on": "2026-09-23", "estimate": said}]}
    told = "A check on Sep 23, 2026, if nothing comes before it, is expected to find 88% right"
    with page_world.app.test_request_context():
        *_, last = preview_lines(mastered, family=False)
        assert last == f"{told}, with an 80% range of 78% to 96%; chance of mastery 91%."
        assert preview_lines(mastered, family=True) == preview_lines(document, family=True)
