"""The forms of the office: linking an adult, a consent, a court order, access after the 18th birthday, an office."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, ClassVar

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, Field, HiddenField, RadioField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.form import BaseForm
from wtforms.validators import InputRequired, Length, Optional, StopValidation
from wtforms.widgets import CheckboxInput

from api.actions.links import LONGEST_PURPOSE
from api.pages.access_words import AGE_BASES, BASES, CAPACITIES, CLASSES
from api.pages.blueprint import Visit
from api.pages.office_words import EVERYBODYS, RESTRICTIONS
from api.pages.texts import graph_of
from api.pages.whole_numbers import number_of
from mastery.access import Basis
from mastery.access_matrix import MATRIX, DataClass, Form, Role
from mastery.graph import Resolved
from mastery.links import CAPACITIES as ALL_CAPACITIES
from mastery.links import OFFICES, AgeBasis, LinkError, Restriction
from mastery.offices import Reach, Remit, reach
from models.queries_office import Found, find_people, find_person

_LONGEST_NAME = 100
_LONGEST_CODES = 1000
_MOST_CANDIDATES = 10
_NOT_ONESELF = _l("Somebody else of the office does this for you.")
# what a family can consent to: the classes that the table opens to somebody by consent only
CONSENTED = tuple(one for one in DataClass if any(row[one].consent for row in MATRIX.values()))
# what a court order can leave open to a guardian whom it keeps from the record
LEFT_OPEN = tuple(one for one, cell in MATRIX[Role.PARENT_RESTRICTED].items() if cell.form is Form.PER_ORDER)
_NEAR_STUDENTS = tuple(role for role in ALL_CAPACITIES if role not in OFFICES)
# what such a link opens at all, of which it may be held to a part
_SHARED = tuple(
    one for one in DataClass if one not in EVERYBODYS and any(MATRIX[role][one].opens for role in _NEAR_STUDENTS)
)


class DayField(DateField):
    """A day of the calendar."""

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """Read the day; says how to write one where it is none."""
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(_("Give a day of the calendar, such as 2027-06-30.")) from None


class SomeChosen:
    """At least one box of several. `InputRequired` would have a browser ask for every box."""

    def __init__(self, message: Any) -> None:
        self.message = message

    def __call__(self, _form: BaseForm, field: Field) -> None:
        """Refuse where none is chosen."""
        if not field.data:
            raise StopValidation(str(self.message))


class BoxesField(SelectMultipleField):
    """Some of several, each with its box."""

    option_widget = CheckboxInput()


class ActForm(FlaskForm):
    """A form of an act; `refusals`: what it says in its own words of what an act did not take, by the act's field."""

    refusals: ClassVar[Mapping[str, tuple[str, Any]]] = {}


def adults_for(visit: Visit) -> Reach:
    """Whom a form may name: anybody who works in the district, and the guardians of whom the office answers for."""
    return Reach(reach(visit.viewer, visit.now).students, Remit(district=True))


def find_adults(visit: Visit, words: str, limit: int) -> tuple[Sequence[Found], int]:
    """Some of the adults whom a form may name so; how many there are."""
    within = adults_for(visit)
    return find_people(
        visit.session, visit.district_id, within, words, visit.now, visit.today, limit, adults=True
    )  # fmt: skip


class WhoForm(ActForm):
    """A form that names an adult as one says the name; where several have it, one of them is chosen."""

    who = StringField(_l("Who? Name or number"), [InputRequired(_l("Say who it is.")), Length(max=_LONGEST_NAME)])
    chosen = RadioField(_l("Which of them?"), validate_choice=False, choices=[])
    chosen_for = HiddenField()

    def person(self, visit: Visit) -> int | None:
        """The adult of the district who is meant; None, and the field says why, where that is not one."""
        picked = number_of(self.chosen.data)
        said = (self.who.data or "").strip()
        if picked is not None and self.chosen_for.data == said:
            found = find_person(
                visit.session, visit.district_id, adults_for(visit), picked, visit.now, visit.today, adults=True
            )
            return found.id if found else None
        people, total = find_adults(visit, said, _MOST_CANDIDATES)
        if total == 1:
            return people[0].id
        if total == 0:
            add_error(
                self.who, _("No adult of the district has this name. The student information system adds people.")
            )
        else:
            self._offer(said, people)
        return None

    def _offer(self, said: str, people: Sequence[Found]) -> None:
        add_error(self.who, _("Several people are called so. Choose one, or say more of the name."))
        self.chosen.choices = [SelectChoice(str(one.id), _candidate(one)) for one in people]
        self.chosen.data = None
        self.chosen_for.data = said


