"""Publishing the draft of a district's graph: a new version, and everybody brought up to it, in one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from api.actions.desk import Desk
from api.actions.graph_change import changed_demands
from api.actions.graph_draft import Draft, read_draft, signer, taken_places
from api.actions.graph_preview import carried_over, concerned_targets, drafted_graph
from api.actions.ingest import Intake
from api.actions.quarantine import Released, release
from api.actions.rederive import rederive_pairs
from mastery.audit import Act
from mastery.offices import Affair
from mastery.policy import DEFAULT_POLICY
from models.audit import record
from models.graph_publish import write_graph
from models.graph_store import load_graph
from models.graph_versions import Signature, drop_edits, put_version
from models.graph_write import lock_graph
from models.queries_concerned import places_on
from models.registry import stamps
from models.standing import Confirmation
from models.unit_of_work import district_transaction, try_again

LONGEST_TITLE = 300


class NotPublishedError(ValueError):
    """A draft that can not be published: `why` is "changed", "empty", "broken", "term" or "title"."""

    def __init__(self, why: str, message: str) -> None:
        self.why = why
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Published:
    """The version that was made, how many changes it has, whom it concerned and what they were given."""

    version: int
    changes: int
    students: int
    carried: int
    released: Released


def publish(intake: Intake, desk: Desk, title: str, seen: str, now: datetime, today: date, by: str = "") -> Published:
    """Publish the draft that was `seen`, and commit. `by`: who signs, where the command line is told.

    Raises NotYoursError, or NotPublishedError: also where somebody published, imported or entered something since.
    """

    def transaction() -> Published:
        with district_transaction(intake.engine, desk.district) as session:
            done = _publish(session, intake.within(), desk, title, seen, now, today, by)
            session.commit()
            return done

    return try_again(transaction)


def _publish(
    session: Session, intake: Intake, desk: Desk, title: str, seen: str, now: datetime, today: date, by: str
) -> Published:
    desk.whole_district(Affair.GRAPH, now)
    district_id, said = desk.district, " ".join(title.split())
    lock_graph(session, district_id)
    draft = read_draft(session, district_id, today)
    _refuse(draft, said, seen)
    planned = drafted_graph(draft)
    concerned = concerned_targets(draft, planned)
    carried = list(carried_over(session, district_id, draft, planned, None, now))
    before = draft.published
    ids = write_graph(session, district_id, before, draft.graph, taken_places(draft.changes), now)
    after = load_graph(session, district_id)
    by_name = by or signer(session, desk)
    number = put_version(session, district_id, before.graph, after.graph, Signature("draft", said, by_name), now)
    if number is None:
        raise NotPublishedError("empty", "nothing would change")
    drop_edits(session, district_id, [one.number for one in draft.entered])
    detail = {"what": "graph", "version": stamps(session, district_id).graph, "change": "publish", "number": number}
    record(session, district_id, desk.by, Act.POLICY_CHANGED, now, detail=detail)
    acts = [
        Confirmation(
            district_id=district_id, student_id=one.student, target_id=ids[planned.guids[one.target]],
            kind=one.given.kind.value, level=one.given.level, mastered_at=one.given.mastered_at,
            by_person=desk.person, reason=said, policy_version=DEFAULT_POLICY.version, at=one.at, signed_at=now,
        )
        for one in carried
    ]  # fmt: skip
    session.add_all(acts)
    session.flush()
    if acts:
        told = {
            "kind": acts[0].kind, "signed": [act.id for act in acts],
            "targets": sorted({act.target_id for act in acts}), "number": number,
        }  # fmt: skip
        about = sorted({act.student_id for act in acts})
        record(session, district_id, desk.by, Act.DECISION, now, about, detail=told)
    changed = concerned | set(changed_demands(before, after))
    places = {*places_on(session, district_id, changed), *((act.student_id, act.target_id) for act in acts)}
    students = rederive_pairs(session, district_id, sorted(places), now)
    released = release(session, intake, district_id, now)
    return Published(number, len(draft.changes), students, len(acts), released)


def _refuse(draft: Draft, title: str, seen: str) -> None:
    if draft.seen != seen:
        raise NotPublishedError("changed", "the draft or the graph changed since: look at what it changes again")
    if draft.broken is not None:
        raise NotPublishedError("broken", f"the draft makes no graph: {draft.broken}")
    if not draft.changes:
        raise NotPublishedError("empty", "nothing would change")
    if draft.waits:
        raise NotPublishedError(
            "term", "while a term runs only words, edges and one target in the place of one other are published"
        )
    if not 0 < len(title) <= LONGEST_TITLE:
        raise NotPublishedError("title", f"say what changes, in 1 to {LONGEST_TITLE} characters")
