"""What was given to somebody outside of the service: read back by the office, entered by hand, corrected."""

from __future__ import annotations

from typing import Any, ClassVar

from flask import abort, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, Optional

from api.actions.disclosures import enter_disclosure, entries_for, standing_entry
from api.actions.links import NotYoursError
from api.pages import disclosure_words, office_words
from api.pages.access_words import CLASSES
from api.pages.acts import done, redirect_with
from api.pages.blueprint import PAGE_SIZE, Visit, last_page, office_for, page_number, pages
from api.pages.office_acting import person_of, show
from api.pages.office_forms import ActForm, BoxesField, DayField, SomeChosen, as_default
from mastery.access_matrix import DataClass
from mastery.disclosures import ENTERED, LONGEST, RULES, Entry, Ground, Outcome
from mastery.offices import Affair
from models.links import Disclosure


def _length(name: str) -> Length:
    return Length(max=LONGEST[name], message=_l("Say it in at most %(max)d characters."))


class DisclosureForm(ActForm):
    """A request or a disclosure as somebody of the office knows of it."""

    refusals: ClassVar = {
        "recipient": ("recipient", _l("Say who asked or received it.")),
        "organization": ("organization", _l("On this ground, say for which school, agency or firm.")),
        "document_reference": (
            "document_reference",
            _l("On this ground, say which order or written agreement it was."),
        ),
        "threat": ("threat", _l("In an emergency, say which threat to health or safety there was.")),
        "interest": ("interest", _l("Say what it is for.")),
        "why": ("why", _l("Say what was wrong.")),
        "classes": ("classes", _l("Choose at least one.")),
        "happened_on": ("happened_on", _l("Give the day on which it happened, today or before.")),
        "ground": ("ground", _l("Without a ground nothing is given but by the family’s consent. Choose another one.")),
    }

    outcome = RadioField(_l("What came of it?"), [InputRequired(_l("Choose one."))], choices=[])
    recipient = StringField(
        _l("Who asked or received it?"), [InputRequired(_l("Say who asked or received it.")), _length("recipient")]
    )
    organization = StringField(_l("Of which school, agency, court or firm?"), [Optional(), _length("organization")])
    ground = RadioField(
        _l("On what ground?"),
        [InputRequired(_l("Choose one."))],
        choices=[SelectChoice(str(one), disclosure_words.GROUNDS[one]) for one in Ground],
    )
    interest = StringField(
        _l("What do they need it for?"), [InputRequired(_l("Say what it is for.")), _length("interest")]
    )
    classes = BoxesField(
        _l("Which records?"),
        [SomeChosen(_l("Choose at least one."))],
        choices=[SelectChoice(str(one), CLASSES[one]) for one in DataClass if one in ENTERED],
    )
    happened_on = DayField(
        _l("On which day?"), [InputRequired(_l("Give the day on which it happened, today or before."))]
    )
    document_reference = StringField(
        _l("Which order or written agreement?"), [Optional(), _length("document_reference")]
    )
    threat = TextAreaField(_l("Which threat to health or safety was there?"), [Optional(), _length("threat")])
    further = TextAreaField(_l("Who may get it from them, and what for?"), [Optional(), _length("further")])
    why = StringField(_l("What was wrong with the entry?"), [Optional(), _length("why")])

    def offer(self, *outcomes: Outcome) -> None:
        """Offer what may have come of it."""
        self.outcome.choices = [SelectChoice(str(one), disclosure_words.OUTCOMES[one]) for one in outcomes]

    def entry(self) -> Entry:
        """What was typed."""
        return Entry(
            Ground(self.ground.data), Outcome(self.outcome.data), self.recipient.data or "", self.interest.data or "",
            frozenset(map(DataClass, self.classes.data)), self.happened_on.data, self.organization.data or "",
            self.document_reference.data or "", self.threat.data or "", self.further.data or "", self.why.data or "",
        )  # fmt: skip


@pages.get("/office/people/<int:student_id>/disclosures")
@office_for(Affair.DISCLOSURES)
def disclosures(visit: Visit, student_id: int) -> ResponseReturnValue:
    """What was entered about a student, the last first."""
    person, page = person_of(visit, student_id), page_number()
    entries = entries_for(visit.session, visit.viewer, visit.subject, visit.now)
    return render_template(
        "office_disclosures.html",
        visit=visit,
        person=person,
        entries=entries[(page - 1) * PAGE_SIZE : page * PAGE_SIZE],
        page=page,
        last_page=last_page(page, len(entries)),
        said=disclosure_words.said,
        rules=RULES,
        office=office_words,
    )


@pages.route("/office/people/<int:student_id>/disclosures/new", methods=["GET", "POST"])
@office_for(Affair.DISCLOSURES)
def add_disclosure(visit: Visit, student_id: int) -> ResponseReturnValue:
    """Enter what was asked for or given."""
    form = DisclosureForm()
    as_default((form.happened_on,), visit.today)
    return _entering(visit, student_id, form, None, Outcome.GIVEN, Outcome.REFUSED)


@pages.route("/office/people/<int:student_id>/disclosures/<int:disclosure_id>", methods=["GET", "POST"])
@office_for(Affair.DISCLOSURES)
def correct_disclosure(visit: Visit, student_id: int, disclosure_id: int) -> ResponseReturnValue:
    """Correct an entry by a further one; both stay."""
    try:
        row = standing_entry(visit.session, visit.viewer, visit.subject, disclosure_id, visit.now).row
    except NotYoursError:
        abort(404)
    return _entering(visit, student_id, DisclosureForm(data=_typed(row)), disclosure_id, *Outcome)


def _typed(row: Disclosure) -> dict[str, Any]:
    same = ("outcome", "recipient", "organization", "classes", "happened_on", "document_reference", "threat", "further")
    return {name: getattr(row, name) for name in same} | {"ground": row.basis, "interest": row.purpose}


def _entering(
    visit: Visit, student_id: int, form: DisclosureForm, corrects: int | None, *outcomes: Outcome
) -> ResponseReturnValue:
    person = person_of(visit, student_id)
    visit.seen.add(person.id)
    form.offer(*outcomes)
    if form.validate_on_submit():
        entry = form.entry()

        def enter() -> int:
            return enter_disclosure(visit.session, visit.viewer, student_id, entry, visit.now, corrects)

        if done(visit, form, enter):
            return redirect_with(_("It is in the log."), "pages.disclosures", student_id=student_id)
    return show("office_disclosure.html", visit, person, form, corrects=corrects, citations=_citations())


def _citations() -> dict[str, str]:
    return {str(ground): rule.citation for ground, rule in RULES.items()}
