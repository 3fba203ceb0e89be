"""The estimators of the literature are what they say, and none of them sees a later answer."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Iterator
from itertools import pairwise, product
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from answer_sets import Given, made_up
from scipy.sparse import csr_array
from scipy.special import expit
from shared_data import needs_shared, shared

from api.actions.evaluation import read_answers
from mastery.measure import AnswerSet, judged_students, metrics, training_students

NAMES = ["skill mean", "BKT", "PFA", "Elo", "Best-LR"]


@pytest.fixture(scope="module")
def bench() -> Iterator[ModuleType]:
    """The package of the benchmarks, which only its commands have on their path."""
    before = sys.path[:]
    sys.path.append(str(Path(__file__).resolve().parents[2] / "scripts" / "lib"))
    try:
        import bench.compare
        import bench.estimators.counts
        import bench.estimators.logistic

        yield bench
    finally:
        sys.path[:] = before


def small() -> tuple[AnswerSet, AnswerSet]:
    """Training and other students, items of one to three base targets."""
    matrix = {f"i{item}": [f"b{item % 4}", f"b{item % 3}", "b9"][: 1 + item % 3] for item in range(40)}
    answers = AnswerSet.of(made_up(40, 1500, seed=3), matrix)
    return answers.select(training_students(40, 0)), answers.select(judged_students(40, 0))


@pytest.mark.parametrize("name", NAMES)
def test_a_prediction_depends_on_that_students_earlier_answers_alone(bench: ModuleType, name: str) -> None:
    training, test = small()
    predict = bench.compare._LITERATURE[name](training)
    said = predict(test)
    assert ((said > 0.0) & (said < 1.0)).all()
    row = int(test.offsets[3]) + 11
    changed = test.y.copy()
    changed[row : test.offsets[4]] = 1.0 - changed[row : test.offsets[4]]
    after = predict(dataclasses.replace(test, y=changed))
    assert np.array_equal(said[: row + 1], after[: row + 1])
    assert np.array_equal(said[test.offsets[4] :], after[test.offsets[4] :])
    alone = predict(test.select([3]))
    assert alone == pytest.approx(said[test.offsets[3] : test.offsets[4]], abs=1e-12)


def test_skill_means_are_shares_of_training_students(bench: ModuleType) -> None:
    rows = [
        Given("a", "i", "s1", 1.0),
        Given("a", "i", "s1", 0.0),
        Given("b", "j", "s2", 1.0),
        Given("c", "k", "s3", 0.0),
    ]
    answers = AnswerSet.of(rows)
    predict = bench.estimators.skill_mean.fit(answers.select([0, 1]))
    assert predict(answers).tolist() == [0.5, 0.5, 1.0, pytest.approx(2 / 3)]


def test_counts_before_an_answer_are_those_of_a_plain_count(bench: ModuleType) -> None:
    counts = bench.estimators.counts
    answers, _ = small()
    which, attempts, wins = (part.toarray() for part in counts.base_columns(answers))
    items, totals = counts.item_counts(answers).toarray(), counts.total_counts(answers).toarray()
    for row in range(0, answers.rows, 7):
        item = answers.item[row]
        bases = answers.base[answers.base_offsets[item] : answers.base_offsets[item + 1]].tolist()
        earlier = range(int(answers.offsets[answers.student[row]]), row)
        for base in range(answers.base_targets):
            same = [
                one
                for one in earlier
                if base
                in answers.base[answers.base_offsets[answers.item[one]] : answers.base_offsets[answers.item[one] + 1]]
            ]
            mine = base in bases
            assert which[row, base] == mine
            assert attempts[row, base] == pytest.approx(np.log1p(len(same)) * mine)
            assert wins[row, base] == pytest.approx(np.log1p(answers.y[same].sum()) * mine)
        again = [one for one in earlier if answers.item[one] == item]
        assert items[row].tolist() == pytest.approx(np.log1p([len(again), answers.y[again].sum()]))
        assert totals[row].tolist() == pytest.approx(np.log1p([len(earlier), answers.y[list(earlier)].sum()]))


def test_a_regression_ends_where_its_loss_is_flat(bench: ModuleType) -> None:
    random = np.random.default_rng(5)
    table = random.normal(size=(400, 6)) * (random.random((400, 6)) < 0.5)
    y = (random.random(400) < expit(table @ np.array([1.0, -2.0, 0.5, 0.0, 3.0, 0.2]) + 0.7)).astype(float)
    fitted = bench.estimators.logistic.Logistic(csr_array(table), y)
    residual = fitted.predict(csr_array(table)) - y
    assert table.T @ residual + fitted.weights == pytest.approx(np.zeros(6), abs=0.1)
    assert residual.sum() == pytest.approx(0.0, abs=0.1)

    def loss(weights: np.ndarray, intercept: float) -> float:
        logits = table @ weights + intercept
        return float(np.sum(np.logaddexp(0.0, logits) - y * logits) + weights @ weights / 2.0)

    least = loss(fitted.weights, fitted.intercept)
    for _ in range(50):
        assert loss(fitted.weights + random.normal(0.0, 0.1, 6), fitted.intercept + random.normal(0.0, 0.1)) > least


def test_elo_is_its_definition(bench: ModuleType) -> None:
    answers, _ = small()
    difficulty = np.linspace(-1.0, 1.0, answers.items)
    plain = difficulty.tolist()
    met: dict[int, int] = {}
    expected = []
    for student in range(answers.students):
        general, own, practised = 0.0, {}, {}
        for number, row in enumerate(range(int(answers.offsets[student]), int(answers.offsets[student + 1]))):
            item, target = int(answers.item[row]), int(answers.target[row])
            chance = float(expit(general + own.get(target, 0.0) - plain[item]))
            expected.append(chance)
            surprise = float(answers.y[row]) - chance
            general += 0.4 / (1.0 + 0.05 * number) * surprise
            own[target] = own.get(target, 0.0) + 0.4 / (1.0 + 0.05 * practised.get(target, 0)) * surprise
            plain[item] -= 0.4 / (1.0 + 0.05 * met.get(item, 0)) * surprise
            practised[target] = practised.get(target, 0) + 1
            met[item] = met.get(item, 0) + 1
    assert bench.estimators.elo._run(answers, difficulty, 0.4, 0.05, True) == pytest.approx(expected)
    assert difficulty.tolist() == pytest.approx(plain)


def paths(right: list[int], model: np.ndarray) -> Iterator[tuple[tuple[int, ...], float]]:
    """Every path of a student through not knowing (0) and knowing (1), with its chance together with the answers."""
    known, learned, guess, slip = model
    for path in product((0, 1), repeat=len(right)):
        chance = known if path[0] else 1.0 - known
        for before, after in pairwise(path):
            chance *= (1.0 if after else 0.0) if before else (learned if after else 1.0 - learned)
        for state, y in zip(path, right, strict=True):
            correct = 1.0 - slip if state else guess
            chance *= correct if y else 1.0 - correct
        yield path, chance


MODEL = np.array([0.3, 0.2, 0.25, 0.1])
SEQUENCES = [[0, 1, 1, 0, 1], [1, 1], [0, 0, 0, 1], [1]]


def columns() -> tuple[np.ndarray, np.ndarray]:
    return np.cumsum([0, *map(len, SEQUENCES)]), np.array([y for some in SEQUENCES for y in some])


def test_a_round_of_knowledge_tracing_is_that_of_all_paths(bench: ModuleType) -> None:
    first = moved = could = 0.0
    answers, rights = [0.0, 0.0], [0.0, 0.0]
    for some in SEQUENCES:
        weighed = list(paths(some, MODEL))
        total = sum(chance for _, chance in weighed)
        for path, chance in weighed:
            share = chance / total
            first += share * path[0]
            for before, after in pairwise(path):
                could += share * (before == 0)
                moved += share * (before == 0 and after == 1)
            for state, y in zip(path, some, strict=True):
                answers[state] += share
                rights[state] += share * y
    expected = [first / len(SEQUENCES), moved / could, rights[0] / answers[0], 1.0 - rights[1] / answers[1]]
    assert bench.estimators.bkt.maximise(*columns(), MODEL, 1) == pytest.approx(expected, abs=1e-9)


def test_knowledge_tracing_predicts_what_all_paths_say(bench: ModuleType) -> None:
    start, right = columns()
    expected = []
    for some in SEQUENCES:
        for place in range(len(some)):
            before = sum(chance for _, chance in paths(some[:place], MODEL)) if place else 1.0
            expected.append(sum(chance for _, chance in paths([*some[:place], 1], MODEL)) / before)
    said = bench.estimators.bkt._trace(start, right, np.tile(MODEL, (len(right), 1)))
    assert said == pytest.approx(expected, abs=1e-9)


def test_knowledge_tracing_finds_the_model_that_made_the_answers(bench: ModuleType) -> None:
    random = np.random.default_rng(2)
    students, length = 4000, 10
    known = random.random(students) < 0.3
    right = np.empty((students, length), np.int64)
    for place in range(length):
        right[:, place] = random.random(students) < np.where(known, 0.9, 0.2)
        known |= random.random(students) < 0.15
    start = np.arange(students + 1) * length
    found = bench.estimators.bkt.maximise(start, right.ravel(), np.array(bench.estimators.bkt.START))
    assert found == pytest.approx([0.3, 0.15, 0.2, 0.1], abs=0.03)


@needs_shared
@pytest.mark.shared
@pytest.mark.parametrize(("name", "auc"), [("skill mean", 0.6199), ("BKT", 0.6987), ("Elo", 0.8098)])
def test_on_statics_fold_0_they_are_as_good_as_others_found(bench: ModuleType, name: str, auc: float) -> None:
    """The skill mean and BKT to .002 of published comparisons on the same split; Elo as it was when written."""
    answers = read_answers(shared("data", "responses", "statics2011", "responses.csv"), None, None)
    test = answers.select(judged_students(answers.students, 0))
    said = bench.compare._LITERATURE[name](answers.select(training_students(answers.students, 0)))(test)
    assert metrics.auc(test.y, said) == pytest.approx(auc, abs=0.002)
