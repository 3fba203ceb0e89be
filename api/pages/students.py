"""The students who are a person's business, one student, and why one estimate is what it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import abort, redirect, render_template, request
from flask.typing import ResponseReturnValue

from api.actions import explain
from api.actions.explain import Moment
from api.actions.programmes import keeps_programmes
from api.actions.student_overview import overview
from api.pages.blueprint import PAGE_SIZE, Visit, about_student, last_page, page_number, pages, signed_in
from api.pages.decisions import deciding
from api.pages.flag_cards import DISMISS_REASONS, cards
from api.pages.judgements import judging
from api.pages.methods import method_lines, other_primary, primary_words
from api.pages.my_path import path_url
from api.pages.own_words_view import own_words_of
from api.pages.partial import live_page
from api.pages.parts import part_lines
from api.pages.preview import preview_lines
from api.pages.reasons import CHANGES, POWERS, family_missing, missing_sentence, sayable
from api.pages.records import may_give_record
from api.pages.revocations import notices
from api.pages.story import story
from api.pages.texts import Said, graph_of, statement
from api.pages.whole_numbers import number_asked
from api.pages.words import GROUPS, enough
from api.problems import ProblemError
from api.v1.paging import cursor, is_key, place
from api.v1.students import is_instant
from mastery.access import Access
from mastery.access_matrix import Role
from mastery.access_questions import Section, What, sees_class
from mastery.links import OUTSIDERS
from mastery.next_step import NextKind
from models.amendments import has_statement
from models.graph_store import DistrictGraph
from models.queries_api import ApiEvidence
from models.queries_people import list_students
from models.queries_student import StudentSection, student_head, student_sections
from models.queries_today import flags_of_student, sections_of


@dataclass(frozen=True, slots=True)
class EvidenceLine:
    """A record as the API tells it, with its date and what it could do for the decision in words."""

    result_id: int
    performed_at: datetime
    document: dict[str, Any]
    power: str


@pages.get("/students")
@signed_in
def students(visit: Visit) -> ResponseReturnValue:
    """The students who are the person's business; a student, or a guardian of one, is led to that path."""
    page, section_id = page_number(), number_asked("section")
    found, total = list_students(visit.session, visit.viewer, PAGE_SIZE, (page - 1) * PAGE_SIZE, section_id)
    last = last_page(page, total)
    if total == 1 and not visit.viewer.works:
        return redirect(path_url(visit, found[0].id), 303)
    sections = sections_of(visit.session, visit.viewer)
    return render_template(
        "students.html",
        visit=visit,
        students=found,
        sections=sections,
        link="pages.student" if visit.viewer.works else "pages.child_path",
        chosen=next((row for row in sections if row.id == section_id), None),
        section_id=section_id,
        page=page,
        last_page=last,
        total=total,
    )


@pages.get("/students/<int:student_id>")
@about_student(What.STANDING, whole=False)
def student(visit: Visit, student_id: int) -> ResponseReturnValue:
    """One student: sections, where they stand on each target, and for staff what is flagged."""
    subject = visit.subject
    graph, page = graph_of(visit), page_number()
    told = overview(
        visit.session, visit.district_id, student_id, graph, visit.today, visit.zone, PAGE_SIZE,
        (page - 1) * PAGE_SIZE, visit.access.targets,
    )  # fmt: skip
    last = last_page(page, told.total)
    shown = [row.target_id for some in told.groups.values() for row, _ in some]
    flags = flags_of_student(visit.session, visit.viewer, student_id, PAGE_SIZE)
    act = visit.access_to(What.ACT_ON_FLAG)
    if flags:
        visit.showing(What.FLAGS)
    head = student_head(visit.session, visit.district_id, student_id, visit.name_use)
    # which classes a student is in is for the family and who works here
    sections = (
        []
        if visit.access.roles <= OUTSIDERS
        else student_sections(visit.session, visit.district_id, student_id, visit.now)
    )
    subjects = {row.subject for some in told.groups.values() for row, _ in some}
    return live_page(
        visit,
        "student.html",
        "_student.html",
        subject.sections,
        visit=visit,
        head=head,
        view=own_words_of(visit, graph, head),
        told=told,
        group_words=GROUPS,
        subjects=subjects,
        primaries=[(one, primary_words(rule.name)) for one in sorted(subjects) if (rule := graph.methods_of(one).rule)],
        statements={target: statement(graph, target) for target in shown},
        sections=[(one, _may_open(visit, one)) for one in sections],
        flags=cards(visit, graph, flags),
        acts={one.id for one in flags if act.covers(one.named)},
        triage=visit.access_to(What.FLAGS).allowed,
        whole=visit.access.whole,
        may_see_work=visit.access_to(What.WORK).whole,
        may_know=visit.access_to(What.WHO_LOOKED).whole,
        may_read_plan=visit.access_to(What.PLAN_DATES).whole,
        explained={target for target in shown if visit.explains(target)},
        corrections=visit.access_to(What.AMENDMENTS).whole,
        own=visit.viewer.person == student_id,
        family=_is_family(visit),
        may_give_record=may_give_record(visit),
        may_keep_programmes=keeps_programmes(visit.viewer, subject, visit.now),
        has_statement=has_statement(visit.session, visit.district_id, student_id),
        notices=notices(visit, student_id) if _is_family(visit) else (),
        path_url=path_url(visit, student_id),
        reasons=DISMISS_REASONS,
        page=page,
        last_page=last,
    )


