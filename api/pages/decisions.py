"""The decision on the page of a target: what was signed, and what one may sign about it oneself."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from api.actions.decisions import (
    ChangedError,
    RefusedError,
    Signing,
    UnknownDecisionError,
    deciding_roles,
    mark,
    sign_decision,
)
from api.actions.revoke import REVOCABLE
from api.pages.acts import kept
from api.pages.blueprint import Visit, about_student, pages
from api.pages.whole_numbers import number_of
from api.services import services
from mastery.access import Subject
from mastery.access_questions import What
from mastery.body.judgement import LONGEST_REASON
from mastery.body.words import ActKind, Decision, State
from mastery.policy import DEFAULT_POLICY
from mastery.revocation import SIGNERS
from mastery.transitions import CELLS, SIGNED_ALONE, Need, Trigger, signed_alone
from models.decisions import Signature, act_that_stands
from models.graph_store import DistrictGraph
from models.queries_artefacts import Told, work_of

_WORK_SHOWN = 20


@dataclass(frozen=True, slots=True)
class OpenAct:
    """One act that one may sign: its word in the form, its button, what it does, and whether it needs a reason.

    `work`: the student's newest files, of which one has to lie beside it; None where none has to.
    """

    what: str
    button: str
    says: str
    reason: bool
    work: Sequence[Told] | None


@dataclass(frozen=True, slots=True)
class Deciding:
    """What is shown of a decision: what was signed, newest first, what one may sign, and the mark of what is seen.

    `revocation`: whether there is a page for taking the mastery away, or about that.
    """

    signed: Sequence[tuple[str, Signature]]
    acts: Sequence[OpenAct]
    seen: str
    digest: str
    revocation: bool
    shortest: int = DEFAULT_POLICY.judgement_reason_characters
    longest: int = LONGEST_REASON


def deciding(
    visit: Visit,
    subject: Subject,
    graph: DistrictGraph,
    target: int,
    decision: Decision,
    signed: Sequence[Signature],
) -> Deciding:
    """The decision on a target of a student and what was signed about it, as the viewer may read it and act on it."""
    session, district, student = visit.session, visit.district_id, subject.student
    roles = deciding_roles(session, visit.viewer, subject, graph, target)
    standing = act_that_stands(session, district, student, target, decision) if roles else None
    own = standing is not None and standing.by_person == visit.viewer.person
    found = _readable(visit, signed)
    found_open = signed_alone(decision.state, decision.confirmed, roles, by_author=own)
    asks_work = Trigger.OVERRIDE in found_open and graph.rules.of(target).credit_bearing
    work = work_of(session, district, student, _WORK_SHOWN)[0] if asks_work else None
    acts = [_open(one, decision.state, work) for one in found_open]
    seen = mark(decision)
    digest = hashlib.sha256(repr((found, acts, seen)).encode()).hexdigest()[:16]
    told = decision.state is State.REVOKED or (decision.state in REVOCABLE and bool(SIGNERS & roles))
    revocation = told and visit.access_to(What.REVOCATIONS).covers({target})
    return Deciding([(str(_SIGNED[one.kind]), one) for one in found], acts, seen, digest, revocation)


def _open(trigger: Trigger, state: State, work: Sequence[Told] | None) -> OpenAct:
    button, says = _ACTS[trigger]
    needs = CELLS[state, trigger].needs
    beside = work if Need.ARTEFACT in needs else None
    return OpenAct(trigger.value, str(button), str(says), Need.REASON in needs, beside)


def _readable(visit: Visit, signed: Sequence[Signature]) -> list[Signature]:
    """Acts as the viewer may read them: no words for who reads no comments, nor why a program exempts."""
    comments, programmes = visit.access_to(What.COMMENTS).allowed, visit.access_to(What.PROGRAMMES).allowed
    shown = []
    for one in signed:
        reads = comments and (one.kind is not ActKind.EXEMPT or programmes)
        shown.append(one if reads else replace(one, reason=None))
        if reads and one.reason:
            visit.showing(What.COMMENTS)
            if one.kind is ActKind.EXEMPT:
                visit.showing(What.PROGRAMMES)
    return shown


@pages.post("/students/<int:student_id>/targets/<int:target_id>/decisions")
@about_student(What.DECIDE, whole=False)
def sign_act(visit: Visit, student_id: int, target_id: int) -> ResponseReturnValue:
    """Sign what becomes of a student's decision on a target."""
    form = request.form
    what = _TRIGGERS.get(form.get("what", ""))
    try:
        with kept(visit, UnknownDecisionError):
            if what is None:
                raise UnknownDecisionError
            beside = frozenset(key for one in form.getlist("work") if (key := number_of(one)) is not None)
            asked = Signing(what, form.get("reason", ""), form.get("seen", ""), beside)
            sign_decision(
                visit.session, visit.viewer, services().intake.graphs, student_id, target_id, asked, visit.now
            )
        flash(_("Signed, with your name and the date."))
    except ChangedError:
        flash(_("Nothing was changed: this changed while you were reading. Please look at it again."), "problem")
    except RefusedError as refused:
        flash(refusal(refused), "problem")
    return redirect(url_for("pages.explanation", student_id=student_id, target_id=target_id), 303)


def refusal(error: RefusedError) -> str:
    """Why nothing was signed, and what would be right."""
    lacks = [str(_LACKING[need]) for need in error.refused.lacks if need in _LACKING]
    if lacks:
        return " ".join((_("Not signed."), *lacks))
    return _("Not signed: this cannot be done to the decision as it stands.")


_TRIGGERS = {trigger.value: trigger for trigger in SIGNED_ALONE}
_ACTS = {
    Trigger.OVERRIDE: (
        _l("Say that it is mastered"),
        _l("Your own judgement, where what is on file does not show it. It is shown as a teacher’s judgement."),
    ),
    Trigger.RESOLVE: (
        _l("It stands"),
        _l("You have looked: the target stays mastered, and the low result does not count against it."),
    ),
    Trigger.REOPEN: (
        _l("Back to work"),
        _l("The student works on this target again and shows it once more. Tell them before you sign."),
    ),
    Trigger.WAIVE: (
        _l("Waive this target"),
        _l("The student need not show it, and what builds on it is open. It counts as waived, not as mastered."),
    ),
    Trigger.EXEMPT: (
        _l("Exempt from this target"),
        _l("A student’s own program sets another goal in its place. It counts as exempt, not as mastered."),
    ),
    Trigger.WITHDRAW: (
        _l("Take back what was signed"),
        _l("The decision is what it was before that, and evidence decides again."),
    ),
}
_SIGNED = {
    ActKind.AUTO_CONFIRM: _l("Confirmed by the rule"),
    ActKind.CONFIRM: _l("Confirmed"),
    ActKind.OVERRIDE: _l("Mastered by a teacher’s judgement"),
    ActKind.RESOLVE: _l("Looked at: it stands"),
    ActKind.REOPEN: _l("Sent back to work"),
    ActKind.WAIVE: _l("Waived"),
    ActKind.EXEMPT: _l("Exempt"),
    ActKind.REVOKE: _l("Revoked"),
    ActKind.WITHDRAW: _l("Taken back"),
}
_LACKING = {
    Need.REASON: _l("Say why, in at least %(num)s characters.", num=DEFAULT_POLICY.judgement_reason_characters),
    Need.ARTEFACT: _l("Credit hangs on this target: name a piece of work on file that shows it."),
    Need.NO_CREDIT_POSTED: _l("Credit has been posted on it, so that it can only be revoked."),
    Need.AUTHOR: _l("Only whoever signed it takes it back."),
}
