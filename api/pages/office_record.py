"""The record of who did what, for the office: filtered by who, act, student and days, and saved as a file."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from api.pages import office_words
from api.pages.audit_words import AuditWords
from api.pages.blueprint import PAGE_SIZE, Visit, office_only, pages
from api.pages.looked import PAGES, READS
from api.pages.whole_numbers import number_asked
from mastery.audit import Act
from mastery.links import midnight, span_of
from mastery.offices import Affair
from models.audit import by_person, record
from models.queries_office import person_of_number
from models.queries_record import ABOUT_GUARDIAN, Entry, Filter, entries

_MOST_IN_A_FILE = 10_000
_LONGEST = 100
_NOBODY = 0  # whom a number that nobody has means
_TOLD = {**PAGES, **READS, "flags.get_flags": _l("hints about learning")}

ACTS: dict[str, Any] = {
    Act.SIGN_IN: _l("signed in"),
    Act.SIGN_IN_REFUSED: _l("tried to sign in"),
    Act.SIGN_OUT: _l("signed out"),
    Act.SESSION_ENDED: _l("a session ended"),
    Act.ACCOUNT_MADE: _l("made an account"),
    Act.ACCOUNT_DISABLED: _l("closed an account"),
    Act.ACCOUNT_ENABLED: _l("opened an account again"),
    Act.PASSWORD_SET: _l("set a password"),
    Act.SECOND_FACTOR_SET: _l("set up a second step for signing in"),
    Act.SECOND_FACTOR_SHOWN: _l("took the second step of signing in"),
    Act.SECOND_FACTOR_REMOVED: _l("took a second step for signing in away"),
    Act.LETTER_MADE: _l("made a letter with a code"),
    Act.RECOVERY_ASKED: _l("asked for a new password"),
    Act.IDENTITY_LINKED: _l("linked a sign-in of another service"),
    Act.PROVIDER_CHANGED: _l("changed a service for signing in"),
    Act.CLIENT_MADE: _l("connected a program"),
    Act.CLIENT_ROTATED: _l("renewed the secret of a program"),
    Act.CLIENT_REVOKED: _l("disconnected a program"),
    Act.KEY_ROTATED: _l("renewed a key"),
    Act.VIEW: _l("opened a page"),
    Act.EXPORT: _l("saved records as a file"),
    Act.DISCLOSURE: _l("was shown records from outside"),
    Act.DISCLOSURE_ENTERED: _l("entered what was given to somebody outside"),
    Act.GRANT: _l("linked or appointed somebody"),
    Act.REVOKE: _l("ended a link or an office"),
    Act.CONSENT_GIVEN: _l("recorded a consent"),
    Act.CONSENT_WITHDRAWN: _l("withdrew a consent"),
    Act.ORDER_FILED: _l("filed a court order"),
    Act.ORDER_LIFTED: _l("lifted a court order"),
    Act.BREAK_GLASS: _l("opened a record in an emergency"),
    Act.BREAK_GLASS_REVIEWED: _l("reviewed an emergency"),
    Act.SUPPORT_BEGUN: _l("let support in"),
    Act.SUPPORT_ENDED: _l("ended the access of support"),
    Act.DECISION: _l("signed a decision"),
    Act.OVERRIDE: _l("overruled an estimate"),
    Act.REVOCATION: _l("took a step about taking mastery away"),
    Act.FLAG_CHANGED: _l("changed a hint"),
    Act.POLICY_CHANGED: _l("changed a rule"),
    Act.CALENDAR_CHANGED: _l("changed the calendar of a school"),
    Act.WINDOW_CHANGED: _l("changed a window of a test"),
    Act.TEST_STEP: _l("took a step about a test"),
    Act.STATE_RESULTS_TAKEN_IN: _l("took in results of the state"),
    Act.PERSON_CHANGED: _l("changed a person’s data"),
    Act.RUBRIC_MADE: _l("wrote a rubric"),
    Act.EXAMPLE_ADDED: _l("added an example of a rubric"),
    Act.RATER_TRIED: _l("scored the examples of a rubric"),
    Act.TASK_GIVEN: _l("gave a task to a class"),
    Act.WORK_HANDED_IN: _l("handed in work"),
    Act.RATER_CALLED: _l("asked somebody to score work"),
    Act.WORK_SCORED: _l("scored work"),
    Act.WORK_TALKED: _l("wrote down what raters agreed on"),
    Act.WORK_SETTLED: _l("settled the levels of work"),
    Act.ARTEFACT_ADDED: _l("added a file of work"),
    Act.ARTEFACT_STATED: _l("said whose work a file is"),
    Act.OWN_WORDS_SAID: _l("said something in own words"),
    Act.OWN_WORDS_WITHDRAWN: _l("took own words back"),
    Act.STUDENT_TOLD: _l("told the teacher how it goes"),
    Act.STUDENT_ANSWERED: _l("answered a student"),
    Act.COURSE_PLANNED: _l("planned a class"),
    Act.PLAN_CHANGED: _l("changed the dates of a student’s plan"),
    Act.PACE_PAUSED: _l("let a plan rest, or go on"),
    Act.PACE_SAID: _l("said how far along a student is"),
    Act.AMENDMENT_ASKED: _l("asked for a correction"),
    Act.AMENDMENT_DECIDED: _l("decided on a correction"),
    Act.STATEMENT_ATTACHED: _l("attached a statement"),
    Act.INSPECTION_ASKED: _l("asked to see the whole record"),
    Act.INSPECTION_GIVEN: _l("gave the whole record to who asked"),
    Act.INSPECTION_CLOSED: _l("closed a request to see the whole record"),
    Act.HOLD_PLACED: _l("placed a legal hold"),
    Act.HOLD_LIFTED: _l("lifted a legal hold"),
    Act.DELETED: _l("deleted records"),
    Act.RETENTION_RUN: _l("the nightly deletion ran"),
    Act.CONTRACT_ENDED: _l("the contract of the district ended"),
    Act.CONTRACT_RESUMED: _l("the contract of the district goes on after all"),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """The filters as they were typed, and what they mean."""

    person: str
    student: str
    act: str
    first: str
    last: str
    means: Filter

    def arguments(self) -> dict[str, Any]:
        """The filters for an address; they hold numbers and no names."""
        typed = {"person": self.person, "student": self.student, "act": self.act, "first": self.first}
        return {name: value for name, value in {**typed, "last": self.last}.items() if value}


@pages.get("/office/record")
@office_only(Affair.RECORD)
def office_record(visit: Visit) -> ResponseReturnValue:
    """What was done, the newest first."""
    asked = _asked(visit)
    found = _entries(visit, asked, PAGE_SIZE + 1, number_asked("before"))
    shown = found[:PAGE_SIZE]
    visit.seen.update(key for entry in shown for key, _named in entry.students)
    return render_template(
        "office_record.html",
        visit=visit,
        asked=asked,
        acts=ACTS,
        said={**ACTS, ABOUT_GUARDIAN: _("did something about a guardian")},
        told=_TOLD,
        shown=shown,
        about=AuditWords(visit, shown).about,
        older=shown[-1].id if len(found) > PAGE_SIZE else None,
        office=office_words,
    )


@pages.post("/office/record/file")
@office_only(Affair.RECORD)
def office_record_file(visit: Visit) -> ResponseReturnValue:
    """The same as a file for a spreadsheet; saving it is on record, too."""
    asked = _asked(visit)
    found = _entries(visit, asked, _MOST_IN_A_FILE + 1)
    if len(found) > _MOST_IN_A_FILE:
        flash(_("That is too much for one file. Choose fewer days."), "problem")
        return redirect(url_for("pages.office_record", **asked.arguments()), 303)
    students = {key for entry in found for key, _named in entry.students}
    detail = {"what": "audit", "events": len(found)}
    record(
        visit.session, visit.district_id, by_person(visit.viewer.person), Act.EXPORT, visit.now, students, detail=detail
    )
    lines = _csv(visit, found)
    visit.session.commit()
    name = f"record-{visit.today.isoformat()}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(lines, mimetype="text/csv; charset=utf-8", headers=headers)


def _entries(visit: Visit, asked: Asked, limit: int, before: int | None = None) -> Sequence[Entry]:
    return entries(
        visit.session, visit.district_id, visit.remit(Affair.RECORD), visit.remit(Affair.ORDERS), asked.means,
        visit.now, visit.today, limit, before,
    )  # fmt: skip


def _asked(visit: Visit) -> Asked:
    typed = {name: request.values.get(name, "").strip()[:_LONGEST] for name in ("person", "student", "act")}
    first, last = _day("first"), _day("last")
    span = span_of(first, last, visit.zone)
    act = typed["act"]
    return Asked(
        **typed,
        first=first.isoformat() if first else "",
        last=last.isoformat() if last else "",
        means=Filter(
            Act(act) if act in set(Act) else None,
            _number(visit, typed["person"]),
            _number(visit, typed["student"]),
            midnight(first, visit.zone) if first else None,
            span.ends,
        ),
    )


def _number(visit: Visit, text: str) -> int | None:
    if not text:
        return None
    return person_of_number(visit.session, visit.district_id, text) or _NOBODY


def _day(name: str) -> date | None:
    """A day of the filters; what is none is left out."""
    try:
        return date.fromisoformat(request.values.get(name, ""))
    except ValueError:
        return None


def _csv(visit: Visit, found: Sequence[Entry]) -> str:
    """The entries as lines; a cell that a spreadsheet would take for a formula is made text."""
    text = io.StringIO()
    lines = csv.writer(text)
    lines.writerow(["at", "act", "actor", "by", "students", "purpose", "about", "detail"])
    about = AuditWords(visit, found).about
    for one in found:
        at = one.at.astimezone(visit.zone).isoformat()
        numbers = " ".join(named.number or str(key) for key, named in one.students)
        detail = json.dumps(one.detail, sort_keys=True)
        row = [at, one.act, one.actor, one.by or "", numbers, one.purpose or "", about(one), detail]
        lines.writerow([f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell for cell in row])
    return text.getvalue()
