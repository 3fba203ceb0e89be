"""What programs name and are told: of their own district what their scope says, of another what they would be told of
nothing, and of no student what a program may not see.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from itertools import combinations

import pytest
from factories import NOW
from machine_walk import bare, described, machine_routes, named, nothing_like, nowhere, open_at, posted, reads
from machine_world import UNSEEN, MachineWorld

from api.v1.paging import cursor
from models.evidence import ResultRow
from models.retention import PendingDeletion
from models.roster import Person
from models.unit_of_work import district_transaction

# --- what there is ----------------------------------------------------------------------------------------------------


def test_a_program_is_answered_of_its_own_district_and_of_no_other(walked: MachineWorld) -> None:
    for machine, names, others in (
        (walked.lms, walked.own, walked.twin), (walked.theirs, walked.twin, walked.own),
    ):  # fmt: skip
        told = ""
        for rule, method in machine_routes(walked.app):
            answer = open_at(walked, rule, method, names, machine.token)
            assert answer.status_code in (200, 201), (method, rule.rule, answer.text)
            told += answer.get_data(as_text=True)
        assert names.student in told
        assert not [one for one in UNSEEN if one in told]
        assert not [one for one in walked.marks(others) if re.search(rf"{re.escape(one)}(?!\d)", told)]


def test_what_is_another_districts_is_not_there(walked: MachineWorld) -> None:
    nothing, compared = nowhere(walked.twin), 0
    for rule, method in machine_routes(walked.app):
        if method not in ("GET", "HEAD"):
            continue
        for size in range(1, len(rule.arguments) + 1):
            for some in combinations(sorted(rule.arguments), size):
                foreign = replace(walked.own, **{one: getattr(walked.twin, one) for one in some})
                missing = replace(walked.own, **{one: getattr(nothing, one) for one in some})
                answer = open_at(walked, rule, method, foreign, walked.lms.token)
                absent = open_at(walked, rule, method, missing, walked.lms.token)
                assert answer.status_code == 404, (method, rule.rule, some)
                assert bare(answer, **named(foreign, some)) == bare(absent, **named(missing, some))
                compared += 1
    assert compared >= 16


def test_nobody_but_a_student_of_the_district_is_a_student(walked: MachineWorld) -> None:
    """An adult of the district is not there either, nor is a student by a key, a name or another's sourcedId."""
    world = walked.everyone.world
    with district_transaction(world.engine, world.district_id) as session:
        place = walked.everyone.own
        adults = [str(world.people["teacher"].identifier), str(world.people["guardian"].identifier), walked.own.scorer]
        adults += [str(place.student), session.get_one(Person, (place.district, place.student)).family_name]
    for rule, method in reads(walked.app):
        if "student" not in rule.arguments:
            continue
        for adult in adults:
            names, missing = (replace(walked.own, student=one) for one in (adult, nothing_like(adult)))
            answer = open_at(walked, rule, method, names, walked.lms.token)
            absent = open_at(walked, rule, method, missing, walked.lms.token)
            assert answer.status_code == 404
            assert bare(answer, student=adult) == bare(absent, student=missing.student)


def test_a_filter_and_a_cursor_lead_to_nothing_of_another_district(walked: MachineWorld) -> None:
    flags = next(rule for rule, _ in reads(walked.app) if rule.endpoint == "flags.get_flags")
    nobody = nothing_like(walked.twin.student)
    foreign = open_at(walked, flags, "GET", walked.own, walked.lms.token, query=f"?student={walked.twin.student}")
    absent = open_at(walked, flags, "GET", walked.own, walked.lms.token, query=f"?student={nobody}")
    assert foreign.status_code == 404
    assert bare(foreign, student=walked.twin.student) == bare(absent, student=nobody)

    theirs = walked.everyone.twin
    cursors = {
        "students.get_students": cursor([walked.twin.student, theirs.student - 1]),
        "students.get_targets": cursor([theirs.target - 1]),
        "flags.get_flags": cursor([(NOW + timedelta(days=1)).isoformat(), theirs.flag + 1]),
        "measurement.get_measurement": cursor([0]),
        "students.get_explanation": cursor([(NOW + timedelta(days=1)).isoformat()] * 2 + [1]),
    }
    marks = walked.marks(walked.twin)
    for rule, method in reads(walked.app):
        if rule.endpoint not in cursors:
            continue
        answer = open_at(walked, rule, method, walked.own, walked.lms.token, query=f"?after={cursors[rule.endpoint]}")
        assert answer.status_code == 200, (rule.rule, answer.text)
        assert not [one for one in marks if one in answer.get_data(as_text=True)]


