"""The grid of a class: who stands where on what, for whoever teaches it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from api_rows import sitting
from conftest_api import Machine, token_of
from factories import NOW, TODAY, Factory, new_district
from page_world import PASSWORD, PageWorld

from api.actions.accounts import create_account
from api.actions.graph import add_prerequisite
from api.actions.links import Asked, appoint
from api.pages import grid
from api.security.clients import SCOPES, create_client
from mastery import access_questions
from mastery.access import Basis, Scope
from mastery.access_matrix import DataClass, Role
from mastery.access_questions import sees_class
from mastery.graph import Strength
from mastery.policy import DEFAULT_POLICY
from models.queries_access import viewer_of
from models.roster import Section
from models.unit_of_work import district_transaction

STAFF = {"teacher", "colleague", "stranger", "principal", "leader"}


def cells(html: str) -> list[list[str]]:
    """The table as text, row by row."""
    table = html[html.index('<table class="grid">') : html.index("</table>")]
    rows = re.findall(r"<tr>(.*?)</tr>", table, re.S)
    return [[plain(one) for one in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S)] for row in rows]


def plain(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)).strip()


def shown(world: PageWorld, who: str = "teacher", query: str = "") -> list[list[str]]:
    client = world.client(who)
    client.get(f"/classes/{world.section.id}{query}")
    assert client.response is not None
    return cells(client.response.get_data(as_text=True))


def test_a_cell_is_symbol_word_and_link_and_too_little_evidence_is_its_own(page_world: PageWorld) -> None:
    def rows(make: Factory) -> None:
        other = make.target("4.NF.A.2", "I can put fractions in order.")
        make.standing(page_world.student, page_world.target, records=3)
        make.standing(page_world.student, other, records=1)
        make.standing(page_world.people["classmate"], other, state="mastered", records=5, level=3.0)

    page_world.add(rows)
    assert shown(page_world, query="?order=name") == [
        ["Student", "4.NF.A.1", "4.NF.A.2"],
        ["Byron, Ada", "◐ In progress", "◌ Not enough"],
        ["Turing, Alan", "○ Not started", "✔ Mastered"],
    ]
    client = page_world.client("teacher")
    page = client.get(f"/classes/{page_world.section.id}")
    cell = f"/students/{page_world.student.id}/targets/{page_world.target.id}"
    assert cell in page.links
    mounted = client.client.get(f"/classes/{page_world.section.id}", base_url="http://localhost/mastery")
    assert f'href="/mastery{cell}"' in mounted.get_data(as_text=True), "the same below a prefix"
    assert f"#target-{page_world.target.id}" in page.links, "a heading leads to the target's words"
    assert f"target-{page_world.target.id}" in page.ids
    assert "I can put fractions in order." in page.text


def test_a_short_word_is_part_of_the_whole_one_which_is_the_cells_name(page_world: PageWorld) -> None:
    states = ["ready", "mastered_provisional", "needs_review", "in_progress", "waived", "revoked"]

    def rows(make: Factory) -> None:
        for state in states:
            make.standing(page_world.student, make.target(), state=state)
        make.standing(page_world.student, make.target(), records=1)

    page_world.add(rows)
    client = page_world.client("teacher")
    page = client.get(f"/classes/{page_world.section.id}")
    assert client.response is not None
    found = re.findall(
        r'<td><a class="state-[a-z]+"(?: aria-label="([^"]+)")?[^>]*>(.*?)</a>', client.response.get_data(as_text=True)
    )
    assert len(found) == 2 * (len(states) + 1)
    for name, shown_html in found:
        word = plain(shown_html).partition(" ")[2]
        if name:
            assert word.lower() in name.lower()
            assert name in page.text, "the legend says the whole word"
        else:
            assert "<i aria-hidden=true>" in shown_html
    assert {name for name, _ in found} >= {"Needs a teacher’s look", "Not enough evidence yet", "Ready to show it", ""}


def test_what_the_class_is_at_work_on_comes_first_and_all_is_one_tap_away(page_world: PageWorld) -> None:
    edge = DEFAULT_POLICY.class_at_work_days

    def rows(make: Factory) -> None:
        for code, days in (("1.OA", edge + 1), ("2.OA", edge), ("3.OA", 0)):
            make.standing(page_world.student, make.target(code), as_of=NOW - timedelta(days=days))
        # one of the class is enough
        make.standing(page_world.people["classmate"], page_world.target, as_of=NOW - timedelta(days=1))

    page_world.add(rows)
    assert shown(page_world)[0] == ["Student", "2.OA", "3.OA", "4.NF.A.1"]
    assert shown(page_world, query="?which=all")[0] == ["Student", "1.OA", "2.OA", "3.OA", "4.NF.A.1"]
    page = page_world.client("teacher").get(f"/classes/{page_world.section.id}?order=name")
    assert "At work now: 3" in page.text
    assert f"/classes/{page_world.section.id}?order=name&which=all" in page.links, "the order stays"


def test_a_class_that_did_nothing_lately_shows_all_that_it_did(page_world: PageWorld) -> None:
    page_world.add(lambda make: make.standing(page_world.student, page_world.target, as_of=NOW - timedelta(days=99)))
    assert shown(page_world)[0] == ["Student", "4.NF.A.1"]
    assert "At work now" not in page_world.client("teacher").get(f"/classes/{page_world.section.id}").text


def test_who_has_a_pressing_flag_comes_first(page_world: PageWorld) -> None:
    def rows(make: Factory) -> None:
        for one in (page_world.student, page_world.people["classmate"]):
            make.standing(one, page_world.target)
        make.wheel_spin(page_world.people["classmate"], page_world.target)

    page_world.add(rows)
    assert [row[0] for row in shown(page_world)[1:]] == ["Turing, Alan 1 flag", "Byron, Ada"]
    assert [row[0] for row in shown(page_world, query="?order=name")[1:]] == ["Byron, Ada", "Turing, Alan 1 flag"]


def test_targets_stand_in_the_order_of_prerequisites(page_world: PageWorld) -> None:
    def rows(make: Factory) -> None:
        before = make.target("9.Z", "I can do what comes first.")
        make.standing(page_world.student, page_world.target)
        make.standing(page_world.student, before)
        add_prerequisite(make.session, make.district_id, "9.Z", "4.NF.A.1", Strength.HARD)

    page_world.add(rows)
    assert shown(page_world)[0] == ["Student", "9.Z", "4.NF.A.1"]


def test_a_class_is_open_to_whoever_teaches_or_administers_it_and_to_nobody_else(page_world: PageWorld) -> None:
    answers = {}
    for who in page_world.people:
        client = page_world.client(who)
        answers[who] = client.client.get(f"/classes/{page_world.section.id}").status_code
    open_to = {"teacher", "principal"}
    assert answers == {who: 200 if who in open_to else 404 for who in page_world.people}


def test_the_list_of_classes_is_exactly_those_that_open(page_world: PageWorld) -> None:
    made: list[Section] = [page_world.section, page_world.other_section]

    def rows(make: Factory) -> None:
        closed = make.section(page_world.school, "Closed")
        closed.active = False
        made.extend([make.section(make.school("Far High"), "Far"), closed])

    page_world.add(rows)
    listed = {}
    for who in page_world.people:
        client = page_world.client(who)
        opened = {one.id for one in made if client.client.get(f"/classes/{one.id}").status_code == 200}
        page = client.get("/classes", 200 if who in STAFF else 404)
        listed[who] = {int(link.rsplit("/", 1)[1]) for link in page.links if re.fullmatch(r"/classes/\d+", link)}
        assert listed[who] & {one.id for one in made} == opened, who
        with district_transaction(page_world.engine, page_world.district_id) as session:
            viewer = viewer_of(session, page_world.district_id, page_world.people[who].id, NOW)
        allowed = {one.id for one in made if one.active and sees_class(
            viewer, access_questions.Section(page_world.district_id, one.id, one.school_id))}  # fmt: skip
        assert opened == (allowed if who in STAFF else set()), who
    text = page_world.client("principal").get("/classes").text
    assert "Algebra I Period 1, Lincoln High School, 2 students" in text
    assert "Geometry Period 2, Lincoln High School, 0 students" in text
    assert page_world.section.id in listed["principal"]
    assert made[2].id not in listed["principal"]
    assert listed["leader"] == set()


def test_classes_of_another_district_do_not_exist(page_world: PageWorld) -> None:
    other = new_district(page_world.engine, "Other")
    with district_transaction(page_world.engine, other) as session:
        make = Factory(session, other)
        section = make.section(make.school("Elsewhere"), "Foreign class")
        session.commit()
    page_world.client("principal").get(f"/classes/{section.id}", 404)
    assert "Foreign class" not in page_world.client("principal").get("/classes").text


def test_a_class_shows_only_whom_the_viewer_may_see(page_world: PageWorld) -> None:
    """Somebody whose enrolment begins tomorrow is not in it today, for whoever looks."""

    def rows(make: Factory) -> None:
        later = make.person("Later", "Student")
        make.role(later, "student", page_world.school.id)
        make.enrol(later, page_world.section, begins=TODAY + timedelta(days=1))
        make.standing(page_world.student, page_world.target)
        make.standing(later, page_world.target)

    page_world.add(rows)
    for who in ("teacher", "principal"):
        assert [row[0] for row in shown(page_world, who, "?order=name")] == ["Student", "Byron, Ada", "Turing, Alan"]


def test_no_cell_leads_to_what_the_viewer_may_not_open(page_world: PageWorld) -> None:
    """A link that shares levels alone opens the class, but not the answers (D3), of which an explanation tells."""

    def rows(make: Factory) -> None:
        page_world.people["helper"] = helper = make.person("Maria", "Montessori")
        create_account(make.session, make.district_id, "helper", PASSWORD, helper.id, NOW)
        make.standing(page_world.student, page_world.target, records=1)
        asked = Asked(
            helper.id, Role.CO_TEACHER, Scope.SECTION, page_world.section.id, Basis.EMPLOYEE, "reading", NOW.date(),
            share=frozenset({DataClass.LEVELS}),
        )  # fmt: skip
        appoint(make.session, make.district_id, asked, NOW)

    page_world.add(rows)
    address, cell = f"/classes/{page_world.section.id}", f"/students/{page_world.student.id}/targets/"
    helper, teacher = page_world.client("helper"), page_world.client("teacher")
    seen = helper.get(address)
    assert "Not enough evidence yet" in seen.text
    assert not [link for link in seen.links if cell in link]
    helper.get(f"{cell}{page_world.target.id}", 404)
    (link,) = [link for link in teacher.get(address).links if cell in link]
    teacher.get(link)
    few = helper.statements(address), teacher.statements(address)

    def more(make: Factory) -> None:
        for _ in range(5):
            make.standing(make.student(page_world.section), page_world.target)

    page_world.add(more)
    assert (helper.statements(address), teacher.statements(address)) == few


def test_the_order_holds_across_pages_of_students(page_world: PageWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grid, "STUDENTS", 2)
    target = page_world.target

    def rows(make: Factory) -> None:
        urgent = make.student(page_world.section, "Zoe", "Zuse")
        make.standing(urgent, target)
        make.wheel_spin(urgent, target, severity="URGENT")
        waits = make.student(page_world.section, "Yan", "Young")
        make.standing(waits, target, state="needs_review", level=3.0)
        make.standing(page_world.student, target, state="mastered", level=3.0)
        make.standing(page_world.people["classmate"], make.target("9.Z"))

    page_world.add(rows)
    pages = [[row[0] for row in shown(page_world, query=f"?page={page}")[1:]] for page in (1, 2)]
    assert pages == [["Zuse, Zoe 1 flag", "Young, Yan"], ["Turing, Alan", "Byron, Ada"]]
    assert [shown(page_world, query=f"?page={page}")[0] for page in (1, 2)] == [["Student", "4.NF.A.1", "9.Z"]] * 2
    page_world.client("teacher").get(f"/classes/{page_world.section.id}?page=3", 404)


def test_a_cell_says_of_real_evidence_what_the_students_own_page_says(page_world: PageWorld) -> None:
    """Too little, work in progress, and ready, which depends on the day; the grid reads less of a standing for it."""
    with district_transaction(page_world.engine, page_world.district_id) as session:
        client = create_client(session, page_world.district_id, "LMS", SCOPES, NOW)
        session.commit()
    http = page_world.app.test_client()
    machine = Machine(http, page_world.district_id, client, token_of(http, client))
    machine.put_assessment("quiz-17")
    made: list[str] = []
    page_world.add(lambda make: made.extend(str(make.target(code).code) for code in ("T.1", "T.2", "T.3")))
    name = str(page_world.student.identifier)
    posted = []
    for code, days, right in (("T.1", 1, 1), ("T.2", 6, 0), ("T.3", 6, 1)):
        for day in range(1, days + 1):
            at = f"2026-09-{day + 20:02}T23:30:00-04:00"
            items = [{"item": f"{code}-{day}-{n}", "score": right, "max": 1} for n in range(5)]
            posted.append(sitting(name, code, day, performed_at=at, scored_at=at, targets=[
                {"target": code, "score": 5 * right, "max": 5, "items": items}]))  # fmt: skip
    assert {entry["status"] for entry in machine.post(*posted)} == {"accepted"}
    row = dict(zip(shown(page_world)[0], shown(page_world, query="?order=name")[1], strict=True))
    assert [row[code] for code in made] == ["◌ Not enough", "◐ In progress", "➜ Ready"]
    for after, ready in ((timedelta(days=11), "➜ Ready"), (timedelta(days=1), "◐ In progress")):
        page_world.clock.jump(after)
        row = dict(zip(shown(page_world)[0], shown(page_world, query="?order=name")[1], strict=True))
        page = page_world.client("teacher").get(f"/students/{page_world.student.id}")
        assert row["T.3"] == ready
        assert ("group-ready" in page.ids) == (ready == "➜ Ready")


def test_a_class_of_any_size_takes_as_many_statements(page_world: PageWorld) -> None:
    def count() -> int:
        return page_world.client("teacher").statements(f"/classes/{page_world.section.id}")

    page_world.add(lambda make: make.standing(page_world.student, page_world.target))
    few = count()

    def rows(make: Factory) -> None:
        targets = [make.target() for _ in range(5)]
        for _ in range(6):
            student = make.student(page_world.section)
            for target in targets:
                make.standing(student, target)
                make.wheel_spin(student, target)

    page_world.add(rows)
    assert count() == few


def test_the_order_counts_every_target_whichever_are_shown(page_world: PageWorld) -> None:
    """Somebody's decision that waits for a teacher stands on the second page of targets."""

    def rows(make: Factory) -> None:
        targets = [make.target() for _ in range(grid.TARGETS + 1)]
        for target in targets[:-1]:
            make.standing(page_world.student, target)
        for one in (page_world.student, page_world.people["classmate"]):
            make.standing(one, page_world.target, state="mastered", level=3.0)
        make.standing(page_world.people["classmate"], targets[-1], state="needs_review", level=3.0)

    page_world.add(rows)
    for query in ("", "?targets=2"):
        assert [row[0] for row in shown(page_world, query=query)[1:]] == ["Turing, Alan", "Byron, Ada"]
    links = page_world.client("teacher").get(f"/classes/{page_world.section.id}?order=name").links
    assert f"/classes/{page_world.section.id}?targets=2&page=1&order=name" in links


def test_a_class_without_evidence_says_so(page_world: PageWorld) -> None:
    page = page_world.client("teacher").get(f"/classes/{page_world.section.id}")
    assert "Nothing has been scored yet" in page.text


def test_many_targets_come_in_pages(page_world: PageWorld) -> None:
    def rows(make: Factory) -> None:
        for _ in range(grid.TARGETS + 1):
            make.standing(page_world.student, make.target())

    page_world.add(rows)
    assert len(shown(page_world)[0]) == 1 + grid.TARGETS
    assert len(shown(page_world, query="?targets=2")[0]) == 2
    page_world.client("teacher").get(f"/classes/{page_world.section.id}?targets=3", 404)
    page_world.client("teacher").get(f"/classes/{page_world.section.id}?page=2", 404)


def test_a_whole_class_stays_small(page_world: PageWorld) -> None:
    def rows(make: Factory) -> None:
        targets = [make.target() for _ in range(grid.TARGETS)]
        for _ in range(33):
            student = make.student(page_world.section)
            for target in targets:
                make.standing(student, target)

    page_world.add(rows)
    client = page_world.client("teacher")
    client.get(f"/classes/{page_world.section.id}")
    assert client.response is not None
    assert len(client.response.data) < 300_000
