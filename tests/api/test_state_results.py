"""Results of the state in their own ledger: again is harmless, who is not known is held, nothing reads them."""

from __future__ import annotations

import pytest
from acts_on_record import recorded
from factories import NOW
from page_world import PageWorld

from api.actions.desk import Desk
from api.actions.state_results import TakenIn, take_in
from api.interop.csv_table import UnreadableError
from api.interop.state_results_file import read_state_results
from mastery.audit import Act
from models.standing import Standing
from models.state_results import StateResult, StateResultHeld, state_results_of
from models.unit_of_work import district_transaction

HEAD = "student,test,subject,administration,taken_on,score,level,passed\n"
ROW = "{student},Algebra EOC,Mathematics,spring 2026,2026-05-12,{score},Approaching,{passed}\n"


def _take(world: PageWorld, *rows: str) -> TakenIn:
    read = read_state_results((HEAD + "".join(rows)).encode())
    assert read.problems == ()
    with district_transaction(world.engine, world.district_id) as session:
        done = take_in(session, Desk(world.district_id), read.rows, NOW)
        session.commit()
    return done


def _row(world: PageWorld, score: str = "398", passed: str = "no", student: str | None = None) -> str:
    return ROW.format(student=student or world.student.sourced_id, score=score, passed=passed)


def test_again_changes_nothing_and_another_value_is_a_correction_that_keeps_the_first(page_world: PageWorld) -> None:
    assert _take(page_world, _row(page_world)) == TakenIn(added=1)
    assert _take(page_world, _row(page_world)) == TakenIn(unchanged=1)
    assert _take(page_world, _row(page_world, "401", "yes")) == TakenIn(corrected=1)
    assert [one.score for one in page_world.rows(StateResult)] == [398, 401]
    with district_transaction(page_world.engine, page_world.district_id) as session:
        (line,) = state_results_of(session, page_world.district_id, [page_world.student.id])[page_world.student.id]
    assert (line.score, line.passed, line.corrected) == (401, True, True)
    done = recorded(page_world.engine, page_world.district_id, Act.STATE_RESULTS_TAKEN_IN)
    assert len(done) == 2


def test_a_row_whose_student_nobody_knows_is_held_and_comes_in_once_somebody_does(page_world: PageWorld) -> None:
    assert _take(page_world, _row(page_world, student="new-1")) == TakenIn(held=1)
    assert _take(page_world, _row(page_world, student="new-1")) == TakenIn()
    assert page_world.rows(StateResult) == []
    page_world.add(lambda make: setattr(make.student(page_world.section, "Nia", "New"), "sourced_id", "new-1"))
    with district_transaction(page_world.engine, page_world.district_id) as session:
        released = take_in(session, Desk(page_world.district_id), [], NOW)
        session.commit()
    assert released == TakenIn(added=1, released=1)
    assert [one.released_at for one in page_world.rows(StateResultHeld)] == [NOW]


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ("s,T,M,a,2026-13-01,1,L,no", "taken_on"), ("s,T,M,a,2026-01-01,x,L,no", "score"),
        ("s,T,M,a,2026-01-01,nan,L,no", "score"), ("s,T,M,a,2026-01-01,1,L,maybe", "passed"),
        ("s,,M,a,2026-01-01,1,L,no", "test"), ("s,T,M", "row"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_row_is_named_by_line_and_field(row: str, field: str) -> None:
    found = read_state_results(f"{HEAD}{row}\n".encode())
    assert [(one.line, one.field) for one in found.problems] == [(2, field)]
    assert found.rows == ()


def test_a_file_without_its_columns_is_refused() -> None:
    for text in ("student,test\n1,2\n", HEAD, "student,test,administration,taken_on,level,age\n1,2,3,4,5,6\n"):
        with pytest.raises(UnreadableError):
            read_state_results(text.encode())


def test_the_ledger_is_shown_beside_the_levels_and_changes_none(page_world: PageWorld) -> None:
    page_world.add(lambda make: make.standing(page_world.student, page_world.target, level=2.0))
    before = [(one.level, one.state, one.carried) for one in page_world.rows(Standing)]
    _take(page_world, _row(page_world, passed="yes"))
    for who in ("student", "guardian", "teacher"):
        client = page_world.client(who)
        client.get(f"/students/{page_world.student.id}/tests")
        assert client.response is not None
        text = client.response.get_data(as_text=True)
        assert "Algebra EOC" in text
        assert "change none of them" in text
    page_world.client("stranger").get(f"/students/{page_world.student.id}/tests", 404)
    assert [(one.level, one.state, one.carried) for one in page_world.rows(Standing)] == before
