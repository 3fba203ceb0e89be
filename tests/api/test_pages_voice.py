"""A student says how it goes, asks for help and proposes a way; teachers answer; nobody else reads the words."""

from __future__ import annotations

from datetime import timedelta

import pytest
from acts_on_record import recorded
from page_world import PageWorld
from path_pages import html, plain, working

from api.actions.complete_record import complete_record
from mastery.audit import Act
from models.audit import SYSTEM
from models.unit_of_work import district_transaction
from models.voice import StudentVoice, VoiceStep

HELP = {"what": "help", "words": "I do not see the parts"}


@pytest.fixture
def url(page_world: PageWorld) -> str:
    working(page_world)
    return f"/students/{page_world.student.id}/targets/{page_world.target.id}/voice"


def _ask(world: PageWorld, url: str) -> str:
    """The student asks for help; where it is answered."""
    world.client("student").post(url, **HELP)
    return f"/students/{world.student.id}/voice/{world.rows(StudentVoice)[-1].id}"


def test_how_sure_and_how_hard_is_told_in_a_word_and_stays_with_its_day(page_world: PageWorld, url: str) -> None:
    student = page_world.client("student")
    student.post(url, what="sure", word="a_little")
    student.post(url, what="sure", word="a_little")  # a form that was sent twice
    page_world.clock.jump(timedelta(days=1))
    student = page_world.client("student")
    student.post(url, what="sure", word="mostly")
    student.post(url, what="hard", word="too_easy")
    page = plain(student.get(url).text)
    for said in ("How sure I am: mostly sure Oct 6, 2026", "a little sure Oct 5, 2026", "too easy"):
        assert said in page
    assert [(one.kind, one.word) for one in page_world.rows(StudentVoice)] == [
        ("sure", "a_little"), ("sure", "mostly"), ("hard", "too_easy"),
    ]  # fmt: skip
    assert "mostly sure" in page_world.client("guardian").get(url).text
    assert "mostly sure" in page_world.client("teacher").get(url).text


def test_help_is_asked_for_seen_on_today_answered_and_the_answer_read(page_world: PageWorld, url: str) -> None:
    student, teacher = page_world.client("student"), page_world.client("teacher")
    assert "asks you" not in teacher.get("/today").text
    where = _ask(page_world, url)
    today = teacher.get("/today").text
    for said in ("1 student asks you", "I do not see the parts", "Ada Byron", "explain why fractions are equal"):
        assert said in today
    teacher.post(f"{where}/answer", step="seen", words="")
    assert "A teacher has seen it" in student.get(url).text
    teacher.post(f"{where}/answer", step="done", words="Come on Tuesday at noon")
    assert "Come on Tuesday at noon" in student.get(url).text
    assert "asks you" not in teacher.get("/today").text
    teacher.post(f"{where}/answer", step="talked", words="late")
    assert "changed while you were reading" in teacher.get("/today").text
    assert [one.step for one in page_world.rows(VoiceStep)] == ["seen", "done"]


def test_a_way_is_proposed_and_a_no_says_why(page_world: PageWorld, url: str) -> None:
    student, teacher = page_world.client("student"), page_world.client("teacher")
    assert "say it in words" in student.post(url, 422, what="way", words=" ").text
    student.post(url, what="way", words="I build a model of a bridge")
    where = f"/students/{page_world.student.id}/voice/{page_world.rows(StudentVoice)[-1].id}/answer"
    teacher.post(where, step="declined", words="")
    assert "say it in words" in teacher.get("/today").text
    teacher.post(where, step="agreed", words="Bring a plan")
    page = student.get(url).text
    assert "Agreed" in page
    assert "Bring a plan" in page


def test_what_waits_is_on_the_path_and_the_student_takes_it_back(page_world: PageWorld, url: str) -> None:
    where, student = _ask(page_world, url), page_world.client("student")
    student.post(url, **HELP)
    assert "You have asked already" in student.get(url).text
    shown = plain(html(page_world))
    assert "Say how it goes, or ask for help" in shown
    student.post(f"{where}/withdraw")
    student.post(f"{where}/withdraw")
    assert "changed while you were reading" in student.get("/path").text
    assert "asks you" not in page_world.client("teacher").get("/today").text
    assert len(page_world.rows(VoiceStep)) == 1


