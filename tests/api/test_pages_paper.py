"""A teacher types in what a class did on paper: every cell is evidence, by its day, and a correction loses nothing."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest
from factories import Factory, new_district
from page_world import PageWorld, let_sign_in
from paper_world import cell, open_paper, type_cell, typed
from sqlalchemy import Engine, select

from mastery.paper import LEVEL_CUTS
from models.access import Client
from models.assessment import Assessment, CutScores
from models.audit import AuditEvent
from models.evidence import Evidence, ResultRow
from models.graph import Node
from models.paper import PaperTarget, PaperTicket
from models.roster import Enrollment, Person
from models.standing import Standing
from models.unit_of_work import district_transaction

# --- opening ----------------------------------------------------------------------------------------------------------


def test_a_class_leads_to_its_papers(page_world: PageWorld) -> None:
    teacher = page_world.client("teacher")
    assert f"/classes/{page_world.section.id}/paper" in teacher.get(f"/classes/{page_world.section.id}").links
    assert f"/classes/{page_world.section.id}/paper" in teacher.get("/today").links
    assert (
        f"/classes/{page_world.section.id}/paper"
        not in page_world.client("principal").get(f"/classes/{page_world.section.id}").links
    )


def test_a_paper_is_opened_once_however_often_its_form_is_sent(page_world: PageWorld) -> None:
    first = open_paper(page_world, key="a" * 32)
    assert open_paper(page_world, key="a" * 32) == first
    assert len(page_world.rows(PaperTicket)) == len(page_world.rows(Assessment)) == 1
    assert open_paper(page_world) != first
    assert [one.name for one in page_world.rows(Client)] == ["Typed in by teachers"]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"title": " "}, "Give it a name."),
        ({"target1": ""}, "Name the target by its code."),
        ({"target1": "NO.SUCH"}, "Choose a target by its code, each once."),
        ({"target2": "4.NF.A.1", "points2": "3"}, "Choose a target by its code, each once."),
        ({"points1": "0"}, "Give a number above 0 and at most 1000."),
        ({"points1": "ten"}, "Give a number above 0 and at most 1000."),
        ({"day": "2026-12-24"}, "Give a day that has come, or leave it empty."),
        ({"day": "some day"}, "Give a day of the calendar, such as 2027-06-30."),
        ({"levels": "some", "cut10": "90", "cut20": "50"}, "Give percents from 1 to 100 that rise with the levels."),
        ({"levels": "some", "cut30": "most"}, "Give percents from 1 to 100 that rise with the levels."),
        ({"purpose": "state_summative"}, "Not a valid choice"),
        ({"evidence_type": "performance"}, "Not a valid choice"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_the_rest_stays(
    page_world: PageWorld, wrong: dict[str, str], said: str
) -> None:
    sent = {
        "title": "Ticket of Monday", "target1": "4.NF.A.1", "points1": "10", "evidence_type": "exit_ticket",
        "purpose": "formative", "independence": "independent", "scoring": "points", "levels": "none",
        "cut10": "25", "cut20": "50", "cut25": "65", "cut30": "80", "cut35": "90", "cut40": "97",
    } | wrong  # fmt: skip
    teacher = page_world.client("teacher")
    page = teacher.post(f"/classes/{page_world.section.id}/paper", 422, **sent)
    assert said in page.text
    assert teacher.response is not None
    if "title" not in wrong:
        assert 'value="Ticket of Monday"' in teacher.response.text
    assert page_world.rows(PaperTicket) == []


def test_the_same_again_begins_as_the_earlier_one(page_world: PageWorld) -> None:
    ticket = open_paper(page_world, title="Warm-up", points1="7.5", purpose="interim")
    teacher = page_world.client("teacher")
    assert "Warm-up" in teacher.get(f"/classes/{page_world.section.id}/paper").text
    teacher.get(f"/classes/{page_world.section.id}/paper?again={ticket}")
    assert teacher.response is not None
    for kept in ('value="Warm-up"', 'value="7.5"', 'value="4.NF.A.1"', '<option selected value="interim">'):
        assert kept in teacher.response.text


def test_a_check_whether_it_is_still_there_begins_with_its_target_and_levels(page_world: PageWorld) -> None:
    teacher = page_world.client("teacher")
    teacher.get(f"/classes/{page_world.section.id}/paper?check={page_world.target.id}")
    assert teacher.response is not None
    for begun in ('value="4.NF.A.1"', '<option selected value="retention_check">', '<option selected value="some">'):
        assert begun in teacher.response.text
    ticket = open_paper(page_world, evidence_type="retention_check", scoring="level")
    assert type_cell(page_world, ticket, cell(page_world), "2")[0] == 200
    assert page_world.rows(ResultRow)[0].evidence_type == "retention_check"


# --- typing -----------------------------------------------------------------------------------------------------------


def test_a_cell_is_evidence_of_the_person_by_the_day_of_the_work(page_world: PageWorld) -> None:
    ticket = open_paper(page_world, day="2026-10-02")
    status, answer = type_cell(page_world, ticket, cell(page_world), "7,5")
    assert (status, answer) == (200, {"cell": cell(page_world, 1), "text": "7.5", "said": "saved"})
    (row,) = page_world.rows(ResultRow)
    assert row.scorer == page_world.people["teacher"].sourced_id
    assert (row.performed_at, row.date_estimated) == (datetime(2026, 10, 2, 16, tzinfo=UTC), False)
    assert row.scored_at > row.performed_at
    assert (row.purpose, row.evidence_type, row.independence) == ("formative", "exit_ticket", "independent")
    assert typed(page_world) == [(1, "scored", 7.5, 10.0)]
    (standing,) = page_world.rows(Standing)
    assert (standing.target_id, standing.records) == (page_world.target.id, 1)


def test_of_a_day_that_nobody_knows_the_record_says_so(page_world: PageWorld) -> None:
    ticket = open_paper(page_world, day="")
    type_cell(page_world, ticket, cell(page_world), "7")
    (row,) = page_world.rows(ResultRow)
    assert row.date_estimated
    assert row.performed_at == page_world.rows(PaperTicket)[0].opened_at
    assert "Day not known, estimated:" in page_world.client("teacher").get(f"/paper/{ticket}").text


def test_missing_is_not_zero_and_not_exempt(page_world: PageWorld) -> None:
    ticket = open_paper(page_world)
    assert type_cell(page_world, ticket, cell(page_world), "")[1]["said"] == ""
    assert page_world.rows(ResultRow) == []
    assert type_cell(page_world, ticket, cell(page_world), "-")[1]["said"] == "saved: not handed in"
    assert [one for one in page_world.rows(Standing) if one.records] == []
    said = type_cell(page_world, ticket, cell(page_world, 1), "x")[1]["said"]
    assert said == "saved: exempt (before: - by Grace Hopper)"
    assert [one for one in page_world.rows(Standing) if one.records] == []
    type_cell(page_world, ticket, cell(page_world, 2), "0")
    assert [one.records for one in page_world.rows(Standing)] == [1]
    type_cell(page_world, ticket, cell(page_world, 3), "")
    assert [one for one in page_world.rows(Standing) if one.records] == []
    assert typed(page_world) == [
        (1, "not_submitted", None, 10.0), (2, "exempt", None, 10.0), (3, "scored", 0.0, 10.0),
        (4, "not_submitted", None, 10.0),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("88", "Not saved: that is more than the 10 points possible."),
        ("good", "Not saved: type a number, - for not handed in, or x for exempt."),
    ],
)
def test_what_is_no_score_is_not_saved_and_told(page_world: PageWorld, text: str, said: str) -> None:
    ticket = open_paper(page_world)
    assert type_cell(page_world, ticket, cell(page_world), text) == (422, {"said": said})
    assert page_world.rows(ResultRow) == []


def test_a_day_before_the_student_was_born_is_refused(page_world: PageWorld) -> None:
    with district_transaction(page_world.engine, page_world.district_id) as session:
        session.get_one(Person, (page_world.district_id, page_world.student.id)).birth_date = date(2026, 10, 4)
        session.commit()
    ticket = open_paper(page_world, day="2026-10-02")
    status, answer = type_cell(page_world, ticket, cell(page_world), "7")
    assert (status, page_world.rows(ResultRow)) == (422, [])
    assert "before the student was born" in answer["said"]


def test_a_post_that_comes_again_does_nothing(page_world: PageWorld) -> None:
    ticket = open_paper(page_world)
    answers = [type_cell(page_world, ticket, cell(page_world), "7") for _twice in range(2)]
    assert answers[0] == answers[1]
    assert typed(page_world) == [(1, "scored", 7.0, 10.0)]


def test_of_two_teachers_the_last_one_counts_and_nobodys_score_is_lost(page_world: PageWorld) -> None:
    with district_transaction(page_world.engine, page_world.district_id) as session:
        Factory(session, page_world.district_id).enrol(page_world.people["colleague"], page_world.section, "teacher")
        session.commit()
    ticket = open_paper(page_world)
    type_cell(page_world, ticket, cell(page_world), "7")
    _status, answer = type_cell(page_world, ticket, cell(page_world), "8", "colleague")
    assert answer["said"] == "saved (before: 7 by Grace Hopper)"
    # the first one's post again, whose answer was lost: the second one's score stays, and is told
    _status, answer = type_cell(page_world, ticket, cell(page_world), "7")
    assert (answer["text"], answer["cell"]) == ("8", cell(page_world, 2))
    assert typed(page_world) == [(1, "scored", 7.0, 10.0), (2, "scored", 8.0, 10.0)]
    page = page_world.client("teacher").get(f"/paper/{ticket}").text
    assert "8 in place of 7" in page
    assert "Emmy Noether" in page


def test_a_correction_counts_in_the_place_of_what_it_corrects(page_world: PageWorld) -> None:
    ticket, other = open_paper(page_world, day="2026-10-01"), open_paper(page_world, day="2026-10-02")
    type_cell(page_world, ticket, cell(page_world), "1")
    type_cell(page_world, other, cell(page_world), "9")
    page_world.clock.jump(timedelta(days=3))
    type_cell(page_world, ticket, cell(page_world, 1), "10")
    (corrected,) = page_world.rows(Standing)

    def as_if_typed_at_once(make: Factory) -> None:
        late = make.student(page_world.section, "Late", "Comer")
        page_world.people["late"] = late

    page_world.add(as_if_typed_at_once)
    late = page_world.people["late"].id
    type_cell(page_world, other, cell(page_world, student=late), "9")
    type_cell(page_world, ticket, cell(page_world, student=late), "10")
    other_way = next(one for one in page_world.rows(Standing) if one.student_id == late)
    assert (other_way.records, other_way.expected) == (corrected.records, pytest.approx(corrected.expected, abs=1e-12))


def test_levels_come_by_cut_scores_alone(page_world: PageWorld) -> None:
    plain = open_paper(page_world)
    assert page_world.rows(CutScores) == []
    assert "Formative only: no level." in page_world.client("teacher").get(f"/paper/{plain}").text
    open_paper(page_world, levels="some", cut20="50", cut30="80", cut10="", cut25="", cut35="", cut40="")
    (cuts,) = page_world.rows(CutScores)
    assert (cuts.cuts, cuts.confirmed_by) == ([[2.0, 0.5], [3.0, 0.8]], page_world.people["teacher"].id)
    signed = [one for one in page_world.rows(AuditEvent) if one.act == "policy_changed"]
    assert [one.detail["version"] for one in signed] == [cuts.id]
    by_level = open_paper(page_world, scoring="level", points1="")
    assert page_world.rows(CutScores)[-1].cuts == [[one.level, one.share] for one in LEVEL_CUTS]
    assert page_world.rows(PaperTarget)[-1].max == 4.0
    assert type_cell(page_world, by_level, cell(page_world), "2.4")[0] == 422
    assert type_cell(page_world, by_level, cell(page_world), "2.5")[0] == 200


def test_a_paper_with_levels_tells_the_level_to_the_decision(page_world: PageWorld) -> None:
    ticket = open_paper(page_world, scoring="level", purpose="summative")
    type_cell(page_world, ticket, cell(page_world), "3.5")
    page = page_world.client("teacher").get(f"/students/{page_world.student.id}/targets/{page_world.target.id}")
    assert "3.5" in page.text


# --- without script ---------------------------------------------------------------------------------------------------


def test_one_button_saves_all_cells(page_world: PageWorld) -> None:
    second = _target(page_world)
    ticket = open_paper(page_world, target2="4.NF.A.2", points2="4")
    classmate = page_world.people["classmate"].id
    teacher = page_world.client("teacher")
    names = {
        cell(page_world): "7", cell(page_world, target=second): "-", cell(page_world, student=classmate): "",
        cell(page_world, student=classmate, target=second): "4",
    }  # fmt: skip
    teacher.post(f"/paper/{ticket}", **names)
    assert sorted(typed(page_world)) == [
        (1, "not_submitted", None, 4.0),
        (1, "scored", 4.0, 4.0),
        (1, "scored", 7.0, 10.0),
    ]
    teacher.post(f"/paper/{ticket}", **names)
    assert len(page_world.rows(ResultRow)) == 3


def test_where_one_cell_is_wrong_nothing_is_saved_and_all_stays_as_typed(page_world: PageWorld) -> None:
    ticket = open_paper(page_world)
    classmate = page_world.people["classmate"].id
    teacher = page_world.client("teacher")
    page = teacher.post(
        f"/paper/{ticket}", 422, **{cell(page_world): "7", cell(page_world, student=classmate): "seventy"}
    )
    assert "Not saved: type a number" in page.text
    assert teacher.response is not None
    assert 'value="seventy"' in teacher.response.text
    assert 'value="7"' in teacher.response.text
    assert page_world.rows(ResultRow) == []


def test_what_is_no_cell_of_the_paper_is_refused(page_world: PageWorld) -> None:
    ticket = open_paper(page_world)
    other = _target(page_world)
    assert type_cell(page_world, ticket, cell(page_world, target=other), "7")[0] == 404
    assert type_cell(page_world, ticket, cell(page_world, student=900_000), "7")[0] == 404
    for name in ("c.1.2", "c.1.2.x", "d.1.2.3", "", f"c.{'9' * 30}.1.0"):
        assert type_cell(page_world, ticket, name, "7")[0] == 400
    assert page_world.rows(ResultRow) == []


def _target(world: PageWorld) -> int:
    made: list[Node] = []
    world.add(lambda make: made.append(make.target("4.NF.A.2", "I can compare fractions.")))
    return made[0].id


# --- who may ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["colleague", "stranger", "principal", "leader", "guardian", "student", "classmate"])
def test_who_does_not_teach_the_class_finds_no_paper(page_world: PageWorld, who: str) -> None:
    ticket = open_paper(page_world)
    client = page_world.client(who)
    for url in (f"/classes/{page_world.section.id}/paper", f"/paper/{ticket}"):
        client.get(url, 404)
        client.post(url, 404, **{cell(page_world): "7", "title": "T"})
    assert type_cell(page_world, ticket, cell(page_world), "7", who)[0] == 404
    assert page_world.rows(ResultRow) == []
    assert len(page_world.rows(PaperTicket)) == 1


def test_a_co_teacher_types_as_the_teacher_of_record_does(page_world: PageWorld) -> None:
    def join(make: Factory) -> None:
        helper = make.teacher(page_world.section, given="Kay", family="Johnson")
        page_world.people["helper"] = helper
        let_sign_in(make.session, make.district_id, {"helper": helper})

    page_world.add(join)
    ticket = open_paper(page_world)
    assert type_cell(page_world, ticket, cell(page_world), "7", "helper")[0] == 200
    assert page_world.rows(ResultRow)[0].scorer == page_world.people["helper"].sourced_id


def test_who_is_not_in_the_class_any_more_has_no_cell(page_world: PageWorld) -> None:
    ticket = open_paper(page_world)
    with district_transaction(page_world.engine, page_world.district_id) as session:
        chosen = select(Enrollment).where(Enrollment.person_id == page_world.student.id)
        session.scalars(chosen).one().ends_on = date(2026, 10, 1)
        session.commit()
    assert type_cell(page_world, ticket, cell(page_world), "7")[0] == 404


def test_a_paper_of_another_district_is_not_there(page_world: PageWorld, engine: Engine) -> None:
    ticket = open_paper(page_world)
    district = new_district(engine)
    with district_transaction(engine, district) as session:
        make = Factory(session, district)
        section = make.section(make.school())
        elsewhere = make.teacher(section, given="Hedy", family="Lamarr")
        let_sign_in(session, district, {f"elsewhere-{district}": elsewhere})
        session.commit()
    who = f"elsewhere-{district}"
    assert type_cell(page_world, ticket, cell(page_world), "7", who)[0] == 404
    page_world.client(who).get(f"/paper/{ticket}", 404)
    page_world.client(who).get(f"/classes/{page_world.section.id}/paper", 404)
    page_world.client(who).get(f"/classes/{section.id}/paper")


def test_of_two_who_type_at_the_same_time_both_are_kept(page_world: PageWorld) -> None:
    ticket = open_paper(page_world)
    with ThreadPoolExecutor(4) as threads:
        answers = [threads.submit(type_cell, page_world, ticket, cell(page_world), str(score)) for score in range(1, 5)]
    assert [one.result()[0] for one in answers] == [200] * 4
    assert [revision for revision, *_ in typed(page_world)] == [1, 2, 3, 4]
    assert {score for _revision, _status, score, _max in typed(page_world)} == {1.0, 2.0, 3.0, 4.0}


def test_who_looked_at_a_paper_is_on_record(page_world: PageWorld) -> None:
    ticket = open_paper(page_world)
    page_world.client("teacher").get(f"/paper/{ticket}")
    seen = [one for one in page_world.rows(AuditEvent) if (one.detail or {}).get("page") == "pages.paper"]
    assert len(seen) == 1


# --- how much it asks -------------------------------------------------------------------------------------------------


def test_a_grid_takes_as_many_statements_for_many_as_for_few(page_world: PageWorld) -> None:
    ticket = open_paper(page_world)
    teacher = page_world.client("teacher")
    type_cell(page_world, ticket, cell(page_world), "7")
    few = (teacher.statements(f"/paper/{ticket}"), teacher.statements(f"/classes/{page_world.section.id}/paper"))
    page_world.add(lambda make: [make.student(page_world.section, f"S{n}", "Many") for n in range(20)])
    with district_transaction(page_world.engine, page_world.district_id) as session:
        many = session.scalars(select(Person.id).where(Person.family_name == "Many")).all()
    teacher.post(f"/paper/{ticket}", **{cell(page_world, student=one): "5" for one in many})
    for _more in range(5):
        open_paper(page_world)
    assert len(page_world.rows(Evidence)) == 21
    assert (
        teacher.statements(f"/paper/{ticket}"),
        teacher.statements(f"/classes/{page_world.section.id}/paper"),
    ) == few