def _candidate(one: Found) -> str:
    more = [*one.schools, *([one.number] if one.number else [])]
    return f"{one.sort_name} ({', '.join(more)})" if more else one.sort_name


def purpose_field(label: Any) -> StringField:
    return StringField(
        label,
        [
            InputRequired(_l("Say what it is for.")),
            Length(max=LONGEST_PURPOSE, message=_l("Say it in at most %(max)d characters.")),
        ],
    )


def _choose(label: Any, words: Mapping[Any, Any]) -> RadioField:
    return RadioField(
        label, [InputRequired(_l("Choose one."))], choices=[SelectChoice(str(key), words[key]) for key in words]
    )


class LinkForm(WhoForm):
    """An adult linked to a student."""

    role = _choose(_l("As what?"), {role: CAPACITIES[role] for role in _NEAR_STUDENTS})
    basis = _choose(
        _l("What does it rest on?"), {one: BASES[one] for one in (Basis.EMPLOYEE, Basis.AGREEMENT, Basis.CONSENT)}
    )
    purpose = purpose_field(_l("What for? The family reads this."))
    begins_on = DayField(_l("First day"), [InputRequired(_l("Give the first day."))])
    ends_on = DayField(_l("Last day, if there is one"), [Optional()])
    targets = StringField(_l("Only these learning targets, if not all"), [Optional(), Length(max=_LONGEST_CODES)])
    share = BoxesField(
        _l("Only these records, if not all of them"),
        [Optional()],
        choices=[SelectChoice(str(one), CLASSES[one]) for one in _SHARED],
    )

    def target_keys(self, visit: Visit) -> frozenset[int] | None:
        """The targets whose codes were given; None: all. The field says which code means none, or several."""
        codes = [code for code in re.split(r"[,;\s]+", self.targets.data or "") if code]
        if not codes:
            return None
        graph, keys = graph_of(visit), set[int]()
        for code in codes:
            meant = graph.resolve(code)
            if isinstance(meant, Resolved):
                keys.add(graph.ids[meant.target])
            else:
                add_error(self.targets, _("%(code)s is the code of no learning target, or of several.", code=code))
        return frozenset(keys)


class ConsentForm(WhoForm):
    """A consent as the family signed it."""

    classes = BoxesField(
        _l("What may they see?"),
        [SomeChosen(_l("Choose at least one."))],
        choices=[SelectChoice(str(one), CLASSES[one]) for one in CONSENTED],
    )
    purpose = purpose_field(_l("What for, as the family signed it"))
    signed_by = RadioField(_l("Who signed?"), [InputRequired(_l("Choose who signed."))], choices=[])
    signer = StringField(_l("Name of the guardian, as on the paper"), [Optional(), Length(max=_LONGEST_NAME)])
    signed_on = DayField(_l("Day of the signature"), [InputRequired(_l("Give the day of the signature."))])
    begins_on = DayField(_l("First day"), [InputRequired(_l("Give the first day."))])
    ends_on = DayField(_l("Last day"), [InputRequired(_l("Give the last day."))])