def test_a_second_program_of_the_district_has_no_part_in_what_the_first_sent(walked: MachineWorld) -> None:
    nothing = nowhere(walked.own)
    for rule, method in reads(walked.app):
        answer = open_at(walked, rule, method, walked.own, walked.second.token)
        if rule.endpoint not in ("results.get_result", "assessments.get_assessment", "tests.get_test"):
            assert answer.status_code == 200
            continue
        some = tuple(one for one in rule.arguments if one != "student")
        names = replace(walked.own, **{one: getattr(nothing, one) for one in some})
        absent = open_at(walked, rule, method, names, walked.second.token)
        assert answer.status_code == 404
        assert bare(answer, **named(walked.own, some)) == bare(absent, **named(nothing, some))


# --- what is sent -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("part", ["student", "target", "assessment_id"])
def test_a_result_that_names_what_is_another_districts_is_told_as_of_nobody(walked: MachineWorld, part: str) -> None:
    told = []
    for number, value in enumerate((getattr(walked.twin, part), nothing_like(getattr(walked.twin, part)))):
        (entry,) = walked.lms.post(posted(replace(walked.own, **{part: value})) | {"source_id": f"walked-{number}"})
        assert (entry["status"], entry["quarantine"]["candidates"]) == ("quarantined", [])
        back = walked.lms.get(f"/results/walked-{number}")
        text = repr([entry, back]).replace(value, "(name)").replace(f"walked-{number}", "(source id)")
        told.append(re.sub(r"'q\d+'|'received_at': '[^']*'", "", text))
    assert told[0] == told[1]
    with district_transaction(walked.everyone.world.engine, walked.theirs.district_id) as session:
        assert session.query(ResultRow).count() == 1


def test_who_may_certify_in_another_district_is_nobody_here(walked: MachineWorld) -> None:
    scorers = {walked.own.scorer: True, walked.twin.scorer: False, nothing_like(walked.twin.scorer): False}
    for scorer in scorers:
        (entry,) = walked.lms.post(posted(replace(walked.own, scorer=scorer)) | {"source_id": scorer})
        assert entry["status"] == "accepted"
    with district_transaction(walked.everyone.world.engine, walked.lms.district_id) as session:
        rows = session.query(ResultRow).where(ResultRow.source_id.in_(scorers)).all()
        assert {row.scorer: row.scorer_certified for row in rows} == scorers


@pytest.mark.parametrize("place", ["blueprint", "items"])
def test_an_assessment_that_names_a_target_of_another_district_is_refused_as_of_none(
    walked: MachineWorld, place: str
) -> None:
    (rule,) = (rule for rule, method in machine_routes(walked.app) if rule.endpoint == "assessments.put_assessment")
    told = []
    for target in (walked.twin.target, nothing_like(walked.twin.target)):
        sent = described(walked.own)
        where = sent["blueprint"][0] if place == "blueprint" else sent["forms"][0]["items"][0]
        where["target"] = target
        answer = open_at(walked, rule, "PUT", walked.own, walked.lms.token, json=sent)
        assert answer.status_code == 422
        told.append(bare(answer, target=target))
    assert told[0] == told[1]


def test_an_assessment_of_a_name_of_another_district_is_ones_own(walked: MachineWorld) -> None:
    theirs = walked.theirs.get(f"/assessments/{walked.twin.assessment_id}")
    told = []
    for name in (walked.twin.assessment_id, nothing_like(walked.twin.assessment_id)):
        walked.lms.get(f"/assessments/{name}", 404)
        told.append(repr(walked.lms.put_assessment(name, title="Mine")).replace(name, "(name)"))
    assert told[0] == told[1]
    assert walked.theirs.get(f"/assessments/{walked.twin.assessment_id}") == theirs


# --- who waits to be deleted ------------------------------------------------------------------------------------------


def test_of_who_is_out_of_sight_a_program_reads_as_of_nobody(walked: MachineWorld) -> None:
    place = walked.everyone.own
    with district_transaction(walked.everyone.world.engine, place.district) as session:
        session.add(
            PendingDeletion(district_id=place.district, student_id=place.student, due_on=NOW.date(), rule="", since=NOW)
        )
        session.commit()
    nothing = nowhere(walked.own)
    for rule, method in reads(walked.app):
        answer = open_at(walked, rule, method, walked.own, walked.lms.token)
        if not {"student", "source_id"} & rule.arguments:
            assert walked.own.student not in answer.get_data(as_text=True), rule.rule
            continue
        some = ("student",) if "student" in rule.arguments else ("source_id",)
        missing = replace(walked.own, **named(nothing, some))
        absent = open_at(walked, rule, method, missing, walked.lms.token)
        assert answer.status_code == 404, rule.rule
        assert bare(answer, **named(walked.own, some)) == bare(absent, **named(missing, some))
