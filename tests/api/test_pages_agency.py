"""What students decide themselves, counted: by class for who works with them, by school for a leader."""

from __future__ import annotations

from datetime import timedelta

from factories import NOW, Factory
from page_world import PageWorld
from path_pages import plain

from mastery.agency import DAYS
from mastery.voice import Kind, Sure
from models.own_words import OwnWords
from models.queries_voice import add_voice
from models.roster import Person


def _decide(make: Factory, student: Person, target: int, days_ago: int = 1, by: int | None = None) -> None:
    at = NOW - timedelta(days=days_ago)
    add_voice(make.session, make.district_id, student.id, target, Kind.SURE, Sure.VERY, "", at)
    add_voice(make.session, make.district_id, student.id, target, Kind.HELP, None, "", at)
    make.session.add(
        OwnWords(
            district_id=make.district_id, student_id=student.id, kind="goal", words="x", target_id=None,
            by_day=NOW.date(), mode=None, setting=None, withdrawn=False, replaces_id=None,
            said_by=by or student.id, said_at=at,
        )
    )  # fmt: skip


def test_a_teacher_sees_how_many_of_the_class_decided_something(page_world: PageWorld) -> None:
    def rows(make: Factory) -> None:
        target, guardian = page_world.target.id, page_world.people["guardian"].id
        _decide(make, page_world.student, target)
        _decide(make, page_world.student, target)  # again: it is the same student
        _decide(make, page_world.people["classmate"], target, DAYS + 1)  # too long ago
        _decide(make, make.student(page_world.section, "Third", "One"), target, by=guardian)  # a parent's day

    page_world.add(rows)
    page = plain(page_world.client("teacher").get("/agency").text)
    assert "Algebra I 3 0 1 2 2 0" in page
    assert "Geometry" not in page
    assert "Geometry 0 0 0 0 0 0" in plain(page_world.client("colleague").get("/agency").text)
    for who in ("student", "guardian"):
        page_world.client(who).get("/agency", 404)


def test_a_leader_sees_schools_without_small_cells(page_world: PageWorld) -> None:
    assert "* * * * * *" in plain(page_world.client("leader").get("/agency").text)

    def rows(make: Factory) -> None:
        some = [make.student(page_world.section, f"S{number}", "X") for number in range(28)]
        for student in some[:12]:
            _decide(make, student, page_world.target.id)

    page_world.add(rows)
    assert "30 * 12 12 12 *" in plain(page_world.client("leader").get("/agency").text)


def test_it_takes_as_many_statements_however_much_there_is(page_world: PageWorld) -> None:
    leader, teacher = page_world.client("leader"), page_world.client("teacher")
    few = leader.statements("/agency"), teacher.statements("/agency")
    page_world.add(lambda make: _decide(make, page_world.student, page_world.target.id))
    assert (leader.statements("/agency"), teacher.statements("/agency")) == few
