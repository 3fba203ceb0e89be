"""The calendar of a school on its page, whose business it is, and what a closed day does to another try at a test."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from acts_on_record import recorded
from calendar_days import put_on_file, term
from factories import NOW, Factory, new_district
from page_client import PageClient
from page_world import PASSWORD, PageWorld, enrol
from path_pages import html, section
from path_world import TEST_ONLY, line, sat_test
from statements import statements_said

from api.actions.accounts import create_account
from mastery.audit import Act
from models.calendars import CalendarChange, CalendarDay
from models.unit_of_work import district_transaction

MONDAY = NOW  # October 5, 2026


def _page(world: PageWorld, year: int | None = None) -> str:
    return f"/schools/{world.school.id}/calendar" + (f"?year={year}" if year else "")


def _close(client: PageClient, world: PageWorld, day: str, kind: str = "closure", reason: str = "snow") -> int:
    form = {"csrf_token": client.token(), "day": day, "kind": kind, "reason": reason}
    return client.client.post(f"/schools/{world.school.id}/calendar/days", data=form).status_code


# --- whose business it is ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "reads", "changes"),
    [
        ("principal", 200, 303),
        ("teacher", 200, 404),
        ("colleague", 200, 404),
        ("leader", 200, 404),
        ("stranger", 404, 404),
        ("guardian", 404, 404),
        ("student", 404, 404),
    ],
)
def test_the_staff_of_a_school_reads_it_and_its_administrator_changes_it(
    page_world: PageWorld, who: str, reads: int, changes: int
) -> None:
    put_on_file(page_world.engine, page_world.district_id, page_world.school.id)
    client = page_world.client(who)
    client.get(_page(page_world), reads)
    assert _close(client, page_world, "2026-10-06") == changes
    assert len(page_world.rows(CalendarChange)) == len(term()) + (changes == 303)


def test_another_district_does_not_exist(page_world: PageWorld) -> None:
    put_on_file(page_world.engine, page_world.district_id, page_world.school.id)
    other = new_district(page_world.engine, "Other")
    with district_transaction(page_world.engine, other) as session:
        make = Factory(session, other)
        head = make.person("Foreign", "Head")
        make.role(head, "administrator", make.school().id)
        account = create_account(session, other, "foreign-calendar", PASSWORD, head.id, NOW)
        page_world.codes["foreign-calendar"] = enrol(session, other, account)
        session.commit()
    foreign = page_world.client("foreign-calendar")
    foreign.get(_page(page_world), 404)
    assert _close(foreign, page_world, "2026-10-06") == 404
    assert "Lincoln" in foreign.get("/calendars").text


def test_each_finds_the_calendars_of_their_schools(page_world: PageWorld) -> None:
    put_on_file(page_world.engine, page_world.district_id, page_world.school.id)
    assert "Else High" not in page_world.client("teacher").get("/calendars").text
    said = page_world.client("leader").get("/calendars").text
    assert "Tuesday, September 1, 2026 to Friday, December 18, 2026" in said
    assert "Else High" in said
    assert "No calendar is on file: every day counts." in said
    page_world.client("guardian").get("/calendars", 404)
    assert "School calendars" in page_world.client("principal").get("/office").text


# --- the page ---------------------------------------------------------------------------------------------------------


def test_a_month_says_each_day_in_a_word(page_world: PageWorld) -> None:
    teacher = page_world.client("teacher")
    assert "No calendar is on file: every day counts." in teacher.get(_page(page_world)).text
    put_on_file(page_world.engine, page_world.district_id, page_world.school.id)
    said = teacher.get(_page(page_world)).text
    # September has 22 weekdays, October 3 until Monday
    assert f"School year 2026–2027: 25 of {len(term()) - 1} school days so far." in said
    assert "Of days after it nothing is known." in said
    assert "October 2026: school days: 21" in said
    assert "Mon, Oct 12: holiday" in said
    assert "Tue, Oct 6: school day" in said
    assert "Close a day" not in said
    teacher.get(_page(page_world, 1999))


def test_a_day_is_closed_and_opened_again_with_a_reason(page_world: PageWorld) -> None:
    put_on_file(page_world.engine, page_world.district_id, page_world.school.id)
    world, principal = page_world, page_world.client("principal")
    assert "Close a day" in principal.get(_page(world)).text
    assert _close(principal, world, "2026-10-06") == 303
    said = principal.get(_page(world)).text
    assert "Tue, Oct 6: closed, as for snow" in said
    assert "Tuesday, October 6, 2026: closed, as for snow. “snow” Rosa Parks" in said
    assert "October 2026: school days: 20" in said
    assert _close(principal, world, "2026-10-06", "half", "the afternoon") == 303
    said = principal.get(_page(world)).text
    assert "Tue, Oct 6: half day counts as 0.5" in said
    assert "October 2026: school days: 20.5" in said
    day = next(one for one in world.rows(CalendarDay) if one.day == date(2026, 10, 6))
    assert (day.kind, day.weight, day.by_hand) == ("half", 0.5, True)
    done = recorded(world.engine, world.district_id, Act.CALENDAR_CHANGED)[1:]
    assert [(actor, who) for actor, who, *_rest in done] == [("person", world.people["principal"].id)] * 2
    assert [detail["kind"] for *_rest, detail in done] == ["closure", "half"]


@pytest.mark.parametrize(
    ("day", "kind", "reason", "said"),
    [
        ("2026-10-10", "closure", "snow", "This day is not in the calendar of the school."),
        ("snow", "closure", "snow", "Give a day of the calendar, such as"),
        ("", "closure", "snow", "Give the day."),
        ("2026-10-06", "closure", " ", "Say why."),
        ("2026-10-06", "closure", "x" * 301, "Say it in at most 300 characters."),
        ("2026-10-06", "snow", "snow", "Nothing is saved yet."),
    ],
)
def test_what_is_no_closure_is_said_at_its_field(
    page_world: PageWorld, day: str, kind: str, reason: str, said: str
) -> None:
    put_on_file(page_world.engine, page_world.district_id, page_world.school.id)
    client = page_world.client("principal")
    form = {"csrf_token": client.token(), "day": day, "kind": kind, "reason": reason}
    answer = client.client.post(f"/schools/{page_world.school.id}/calendar/days", data=form)
    assert answer.status_code == 422
    assert said in answer.get_data(as_text=True)
    assert len(page_world.rows(CalendarChange)) == len(term())


# --- another try ------------------------------------------------------------------------------------------------------


def _low_test(world: PageWorld, on: date) -> None:
    def rows(make: Factory) -> None:
        at = NOW + timedelta(days=(on - NOW.date()).days)
        sat_test(make, world.student, world.target, at, 2.0, missing=[line("certifying", 3.0, 2.0)])

    world.add(rows)


def _at(world: PageWorld, day: date) -> str:
    world.clock.at = NOW + timedelta(days=(day - NOW.date()).days)
    return section(html(world), "next")


def _open_from(text: str) -> str:
    return f"Another try is open from {text}, 2026 on. Ask the teacher."


def test_closing_a_day_moves_the_try_by_one_school_day(page_world: PageWorld) -> None:
    put_on_file(page_world.engine, page_world.district_id, page_world.school.id)
    _low_test(page_world, date(2026, 10, 5))
    assert _open_from("Thursday, October 8") in _at(page_world, date(2026, 10, 5))
    principal = page_world.client("principal")
    assert _close(principal, page_world, "2026-10-06") == 303
    assert _open_from("Friday, October 9") in _at(page_world, date(2026, 10, 6))
    assert _open_from("Friday, October 9") in _at(page_world, date(2026, 10, 8))
    assert "Another try is open now." in _at(page_world, date(2026, 10, 9))
    assert _close(page_world.client("principal"), page_world, "2026-10-06", "instructional", "it melted") == 303
    assert "Another try is open now." in _at(page_world, date(2026, 10, 8))


def test_a_weekend_and_a_holiday_do_not_count(page_world: PageWorld) -> None:
    _low_test(page_world, date(2026, 10, 8))
    assert _open_from("Sunday, October 11") in _at(page_world, date(2026, 10, 9)), "without a calendar each day counts"
    put_on_file(page_world.engine, page_world.district_id, page_world.school.id)
    assert _open_from("Wednesday, October 14") in _at(page_world, date(2026, 10, 9))
    assert "Another try is open now." in _at(page_world, date(2026, 10, 14))


def test_after_the_end_of_a_calendar_no_day_is_made_up(page_world: PageWorld) -> None:
    put_on_file(page_world.engine, page_world.district_id, page_world.school.id)
    _low_test(page_world, date(2026, 12, 16))
    unknown = "The day of another try is not known yet: the school’s calendar ends on Friday, December 18, 2026."
    for day in (date(2026, 12, 17), date(2027, 1, 11)):
        said = _at(page_world, day)
        assert f"{unknown} Ask the teacher." in said
        assert "Another try is open" not in said
    spring = term(date(2027, 1, 4), date(2027, 6, 11), [])
    put_on_file(page_world.engine, page_world.district_id, page_world.school.id, spring)
    assert "Another try is open from Monday, January 4, 2027 on." in _at(page_world, date(2026, 12, 28))


def test_used_up_tries_wait_for_a_day_that_no_calendar_says_yet(page_world: PageWorld) -> None:
    put_on_file(page_world.engine, page_world.district_id, page_world.school.id)

    def rows(make: Factory) -> None:
        test = make.assessment("Earlier test", purpose="summative")
        make.cut_scores(test, confirmed_by=page_world.people["teacher"])
        for days in (-4, 14):
            make.result(page_world.student, test, page_world.target, score=2, at=NOW + timedelta(days=days))

    page_world.add(rows)
    _low_test(page_world, date(2026, 10, 26))
    said = _at(page_world, date(2026, 11, 2))
    assert "ends on Friday, December 18, 2026. A teacher may allow one earlier." in said


def test_school_days_are_said_only_where_they_are_counted(page_world: PageWorld) -> None:
    page_world.add(lambda make: make.standing(page_world.student, page_world.target, missing=TEST_ONLY))
    assert "another try opens 3 days later" in section(html(page_world), "next")
    elsewhere = page_world.people["stranger"]
    page_world.add(lambda make: put_elsewhere(page_world, make))
    assert "another try opens 3 days later" in section(html(page_world), "next"), elsewhere.family_name
    put_on_file(page_world.engine, page_world.district_id, page_world.school.id)
    assert "another try opens 3 school days later" in section(html(page_world), "next")
    assert "Its day is not known yet" in _at(page_world, date(2026, 12, 17))


def put_elsewhere(world: PageWorld, make: Factory) -> None:
    """A calendar of a school that is not the student's."""
    other = make.school("Third School")
    make.session.commit()
    put_on_file(world.engine, world.district_id, other.id)


def test_a_calendar_costs_one_statement_however_many_tests_there_are(page_world: PageWorld) -> None:
    counts = set()
    for number in range(3):
        if number:
            put_on_file(page_world.engine, page_world.district_id, page_world.school.id)
        for _test in range(number * 2):
            page_world.add(lambda make: sat_test(make, page_world.student, make.target(), NOW, 2.0, missing=TEST_ONLY))
        client = page_world.client("student")
        client.get("/path")
        with statements_said() as said:
            client.get("/path")
        found = [one for one in said if "calendar_day" in one]
        assert len(found) == 1
        counts.add(len(said))
    assert len(counts) == 1
