"""A student and the parents say in their own words what the student likes, wants and chooses; all of it is kept."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from acts_on_record import recorded
from factories import NOW, Factory, new_district
from page_world import PASSWORD, PageWorld, enrol
from path_pages import html, section, working
from path_world import LIKE, MIXED, UNITS, mastered
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from api.actions.accounts import create_account
from api.actions.complete_record import complete_record
from mastery.audit import Act
from mastery.profile import LONGEST, MOST_STANDING
from models.audit import SYSTEM
from models.graph import Node
from models.own_words import OwnWords
from models.roster import Person
from models.unit_of_work import district_transaction

HORSES = {"what": "interest", "words": "drawing horses"}


@pytest.fixture
def url(page_world: PageWorld) -> str:
    return f"/students/{page_world.student.id}/own-words"


def _newest(world: PageWorld) -> OwnWords:
    return world.rows(OwnWords)[-1]


def _target(world: PageWorld, code: str) -> int:
    with district_transaction(world.engine, world.district_id) as session:
        return session.scalars(select(Node.id).where(Node.district_id == world.district_id, Node.code == code)).one()


def _born(world: PageWorld, day: date) -> None:
    with district_transaction(world.engine, world.district_id) as session:
        session.get_one(Person, (world.district_id, world.student.id)).birth_date = day
        session.commit()


def _father(world: PageWorld) -> None:
    def rows(make: Factory) -> None:
        world.people["father"] = make.guardian_of(world.student, given="Lord", family="Byronson")
        create_account(make.session, make.district_id, "father", PASSWORD, world.people["father"].id, NOW)

    world.add(rows)


# --- saying, changing, taking back ------------------------------------------------------------------------------------


def test_what_is_said_is_on_the_path_and_what_was_said_before_stays(page_world: PageWorld, url: str) -> None:
    student = page_world.client("student")
    assert "I like …" in student.get("/path").text
    student.post(url, **HORSES)
    assert student.response is not None
    assert student.response.headers["Location"] == "/path#own-words"
    page = student.get("/path").text
    assert "drawing horses" in page
    assert "Said by you on Oct 5, 2026." in page
    first = _newest(page_world).id
    page_world.clock.jump(timedelta(days=2))
    student = page_world.client("student")
    student.post(f"{url}/{first}", what="interest", words="riding")
    page = student.get("/path").text
    assert page.index("riding") < page.index("What was said before") < page.index("drawing horses")
    student.post(f"{url}/{_newest(page_world).id}/withdraw")
    assert "riding" not in student.get("/path").text
    page = student.get(url).text
    assert "Taken back by you on Oct 7, 2026." in page
    assert "drawing horses" in page
    assert [(row.words, row.withdrawn) for row in page_world.rows(OwnWords)] == [
        ("drawing horses", False), ("riding", False), (None, True),
    ]  # fmt: skip


def test_a_goal_may_name_a_target_and_a_day(page_world: PageWorld, url: str) -> None:
    student = page_world.client("student")
    goal = {"what": "goal", "words": "add fractions", "target": page_world.target.id, "by_day": "2026-12-01"}
    student.post(url, **goal)
    page = page_world.client("teacher").get(f"/students/{page_world.student.id}").text
    for text in ("In the student’s own words", "add fractions", "By Tuesday, December 1, 2026", "Said by Ada Byron on"):
        assert text in page
    assert "I can explain why fractions are equal." in page


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"what": "interest", "words": " "}, "say it in words"),
        ({"what": "preference", "words": "x" * (LONGEST + 1)}, "say it in words"),
        ({"what": "goal", "words": "kept text", "by_day": "2026-10-04"}, "choose a day from today on"),
        ({"what": "goal", "words": "kept text", "by_day": "soon"}, "choose a day from today on"),
        ({"what": "goal", "words": "kept text", "target": "999999"}, "one of the targets"),
        ({"what": "goal", "words": "kept text", "target": "x"}, "one of the targets"),
    ],
)
def test_what_is_refused_is_shown_as_it_was_typed(
    page_world: PageWorld, url: str, typed: dict[str, str], said: str
) -> None:
    page = page_world.client("student").post(url, 422, **typed)
    assert said in page.text
    assert typed["words"].strip() in page.text
    assert page_world.rows(OwnWords) == []


def test_what_no_form_says_and_what_was_changed_meanwhile_change_nothing(page_world: PageWorld, url: str) -> None:
    student = page_world.client("student")
    student.post(url, what="diagnosis", words="x")
    assert "use one of the forms" in student.get("/path").text
    student.post(url, **HORSES)
    student.post(url, **HORSES)  # a form that was sent twice
    (first,) = page_world.rows(OwnWords)
    student.post(f"{url}/{first.id}", what="interest", words="riding")
    for late in (f"{url}/{first.id}", f"{url}/{first.id}/withdraw"):
        student.post(late, what="interest", words="late")
        assert "changed while you were reading" in student.get("/path").text
    assert len(page_world.rows(OwnWords)) == 2
    for number in range(MOST_STANDING - 1):
        student.post(url, what="interest", words=f"thing {number}")
    assert "Take one back first" in student.post(url, 422, what="interest", words="one more").text


def test_of_two_that_replace_the_same_one_the_database_takes_one(page_world: PageWorld, url: str) -> None:
    page_world.client("student").post(url, **HORSES)
    (first,) = page_world.rows(OwnWords)
    values = {
        "district_id": page_world.district_id, "student_id": page_world.student.id, "kind": "interest", "words": "x",
        "withdrawn": False, "replaces_id": first.id, "said_by": page_world.student.id, "said_at": NOW,
    }  # fmt: skip
    with district_transaction(page_world.engine, page_world.district_id) as session:
        session.execute(insert(OwnWords).values(values))
        with pytest.raises(IntegrityError):
            session.execute(insert(OwnWords).values(values))


def test_each_act_is_on_record_without_the_words(page_world: PageWorld, url: str) -> None:
    student = page_world.client("student")
    student.post(url, **HORSES)
    key = _newest(page_world).id
    student.post(f"{url}/{key}/withdraw")
    about = {page_world.student.id}
    last = _newest(page_world).id
    assert recorded(page_world.engine, page_world.district_id, Act.OWN_WORDS_SAID) == [
        ("person", page_world.student.id, about, {"own_words": key, "kind": "interest"})
    ]
    assert recorded(page_world.engine, page_world.district_id, Act.OWN_WORDS_WITHDRAWN) == [
        ("person", page_world.student.id, about, {"own_words": last, "kind": "interest", "replaces": key})
    ]


def test_it_is_in_the_complete_record_with_who_said_it_by_role(page_world: PageWorld, url: str) -> None:
    page_world.client("guardian").post(url, **HORSES)
    with district_transaction(page_world.engine, page_world.district_id) as session:
        document = complete_record(session, page_world.district_id, page_world.student.id, SYSTEM, page_world.clock())
    (row,) = document["sections"]["own_words"]
    assert (row["words"], row["said_by"]) == ("drawing horses", {"role": "guardian"})


# --- whose business it is ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["teacher", "principal", "colleague", "stranger", "classmate", "leader"])
def test_nobody_but_the_student_and_the_parents_says_anything(page_world: PageWorld, url: str, who: str) -> None:
    page_world.client("student").post(url, **HORSES)
    key, client = _newest(page_world).id, page_world.client(who)
    reads = who in ("teacher", "principal")
    page = client.get(url, 200 if reads else 404)
    assert ("drawing horses" in page.text) is reads
    assert [form["action"] for form in page.forms if "own-words" in form["action"]] == []
    target = page_world.target.id
    for post in (url, f"{url}/{key}", f"{url}/{key}/withdraw", f"{url}/choice"):
        client.post(post, 404, target=target, **HORSES)
    assert len(page_world.rows(OwnWords)) == 1


def test_another_district_does_not_exist(page_world: PageWorld, url: str) -> None:
    page_world.client("student").post(url, **HORSES)
    key, other = _newest(page_world).id, new_district(page_world.engine, "Other")
    with district_transaction(page_world.engine, other) as session:
        make = Factory(session, other)
        school = make.school()
        student, head = make.student(make.section(school)), make.person("Foreign", "Head")
        make.role(head, "administrator", school.id)
        account = create_account(session, other, "foreign-words", PASSWORD, head.id, NOW)
        page_world.codes["foreign-words"] = enrol(session, other, account)
        create_account(session, other, "foreign-student", PASSWORD, student.id, NOW)
        session.commit()
        assert session.scalars(select(OwnWords)).all() == []
    for who in ("foreign-words", "foreign-student"):
        foreign = page_world.client(who)
        foreign.get(url, 404)
        for post in (url, f"{url}/{key}", f"{url}/{key}/withdraw"):
            foreign.post(post, 404, **HORSES)
    page_world.client("foreign-student").post(f"/students/{student.id}/own-words/{key}/withdraw", 404)


def test_a_parent_speaks_for_a_child_and_is_named_to_staff_and_not_to_another_parent(
    page_world: PageWorld, url: str
) -> None:
    _father(page_world)
    mother = page_world.client("guardian")
    assert "My child likes …" in mother.get(f"/students/{page_world.student.id}/path").text
    mother.post(url, **HORSES)
    key = _newest(page_world).id
    name = page_world.people["guardian"].display_name
    seen = {who: page_world.client(who).get(url).text for who in ("guardian", "father", "student", "teacher")}
    assert "Said by you on" in seen["guardian"]
    assert f"Said by {name}, a parent on" in seen["teacher"]
    for who in ("father", "student"):
        assert "Said by a parent on" in seen[who]
        assert name not in seen[who]
    page_world.client("father").post(f"{url}/{key}", 404, what="interest", words="no")
    page_world.client("father").post(f"{url}/{key}/withdraw", 404)
    page_world.client("student").post(f"{url}/{key}", 404, what="interest", words="no")
    page_world.client("student").post(f"{url}/{key}/withdraw")
    assert _newest(page_world).withdrawn
    assert "Said by a parent" not in page_world.client("father").get(f"/students/{page_world.student.id}/path").text


def test_a_parent_says_nothing_more_from_the_18th_birthday_on(page_world: PageWorld, url: str) -> None:
    guardian, student = page_world.client("guardian"), page_world.client("student")
    guardian.post(url, **HORSES)
    key = _newest(page_world).id
    _born(page_world, date(2000, 1, 1))
    for post in (url, f"{url}/{key}", f"{url}/{key}/withdraw"):
        guardian.post(post, 404, **HORSES)
    student.post(url, what="preference", words="it is quiet")
    student.post(f"{url}/{key}/withdraw")
    assert "it is quiet" in student.get("/path").text


# --- what to do next --------------------------------------------------------------------------------------------------


def test_the_students_choice_is_first_and_what_the_path_says_stays_as_it_is(page_world: PageWorld, url: str) -> None:
    working(page_world)
    before = html(page_world)
    student = page_world.client("student")
    assert "Choose what you want to do next" in student.get("/path").text
    student.post(f"{url}/choice", target=_target(page_world, LIKE))
    after = html(page_world)
    assert section(after, "choice").startswith("My choice I can add fractions with like parts.")
    assert after.index('data-key="choice"') < after.index('data-key="next"')
    assert re.sub(r'<section data-key="choice".*?</section>', "", after, count=1, flags=re.S).split() == before.split()
    page = page_world.client("teacher").get(f"/students/{page_world.student.id}").text
    assert "Wants to do next" in page
    assert "The student’s own choice" in section(html(page_world, "guardian"), "choice")
    # another choice comes in its place
    student.post(f"{url}/choice", target=page_world.target.id)
    assert "like parts" not in section(html(page_world), "choice")
    assert [row.replaces_id for row in page_world.rows(OwnWords)] == [None, page_world.rows(OwnWords)[0].id]


def test_what_is_locked_done_or_unknown_is_not_to_be_chosen(page_world: PageWorld, url: str) -> None:
    working(page_world)
    student = page_world.client("student")
    for target in (_target(page_world, MIXED), _target(page_world, UNITS), 999_999, "x", ""):
        assert "choose one of the targets" in student.post(f"{url}/choice", 422, target=target).text
    page_world.client("guardian").post(f"{url}/choice", 404, target=_target(page_world, LIKE))
    assert page_world.rows(OwnWords) == []


def test_a_choice_that_is_done_is_not_first_any_more(page_world: PageWorld, url: str) -> None:
    working(page_world)
    page_world.client("student").post(f"{url}/choice", target=page_world.target.id)
    assert section(html(page_world), "choice") != ""
    page_world.add(lambda make: mastered(make, page_world.student, page_world.target))
    assert section(html(page_world), "choice") == ""
    assert "What I want to do next" in page_world.client("student").get("/path").text


def test_a_page_takes_as_many_statements_however_much_is_said(page_world: PageWorld, url: str) -> None:
    student, guardian, teacher = (page_world.client(who) for who in ("student", "guardian", "teacher"))
    path = f"/students/{page_world.student.id}"

    def counts() -> tuple[int, ...]:
        return student.statements("/path"), guardian.statements(url), teacher.statements(path)

    guardian.post(url, what="preference", words="it is quiet")
    student.post(url, **HORSES)
    few = counts()
    for number in range(4):
        student.post(url, what="goal", words=f"goal {number}", target=page_world.target.id)
    assert counts() == few
