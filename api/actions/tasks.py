"""An educator writes a rubric, or another version of one, and gives a task to a class; each act is on record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import uuid4

from sqlalchemy import insert
from sqlalchemy.orm import Session

from mastery.access import Viewer
from mastery.audit import Act
from mastery.rating.rubric import Criterion, Rubric, RubricError
from mastery.rating.work import TaskKind, purpose
from models.assessment import Assessment, AssessmentForm
from models.audit import by_person, record
from models.locks import give_names
from models.own_senders import OwnSender, make_own_sender
from models.queries_rated import CriterionText, rubric_of
from models.rated_work import CriterionRow, RubricRow, TaskRow

LONGEST_TITLE, LONGEST_WORDS, MOST_CRITERIA, LEVELS = 120, 1000, 8, 5
FORM = "rubric"


@dataclass(frozen=True, slots=True)
class TaskDraft:
    """A task as a teacher describes it. `demand`: the cognitive demand (DOK) at which it asks, 1 to 4."""

    rubric: int
    kind: TaskKind
    title: str
    words: str
    credit_bearing: bool
    demand: int
    due_on: date | None


def make_rubric(
    session: Session,
    district_id: int,
    person: int,
    title: str,
    criteria: Sequence[CriterionText],
    replaces: int | None,
    now: datetime,
) -> int:
    """Keep a rubric, or another version of one, which itself stays as it is; its key. Raises RubricError.

    LookupError where there is no such version, or another one has replaced it. Whoever calls commits.
    """
    if not 0 < len(title.strip()) <= LONGEST_TITLE:
        raise RubricError("title", f"has from 1 to {LONGEST_TITLE} characters")
    if len(criteria) > MOST_CRITERIA:
        raise RubricError("criteria", f"a rubric has at most {MOST_CRITERIA} criteria")
    Rubric(tuple(Criterion(one.key, one.target) for one in criteria))
    if any(not one.title.strip() or not all(text.strip() for text in one.levels) for one in criteria):
        raise RubricError("criteria", "each criterion has a name, and words for each level from 0 to 4")
    give_names(session, district_id, "rubric")
    if replaces is not None:
        before = rubric_of(session, district_id, replaces)
        if before is None or before.replaced:
            raise LookupError("there is no such rubric, or a newer version of it")
    row = RubricRow(district_id=district_id, title=title.strip(), replaces_id=replaces, made_by=person, made_at=now)
    session.add(row)
    session.flush()
    rows = [
        {
            "district_id": district_id, "rubric_id": row.id, "place": one.place, "target_id": one.target,
            "title": one.title.strip(), "levels": [text.strip() for text in one.levels],
        }
        for one in criteria
    ]  # fmt: skip
    session.execute(insert(CriterionRow), rows)
    detail = {"rubric": row.id, "criteria": len(rows)} | ({"replaces": replaces} if replaces is not None else {})
    record(session, district_id, by_person(person), Act.RUBRIC_MADE, now, detail=detail)
    return row.id


def give_task(session: Session, viewer: Viewer, section: int, draft: TaskDraft, now: datetime) -> int:
    """Give a task to a class that the viewer teaches; its key. Raises LookupError for a class of others, RubricError.

    It is an assessment of its own, by which its results are known. Whoever calls commits.
    """
    if section not in viewer.sections:
        raise LookupError("there is no such class")
    if not 0 < len(draft.title.strip()) <= LONGEST_TITLE:
        raise RubricError("title", f"has from 1 to {LONGEST_TITLE} characters")
    if len(draft.words) > LONGEST_WORDS:
        raise RubricError("words", f"has at most {LONGEST_WORDS} characters")
    rubric = rubric_of(session, viewer.district, draft.rubric)
    if rubric is None or rubric.replaced:
        raise RubricError("rubric", "is none of the list: choose one")
    sender = make_own_sender(session, viewer.district, OwnSender.SCORED_WORK, now)
    assessment = Assessment(
        district_id=viewer.district, client_pk=sender, name=f"task-{uuid4().hex}",
        title=draft.title.strip(), purpose=purpose(credit_bearing=draft.credit_bearing).value, dok=draft.demand,
        digest=b"", changed_at=now,  # no program describes it
    )  # fmt: skip
    session.add(assessment)
    session.flush()
    row = TaskRow(
        district_id=viewer.district, section_id=section, rubric_id=draft.rubric, assessment_id=assessment.id,
        kind=draft.kind.value, title=draft.title.strip(), words=draft.words.strip(),
        credit_bearing=draft.credit_bearing, due_on=draft.due_on, given_by=viewer.person, given_at=now,
    )  # fmt: skip
    session.add_all(
        [AssessmentForm(district_id=viewer.district, assessment_id=assessment.id, name=FORM), row]
    )  # fmt: skip
    session.flush()
    detail = {"task": row.id, "section": section, "credit_bearing": draft.credit_bearing}
    record(session, viewer.district, by_person(viewer.person), Act.TASK_GIVEN, now, detail=detail)
    return row.id
