"""One record has one id wherever it is named: to who posts it, in the explanation, its history and flags, on pages."""

from __future__ import annotations

import re
from typing import Any

import pytest
from api_rows import sitting, walk
from conftest_api import Machine
from factories import NOW, Factory
from furnished import furnish
from furnished_work import lms
from page_world import PASSWORD, PageWorld

from api.actions.accounts import create_account
from api.actions.methods import methods_from
from models.methods import put_methods
from models.roster import Person

CODE = "5.NF.B.3"


@pytest.fixture
def machine(page_world: PageWorld) -> Machine:
    """An LMS of a furnished district; the classmate has no rows but those that results lead to."""
    furnish(page_world)

    def rows(make: Factory) -> None:
        target = make.target(CODE, "I can see a fraction as a division.")
        beside = methods_from("MODEL", ["OATUTOR_BKT", "KOLIBRI_M_OF_N"], [])
        put_methods(make.session, make.district_id, target.subject, beside, NOW)
        mother = make.guardian_of(page_world.people["classmate"], given="Ethel", family="Turing")
        create_account(make.session, make.district_id, "mother", PASSWORD, mother.id, NOW)

    page_world.add(rows)
    made = lms(page_world)
    made.put_assessment("quiz-17")
    made.put_assessment("final", purpose="summative")
    return made


@pytest.fixture
def posted(page_world: PageWorld, machine: Machine) -> list[str]:
    """The ids that the sender was told: much that went wrong, a correction, a state test, something without a score."""
    student = str(classmate(page_world).identifier)

    def at(day: int, **changes: Any) -> dict[str, Any]:
        time = f"2026-09-{day:02}T09:12:00-04:00"
        return sitting(student, CODE, day, changes.pop("score", 0), performed_at=time, scored_at=time, **changes)

    entries = machine.post(
        *(at(day) for day in range(1, 15)),
        at(15, purpose="state_summative"),
        at(16, status="not_submitted", targets=[{"target": CODE}]),
        at(17, purpose="summative", assessment="final", feedback="none"),
    )
    entries += machine.post(at(3, revision=2, score=0.5))
    assert {entry["status"] for entry in entries} == {"accepted"}
    return [one for entry in entries for one in entry["evidence"]]


def classmate(world: PageWorld) -> Person:
    return world.people["classmate"]


def path(world: PageWorld) -> str:
    return f"/students/{classmate(world).identifier}/targets/{CODE}/explanation"


def key_of(target: str) -> int:
    """The key of the target in an evidence id."""
    return int(target.rpartition("-")[2])


def test_the_explanation_names_each_record_as_its_sender_was_told(
    page_world: PageWorld, machine: Machine, posted: list[str]
) -> None:
    listed = walk(machine, path(page_world), "evidence", 5)
    assert sorted(record["id"] for record in listed) == sorted(posted)
    for record in listed:
        sent = machine.get(f"/results/{record['source_id']}")["revisions"]
        assert {one for entry in sent for one in entry["evidence"] if entry["revision"] == record["revision"]} == {
            record["id"]
        }


def test_history_methods_and_flags_name_records_of_the_explanation(
    page_world: PageWorld, machine: Machine, posted: list[str]
) -> None:
    why = machine.get(f"{path(page_world)}?limit=100")
    counted = [record["id"] for record in reversed(why["evidence"]) if record["estimate"]]
    assert len(counted) == 15
    assert [point["evidence"] for point in why["history"]["points"]] == counted
    assert all(method["evidence"] == counted for method in why["methods"])
    assert why["flags"]
    assert {one for flag in why["flags"] for one in flag["evidence"]} <= set(counted)
    assert all(flag["evidence"] for flag in why["flags"])


@pytest.mark.parametrize("who", ["teacher", "classmate", "mother"])
def test_the_page_lists_the_records_of_the_api_in_its_order(
    page_world: PageWorld, machine: Machine, posted: list[str], who: str
) -> None:
    target = key_of(posted[0])
    page = page_world.client(who).get(f"/students/{classmate(page_world).id}/targets/{target}")
    rows = [one.removeprefix("result-") for one in page.ids if re.fullmatch(r"result-\d+", one)]
    told = machine.get(f"{path(page_world)}?limit=100")["evidence"]
    assert [f"e{row}-{target}" for row in rows] == [record["id"] for record in told]


def test_a_flag_on_a_page_leads_to_the_records_that_the_api_names(
    page_world: PageWorld, machine: Machine, posted: list[str]
) -> None:
    target = key_of(posted[0])
    links = page_world.client("teacher").get(f"/students/{classmate(page_world).id}").links
    found = [re.fullmatch(r"/students/\d+/targets/(\d+)#result-(\d+)", link) for link in links]
    named = {f"e{one[2]}-{one[1]}" for one in found if one and int(one[1]) == target}
    flags = machine.get(path(page_world))["flags"]
    assert named == {one for flag in flags for one in flag["evidence"]}
    there = page_world.client("teacher").get(f"/students/{classmate(page_world).id}/targets/{target}").ids
    assert {f"result-{one.partition('-')[0][1:]}" for one in named} <= set(there)
