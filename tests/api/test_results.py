"""Posting results: what is accepted, what each answer says, and what of a result counts."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise, permutations
from typing import Any

import pytest
from api_rows import counted, derived
from conftest_api import NOW, Machine, School, SteppingClock, result
from factories import Factory, new_district
from sqlalchemy import Engine, select

from models.evidence import Evidence, ResultRow
from models.unit_of_work import district_transaction

pytestmark = pytest.mark.usefixtures("school")


@pytest.fixture
def lms(machine: Callable[..., Machine], school: School) -> Machine:
    made = machine(school.district_id)
    made.put_assessment("quiz-17")
    return made


def scores(*shares: float, target: str = "4.NF.A.1", **more: Any) -> list[dict[str, Any]]:
    """One target with so many items."""
    items = [{"item": f"q{n}", "score": share, "max": 1} | more for n, share in enumerate(shares)]
    return [{"target": target, "score": sum(shares), "max": len(shares), "items": items}]


def test_a_result_becomes_an_estimate_and_a_decision(lms: Machine, school: School) -> None:
    (answer,) = lms.post(result(school.students[0], "4.NF.A.1"))
    assert answer["status"] == "accepted"
    (target,) = answer["targets"]
    assert target["target"] == school.targets[0]
    assert target["after"]["probability"] > target["before"]["probability"]
    assert target["decision"]["state"] == "in_progress"
    assert {line["code"] for line in target["decision"]["missing"]} >= {"records", "assessments", "certifying"}
    assert answer["notes"][0]["code"] == "formative_only"


def test_the_answer_is_what_reading_says_afterwards(lms: Machine, school: School) -> None:
    (answer,) = lms.post(result(school.students[0], "4.NF.A.1"))
    (standing,) = lms.get(f"/students/{school.students[0]}/targets")["targets"]
    assert answer["targets"][0]["after"] == standing["estimate"]
    assert answer["targets"][0]["decision"].items() <= standing["decision"].items()
    (revision,) = lms.get("/results/attempt-1")["revisions"]
    assert revision["status"] == "accepted"
    assert revision["evidence"] == answer["evidence"]
    assert revision["targets"][0]["estimate"] == standing["estimate"]


def test_each_answer_goes_on_where_the_one_before_ended(lms: Machine, school: School) -> None:
    posted = [result(school.students[0], "4.NF.A.1", source_id=f"a{n}", score=n % 2) for n in range(4)]
    for at, one in enumerate(posted):
        one["performed_at"] = one["scored_at"] = f"2026-10-05T09:1{at}:00-04:00"
    steps = [entry["targets"][0] for entry in lms.post(*posted)]
    for before, after in pairwise(steps):
        assert before["after"] != before["before"]
        # between two results of one sitting day the estimate is aged, never by more than a trace
        assert after["before"]["probability"] == pytest.approx(before["after"]["probability"], abs=0.03)


def test_a_code_a_guid_and_a_loose_spelling_are_one_target(lms: Machine, school: School) -> None:
    spellings = ("4.NF.A.1", school.targets[0], "4.nf.a.1")
    answers = lms.post(*(result(school.students[0], name, source_id=name) for name in spellings))
    assert {answer["targets"][0]["target"] for answer in answers} == {school.targets[0]}


def test_a_result_on_several_targets_moves_each(lms: Machine, school: School) -> None:
    both = [{"target": code, "score": 1, "max": 1} for code in school.codes]
    (answer,) = lms.post(result(school.students[0], "", targets=both))
    assert [target["code"] for target in answer["targets"]] == school.codes
    assert len(answer["evidence"]) == 2
    assert all(target["after"] for target in answer["targets"])


def test_the_same_target_twice_by_two_names_is_refused(lms: Machine, school: School, engine: Engine) -> None:
    twice = [{"target": name, "score": 1, "max": 1} for name in ("4.NF.A.1", "4.nf.a.1")]
    before = counted(engine, school.district_id)
    (answer,) = lms.post(result(school.students[0], "", targets=twice))
    assert answer["problem"]["errors"][0]["field"] == "targets[1].target"
    assert counted(engine, school.district_id) == before


def test_one_bad_entry_never_spoils_its_neighbours(lms: Machine, school: School) -> None:
    student = school.students[0]
    good = [result(student, "4.NF.A.1", source_id=f"good-{n}") for n in range(3)]
    answers = lms.post(
        good[0],
        result(student, "4.NF.A.1", source_id="bad", performed_at="yesterday"),
        good[1],
        result("nobody", "4.NF.A.1", source_id="unknown"),
        {"no": "result"},  # type: ignore[arg-type]
        good[2],
        good[0],
        result(student, "4.NF.A.1", source_id="good-0", score=0),
    )
    assert [answer["status"] for answer in answers] == [
        "accepted", "rejected", "accepted", "quarantined", "rejected", "accepted", "duplicate", "rejected",
    ]  # fmt: skip
    assert [answer["source_id"] for answer in answers] == [
        "good-0", "bad", "good-1", "unknown", None, "good-2", "good-0", "good-0",
    ]  # fmt: skip
    assert answers[7]["problem"]["status"] == 409


def test_five_hundred_results_come_in_at_once_and_501_are_refused(lms: Machine, school: School, engine: Engine) -> None:
    many = [result(school.students[n % 2], school.codes[n % 2], source_id=f"m{n}") for n in range(501)]
    refused = lms.http.post("/api/v1/results", json={"results": many}, headers=lms.headers)
    assert refused.status_code == 422
    assert refused.json["errors"] == [{"field": "results", "message": "has 501 entries; give 1 to 500"}]
    assert counted(engine, school.district_id)["result"] == 0
    answers = lms.post(*many[:500])
    assert [answer["source_id"] for answer in answers] == [f"m{n}" for n in range(500)]
    assert {answer["status"] for answer in answers} == {"accepted"}
    assert counted(engine, school.district_id)["evidence"] == 500


# --- what counts ------------------------------------------------------------------------------------------------------


def test_a_score_over_its_maximum_is_kept_raw_and_counts_as_all(lms: Machine, school: School, engine: Engine) -> None:
    over = [{"target": "4.NF.A.1", "score": 7, "max": 4}]
    full = [{"target": "4.NF.A.1", "score": 4, "max": 4}]
    lms.post(
        result(school.students[0], "", source_id="0/a", targets=over),
        result(school.students[1], "", source_id="1/a", targets=full),
    )
    with district_transaction(engine, school.district_id) as session:
        stored = session.execute(
            select(Evidence.score, Evidence.max)
            .join(ResultRow, ResultRow.id == Evidence.result_id)
            .where(ResultRow.source_id == "0/a")
        ).one()
    assert tuple(stored) == (7.0, 4.0)
    clamped, plain = (derived(engine, school.district_id, key)["standings"][0] for key in school.student_keys)
    assert clamped == plain


@pytest.mark.parametrize("status", ["pending_manual", "exempt", "not_submitted"])
def test_missing_is_neither_zero_nor_exempt(lms: Machine, school: School, engine: Engine, status: str) -> None:
    nothing = result(school.students[0], "4.NF.A.1", status=status, targets=[{"target": "4.NF.A.1"}])
    (answer,) = lms.post(nothing)
    assert answer["status"] == "accepted"
    assert (answer["targets"][0]["before"], answer["targets"][0]["after"]) == (None, None)
    assert lms.get(f"/students/{school.students[0]}/targets")["targets"] == []
    rows = counted(engine, school.district_id)
    assert (rows["result"], rows["evidence"], rows["standing"]) == (1, 1, 0)
    (zero,) = lms.post(result(school.students[1], "4.NF.A.1", source_id="zero", score=0))
    assert zero["targets"][0]["after"]["probability"] < zero["targets"][0]["before"]["probability"]


@pytest.mark.parametrize("status", ["pending_manual", "exempt", "not_submitted"])
def test_a_score_that_goes_with_no_score_is_refused(lms: Machine, school: School, status: str) -> None:
    (answer,) = lms.post(result(school.students[0], "4.NF.A.1", status=status))
    assert {error["field"] for error in answer["problem"]["errors"]} == {"targets[0].score", "targets[0].items"}


def test_work_with_help_counts_half_and_never_certifies(lms: Machine, school: School, engine: Engine) -> None:
    moved = {}
    for key, independence in enumerate(("independent", "assisted")):
        (answer,) = lms.post(
            result(school.students[key], "4.NF.A.1", source_id=independence, independence=independence)
        )
        target = answer["targets"][0]
        moved[independence] = target["after"]["expected"] - target["before"]["expected"]
    assert 0 < moved["assisted"] < moved["independent"]


def test_a_hint_makes_a_right_answer_wrong(lms: Machine, school: School, engine: Engine) -> None:
    lms.post(
        result(school.students[0], "", source_id="0/a", targets=scores(1, hints=2)),
        result(school.students[1], "", source_id="1/a", targets=scores(0)),
    )
    hinted, wrong = (derived(engine, school.district_id, key) for key in school.student_keys)
    for rows in (hinted, wrong):
        assert rows["standings"][0].pop("carried")[1]["records"] == 1
    assert hinted == wrong


def test_only_the_first_try_counts(lms: Machine, school: School, engine: Engine) -> None:
    items = [{"item": "q0", "score": 0, "max": 1}, {"item": "q0", "score": 1, "max": 1, "try": 2}]
    with_tries = [{"target": "4.NF.A.1", "score": 0, "max": 1, "items": items}]
    lms.post(
        result(school.students[0], "", source_id="0/a", targets=with_tries),
        result(school.students[1], "", source_id="1/a", targets=scores(0)),
    )
    tried, once = (derived(engine, school.district_id, key) for key in school.student_keys)
    assert tried == once


def test_without_feedback_the_order_of_answers_does_not_matter(lms: Machine, school: School, engine: Engine) -> None:
    """Any 3 of 4, whichever item was missed, leaves the target's estimate bit-identical (domain 9.1, rule 7)."""
    with district_transaction(engine, school.district_id) as session:
        make = Factory(session, school.district_id)
        section = make.section(make.school())
        people = [make.student(section) for _ in range(4)]
        session.commit()
        names, keys = [str(one.identifier) for one in people], [one.id for one in people]
    orders = sorted(set(permutations((1, 1, 1, 0))))
    for name, order in zip(names, orders, strict=True):
        (answer,) = lms.post(result(name, "", source_id=f"{name}/a", feedback="none", targets=scores(*order)))
        assert answer["status"] == "accepted"
    estimates = set()
    for key in keys:
        (row,) = derived(engine, school.district_id, key)["standings"]
        estimates.add((row["mean"], row["variance"], row["probability"], row["low"], row["high"]))
    assert len(estimates) == 1


