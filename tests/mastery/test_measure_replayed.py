"""What was said before each answer, and the report of a term made of it: nothing that came later has a part in it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from mastery.estimate import UNCALIBRATED, Head, ItemParameters, Model, SubjectState, advance
from mastery.measure.evidence_set import EvidenceSet
from mastery.measure.replayed import Replayed
from mastery.measure.term_report import term_report
from mastery.sittings import Rows

STUDENTS, SITTINGS, EACH = 24, 6, 3
TARGETS = (7, 9)
_COLUMNS = ("sitting", "item", "target", "y", "weight", "guessing", "points", "day", "summed")
BARS = {7: 0.75, 9: 0.6}


def _evidence(seed: int = 4, students: int = STUDENTS) -> EvidenceSet:
    """Sittings of three answers on each of two targets in turn, every other one without feedback."""
    random = np.random.default_rng(seed)
    rows = Rows()
    for student in range(students):
        for number in range(SITTINGS):
            for target in TARGETS:
                rows.sitting += [2 * number + (target == 9)] * EACH
                rows.target += [target] * EACH
                rows.item += (100 * target + random.permutation(8)[:EACH]).tolist()
                rows.y += (random.random(EACH) < 0.4 + 0.5 * student / students).astype(float).tolist()
                rows.weight += [1.0] * EACH
                rows.guessing += [0.0] * EACH
                rows.points += [1.0] * EACH
                rows.day += [20_700.0 + number] * EACH
                rows.summed += [number % 2 == 1] * EACH
        rows.offsets.append(len(rows.target))
    return EvidenceSet.of([rows])


def _model() -> Model:
    items = {100 * target + n: ItemParameters(1.0, 0.4 * n - 1.2, 0.1) for target in TARGETS for n in range(7)}
    return Model(UNCALIBRATED.hyper, items, {}, Head(constant=0.1, centre=0.9))


def test_each_success_is_what_the_answers_before_it_say() -> None:
    """The oracle hands the filter one sitting at a time, each after the state that the earlier ones left."""
    answers, model = _evidence(), _model()
    found = Replayed.of(answers, model, BARS)
    said = []
    for student in range(0, STUDENTS, 5):
        one = answers.select([student])
        state = SubjectState.initial(model.hyper)
        for sitting in range(2 * SITTINGS):
            rows = np.flatnonzero(one.sitting == sitting)
            columns = {name: getattr(one, name)[rows] for name in _COLUMNS}
            part = replace(one, offsets=np.array([0, len(rows)]), **columns)
            done = advance([state], part.observations(model), model.hyper)
            state = done.states[0]
            said.append(done.prediction)
    mine = np.isin(answers.student, range(0, STUDENTS, 5))
    assert found.success[mine].tolist() == np.concatenate(said).tolist()


def test_later_answers_change_nothing_that_was_said() -> None:
    answers, model = _evidence(), _model()
    later = answers.day > 20_702.5
    other = replace(answers, y=np.where(later, 1.0 - answers.y, answers.y))
    one, two = Replayed.of(answers, model, BARS), Replayed.of(other, model, BARS)
    # a sitting without feedback is expected as a whole from what was known before it
    first = ~later | (answers.sitting == 6)
    assert one.success[first].tolist() == two.success[first].tolist()
    assert one.success[later].tolist() != two.success[later].tolist()


def test_promises_are_made_before_a_sitting_with_the_bar_of_the_target() -> None:
    answers, model = _evidence(), _model()
    promises = Replayed.of(answers, model, BARS).promises
    starts = np.flatnonzero(np.r_[True, answers.sitting[1:] != answers.sitting[:-1]])
    assert np.isin(promises.row, starts).all()
    # of six sittings the first says too little, and after the last one nothing comes
    assert len(promises.row) == STUDENTS * len(TARGETS) * (SITTINGS - 1)
    assert sorted(set(promises.earlier.tolist())) == [3, 6, 9, 12, 15]
    for place in range(0, len(promises.row), 37):
        row = promises.row[place]
        same = (answers.student == answers.student[row]) & (answers.target == answers.target[row])
        following = answers.y[(np.arange(answers.rows) >= row) & same][:5]
        bar = BARS[int(answers.target_ids[answers.target[row]])]
        assert promises.reached[place] == (following.mean() >= bar - 1e-9)
    lower = Replayed.of(answers, model, dict.fromkeys(TARGETS, 0.3)).promises
    assert (lower.chance >= promises.chance).all()


def test_a_report_adds_up_and_its_terms_make_the_whole() -> None:
    answers, model = _evidence(), _model()
    replayed = Replayed.of(answers, model, BARS)
    drift = np.full(answers.items, np.nan)
    early = answers.day < 20_703.0
    parts = [term_report(replayed, within, model, drift) for within in (early, ~early, np.ones_like(early))]
    (first, _), (second, _), (whole, items) = parts
    assert first.answers + second.answers == whole.answers == answers.rows
    assert first.promises + second.promises == whole.promises == len(replayed.promises.row)
    assert whole.success is not None
    assert sum(one.came.count for one in whole.success.points) == answers.rows
    assert answers.rows - 50 < sum(one.came.count for one in whole.tenths) <= answers.rows
    assert whole.coverage is not None
    assert sum(one.share.count for one in whole.coverages) == whole.coverage.count == whole.promises
    assert whole.coverage.value == pytest.approx(replayed.promises.covered.mean())
    assert sum(one.answers for one in items) == answers.rows
    assert (whole.left_out, len(items)) == (0, 16)
    assert whole.items is not None
    # one item of eight on each target is not calibrated, and stands nowhere
    assert sum(one.count for one in whole.items.items) == 14
    assert sum(one.count for one in whole.items.students) == STUDENTS


def test_of_nine_students_only_their_number_and_that_of_their_answers_is_told() -> None:
    answers, model = _evidence(students=9), _model()
    report, items = term_report(
        Replayed.of(answers, model, BARS), np.ones(answers.rows, np.bool_), model, np.full(answers.items, np.nan)
    )
    assert (report.answers, report.students, report.left_out, items) == (answers.rows, 9, answers.items, [])
    assert (report.success, report.mastery, report.coverage, report.items) == (None, None, None, None)
    assert (report.tenths, report.mastery_tenths, report.coverages) == ((), (), ())


def test_students_too_new_for_a_promise_have_none() -> None:
    answers, model = _evidence(), _model()
    first = answers.day < 20_700.5
    report, _ = term_report(Replayed.of(answers, model, BARS), first, model, np.full(answers.items, np.nan))
    assert (report.promises, report.mastery, report.coverage, report.coverages) == (0, None, None, ())
    assert report.success is not None
