"""What people sign about a decision on the page of its target: who may what, what it needs, what it does."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from zoneinfo import ZoneInfo

import pytest
from acts_on_record import recorded
from decision_world import (
    REASON,
    acts_open,
    add_case_manager,
    bears_credit,
    mastered,
    page,
    place,
    seen,
    sign,
    signed,
    state,
)
from factories import ZONE
from method_world import Post, poster
from page_world import PageWorld

from api.actions.artefacts import add_artefact
from api.actions.explain import Moment, explanation
from api.actions.replay import replay, verify
from mastery.audit import Act
from models.artefacts import DecisionArtefact
from models.graph_store import GraphCache
from models.registry import context
from models.unit_of_work import district_transaction

NOBODY = ["colleague", "stranger", "guardian", "student", "classmate", "leader"]


def added(world: PageWorld, who: str) -> int:
    """A file of somebody's, handed in; its key."""
    person = world.people[who].id
    with district_transaction(world.engine, world.district_id) as session:
        found = add_artefact(session, world.district_id, person, person, f"{who}.txt", b"What I did.", world.clock())
        session.commit()
        return found.id


@pytest.fixture
def working(page_world: PageWorld) -> Post:
    """A student who has begun with a target."""
    post = poster(page_world)
    post(1, 0.5)
    return post


def test_a_teacher_says_that_it_is_mastered_and_takes_it_back(page_world: PageWorld, working: Post) -> None:
    teacher = page_world.client("teacher")
    before = state(page_world)
    assert acts_open(teacher, page_world) == ["override", "waive"]
    sign(page_world, teacher, "override")
    assert state(page_world)[0] == "mastered"
    html = page(teacher, page_world)
    assert "Signed, with your name and the date." in html
    assert f"Mastered by a teacher’s judgement by {page_world.people['teacher'].display_name} on" in html
    assert REASON in html
    assert acts_open(teacher, page_world) == ["override", "withdraw"]
    sign(page_world, teacher, "withdraw", reason="")
    assert state(page_world) == before
    assert [kind for kind, _ in signed(page_world)] == ["override", "withdraw"]
    assert [one[3]["kind"] for one in recorded(page_world.engine, page_world.district_id, Act.OVERRIDE)] == ["override"]
    assert verify(page_world.engine, page_world.district_id).differing == 0


def test_a_program_reads_who_signed_what_and_no_words(page_world: PageWorld, working: Post) -> None:
    sign(page_world, page_world.client("teacher"), "override")
    graph = GraphCache()
    with district_transaction(page_world.engine, page_world.district_id) as session:
        here = graph.get(session, page_world.district_id, context(session, page_world.district_id).stamps.graph)
        moment = Moment(page_world.clock(), ZoneInfo(ZONE))
        why = explanation(
            session, page_world.district_id, page_world.student.id, page_world.target.id, here, moment, 10, None
        )
    (one,) = why.document["signed"]
    by = page_world.people["teacher"]
    assert (one["kind"], one["by"], one["by_name"]) == ("override", by.identifier, by.display_name)
    assert REASON not in str(why.document)


def test_nothing_need_be_scored_to_waive_a_target(page_world: PageWorld) -> None:
    teacher = page_world.client("teacher")
    assert acts_open(teacher, page_world) == ["override", "waive"]
    sign(page_world, teacher, "waive")
    assert state(page_world)[0] == "waived"
    principal = page_world.client("principal")
    assert acts_open(principal, page_world) == ["withdraw"]
    sign(page_world, principal, "withdraw")
    assert state(page_world)[0] == "not_started"
    replay(page_world.engine, page_world.district_id, page_world.clock())
    assert state(page_world)[0] == "not_started"
    assert verify(page_world.engine, page_world.district_id).differing == 0


def test_a_principal_waives_and_does_not_override(page_world: PageWorld, working: Post) -> None:
    principal = page_world.client("principal")
    assert acts_open(principal, page_world) == ["waive"]
    sign(page_world, principal, "override")
    assert "Not signed: this cannot be done to the decision as it stands." in page(principal, page_world)
    sign(page_world, principal, "waive")
    assert signed(page_world) == [("waive", page_world.people["principal"].id)]


