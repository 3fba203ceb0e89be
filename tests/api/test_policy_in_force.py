"""The rules in force: what a district has said, who sees which of it, and who says it anew."""

from __future__ import annotations

import pytest
from factories import NOW, Factory
from office_world import DAY, TODAY, OfficeWorld, another_district, office_of
from page_world import PageWorld
from secretary import Secretary
from statements import statements_said

from api.actions.desk import Desk
from api.actions.policy_records import sign_parameter
from api.actions.schedule import Hold, Time, place, sign
from mastery.access_matrix import Role
from mastery.audit import Act
from mastery.names import ParentView
from mastery.policy_records import Asked as Rule
from mastery.policy_records import Level
from mastery.retention_schedule import Kind
from models.audit import AuditEvent, AuditSubject
from models.households import NamePolicy
from models.links import ProgrammeEnrollment
from models.policy_records import PolicyRecord
from models.retention import LegalHold, PendingDeletion, RetentionRule
from models.roster import Person

CASE = "Doe v. District"


@pytest.fixture
def office(page_world: PageWorld) -> OfficeWorld:
    return office_of(page_world)


def at_policy(office: OfficeWorld, who: str) -> Secretary:
    one = Secretary(office.world.client(who))
    one.client.get("/policy")
    one._read()
    return one


def acts(office: OfficeWorld, act: Act) -> list[int | None]:
    """Who did an act, by key."""
    return [one.actor_id for one in office.world.rows(AuditEvent) if one.act == act]


def hold_for(make: Factory, student: Person) -> None:
    """A hold of one student's records, by a command on the server."""
    place(make.session, Desk(make.district_id), Hold(student.sourced_id, None, CASE, None), NOW, "counsel")


def test_what_the_district_signed_is_told_with_why_and_since_when(office: OfficeWorld) -> None:
    one = at_policy(office, "steward")
    assert "5 years from the end of the last enrollment" in one.page
    one.follow("Keep a kind of record for another time")
    asked = {"kind": Kind.STUDENT_RECORD, "unit": "year", "basis": "RSA 189:29"}
    one.press("Sign for the district", 422, **asked)
    assert "Give a number from 1 to 200." in one.page
    one.press("Sign for the district", 422, **asked, count=7, begins_on=TODAY - DAY)
    assert "Give a day from today on." in one.page
    one.press("Sign for the district", **{**asked, "count": 7, "begins_on": TODAY})
    one.follow("Keep a kind of record for another time")
    one.press("Sign for the district", **{**asked, "unit": "permanent", "begins_on": TODAY + DAY})
    told = at_policy(office, "teacher").page
    assert "7 years from the end of the last enrollment" in told
    assert "RSA 189:29" in told
    assert "Signed for later" in told
    assert [(row.keep, row.signed_by) for row in office.world.rows(RetentionRule)] == [
        ("7 years", "Katherine Johnson"), ("permanent", "Katherine Johnson"),
    ]  # fmt: skip
    assert acts(office, Act.POLICY_CHANGED) == [office.world.people["steward"].id] * 2


def test_holds_are_told_to_who_answers_for_them_and_names_to_who_sees_them(office: OfficeWorld) -> None:
    world, student = office.world, office.world.student
    one = at_policy(office, "steward")
    one.follow("Place a hold")
    one.press("Place the hold", 422, student="nobody", reason=CASE)
    assert "No student of the district has this number." in one.page
    one.press("Place the hold", student=student.identifier, reason=CASE)
    assert f"{student.display_name}, every kind of record" in one.page

    def far_away(make: Factory) -> None:
        hold_for(make, make.student(make.section(make.school("Elsewhere"), "Far"), "Far", "Away"))

    world.add(far_away)
    assert "2 holds keep" in at_policy(office, "steward").page
    for who in ("principal", "registrar"):  # of their own school
        told = at_policy(office, who).page
        assert "1 hold keeps" in told
        assert student.display_name in told
        assert "Far" not in told
        assert "Lift this hold" not in told
    told = at_policy(office, "leader").page  # who may see no student by name
    assert "2 holds keep" in told
    assert "one student, every kind of record" in told
    assert student.display_name not in told
    assert CASE not in told
    assert "Legal holds" not in at_policy(office, "teacher").page
    (first, _second) = office.world.rows(LegalHold)
    for client in (world.client("principal"), world.client("teacher"), another_district(world)):
        client.post(f"/policy/holds/{first.id}/lift", 404)
    leader = at_policy(office, "leader")
    leader.press("Lift this hold")
    assert "1 hold keeps" in leader.page
    world.client("leader").post(f"/policy/holds/{first.id}/lift", 404)  # it is over
    assert acts(office, Act.HOLD_LIFTED) == [world.people["leader"].id]
    assert world.people["steward"].id in acts(office, Act.HOLD_PLACED)


def test_families_to_be_told_are_named_to_who_sees_every_class_alone(office: OfficeWorld) -> None:
    """Whose record waits to be deleted and says of special education: the district counts, the school knows who."""
    world, far = office.world, []
    assert "Families to be told" not in at_policy(office, "steward").page

    def waiting(make: Factory) -> None:
        far.append(make.student(make.section(make.school("Elsewhere"), "Far"), "Far", "Away"))
        for student, programme in (
            (world.student, "idea"),
            (far[0], "idea"),
            (world.people["classmate"], "section_504"),
        ):
            key = {"district_id": make.district_id, "student_id": student.id}
            make._add(ProgrammeEnrollment(**key, programme=programme, begins_on=None, ends_on=TODAY - DAY))
            make._add(PendingDeletion(**key, due_on=TODAY, rule="", since=NOW))

    world.add(waiting)
    for who in ("steward", "leader"):
        told = at_policy(office, who).page
        assert "The records of 2 students who were in special education are out of sight." in told
        assert told.count("one student: by Nov 3, 2026") == 2
        assert not [one for one in (world.student, *far) if one.display_name in told or str(one.identifier) in told]
    told = at_policy(office, "principal").page
    assert "The record of 1 student who was in special education is out of sight." in told
    assert f"{world.student.display_name}: by Nov 3, 2026" in told
    assert world.student.identifier in told
    for who in ("registrar", "teacher", "colleague"):
        assert "Families to be told" not in at_policy(office, who).page
    seen = [one.student_id for one in world.rows(AuditSubject)]
    assert (seen.count(world.student.id), far[0].id in seen) == (1, False)


