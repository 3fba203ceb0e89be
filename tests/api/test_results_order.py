"""Whatever order evidence arrives in, and however many send at once, it ends as if it had come in order: to the bit."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from api_rows import confirm, counted, derived
from conftest_api import NOW, Machine, School, result
from sqlalchemy import Engine

THREADS = 8


@pytest.fixture
def lms(machine: Callable[..., Machine], school: School, engine: Engine) -> Machine:
    made = machine(school.district_id)
    made.put_assessment("quiz-17")
    made.put_assessment("final", purpose="summative")
    confirm(engine, school.district_id, "final", school.teacher, NOW)
    return made


def term(student: str, seed: int, count: int = 24) -> list[dict[str, Any]]:
    """A term of sittings of all kinds on both targets, in order; the same seed gives the same term."""
    dice = random.Random(seed)
    made = []
    for number in range(count):
        day, minute = 1 + number, dice.randrange(60)
        at = f"2026-10-{day:02}T{dice.randrange(8, 16):02}:{minute:02}:00-04:00"
        targets = []
        for code in dice.sample(["4.NF.A.1", "4.NF.A.2"], dice.choice([1, 1, 2])):
            items = [
                {"item": f"{code}-{dice.randrange(30)}-{n}", "score": int(dice.random() < 0.7), "max": 1,
                 "hints": int(dice.random() < 0.1)}
                for n in range(dice.randrange(1, 7))
            ]  # fmt: skip
            if dice.random() < 0.2:
                items = []
            targets.append({"target": code, "score": dice.randrange(6), "max": 5, "items": items})
        summative = dice.random() < 0.25
        made.append(
            result(
                student, "", source_id=f"{student}/{number:02}", performed_at=at, scored_at=at, targets=targets,
                assessment="final" if summative else "quiz-17", purpose="summative" if summative else "formative",
                feedback=dice.choice(["immediate", "none"]),
                independence=dice.choice(["independent", "independent", "assisted", "group"]),
            )
        )  # fmt: skip
    return made


def same(engine: Engine, school: School) -> None:
    one, other = (derived(engine, school.district_id, key) for key in school.student_keys)
    assert one["states"]
    assert one == other


@pytest.mark.parametrize("seed", range(3))
def test_late_evidence_ends_as_if_it_had_come_in_time(lms: Machine, school: School, engine: Engine, seed: int) -> None:
    """One by one and shuffled for one student, in order and at once for the other."""
    ada, emmy = school.students
    shuffled = term(ada, seed)
    random.Random(seed + 100).shuffle(shuffled)
    for one in shuffled:
        assert lms.post(one)[0]["status"] == "accepted"
    lms.post(*term(emmy, seed))
    same(engine, school)


def test_cutting_the_same_posts_into_calls_changes_nothing(lms: Machine, school: School, engine: Engine) -> None:
    ada, emmy = school.students
    posts = term(ada, 7)
    for start, end in ((0, 1), (1, 4), (4, 15), (15, 24)):
        lms.post(*posts[start:end])
    lms.post(*term(emmy, 7))
    same(engine, school)


def test_ties_are_broken_by_the_source_id_not_by_arrival(lms: Machine, school: School, engine: Engine) -> None:
    ada, emmy = school.students
    at = {"performed_at": "2026-10-05T09:00:00-04:00", "scored_at": "2026-10-05T09:00:00-04:00"}
    lms.post(*(one | at for one in reversed(term(ada, 3, 6))))
    for one in term(emmy, 3, 6):
        lms.post(one | at)
    same(engine, school)


def test_corrections_and_late_posts_together(lms: Machine, school: School, engine: Engine) -> None:
    """Every third result is corrected, before or after the original arrives."""
    ada, emmy = school.students
    first, right = term(ada, 11), term(ada, 12)
    both = first + [
        new | {"revision": 2, "source_id": old["source_id"], "performed_at": old["performed_at"],
               "scored_at": old["scored_at"]}
        for old, new in zip(first[::3], right[::3], strict=True)
    ]  # fmt: skip
    random.Random(5).shuffle(both)
    for one in both:
        assert lms.post(one)[0]["status"] in ("accepted", "superseded")
    finals = [
        new | {"revision": 2, "source_id": old["source_id"], "performed_at": old["performed_at"],
               "scored_at": old["scored_at"]} if number % 3 == 0 else old
        for number, (old, new) in enumerate(zip(term(emmy, 11), term(emmy, 12), strict=True))
    ]  # fmt: skip
    lms.post(*finals)
    same(engine, school)


# --- at once ----------------------------------------------------------------------------------------------------------


def at_once(lms: Machine, calls: Sequence[Sequence[dict[str, Any]]]) -> list[list[dict[str, Any]]]:
    """Each call by a thread of its own, all begun at one instant; the answers in order."""
    gate = Barrier(len(calls))

    def post(results: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        http = lms.http.application.test_client()
        gate.wait(30)
        answer = http.post("/api/v1/results", json={"results": list(results)}, headers=lms.headers)
        assert answer.status_code == 200, answer.text
        entries: list[dict[str, Any]] = answer.json["results"]
        return entries

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(post, calls))


def test_one_key_posted_by_eight_at_once_is_taken_once(lms: Machine, school: School, engine: Engine) -> None:
    ada, emmy = school.students
    for number in range(4):
        body = term(ada, 1)[number]
        answers = [entry["status"] for (entry,) in at_once(lms, [[body]] * THREADS)]
        assert sorted(answers) == ["accepted"] + ["duplicate"] * (THREADS - 1)
    rows = counted(engine, school.district_id)
    assert (rows["result"], rows["quarantine"]) == (4, 0)
    lms.post(*term(emmy, 1)[:4])
    same(engine, school)


def test_one_unknown_key_posted_by_eight_at_once_waits_once(lms: Machine, school: School, engine: Engine) -> None:
    answers = [entry["status"] for (entry,) in at_once(lms, [[result("S-new", "4.NF.A.1")]] * THREADS)]
    assert sorted(answers) == ["duplicate"] * (THREADS - 1) + ["quarantined"]
    assert counted(engine, school.district_id)["quarantine"] == 1


def test_one_key_with_eight_bodies_is_taken_once(lms: Machine, school: School, engine: Engine) -> None:
    bodies = [[result(school.students[0], "4.NF.A.1", duration_seconds=number)] for number in range(THREADS)]
    answers = [entry for (entry,) in at_once(lms, bodies)]
    assert sorted(entry["status"] for entry in answers) == ["accepted"] + ["rejected"] * (THREADS - 1)
    assert {entry["problem"]["status"] for entry in answers if entry["status"] == "rejected"} == {409}
    assert counted(engine, school.district_id)["result"] == 1


@pytest.mark.parametrize("seed", range(3))
def test_eight_who_post_for_one_student_at_once_end_as_one_after_the_other(
    lms: Machine, school: School, engine: Engine, seed: int
) -> None:
    ada, emmy = school.students
    posts = term(ada, seed)
    random.Random(seed).shuffle(posts)
    answers = at_once(lms, [posts[number::THREADS] for number in range(THREADS)])
    assert {entry["status"] for entries in answers for entry in entries} == {"accepted"}
    for one in term(emmy, seed):
        lms.post(one)
    same(engine, school)


def test_eight_who_post_for_two_students_in_other_orders_do_not_block_each_other(
    lms: Machine, school: School, engine: Engine
) -> None:
    ada, emmy = (term(student, 4) for student in school.students)
    calls = [
        (ada[n::THREADS] + emmy[n::THREADS]) if n % 2 else (emmy[n::THREADS] + ada[n::THREADS]) for n in range(THREADS)
    ]
    answers = at_once(lms, calls)
    assert {entry["status"] for entries in answers for entry in entries} == {"accepted"}
    assert counted(engine, school.district_id)["result"] == 48
    same(engine, school)


def test_revisions_of_one_result_posted_at_once_leave_the_newest(lms: Machine, school: School, engine: Engine) -> None:
    ada, emmy = school.students
    body = term(ada, 2)[0]
    revisions = [[body | {"revision": number + 1, "duration_seconds": number}] for number in range(THREADS)]
    answers = [entry["status"] for (entry,) in at_once(lms, revisions)]
    assert set(answers) <= {"accepted", "superseded"}
    assert answers[-1] == "accepted"
    newest = term(emmy, 2)[0] | {"revision": THREADS, "duration_seconds": THREADS - 1}
    lms.post(newest)
    same(engine, school)
