"""The pages of a student and of one target tell where things stand, in the order in which people look."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from api_rows import sitting
from conftest_api import Machine, token_of
from factories import NOW, TODAY, Factory
from page_world import PageWorld

from api.actions.graph import add_prerequisite
from api.pages import story as told
from api.pages.chart import Seen
from api.pages.words import day_month
from api.security.clients import SCOPES, create_client
from mastery.graph import Strength
from models.unit_of_work import district_transaction

Post = Callable[..., None]


@pytest.fixture
def post(page_world: PageWorld) -> Post:
    """Posts results of the world's student, as an LMS does."""
    with district_transaction(page_world.engine, page_world.district_id) as session:
        client = create_client(session, page_world.district_id, "LMS", SCOPES, NOW)
        session.commit()
    http = page_world.app.test_client()
    machine = Machine(http, page_world.district_id, client, token_of(http, client))
    machine.put_assessment("quiz-17")
    machine.put_assessment("final", purpose="summative")

    def send(day: int, score: float = 1, **changes: object) -> None:
        at = f"2026-09-{day:02}T09:12:00-04:00"
        changes = {"performed_at": at, "scored_at": at, **changes}
        (entry,) = machine.post(
            sitting(str(page_world.student.identifier), str(page_world.target.code), day, score, **changes)
        )
        assert entry["status"] == "accepted", entry

    return send


def explained(world: PageWorld, who: str = "teacher") -> str:
    client = world.client(who)
    client.get(f"/students/{world.student.id}/targets/{world.target.id}")
    assert client.response is not None
    return client.response.get_data(as_text=True)


def test_the_story_is_told_in_a_picture_and_the_same_as_a_table(page_world: PageWorld, post: Post) -> None:
    for day in (1, 2, 3, 4):
        post(day)
    post(5, 0, purpose="summative", assessment="final")
    html = explained(page_world)
    picture = html[html.index('<svg class="chart"') : html.index("</svg>")]
    assert 'role="img"' in picture
    assert len(re.findall(r"<circle", picture)) == 4
    assert len(re.findall(r'<rect class="chart-mark', picture)) == 1, "a test has a shape of its own"
    assert len(re.findall("chart-quiet", picture)) == 2, "the first two say too little"
    assert "Too little to say" in picture
    table = html[html.index('id="history-table"') : html.index("</details>", html.index('id="history-table"'))]
    rows = re.findall(r"<tr><th.*?</tr>", table, re.S)[1:]
    assert len(rows) == 5
    assert all("Too little to say yet" in row and not re.search(r"\d\.\d", row) for row in rows[:2])
    assert all(re.search(r">\d\.\d<.*\d\.\d to \d+\.\d", row) for row in rows[2:])
    assert "From about" in html
    assert html.index("What is still missing") < html.index("How it came to be") < html.index("The numbers")


def test_without_enough_evidence_nothing_is_drawn_and_no_number_told(page_world: PageWorld, post: Post) -> None:
    post(1)
    post(2)
    html = explained(page_world, "guardian")
    assert '<svg class="chart"' not in html
    assert "There is no picture yet" in html
    text = re.sub(r"<[^>]+>", " ", html)
    assert "Answer some questions on it." in text
    assert not re.findall(r"\d+%", text), "a family is told no chance at all"
    change = r'<section data-key="change".*?</section>'
    seen = re.sub(r"<[^>]+>", " ", re.sub(change, "", explained(page_world, "teacher"), flags=re.S))
    assert "now it is not known yet" in seen
    assert re.findall(r"\d+%", seen) == ["90%"], "the bar of the rule and nothing else"


