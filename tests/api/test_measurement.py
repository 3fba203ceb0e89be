"""Measuring a subject of a district: from its evidence as it was taken in, term by term, with the model in force."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from api_rows import counted, derived
from calibration_world import CODES, ITEMS, STUDENTS, SUBJECT, Class
from conftest_api import NOW, SteppingClock
from factories import new_district
from sqlalchemy import Engine, text

from api.actions import calibrations, measurement
from api.actions.calibration_switch import activate
from api.actions.calibrations import CalibrationsError
from api.actions.measured import NotMeasuredError, items_documents, measured, overview
from api.actions.measurement import Ran, run, subjects_of
from mastery.estimate import UNCALIBRATED, Model, SubjectState, advance
from mastery.sittings import rows_of
from models.calibrations import load_model
from models.evidence_store import load_sittings
from models.graph_store import load_graph
from models.registry import context
from models.roster import Term
from models.unit_of_work import district_transaction


def measure(engine: Engine, taught: Class) -> Ran:
    return run(engine, taught.district_id, SUBJECT, NOW)


def terms(engine: Engine, taught: Class, *days: tuple[str, date, date]) -> None:
    with district_transaction(engine, taught.district_id) as session:
        for title, begins, ends in days:
            session.add(
                Term(
                    district_id=taught.district_id, sourced_id=title, title=title, kind="term", begins_on=begins,
                    ends_on=ends, parent_sourced_id=None, school_year=None,
                )
            )  # fmt: skip
        session.commit()


def by_hand(engine: Engine, taught: Class, model: Model) -> tuple[np.ndarray, np.ndarray]:
    """Each answer and what was said of it before, student by student, straight from the stored evidence."""
    y, said = [], []
    with district_transaction(engine, taught.district_id) as session:
        graph, zone = load_graph(session, taught.district_id), context(session, taught.district_id).zone
        for student in taught.keys:
            sittings = load_sittings(session, taught.district_id, [student], graph.subjects, zone)[student, SUBJECT]
            state = SubjectState.initial(model.hyper)
            for sitting in sittings:
                rows = rows_of([[sitting]])
                done = advance([state], rows.observations(model), model.hyper)
                state = done.states[0]
                y += rows.y
                said += done.prediction.tolist()
    return np.array(y), np.array(said)


def test_figures_are_those_of_an_independent_replay(taught: Class, engine: Engine) -> None:
    done = measure(engine, taught)
    y, said = by_hand(engine, taught, UNCALIBRATED)
    with district_transaction(engine, taught.district_id) as session:
        found, items = measured(session, taught.district_id, SUBJECT, None, 100, None)
        graph = load_graph(session, taught.district_id)
    assert done == Ran(SUBJECT, UNCALIBRATED.version, 2, STUDENTS * 20, STUDENTS, 2 * ITEMS, done.to_look_at, True)
    assert (found["answers"], found["students"], len(y)) == (STUDENTS * 20, STUDENTS, STUDENTS * 20)
    assert (found["version"], found["calibrated"], found["in_force"]) == (UNCALIBRATED.version, False, True)
    assert found["success"]["brier"] == pytest.approx(float(np.mean((y - said) ** 2)))
    assert found["success"]["log_loss"] == pytest.approx(-float(np.mean(y * np.log(said) + (1 - y) * np.log(1 - said))))
    ranked = np.sort(said)
    points, place = found["success"]["points"], 0
    for one in points:
        part = ranked[place : place + one["came"]["count"]]
        assert one["said"] == pytest.approx(part.mean())
        place += one["came"]["count"]
    assert place == len(y)
    for one in found["tenths"]:
        rows = np.floor(said * 10 + 0.5) == one["tenths"]
        assert (one["came"]["count"], one["came"]["value"]) == (rows.sum(), pytest.approx(y[rows].mean()))
    assert sum(one.row.answers for one in items) == len(y)
    right = sum(one.row.observed * one.row.answers for one in items)
    expected = sum(one.row.expected * one.row.answers for one in items)
    assert (right, expected) == pytest.approx((y.sum(), said.sum()))
    assert len(graph.subjects) == 2


def test_nothing_of_a_student_changes(taught: Class, engine: Engine) -> None:
    before = counted(engine, taught.district_id), derived(engine, taught.district_id, taught.keys[3])
    measure(engine, taught)
    assert (counted(engine, taught.district_id), derived(engine, taught.district_id, taught.keys[3])) == before


def test_the_model_in_force_is_the_one_that_is_measured(taught: Class, engine: Engine) -> None:
    plain = measure(engine, taught)
    version = calibrations.run(engine, taught.district_id, SUBJECT, NOW).version
    assert measure(engine, taught) == Ran(*_fields(plain)[:-1], False)
    activate(engine, taught.district_id, SUBJECT, version, NOW)
    with district_transaction(engine, taught.district_id) as session:
        found, _ = measured(session, taught.district_id, SUBJECT, None, 100, None)
        assert not found["in_force"]
    calibrated = measure(engine, taught)
    assert calibrated.stored
    assert calibrated.version.endswith(version)
    with district_transaction(engine, taught.district_id) as session:
        found, items = measured(session, taught.district_id, SUBJECT, None, 100, None)
        made = calibrations.listed(session, taught.district_id, SUBJECT)
        key = calibrations.chosen(session, taught.district_id, SUBJECT, version)
        model = load_model(session, taught.district_id, key)
    y, said = by_hand(engine, taught, model)
    assert found["success"]["brier"] == pytest.approx(float(np.mean((y - said) ** 2)))
    assert (found["in_force"], found["calibrated"], found["after_calibration"]) == (True, True, 0)
    assert made[0]["status"] == "in force"
    for one in items_documents(items):
        with_ = one["read_with"]
        assert with_["difficulty"] == pytest.approx(-with_["easiness"] / with_["slope"])
        assert with_["standard_error"] > 0.0
    assert sum(one["count"] for one in found["item_map"]["items"]) == 2 * ITEMS
    assert sum(one["count"] for one in found["item_map"]["students"]) == STUDENTS


def _fields(done: Ran) -> tuple[object, ...]:
    return tuple(getattr(done, name) for name in Ran.__slots__)


def test_the_same_evidence_is_stored_once_and_new_evidence_takes_its_place(taught: Class, engine: Engine) -> None:
    assert measure(engine, taught).stored
    assert not measure(engine, taught).stored
    taught.answer(7, seed=3)
    assert measure(engine, taught).stored
    with district_transaction(engine, taught.district_id) as session:
        found, _ = measured(session, taught.district_id, SUBJECT, None, 100, None)
        count = session.execute(text("SELECT count(*) FROM measurement")).scalar_one()
    assert (found["answers"], count) == (STUDENTS * 30, 2)


def test_terms_are_the_rosters_and_a_calibration_knows_what_came_after_it(
    taught: Class, engine: Engine, clock: SteppingClock
) -> None:
    version = calibrations.run(engine, taught.district_id, SUBJECT, NOW).version
    activate(engine, taught.district_id, SUBJECT, version, NOW)
    clock.now += timedelta(days=10)
    taught.answer(28, seed=9, performed_at="2026-11-28T09:12:00-05:00", scored_at="2026-11-28T09:12:00-05:00")
    first, second = (date(2026, 10, 1), date(2026, 10, 5)), (date(2026, 10, 6), date(2026, 12, 1))
    terms(engine, taught, ("First", *first), ("Second", *second), ("Later", date(2027, 1, 1), date(2027, 6, 1)))
    measure(engine, taught)
    with district_transaction(engine, taught.district_id) as session:
        found, items = measured(session, taught.district_id, SUBJECT, "2026-10-06--2026-12-01", 5, None)
        assert [(one["title"], one["answers"]) for one in found["terms"]] == [
            (None, STUDENTS * 30), ("Second", STUDENTS * 20), ("First", STUDENTS * 10),
        ]  # fmt: skip
        assert (found["term"]["title"], found["answers"]) == ("Second", STUDENTS * 20)
        assert found["after_calibration"] == STUDENTS * 10
        assert len(items) == 6
        begun, _ = measured(session, taught.district_id, SUBJECT, "2026-10-01--2026-10-05", 5, None)
        # after one quiz on each target nothing was promised yet
        assert (begun["promises"], begun["mastery"], begun["coverage"]["share"]) == (0, None, None)
        with pytest.raises(NotMeasuredError, match="there are all, 2026-10-06--2026-12-01, 2026-10-01--2026-10-05"):
            measured(session, taught.district_id, SUBJECT, "2027", 5, None)


def test_questions_that_mislead_come_first_with_their_reasons(taught: Class, engine: Engine) -> None:
    for day in range(7, 12):
        taught.answer(day, seed=day, fixed={0: 1.0, 5: 0.0})
    done = measure(engine, taught)
    with district_transaction(engine, taught.district_id) as session:
        found, items = measured(session, taught.district_id, SUBJECT, None, 100, None)
    reasons = [list(one.row.reasons) for one in items]
    assert found["to_look_at"] == done.to_look_at == sum(1 for one in reasons if one) >= 4
    assert all(reasons[: done.to_look_at])
    assert not any(reasons[done.to_look_at :])
    by_item = {one.item: list(one.row.reasons) for one in items}
    # a question that is right less often than it was expected to be, since nothing is calibrated
    assert all("harder" in by_item[f"{code}-q5"] for code in CODES)
    with district_transaction(engine, taught.district_id) as session:
        _, rest = measured(session, taught.district_id, SUBJECT, None, 100, items[2].row.place)
    assert [one.item for one in rest] == [one.item for one in items[3:]]


def test_drift_is_that_of_the_calibration_in_force(taught: Class, engine: Engine) -> None:
    first = calibrations.run(engine, taught.district_id, SUBJECT, NOW).version
    activate(engine, taught.district_id, SUBJECT, first, NOW)
    taught.answer(7, seed=3)
    second = calibrations.run(engine, taught.district_id, SUBJECT, NOW).version
    activate(engine, taught.district_id, SUBJECT, second, NOW)
    measure(engine, taught)
    with district_transaction(engine, taught.district_id) as session:
        found, items = measured(session, taught.district_id, SUBJECT, None, 100, None)
        stored = {
            (one["assessment"], one["item"]): one["drift"]
            for one in calibrations.described(session, taught.district_id, SUBJECT, second)["items"]
        }
    assert {(one.assessment, one.item): one.row.drift for one in items} == stored
    assert found["drift"]["items"] == 2 * ITEMS
    drifts = [one["drift"] for one in found["drift"]["farthest"]]
    assert drifts == sorted(stored.values())


def test_what_can_not_be_measured_is_refused_by_name(taught: Class, engine: Engine) -> None:
    with pytest.raises(CalibrationsError, match="no target has the subject 'Alchemy'"):
        run(engine, taught.district_id, "Alchemy", NOW)
    with district_transaction(engine, taught.district_id) as session:
        assert subjects_of(session, taught.district_id) == [SUBJECT]
        assert overview(session, taught.district_id) == {}
        with pytest.raises(NotMeasuredError, match="'Mathematics' is not measured yet"):
            measured(session, taught.district_id, SUBJECT, None, 5, None)


def test_another_district_sees_nothing_of_it(taught: Class, engine: Engine) -> None:
    measure(engine, taught)
    other = new_district(engine)
    with district_transaction(engine, other) as session:
        assert overview(session, other) == {}
        assert overview(session, taught.district_id) == {}


def test_two_runs_at_once_leave_one_measurement(taught: Class, engine: Engine) -> None:
    measure(engine, taught)
    taught.answer(7, seed=3)
    start = threading.Barrier(2)

    def go(_: int) -> Ran:
        start.wait(10)
        return measure(engine, taught)

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(go, range(2)))
    assert sorted(one.stored for one in done) == [False, True]
    with district_transaction(engine, taught.district_id) as session:
        assert session.execute(text("SELECT count(*) FROM measurement")).scalar_one() == 2
        assert session.execute(text("SELECT count(*) FROM item_measurement")).scalar_one() == 2 * 2 * ITEMS


def test_a_run_that_saw_less_does_not_replace_one_that_saw_more(
    taught: Class, engine: Engine, clock: SteppingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The slow one has read; before it stores, results come in and another one is done."""
    slow = measurement.term_report

    def overtaken(*arguments: Any) -> Any:
        monkeypatch.setattr(measurement, "term_report", slow)
        clock.now += timedelta(hours=1)
        taught.answer(7, seed=3)
        assert measure(engine, taught).stored
        return slow(*arguments)

    monkeypatch.setattr(measurement, "term_report", overtaken)
    assert not measure(engine, taught).stored
    with district_transaction(engine, taught.district_id) as session:
        found, _ = measured(session, taught.district_id, SUBJECT, None, 5, None)
    assert found["answers"] == STUDENTS * 30
