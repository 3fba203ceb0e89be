"""Today: who of a teacher's students needs what now, by class period; and the two acts on a flag."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from api.actions import flag_acts
from api.pages import words
from api.pages.blueprint import PAGE_SIZE, Visit, page_number, pages, signed_in, staff_only
from api.pages.flag_cards import DISMISS_REASONS, Card, cards
from api.pages.my_path import only_path
from api.pages.partial import live_page
from api.pages.words import long_date
from models.queries_today import (
    SEVERITIES,
    SectionRow,
    flags_today,
    sections_of,
    sections_of_students,
    waiting_cut_scores,
)

_WAITING_SHOWN = 5
_NAMED_FIRST = 3
_PRESSING = (words.SEVERITIES["URGENT"], words.SEVERITIES["ACT"])


@dataclass(frozen=True, slots=True)
class Period:
    """One section on Today: first what nobody looks at yet, then good news, then what somebody looks at."""

    section: SectionRow
    new: list[Card] = field(default_factory=list)
    good: list[Card] = field(default_factory=list)
    looked_at: list[Card] = field(default_factory=list)


@pages.get("/")
@signed_in
def home(visit: Visit) -> ResponseReturnValue:
    """The first page: a teacher's Today; a student's path, or that of a guardian's one child; else the students."""
    if visit.viewer.sections:
        return redirect(url_for("pages.today"), 303)
    return redirect(only_path(visit) or url_for("pages.students"), 303)


@pages.get("/today")
@staff_only
def today(visit: Visit) -> ResponseReturnValue:
    """Who needs what now."""
    page = page_number()
    sections = sections_of(visit.session, visit.viewer, visit.today)
    flags, new, total = flags_today(visit.session, visit.viewer, visit.today, PAGE_SIZE, (page - 1) * PAGE_SIZE)
    if page > 1 and not flags:
        abort(404)
    shown = cards(visit, flags)
    return live_page(
        visit,
        "today.html",
        "_today.html",
        visit.viewer.sections,
        date=long_date(visit.today),
        periods=_by_period(visit, sections, shown, page),
        first=[card for card in shown if card.is_new and card.look in _PRESSING][:_NAMED_FIRST],
        counts=[(severity, new.get(severity, 0)) for severity in SEVERITIES],
        waiting=waiting_cut_scores(visit.session, visit.viewer, visit.today, _WAITING_SHOWN),
        reasons=DISMISS_REASONS,
        page=page,
        last_page=max(1, -(-total // PAGE_SIZE)),
    )


def _by_period(visit: Visit, sections: Sequence[SectionRow], shown: Sequence[Card], page: int) -> list[Period]:
    """Each card under the first of the teacher's periods that its student is in."""
    membership = sections_of_students(visit.session, visit.viewer, {card.student_id for card in shown}, visit.today)
    periods = {section.id: Period(section) for section in sections}
    for card in shown:
        first = next(section.id for section in sections if section.id in membership[card.student_id])
        period = periods[first]
        if not card.is_new:
            period.looked_at.append(card)
        else:
            (period.good if card.look is words.SEVERITIES["INFO"] else period.new).append(card)
    return [one for one in periods.values() if page == 1 or one.new or one.good or one.looked_at]


@pages.post("/flags/<int:flag_id>/acknowledge")
@staff_only
def acknowledge_flag(visit: Visit, flag_id: int) -> ResponseReturnValue:
    """Say that one looks at it."""
    return _act(visit, flag_id, dismissing=False)


@pages.post("/flags/<int:flag_id>/dismiss")
@staff_only
def dismiss_flag(visit: Visit, flag_id: int) -> ResponseReturnValue:
    """Set it aside, with a reason."""
    return _act(visit, flag_id, dismissing=True)


def _act(visit: Visit, flag_id: int, dismissing: bool) -> ResponseReturnValue:
    form = request.form
    version = form.get("version", "")
    if not (version.isascii() and version.isdigit() and len(version) < 10):
        abort(400)
    arguments = (visit.session, visit.viewer, flag_id, int(version))
    try:
        if dismissing:
            flag_acts.dismiss(*arguments, form.get("reason", ""), form.get("note", ""), visit.now, visit.today)
            done = _("Dismissed. It stays quiet for some days unless it gets worse.")
        else:
            flag_acts.acknowledge(*arguments, visit.now, visit.today)
            done = _("Acknowledged. Your colleagues can see that you are looking at it.")
        visit.session.commit()
        flash(done)
    except flag_acts.UnknownFlagError:
        abort(404)
    except flag_acts.FlagActError as refused:
        flash(_REFUSALS[str(refused)](), "problem")
    return redirect(_back(form.get("back")), 303)


_REFUSALS = {
    "reason": lambda: _("Not dismissed: choose one of the reasons."),
    "note": lambda: _("Not dismissed: with “Something else”, say in a few words what it is."),
    "state": lambda: _("Nothing was changed: this was settled already."),
    "version": lambda: _("Nothing was changed: this changed while you were reading. Please look at it again."),
}


def _back(student: str | None) -> str:
    """Back to where the form was: a student's page, or Today."""
    if student and student.isascii() and student.isdigit() and len(student) < 19:
        return url_for("pages.student", student_id=int(student))
    return url_for("pages.today")