def test_a_long_story_is_thinned_and_says_so(
    page_world: PageWorld, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(told, "MOST_DRAWN", 4)
    for day in range(1, 8):
        post(day)
    html = explained(page_world)
    assert "4 of 7 points, evenly from the first to the last." in html
    assert len(re.findall(r'class="chart-mark', html[: html.index("</svg>")])) == 4


def test_what_is_next_links_to_it_and_to_the_map(page_world: PageWorld, post: Post) -> None:
    made = []

    def rows(make: Factory) -> None:
        made.append(make.target("3.B", "I can say what a half is."))
        made.append(make.target("5.A", "I can add any fractions."))
        add_prerequisite(make.session, make.district_id, "3.B", str(page_world.target.code), Strength.HARD)
        add_prerequisite(make.session, make.district_id, str(page_world.target.code), "5.A", Strength.HARD)

    page_world.add(rows)
    post(1)
    client = page_world.client("student")
    page = client.get(f"/students/{page_world.student.id}/targets/{page_world.target.id}")
    assert "What this builds on comes first: I can say what a half is." in page.text
    assert f"/students/{page_world.student.id}/targets/{made[0].id}" in page.links
    assert f"/students/{page_world.student.id}/map?around={page_world.target.id}" in page.links
    page_world.add(lambda make: make.standing(page_world.student, made[0], state="mastered", level=3.0))
    page = client.get(f"/students/{page_world.student.id}/targets/{made[0].id}")
    assert "This opens the way to: I can explain why fractions are equal." in page.text


def test_a_story_of_any_length_takes_as_many_statements(page_world: PageWorld, post: Post) -> None:
    def count() -> int:
        url = f"/students/{page_world.student.id}/targets/{page_world.target.id}"
        return page_world.client("teacher").statements(url)

    post(1)
    few = count()
    for day in range(2, 9):
        post(day)
    assert count() == few


# --- the student page -------------------------------------------------------------------------------------------------


def test_a_students_targets_come_in_groups_what_waits_for_a_teacher_first(page_world: PageWorld) -> None:
    made: dict[str, int] = {}

    def rows(make: Factory) -> None:
        for code, state in (("D", "mastered"), ("C", "in_progress"), ("B", "needs_review"), ("A", "in_progress")):
            target = make.target(code, f"I can do {code}.")
            made[code] = target.id
            make.standing(page_world.student, target, state=state, as_of=NOW)
        add_prerequisite(make.session, make.district_id, "C", "A", Strength.SOFT)

    page_world.add(rows)
    page = page_world.client("teacher").get(f"/students/{page_world.student.id}")
    shown = [one for one in page.ids if one.startswith(("target-", "group-"))]
    assert shown == [
        "group-look", f"target-{made['B']}", "group-work", f"target-{made['C']}", f"target-{made['A']}",
        "group-done", f"target-{made['D']}",
    ]  # fmt: skip
    assert "Waits for a teacher : 1 At work : 2 Done : 1" in re.sub(r"\s+", " ", page.text.replace(":", " :"))
    assert f"/students/{page_world.student.id}/map" in page.links


def test_groups_run_on_over_pages_in_the_same_order(page_world: PageWorld) -> None:
    def rows(make: Factory) -> None:
        for number in range(60):
            state = "mastered" if number % 2 else "in_progress"
            make.standing(page_world.student, make.target(f"P.{number:02}"), state=state)

    page_world.add(rows)
    client = page_world.client("teacher")
    pages = [client.get(f"/students/{page_world.student.id}?page={number}") for number in (1, 2)]
    rows_of = [[one for one in page.ids if one.startswith("target-")] for page in pages]
    assert [len(one) for one in rows_of] == [50, 10]
    assert not set(rows_of[0]) & set(rows_of[1])
    assert [[one for one in page.ids if one.startswith("group-")] for page in pages] == [
        ["group-work", "group-done"], ["group-done"],
    ]  # fmt: skip
    assert all("At work: 30" in page.text and "Done: 30" in page.text for page in pages)
    client.get(f"/students/{page_world.student.id}?page=3", 404)


def test_a_class_is_linked_for_whoever_may_open_it(page_world: PageWorld) -> None:
    url = f"/classes/{page_world.section.id}"
    page_world.add(
        lambda make: make.enrol(page_world.student, page_world.other_section, begins=TODAY - timedelta(days=1))
    )
    for who, sees in (("teacher", True), ("principal", True), ("guardian", False), ("student", False)):
        assert (url in page_world.client(who).get(f"/students/{page_world.student.id}").links) is sees
    links = page_world.client("teacher").get(f"/students/{page_world.student.id}").links
    assert f"/classes/{page_world.other_section.id}" not in links


def test_many_flags_leave_room_for_the_targets(page_world: PageWorld) -> None:
    def rows(make: Factory) -> None:
        for _ in range(5):
            make.wheel_spin(page_world.student, make.target())

    page_world.add(rows)
    page = page_world.client("teacher").get(f"/students/{page_world.student.id}")
    assert "2 more" in page.text
    assert sum(bool(re.fullmatch(r"flag-\d+", one)) for one in page.ids) == 5


def test_a_student_page_of_any_length_takes_as_many_statements(page_world: PageWorld) -> None:
    def count() -> int:
        return page_world.client("teacher").statements(f"/students/{page_world.student.id}")

    page_world.add(lambda make: make.standing(page_world.student, page_world.target))
    few = count()

    def rows(make: Factory) -> None:
        for _ in range(15):
            make.standing(page_world.student, make.target())

    page_world.add(rows)
    assert count() == few


@pytest.mark.parametrize(
    ("language", "last", "said"),
    [
        ("en", 0.971, "About 9.7 of 10 right on Oct 5, 2026, and the same on Oct 7, 2026."),
        ("en", 0.9, "From about 9.7 of 10 right on Oct 5, 2026 to about 9.0 of 10 on Oct 7, 2026."),
        ("es", 0.971, "Unos 9.7 aciertos de 10 el 5 oct 2026, y lo mismo el 7 oct 2026."),
        ("es", 0.9, "De unos 9.7 aciertos de 10 el 5 oct 2026 a unos 9.0 de 10 el 7 oct 2026."),
    ],
)
def test_the_story_in_a_sentence(page_world: PageWorld, language: str, last: float, said: str) -> None:
    at = datetime(2026, 10, 5, 15, tzinfo=UTC)
    seen = [Seen(at + timedelta(days=days), rate, 0.1, 1.0, True, False) for days, rate in ((0, 0.97), (2, last))]
    with page_world.app.test_request_context(headers={"Accept-Language": language}):
        assert told._summary(seen, ZoneInfo("America/New_York")) == said
        assert day_month(at, ZoneInfo("America/New_York")) == {"en": "Oct 5", "es": "5 oct"}[language]
