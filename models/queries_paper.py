"""Papers of a class as rows: those it did, one to type in, and every revision of its cells."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from mastery.evidence import CutScore, EvidenceType, Independence, Purpose, ScoreStatus
from mastery.paper import Saved, Scoring, Typed
from models.assessment import Assessment, AssessmentForm, CutScores
from models.evidence import Evidence, ResultRow
from models.paper import PaperTarget, PaperTicket
from models.roster import Person, Section

FORM = "paper"


@dataclass(frozen=True, slots=True)
class Ticket:
    """A paper with the points possible by target, in their order on it; `cuts`: results have levels by cut scores."""

    id: int
    key: str
    section: int
    class_title: str
    assessment: int
    assessment_name: str
    title: str
    purpose: Purpose
    evidence_type: EvidenceType
    scoring: Scoring
    independence: Independence
    performed_at: datetime
    date_estimated: bool
    cuts: bool
    targets: Mapping[int, float]


@dataclass(frozen=True, slots=True)
class Opening:
    """A paper that is to be opened: as `Ticket`, with its cut scores; None: formative only."""

    key: str
    section: int
    title: str
    purpose: Purpose
    evidence_type: EvidenceType
    scoring: Scoring
    independence: Independence
    performed_at: datetime
    date_estimated: bool
    cuts: tuple[CutScore, ...] | None
    targets: Mapping[int, float]


def ticket_of_key(session: Session, district_id: int, key: str) -> int | None:
    """The paper that was opened by a form; None before it was."""
    return session.scalar(select(PaperTicket.id).where(PaperTicket.district_id == district_id, PaperTicket.key == key))


def add_ticket(
    session: Session, district_id: int, client_pk: int, asked: Opening, person: int, now: datetime
) -> tuple[int, CutScores | None]:
    """Keep a paper with an assessment of its own; its key, and the cut scores that the person confirms with it."""
    assessment = Assessment(
        district_id=district_id, client_pk=client_pk, name=asked.key, title=asked.title, purpose=asked.purpose.value,
        dok=None, digest=b"", changed_at=now,  # no program describes it
    )  # fmt: skip
    session.add(assessment)
    session.flush()
    session.add(AssessmentForm(district_id=district_id, assessment_id=assessment.id, name=FORM))
    cuts = None
    if asked.cuts is not None:
        cuts = CutScores(
            district_id=district_id, assessment_id=assessment.id, origin="sender", proposed_at=now,
            cuts=[[one.level, one.share] for one in asked.cuts], confirmed_by=person, confirmed_at=now,
            withdrawn_at=None,
        )  # fmt: skip
        session.add(cuts)
    ticket = PaperTicket(
        district_id=district_id, key=asked.key, section_id=asked.section, assessment_id=assessment.id,
        evidence_type=asked.evidence_type.value, scoring=asked.scoring.value, independence=asked.independence.value,
        performed_at=asked.performed_at, date_estimated=asked.date_estimated, opened_by=person, opened_at=now,
    )  # fmt: skip
    session.add(ticket)
    session.flush()
    session.execute(
        insert(PaperTarget),
        [
            {"district_id": district_id, "ticket_id": ticket.id, "target_id": target, "place": place, "max": most}
            for place, (target, most) in enumerate(asked.targets.items(), 1)
        ],
    )
    return ticket.id, cuts


def find_ticket(session: Session, district_id: int, key: int) -> Ticket | None:
    """A paper of the district, with its targets; two statements."""
    cuts = (
        select(CutScores.id)
        .where(
            CutScores.district_id == district_id,
            CutScores.assessment_id == PaperTicket.assessment_id,
            CutScores.confirmed_at.is_not(None),
            CutScores.withdrawn_at.is_(None),
        )
        .exists()
    )
    row = session.execute(
        select(PaperTicket, Assessment.name, Assessment.title, Assessment.purpose, Section.title, cuts)
        .join(
            Assessment,
            (Assessment.district_id == PaperTicket.district_id) & (Assessment.id == PaperTicket.assessment_id),
        )
        .join(Section, (Section.district_id == PaperTicket.district_id) & (Section.id == PaperTicket.section_id))
        .where(PaperTicket.district_id == district_id, PaperTicket.id == key)
    ).one_or_none()
    if row is None:
        return None
    ticket, name, title, purpose, class_title, has_cuts = row
    targets = session.execute(
        select(PaperTarget.target_id, PaperTarget.max)
        .where(PaperTarget.district_id == district_id, PaperTarget.ticket_id == key)
        .order_by(PaperTarget.place)
    )
    return Ticket(
        ticket.id, ticket.key, ticket.section_id, class_title, ticket.assessment_id, name, title, Purpose(purpose),
        EvidenceType(ticket.evidence_type), Scoring(ticket.scoring), Independence(ticket.independence),
        ticket.performed_at, ticket.date_estimated, has_cuts, {row[0]: row[1] for row in targets},
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class TicketLine:
    """A paper in the list of its class."""

    id: int
    title: str
    performed_at: datetime
    date_estimated: bool


def tickets_of(
    session: Session, district_id: int, section: int, limit: int, offset: int
) -> tuple[list[TicketLine], int]:
    """A page of the papers of a class, the newest work first; how many there are."""
    rows = session.execute(
        select(
            PaperTicket.id, Assessment.title, PaperTicket.performed_at, PaperTicket.date_estimated,
            func.count().over(),
        )
        .join(
            Assessment,
            (Assessment.district_id == PaperTicket.district_id) & (Assessment.id == PaperTicket.assessment_id),
        )
        .where(PaperTicket.district_id == district_id, PaperTicket.section_id == section)
        .order_by(PaperTicket.performed_at.desc(), PaperTicket.id.desc())
        .limit(limit)
        .offset(offset)
    ).all()  # fmt: skip
    return [TicketLine(*row[:4]) for row in rows], rows[0][4] if rows else 0


def saved_of(
    session: Session, district_id: int, client_pk: int | None, sources: Collection[str]
) -> dict[str, list[Saved]]:
    """Every revision of some cells, each a result on one target, by source id and oldest first; one statement."""
    rows = session.execute(
        select(
            ResultRow.source_id, ResultRow.revision, ResultRow.status, Evidence.score, ResultRow.scorer,
            ResultRow.received_at,
        )
        .join(Evidence, (Evidence.district_id == ResultRow.district_id) & (Evidence.result_id == ResultRow.id))
        .where(
            ResultRow.district_id == district_id,
            ResultRow.client_pk == client_pk,
            ResultRow.source_id == func.any(list(sources)),
        )
        .order_by(ResultRow.source_id, ResultRow.revision)
    )  # fmt: skip
    found: dict[str, list[Saved]] = {}
    for source, revision, status, score, scorer, at in rows:
        found.setdefault(source, []).append(Saved(revision, Typed(ScoreStatus(status), score), scorer, at))
    return found


def scorers_named(session: Session, district_id: int, scorers: Collection[str]) -> dict[str, str]:
    """The names of who typed, by sourcedId."""
    rows = session.scalars(
        select(Person).where(Person.district_id == district_id, Person.sourced_id == func.any(list(scorers)))
    )
    return {row.sourced_id: row.display_name for row in rows}


def sourced_ids(session: Session, district_id: int, people: Sequence[int]) -> dict[int, str]:
    """The sourcedIds by which results name people."""
    rows = session.execute(
        select(Person.id, Person.sourced_id).where(Person.district_id == district_id, Person.id == func.any(people))
    )
    return {row[0]: row[1] for row in rows}


def used_targets(session: Session, district_id: int, section: int, limit: int) -> list[int]:
    """The targets of the papers of a class, the latest first."""
    latest = func.max(PaperTicket.id)
    return list(
        session.scalars(
            select(PaperTarget.target_id)
            .join(
                PaperTicket,
                (PaperTicket.district_id == PaperTarget.district_id) & (PaperTicket.id == PaperTarget.ticket_id),
            )
            .where(PaperTicket.district_id == district_id, PaperTicket.section_id == section)
            .group_by(PaperTarget.target_id)
            .order_by(latest.desc(), PaperTarget.target_id)
            .limit(limit)
        )
    )


def subjects_of_class(session: Session, district_id: int, section: int) -> list[str]:
    """The subjects that the roster names of a class; none where it says nothing."""
    return session.scalars(
        select(Section.subjects).where(Section.district_id == district_id, Section.id == section)
    ).one()
