"""A teacher's level from the body of evidence: who may sign it, what it does, who reads it, taking it back."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from acts_on_record import recorded
from factories import Factory, new_district
from method_world import Post, choose, explained, poster
from page_client import PageClient
from page_world import PASSWORD, PageWorld
from sqlalchemy import select, text

from api.actions.accounts import create_account
from api.actions.replay import replay, verify
from mastery.audit import Act
from models.roster import Section
from models.standing import Confirmation, Standing
from models.unit_of_work import district_transaction

REASON = "Explains it to two others, in words and in a drawing."
NOBODY_ELSE = ["colleague", "stranger", "principal", "leader", "guardian", "student", "classmate"]


@pytest.fixture
def judged(page_world: PageWorld) -> Post:
    """A world in which teachers judge, and the student has all that mastery asks for but their word."""
    post = poster(page_world)
    for day in (1, 2):
        post(day, 0.8)
    post(3, 1.0, assessment="final", purpose="summative", evidence_type="test")
    choose(page_world, "JUDGE")
    return post


def place(world: PageWorld) -> str:
    return f"/students/{world.student.id}/targets/{world.target.id}"


def sign(world: PageWorld, client: PageClient, status: int = 303, **values: object) -> None:
    sent = {"level": "3.5", "reason": REASON, "seen": newest(world)} | values
    client.post(f"{place(world)}/judgements", status, **sent)


def acts(world: PageWorld) -> list[Confirmation]:
    with district_transaction(world.engine, world.district_id) as session:
        judgements = Confirmation.kind.in_(["judge", "withdraw_judgement"])
        found = list(session.scalars(select(Confirmation).where(judgements).order_by(Confirmation.id)))
        session.expunge_all()
        return found


def newest(world: PageWorld) -> int:
    signed = [one.id for one in acts(world) if one.kind == "judge"]
    return signed[-1] if signed else 0


def state(world: PageWorld) -> tuple[str, float | None]:
    with district_transaction(world.engine, world.district_id) as session:
        row = session.scalars(select(Standing).where(Standing.student_id == world.student.id)).one()
        return row.state, row.level


def after(world: PageWorld, client: PageClient) -> str:
    """The page as the person sees it next, with what was said of the form."""
    client.get(place(world))
    assert client.response is not None
    return client.response.get_data(as_text=True)


def test_signing_keeps_who_when_level_and_reason_and_completes_mastery(page_world: PageWorld, judged: Post) -> None:
    teacher = page_world.client("teacher")
    assert state(page_world) == ("in_progress", 4.0)
    assert "A level of at least 3.00 that a teacher gives, with a reason." in explained(page_world)
    sign(page_world, teacher, reason=f"  {REASON}  ")
    (act,) = acts(page_world)
    assert (act.kind, act.level, act.reason, act.by_person) == (
        "judge", 3.5, REASON, page_world.people["teacher"].id,
    )  # fmt: skip
    assert act.signed_at == act.at
    assert state(page_world) == ("mastered", 4.0)
    html = after(page_world, teacher)
    assert "Signed, with your name and the date." in html
    assert f"Level 3.5 of 4, given by {page_world.people['teacher'].display_name} on" in html
    assert REASON in html
    assert verify(page_world.engine, page_world.district_id).differing == 0
    with district_transaction(page_world.engine, page_world.district_id) as session:
        told = session.execute(text("SELECT student_ids FROM outbox WHERE topic = 'progress' ORDER BY id DESC")).first()
    assert told is not None
    assert told[0] == [page_world.student.id]


@pytest.mark.parametrize("who", NOBODY_ELSE)
def test_nobody_else_signs_or_takes_back(page_world: PageWorld, judged: Post, who: str) -> None:
    sign(page_world, page_world.client("teacher"))
    client = page_world.client(who)
    sign(page_world, client, 404)
    client.post(f"{place(page_world)}/judgements/{newest(page_world)}/take-back", 404)
    assert [one.kind for one in acts(page_world)] == ["judge"]
    if who in ("principal", "guardian", "student"):
        assert "Give a level" not in explained(page_world, who)


def test_another_district_and_the_signed_out_do_not_sign(page_world: PageWorld, judged: Post) -> None:
    other = new_district(page_world.engine, "Other")
    with district_transaction(page_world.engine, other) as session:
        make = Factory(session, other)
        section = make.section(make.school())
        make.student(section)
        create_account(session, other, "foreign", PASSWORD, make.teacher(section).id, page_world.clock())
        session.commit()
    sign(page_world, page_world.client("foreign"), 404)
    page_world.client().post(f"{place(page_world)}/judgements", 303, level="3", reason=REASON, seen=0)
    assert acts(page_world) == []


def test_a_teacher_of_record_of_another_subject_does_not_sign(page_world: PageWorld, judged: Post) -> None:
    def name(subjects: list[str]) -> None:
        with district_transaction(page_world.engine, page_world.district_id) as session:
            section = session.get_one(Section, (page_world.district_id, page_world.section.id))
            section.subjects = subjects
            session.commit()

    name(["Art"])
    sign(page_world, page_world.client("teacher"), 404)
    assert "Give a level" not in explained(page_world)
    name([page_world.target.subject.upper()])
    sign(page_world, page_world.client("teacher"))
    assert len(acts(page_world)) == 1


def test_a_form_without_its_token_is_refused(page_world: PageWorld, judged: Post) -> None:
    client = page_world.client("teacher")
    answer = client.client.post(f"{place(page_world)}/judgements", data={"level": "3", "reason": REASON, "seen": 0})
    assert answer.status_code == 400
    assert acts(page_world) == []


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"level": ""}, "Not signed: choose a level."),
        ({"level": "3.25"}, "Not signed: choose a level."),
        ({"level": "nan"}, "Not signed: choose a level."),
        ({"level": "5"}, "Not signed: choose a level."),
        ({"reason": "too short"}, "Not signed: say why, in 20 to 2000 characters."),
        ({"reason": "x" + " " * 30 + "y"}, "Not signed: say why, in 20 to 2000 characters."),
        ({"seen": "7"}, "Nothing was changed: this changed while you were reading."),
        ({"seen": "x"}, "Nothing was changed: this changed while you were reading."),
    ],
)
def test_what_can_not_be_signed_is_said_in_words(
    page_world: PageWorld, judged: Post, values: dict[str, object], said: str
) -> None:
    client = page_world.client("teacher")
    sign(page_world, client, **values)
    assert said in after(page_world, client)
    assert acts(page_world) == []


def test_without_evidence_there_is_nothing_to_judge(page_world: PageWorld) -> None:
    poster(page_world)
    choose(page_world, "MODEL")
    sign(page_world, page_world.client("teacher"), 404)
    choose(page_world, "DECAY", "JUDGE")
    client = page_world.client("teacher")
    assert "Give a level" not in explained(page_world)
    assert "No teacher has given a level" in explained(page_world)
    sign(page_world, client)
    assert "Not signed: nothing is scored on this target yet." in after(page_world, client)
    assert acts(page_world) == []


def test_taking_back_lets_the_level_before_count_again(page_world: PageWorld, judged: Post) -> None:
    teacher = page_world.client("teacher")
    sign(page_world, teacher, level="2")
    sign(page_world, teacher, level="3")
    assert state(page_world)[0] == "mastered"
    teacher.post(f"{place(page_world)}/judgements/{newest(page_world)}/take-back")
    html = after(page_world, teacher)
    assert "Taken back. The level before it counts again" in html
    assert "Level 2.0 of 4, given by" in html
    assert "1 other judgement" in html
    assert "Taken back on" in html
    # a mastery that rested on it is put before a teacher, and nothing is taken away by itself
    assert state(page_world) == ("needs_review", 4.0)
    teacher.post(f"{place(page_world)}/judgements/{newest(page_world)}/take-back")
    assert "Nothing was changed" in after(page_world, teacher)
    assert [one.kind for one in acts(page_world)] == ["judge", "judge", "withdraw_judgement"]
    on_record = recorded(page_world.engine, page_world.district_id, Act.OVERRIDE)
    by, about = page_world.people["teacher"].id, {page_world.student.id}
    assert on_record == [
        ("person", by, about, {"kind": one.kind, "signed": [one.id], "targets": [page_world.target.id]})
        for one in acts(page_world)
    ]
    before = state(page_world)
    replay(page_world.engine, page_world.district_id, page_world.clock())
    assert state(page_world) == before
    assert verify(page_world.engine, page_world.district_id).differing == 0


def test_results_that_come_late_or_after_leave_a_judgement_where_it_stands(page_world: PageWorld, judged: Post) -> None:
    sign(page_world, page_world.client("teacher"))
    for day, share in ((4, 0.0), (1, 0.5)):
        judged(day, share, source_id=f"late-{day}", assessment="quiz-17")
    assert "Level 3.5 of 4, given by" in explained(page_world)
    assert state(page_world)[0] == "mastered"
    before = state(page_world)
    replay(page_world.engine, page_world.district_id, page_world.clock())
    assert state(page_world) == before
    assert verify(page_world.engine, page_world.district_id).differing == 0


def test_only_its_author_takes_a_judgement_back(page_world: PageWorld, judged: Post) -> None:
    sign(page_world, page_world.client("teacher"))
    signed = newest(page_world)

    def second(make: Factory) -> None:
        other = make.teacher(page_world.section, given="Katherine", family="Johnson")
        create_account(make.session, make.district_id, "second", PASSWORD, other.id, page_world.clock())

    page_world.add(second)
    other = page_world.client("second")
    assert "Take this level back" not in after(page_world, other)
    other.post(f"{place(page_world)}/judgements/{signed}/take-back", 404)
    sign(page_world, other, level="2.5")
    assert [one.level for one in acts(page_world)] == [3.5, 2.5]


def test_of_two_who_sign_at_once_one_is_told_to_look_again(page_world: PageWorld, judged: Post) -> None:
    clients = [page_world.client("teacher") for _ in range(2)]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda client: sign(page_world, client, seen=0), clients))
    assert len(acts(page_world)) == 1
    said = [after(page_world, client) for client in clients]
    assert sorted("Signed, with your name" in one for one in said) == [False, True]


def test_the_family_reads_the_level_who_gave_it_and_why(page_world: PageWorld, judged: Post) -> None:
    assert "A teacher looks at all of the work and gives a level of 3.0." in explained(page_world, "guardian")
    teacher = page_world.client("teacher")
    sign(page_world, teacher, level="2", reason="An early word that was thought over again.")
    sign(page_world, teacher, level="3.5")
    for who in ("guardian", "student"):
        html = explained(page_world, who)
        assert "Teacher judgement" in html
        assert "Level 3.5 of 4, given by" in html
        assert REASON in html
        assert "An early word" not in html
        assert "Take this level back" not in html
    spanish = explained(page_world, "guardian", **{"Accept-Language": "es"})
    assert "Juicio del maestro" in spanish


def test_a_level_beside_another_primary_changes_no_decision(page_world: PageWorld, judged: Post) -> None:
    choose(page_world, "DECAY", "JUDGE")
    before = state(page_world)
    sign(page_world, page_world.client("teacher"), level="0")
    assert state(page_world) == before
    assert "Level 0.0 of 4, given by" in explained(page_world)
    assert len(recorded(page_world.engine, page_world.district_id, Act.DECISION)) == 1
    choose(page_world, "MODEL")
    assert "Teacher judgement" not in explained(page_world)


def test_more_judgements_cost_no_more_statements(page_world: PageWorld, judged: Post) -> None:
    """Three more than of a subject without judgements: for the page's answer, its form, and the classes' subjects."""
    teacher = page_world.client("teacher")
    sign(page_world, teacher)
    few = teacher.statements(place(page_world))
    for level in ("1", "2", "3"):
        sign(page_world, teacher, level=level)
    assert teacher.statements(place(page_world)) == few
    choose(page_world, "DECAY")
    assert few == teacher.statements(place(page_world)) + 3


def test_what_is_written_is_text(page_world: PageWorld, judged: Post) -> None:
    sign(page_world, page_world.client("teacher"), reason="<script>alert(1)</script> and twenty more")
    assert "<script>alert(1)" not in explained(page_world)
    assert "&lt;script&gt;alert(1)" in explained(page_world)
