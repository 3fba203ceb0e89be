"""My path in words: in whose language, how long, who helps; small for an old phone, and true to what is posted."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from api_rows import confirm
from conftest_api import Machine, result
from factories import NOW, Factory
from page_world import PageWorld
from path_pages import html, plain, section, working
from path_world import LIKE, LITTLE, MIXED, TEST_ONLY, UNITS, UNLIKE, fractions, line, mastered

from api.pages import my_path, reasons
from api.pages.texts import Said
from mastery.decide import Lack
from models.queries_path import TeacherRow, titles_of_tests

# --- words ------------------------------------------------------------------------------------------------------------


def test_statements_are_in_the_language_of_the_page_and_what_is_not_says_so(
    page_world: PageWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(page_world.app.config, "LANGUAGES", ["en", "es"])

    def rows(make: Factory) -> None:
        made = fractions(page_world, make)
        for code in (UNITS, LIKE):
            mastered(make, page_world.student, made[code])
        make.standing(page_world.student, made[UNLIKE], missing=LITTLE)
        make.standing(page_world.student, made[MIXED], missing=[line("prerequisites", 1, 0, made[UNLIKE])])

    page_world.add(rows)
    markup = html(page_world, **{"Accept-Language": "es"})
    assert ">Puedo sumar fracciones con partes distintas.<" in markup
    assert '<span lang="en">I can add mixed numbers.</span>' in markup
    assert '“<span lang="en">I can add mixed numbers</span>”' in markup
    assert '<span lang="en">Add 1/2 and 1/4 with folded paper.</span>' in markup
    assert 'lang="en"' not in html(page_world, **{"Accept-Language": "en"})


@pytest.mark.parametrize("code", list(Lack))
@pytest.mark.parametrize("found", [None, 1.0])
def test_each_unmet_line_is_a_short_thing_to_tick_off(page_world: PageWorld, code: Lack, found: float | None) -> None:
    unmet = {"code": code.value, "needed": 3.0, "found": found, "targets": [7]}
    with page_world.app.test_request_context():
        sentence = reasons.family_missing(unmet, {7: Said("I can count")})
    assert re.fullmatch(r"[A-Z].*[^.]\.", str(sentence)), sentence
    for part in str(sentence).split(". "):
        assert len(part.split()) <= 12, part
    assert not re.search(r"evidence|assessment|certif|estimate|contradict|fail", str(sentence), re.I)


@pytest.mark.parametrize("who", ["student", "guardian"])
def test_sentences_are_short_and_nobody_is_he_or_she(page_world: PageWorld, who: str) -> None:
    working(page_world)
    markup = html(page_world, who)
    for block in re.findall(r"<(?:p|li|dt|h2|summary)[^>]*>(.*?)</(?:p|li|dt|h2|summary)>", markup, re.S):
        for sentence in re.split(r"[.?!] ", plain(block)):
            assert len(sentence.split()) <= 20, sentence
    assert not re.search(r"\b(he|she|his|her|him|hers)\b", plain(markup), re.I)


def test_a_code_never_comes_before_the_words(page_world: PageWorld) -> None:
    working(page_world)
    outside = plain(re.sub(r"<details.*?</details>", "", html(page_world), flags=re.S))
    assert not re.search(r"\d\.NF", outside)
    assert "4.NF.2" in plain(html(page_world)), "folded, for whoever asks"


# --- who helps --------------------------------------------------------------------------------------------------------


def test_who_helps_is_who_teaches_the_subject_as_far_as_the_roster_says() -> None:
    maths = TeacherRow("M", "Algebra", ("1",), ("Mathematics",))
    latin = TeacherRow("L", "Latin", ("2",), ("Latin",))
    other = TeacherRow("O", "Homeroom", (), ())
    assert my_path.helpers([maths, latin, other], "mathematics") == [maths]
    assert my_path.helpers([latin, other], "Mathematics") == [other]
    assert my_path.helpers([latin], "Mathematics") == [latin]
    assert my_path.helpers([], "Mathematics") == []


def test_whoever_teaches_no_more_does_not_help(page_world: PageWorld) -> None:
    def rows(make: Factory) -> None:
        make.standing(page_world.student, page_world.target, missing=LITTLE)
        past = make.person("Past", "Teacher")
        make.enrol(past, page_world.section, role="teacher", ends=NOW.date() - timedelta(days=1))

    page_world.add(rows)
    assert "Past Teacher" not in plain(html(page_world))
    assert "Who to talk to Grace Hopper" in plain(html(page_world, "guardian"))


# --- small enough for an old phone ------------------------------------------------------------------------------------


def _much(world: PageWorld) -> None:
    def rows(make: Factory) -> None:
        made = fractions(world, make)
        for number in range(150):
            target = make.target(statement=f"I can do what lesson {number} of this long school year has shown me.")
            state = ("in_progress", "ready", "mastered", "needs_review", "in_progress")[number % 5]
            at = NOW - timedelta(days=number) if state == "mastered" else None
            missing = TEST_ONLY if number % 5 == 4 else LITTLE if at is None else []
            make.standing(world.student, target, state=state, mastered_at=at, missing=missing, level=3.0)
        make.standing(world.student, made[UNITS], missing=LITTLE)

    world.add(rows)


@pytest.mark.parametrize("who", ["student", "guardian", "teacher"])
def test_however_much_there_is_the_first_load_is_small(page_world: PageWorld, who: str) -> None:
    _much(page_world)
    client = page_world.client(who)
    page = client.get(f"/students/{page_world.student.id}/path")
    assert client.response is not None
    assert page.links.count(f"/students/{page_world.student.id}") >= 4, "what is not listed is one link away"
    weight = len(client.response.data)
    assert weight < 30_000
    loaded = re.findall(r'(?:src|href)="(/static/[^"]+)"', client.response.get_data(as_text=True))
    assert len(loaded) == 3
    for url in loaded:
        with client.client.get(url, headers={"Accept-Encoding": "gzip"}) as response:
            weight += len(response.data)
    assert weight < 100_000


def test_the_page_refreshes_itself_and_is_not_sent_twice(page_world: PageWorld) -> None:
    working(page_world)
    client = page_world.client("student")
    client.get("/path")
    assert client.response is not None
    found = re.search(r'data-url="([^"]+)" data-etag="([^"]+)"', client.response.get_data(as_text=True))
    assert found
    assert found.group(1) == "/path?partial=1"
    client.get("/path?partial=1", 304, **{"If-None-Match": f'"{found.group(2)}"'})
    page_world.add(lambda make: make.standing(page_world.student, page_world.target))
    client.get("/path?partial=1", 200, **{"If-None-Match": f'"{found.group(2)}"'})


# --- with results as they come in -------------------------------------------------------------------------------------


def test_the_path_follows_what_is_posted(page_world: PageWorld, machine: Callable[..., Machine]) -> None:
    """Practice, asking for the test, practice after a low one, the test again, and done."""
    lms = machine(page_world.district_id)
    lms.put_assessment("quiz-17")
    lms.put_assessment("quiz-18")
    cuts = [{"level": 2, "share": 0.5}, {"level": 3, "share": 0.8}, {"level": 4, "share": 1.0}]
    blueprint = [{"target": page_world.target.code, "weight": 1}]
    lms.put_assessment("final", title="Unit 3 test", purpose="summative", cut_scores=cuts, blueprint=blueprint)
    confirm(page_world.engine, page_world.district_id, "final", page_world.people["teacher"].id, NOW)
    page_world.clock.jump(timedelta(days=40))

    def sit(day: int, right: int = 5, **changes: object) -> str:
        at = f"2026-10-{day:02}T09:12:00-04:00"
        items = [{"item": f"{day}-{n}", "score": int(n < right), "max": 1} for n in range(5)]
        targets = [{"target": page_world.target.code, "score": right, "max": 5, "items": items}]
        times = {"source_id": f"day-{day}", "performed_at": at, "scored_at": at}
        (answer,) = lms.post(
            result(str(page_world.student.identifier), "", targets=targets, **times | changes)  # type: ignore[arg-type]
        )
        assert answer["status"] == "accepted", answer
        return section(html(page_world), "next")

    test = {"assessment": "final", "purpose": "summative", "evidence_type": "test", "feedback": "none"}
    said = sit(1, 3)
    assert "Next: ten minutes" in said
    assert "Too little to say yet" in said
    for day in range(2, 9):
        said = sit(day, assessment=("quiz-17", "quiz-18")[day % 2])
    assert "Next: the test" in said
    assert "4 of 5 steps done" in said
    assert "The test is “Unit 3 test”." in said
    said = sit(20, 3, **test)
    assert "Next: ten minutes" in said
    assert "Practice once more before the next try at the test." in said
    assert "Another try is open now." in said, "three days have gone by"
    for day in range(21, 26):
        said = sit(day)
    assert "Next: the test" in said
    said = sit(27, 5, **test)
    assert "All is done here." in said
    assert "Done: 1" in section(html(page_world), "done")


@pytest.mark.parametrize("asked", ["student_id=2", "endpoint=pages.today", "_scheme=ftp", "_external=1&_anchor=x"])
def test_what_is_asked_for_by_name_never_changes_whose_partial_comes_next(page_world: PageWorld, asked: str) -> None:
    client, own = page_world.client("teacher"), f"/students/{page_world.student.id}/path"
    client.get(f"{own}?{asked}&kept=1")
    assert client.response is not None
    found = re.search(r'data-url="([^"]+)"', client.response.get_data(as_text=True))
    assert found is not None
    assert found.group(1) == f"{own}?kept=1&amp;partial=1"


def test_many_tests_of_one_target_do_not_hide_those_of_another(page_world: PageWorld) -> None:
    def rows(make: Factory) -> None:
        other, alone = make.target(), make.target()
        for number in range(120):
            make.assessment(f"Test {number}", "summative", [page_world.target])
        made = [make.assessment(title, "summative", [other]).id for title in ("Unit 1", "Unit 2")]
        one = make.assessment("Unit 3", "summative", [alone]).id
        make.assessment("A quiz", "formative", [alone])
        found = titles_of_tests(make.session, make.district_id, [page_world.target.id, other.id, alone.id])
        assert len(found[page_world.target.id]) == 2, "enough to tell that it is not the one"
        assert found[other.id] == dict(zip(made, ("Unit 1", "Unit 2"), strict=True))
        assert found[alone.id] == {one: "Unit 3"}

    page_world.add(rows)
