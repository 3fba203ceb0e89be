"""What an act on record was about, in words, for each who may read it."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from typing import Any

import pytest
from factories import Factory
from office_world import OfficeWorld, office_of
from page_world import PageWorld
from sqlalchemy import select

from mastery.audit import Act
from models.access import Account
from models.audit import by_person, record
from models.links import Link, Organization
from models.unit_of_work import district_transaction


@pytest.fixture
def office(page_world: PageWorld) -> OfficeWorld:
    return office_of(page_world)


def _on_record(
    office: OfficeWorld, act: Act, detail: Mapping[str, Any], *, about: bool = False, who: str = "teacher"
) -> None:
    world = office.world
    with district_transaction(world.engine, world.district_id) as session:
        students = [world.student.id] if about else []
        by = by_person(world.people[who].id)
        record(session, world.district_id, by, act, world.clock(), students, detail=detail)
        session.commit()


def _keys(office: OfficeWorld) -> dict[str, Any]:
    """What details name, by the words of the table below."""
    world, found = office.world, {"target": office.world.target.id, "school": office.world.school.id}

    def rows(make: Factory) -> None:
        organization = Organization(district_id=make.district_id, name="Robotics Club")
        make.session.add(organization)
        make.session.flush()
        found.update(organization=organization.id, client=make.client().client_id, assessment=make.assessment().id)
        registrar = world.people["registrar"].id
        found["link"] = make.session.scalars(select(Link.id).where(Link.person_id == registrar)).one()
        found["account"] = make.session.scalars(select(Account.id).where(Account.person_id == registrar)).one()

    world.add(rows)
    return found | {who: one.id for who, one in world.people.items()}


BKT, MODEL = ({"primary": {"name": name, "parameters": {}}, "beside": []} for name in ("BKT", "MODEL"))
# the act, its detail with the names of keys in angle brackets, whether it is about the student, what is said
TOLD: list[tuple[Act, dict[str, Any], bool, str]] = [
    (Act.GRANT, {"person": "<mentor>", "role": "external_professional", "scope": "student"}, True,
     "Grace Mentor as mentor or professional from outside"),
    (Act.REVOKE, {"link": "<link>", "person": "<registrar>", "role": "registrar", "scope": "school"}, False,
     "Ida Wells as registrar at"),
    (Act.GRANT, {"person": "<registrar>", "role": "data_steward", "scope": "district"}, False,
     "Ida Wells as data steward of the whole district"),
    (Act.CONSENT_GIVEN, {"recipient": "<mentor>", "classes": ["D2"]}, True, "for Grace Mentor: levels and plan"),
    (Act.ACCOUNT_DISABLED, {"account": "<account>"}, False, "Ida Wells"),
    (Act.LETTER_MADE, {"people": ["<registrar>"]}, False, "Ida Wells"),
    (Act.PERSON_CHANGED, {"person": "<registrar>", "household": 1, "joined": True}, False, "Ida Wells: a home"),
    (Act.CLIENT_REVOKED, {"client": "<client>"}, False, "“LMS "),
    (Act.PROVIDER_CHANGED, {"password_sign_in": "all"}, False, "whose password counts"),
    (Act.EXPORT, {"what": "complete_record"}, True, "the complete record"),
    (Act.DECISION, {"kind": "confirm", "targets": ["<target>"]}, True, "confirmed: 4.NF.A.1"),
    (Act.FLAG_CHANGED, {"event": "dismiss", "flags": [1], "reason": "false_alarm"}, True, "dismissed: False alarm"),
    (Act.OWN_WORDS_SAID, {"own_words": 1, "kind": "goal"}, True, "A goal"),
    (Act.STUDENT_TOLD, {"voice": 1, "kind": "help"}, True, "Asked for help"),
    (Act.STUDENT_ANSWERED, {"voice": 1, "step": "talked"}, True, "Talked about"),
    (Act.ARTEFACT_ADDED, {"artefact": 1, "kind": "pdf", "sha256": "ab" * 32}, True, "pdf abababababab"),
    (Act.AMENDMENT_DECIDED, {"step": "refuse"}, True, "The school does not correct it"),
    (Act.DELETED, {"what": "waiting_result", "rows": 3}, False, "results that wait for a name"),
    (Act.POLICY_CHANGED, {"organization": "<organization>", "ended": True}, False,
     "the partner Robotics Club, no longer"),
    (Act.POLICY_CHANGED, {"school": "<school>", "time_zone": "America/Denver"}, False, "time zone America/Denver"),
    (Act.POLICY_CHANGED, {"names.parent_view": "legal"}, False, "the name that families get: the legal name"),
    (Act.POLICY_CHANGED, {"names.parent_view": "district_rule"}, False,
     "the name that families get: what the office has recorded, student by student"),
    (Act.POLICY_CHANGED, {"what": "retention", "kind": "audit", "keep": "8 years"}, False,
     "how long is kept: the record of who did and saw what, 8 years"),
    (Act.POLICY_CHANGED, {"what": "parameter", "parameter": "retake_attempts", "value": "4"}, False,
     "the rule “Tries that are allowed”: 4"),
    (Act.POLICY_CHANGED, {"what": "parameter", "parameter": "retake_attempts", "value": None}, False,
     "the rule “Tries that are allowed”: nothing of its own any more"),
    (Act.POLICY_CHANGED, {"what": "cut_scores", "assessment": "<assessment>", "version": 7}, False,
     "cut scores of “Fractions quiz”, number 7"),
    (Act.POLICY_CHANGED, {"what": "methods", "subject": "Art", "before": MODEL, "after": BKT}, False,
     "what Art goes by: MODEL, now BKT"),
    (Act.POLICY_CHANGED, {"what": "calibration", "subject": "Art", "before": {"version": "defaults"},
                          "after": {"version": "a1"}}, False, "the calibration of Art: defaults, now a1"),
    (Act.POLICY_CHANGED, {"what": "retake_rule", "assessment": "<assessment>", "preset": "classroom_quiz"}, False,
     "trying “Fractions quiz” again: Quiz of a classroom"),
    (Act.WINDOW_CHANGED, {"step": "opened", "window": 1, "assessment": "<assessment>"}, False,
     "“Fractions quiz”: a window opened"),
    (Act.TEST_STEP, {"step": "registered", "assessment": "<assessment>", "overrode": True}, True,
     "“Fractions quiz”: has a seat, although not ready"),
    (Act.CALENDAR_CHANGED, {"school": "<school>", "day": "2027-01-14", "kind": "closure"}, False,
     ", Jan 14, 2027: closed, as for snow"),
    (Act.CALENDAR_CHANGED, {"school": "<school>", "first": "2026-08-31", "last": "2027-06-11"}, False,
     ": a file of Aug 31, 2026 to Jun 11, 2027"),
    (Act.POLICY_CHANGED, {"what": "graph", "version": 9}, False, "what comes before what, version 9"),
]  # fmt: skip


def _filled(value: Any, keys: Mapping[str, Any]) -> Any:
    if isinstance(value, list):
        return [_filled(one, keys) for one in value]
    return keys[value[1:-1]] if isinstance(value, str) and value.startswith("<") else value


def test_each_act_says_what_it_was_about_on_the_page_and_in_the_file(office: OfficeWorld) -> None:
    world = office.world
    keys = _keys(office)
    for act, detail, about, _said in TOLD:
        _on_record(office, act, {name: _filled(one, keys) for name, one in detail.items()}, about=about)
    principal = world.client("principal")
    token = principal.token()
    answer = principal.client.post(
        "/office/record/file", data={"csrf_token": token, "person": world.people["teacher"].identifier}
    )
    lines = [one for one in csv.DictReader(io.StringIO(answer.get_data(as_text=True))) if one["act"] != Act.SIGN_IN]
    told = [one["about"] for one in reversed(lines)]
    for (act, _detail, _about, said), words in zip(TOLD, told, strict=True):
        assert said in words, act
    page = principal.get("/office/record").text
    for _act, _detail, _about, said in TOLD:
        assert said in page


def test_guardians_and_orders_are_told_to_who_answers_for_them_alone(office: OfficeWorld) -> None:
    world = office.world
    guardian = world.people["guardian"]
    _on_record(office, Act.GRANT, {"guardian": guardian.id, "origin": "attested"}, about=True)
    _on_record(office, Act.ORDER_FILED, {"order": 1, "guardian": guardian.id, "restricts": ["contact"]}, about=True)
    for who, knows in (("principal", True), ("steward", False)):
        said = world.client(who).get(f"/office/record?student={world.student.identifier}").text
        assert (f"{guardian.display_name} as guardian" in said) == knows
        assert (f"{guardian.display_name}: may not have contact" in said) == knows


def test_who_is_of_another_school_is_named_to_the_district_alone(office: OfficeWorld) -> None:
    world, far = office.world, []

    def rows(make: Factory) -> None:
        section = make.section(make.school("Far High"), "Art", ["6"])
        far.extend([make.student(section, "Frida", "Kahlo"), make.teacher(section, given="Diego", family="Rivera")])

    world.add(rows)
    for one in far:
        _on_record(office, Act.ACCOUNT_DISABLED, {"person": one.id})
    for who, named in (("principal", False), ("steward", True)):
        said = world.client(who).get("/office/record?act=account_disabled").text
        assert "closed an account" in said
        assert ("Kahlo" in said, "Rivera" in said) == (named, named)


def test_more_to_tell_costs_no_more_statements(office: OfficeWorld) -> None:
    people, principal = office.world.people, office.world.client("principal")
    _on_record(office, Act.GRANT, {"person": people["mentor"].id, "role": "co_teacher"}, about=True)
    few = principal.statements("/office/record?act=grant")
    for who in (*people, *people):
        _on_record(office, Act.GRANT, {"person": people[who].id, "role": "co_teacher"}, about=True)
    assert principal.statements("/office/record?act=grant") == few