def test_items_sent_in_another_order_are_the_same_post(lms: Machine, school: School) -> None:
    first = result(school.students[0], "", targets=scores(1, 0, 1))
    other = result(school.students[0], "", targets=scores(1, 0, 1))
    other["targets"][0]["items"].reverse()
    assert [answer["status"] for answer in lms.post(first, other)] == ["accepted", "duplicate"]


def test_a_sitting_counts_for_five_items_at_most(lms: Machine, school: School) -> None:
    """Forty right answers in one sitting raise the estimate no further than a few more than five do."""
    few = lms.post(result(school.students[0], "", source_id="few", feedback="none", targets=scores(*[1] * 5)))
    many = lms.post(result(school.students[1], "", source_id="many", feedback="none", targets=scores(*[1] * 40)))
    five, forty = few[0]["targets"][0]["after"], many[0]["targets"][0]["after"]
    assert forty["probability"] == pytest.approx(five["probability"], abs=0.02)


# --- other districts, other clients -----------------------------------------------------------------------------------


def test_another_districts_ids_are_as_if_they_did_not_exist(
    lms: Machine, machine: Callable[..., Machine], school: School, engine: Engine
) -> None:
    other = new_district(engine)
    with district_transaction(engine, other) as session:
        make = Factory(session, other)
        stranger = str(make.student(make.section(make.school())).identifier)
        target = make.target("6.RP.A.1").guid
        session.commit()
    theirs = machine(other)
    theirs.put_assessment("quiz-99")
    foreign = lms.post(
        result(stranger, "4.NF.A.1", source_id="a"),
        result(school.students[0], target, source_id="b"),
        result(school.students[0], "6.RP.A.1", source_id="c"),
        result(school.students[0], "4.NF.A.1", source_id="d", assessment="quiz-99"),
    )
    nowhere = lms.post(
        result("S-nobody", "4.NF.A.1", source_id="e"),
        result(school.students[0], "no-guid", source_id="f"),
        result(school.students[0], "9.ZZ.Z.9", source_id="g"),
        result(school.students[0], "4.NF.A.1", source_id="h", assessment="no-quiz"),
    )
    assert {answer["status"] for answer in foreign + nowhere} == {"quarantined"}
    for one, other_one in zip(foreign, nowhere, strict=True):
        assert one["quarantine"]["field"] == other_one["quarantine"]["field"]
        assert one["quarantine"]["candidates"] == other_one["quarantine"]["candidates"] == []
    lms.post(result(school.students[0], "4.NF.A.1", source_id="mine"))
    theirs.get("/results/mine", 404)
    assert counted(engine, other)["result"] == 0


