"""A paper of the class of `page_world`, opened by its form, and what is typed into it."""

from __future__ import annotations

from typing import Any

from factories import Factory
from page_world import PageWorld
from sqlalchemy import select

from mastery.paper import Scoring, read_cell, source_id
from models.assessment import Assessment, AssessmentForm
from models.evidence import Evidence, ResultRow
from models.own_senders import OwnSender, own_sender
from models.paper import PaperTicket
from models.roster import Person


def open_paper(world: PageWorld, who: str = "teacher", **form: Any) -> int:
    """Open a paper by the form as somebody; its key."""
    sent = {
        "title": "Exit ticket 7", "target1": world.target.code, "points1": "10", "day": "2026-10-05",
        "evidence_type": "exit_ticket", "purpose": "formative", "independence": "independent", "scoring": "points",
        "levels": "none",
    }  # fmt: skip
    world.client(who).post(f"/classes/{world.section.id}/paper", **{**sent, **form})
    return int(world.rows(PaperTicket)[-1].id)


def cell(world: PageWorld, seen: int = 0, student: int | None = None, target: int | None = None) -> str:
    """The name of a cell's field, of the student and the target of the world unless others are named."""
    return f"c.{student or world.student.id}.{target or world.target.id}.{seen}"


def type_cell(world: PageWorld, ticket: int, name: str, text: str, who: str = "teacher") -> tuple[int, dict[str, Any]]:
    """Type into a cell as the script does; status and what is answered."""
    client = world.client(who)
    answer = client.client.post(
        f"/paper/{ticket}/cell", data={"csrf_token": client.token(), "cell": name, "text": text}
    )
    return answer.status_code, answer.get_json() if answer.is_json else {}


def typed(world: PageWorld) -> list[tuple[int, str, float | None, float | None]]:
    """Every revision of every cell: revision, status, score, points possible; in the order in which they came."""
    evidence = {one.result_id: one for one in world.rows(Evidence)}
    return [(one.revision, one.status, evidence[one.id].score, evidence[one.id].max) for one in world.rows(ResultRow)]


def typed_before(make: Factory, world: PageWorld, ticket: int, student: Person, revision: int, text: str) -> None:
    """A revision of a cell as rows alone, for a student of whom other rows are made up as well."""
    paper = make.session.get_one(PaperTicket, (make.district_id, ticket))
    form = make.session.scalars(
        select(AssessmentForm.id).where(
            AssessmentForm.district_id == make.district_id, AssessmentForm.assessment_id == paper.assessment_id
        )
    ).one()
    client = own_sender(make.session, make.district_id, OwnSender.TYPED_IN)
    said = read_cell(text, Scoring.POINTS, 10.0)
    assert client is not None
    assert said is not None
    row = ResultRow(
        district_id=make.district_id, id=make._result_id(), client_pk=client,
        source_id=source_id(paper.key, student.sourced_id, world.target.guid), revision=revision, digest=b"",
        student_id=student.id, assessment_id=paper.assessment_id, form_id=form, purpose="formative",
        evidence_type=paper.evidence_type, scorer=world.people["teacher"].sourced_id, scorer_certified=False,
        independence=paper.independence, feedback="none", proctoring="none", status=said.status.value,
        setting="school", accommodations=[], duration_seconds=None, performed_at=paper.performed_at,
        scored_at=paper.opened_at, received_at=paper.opened_at, date_estimated=paper.date_estimated,
    )  # fmt: skip
    make._add(row)
    make._add(
        Evidence(
            district_id=make.district_id, result_id=row.id, target_id=world.target.id, score=said.score, max=10.0,
            level=None, items=[],
            whole_item_id=None if said.score is None else make._whole_item(
                make.session.get_one(Assessment, (make.district_id, paper.assessment_id)), world.target
            ).id,
        )
    )  # fmt: skip
