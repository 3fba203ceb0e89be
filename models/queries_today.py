"""What a teacher's Today reads: sections by period, live flags of their students, cut scores that wait."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, case, false, func, select, true
from sqlalchemy.orm import Session, aliased

from mastery.access import Viewer
from mastery.access_questions import EXPLAINED, What
from mastery.flags.life import FlagState
from mastery.flags.view import PREREQUISITE
from mastery.roster import Role
from models.assessment import Assessment, CutScores
from models.evidence import Evidence, ResultRow
from models.flag import LIVE_STATES, Flag, FlagTransition
from models.outbox import SectionVersion
from models.queries_flags import flag_open, flag_seen
from models.queries_people import enrolled, seen_on, whole_students
from models.roster import Enrollment, Person, School, Section

SEVERITIES = ("URGENT", "ACT", "WATCH", "INFO")  # the most severe first
NEW = FlagState.OPEN.value  # nobody has said yet that they look


@dataclass(frozen=True, slots=True)
class SectionRow:
    """A section of the teacher with the number of its students today."""

    id: int
    title: str
    school: str | None
    periods: tuple[str, ...]
    students: int


@dataclass(frozen=True, slots=True)
class FlagRow:
    """A live flag with what its sentence needs to name; `finding` as the rule wrote it."""

    id: int
    version: int
    rule: str
    severity: str
    state: str
    finding: Mapping[str, Any]
    opened_at: datetime
    student_id: int
    student: str
    target_id: int | None
    assessment: str | None
    acknowledged_by: str | None
    acknowledged_at: datetime | None

    @property
    def named(self) -> frozenset[int]:
        """The targets that it names, as `models.queries_flags.flag_open` reads them."""
        below = self.finding["facts"].get(PREREQUISITE)
        return frozenset(int(one) for one in (self.target_id, below) if one is not None)


@dataclass(frozen=True, slots=True)
class EvidenceLink:
    """A result behind a flag, enough to name it and, where it `opens` to the viewer, to link to its record."""

    result_id: int
    target_id: int
    assessment: str
    performed_at: datetime
    opens: bool


@dataclass(frozen=True, slots=True)
class WaitingCuts:
    """Proposed cut scores that count once a person of the school confirms them."""

    assessment_id: int
    title: str
    proposed_at: datetime


def sections_of(session: Session, viewer: Viewer) -> Sequence[SectionRow]:
    """The sections that the viewer teaches, by period, with their students counted."""
    district = viewer.district
    members = (
        enrolled(district, Role.STUDENT, viewer.at)
        .with_only_columns(Enrollment.section_id, func.count(Enrollment.person_id.distinct()).label("students"))
        .where(Enrollment.section_id.in_(viewer.sections))
        .group_by(Enrollment.section_id)
        .subquery("members")
    )
    rows = session.execute(
        select(Section, School.name, func.coalesce(members.c.students, 0))
        .outerjoin(School, (School.district_id == Section.district_id) & (School.id == Section.school_id))
        .outerjoin(members, members.c.section_id == Section.id)
        .where(Section.district_id == district, Section.id.in_(viewer.sections))
    )
    found = [SectionRow(s.id, s.title, school, tuple(s.periods), students) for s, school, students in rows]
    return sorted(found, key=lambda row: ([period_order(p) for p in row.periods] or [(9, 0, "")], row.title, row.id))


def period_order(period: str) -> tuple[int, int, str]:
    """Numbered periods by number, then named ones by name."""
    return (0, int(period), period) if period.isdecimal() else (1, 0, period)


def section_versions(session: Session, district_id: int, section_ids: Collection[int]) -> dict[int, int]:
    """The version of each section; one that was never announced has version 0."""
    rows = session.execute(
        select(SectionVersion.section_id, SectionVersion.version).where(
            SectionVersion.district_id == district_id, SectionVersion.section_id.in_(section_ids)
        )
    )
    known = {row.section_id: row.version for row in rows}
    return {section_id: known.get(section_id, 0) for section_id in section_ids}


def _severity_rank() -> ColumnElement[int]:
    return case({severity: rank for rank, severity in enumerate(SEVERITIES)}, value=Flag.severity, else_=9)


def _live_flags(district_id: int) -> Select[Any]:
    """Live flags with names: those nobody has acknowledged first, then by severity, then newest."""
    actor = aliased(Person)
    last = (
        select(FlagTransition.by_person, FlagTransition.at)
        .where(
            FlagTransition.district_id == Flag.district_id,
            FlagTransition.flag_id == Flag.id,
            FlagTransition.to_state == FlagState.ACKNOWLEDGED,
        )
        .order_by(FlagTransition.id.desc())
        .limit(1)
        .lateral("acknowledged")
    )
    return (
        select(
            Flag,
            Person,
            Assessment.title.label("assessment"),
            actor,
            last.c.at.label("by_at"),
        )
        .join(Person, (Person.district_id == Flag.district_id) & (Person.id == Flag.student_id))
        .outerjoin(Assessment, (Assessment.district_id == Flag.district_id) & (Assessment.id == Flag.assessment_id))
        .outerjoin(last, true())
        .outerjoin(actor, (actor.district_id == Flag.district_id) & (actor.id == last.c.by_person))
        .where(Flag.district_id == district_id, Flag.state.in_(LIVE_STATES))
        .order_by(Flag.state != NEW, _severity_rank(), Flag.opened_at.desc(), Flag.id)
    )


def _flag_row(row: Row[Any]) -> FlagRow:
    flag, student, assessment, actor, by_at = tuple(row)
    return FlagRow(
        flag.id,
        flag.version,
        flag.rule,
        flag.severity,
        flag.state,
        flag.finding,
        flag.opened_at,
        student.id,
        student.display_name,
        flag.target_id,
        assessment,
        actor.display_name if actor else None,
        by_at,
    )


def students_taught(viewer: Viewer) -> Select[Any]:
    """Ids of the students in the sections that the viewer teaches, as a subquery."""
    return (
        enrolled(viewer.district, Role.STUDENT, viewer.at)
        .with_only_columns(Enrollment.person_id)
        .where(Enrollment.section_id.in_(viewer.sections))
    )


def own_flags(viewer: Viewer) -> ColumnElement[bool]:
    """Whether the flag of the row is for the viewer's Today: about a student they teach, and theirs to act on."""
    return and_(Flag.student_id.in_(students_taught(viewer)), flag_open(viewer, What.ACT_ON_FLAG))


