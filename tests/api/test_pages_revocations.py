"""A mastery is taken away on its page: two sign, the family reads it and appeals, somebody else answers."""

from __future__ import annotations

from datetime import timedelta

import pytest
from acts_on_record import recorded
from decision_world import REASON, mastered, page, place, signed, state
from factories import Factory
from page_client import PageClient
from page_world import PageWorld, enrol, let_sign_in

from api.actions.replay import replay, verify
from mastery.audit import Act
from models.revocation import Revocation, RevocationStep

PROVEN = "The answers of the last test were somebody else’s."
NOBODY = ["colleague", "stranger", "classmate", "leader"]


@pytest.fixture
def taught(page_world: PageWorld) -> PageWorld:
    """A mastery that the rule confirmed, and a second principal of the school."""
    mastered(page_world)
    assert state(page_world)[0] == "mastered"

    def rows(make: Factory) -> None:
        second = make.person("Mary", "Bethune")
        make.role(second, "administrator", page_world.school.id)
        accounts = let_sign_in(make.session, page_world.district_id, {"second": second})
        page_world.people["second"] = second
        page_world.codes["second"] = enrol(make.session, page_world.district_id, accounts["second"])

    page_world.add(rows)
    return page_world


def revocation_page(world: PageWorld, client: PageClient) -> str:
    client.get(f"{place(world)}/revocation")
    assert client.response is not None
    return client.response.get_data(as_text=True)


def propose(world: PageWorld, client: PageClient, status: int = 303, **values: object) -> None:
    seen = revocation_page(world, client).split('name="seen" value="')
    sent = {"words": PROVEN, "seen": seen[1].split('"', 1)[0] if len(seen) > 1 else ""} | values
    client.post(f"{place(world)}/revocation", status, **sent)


def step(world: PageWorld, client: PageClient, what: str, status: int = 303, words: str = REASON) -> None:
    key = world.rows(Revocation)[-1].id
    client.post(f"{place(world)}/revocation/{key}", status, step=what, words=words)


def steps(world: PageWorld) -> list[str]:
    return [one.step for one in world.rows(RevocationStep)]


def test_two_sign_the_family_reads_it_and_an_upheld_appeal_restores_it(taught: PageWorld) -> None:
    before = state(taught)
    teacher, principal, guardian = (taught.client(who) for who in ("teacher", "principal", "guardian"))
    propose(taught, teacher)
    assert state(taught) == before
    assert PROVEN not in revocation_page(taught, guardian)
    waits = principal.get("/revocations")
    assert "Proposed, and waits for a second signature" in principal.response.get_data(as_text=True), waits
    assert "1 mastery to be taken away" in _text(teacher, "/today")
    step(taught, principal, "sign")
    assert state(taught)[0] == "revoked"
    assert PROVEN in revocation_page(taught, guardian)
    for address in (f"/students/{taught.student.id}", f"/students/{taught.student.id}/path"):
        assert "A mastery was taken away" in _text(guardian, address)
    assert "A mastery was taken away" in _text(taught.client("student"), "/path")
    step(taught, guardian, "appeal")
    step(taught, principal, "overturn")
    assert "Nothing was changed: this changed while you were reading." in revocation_page(taught, principal)
    step(taught, taught.client("second"), "overturn")
    assert steps(taught) == ["sign", "appeal", "overturn"]
    assert state(taught) == before
    assert [kind for kind, _ in signed(taught)] == ["auto_confirm", "revoke", "withdraw"]
    on_record = [one[3]["step"] for one in recorded(taught.engine, taught.district_id, Act.REVOCATION)]
    assert on_record == ["propose", "sign", "appeal", "overturn"]
    replay(taught.engine, taught.district_id, taught.clock())
    assert state(taught) == before
    assert verify(taught.engine, taught.district_id).differing == 0


def test_an_appeal_that_is_refused_leaves_it_taken_away_and_the_teacher_may_open_it_again(taught: PageWorld) -> None:
    teacher, principal = taught.client("teacher"), taught.client("principal")
    propose(taught, principal)
    step(taught, principal, "sign")
    assert steps(taught) == []
    step(taught, teacher, "sign")
    step(taught, taught.client("student"), "appeal")
    step(taught, taught.client("second"), "let_stand")
    assert state(taught)[0] == "revoked"
    html = page(teacher, taught)
    assert 'value="reopen"' in html
    assert "Taking mastery away, and appeals" in html


def test_a_proposal_is_declined_or_taken_back_and_another_may_follow(taught: PageWorld) -> None:
    teacher, principal = taught.client("teacher"), taught.client("principal")
    propose(taught, teacher)
    propose(taught, principal, seen=_mark(taught))
    assert len(taught.rows(Revocation)) == 1
    step(taught, principal, "decline")
    propose(taught, teacher)
    step(taught, teacher, "take_back")
    assert steps(taught) == ["decline", "take_back"]
    assert state(taught)[0] == "mastered"
    assert "Propose to take it away" in revocation_page(taught, principal)


def test_ten_school_days_to_appeal(taught: PageWorld) -> None:
    propose(taught, taught.client("teacher"))
    step(taught, taught.client("principal"), "sign")
    taught.clock.jump(timedelta(days=11))
    guardian = taught.client("guardian")
    assert 'value="appeal"' not in revocation_page(taught, guardian)
    step(taught, guardian, "appeal")
    assert steps(taught) == ["sign"]


@pytest.mark.parametrize("who", NOBODY)
def test_nobody_else_proposes_signs_or_reads(taught: PageWorld, who: str) -> None:
    propose(taught, taught.client("teacher"))
    client = taught.client(who)
    client.get(f"{place(taught)}/revocation", 404)
    client.post(f"{place(taught)}/revocation", 404, words=PROVEN, seen=_mark(taught))
    for what in ("sign", "decline", "take_back", "appeal", "overturn"):
        step(taught, client, what, 404)
    assert steps(taught) == []


@pytest.mark.parametrize("words", ["", "too short", "x" + " " * 30 + "y", "x" * 2001])
def test_a_reason_is_needed_at_each_step(taught: PageWorld, words: str) -> None:
    teacher, principal = taught.client("teacher"), taught.client("principal")
    propose(taught, teacher, words=words)
    assert "Nothing was changed: say why, in 20 to 2000 characters." in revocation_page(taught, teacher)
    assert taught.rows(Revocation) == []
    propose(taught, teacher)
    step(taught, principal, "sign", words=words)
    assert state(taught)[0] == "mastered"
    assert steps(taught) == []


def _mark(world: PageWorld) -> str:
    html = page(world.client("teacher"), world)
    return html.split('name="seen" value="')[1].split('"', 1)[0]


def _text(client: PageClient, address: str) -> str:
    client.get(address)
    assert client.response is not None
    return client.response.get_data(as_text=True)
