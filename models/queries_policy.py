"""What a district has said of its own rules, as the page of rules in force tells it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, literal, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from mastery.names import ParentView
from mastery.offices import Remit
from mastery.retention_schedule import Kind
from models.households import NamePolicy
from models.methods import SubjectMethod, read_methods
from models.queries_office import students_in
from models.retention import LegalHold
from models.roster import Person
from models.subject_choices import ChoiceKind, SubjectChoice

MOST = 50


@dataclass(frozen=True, slots=True)
class NamesRule:
    """Which name families get, and who set it when; `by` None: a command where the service is installed."""

    view: ParentView
    by: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class ScoreRule:
    """What mastery in a subject goes by and what is shown beside, by exact names; who chose it, if that was said."""

    subject: str
    primary: str
    beside: tuple[str, ...]
    by: str | None
    since: datetime


@dataclass(frozen=True, slots=True)
class HoldLine:
    """A hold in force. `student` and `reason` are None where they are not the reader's to see."""

    id: int
    of_all: bool
    student_id: int | None
    student: str | None
    kind: Kind | None
    reason: str | None
    placed_at: datetime
    until: date | None


def names_rule(session: Session, district_id: int) -> NamesRule | None:
    """Which name families get; None where the district has not said."""
    row = session.execute(
        select(NamePolicy, Person)
        .outerjoin(Person, (Person.district_id == NamePolicy.district_id) & (Person.id == NamePolicy.set_by))
        .where(NamePolicy.district_id == district_id)
    ).one_or_none()
    if row is None:
        return None
    policy, person = row
    return NamesRule(ParentView(policy.parent_view), None if person is None else person.display_name, policy.set_at)


def score_rules(session: Session, district_id: int) -> Sequence[ScoreRule]:
    """What was chosen for subjects, by name; any other goes by the model."""
    newest = (
        select(SubjectChoice.subject, SubjectChoice.by)
        .where(SubjectChoice.district_id == district_id, SubjectChoice.kind == ChoiceKind.METHODS.value)
        .ext(distinct_on(SubjectChoice.subject))
        .order_by(SubjectChoice.subject, SubjectChoice.id.desc())
        .subquery("newest")
    )
    rows = session.execute(
        select(SubjectMethod, newest.c.by)
        .outerjoin(newest, newest.c.subject == SubjectMethod.subject)
        .where(SubjectMethod.district_id == district_id)
        .order_by(SubjectMethod.subject)
    )
    found = []
    for row, by in rows:
        methods = read_methods({"primary": row.primary_method, "beside": row.beside})
        beside = tuple(one.name for one in methods.beside)
        found.append(ScoreRule(row.subject, methods.primary.name, beside, by, row.changed_at))
    return found


def holds_seen(
    session: Session, district_id: int, where: Remit, named: Remit, now: datetime, today: date
) -> tuple[Sequence[HoldLine], int]:
    """The holds in force of all and of the students of some places, the oldest first, and how many there are.

    Only students of `named` are named; a reason may name one, too, and goes with the name.
    """
    seen = LegalHold.student_id.is_(None) | LegalHold.student_id.in_(students_in(district_id, where, now))
    may_name = LegalHold.student_id.in_(students_in(district_id, named, now)) if named else literal(False)
    rows = session.execute(
        select(LegalHold, Person, may_name, func.count().over())
        .outerjoin(Person, (Person.district_id == LegalHold.district_id) & (Person.id == LegalHold.student_id))
        .where(
            LegalHold.district_id == district_id, LegalHold.lifted_at.is_(None), seen,
            LegalHold.until.is_(None) | (LegalHold.until >= today),
        )
        .order_by(LegalHold.id)
        .limit(MOST)
    ).all()  # fmt: skip
    lines = [_line(hold, person, bool(name), named.district) for hold, person, name, _ in rows]
    return lines, rows[0][3] if rows else 0


def _line(hold: LegalHold, person: Person | None, name: bool, names_all: bool) -> HoldLine:
    told = person if name else None
    return HoldLine(
        hold.id,
        hold.student_id is None,
        None if told is None else told.id,
        None if told is None else told.display_name,
        None if hold.kind is None else Kind(hold.kind),
        hold.reason if told is not None or (hold.student_id is None and names_all) else None,
        hold.placed_at,
        hold.until,
    )