def _may_open(visit: Visit, section: StudentSection) -> bool:
    """Whether the class of a student is one whose page the viewer may open."""
    return visit.viewer.is_staff and sees_class(visit.viewer, Section(visit.district_id, section.id, section.school_id))


@pages.get("/students/<int:student_id>/targets/<int:target_id>")
@about_student(What.EVIDENCE, whole=False)
def explanation(visit: Visit, student_id: int, target_id: int) -> ResponseReturnValue:
    """Why a student's estimate and decision on one target are what they are: the API's answer, in words."""
    subject = visit.subject
    graph = graph_of(visit)
    if target_id not in graph.subjects or not visit.explains(target_id):
        abort(404)
    levels = visit.access_to(What.STANDING)
    visit.showing(What.STANDING)
    after, moment = _after(), Moment(visit.now, visit.zone)
    why = explain.explanation(visit.session, visit.district_id, student_id, target_id, graph, moment, PAGE_SIZE, after)
    document, records = why.document, why.records
    shown = records[:PAGE_SIZE]
    missing = document["decision"]["missing"]
    before = {guid: graph.ids[guid] for line in missing for guid in line["targets"]}
    names = {guid: statement(graph, key) for guid, key in before.items() if levels.covers({key})}
    step = _step(document["next_step"], graph, levels)
    family = _is_family(visit)
    sentence = family_missing if family else missing_sentence
    return live_page(
        visit,
        "explanation.html",
        "_explanation.html",
        subject.sections,
        visit=visit,
        head=student_head(visit.session, visit.district_id, student_id, visit.name_use),
        target_id=target_id,
        says=statement(graph, target_id),
        document=document,
        parts=part_lines(document, family=family),
        methods=method_lines(document, family=family),
        primary=other_primary(document),
        judging=judging(visit, subject, graph, target_id, scored=document["records"] > 0),
        deciding=deciding(visit, subject, graph, target_id, why.decision, why.signed),
        may_see_work=visit.access_to(What.WORK).whole,
        family=family,
        missing=[sentence(sayable(line, enough(document)), names) for line in missing],
        previews=preview_lines(document, family=family),
        changes=[CHANGES[change["code"]] for change in document["would_change"]],
        lines=[_line(record, said) for record, said in zip(shown, document["evidence"], strict=True)],
        story=story(document, visit.zone) if after is None else None,
        step=step,
        explained={key for key, _ in (*step.targets, *step.waiting) if visit.explains(key)},
        whole=levels.whole,
        own=visit.viewer.person == student_id,
        is_first=after is None,
        older=_place(shown[-1]) if len(records) > PAGE_SIZE else None,
    )


def _is_family(visit: Visit) -> bool:
    """Whether the viewer reads as the student or for the student, and does not work with them."""
    return visit.access.roles <= {Role.STUDENT, Role.PARENT}


@dataclass(frozen=True, slots=True)
class Step:
    """What comes next: its kind, and the targets to link to, by key and statement, of those the viewer may know of."""

    kind: NextKind
    targets: Sequence[tuple[int, Said]]
    waiting: Sequence[tuple[int, Said]]


def _step(said: dict[str, Any], graph: DistrictGraph, levels: Access) -> Step:
    def links(targets: Sequence[dict[str, Any]]) -> list[tuple[int, Said]]:
        keys = [key for one in targets if levels.covers({key := graph.ids[one["target"]]})]
        return [(key, statement(graph, key)) for key in keys]

    return Step(NextKind(said["kind"]), links(said["targets"]), links(said["waiting"]))


def _line(record: ApiEvidence, said: dict[str, Any]) -> EvidenceLine:
    return EvidenceLine(record.result.id, record.result.performed_at, said, POWERS[said["reason"]["code"]])


def _place(record: ApiEvidence) -> str:
    result = record.result
    return cursor((result.performed_at.isoformat(), result.scored_at.isoformat(), result.id))


def _after() -> tuple[datetime, datetime, int] | None:
    """After which record a page of evidence begins; 404 for what is no such place."""
    try:
        found = place(request.args.get("after"), is_instant, is_instant, is_key)
    except ProblemError:
        abort(404)
    return None if found is None else (datetime.fromisoformat(found[0]), datetime.fromisoformat(found[1]), found[2])