def test_a_case_manager_exempts_and_only_who_knows_the_program_reads_why(page_world: PageWorld, working: Post) -> None:
    add_case_manager(page_world)
    manager, teacher = page_world.client("manager"), page_world.client("teacher")
    assert acts_open(manager, page_world) == ["exempt"]
    why = "The plan of March names another goal in place of this one."
    sign(page_world, manager, "exempt", reason=why)
    assert state(page_world)[0] == "exempt"
    assert why in page(manager, page_world)
    assert why in page(page_world.client("guardian"), page_world)
    html = page(teacher, page_world)
    assert "Exempt by Annie Sullivan on" in html
    assert why not in html
    assert acts_open(teacher, page_world) == ["override"]
    sign(page_world, manager, "withdraw")
    assert state(page_world)[0] == "in_progress"


@pytest.mark.parametrize("who", NOBODY)
def test_nobody_else_signs(page_world: PageWorld, working: Post, who: str) -> None:
    mark = seen(page_world.client("teacher"), page_world)
    client = page_world.client(who)
    for what in ("override", "waive", "exempt", "resolve", "reopen", "withdraw", "revoke"):
        client.post(f"{place(page_world)}/decisions", 404, what=what, reason=REASON, seen=mark)
    assert signed(page_world) == []


def test_a_question_is_answered_by_the_teacher(page_world: PageWorld) -> None:
    post = mastered(page_world)
    level = state(page_world)[1]
    post(5, 0.5, assessment="final", purpose="summative", evidence_type="test")
    assert state(page_world) == ("needs_review", level)
    teacher = page_world.client("teacher")
    assert acts_open(teacher, page_world) == ["override", "resolve", "reopen"]
    sign(page_world, teacher, "resolve", reason="")
    assert state(page_world) == ("mastered", level)
    post(6, 0.5, assessment="final", purpose="summative", evidence_type="test")
    assert state(page_world) == ("needs_review", level)
    sign(page_world, teacher, "reopen", reason="short")
    assert "Say why, in at least 20 characters." in page(teacher, page_world)
    sign(page_world, teacher, "reopen")
    assert state(page_world)[0] == "in_progress"
    assert verify(page_world.engine, page_world.district_id).differing == 0


def test_for_credit_a_judgement_needs_a_piece_of_work(page_world: PageWorld, working: Post) -> None:
    bears_credit(page_world)
    teacher = page_world.client("teacher")
    sign(page_world, teacher, "override", reason="too short")
    html = page(teacher, page_world)
    assert "Not signed. Say why, in at least 20 characters." in html
    assert "name a piece of work on file that shows it." in html
    assert "a piece of work has to lie beside it, and none is on file" in html
    own, another = (added(page_world, who) for who in ("student", "classmate"))
    sign(page_world, teacher, "override", work=another)
    assert "name a piece of work on file that shows it." in page(teacher, page_world)
    assert signed(page_world) == []
    assert f'value="{own}"' in page(teacher, page_world)
    sign(page_world, teacher, "override", work=own)
    assert state(page_world)[0] == "mastered"
    assert f"/students/{page_world.student.id}/work/{own}/file" in page(page_world.client("guardian"), page_world)
    (beside,) = page_world.rows(DecisionArtefact)
    assert beside.artefact_id == own


def test_what_changed_meanwhile_is_not_signed(page_world: PageWorld, working: Post) -> None:
    teacher = page_world.client("teacher")
    mark = seen(teacher, page_world)
    sign(page_world, teacher, "waive")
    sign(page_world, teacher, "override", seen=mark)
    assert "Nothing was changed: this changed while you were reading." in page(teacher, page_world)
    assert [kind for kind, _ in signed(page_world)] == ["waive"]


def test_of_two_who_sign_at_once_one_does(page_world: PageWorld, working: Post) -> None:
    clients = [page_world.client("teacher"), page_world.client("principal")]
    mark = seen(clients[0], page_world)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda one: sign(page_world, one, "waive", seen=mark), clients))
    assert len(signed(page_world)) == 1


def test_only_its_author_takes_an_override_back(page_world: PageWorld, working: Post) -> None:
    teacher, other = page_world.client("teacher"), page_world.people["colleague"]
    sign(page_world, teacher, "override")
    page_world.add(lambda make: make.enrol(other, page_world.section, role="teacher"))
    colleague = page_world.client("colleague")
    assert acts_open(colleague, page_world) == ["override"]
    sign(page_world, colleague, "withdraw")
    assert "Only whoever signed it takes it back." in page(colleague, page_world)
    assert state(page_world)[0] == "mastered"
