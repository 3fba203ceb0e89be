"""The pages show what is stored, in words, and their forms do what they say."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from api_rows import announced_to
from factories import NOW, WHEEL_SPIN, Factory
from page_world import PageWorld
from sqlalchemy import select

from api.live_token import LIFETIME_SECONDS, read
from models.assessment import CutScores
from models.flag import Flag, FlagTransition
from models.unit_of_work import district_transaction

FINDING_KEYS = {"closes_when": "prereq_gap.closes", "next_step": "prereq_gap.next", "sentence": "prereq_gap.low"}


def add_flag(world: PageWorld, severity: str = "ACT", days_ago: int = 0, **columns: object) -> tuple[int, int]:
    """A flag with one result behind it; (flag id, result id)."""
    made: list[int] = []

    def rows(make: Factory) -> None:
        quiz = make.assessment("Fractions quiz 3")
        result = make.result(world.student, quiz, world.target)
        opened = NOW - timedelta(days=days_ago)
        flag = make.wheel_spin(
            world.student, world.target, [result], severity=severity, opened_at=opened,
            family=f"family-{severity}-{days_ago}", **columns,
        )  # fmt: skip
        made.extend((flag.id, result.id))

    world.add(rows)
    return made[0], made[1]


def test_today_shows_a_flag_with_sentence_next_step_and_evidence(page_world: PageWorld) -> None:
    flag_id, result_id = add_flag(page_world)
    page = page_world.client("teacher").get("/today")
    assert "1 matter needs you now: Ada Byron" in page.text
    assert "12 tries at new questions on “I can explain why fractions are equal” without three right" in page.text
    assert "now 31%" in page.text
    assert "Next step: Try another way of teaching it" in page.text
    assert "Closes when the target is mastered" in page.text
    assert "Fractions quiz 3, Oct 5, 2026" in page.text
    evidence = f"/students/{page_world.student.id}/targets/{page_world.target.id}#result-{result_id}"
    assert evidence in page.links
    assert f"flag-{flag_id}" in page.ids


def test_today_orders_by_severity_then_newest(page_world: PageWorld) -> None:
    watch = add_flag(page_world, "WATCH")[0]
    old_act = add_flag(page_world, "ACT", days_ago=3)[0]
    new_act = add_flag(page_world, "ACT", days_ago=1)[0]
    info = add_flag(page_world, "INFO")[0]
    urgent = add_flag(page_world, "URGENT", days_ago=9)[0]
    page = page_world.client("teacher").get("/today")
    shown = [int(one.removeprefix("flag-")) for one in page.ids if one.removeprefix("flag-").isdigit()]
    assert shown == [urgent, new_act, old_act, watch, info]
    assert f"good-{page_world.section.id}" in page.ids  # folded, so that what needs somebody stays in sight


def test_today_without_anything_says_so(page_world: PageWorld) -> None:
    page = page_world.client("teacher").get("/today")
    assert "Nothing new needs you." in page.text
    assert "Period 1: Algebra I" in page.text


def test_a_prerequisite_is_named(page_world: PageWorld) -> None:
    def rows(make: Factory) -> None:
        below = make.target("3.NF.A.1", "I can say what a half is.")
        facts = {"target": page_world.target.id, "prerequisite": below.id, "prerequisite_estimate": 0.405, "failed": 2}
        make.wheel_spin(
            page_world.student, page_world.target, finding={**WHEEL_SPIN, **FINDING_KEYS, "facts": facts}
        )  # fmt: skip

    page_world.add(rows)
    page = page_world.client("teacher").get("/today")
    assert "while “I can say what a half is”, which it builds on, stands at a chance of mastery of 41%" in page.text


def test_acknowledging_keeps_who_and_when_and_tells_the_sections(page_world: PageWorld) -> None:
    flag_id, _result = add_flag(page_world)
    client = page_world.client("teacher")
    client.post(f"/flags/{flag_id}/acknowledge", version=1)
    assert client.response is not None
    assert client.response.headers["Location"] == "/today"
    page = client.get("/today")
    assert "Acknowledged. Your colleagues can see that you are looking at it." in page.text
    assert "Acknowledged by Grace Hopper, Oct 5, 2026" in page.text
    assert "Nothing new needs you." in page.text
    with district_transaction(page_world.engine, page_world.district_id) as session:
        flag = session.scalars(select(Flag)).one()
        assert (flag.state, flag.version) == ("acknowledged", 2)
        step = session.scalars(select(FlagTransition)).one()
        assert (step.event, step.from_state, step.to_state) == ("acknowledge", "open", "acknowledged")
        assert step.by_person == page_world.people["teacher"].id
        assert announced_to(session, [page_world.student.id])


def test_dismissing_needs_a_reason_of_the_list_and_other_a_text(page_world: PageWorld) -> None:
    flag_id, _result = add_flag(page_world)
    client = page_world.client("teacher")
    for values, said in (
        ({}, "choose one of the reasons"),
        ({"reason": "because"}, "choose one of the reasons"),
        ({"reason": "other", "note": "  "}, "say in a few words what it is"),
    ):
        client.post(f"/flags/{flag_id}/dismiss", version=1, **values)
        assert said in client.get("/today").text
    client.post(f"/flags/{flag_id}/dismiss", version=1, reason="other", note=" He was ill. ")
    page = client.get("/today")
    assert "Dismissed." in page.text
    assert f"flag-{flag_id}" not in page.ids
    with district_transaction(page_world.engine, page_world.district_id) as session:
        flag = session.scalars(select(Flag)).one()
        assert (flag.state, flag.dismiss_reason, flag.note) == ("dismissed", "other", "He was ill.")
        assert flag.closed_on == NOW.date()
        assert session.scalars(select(FlagTransition)).one().reason == "other"


def test_an_act_on_what_changed_meanwhile_changes_nothing(page_world: PageWorld) -> None:
    flag_id, _result = add_flag(page_world)
    client = page_world.client("teacher")
    client.post(f"/flags/{flag_id}/acknowledge", version=7)
    assert "this changed while you were reading" in client.get("/today").text
    client.post(f"/flags/{flag_id}/dismiss", version=1, reason="false_alarm")
    client.post(f"/flags/{flag_id}/acknowledge", version=2)
    assert "this was settled already" in client.get("/today").text
    client.post(f"/flags/{flag_id}/acknowledge", status=400, version="x")
    client.post("/flags/999999999/acknowledge", status=404, version=1)


def test_an_act_returns_to_the_student_it_came_from(page_world: PageWorld) -> None:
    flag_id, _result = add_flag(page_world)
    client = page_world.client("teacher")
    client.post(f"/flags/{flag_id}/acknowledge", version=1, back=page_world.student.id)
    assert client.response is not None
    assert client.response.headers["Location"] == f"/students/{page_world.student.id}"


@pytest.mark.parametrize(
    ("columns", "shown"),
    [
        ({"state": "in_progress", "probability": 0.31}, ["In progress", "Probably not there yet", "31%", "64%"]),
        (
            {"state": "mastered", "probability": 0.955, "level": 3.5},
            ["Mastered", "Very likely there", "96%", "3.5 of 4"],
        ),
        ({"state": "in_progress", "records": 1, "probability": 0.2}, ["Not enough evidence yet", "none yet"]),
        ({"state": "not_started", "records": 0, "probability": None}, ["Not started", "Not enough evidence yet"]),
        ({"state": "needs_review", "level": 3.0}, ["Needs a teacher’s look"]),
    ],
)
def test_a_student_page_says_where_the_student_stands(
    page_world: PageWorld, columns: dict[str, object], shown: list[str]
) -> None:
    page_world.add(lambda make: make.standing(page_world.student, page_world.target, **columns))
    page = page_world.client("teacher").get(f"/students/{page_world.student.id}")
    for text in shown:
        assert text in page.text
    assert page.text.index("I can explain why fractions are equal.") < page.text.index("4.NF.A.1")
    assert "failed" not in page.text.lower()
    if "Not enough evidence yet" in shown:
        assert "%" not in page.text  # too little evidence has no number, low or otherwise


def test_the_explanation_says_why_and_what_is_missing(page_world: PageWorld) -> None:
    def rows(make: Factory) -> None:
        quiz, test = make.assessment("Quiz 1"), make.assessment("Unit test", "summative")
        confirmed = make.assessment("Final test", "summative")
        make.cut_scores(confirmed, confirmed_by=page_world.people["teacher"])
        make.result(page_world.student, quiz, page_world.target, score=2.5, at=NOW - timedelta(hours=13))
        make.result(page_world.student, test, page_world.target, score=4)
        make.result(page_world.student, confirmed, page_world.target, score=3.2, at=NOW + timedelta(hours=1))
        make.standing(
            page_world.student, page_world.target, expected=0.645, low=0.52, high=0.85, probability=0.305,
            missing=[
                {"line": 4, "code": "certifying", "needed": 3.0, "found": None, "targets": []},
                {"line": 1, "code": "estimate", "needed": 0.9, "found": 0.305, "targets": []},
                {"line": 2, "code": "records", "needed": 3, "found": 2, "targets": []},
                {"line": 8, "code": "prerequisites", "needed": 1, "found": 0, "targets": [page_world.target.id]},
            ],
        )  # fmt: skip

    page_world.add(rows)
    page = page_world.client("teacher").get(f"/students/{page_world.student.id}/targets/{page_world.target.id}")
    for text in (
        "Of 10 typical questions on this, about 6 would be answered right; most likely between 5 and 9.",
        "Expected share right: 65%, with an 80% range of 52% to 85%.",
        "at or above the bar for mastery: 31%",
        "done alone, at level 3.0 or higher (none so far)",
        "until the chance of mastery is at least 90%; now it is 31%",
        "At least 3 scored results; there are 2.",
        "First, what this builds on: I can explain why fractions are equal.",
        "Overall level in Mathematics raises it a little",
        "2.5 of 4",
        "Oct 4, 2026",  # half past nine in the evening where the school is, already the next day in UTC
        "Supports only: no cut scores are confirmed for it, so it has no level.",
        "Certifying: it can complete mastery.",
        "Rules: default-1. Model: test-model.",
        "Time alone lowers no estimate",
    ):
        assert text in page.text, text


def test_a_target_without_any_evidence_is_neither_low_nor_high(page_world: PageWorld) -> None:
    client = page_world.client("teacher")
    page = client.get(f"/students/{page_world.student.id}/targets/{page_world.target.id}")
    assert "Not started" in page.text
    assert "There are 0 scored results so far. That is too little to say how it stands" in page.text
    assert "done alone, at level 3.0 or higher (none so far)" in page.text
    client.get(f"/students/{page_world.student.id}/targets/999999", 404)


def test_old_evidence_is_on_later_pages(page_world: PageWorld) -> None:
    def rows(make: Factory) -> None:
        quiz = make.assessment("Quiz 1")
        for day in range(52):
            make.result(page_world.student, quiz, page_world.target, score=day / 13, at=NOW - timedelta(days=day))
        make.standing(page_world.student, page_world.target)

    page_world.add(rows)
    client = page_world.client("teacher")
    url = f"/students/{page_world.student.id}/targets/{page_world.target.id}"
    page = client.get(url)
    assert sum(one.startswith("result-") for one in page.ids) == 50
    (older,) = [link for link in page.links if "after=" in link]
    page = client.get(older)
    assert sum(one.startswith("result-") for one in page.ids) == 2
    assert url in page.links
    client.get(f"{url}?after=nonsense", 404)


def test_corrected_and_unscored_records_say_why_they_do_not_count(page_world: PageWorld) -> None:
    def rows(make: Factory) -> None:
        quiz = make.assessment("Quiz 1")
        first = make.result(page_world.student, quiz, page_world.target, score=1)
        make.result(page_world.student, quiz, page_world.target, score=3, source_id=first.source_id, revision=2)
        make.result(page_world.student, quiz, page_world.target, score=None, maximum=None, status="not_submitted")
        make.standing(page_world.student, page_world.target)

    page_world.add(rows)
    page = page_world.client("student").get(f"/students/{page_world.student.id}/targets/{page_world.target.id}")
    assert "Corrected later, so it no longer counts." in page.text
    assert "missing is not zero" in page.text


def test_cut_scores_are_shown_and_confirmed(page_world: PageWorld) -> None:
    made: list[int] = []

    def rows(make: Factory) -> None:
        test = make.assessment("Unit test", "summative", [page_world.target])
        make.result(page_world.student, test, page_world.target)
        made.extend((test.id, make.cut_scores(test).id))
        for number, (choices, points) in enumerate(((None, None), (4, None), (2, None), (4, None), (None, 3))):
            make.item(test, f"q{number}", choices, points)

    page_world.add(rows)
    url = f"/assessments/{made[0]}/cut-scores"
    client = page_world.client("teacher")
    assert url in client.get("/today").links
    page = client.get(url)
    assert "80% Level 3.0 of 4" in page.text
    assert "1 question has 2 answers to choose from: a right one may be luck and counts for less." in page.text
    assert "2 questions have 4 answers to choose from: a right one may be luck and counts for less." in page.text
    assert "1 question is scored in steps, from 0 to 3." in page.text
    page_world.client("stranger").get(url, 404)
    page_world.client("student").get(url, 404)
    client.post(url, cut_scores=made[1] + 1)
    assert "these cut scores were settled or replaced meanwhile" in client.get(url).text
    client.post(url, cut_scores=made[1])
    page = client.get(url)
    assert "Confirmed. Results of this assessment now have levels." in page.text
    assert "Confirmed by Grace Hopper" in page.text
    assert url not in client.get("/today").links
    with district_transaction(page_world.engine, page_world.district_id) as session:
        assert session.scalars(select(CutScores)).one().confirmed_by == page_world.people["teacher"].id
    page_world.client("stranger").post(url, status=404, cut_scores=made[1])


def test_the_partial_is_the_page_and_is_sent_only_when_it_changed(page_world: PageWorld) -> None:
    flag_id, _result = add_flag(page_world)
    client = page_world.client("teacher")
    whole = client.get("/today")
    partial = client.get("/today?partial=1")
    assert client.response is not None
    headers = client.response.headers
    assert headers["X-Updated-At"] == "10:00 AM"
    assert headers["X-Live-Versions"] == f'{{"{page_world.section.id}": 0}}'
    assert f"flag-{flag_id}" in partial.ids
    assert "<html" not in client.response.get_data(as_text=True)
    assert partial.text.strip() in whole.text
    client.get("/today?partial=1", 304, **{"If-None-Match": headers["ETag"]})
    client.post(f"/flags/{flag_id}/acknowledge", version=1)
    client.get("/today?partial=1", 200, **{"If-None-Match": headers["ETag"]})


def test_error_pages_are_in_plain_words(page_world: PageWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    client = page_world.client("teacher")
    assert "There is no such page" in client.get("/nowhere", 404).text
    assert "There is no such page" in client.get("/students?page=0", 404).text
    monkeypatch.setitem(page_world.app.config, "PROPAGATE_EXCEPTIONS", False)
    monkeypatch.setattr("api.pages.today.sections_of", lambda *_: 1 / 0)
    page = client.get("/today", 500)
    assert "Something went wrong on our side" in page.text
    assert "division" not in page.text


def test_today_names_each_student_once_who_needs_something_now(page_world: PageWorld) -> None:
    def rows(make: Factory) -> None:
        for family in ("first", "second"):
            make.wheel_spin(page_world.student, page_world.target, family=family)

    page_world.add(rows)
    text = page_world.client("teacher").get("/today").text
    assert "2 matters need you now: Ada Byron " in text
    assert "Ada Byron, Ada Byron" not in text
    assert "and more" not in text


def test_a_page_goes_on_being_followed_when_a_demonstration_skips_a_day(
    page_world: PageWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    extensions = page_world.app.extensions
    monkeypatch.setitem(extensions, "mastery", replace(extensions["mastery"], stopwatch=lambda: NOW))
    client = page_world.client("teacher")
    page_world.clock.jump(timedelta(days=1))
    client.get("/today?partial=1")
    assert client.response is not None
    following = read([page_world.app.config["SECRET_KEY"]], client.response.headers["X-Live-Token"], NOW)
    assert following is not None
    assert following.until == NOW + timedelta(seconds=LIFETIME_SECONDS)