def test_a_parent_sees_that_help_was_asked_for_and_not_the_words(page_world: PageWorld, url: str) -> None:
    where = _ask(page_world, url)
    page_world.client("teacher").post(f"{where}/answer", step="seen", words="See me at noon")
    guardian = page_world.client("guardian")
    page = guardian.get(url).text
    assert "Asked for help" in page
    assert "A teacher has seen it" in page
    for words in ("I do not see the parts", "See me at noon"):
        assert words not in page
        assert words not in guardian.get(f"/students/{page_world.student.id}/path").text
        assert words in page_world.client("principal").get(url).text


@pytest.mark.parametrize("who", ["teacher", "principal", "guardian", "colleague", "stranger", "classmate", "leader"])
def test_nobody_speaks_for_the_student_and_teachers_alone_answer(page_world: PageWorld, url: str, who: str) -> None:
    where, client = _ask(page_world, url), page_world.client(who)
    client.get(url, 200 if who in ("teacher", "principal", "guardian") else 404)
    client.post(url, 404, what="sure", word="very")
    client.post(f"{where}/withdraw", 404)
    if who != "teacher":
        client.post(f"{where}/answer", 404, step="seen")
    assert page_world.rows(VoiceStep) == []
    page_world.client("student").post(f"{where}/answer", 404, step="seen")


def test_what_no_form_says_is_not_kept(page_world: PageWorld, url: str) -> None:
    student = page_world.client("student")
    for typed in ({"what": "diagnosis"}, {"what": "sure", "words": "x"}, {"what": "hard", "word": "very"}):
        student.post(url, 422 if typed["what"] != "diagnosis" else 303, **typed)
    long = student.post(url, 422, what="help", words="kept " * 100).text
    assert "kept kept" in long
    student.post(f"/students/{page_world.student.id}/targets/999999/voice", 404, **HELP)
    assert page_world.rows(StudentVoice) == []
    where = _ask(page_world, url)
    page_world.client("teacher").post(f"{where}/answer", step="dancing")
    page_world.client("teacher").post(f"/students/{page_world.student.id}/voice/999999/answer", 404, step="seen")
    assert page_world.rows(VoiceStep) == []


def test_each_act_is_on_record_without_the_words_and_the_words_in_the_complete_record(
    page_world: PageWorld, url: str
) -> None:
    where = _ask(page_world, url)
    page_world.client("teacher").post(f"{where}/answer", step="done", words="Noon")
    key, ada = page_world.rows(StudentVoice)[-1].id, page_world.student.id
    assert recorded(page_world.engine, page_world.district_id, Act.STUDENT_TOLD) == [
        ("person", ada, {ada}, {"voice": key, "kind": "help"})
    ]
    assert recorded(page_world.engine, page_world.district_id, Act.STUDENT_ANSWERED) == [
        ("person", page_world.people["teacher"].id, {ada}, {"voice": key, "step": "done"})
    ]
    with district_transaction(page_world.engine, page_world.district_id) as session:
        sections = complete_record(session, page_world.district_id, ada, SYSTEM, page_world.clock())["sections"]
    assert [row["words"] for row in (*sections["student_voice"], *sections["voice_step"])] == [HELP["words"], "Noon"]


def test_pages_take_as_many_statements_however_much_is_told(page_world: PageWorld, url: str) -> None:
    student, teacher = page_world.client("student"), page_world.client("teacher")
    where = _ask(page_world, url)
    teacher.post(f"{where}/answer", step="seen")

    def counts() -> tuple[int, ...]:
        return student.statements(url), student.statements("/path"), teacher.statements("/today")

    few = counts()
    student.post(url, what="way", words="x")
    for word in ("very", "mostly", "not_yet"):
        student.post(url, what="sure", word=word)
    assert counts() == few
