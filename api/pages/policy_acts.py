"""What the offices of the whole district say of its rules: names for families, how long records are kept, holds."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from flask import abort
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, IntegerField, RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from api.actions import schedule
from api.actions.desk import Desk
from api.actions.policy_records import sign_parameter
from api.actions.safety import set_parent_view
from api.pages.acts import done, form_page, kept, redirect_with
from api.pages.blueprint import Visit, office_only, pages
from api.pages.office_forms import ActForm, DayField, add_error, as_default
from api.pages.parameter_words import PARAMETERS, value_words
from api.pages.policy_words import KINDS, VIEWS
from mastery.names import ParentView
from mastery.offices import Affair
from mastery.policy_parameters import FOLLOWED, SETTABLE, PolicyError, read_value
from mastery.policy_records import LONGEST_BASIS, Asked, Level
from mastery.retention_schedule import OWN_TIMES, PERMANENT, Kind
from models.holds import RetentionError

_LONGEST_REASON = 300
_UNITS = {"year": _l("years"), "month": _l("months"), "day": _l("days"), PERMANENT: _l("for good")}
_TOO_LONG = _l("Say it in at most %(max)d characters.")


class NamesForm(ActForm):
    """Which name families get."""

    view = RadioField(
        _l("Where a student goes by another name than the legal one, the family gets"),
        [InputRequired(_l("Choose one."))],
        choices=[SelectChoice(str(view), words) for view, words in VIEWS.items()],
    )


class TimeForm(ActForm):
    """Another time for a kind of record."""

    kind = SelectField(
        _l("Which records?"), choices=[SelectChoice(str(one), KINDS[one]) for one in Kind if one in OWN_TIMES]
    )
    unit = RadioField(
        _l("How long are they kept?"),
        [InputRequired(_l("Choose one."))],
        choices=[SelectChoice(unit, words) for unit, words in _UNITS.items()],
    )
    count = IntegerField(_l("How many of them?"), [Optional(), NumberRange(1, 200, _l("Give a number from 1 to 200."))])
    basis = StringField(
        _l("Why? The law, or the schedule of the state"),
        [DataRequired(_l("Say why.")), Length(max=_LONGEST_REASON, message=_TOO_LONG)],
    )
    begins_on = DayField(_l("First day"), [InputRequired(_l("Give the first day."))])

    def time(self, today: date) -> schedule.Time | None:
        """What was asked for; None, and a field says why, where that is no time."""
        if self.begins_on.data < today:
            add_error(self.begins_on, _("Give a day from today on."))
        if self.unit.data != PERMANENT and self.count.data is None:
            add_error(self.count, _("Give a number from 1 to 200."))
        if self.errors:
            return None
        keep = PERMANENT if self.unit.data == PERMANENT else f"{self.count.data} {self.unit.data}s"
        return schedule.Time(Kind(self.kind.data), keep, self.basis.data.strip(), self.begins_on.data)


def _choice(name: str) -> SelectChoice:
    parameter = SETTABLE[name]
    least, most = (value_words(name, number) for number in (parameter.least, parameter.most))
    words = _("%(what)s: %(least)s to %(most)s", what=PARAMETERS[name], least=least, most=most)
    return SelectChoice(name, words)


class ParameterForm(ActForm):
    """A parameter of the policy with another value."""

    parameter = SelectField(_l("Which rule?"), choices=lambda: [_choice(name) for name in FOLLOWED])
    value = StringField(_l("Which number?"), [DataRequired(_l("Give a number.")), Length(max=20)])
    basis = StringField(
        _l("Why? The law, the waiver, or the policy of the board"),
        [DataRequired(_l("Say why.")), Length(max=LONGEST_BASIS, message=_TOO_LONG)],
    )
    begins_on = DayField(_l("First day"), [InputRequired(_l("Give the first day."))])
    binding = BooleanField(_l("No school can set another number"))

    def asked(self, today: date) -> Asked | None:
        """What was asked for; None, and a field says why, where nobody can sign that."""
        if self.begins_on.data < today:
            add_error(self.begins_on, _("Give a day from today on."))
        name = self.parameter.data
        try:
            value = read_value(name, self.value.data.replace(",", "."))
        except PolicyError:
            one = SETTABLE[name]
            least, most, step = (value_words(name, number) for number in (one.least, one.most, one.step))
            told = _(
                "Give a number from %(least)s to %(most)s, in steps of %(step)s.", least=least, most=most, step=step
            )
            add_error(self.value, told)
        if self.errors:
            return None
        return Asked(
            name, value, Level.DISTRICT, self.basis.data.strip(), self.begins_on.data, binding=self.binding.data
        )


class HoldForm(ActForm):
    """Records that are not to be deleted."""

    refusals: ClassVar = {"student": ("student", _l("No student of the district has this number."))}

    student = StringField(_l("Number of the student, if it is about one alone"), [Optional(), Length(max=100)])
    kind = SelectField(
        _l("Which records?"),
        choices=[SelectChoice("", _l("every kind of record")), *(SelectChoice(str(one), KINDS[one]) for one in Kind)],
    )
    reason = StringField(
        _l("What for, such as the case?"),
        [DataRequired(_l("Say what it is for.")), Length(max=_LONGEST_REASON, message=_TOO_LONG)],
    )
    until = DayField(_l("Last day, if there is one"), [Optional()])

    def hold(self, today: date) -> schedule.Hold | None:
        """What was asked for; None, and a field says why, where it would be over already."""
        if self.until.data is not None and self.until.data < today:
            add_error(self.until, _("The last day is over already. Give a later one."))
            return None
        kind = Kind(self.kind.data) if self.kind.data else None
        said = self.student.data if self.student is not None else None
        return schedule.Hold((said or "").strip() or None, kind, self.reason.data.strip(), self.until.data)


@pages.route("/policy/names", methods=["GET", "POST"])
@office_only(Affair.PEOPLE)
def set_names_rule(visit: Visit) -> ResponseReturnValue:
    """Say which name families get; for the whole district's office."""
    desk, form = _desk(visit, Affair.PEOPLE), NamesForm()
    if form.validate_on_submit():
        view = ParentView(form.view.data)
        if done(visit, form, lambda: set_parent_view(visit.session, desk, view, visit.now)):
            return _back("names", _("Saved. It holds from now on."))
    return form_page("policy_names.html", visit=visit, form=form)