def flags_by_id(session: Session, viewer: Viewer, flag_ids: Collection[int]) -> dict[int, FlagRow]:
    """Live flags of the viewer's own students, theirs to act on, with what their cards show, by id."""
    rows = session.execute(_live_flags(viewer.district).where(own_flags(viewer), Flag.id.in_(flag_ids)))
    return {row[0].id: _flag_row(row) for row in rows}


def flags_of_student(session: Session, viewer: Viewer, student_id: int, limit: int) -> Sequence[FlagRow]:
    """The student's live flags that the viewer may see."""
    rows = session.execute(
        _live_flags(viewer.district).where(Flag.student_id == student_id, flag_seen(viewer)).limit(limit)
    )
    return [_flag_row(row) for row in rows]


def _explained(viewer: Viewer) -> ColumnElement[bool]:
    """Whether the viewer may read why the student of a record stands where they do on its target."""
    return and_(*(seen_on(viewer, what, ResultRow.student_id, Evidence.target_id) for what in EXPLAINED))


def evidence_links(
    session: Session, district_id: int, result_ids: Collection[int], viewer: Viewer | None = None
) -> dict[int, list[EvidenceLink]]:
    """Names and dates of results, by result id, one link per target they speak about; none opens without a viewer."""
    if not result_ids:
        return {}
    rows = session.execute(
        select(
            ResultRow.id,
            Evidence.target_id,
            Assessment.title,
            ResultRow.performed_at,
            false() if viewer is None else _explained(viewer),
        )
        .join(Evidence, (Evidence.district_id == ResultRow.district_id) & (Evidence.result_id == ResultRow.id))
        .join(
            Assessment, (Assessment.district_id == ResultRow.district_id) & (Assessment.id == ResultRow.assessment_id)
        )
        .where(ResultRow.district_id == district_id, ResultRow.id.in_(result_ids))
        .order_by(ResultRow.id, Evidence.target_id)
    )
    found: dict[int, list[EvidenceLink]] = {}
    for row in rows:
        found.setdefault(row.id, []).append(EvidenceLink(*row))
    return found


def waiting_cut_scores(session: Session, viewer: Viewer, limit: int) -> Sequence[WaitingCuts]:
    """Proposed cut scores of assessments that the viewer's students have sat, oldest first."""
    rows = session.execute(
        select(Assessment.id, Assessment.title, CutScores.proposed_at)
        .join(CutScores, (CutScores.district_id == Assessment.district_id) & (CutScores.assessment_id == Assessment.id))
        .where(
            Assessment.district_id == viewer.district,
            CutScores.confirmed_at.is_(None),
            CutScores.withdrawn_at.is_(None),
            _sat_by_own(viewer),
        )
        .order_by(CutScores.proposed_at, Assessment.id)
        .limit(limit)
    )
    return [WaitingCuts(*row) for row in rows]


def _sat_by_own(viewer: Viewer) -> ColumnElement[bool]:
    """Whether students of the viewer, as staff, have sat the assessment of the row: it counts for all its targets."""
    return (
        select(ResultRow.id)
        .where(
            ResultRow.district_id == Assessment.district_id,
            ResultRow.assessment_id == Assessment.id,
            ResultRow.student_id.in_(whole_students(viewer, What.ACT_ON_FLAG)),
        )
        .exists()
    )


@dataclass(frozen=True, slots=True)
class CutScoresRow:
    """The newest cut scores of an assessment; `cuts` are stored pairs (level, share)."""

    id: int
    assessment_id: int
    title: str
    purpose: str
    cuts: Any
    origin: str
    proposed_at: datetime
    confirmed_at: datetime | None
    confirmed_by: str | None


def cut_scores_of(session: Session, viewer: Viewer, assessment_id: int) -> CutScoresRow | None:
    """The cut scores of an assessment that the viewer's students have sat; None for others."""
    row = session.execute(
        select(Assessment, CutScores, Person)
        .join(CutScores, (CutScores.district_id == Assessment.district_id) & (CutScores.assessment_id == Assessment.id))
        .outerjoin(Person, (Person.district_id == CutScores.district_id) & (Person.id == CutScores.confirmed_by))
        .where(
            Assessment.district_id == viewer.district,
            Assessment.id == assessment_id,
            CutScores.withdrawn_at.is_(None),
            _sat_by_own(viewer),
        )
        .order_by(CutScores.proposed_at.desc(), CutScores.id.desc())
        .limit(1)
    ).one_or_none()
    if row is None:
        return None
    assessment, cuts, person = row
    return CutScoresRow(
        cuts.id,
        assessment.id,
        assessment.title,
        assessment.purpose,
        cuts.cuts,
        cuts.origin,
        cuts.proposed_at,
        cuts.confirmed_at,
        person.display_name if person else None,
    )