def test_a_client_reads_only_its_own_posts_and_has_its_own_keys(
    lms: Machine, machine: Callable[..., Machine], school: School
) -> None:
    second = machine(school.district_id, name="Other LMS")
    second.get("/assessments/quiz-17", 404)
    second.put_assessment("quiz-17")
    lms.post(result(school.students[0], "4.NF.A.1"))
    second.get("/results/attempt-1", 404)
    (answer,) = second.post(result(school.students[0], "4.NF.A.1", score=0))
    assert answer["status"] == "accepted"


def test_a_source_id_may_hold_slashes(lms: Machine, school: School) -> None:
    name = "quiz-17/user-9/attempt 2?#%"
    lms.post(result(school.students[0], "4.NF.A.1", source_id=name))
    found = lms.get("/results/quiz-17/user-9/attempt%202%3F%23%25")
    assert (found["source_id"], len(found["revisions"])) == (name, 1)


def test_reading_back_says_ready_as_the_list_does(lms: Machine, school: School, clock: SteppingClock) -> None:
    """The state depends on the day, and every reading endpoint judges it in one place."""
    student = school.students[0]
    clock.now = NOW.replace(month=10, day=20)
    for day in range(1, 9):
        at = f"2026-10-{day:02}T09:12:00-04:00"
        items = [{"item": f"d{day}-{n}", "score": 1, "max": 1} for n in range(5)]
        targets = [{"target": "4.NF.A.1", "score": 5, "max": 5, "items": items}]
        lms.post(result(student, "", source_id=f"d{day}", performed_at=at, scored_at=at, targets=targets))
    (standing,) = lms.get(f"/students/{student}/targets")["targets"]
    (target,) = lms.get("/results/d8")["revisions"][0]["targets"]
    assert target == standing
    assert target["decision"]["state"] == "ready"