class OrderForm(ActForm):
    """A court order with its document on file."""

    guardian = RadioField(_l("Whom does it restrict?"), [InputRequired(_l("Choose one."))], choices=[])
    restricts = BoxesField(
        _l("What does it say?"),
        [SomeChosen(_l("Choose at least one."))],
        choices=[SelectChoice(str(one), RESTRICTIONS[one]) for one in Restriction],
    )
    kind = StringField(
        _l("What kind of order is it?"), [InputRequired(_l("Say what kind of order it is.")), Length(max=100)]
    )
    document_reference = StringField(
        _l("Where is the document?"),
        [InputRequired(_l("Say where the document is. Without one, nothing may be cut.")), Length(max=200)],
    )
    leaves = BoxesField(
        _l("What does it leave open?"),
        [Optional()],
        choices=[SelectChoice(str(one), CLASSES[one]) for one in LEFT_OPEN],
    )
    begins_on = DayField(_l("First day"), [InputRequired(_l("Give the first day."))])
    ends_on = DayField(_l("Last day, if there is one"), [Optional()])


class BeyondAgeForm(ActForm):
    """A guardian who sees on after the 18th birthday."""

    refusals: ClassVar[Mapping[str, tuple[str, Any]]] = {
        "oneself": ("guardian", _NOT_ONESELF),
        "basis": ("basis", _l("The student gives this consent once they are 18, not before.")),
    }
    guardian = RadioField(_l("Who sees on?"), [InputRequired(_l("Choose one."))], choices=[])
    basis = _choose(_l("Why?"), {one: AGE_BASES[one] for one in AgeBasis})
    ends_on = DayField(_l("Last day, if there is one"), [Optional()])


class OfficeForm(ActForm):
    """An office that somebody is given."""

    refusals: ClassVar[Mapping[str, tuple[str, Any]]] = {"oneself": ("role", _NOT_ONESELF)}
    role = RadioField(_l("Which office?"), [InputRequired(_l("Choose one."))], choices=[])
    place = RadioField(_l("Where?"), [InputRequired(_l("Choose one."))], choices=[])
    purpose = purpose_field(_l("What for?"))
    ends_on = DayField(_l("Last day, if there is one"), [Optional()])


def add_error(field: Field, text: str) -> None:
    """Say at a field what is wrong with it."""
    field.errors = [*field.errors, text]


def refuse(form: ActForm, refused: LinkError) -> None:
    """Say at the field of a form what an act did not take."""
    name, text = form.refusals.get(refused.field) or _REFUSALS[refused.field]
    add_error(form[name], str(text))


_REFUSALS: dict[str, tuple[str, Any]] = {
    "oneself": ("who", _NOT_ONESELF),
    "person": ("who", _l("This person is not in the district any more.")),
    "recipient": ("who", _l("This person is not in the district any more.")),
    "role": ("role", _l("Choose another one.")),
    "scope": ("place", _l("Choose a school: this is no office of the whole district.")),
    "outside": ("role", _l("Who comes by an agreement or a consent is linked as a professional from outside.")),
    "basis": ("basis", _l("For somebody from outside it rests on an agreement or on the family’s consent.")),
    "consent": ("who", _l("Record the family’s signed consent for this person first.")),
    "purpose": ("purpose", _l("Say what it is for, in at most 300 characters.")),
    "ends": ("ends_on", _l("The last day is over already. Give a later one.")),
    "ends_on": ("ends_on", _l("Give a last day from today on, after the first day and within the school year.")),
    "signed_on": ("signed_on", _l("This day is still to come. Give the day on the paper.")),
    "begins_on": ("begins_on", _l("It can not begin before it was signed.")),
    "grown": ("begins_on", _l("The student is 18 by then, and signs this alone.")),
    "classes": ("classes", _l("Choose at least one.")),
    "signed_by": ("signed_by", _l("This person may not sign: today the rights are not theirs.")),
    "document_reference": ("document_reference", _l("Say where the document is. Without one, nothing may be cut.")),
    "kind": ("kind", _l("Say what kind of order it is.")),
    "restricts": ("restricts", _l("Choose at least one.")),
    "guardian": ("guardian", _l("Choose a guardian of this student.")),
}  # fmt: skip


def as_default(fields: Sequence[DayField], day: date) -> None:
    """Write a day into the fields of a new form."""
    for field in fields:
        if field.data is None and not field.raw_data:
            field.data = day
