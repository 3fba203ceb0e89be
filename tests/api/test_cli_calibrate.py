"""`mastery calibrate`: a file of answers in, a report or a document out, nothing stored."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from calibration_banks import simulated
from click.testing import CliRunner, Result

from api.actions import calibrate as actions
from api.cli import main
from mastery.calibrate import calibrate_em, pyirt_engine

HEADING = "user_id,item_id,timestamp,correct,skill_id"
BANK = simulated(120, 8, 0.9, 5)


def run(*words: object) -> Result:
    return CliRunner().invoke(main, ["calibrate", *map(str, words)])


def written(folder: Path, *lines: str) -> Path:
    path = folder / "answers.csv"
    path.write_text("\n".join([HEADING, *lines, ""]))
    return path


def lines_of(skill: str = "s1") -> list[str]:
    return [f"{s},{i},0,{y},{skill}" for s, i, y in zip(BANK.student, BANK.item, BANK.y, strict=True)]


@pytest.fixture
def answers(tmp_path: Path) -> Path:
    return written(tmp_path, *lines_of())


def test_the_document_has_what_the_engine_found(answers: Path) -> None:
    done = run(answers, "--engine", "em", "--json")
    assert done.exit_code == 0
    told = json.loads(done.stdout)
    assert (told["file"], told["rows"], told["first_answers"]) == ("answers.csv", len(BANK.y), len(BANK.y))
    (one,) = told["calibrations"]
    found = calibrate_em(BANK.answers)
    assert (one["skill"], one["engine"], one["converged"], one["students"]) == (None, "em", True, 120)
    assert [item["item"] for item in one["items"]] == [str(item) for item in found.items]
    for name in ("slope", "slope_se", "difficulty", "difficulty_se", "easiness", "easiness_se", "misfit"):
        assert [item[name] for item in one["items"]] == pytest.approx(getattr(found, name), abs=1e-12)
    assert [item["slope_easiness_covariance"] for item in one["items"]] == pytest.approx(found.covariance[:, 0, 1])


def test_a_repeated_answer_is_not_the_first(tmp_path: Path) -> None:
    again = [f"{s},{i},9,{1 - y},s1" for s, i, y in zip(BANK.student, BANK.item, BANK.y, strict=True)]
    once = json.loads(run(written(tmp_path, *lines_of()), "--engine", "em", "--json").stdout)
    twice = json.loads(run(written(tmp_path, *lines_of(), *again), "--engine", "em", "--json").stdout)
    assert twice["rows"] == 2 * once["rows"]
    assert twice["first_answers"] == once["first_answers"]
    assert twice["calibrations"] == once["calibrations"]


def test_each_skill_can_be_a_dimension_of_its_own(tmp_path: Path) -> None:
    few = ["ann,q1,0,1,s3", "ben,q1,0,0,s3"]
    path = written(tmp_path, *lines_of("s1"), *lines_of("s2"), *few)
    told = json.loads(run(path, "--engine", "em", "--by-skill", "--json").stdout)["calibrations"]
    assert [one["skill"] for one in told] == ["s1", "s2", "s3"]
    assert told[0]["items"] == told[1]["items"]
    assert told[2]["not_calibrated"] == "1 of 1 items have both right and wrong answers; 3 are needed"
    text = run(path, "--engine", "em", "--by-skill").stdout
    assert "\n\nSkill s1\n120 students, 8 items" in text
    assert "Skill s3: not calibrated, 1 of 1 items" in text


def test_pyirt_is_the_engine_up_to_its_size_and_em_beyond(answers: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = actions.first_answers(answers, by_skill=False)
    assert actions.choose_engine(first) == "pyirt"
    monkeypatch.setattr(pyirt_engine, "MOST_ANSWERS", 100)
    assert actions.choose_engine(first) == "em"
    assert "engine em," in run(answers).stdout
    refused = run(answers, "--engine", "pyirt")
    assert refused.exit_code == 1
    assert f"{len(BANK.y)} answers are more than the 100 that pyirt finishes in two minutes; use the engine em" in (
        refused.stderr
    )


def test_pyirt_gives_a_report_of_the_same_form(answers: Path) -> None:
    done = run(answers, "--engine", "pyirt")
    assert done.exit_code == 0
    assert "120 students, 8 items" in done.stdout
    assert "engine pyirt," in done.stdout


def test_a_report_can_be_written_to_a_file(answers: Path, tmp_path: Path) -> None:
    out = tmp_path / "report.txt"
    done = run(answers, "--engine", "em", "--out", out)
    assert (done.stdout, done.stderr) == ("", f"Written to {out}.\n")
    assert out.read_text().startswith(f"answers.csv: {len(BANK.y)} rows")
    refused = run(answers, "--engine", "em", "--out", tmp_path / "absent" / "report.txt")
    assert refused.exit_code == 1
    assert "report.txt can not be written: No such file or directory." in refused.stderr


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("u1,i1,0,0.9,s1", "line 2: correct is 0.9; a calibration takes right (1) or wrong (0)"),
        ("u1,i1,0,2,s1", "line 2, correct: is 2"),
        ("u1,i1,0,yes,s1", "line 2, correct: is 'yes'"),
        ("u1,,0,1,s1", "line 2, item_id: must not be empty"),
        ("u1,i1,0,1,s1", "Nothing could be calibrated: 0 of 1 items have both right and wrong answers; 3 are needed."),
        ("", "answers.csv has no rows"),
    ],
)
def test_what_is_wrong_with_a_file_is_named_by_line_and_column(tmp_path: Path, line: str, says: str) -> None:
    refused = run(written(tmp_path, line), "--engine", "em")
    assert refused.exit_code == 1
    assert says in refused.stderr


def test_it_needs_no_installation(answers: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MASTERY_DATA_DIR", str(tmp_path / "nowhere"))
    assert run(answers, "--engine", "em").exit_code == 0
    assert not os.path.exists(tmp_path / "nowhere")
