"""Calibrating a subject of a district: from its evidence as it was taken in, named by a version, judged, anchored."""

from __future__ import annotations

import pytest
from api_rows import counted, derived
from calibration_world import CODES, ITEMS, STUDENTS, SUBJECT, Class
from conftest_api import NOW
from sqlalchemy import Engine, select

from api.actions.calibration_switch import activate
from api.actions.calibrations import CalibrationsError, Ran, described, listed, run
from api.actions.graph import add_prerequisite
from mastery.estimate import UNCALIBRATED
from mastery.graph import Strength
from mastery.graph.resolve import Resolved
from mastery.measure.evidence_set import EvidenceSet
from mastery.measure.prerequisites import leaning
from mastery.measure.recalibrate import recalibrate
from mastery.measure.search import START
from mastery.sittings import rows_of
from models.calibrations import Calibration, FoundItem, load_model, store_calibration
from models.evidence_store import load_sittings
from models.graph_store import DistrictGraph, load_graph
from models.registry import context
from models.unit_of_work import district_transaction


def key_of(graph: DistrictGraph, code: str) -> int:
    meant = graph.resolve(code)
    assert isinstance(meant, Resolved)
    return graph.ids[meant.target]


def calibrate(engine: Engine, taught: Class, searched: bool = False) -> Ran:
    return run(engine, taught.district_id, SUBJECT, NOW, searched)


def test_a_run_stores_what_the_law_finds_from_the_evidence_and_changes_no_standing(
    taught: Class, engine: Engine
) -> None:
    before = [derived(engine, taught.district_id, key) for key in taught.keys], counted(engine, taught.district_id)
    done = calibrate(engine, taught)
    assert (done.stored, done.drifted) == (True, 0)
    after = [derived(engine, taught.district_id, key) for key in taught.keys], counted(engine, taught.district_id)
    assert after == before
    with district_transaction(engine, taught.district_id) as session:
        key = session.scalars(select(Calibration.id).where(Calibration.version == done.version)).one()
        stored = load_model(session, taught.district_id, key)
        graph, zone = load_graph(session, taught.district_id), context(session, taught.district_id).zone
        sittings = load_sittings(session, taught.district_id, taught.keys, graph.subjects, zone)
    answers = EvidenceSet.of([rows_of([sittings[one, SUBJECT] for one in sorted(taught.keys)])])
    found = recalibrate(answers, START, UNCALIBRATED)
    assert (answers.rows, answers.students, answers.items) == (STUDENTS * 20, STUDENTS, 2 * ITEMS)
    assert sorted(set(zip(answers.weight.tolist(), answers.summed.tolist(), strict=True))) == [
        (0.5, True), (1.0, False),
    ]  # fmt: skip
    assert (stored.hyper, stored.items, stored.targets) == (found.model.hyper, found.model.items, found.model.targets)
    assert stored.version == found.model.version
    assert stored.version.endswith(done.version)


def test_a_run_reads_the_prerequisites_of_the_graph(taught: Class, engine: Engine) -> None:
    with district_transaction(engine, taught.district_id) as session:
        add_prerequisite(session, taught.district_id, *CODES, Strength.SOFT)
        session.commit()
    done = calibrate(engine, taught)
    with district_transaction(engine, taught.district_id) as session:
        graph = load_graph(session, taught.district_id)
        first, second = (key_of(graph, code) for code in CODES)
        zone = context(session, taught.district_id).zone
        sittings = load_sittings(session, taught.district_id, taught.keys, graph.subjects, zone)
    answers = EvidenceSet.of([rows_of([sittings[one, SUBJECT] for one in sorted(taught.keys)])])
    found = recalibrate(answers, START, UNCALIBRATED, {first: (), second: (first,)})
    assert done.version == found.model.digest


def test_a_stored_model_reads_the_graph_as_it_was_and_a_new_graph_is_calibrated_anew(
    taught: Class, engine: Engine
) -> None:
    calibrate(engine, taught)
    with district_transaction(engine, taught.district_id) as session:
        graph = load_graph(session, taught.district_id)
        first, second = (key_of(graph, code) for code in CODES)
        made = session.scalars(select(Calibration)).one()
        plain = load_model(session, taught.district_id, made.id)
        columns = {
            name: getattr(made, name) for name in ("district_id", "subject", "created_at", "answers", "students")
        }
        row = Calibration(**columns, newest=made.newest, figures=made.figures, anchored_to=None)
        model = leaning(plain, {second: (first,)}, 0.5)
        items = {item: FoundItem(1, None) for item in model.items}
        key = store_calibration(session, row, model, items, made.settings["spreads"])
        session.commit()
    with district_transaction(engine, taught.district_id) as session:
        stored = load_model(session, taught.district_id, key)
    assert stored.version == model.version != plain.version
    assert stored.prerequisites == {second: (first,)}
    assert calibrate(engine, taught).version == plain.digest


