"""The students who are a person's business, one student, and why one estimate is what it is."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from api.pages.blueprint import PAGE_SIZE, Visit, page_number, pages, signed_in
from api.pages.flag_cards import DISMISS_REASONS, Card, cards
from api.pages.partial import live_page
from api.pages.reasons import missing_sentence, parts, record_power, would_change
from api.pages.words import enough
from mastery import evidence as law
from mastery.access import Subject, What, decide
from models.queries_people import list_students
from models.queries_student import (
    EvidenceRecord,
    evidence_on_target,
    student_head,
    student_sections,
    target_standing,
    target_standings,
)
from models.queries_today import SEVERITIES, flags_of_student, sections_of, statements
from models.registry import cuts_of


@dataclass(frozen=True, slots=True)
class EvidenceLine:
    """A record with its level by the cut scores that count now, and what it could do for the decision."""

    record: EvidenceRecord
    level: float | None
    power: str


@pages.get("/students")
@signed_in
def students(visit: Visit) -> ResponseReturnValue:
    """The students who are the person's business; a student alone is led to their own page."""
    page = page_number()
    section = request.args.get("section")
    if section is not None and not (section.isascii() and section.isdigit() and len(section) < 19):
        abort(404)
    section_id = int(section) if section else None
    found, total = list_students(
        visit.session, visit.viewer, visit.today, PAGE_SIZE, (page - 1) * PAGE_SIZE, section_id
    )
    if page > 1 and not found:
        abort(404)
    if total == 1 and not visit.viewer.is_staff:
        return redirect(url_for("pages.student", student_id=found[0].id), 303)
    sections = sections_of(visit.session, visit.viewer, visit.today)
    return render_template(
        "students.html",
        visit=visit,
        students=found,
        sections=sections,
        chosen=next((row for row in sections if row.id == section_id), None),
        section_id=section_id,
        page=page,
        last_page=max(1, -(-total // PAGE_SIZE)),
        total=total,
    )


@pages.get("/students/<int:student_id>")
@signed_in
def student(visit: Visit, student_id: int) -> ResponseReturnValue:
    """One student: sections, where they stand on each target, and for staff what is flagged."""
    subject = visit.student(student_id, What.STANDING)
    page = page_number()
    rows, total = target_standings(visit.session, visit.district_id, student_id, PAGE_SIZE, (page - 1) * PAGE_SIZE)
    if page > 1 and not rows:
        abort(404)
    return live_page(
        visit,
        "student.html",
        "_student.html",
        subject.sections,
        visit=visit,
        head=student_head(visit.session, visit.district_id, student_id),
        sections=student_sections(visit.session, visit.district_id, student_id, visit.today),
        rows=rows,
        flags=_flags(visit, subject),
        may_act=decide(visit.viewer, What.ACT_ON_FLAG, subject).allowed,
        own=visit.viewer.person == student_id,
        reasons=DISMISS_REASONS,
        page=page,
        last_page=max(1, -(-total // PAGE_SIZE)),
    )


def _flags(visit: Visit, subject: Subject) -> list[Card]:
    """The flags that the viewer may see of this student: all of them, only good news, or none."""
    if decide(visit.viewer, What.FLAGS, subject).allowed:
        severities: Collection[str] = SEVERITIES
    elif decide(visit.viewer, What.GOOD_NEWS, subject).allowed:
        severities = ("INFO",)
    else:
        return []
    return cards(visit, flags_of_student(visit.session, visit.viewer, subject.student, severities, PAGE_SIZE))


@pages.get("/students/<int:student_id>/targets/<int:target_id>")
@signed_in
def explanation(visit: Visit, student_id: int, target_id: int) -> ResponseReturnValue:
    """Why a student's estimate and decision on one target are what they are."""
    subject = visit.student(student_id, What.EVIDENCE)
    row = target_standing(visit.session, visit.district_id, student_id, target_id)
    if row is None:
        abort(404)
    page = page_number()
    records, total = evidence_on_target(
        visit.session, visit.district_id, student_id, target_id, PAGE_SIZE, (page - 1) * PAGE_SIZE
    )
    if page > 1 and not records:
        abort(404)
    missing = row.standing.missing
    names = statements(visit.session, visit.district_id, {t for line in missing for t in line.get("targets", ())})
    return live_page(
        visit,
        "explanation.html",
        "_explanation.html",
        subject.sections,
        visit=visit,
        head=student_head(visit.session, visit.district_id, student_id),
        target=row,
        standing=row.standing,
        enough=enough(row.standing),
        parts=parts(row.standing),
        missing=[missing_sentence(line, names) for line in missing],
        changes=would_change(row.standing),
        lines=[_line(record) for record in records],
        own=visit.viewer.person == student_id,
        page=page,
        last_page=max(1, -(-total // PAGE_SIZE)),
    )


def _line(record: EvidenceRecord) -> EvidenceLine:
    kind, alone = law.EvidenceType(record.evidence_type), law.Independence(record.independence)
    purpose = law.Purpose(record.purpose)
    score = law.TargetScore("", record.score, record.max, record.level)
    cuts = None if record.cuts is None else cuts_of(record.cuts)
    level = law.level_of(score, kind, record.scorer, cuts)
    certifying = law.certifying(purpose, kind, record.scorer, alone, level, scorer_certified=record.scorer_certified)
    power = record_power(certifying, record.purpose, record.independence, level, record.superseded, record.status)
    return EvidenceLine(record, level, power)
