"""Calendars of schools: which days count, for the staff of the school; its administrator closes a day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import ClassVar

from flask import abort, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length

from api.actions.calendars import LONGEST_REASON, change_day
from api.actions.desk import Desk
from api.pages import calendar_words
from api.pages.acts import done, form_page, redirect_with
from api.pages.blueprint import Visit, office_only, pages, staff_only
from api.pages.office_forms import ActForm, DayField
from api.pages.whole_numbers import number_asked
from mastery.access import Scope, works_here
from mastery.offices import Affair
from mastery.pace.calendar import DayKind, SchoolCalendar, SchoolDay
from mastery.pace.school_days import school_year
from models.queries_calendars import CalendarLine, calendar_of, calendars_read_by, changes_by_hand

_MOST_CHANGES = 10


class DayForm(ActForm):
    """A day that is closed, or is what it was again."""

    refusals: ClassVar = {
        "day": ("day", _l("This day is not in the calendar of the school.")),
        "reason": ("reason", _l("Say why.")),
    }

    day = DayField(_l("Which day?"), [InputRequired(_l("Give the day."))])
    kind = SelectField(
        _l("What is it to be?"),
        choices=[SelectChoice(str(one), words) for one, words in calendar_words.KINDS.items()],
        default=str(DayKind.CLOSURE),
    )
    reason = StringField(
        _l("Why? The staff of the school reads this."),
        [DataRequired(_l("Say why.")), Length(max=LONGEST_REASON, message=_l("Say it in at most %(max)d characters."))],
    )


@dataclass(frozen=True, slots=True)
class Month:
    """The days of a month, and how much instruction is in them; `now`: today is in it."""

    first: date
    days: Sequence[SchoolDay]
    total: float
    now: bool


@dataclass(frozen=True, slots=True)
class Year:
    """A school year of a calendar: its months, how much instruction there was so far and is in all."""

    ends_in: int
    months: Sequence[Month]
    so_far: float
    total: float
    others: Sequence[int]


@pages.get("/calendars")
@staff_only
def school_calendars(visit: Visit) -> ResponseReturnValue:
    """The schools at which one works, with what is on file of each."""
    return render_template("school_calendars.html", visit=visit, schools=_read_by(visit), said=calendar_words)


@pages.get("/schools/<int:school_id>/calendar")
@staff_only
def school_calendar(visit: Visit, school_id: int) -> ResponseReturnValue:
    """A school year of a school, month by month."""
    form = DayForm() if visit.remit(Affair.CALENDARS).covers_school(school_id) else None
    return _show(visit, school_id, form)


@pages.post("/schools/<int:school_id>/calendar/days")
@office_only(Affair.CALENDARS)
def change_school_day(visit: Visit, school_id: int) -> ResponseReturnValue:
    """Close a day, or make it something else."""
    if not visit.remit(Affair.CALENDARS).covers_school(school_id):
        abort(404)
    desk, form = Desk.of(visit.viewer), DayForm()
    if form.validate_on_submit():
        day, kind = form.day.data, DayKind(form.kind.data)
        if done(
            visit, form, lambda: change_day(visit.session, desk, school_id, day, kind, form.reason.data, visit.now)
        ):
            text = _("Saved. %(day)s: %(kind)s.", day=calendar_words.day(day), kind=calendar_words.KINDS[kind])
            return redirect_with(text, "pages.school_calendar", school_id=school_id, year=school_year(day))
    return _show(visit, school_id, form)


def _show(visit: Visit, school_id: int, form: DayForm | None) -> ResponseReturnValue:
    school = next((one for one in _read_by(visit) if one.school == school_id), None)
    if school is None:
        abort(404)
    found = calendar_of(visit.session, visit.district_id, school_id)
    return form_page(
        "school_calendar.html",
        visit=visit,
        school=school,
        year=None if found is None else _year(found, visit.today, number_asked("year")),
        changes=changes_by_hand(visit.session, visit.district_id, school_id, _MOST_CHANGES),
        form=form,
        said=calendar_words,
    )


def _read_by(visit: Visit) -> Sequence[CalendarLine]:
    """The schools whose calendar a person reads: where they work, or all for who works for the whole district."""
    everywhere = any(
        tie.scope is Scope.DISTRICT and works_here({tie.role}) and tie.span.holds(visit.now)
        for tie in visit.viewer.ties
    )
    person = None if everywhere else visit.viewer.person
    return calendars_read_by(visit.session, visit.district_id, person, visit.today, visit.now)


def _year(calendar: SchoolCalendar, today: date, asked: int | None) -> Year:
    """The year that is asked for; else that of today, or the one nearest to it."""
    years = sorted({school_year(one.day) for one in calendar.days})
    wanted = asked if asked in years else min(years, key=lambda one: abs(one - school_year(today)))
    days = tuple(one for one in calendar.days if school_year(one.day) == wanted)
    whole = SchoolCalendar(days)
    months = []
    for first, some in groupby(days, key=lambda one: one.day.replace(day=1)):
        listed = tuple(some)
        months.append(Month(first, listed, SchoolCalendar(listed).total, first == today.replace(day=1)))
    so_far = whole.through(min(today, whole.last))
    return Year(wanted, months, so_far, whole.total, [one for one in years if one != wanted])
