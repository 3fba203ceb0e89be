"""A student's special programs, put on file and ended by whoever may write them."""

from __future__ import annotations

from typing import ClassVar

from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import RadioField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Optional

from api.actions.desk import Desk
from api.actions.programmes import Enrolled, end_programme, put_programme
from api.pages import access_words, office_words
from api.pages.acts import done, form_page, kept, redirect_with
from api.pages.blueprint import Visit, about_student, pages
from api.pages.office_forms import ActForm, DayField, as_default
from mastery.access_questions import What
from mastery.links import Programme
from models.queries_person import programmes_on_file
from models.queries_student import student_head


class ProgrammeForm(ActForm):
    """A program with its first and last day."""

    refusals: ClassVar = {
        "programme": ("programme", _l("This program is on file already for some of these days.")),
        "ends_on": ("ends_on", _l("The last day is before the first one.")),
    }

    programme = RadioField(
        _l("Which program?"),
        [InputRequired(_l("Choose one."))],
        choices=[SelectChoice(str(one), access_words.PROGRAMMES[one]) for one in Programme],
    )
    begins_on = DayField(_l("First day"), [InputRequired(_l("Give the first day."))])
    ends_on = DayField(_l("Last day, if there is one"), [Optional()])


@pages.route("/students/<int:student_id>/programs", methods=["GET", "POST"])
@about_student(What.KEEP_PROGRAMMES)
def keep_programmes(visit: Visit, student_id: int) -> ResponseReturnValue:
    """The programs on file, and a form to put one on file."""
    form, desk = ProgrammeForm(), Desk.of(visit.viewer)
    as_default((form.begins_on,), visit.today)
    if form.validate_on_submit():
        asked = Enrolled(Programme(form.programme.data), form.begins_on.data, form.ends_on.data)
        if done(visit, form, lambda: put_programme(visit.session, desk, student_id, asked, visit.now)):
            return _back(student_id, _("The program is on file."))
    return form_page(
        "programmes.html",
        visit=visit,
        head=student_head(visit.session, visit.district_id, student_id, visit.name_use),
        programmes=programmes_on_file(visit.session, visit.district_id, student_id),
        form=form,
        office=office_words,
    )


@pages.post("/students/<int:student_id>/programs/<int:programme_id>/end")
@about_student(What.KEEP_PROGRAMMES)
def end_student_programme(visit: Visit, student_id: int, programme_id: int) -> ResponseReturnValue:
    """Let today be the last day of a program."""
    with kept(visit):
        end_programme(visit.session, Desk.of(visit.viewer), student_id, programme_id, visit.today, visit.now)
    return _back(student_id, _("Ended. Today is its last day."))


def _back(student_id: int, text: str) -> ResponseReturnValue:
    return redirect_with(text, "pages.keep_programmes", student_id=student_id)
