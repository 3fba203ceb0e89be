"""The numbers of tutors that districts come from: OATutor, MasteryTrace, ALOSI, Kolibri, and a stopping gate."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

import pytest
from method_records import one_by_one, scored, with_items
from shared_data import needs_shared, shared

from mastery.methods import METHODS, choose, say
from mastery.methods.alosi import alosi_grade
from mastery.methods.bkt import Bkt, traced
from mastery.methods.kolibri import WRONG_THAT_NEED_HELP, m_of_n, needs_help, shown_as_help_needed
from mastery.methods.oatutor import lesson_score
from mastery.numbers import exact

pytestmark = [needs_shared, pytest.mark.shared]


def vectors(name: str) -> dict[str, Any]:
    """A file of vectors."""
    return dict(json.loads(shared("vectors", f"{name}.json").read_text()))


def value(name: str, answers: list[float], parameters: dict[str, float] | None = None) -> float:
    """What a method says of answers one by one."""
    given = {one: str(number) for one, number in (parameters or {}).items()}
    found = say(choose(name, given), one_by_one(answers)).value
    assert found is not None
    return float(found)


def test_every_oatutor_vector_passes() -> None:
    tutor = vectors("bkt_oatutor_and_masterytrace")["oatutor"]
    assert len(tutor["vectors"]) == 10
    given = choose("OATUTOR_BKT").given
    assert {name: given[name] for name in tutor["default_params"]} == {
        name: exact(one) for name, one in tutor["default_params"].items()
    }
    assert given["mastered_from"] == exact(tutor["mastery_threshold"])
    for case in tutor["vectors"]:
        answers = case["sequence"]
        found = [value("OATUTOR_BKT", answers[:n]) for n in range(1, len(answers) + 1)]
        assert found == pytest.approx(case["mastery_after_each"], abs=1e-9)
        assert say(choose("OATUTOR_BKT"), one_by_one(answers)).mastered is case["mastered_at_0_95"]


def test_a_lesson_of_oatutor_is_the_mean_of_its_skills() -> None:
    assert vectors("bkt_oatutor_and_masterytrace")["oatutor"]["lesson_score"] == "mean of the lesson skills"
    assert lesson_score([0.99, 0.5]) == pytest.approx(0.745)
    assert lesson_score([]) is None


def test_every_masterytrace_vector_passes() -> None:
    trace = vectors("bkt_oatutor_and_masterytrace")["masterytrace"]
    given = choose("MASTERYTRACE_BKT").given
    assert {name: given[name] for name in trace["params"]} == {n: exact(one) for n, one in trace["params"].items()}
    answers = trace["sequence"]
    found = [value("MASTERYTRACE_BKT", answers[:n]) for n in range(1, len(answers) + 1)]
    assert found == pytest.approx([float(Fraction(one)) for one in trace["expected_fractions"]], abs=trace["tolerance"])
    assert found == pytest.approx(trace["expected"], abs=trace["tolerance"])


def test_masterytrace_keeps_its_properties() -> None:
    right = [value("MASTERYTRACE_BKT", [1] * n) for n in range(1, 6)]
    assert right == sorted(set(right))
    assert right[-1] > 0.99
    assert 0 < value("MASTERYTRACE_BKT", [0] * 5) < 0.2
    records = one_by_one([1, 0, 1])
    assert say(choose("MASTERYTRACE_BKT"), records[::-1]) == say(choose("MASTERYTRACE_BKT"), records)


def test_two_tutors_report_the_same_model_before_and_after_its_learning_step() -> None:
    shared_model = {"prior": 0.4, "transit": 0.3, "slip": 0.1, "guess": 0.2}
    told = [value(name, [1, 0], shared_model) for name in ("MASTERYTRACE_BKT", "OATUTOR_BKT")]
    assert told == pytest.approx([33 / 89, 33 / 89 + 56 / 89 * 0.3])


def test_every_alosi_vector_passes() -> None:
    engine = vectors("alosi_partial_credit_bkt")
    assert len(engine["vectors"]) == 15
    for case in engine["vectors"]:
        model = Bkt(case["prior"], case["transit"], case["slip"], case["guess"])
        ((_, after),) = traced([case["score"]], model)
        assert after == pytest.approx(case["posterior"], abs=1e-9)
        named = {name: case[name] for name in ("prior", "transit", "slip", "guess")}
        assert value("ALOSI_BKT", [case["score"]], named) == after
    defaults = choose("ALOSI_BKT").given
    for ours, theirs in (("guess", "guess"), ("slip", "slip"), ("transit", "transit")):
        assert defaults[ours] == exact(engine["defaults"][theirs])
    assert defaults["mastered_from"] == exact(engine["defaults"]["mastery_threshold"])


def test_every_grade_of_alosi_passes() -> None:
    cases = vectors("alosi_partial_credit_bkt")["grade_vectors"]
    assert len(cases) == 4
    for case in cases:
        assert alosi_grade(case["masteries"], case["priors"]) == pytest.approx(case["expected"])
    assert alosi_grade([], []) is None


def test_every_kolibri_vector_passes() -> None:
    cases = vectors("kolibri_mastery_and_needs_help")["vectors"]
    assert len(cases) == 12
    for case in cases:
        answers, correct, of = case["first_attempt_results_oldest_to_newest"], case["m"], case["n"]
        progress = m_of_n([bool(one) for one in answers], correct, of)
        assert float(progress) == pytest.approx(case["progress"], abs=5e-7)
        said = say(choose("KOLIBRI_M_OF_N", {"correct": str(correct), "of": str(of)}), one_by_one(answers))
        assert said.value == (progress * 100 if answers else None)
        assert bool(said.mastered) is case["mastered"]
        if correct == of:
            assert say(choose("KOLIBRI_IN_A_ROW", {"count": str(of)}), one_by_one(answers)) == said


def test_every_row_length_of_kolibri_can_be_chosen() -> None:
    models = vectors("kolibri_mastery_and_needs_help")["models"]
    lengths = {pair[0] for name, pair in models.items() if name.startswith("num_correct_in_a_row")}
    assert lengths == {2, 3, 5, 10}
    for length in lengths:
        assert say(choose("KOLIBRI_IN_A_ROW", {"count": str(length)}), one_by_one([1] * length)).mastered is True


def test_once_mastered_a_kolibri_exercise_stays_so() -> None:
    answers = [1, 1, 1, 0, 0, 0]
    assert say(choose("KOLIBRI_IN_A_ROW", {"count": "3"}), one_by_one(answers)).mastered is True


def test_every_learner_who_needs_help_in_kolibri_does() -> None:
    help_rule = vectors("kolibri_mastery_and_needs_help")["needs_help"]
    assert help_rule["threshold"] == WRONG_THAT_NEED_HELP
    for case in help_rule["vectors"]:
        assert needs_help(case["incorrect_by_attempt"]) is case["flag"]
    for case in help_rule["shown_status"]:
        shown = shown_as_help_needed(case["flag_at"], case["completed_at"])
        assert ("HelpNeeded" if shown else "Completed") == case["status"]


def test_the_stopping_gate_has_the_numbers_of_its_source() -> None:
    source = vectors("pacing_and_retake")["fln_stopping_gate"]
    gate = {one.name: one for one in METHODS["GATE"].parameters}
    assert [gate["opportunities"].least, gate["opportunities"].default] == source["min_opportunities"]
    assert gate["sittings"].default == source["min_sessions"]
    assert float(gate["accuracy"].default) == source["recent_accuracy"]
    assert gate["last"].default == source["last_correct"]
    passing = [with_items(1, [0, 1, 1]), with_items(2, [1] * 3), scored(3), scored(4)]
    assert say(choose("GATE"), passing).mastered is True


def test_the_rest_of_the_tutors_files_is_no_score_rule() -> None:
    """What says which problem comes next (priorities, weights, L*, r*) chooses work and judges nobody; the rest
    tells of the source, its faults and how it is stored."""
    about = {"system", "source", "sources", "check", "formula", "equations", "defects", "vectors_note", "rules"}
    tutors = vectors("bkt_oatutor_and_masterytrace")
    assert set(tutors) - about == {"oatutor", "masterytrace"}
    assert set(tutors["oatutor"]) - about == {
        "default_params", "mastery_threshold", "first_attempt_only", "lesson_score", "problem_priority", "vectors",
    }  # fmt: skip
    assert set(tutors["masterytrace"]) - about == {
        "params", "sequence", "expected_fractions", "expected", "tolerance", "reported", "properties",
    }  # fmt: skip
    engine = vectors("alosi_partial_credit_bkt")
    assert set(engine) - about == {"defaults", "grade", "grade_vectors", "vectors"}
    assert set(engine["defaults"]) == {
        "guess", "slip", "transit", "mastery_threshold", "L_star", "r_star", "weights", "epsilon",
    }  # fmt: skip
    assert set(vectors("kolibri_mastery_and_needs_help")) - about == {"models", "vectors", "needs_help"}


def test_the_rest_of_the_pacing_file_is_no_score_rule() -> None:
    """Pace compares what is done with the time that has passed; a score rule never sees the calendar (three
    separations of the specification). When a failed test may be tried again, how many may sign up and how long a claim
    lasts are policies of sittings. Only the stopping gate asks what a student's answers show."""
    assert set(vectors("pacing_and_retake")) == {"competencies_app", "empower", "fln_stopping_gate"}
    assert set(vectors("pacing_and_retake")["competencies_app"]) == {
        "system", "sources", "pace", "retake", "caps", "claim_timeout_minutes",
    }  # fmt: skip
    assert "elapsed share of time" in vectors("pacing_and_retake")["empower"]["rule"]
