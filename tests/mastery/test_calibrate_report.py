"""The report says item by item what was found, and what to look at."""

from __future__ import annotations

import dataclasses
import re

import numpy as np
import pytest
from calibration_banks import simulated

from mastery.calibrate import Answers, Calibration, calibrate_em, remarks, report

BANK = simulated(400, 6, 1.0, 3)


@pytest.fixture(scope="module")
def found() -> Calibration:
    rows = [*zip(BANK.student.tolist(), BANK.item.tolist(), BANK.y.tolist(), strict=True), (0, 77, 1)]
    rows += [(student, 88, 1) for student in range(5)]
    return calibrate_em(Answers.build(*zip(*rows, strict=True)))


def test_items_come_from_easy_to_hard_with_their_numbers(found: Calibration) -> None:
    lines = report(found, "Fractions").splitlines()
    assert lines[0] == "Fractions"
    assert lines[1] == "400 students, 6 items, 2,400 answers"
    assert lines[4] == "2 items dropped, 0 slopes held at a bound"
    rows = [line.split() for line in lines[7:13]]
    hardest = int(np.argmax(found.difficulty))
    assert [row[0] for row in rows] == [str(found.items[j]) for j in np.argsort(found.difficulty)]
    assert rows[-1][1] == "400"
    assert float(rows[-1][3]) == pytest.approx(found.slope[hardest], abs=0.005)
    assert float(rows[-1][5]) == pytest.approx(found.difficulty[hardest], abs=0.005)
    assert float(rows[-1][6]) == pytest.approx(found.difficulty_se[hardest], abs=0.005)


def test_what_was_dropped_is_listed_by_its_reason(found: Calibration) -> None:
    text = report(found, "Fractions")
    assert "Dropped, answered once (1): 77" in text
    assert "Dropped, everybody was right (1): 88" in text
    assert "How to read it" in text
    assert max(map(len, text.splitlines())) <= 120


def test_columns_stand_below_each_other(found: Calibration) -> None:
    lines = report(found, "Fractions").splitlines()[6:13]
    ends = [[match.end() for match in re.finditer(r"\S+", line)][1:9] for line in lines]
    assert ends.count(ends[0]) == len(lines)


def test_remarks_say_what_to_look_at(found: Calibration) -> None:
    plain = dataclasses.replace(found, bend=np.zeros(6), misfit=np.full(6, 0.01))
    assert remarks(plain) == [[]] * 6
    marked = dataclasses.replace(
        plain,
        slope=np.array([0.1, 6.0, 1, 1, 1, 1]),
        clipped=np.array([True, True, False, False, False, False]),
        misfit=np.array([0, 0, 0.11, 0, 0, 0]),
        bend=np.array([0, 0, 0, 2.6, -2.6, np.nan]),
        covariance=np.array([np.eye(2) * (0.17 if j == 5 else 0.01) for j in range(6)]),
    )
    assert remarks(marked) == [
        ["slope held at 0.1: check the key"],
        ["slope held at 6.0: too few answers?"],
        ["does not follow its curve"],
        ["bends up: guessing?"],
        ["bends down: abler students lose it?"],
        ["too few answers to know the slope"],
    ]
    few = dataclasses.replace(marked, answers=np.full(6, 50))
    assert remarks(few)[2] == []
    assert "-" in report(marked, "x").splitlines()[7 + np.argsort(marked.difficulty, kind="stable").tolist().index(5)]