def test_who_finds_no_student_by_name_holds_the_records_of_all(office: OfficeWorld) -> None:
    one = at_policy(office, "leader")
    one.follow("Place a hold")
    assert "Number of the student" not in one.page
    one.press("Place the hold", reason=CASE, kind=Kind.AUDIT)
    (row,) = office.world.rows(LegalHold)
    assert (row.student_id, row.kind) == (None, Kind.AUDIT)


def test_the_names_rule_is_set_by_the_district_s_office_alone(office: OfficeWorld) -> None:
    assert "This district has not said yet" in at_policy(office, "teacher").page
    for who in ("principal", "registrar", "leader", "teacher"):
        office.world.client(who).post("/policy/names", 404, view="legal")
    one = at_policy(office, "steward")
    one.follow("Say which name families get")
    one.press("Save", 422)
    one.press("Save", view="legal")
    assert "the family gets the legal name." in at_policy(office, "teacher").page
    assert "Set by Katherine Johnson" in one.page
    assert [row.parent_view for row in office.world.rows(NamePolicy)] == [ParentView.LEGAL]


def test_a_rule_is_set_by_the_district_s_office_from_a_day_on(office: OfficeWorld) -> None:
    for who in ("principal", "registrar", "teacher"):
        client = office.world.client(who)
        client.get("/policy/rules", 404)
        client.post("/policy/rules", 404, parameter="retake_attempts", value="4")
        assert "Set a rule for the district" not in at_policy(office, who).page
    one = at_policy(office, "leader")
    assert "Nothing is set: the defaults below count." in one.page
    one.follow("Set a rule for the district")
    asked = {"parameter": "retake_improve_level", "basis": "Board policy IKE"}
    one.press("Sign for the district", 422, **asked)
    assert "Give a number." in one.page
    one.press("Sign for the district", 422, **asked, value="5")
    assert "Give a number from 3 to 4, in steps of 0.5." in one.page
    one.press("Sign for the district", 422, **asked, value="4", begins_on=TODAY - DAY)
    assert "Give a day from today on." in one.page
    one.press("Sign for the district", 422, **{**asked, "parameter": "boe_records"}, value="4", begins_on=TODAY)
    one.press("Sign for the district", **asked, value="4", begins_on=TODAY)
    one.follow("Set a rule for the district")
    one.press("Sign for the district", **asked, value="3,5", begins_on=TODAY + DAY, binding="y")
    told = " ".join(at_policy(office, "teacher").page.split())
    assert 'Board policy IKE <span class="quiet">(Horace Mann)</span>' in told
    assert "From Oct 6, 2026 on, Up to this level (of 4) one may try once more for a better one: 3.5" in told
    assert "(the district, binding)" in told
    assert '4 <span class="quiet">(set by the district)</span>' in told, "and so in the list of all of them"
    assert [(row.value, row.level, row.binding, row.signed_by) for row in office.world.rows(PolicyRecord)] == [
        ("4.0", "district", False, "Horace Mann"), ("3.5", "district", True, "Horace Mann"),
    ]  # fmt: skip
    assert acts(office, Act.POLICY_CHANGED) == [office.world.people["leader"].id] * 2


def test_a_rule_that_was_set_is_told_in_spanish(office: OfficeWorld) -> None:
    one = at_policy(office, "steward")
    one.follow("Set a rule for the district")
    one.press("Sign for the district", parameter="retake_attempts", value="4", basis="Norma IKE", begins_on=TODAY)
    one.client.post("/language", language="es")
    told = at_policy(office, "steward")
    told.client.post("/language", language="es")
    told.client.get("/policy")
    told._read()
    assert "Reglas fijadas aquí" in told.page
    assert "fijado por el distrito" in told.page


def test_the_page_takes_as_many_statements_whatever_the_district_has_said(office: OfficeWorld) -> None:
    office.appoint("steward", Role.REGISTRAR)
    client, said = office.world.client("steward"), []
    client.get("/policy")

    def more(make: Factory) -> None:
        for student in (office.world.student, office.world.people["classmate"]):
            hold_for(make, student)
        for kind in (Kind.AUDIT, Kind.SIGN_IN):
            rule = Rule("retake_attempts", 4, Level.DISTRICT, "RSA", TODAY)
            sign_parameter(make.session, Desk(make.district_id), rule, NOW, TODAY, "board")
            gone = make.student(office.world.section, "Gone")
            key = {"district_id": make.district_id, "student_id": gone.id}
            make._add(ProgrammeEnrollment(**key, programme="idea", begins_on=None, ends_on=None))
            make._add(PendingDeletion(**key, due_on=TODAY, rule="", since=NOW))
            sign(make.session, Desk(make.district_id), Time(kind, "9 years", "RSA", TODAY), NOW, "board")

    for _ in range(3):
        office.world.add(more)
        with statements_said() as heard:
            client.get("/policy")
        said.append(len(heard))
    assert said[0] == said[1] == said[2]
