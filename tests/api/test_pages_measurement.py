"""The page of the assessment lead: who may open it, what it says, and that it says what the API says."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal

import pytest
from conftest_api import NOW, token_of
from factories import Factory, new_district
from furnished import LONG, furnish
from measurement_world import FALL, PILOT, SUBJECT, well_measured
from page_world import PASSWORD, PageWorld, enrol

from api.actions.accounts import create_account
from api.pages.measurement import QUESTIONS
from api.pages.measurement_words import whys
from api.security.clients import SCOPES, create_client
from mastery.measure.item_check import Reason
from models.measurements import Measurement
from models.unit_of_work import district_transaction

URL = f"/measurement/{SUBJECT}"


@pytest.fixture
def measured(page_world: PageWorld) -> PageWorld:
    well_measured(furnish(page_world))
    return page_world


def document(world: PageWorld, query: str = "") -> dict:
    with district_transaction(world.engine, world.district_id) as session:
        client = create_client(session, world.district_id, "Reports", SCOPES, NOW)
        session.commit()
    http = world.app.test_client()
    answer = http.get(f"/api/v1{URL}{query}", headers={"Authorization": f"Bearer {token_of(http, client)}"})
    assert answer.status_code == 200, answer.text
    found: dict = answer.json
    return found


def rounded(value: float, places: str = "1") -> str:
    return str(Decimal(str(value)).quantize(Decimal(places), ROUND_HALF_UP))


def rows(html: str, caption: str) -> list[list[str]]:
    """The cells of the table with a caption, tags left out."""
    (table,) = [one for one in re.findall(r"<table.*?</table>", html, re.S) if f"<caption>{caption}</caption>" in one]
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S) for row in re.findall(r"<tr>(.*?)</tr>", table, re.S)]
    return [[re.sub(r"<[^>]+>", " ", cell).strip() for cell in row] for row in cells][1:]


def test_it_is_open_to_the_districts_administrators_alone(measured: PageWorld) -> None:
    for who in ("teacher", "colleague", "principal", "guardian", "student", "stranger"):
        client = measured.client(who)
        for url in ("/measurement", URL, f"{URL}?term=nonsense", "/measurement/Alchemy"):
            assert client.get(url, 403).headings == ["This is not open to you"]
        first = client.client.get("/students", follow_redirects=True)
        assert first.status_code == 200
        assert 'href="/measurement"' not in first.get_data(as_text=True)


def test_the_lead_finds_it_and_every_term(measured: PageWorld) -> None:
    client = measured.client("leader")
    assert "/measurement" in client.get("/classes").links
    page = client.get("/measurement")
    assert URL in page.links
    page = client.get(URL)
    for term in (FALL, PILOT):
        assert f"{URL}?term={term.key}" in page.links
        assert str(term.title) in page.text


def test_another_districts_lead_sees_nothing_of_it(measured: PageWorld) -> None:
    other = new_district(measured.engine, "Elsewhere")
    with district_transaction(measured.engine, other) as session:
        make = Factory(session, other)
        make.target("HIST.1", subject="History")
        leader = make.person("Else", "Where")
        make.role(leader, "administrator")
        account = create_account(session, other, "elsewhere", PASSWORD, leader.id, NOW)
        measured.codes["elsewhere"] = enrol(session, other, account)
        session.commit()
    client = measured.client("elsewhere")
    page = client.get("/measurement")
    assert "History" in page.text
    assert SUBJECT not in page.text
    client.get(URL, 404)
    assert "not measured yet" in client.get("/measurement/History").text


def html_of(world: PageWorld, url: str) -> str:
    client = world.client("leader")
    client.get(url)
    assert client.response is not None
    return client.response.get_data(as_text=True)


def test_its_figures_are_those_of_the_api(measured: PageWorld) -> None:
    said, html = document(measured), html_of(measured, URL)
    for caption, name in (
        ("Right answers, by what we said.", "tenths"), ("Reaching the bar, by the chance we gave.", "mastery_tenths"),
    ):  # fmt: skip
        assert rows(html, caption) == [
            [
                str(one["tenths"]), rounded(10 * one["came"]["value"], "0.1"),
                f"{rounded(10 * one['came']['low'], '0.1')} to {rounded(10 * one['came']['high'], '0.1')}",
                f"{one['came']['count']:,}", str(one["came"]["students"]),
            ]
            for one in said[name]
        ]  # fmt: skip
    coverage = rows(html, "Ranges that held, by how much work on the target came before.")
    shares = [said["coverage"]["share"], *(one["share"] for one in said["coverage"]["by_earlier_answers"])]
    assert [row[1] for row in coverage] == [rounded(100 * one["value"], "0.1") for one in shares]
    students = rows(html, "Students by level.")
    assert [int(row[1]) for row in reversed(students)] == [one["count"] for one in said["item_map"]["students"]]
    assert sum(int(row[1]) for row in rows(html, "Questions by level.")) == 30
    drifts = [row[2] for row in rows(html, "Moved, in errors of measurement: below zero harder, above zero easier.")]
    assert [one.replace("−", "-").replace("+", "") for one in drifts] == [
        rounded(one["drift"], "0.1").replace("-0.0", "0.0") for one in said["drift"]["farthest"]
    ]
    terms = rows(html, "Of 100: how far right answers and mastery were from what we said, and ranges that held.")
    assert terms[0][1:] == [
        f"{said['answers']:,}", str(said["students"]), rounded(100 * said["success"]["error"], "0.1"),
        rounded(100 * said["mastery"]["error"], "0.1"), rounded(100 * shares[0]["value"], "0.1"),
    ]  # fmt: skip
    assert terms[2][3:] == ["too few"] * 3


def test_every_point_is_drawn_where_its_figures_say(measured: PageWorld) -> None:
    said, html = document(measured), html_of(measured, URL)
    pictures = re.findall(r"<svg class=\"chart\".*?</svg>", html, re.S)
    assert len(pictures) == 5
    places = [
        (float(x), float(y)) for x, y in re.findall(r'<circle class="chart-mark" cx="(.*?)" cy="(.*?)"', pictures[0])
    ]
    assert len(places) == len(said["tenths"])
    for (x, y), one in zip(places, said["tenths"], strict=True):
        # the dashed line leads from (30, 286) to (346, 14)
        assert (x - 30) / 316 == pytest.approx(one["tenths"] / 10, abs=0.001)
        assert (286 - y) / 272 == pytest.approx(one["came"]["value"], abs=0.001)
    beyond = re.findall(r'<rect class="chart-mark"', pictures[4])
    assert len(beyond) == sum(abs(one["drift"]) > 3.29 for one in said["drift"]["farthest"]) == 2


def test_it_begins_with_a_sentence_that_anybody_can_check(measured: PageWorld) -> None:
    (eight,) = [one for one in document(measured)["tenths"] if one["tenths"] == 8]
    text = measured.client("leader").get(URL).text
    came = rounded(100 * eight["came"]["value"])
    assert f"Of 100 questions for which we said “8 of 10 right”, {came} were answered right." in text


def test_questions_that_mislead_are_listed_with_why_and_what_to_do(measured: PageWorld) -> None:
    said = document(measured)
    client = measured.client("leader")
    text = client.get(URL).text
    reasons = {reason for one in said["items"] for reason in one["reasons"]}
    assert reasons >= {"reversed", "flat", "all_right", "all_wrong", "harder", "easier", "drifted"}
    for words in (
        "Those who know more get it right less often (slope −", "Those who know more hardly do better",
        "answers were right, so it tells nobody apart.", "answers were wrong, so it tells nobody apart.",
        "It has become easier: 5.2 times", "It has become harder: 4.1 times", "Check the key first",
        f"{LONG}-q5", "Then calibrate again.",
    ):  # fmt: skip
        assert words in text
    assert "Nothing was found." not in text
    every = client.get(f"{URL}?which=all")
    assert "Page 1 of 2" in every.text
    assert "Nothing was found." in client.get(f"{URL}?which=all&page=2").text
    assert QUESTIONS < said["item_count"] == 30
    client.get(f"{URL}?which=all&page=3", 404)
    client.get(f"{URL}?page=2", 404)


def test_every_reason_has_its_words(measured: PageWorld) -> None:

    item = document(measured)["items"][0] | {"drift": 4.0}
    with measured.app.test_request_context("/"):
        said = [whys(item | {"reasons": [str(reason)]})[0] for reason in Reason]
    assert len({(one.reason, one.advice) for one in said}) == len(Reason)


def test_nobody_is_named_and_no_figure_stands_for_a_few(measured: PageWorld) -> None:
    html = html_of(measured, URL) + html_of(measured, f"{URL}?term={PILOT.key}")
    for person in measured.people.values():
        assert str(person.identifier) not in html
    for name in ("Byron", "Turing", "Hopper"):
        assert name not in html
    pilot = document(measured, f"?term={PILOT.key}")
    assert (pilot["students"], pilot["items"], pilot["tenths"], pilot["success"]) == (8, [], [], None)
    text = measured.client("leader").get(f"{URL}?term={PILOT.key}").text
    assert "Too few to say: figures begin with 10 students." in text
    assert text.count("Too few students") >= 4


def test_what_is_not_there_does_not_exist(measured: PageWorld) -> None:
    client = measured.client("leader")
    for url in ("/measurement/Alchemy", f"{URL}?term=2026", f"{URL}?page=0", "/measurement/%00", f"{URL}?term=%00"):
        client.get(url, 404)


def test_before_anything_was_measured_it_says_what_to_run(page_world: PageWorld) -> None:
    client = page_world.client("leader")
    assert "not measured yet" in client.get("/measurement").text
    assert "mastery measurement run --all" in client.get(URL).text


def test_figures_of_another_model_say_so(measured: PageWorld) -> None:
    client = measured.client("leader")
    assert "Answers are read in another way by now." not in client.get(URL).text

    def switch(make: Factory) -> None:
        make.session.query(Measurement).update({"calibration_id": None})

    measured.add(switch)
    assert "Answers are read in another way by now." in client.get(URL).text


def test_more_subjects_and_terms_cost_no_more_statements(measured: PageWorld) -> None:
    client, urls = measured.client("leader"), ("/measurement", URL, f"{URL}?which=all")
    few = [client.statements(url) for url in urls]

    def more(make: Factory) -> None:
        for number in range(5):
            make.measurement(f"Subject {number}")

    measured.add(more)
    assert [client.statements(url) for url in urls] == few
    assert max(few) <= 16
