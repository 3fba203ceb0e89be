"""My path: words first, one next thing, when to try again, who helps; and whose business it is."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from factories import NOW, Factory, new_district
from page_world import PASSWORD, PageWorld, enrol
from path_pages import html, plain, section, working
from path_world import LIKE, LITTLE, TEST_ONLY, UNITS, UNLIKE, fractions, line, mastered, sat_test

from api.actions.accounts import create_account
from models.roster import Person
from models.unit_of_work import district_transaction

OPEN_TO = ["teacher", "principal", "guardian", "student"]
CLOSED_TO = ["colleague", "stranger", "classmate"]
ANSWERS = ["expected", "where", "missing", "next", "again", "helps"]


# --- whose business it is ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", [*OPEN_TO, *CLOSED_TO])
def test_a_path_is_open_to_those_linked_and_nobody_else(page_world: PageWorld, who: str) -> None:
    working(page_world)
    page_world.client(who).get(f"/students/{page_world.student.id}/path", 200 if who in OPEN_TO else 404)


def test_one_s_own_path_is_for_students(page_world: PageWorld) -> None:
    for who in page_world.people:
        page_world.client(who).get("/path", 200 if who in ("student", "classmate") else 404)


def test_a_guardian_sees_their_own_child_alone(page_world: PageWorld) -> None:
    other = page_world.people["classmate"]
    page_world.client("guardian").get(f"/students/{other.id}/path", 404)


def test_another_district_does_not_exist(page_world: PageWorld) -> None:
    other = new_district(page_world.engine, "Other")
    with district_transaction(page_world.engine, other) as session:
        make = Factory(session, other)
        school = make.school()
        student = make.student(make.section(school))
        head = make.person("Foreign", "Head")
        make.role(head, "administrator", school.id)
        account = create_account(session, other, "foreign-path", PASSWORD, head.id, NOW)
        page_world.codes["foreign-path"] = enrol(session, other, account)
        session.commit()
    page_world.client("principal").get(f"/students/{student.id}/path", 404)
    foreign = page_world.client("foreign-path")
    foreign.get(f"/students/{student.id}/path")
    foreign.get(f"/students/{page_world.student.id}/path", 404)


def test_families_begin_on_the_path(page_world: PageWorld) -> None:
    def location(who: str, url: str) -> str:
        client = page_world.client(who)
        client.get(url, 303)
        assert client.response is not None
        return client.response.headers["Location"]

    path = f"/students/{page_world.student.id}/path"
    assert location("student", "/") == location("student", "/students") == "/path"
    assert location("guardian", "/") == location("guardian", "/students") == path

    def rows(make: Factory) -> None:
        second = make.student(page_world.section, "Second", "Child")
        both = make.guardian_of(page_world.student, second, given="Of", family="Two")
        create_account(make.session, make.district_id, "guardian-of-two", PASSWORD, both.id, NOW)

    page_world.add(rows)
    assert location("guardian-of-two", "/") == "/students"
    assert path in page_world.client("guardian-of-two").get("/students").links
    assert path not in page_world.client("teacher").get("/students").links


@pytest.mark.parametrize("who", OPEN_TO)
def test_it_holds_no_triage_no_prediction_and_no_other_child(page_world: PageWorld, who: str) -> None:
    working(page_world)
    for severity in ("ACT", "INFO"):
        page_world.add(
            lambda make, severity=severity: make.wheel_spin(
                page_world.student, page_world.target, severity=severity, family=severity
            )
        )
    text = plain(html(page_world, who))
    for word in ("12 tries", "flag", "Act", "Watch", "chance", "%", "fail", "Turing", "I am on it", "risk"):
        assert word not in text


# --- the five answers -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["student", "guardian"])
def test_the_next_thing_answers_what_was_expected_where_what_is_missing_when_and_who(
    page_world: PageWorld, who: str
) -> None:
    working(page_world)
    markup = html(page_world, who)
    card = markup[markup.index("<article") : markup.index("</article>")]
    parts = re.split(r'data-answer="', card)[1:]
    assert [part[: part.index('"')] for part in parts] == ANSWERS
    expected, where, missing, _task, again, helps = (plain(part[part.index('">') + 2 :]) for part in parts)
    assert expected.startswith("I can add fractions with like parts.")
    assert "Too little to say yet" in where
    assert "2 of 6 steps done" in where, "enough tasks and what it builds on are there; four kinds are not"
    assert "Show it 2 more times. Show it on 1 more day." in missing
    assert "another try opens 3 days later, with other questions" in again
    assert "Grace Hopper, Algebra I, Period 1" in helps
    folded = re.sub(r"<details.*?</details>", "", card, flags=re.S)
    assert [part[: part.index('"')] for part in re.split(r'data-answer="', folded)[1:]] == ANSWERS, (
        "none is folded away"
    )


def test_what_opens_the_work_comes_first_with_its_reason(page_world: PageWorld) -> None:
    working(page_world)
    said = section(html(page_world), "next")
    assert "This comes first. “I can add fractions with unlike parts” builds on it." in said
    now = section(html(page_world), "now")
    assert "I can add fractions with unlike parts." in now
    assert "First, what this builds on: I can add fractions with like parts." in now
    assert "I can add fractions with like parts." in section(html(page_world), "next")


def test_the_ten_minutes_and_the_example_are_the_target_s_own_else_what_always_helps(page_world: PageWorld) -> None:
    def rows(make: Factory) -> None:
        made = fractions(page_world, make)
        for code in (UNITS, LIKE):
            mastered(make, page_world.student, made[code])
        make.standing(page_world.student, made[UNLIKE], missing=LITTLE)

    page_world.add(rows)
    said = section(html(page_world), "next")
    assert "Next: ten minutes" in said
    assert "Add 1/2 and 1/4 with folded paper." in said
    assert "An example, worked out 1/2 + 1/3" in said
    assert "Tonight at home: ten minutes" in section(html(page_world, "guardian"), "next")


def test_without_words_of_its_own_a_target_has_what_always_helps(page_world: PageWorld) -> None:
    page_world.add(lambda make: make.standing(page_world.student, page_world.target, missing=LITTLE))
    said = section(html(page_world), "next")
    assert "Do one question again that did not work, without help." in said
    assert "example" not in said


def test_only_a_test_is_missing(page_world: PageWorld) -> None:
    def rows(make: Factory) -> None:
        made = fractions(page_world, make)
        make.standing(page_world.student, made[UNITS], missing=TEST_ONLY)
        make.assessment("Unit 3 test", purpose="summative", targets=[made[UNITS]])

    page_world.add(rows)
    said = section(html(page_world), "next")
    assert "Next: the test" in said
    assert "All that is missing here is a test." in said
    assert "The test is “Unit 3 test”. Ask the teacher for a day." in said
    page_world.add(lambda make: make.standing(page_world.student, page_world.target, missing=LITTLE))
    assert "I can find equal fractions." in section(html(page_world), "ready")


def test_what_a_teacher_looks_at_is_not_to_do(page_world: PageWorld) -> None:
    page_world.add(lambda make: make.standing(page_world.student, page_world.target, state="revoked"))
    assert "Only a teacher can go on with this one." in section(html(page_world), "next")


def test_done_is_newest_first_and_all_done_says_so(page_world: PageWorld) -> None:
    def rows(make: Factory) -> None:
        mastered(make, page_world.student, page_world.target, days_ago=20)
        mastered(make, page_world.student, make.target(statement="I can count."), days_ago=1)

    page_world.add(rows)
    done = section(html(page_world), "done")
    assert done.index("I can count.") < done.index("I can explain why fractions are equal.")
    assert "Done: 2" in done
    assert "Oct 4, 2026" in done
    assert "All is done here." in section(html(page_world), "next")


def test_before_anything_was_scored_there_is_a_beginning(page_world: PageWorld) -> None:
    markup = html(page_world)
    assert "Nothing has been scored yet" in section(markup, "nothing")
    assert "Not started" in section(markup, "next")


def test_where_nothing_is_known_one_begins_in_one_s_grade(page_world: PageWorld) -> None:
    def rows(make: Factory) -> None:
        eighth = make.target("8.Z", "I can solve equations.")
        eighth.grades = ["08"]
        student = make.session.get(Person, (make.district_id, page_world.student.id))
        assert student is not None
        student.grades = ["08"]

    assert "I can explain why fractions are equal." in section(html(page_world), "next")
    page_world.add(rows)
    assert "I can solve equations." in section(html(page_world), "next")
    page_world.add(lambda make: make.standing(page_world.student, page_world.target, state="mastered"))
    assert "I can solve equations." in section(html(page_world), "next"), "the rest of the subject"


# --- trying again -----------------------------------------------------------------------------------------------------


def test_after_a_low_test_the_day_of_the_next_try_is_told(page_world: PageWorld) -> None:
    def rows(make: Factory) -> None:
        missing = [line("certifying", 3.0, 2.0)]
        sat_test(make, page_world.student, page_world.target, NOW - timedelta(days=1), 2.0, missing=missing)

    page_world.add(rows)
    said = section(html(page_world), "next")
    assert "Practice once more before the next try at the test." in said
    assert "Another try is open from Wednesday, October 7, 2026 on. Ask the teacher." in said
    assert "First put right what went wrong. Then practice it. The new test has other questions." in said
    page_world.clock.jump(timedelta(days=2))
    assert "Another try is open now. Ask the teacher for a day." in section(html(page_world), "next")


def test_when_the_tries_are_used_up_a_teacher_may_allow_one(page_world: PageWorld) -> None:
    def rows(make: Factory) -> None:
        test = make.assessment("Earlier test", purpose="summative")
        make.cut_scores(test, confirmed_by=page_world.people["teacher"])
        for days in (20, 10):
            make.result(page_world.student, test, page_world.target, score=2, at=NOW - timedelta(days=days))
        missing = [line("certifying", 3.0, 2.0)]
        at = NOW - timedelta(days=1)
        sat_test(make, page_world.student, page_world.target, at, 2.0, practised=True, missing=missing)

    page_world.add(rows)
    said = section(html(page_world), "next")
    assert "Next: the test" in said, "something came after the last try"
    assert "from Saturday, November 14, 2026 on, or earlier if the teacher allows it" in said
    assert "Then practice it." not in said


def test_a_corrected_or_waiting_score_is_no_try(page_world: PageWorld) -> None:
    def rows(make: Factory) -> None:
        test = make.assessment("Test", purpose="summative")
        make.cut_scores(test, confirmed_by=page_world.people["teacher"])
        first = make.result(page_world.student, test, page_world.target, score=2, source_id="same")
        make.result(
            page_world.student, test, page_world.target, score=4, source_id="same", revision=2, at=first.performed_at
        )
        make.result(page_world.student, test, page_world.target, score=None, status="pending_manual")
        make.standing(page_world.student, page_world.target, missing=LITTLE)

    page_world.add(rows)
    assert "Another try" not in plain(html(page_world))


def test_for_a_higher_level_there_is_one_more_try(page_world: PageWorld) -> None:
    def rows(make: Factory) -> None:
        at = NOW - timedelta(days=10)
        columns = {"state": "mastered", "mastered_at": at}
        sat_test(make, page_world.student, page_world.target, at, 3.0, **columns)
        sat_test(make, page_world.student, make.target(statement="I can count."), at, 4.0, **columns)

    page_world.add(rows)
    done = section(html(page_world), "done")
    assert done.count("One more try for a higher level is open.") == 1
    assert done.index("I can explain why fractions are equal.") < done.index("One more try")
