"""A file of answers becomes a sandbox district, once, and says what is wrong with it."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
from pathlib import Path

import pytest
from conftest_api import NOW
from factories import new_district
from sqlalchemy import Engine, select

from api.actions.ingest import Intake
from api.actions.replay import Verified, verify
from api.actions.responses import ResponsesError, import_responses, lanes, read_q_matrix, read_rows
from models.district import District
from models.graph import Node
from models.installation import Installation
from models.statistics import Statistics
from models.unit_of_work import district_transaction, shared_transaction

ANSWERS = "user_id,item_id,timestamp,correct,skill_id\nu1,i1,0,1,s1\nu1,i2,0,0,s1\nu2,i1,0,0.5,s2\n"


def written(folder: Path, text: str, name: str = "answers.csv") -> Path:
    path = folder / name
    path.write_text(text)
    return path


def test_a_file_goes_in_once_and_is_what_evidence_says(engine: Engine, tmp_path: Path) -> None:
    path = written(tmp_path, ANSWERS)
    matrix = written(tmp_path, "item_id,base_skill\ni1,b1\ni1,b2\n", "q.csv")
    told: list[tuple[int, int]] = []
    done = import_responses(Intake.of(engine), path, "Sandbox", NOW, matrix, lambda at, total: told.append((at, total)))
    assert (done.rows, done.accepted, done.duplicate, done.resumed_at) == (3, 3, 0, 0)
    assert told == [(0, 3), (3, 3)]
    again = import_responses(Intake.of(engine), path, "Sandbox", NOW, matrix)
    assert (again.accepted, again.resumed_at) == (0, 3)
    with shared_transaction(engine) as session:
        district = session.scalars(select(District).where(District.name == "Sandbox")).one()
    proved = verify(engine, district.id)
    assert (proved.students, proved.rows, proved.differing) == (2, 2, 0)
    with district_transaction(engine, district.id) as session:
        statements = set(session.scalars(select(Node.statement).where(Node.district_id == district.id)))
    assert statements == {"Skill s1 of the file (base skills b1, b2)", "Skill s2 of the file (base skills b1, b2)"}


def test_a_real_district_is_no_sandbox(engine: Engine, tmp_path: Path) -> None:
    new_district(engine, "Springfield")
    with pytest.raises(ResponsesError, match="real district"):
        import_responses(Intake.of(engine), written(tmp_path, ANSWERS), "Springfield", NOW)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("user_id,item_id,correct,skill_id\n", "lacks the column timestamp"),
        (ANSWERS + "u3,i1,0,yes,s1\n", "line 5, correct: is 'yes'; give a number"),
        (ANSWERS + "u3,i1,0,1.5,s1\n", "line 5, correct: is 1.5; give a share"),
        (ANSWERS + "u3,i1,0,nan,s1\n", "line 5, correct: is nan; give a share"),
        (ANSWERS + "u3,i1,noon,1,s1\n", "line 5, timestamp: is 'noon'; give a number"),
        (ANSWERS + "u3,i1,inf,1,s1\n", "line 5, timestamp: is inf; give seconds"),
        (ANSWERS + ",i1,0,1,s1\n", "line 5, user_id: must not be empty"),
        (ANSWERS + "u3,i1,0,1,\n", "line 5, skill_id: must not be empty"),
        (ANSWERS + "\n\nu3,i1,0\n", "line 7: has 3 columns"),
    ],
)
def test_what_is_wrong_with_a_file_is_named(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(ResponsesError, match=says):
        list(read_rows(written(tmp_path, text)))


def test_a_file_without_rows_or_a_matrix_without_columns_is_refused(engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(ResponsesError, match="has no rows"):
        import_responses(Intake.of(engine), written(tmp_path, ANSWERS.splitlines()[0] + "\n"), "Sandbox", NOW)
    with pytest.raises(ResponsesError, match="needs the columns"):
        read_q_matrix(written(tmp_path, "a,b\n"))
    with pytest.raises(ResponsesError, match="line 3: item_id and base_skill must not be empty"):
        read_q_matrix(written(tmp_path, "item_id,base_skill\ni1,b1\ni2,\n"))


def test_a_matrix_may_call_its_skills_by_either_name(tmp_path: Path) -> None:
    for name in ("base_skill", "skill_id"):
        assert read_q_matrix(written(tmp_path, f"item_id,{name}\ni1,b1\ni1,b2\n")) == {"i1": ["b1", "b2"]}


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "answers.csv"
    path.write_bytes(ANSWERS.encode() + b"u\xff,i1,0,1,s1\n")
    with pytest.raises(ResponsesError, match="give UTF-8 text"):
        list(read_rows(path))
    with pytest.raises(ResponsesError, match="give UTF-8 text"):
        read_q_matrix(path)


def many_answers(folder: Path) -> Path:
    """Some thousand answers of 40 students, not in the order of students."""
    choose = random.Random(5)
    lines = [
        f"u{choose.randrange(40)},i{choose.randrange(90)},0,{int(choose.random() < 0.6)},s{choose.randrange(7)}"
        for _ in range(3 * lanes.AT_ONCE)
    ]
    return written(folder, "\n".join([ANSWERS.splitlines()[0], *lines, ""]))


def district_of(engine: Engine, name: str) -> int:
    with shared_transaction(engine) as session:
        return session.scalars(select(District.id).where(District.name == name)).one()


def proved_of(engine: Engine, installation: Installation, name: str) -> Verified:
    """What a district's replay says, with the planner told first of what was written, as the command does."""
    with Statistics(installation.owner_dsn) as statistics:
        statistics.refresh()
    return verify(engine, district_of(engine, name))


def test_several_processes_end_as_one_does(engine: Engine, installation: Installation, tmp_path: Path) -> None:
    path = many_answers(tmp_path)
    told: list[int] = []
    alone = import_responses(Intake.of(engine), path, "Alone", NOW, lanes=1)
    shared = import_responses(Intake.of(engine), path, "Shared", NOW, advance=lambda at, _: told.append(at), lanes=3)
    assert (shared.rows, shared.accepted, shared.duplicate) == (alone.rows, alone.accepted, alone.duplicate)
    assert told == sorted(told)
    assert told[-1] == alone.rows
    one, other = proved_of(engine, installation, "Alone"), proved_of(engine, installation, "Shared")
    assert one == other
    assert one.differing == 0
    again = import_responses(Intake.of(engine), path, "Shared", NOW, lanes=2)
    assert (again.accepted, again.resumed_at) == (0, alone.rows)
    assert multiprocessing.active_children() == []


def test_a_killed_process_ends_the_import_which_then_goes_on(
    engine: Engine, installation: Installation, tmp_path: Path
) -> None:
    path = many_answers(tmp_path)

    def kill_one(at: int, total: int) -> None:
        if at == 0:
            pid = multiprocessing.active_children()[0].pid
            assert pid is not None
            os.kill(pid, signal.SIGKILL)

    with pytest.raises(ResponsesError, match="goes on from there"):
        import_responses(Intake.of(engine), path, "Killed lane", NOW, advance=kill_one, lanes=2)
    assert multiprocessing.active_children() == []
    resumed = import_responses(Intake.of(engine), path, "Killed lane", NOW, lanes=2)
    assert resumed.accepted + resumed.duplicate + resumed.resumed_at == resumed.rows
    assert proved_of(engine, installation, "Killed lane").differing == 0


def test_only_a_file_that_is_worth_it_is_shared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 16)
    assert lanes.lanes_for(10_000) == 1
    assert lanes.lanes_for(5_000_000) == 4
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    assert lanes.lanes_for(5_000_000) == 1
