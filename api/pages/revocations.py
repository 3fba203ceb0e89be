"""Taking a mastery away: the page on which it is proposed, signed, appealed and answered, and what waits for whom."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from api.actions.decisions import ChangedError, UnknownDecisionError, deciding_roles, mark
from api.actions.explain import fold_of
from api.actions.revoke import StepError, WordsError, actor_of, case_of, may_propose, propose, take_step
from api.pages.acts import kept
from api.pages.blueprint import PAGE_SIZE, Visit, about_student, last_page, page_number, pages, staff_only
from api.pages.revocation_words import OFFERS, STAGES, STEPS
from api.pages.texts import Said, graph_of, statement
from api.services import services
from mastery.access import works_here
from mastery.access_questions import What
from mastery.body.judgement import LONGEST_REASON
from mastery.body.words import UNDECIDED
from mastery.policy import DEFAULT_POLICY
from mastery.revocation import TOLD, Step, open_steps
from models.queries_api import standings_on
from models.queries_student import student_head
from models.revocations import RevocationTold, revocations_on, revocations_told, waiting_revocations

NOTICE_FOR = timedelta(days=60)
"""How long student and family find a revocation on their first pages."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A revocation, where it stands in words, and the steps that the viewer may take."""

    told: RevocationTold
    stage: Any
    steps: Sequence[tuple[Step, Any]]


@dataclass(frozen=True, slots=True)
class Notice:
    """A revocation on the first pages of student and family: which target, in which words, and since when."""

    target: int
    says: Said
    told: RevocationTold


def notices(visit: Visit, student_id: int) -> list[Notice]:
    """The revocations that student and family have been told of lately, on targets that the viewer may read."""
    graph, access = graph_of(visit), visit.access_to(What.REVOCATIONS)
    found = revocations_told(visit.session, visit.district_id, student_id, visit.now - NOTICE_FOR)
    return [
        Notice(one.target_id, statement(graph, one.target_id), one)
        for one in found
        if one.target_id in graph.subjects and access.covers({one.target_id})
    ]


@pages.get("/students/<int:student_id>/targets/<int:target_id>/revocation")
@about_student(What.REVOCATIONS, whole=False)
def revocation(visit: Visit, student_id: int, target_id: int) -> ResponseReturnValue:
    """What was proposed, signed, appealed and answered about a mastery, and what the viewer may do about it."""
    graph = graph_of(visit)
    if target_id not in graph.subjects or not visit.access.covers({target_id}):
        abort(404)
    session, district, subject = visit.session, visit.district_id, visit.subject
    row = standings_on(session, district, student_id, [target_id]).get(target_id)
    decision = fold_of(row).decision if row else UNDECIDED
    roles = deciding_roles(session, visit.viewer, subject, graph, target_id)
    found = revocations_on(session, district, student_id, target_id)
    actor = actor_of(session, visit.viewer, subject, graph, target_id, visit.now)
    readable = [one for one in found if one.stage in TOLD or works_here(visit.access.roles)]
    shown = [
        Shown(
            one,
            STAGES[one.stage],
            [
                (step, OFFERS[step])
                for step in open_steps(case_of(session, district, one, visit.now), actor, DEFAULT_POLICY)
            ],
        )
        for one in readable
    ]
    return render_template(
        "revocation.html",
        visit=visit,
        head=student_head(session, district, student_id, visit.name_use),
        target_id=target_id,
        says=statement(graph, target_id),
        shown=shown,
        steps=STEPS,
        proposes=may_propose(decision, roles, found),
        seen=mark(decision),
        shortest=DEFAULT_POLICY.judgement_reason_characters,
        longest=LONGEST_REASON,
        appeal_days=DEFAULT_POLICY.revocation_appeal_days,
        answer_days=DEFAULT_POLICY.revocation_answer_days,
    )


@pages.post("/students/<int:student_id>/targets/<int:target_id>/revocation")
@about_student(What.DECIDE, whole=False)
def propose_revocation(visit: Visit, student_id: int, target_id: int) -> ResponseReturnValue:
    """Propose to take a mastery away."""
    form = request.form

    def act() -> None:
        propose(
            visit.session, visit.viewer, services().intake.graphs, student_id, target_id, form.get("words", ""),
            form.get("seen", ""), visit.now,
        )  # fmt: skip

    return _done(visit, student_id, target_id, act, _("Proposed. It is done once somebody else signs it as well."))


@pages.post("/students/<int:student_id>/targets/<int:target_id>/revocation/<int:revocation_id>")
@about_student(What.REVOCATIONS, whole=False)
def revocation_step(visit: Visit, student_id: int, target_id: int, revocation_id: int) -> ResponseReturnValue:
    """Sign, decline, take back, appeal, or answer an appeal."""
    form = request.form
    step = _STEPS.get(form.get("step", ""))

    def act() -> None:
        take_step(
            visit.session, visit.viewer, services().intake.graphs, student_id, revocation_id, step,
            form.get("words", ""), visit.now,
        )  # fmt: skip

    return _done(visit, student_id, target_id, act, _("Done, and on record with your name and the date."))


@pages.get("/revocations")
@staff_only
def waiting_revocations_page(visit: Visit) -> ResponseReturnValue:
    """The proposals and appeals about the students for whom somebody decides; the oldest first."""
    page = page_number()
    found, total = waiting_revocations(visit.session, visit.viewer, PAGE_SIZE, (page - 1) * PAGE_SIZE)
    graph = graph_of(visit)
    visit.seen.update(one.student_id for one in found)
    return render_template(
        "revocations_waiting.html",
        visit=visit,
        lines=[(one, statement(graph, one.target_id), STAGES[one.stage]) for one in found],
        total=total,
        page=page,
        last_page=last_page(page, total),
    )


def _done(visit: Visit, student_id: int, target_id: int, act: Callable[[], None], text: str) -> ResponseReturnValue:
    try:
        with kept(visit, UnknownDecisionError):
            act()
        flash(text)
    except (ChangedError, StepError):
        visit.session.rollback()
        flash(_("Nothing was changed: this changed while you were reading. Please look at it again."), "problem")
    except WordsError:
        visit.session.rollback()
        least = DEFAULT_POLICY.judgement_reason_characters
        flash(_("Nothing was changed: say why, in %(least)s to %(most)s characters.", least=least, most=LONGEST_REASON),
              "problem")  # fmt: skip
    return redirect(url_for("pages.revocation", student_id=student_id, target_id=target_id), 303)


_STEPS = {step.value: step for step in Step}