@pages.route("/policy/retention", methods=["GET", "POST"])
@office_only(Affair.RETENTION)
def sign_time(visit: Visit) -> ResponseReturnValue:
    """Keep a kind of record for another time; for the whole district's office."""
    desk, form = _desk(visit, Affair.RETENTION), TimeForm()
    as_default((form.begins_on,), visit.today)
    time = form.time(visit.today) if form.validate_on_submit() else None
    if time is not None and done(visit, form, lambda: schedule.sign(visit.session, desk, time, visit.now)):
        return _back("kept", _("Signed in your name."))
    return form_page("policy_time.html", visit=visit, form=form)


@pages.route("/policy/rules", methods=["GET", "POST"])
@office_only(Affair.POLICY)
def set_parameter(visit: Visit) -> ResponseReturnValue:
    """Set a parameter of the policy from a day on; for the whole district's office."""
    desk, form = _desk(visit, Affair.POLICY), ParameterForm()
    as_default((form.begins_on,), visit.today)
    asked = form.asked(visit.today) if form.validate_on_submit() else None
    if asked is not None and done(
        visit, form, lambda: sign_parameter(visit.session, desk, asked, visit.now, visit.today)
    ):
        return _back("set", _("Signed in your name."))
    return form_page("policy_set.html", visit=visit, form=form)


@pages.route("/policy/holds", methods=["GET", "POST"])
@office_only(Affair.RETENTION)
def place_hold(visit: Visit) -> ResponseReturnValue:
    """Keep records from being deleted; for the whole district's office.

    One student's are held by who finds students by name.
    """
    desk, form = _desk(visit, Affair.RETENTION), HoldForm()
    if not visit.remit(Affair.PEOPLE).district:
        del form.student
    hold = form.hold(visit.today) if form.validate_on_submit() else None
    if hold is not None and done(visit, form, lambda: schedule.place(visit.session, desk, hold, visit.now)):
        return _back("holds", _("The hold is in force."))
    return form_page("policy_hold.html", visit=visit, form=form)


@pages.post("/policy/holds/<int:hold_id>/lift")
@office_only(Affair.RETENTION)
def lift_hold(visit: Visit, hold_id: int) -> ResponseReturnValue:
    """End a hold; for the whole district's office."""
    with kept(visit, RetentionError):
        schedule.lift(visit.session, Desk.of(visit.viewer), hold_id, visit.now)
    return _back("holds", _("Lifted. What is due is deleted in the nights to come."))


def _desk(visit: Visit, affair: Affair) -> Desk:
    """The desk of who answers for an affair in the whole district; for others there is no such page."""
    if not visit.remit(affair).district:
        abort(404)
    return Desk.of(visit.viewer)


def _back(place: str, text: str) -> ResponseReturnValue:
    return redirect_with(text, "pages.policy", _anchor=place)
