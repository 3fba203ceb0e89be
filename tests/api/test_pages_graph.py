"""The pages of the curriculum lead: versions, the draft, whom it concerns, publishing it."""

import re
from datetime import timedelta
from html import unescape

import pytest
from factories import NOW, Factory
from page_client import PageClient
from page_world import PageWorld, add_steward

from mastery.audit import Act
from models.audit import AuditEvent
from models.graph_versions import GraphEdit, GraphVersion
from models.roster import Term


@pytest.fixture
def lead(page_world: PageWorld) -> PageClient:
    """The curriculum lead, in a district where a second target comes after the first."""
    add_steward(page_world)
    page_world.add(lambda make: make.target("4.NF.A.2", "I can compare fractions."))
    return page_world.client("steward")


def enter(lead: PageClient, act: str, status: int = 303, **fields: str) -> str:
    """Enter something; what the page says."""
    lead.get(f"/graph/draft/enter?act={act}")
    lead.post("/graph/draft/enter", status, act=act, **fields)
    return said(lead)


def look(lead: PageClient, url: str) -> str:
    """What a page says."""
    lead.get(url)
    return said(lead)


def said(lead: PageClient) -> str:
    assert lead.response is not None
    return unescape(lead.response.get_data(as_text=True))


def publish(lead: PageClient, title: str, status: int = 303, seen: str | None = None) -> str:
    """Publish the draft as the page shows it."""
    shown = look(lead, "/graph/draft/preview")
    found = re.search(r'name="seen" value="([^"]+)"', shown)
    assert found
    lead.post("/graph/draft/preview", status, title=title, seen=seen or found[1])
    return said(lead)


def test_a_draft_is_entered_read_in_words_and_published(page_world: PageWorld, lead: PageClient) -> None:
    page_world.add(lambda make: make.standing(page_world.student, page_world.target))
    enter(lead, "add", code="FR-1", statement="I can say why fractions are equal.", parent="4.NF.A.2", dok="2")
    enter(lead, "replace", old="4.NF.A.1", new="FR-1")
    enter(lead, "order", before="FR-1", after="4.NF.A.2", strength="soft")
    draft = look(lead, "/graph/draft")
    assert "New: FR-1 below 4.NF.A.2" in draft
    assert "FR-1 takes the place of 4.NF.A.1, with all the work on it" in draft
    told = look(lead, "/graph/draft/preview")
    assert "1 student works on what changes." in told
    assert "Byron, Ada" in told

    publish(lead, "One target in our own words")

    versions = page_world.rows(GraphVersion)
    assert [(one.number, one.origin) for one in versions] == [(1, "beginning"), (2, "draft")]
    assert versions[-1].signed_by == "Dorothy Vaughan"
    assert page_world.rows(GraphEdit) == []
    (event,) = [one for one in page_world.rows(AuditEvent) if one.detail.get("change") == "publish"]
    assert (event.act, event.detail["number"]) == (Act.POLICY_CHANGED, 2)
    assert "Version 2" in look(lead, "/graph")
    assert "One target in our own words" in look(lead, "/graph/versions/2")
    assert "Nothing is entered yet." in look(lead, "/graph/draft")


def test_a_refused_form_is_shown_again_as_it_was_typed(page_world: PageWorld, lead: PageClient) -> None:
    refused = enter(lead, "order", 422, before="9.ZZ.9", after="4.NF.A.2", strength="hard")
    assert "9.ZZ.9 is the code of no target, or of several." in refused
    assert 'value="9.ZZ.9"' in refused
    enter(lead, "order", before="4.NF.A.1", after="4.NF.A.2", strength="hard")
    circle = enter(lead, "order", 422, before="4.NF.A.2", after="4.NF.A.1", strength="soft")
    assert "That would go round in a circle: " in circle
    assert "4.NF.A.1 → 4.NF.A.2" in circle
    assert "4.NF.A.2 → 4.NF.A.1" in circle
    enter(lead, "end", target="4.NF.A.1")
    first, second = page_world.rows(GraphEdit)
    lead.post(f"/graph/draft/{second.id}/take-out")
    assert [one.id for one in page_world.rows(GraphEdit)] == [first.id]
    lead.post(f"/graph/draft/{second.id}/take-out", 404)


def test_while_a_term_runs_the_page_says_what_waits_and_offers_no_button(
    page_world: PageWorld, lead: PageClient
) -> None:
    def term(make: Factory) -> None:
        make.session.add(
            Term(
                district_id=make.district_id, sourced_id="fall", title="Fall", kind="semester",
                begins_on=NOW.date() - timedelta(days=9), ends_on=NOW.date() + timedelta(days=9), school_year="2027",
            )
        )  # fmt: skip

    page_world.add(term)
    enter(lead, "end", target="4.NF.A.1")
    told = look(lead, "/graph/draft/preview")
    assert "waits for the end of the term" in told
    assert "It can not be published today." in told
    assert "Publish the draft" not in told


def test_what_changed_since_it_was_looked_at_is_not_published(page_world: PageWorld, lead: PageClient) -> None:
    enter(lead, "reword", target="4.NF.A.1", statement="I can say why.")
    assert "Please look at it again." in publish(lead, "Words", 422, seen="0-0-0")
    assert page_world.rows(GraphVersion) == []


@pytest.mark.parametrize("who", ["teacher", "principal", "leader", "student", "guardian"])
def test_for_others_there_are_no_such_pages(page_world: PageWorld, who: str) -> None:
    client = page_world.client(who)
    for path in ("/graph", "/graph/versions/1", "/graph/draft", "/graph/draft/enter", "/graph/draft/preview"):
        client.get(path, 404)
