"""A paper of the class of `page_world`, opened by its form, and what is typed into it."""

from __future__ import annotations

from typing import Any

from page_world import PageWorld

from models.evidence import Evidence, ResultRow
from models.paper import PaperTicket


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
