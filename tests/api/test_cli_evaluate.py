"""`mastery evaluate`: needs no installation, stores nothing, says what it did and what is wrong."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from itertools import count
from pathlib import Path

import numpy as np
import pytest
from answer_sets import Given, made_up
from click.testing import CliRunner, Result
from shared_data import needs_shared, shared
from unfitted import Unfitted

from api.actions.evaluation import Advance, evaluate_fold, mean_of, read_answers
from api.cli import main
from mastery.measure import AnswerSet, Fitted, fit_filter, judged_students, metrics, training_students, twins

KEYS = [
    "auc", "accuracy", "log_loss", "rmse", "ece", "mastery_ece", "coverage_80", "updates_per_second", "seconds",
    "peak_mb",
]  # fmt: skip


def run(*words: object) -> Result:
    return CliRunner().invoke(main, ["evaluate", *map(str, words)])


def written(folder: Path, rows: Sequence[Given]) -> Path:
    path = folder / "answers.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["user_id", "item_id", "timestamp", "correct", "skill_id"])
        writer.writerows([row.user, row.item, row.timestamp, row.correct, row.skill] for row in rows)
    return path


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return written(tmp_path, made_up(40, 2000))


def test_a_fold_is_told_as_json_with_the_figures_of_its_students(file: Path) -> None:
    done = run(file, "--fold", 3, "--json")
    assert done.exit_code == 0
    told = json.loads(done.stdout)
    assert list(told)[: len(KEYS)] == KEYS
    answers = AnswerSet.of(made_up(40, 2000))
    test = answers.select(judged_students(40, 3))
    fitted = fit_filter(answers.select(training_students(40, 3)))
    p = fitted.predict(test).success
    assert told["auc"] == metrics.auc(test.y, p)
    assert told["log_loss"] == metrics.log_loss(test.y, p)
    assert (told["fold"], told["students"], told["answers"]) == (3, 8, test.rows)
    assert (told["file"], told["file_answers"], told["file_students"]) == ("answers.csv", 2000, 40)
    assert (told["items"], told["targets"], told["model"]) == (answers.items, answers.targets, fitted.version)
    assert told["timestamps"] == "order"
    assert told["peak_mb"] > 50
    assert told["seconds"] > 0
    assert "Evaluating" in done.stderr


def test_five_folds_are_told_each_and_as_their_mean(file: Path) -> None:
    told = json.loads(run(file, "--folds", 5, "--json").stdout)
    assert list(told)[: len(KEYS)] == KEYS
    assert told["fold"] == "mean"
    assert [one["fold"] for one in told["folds"]] == [0, 1, 2, 3, 4]
    assert sum(one["answers"] for one in told["folds"]) == 2000
    for key in KEYS[:-1]:
        assert told[key] == pytest.approx(np.mean([one[key] for one in told["folds"]]))
    assert told["peak_mb"] == max(one["peak_mb"] for one in told["folds"])


def test_people_read_a_table(file: Path) -> None:
    lines = run(file, "--folds", 5).stdout.splitlines()
    assert lines[0] == "answers.csv: 2,000 answers of 40 students to 40 items on 6 targets."
    assert lines[1] == "Timestamps are taken for an order: all are the same."
    assert lines[3].split()[:4] == ["fold", "students", "answers", "AUC"]
    assert [line.split()[0] for line in lines[4:]] == ["0", "1", "2", "3", "4", "mean"]
    assert len({len(line) for line in lines[3:]}) == 1
    assert run(file).stdout.splitlines()[4].split()[:2] == ["0", "8"]


def test_what_can_not_be_said_is_null_or_a_dash(tmp_path: Path) -> None:
    path = written(tmp_path, [Given(f"u{user}", "i", "s", 1.0) for user in range(6)])
    told = json.loads(run(path, "--json").stdout)
    assert (told["auc"], told["mastery_ece"], told["coverage_80"], told["mastery_points"]) == (None, None, None, 0)
    assert run(path).stdout.splitlines()[4].split()[3] == "-"


def test_timestamps_can_be_said_to_be_seconds(tmp_path: Path) -> None:
    path = written(tmp_path, [Given(f"u{row % 6}", f"i{row}", "s", 1.0, 3600.0 * row) for row in range(60)])
    assert json.loads(run(path, "--json").stdout)["timestamps"] == "seconds"
    told = json.loads(run(path, "--json", "--timestamps", "order").stdout)
    assert (told["timestamps"], told["timestamps_because"]) == ("order", "as was said")


def test_training_students_who_are_judged_as_well_are_told_of_and_can_be_left_out(tmp_path: Path) -> None:
    rows = made_up(29, 3000)
    judged = AnswerSet.of(rows).student_names[judged_students(30, 0)[0]]
    path = written(tmp_path, [*rows, *(row._replace(user="again") for row in rows if row.user == judged)])
    answers = read_answers(path, None, None)
    assert "again" in [answers.student_names[one] for one in training_students(30, 0)]
    said = run(path).stdout
    assert "Training students whose answers are those of a judged student, too: 1. They were trained on" in said
    told = json.loads(run(path, "--json", "--without-twins").stdout)
    assert (told["twins"], told["without_twins"]) == (1, True)
    assert told["model"] != json.loads(run(path, "--json").stdout)["model"]


def test_a_matrix_is_read(file: Path, tmp_path: Path) -> None:
    matrix = tmp_path / "q.csv"
    matrix.write_text("item_id,base_skill\ni1,b1\ni1,b2\n")
    assert run(file, "--q-matrix", matrix).exit_code == 0
    answers = read_answers(file, matrix, None)
    one = answers.item_names.index("i1")
    assert answers.base_offsets[one + 1] - answers.base_offsets[one] == 2


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--fold", "5"], "'--fold': 5 is not in the range"),
        (["--folds", "4"], "'--folds'"),
        (["--fold", "1", "--folds", "5"], "give one of them"),
        (["--timestamps", "days"], "'--timestamps'"),
    ],
)
def test_wrong_options_end_with_code_2(file: Path, words: list[str], says: str) -> None:
    refused = run(file, *words)
    assert refused.exit_code == 2
    assert says in refused.stderr


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("user_id,item_id,timestamp,correct,skill_id\n", "answers.csv: there are no answers"),
        ("user_id,item_id,timestamp,correct,skill_id\nu,i,0,1,s\n", "students found: 1; 5 folds need at least 5"),
        ("user_id,item_id,timestamp,correct,skill_id\nu,i,0,2,s\n", "line 2, correct: is 2"),
        ("user_id,item_id,correct\n", "lacks the column timestamp, skill_id"),
    ],
)
def test_a_wrong_file_ends_with_code_1_and_a_sentence(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "answers.csv"
    path.write_text(text)
    refused = run(path)
    assert refused.exit_code == 1
    assert says in refused.stderr
    assert refused.stdout == ""


def test_an_estimator_is_fitted_to_the_training_students_alone_and_its_time_counts(file: Path) -> None:
    answers = read_answers(file, None, None)
    seen: list[AnswerSet] = []
    told: list[tuple[int, int]] = []

    def fit(training: AnswerSet, advance: Advance) -> Fitted:
        seen.append(training)
        advance(1, 4)
        return Unfitted()

    ticks = count(0.0, 1.5)
    done = evaluate_fold(
        answers, 2, lambda: next(ticks), fit, lambda step, steps: told.append((step, steps)), pairs=twins(answers)
    )
    trained = answers.select(training_students(40, 2))
    assert seen[0].student_names == trained.student_names
    assert seen[0].y.tolist() == trained.y.tolist()
    assert told == [(1, 4)]
    assert done.figures.seconds == 4.5
    assert done.figures.updates_per_second == done.answers / 1.5
    assert mean_of([done]) == done.figures


@needs_shared
@pytest.mark.shared
def test_a_slice_of_real_answers_is_evaluated(tmp_path: Path) -> None:
    path = tmp_path / "slice.csv"
    with shared("data", "responses", "statics2011", "responses.csv").open() as file:
        path.write_text("".join(line for _, line in zip(range(20_001), file, strict=False)))
    told = json.loads(
        run(path, "--json", "--q-matrix", shared("data", "responses", "statics2011", "q_matrix.csv")).stdout
    )
    assert told["auc"] > 0.6
    assert told["ece"] < 0.06
    assert 0.7 < told["coverage_80"] < 0.9