def test_the_same_evidence_is_not_calibrated_twice(taught: Class, engine: Engine) -> None:
    first = calibrate(engine, taught)
    assert calibrate(engine, taught) == Ran(first.version, False, 0)
    taught.answer(7, seed=3)
    second = calibrate(engine, taught)
    assert second.stored
    with district_transaction(engine, taught.district_id) as session:
        assert [one["version"] for one in listed(session, taught.district_id)] == [second.version, first.version]


def test_what_is_in_force_is_the_scale_of_the_next_one_and_each_item_has_its_drift(
    taught: Class, engine: Engine
) -> None:
    first = calibrate(engine, taught)
    activate(engine, taught.district_id, SUBJECT, first.version, NOW)
    taught.answer(7, seed=3, mean=1.0)
    second = calibrate(engine, taught)
    with district_transaction(engine, taught.district_id) as session:
        newest, oldest = listed(session, taught.district_id, SUBJECT)
        items = described(session, taught.district_id, SUBJECT, second.version)["items"]
        earlier = described(session, taught.district_id, SUBJECT, first.version)["items"]
    assert (newest["anchored_to"], oldest["anchored_to"]) == (first.version, None)
    assert (newest["status"], oldest["status"]) == ("stored", "in force")
    assert [one["drift"] for one in earlier] == [None] * (2 * ITEMS)
    weights = [one["answers"] for one in items]
    assert sum(weights) == STUDENTS * 30
    shift = sum(
        weight * (new["easiness"] - old["easiness"]) for weight, new, old in zip(weights, items, earlier, strict=True)
    ) / sum(weights)
    assert abs(shift) < 1e-12
    for new, old in zip(items, earlier, strict=True):
        error = (new["standard_error"] ** 2 + old["standard_error"] ** 2) ** 0.5
        assert new["drift"] == pytest.approx((new["easiness"] - old["easiness"]) / error)
        assert new["drifted"] is False


def test_figures_are_of_students_held_out_and_calibrated_items_predict_better_than_none(
    taught: Class, engine: Engine
) -> None:
    for day in range(7, 12):
        taught.answer(day, seed=day)
    done = calibrate(engine, taught)
    with district_transaction(engine, taught.district_id) as session:
        held = described(session, taught.district_id, SUBJECT, done.version)["held_out"]
    assert (held["students"], held["answers"]) == (STUDENTS // 5, STUDENTS // 5 * 70)
    assert held["calibrated"]["log_loss"] < held["uncalibrated"]["log_loss"] - 0.02
    assert held["calibrated"]["auc"] > held["uncalibrated"]["auc"] + 0.02
    assert held["in_force"] == held["uncalibrated"]


def test_a_search_looks_for_hyperparameters_and_keeps_them_for_the_next_run(
    taught: Class, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mastery.measure.recalibrate.EVALUATIONS", 6)
    plain, searched = calibrate(engine, taught), calibrate(engine, taught, searched=True)
    assert searched.version != plain.version
    activate(engine, taught.district_id, SUBJECT, searched.version, NOW)
    taught.answer(7, seed=3)
    again = calibrate(engine, taught)
    with district_transaction(engine, taught.district_id) as session:
        settings = [
            described(session, taught.district_id, SUBJECT, one.version)["settings"] for one in (searched, again, plain)
        ]
    assert settings[0]["spreads"] == settings[1]["spreads"]
    assert [one["hyper"]["general_variance"] for one in settings[:2]] == [settings[0]["hyper"]["general_variance"]] * 2
    assert settings[0] != settings[2]


def test_a_subject_without_enough_evidence_is_refused_by_name(taught: Class, engine: Engine) -> None:
    with pytest.raises(CalibrationsError, match="no target has the subject 'Alchemy'; the district has 'Math"):
        run(engine, taught.district_id, "Alchemy", NOW)
    with district_transaction(engine, taught.district_id) as session, pytest.raises(CalibrationsError) as refused:
        described(session, taught.district_id, SUBJECT, "0123")
    assert refused.value.field == "version"
    assert CODES[0] not in str(refused.value)
