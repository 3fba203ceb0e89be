"""The forms of the office about people themselves: who is added, partners, homes, safety, who acts as a parent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from flask_babel import get_locale
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from api.actions.households import LONGEST_ADDRESS
from api.actions.partners import LONGEST_NAME as LONGEST_PARTNER
from api.actions.people import LONGEST_NAME
from api.pages.office_forms import ActForm, DayField, WhoForm, purpose_field
from mastery.households import Notice

# what families of schools speak most; who speaks another is written to in English until it is here
HOME_LANGUAGES = (
    "en", "es", "zh-Hans", "vi", "ar", "ht", "pt", "fr", "ru", "ko", "so", "tl", "uk", "ne", "sw", "hmn", "ur", "fa",
)  # fmt: skip
NOTICES: dict[Notice, Any] = {
    Notice.LETTER: _l("by letter"),
    Notice.EMAIL: _l("by e-mail"),
    Notice.SMS: _l("by text message"),
}
NO_PARTNER = "0"


def language_name(tag: str) -> str:
    """What a language is called in the reader's."""
    locale = get_locale()
    known = {} if locale is None else locale.languages
    return str(known.get(tag.replace("-", "_"), tag))


class AttestForm(WhoForm):
    """Somebody who acts as a parent."""

    refusals: ClassVar[Mapping[str, tuple[str, Any]]] = {
        "guardian": ("who", _l("This person is a guardian of the student already, or the student.")),
        "reason": ("reason", _l("Say how the person acts as a parent, in at most 300 characters.")),
        "ends_on": ("ends_on", _l("The last day is before the first one.")),
    }
    reason = purpose_field(_l("How does the person act as a parent?"))
    begins_on = DayField(_l("First day"), [InputRequired(_l("Give the first day."))])
    ends_on = DayField(_l("Last day, if there is one"), [Optional()])


def _name_field(label: Any, missing: Any, longest: int = LONGEST_NAME) -> StringField:
    return StringField(label, [DataRequired(missing), Length(max=longest)])


class PersonForm(ActForm):
    """Somebody whom the student information system does not bring."""

    refusals: ClassVar[Mapping[str, tuple[str, Any]]] = {
        "given_name": ("given_name", _l("Give a name of at most 100 characters.")),
        "family_name": ("family_name", _l("Give a name of at most 100 characters.")),
        "email": ("email", _l("This is no e-mail address. Give one such as name@example.org.")),
        "organization": ("partner", _l("This partner has ended.")),
        "employee": ("partner", _l("This person works for the district. End what they hold here first.")),
    }
    given_name = _name_field(_l("Given name"), _l("Give the given name."))
    family_name = _name_field(_l("Family name"), _l("Give the family name."))
    email = StringField(_l("E-mail address, if there is one"), [Optional(), Length(max=320)])
    phone = StringField(_l("Phone, if there is one"), [Optional(), Length(max=50)])
    partner = SelectField(_l("Works for"), choices=[])
    another = BooleanField(_l("It is somebody else. Add them."))


class AgreementForm(ActForm):
    """The agreement with a partner."""

    refusals: ClassVar[Mapping[str, tuple[str, Any]]] = {
        "name": ("name", _l("There is a partner of this name already.")),
        "agreement": ("agreement", _l("Say where the agreement is filed, as it ends on a day.")),
    }
    agreement = StringField(_l("Where is the agreement filed, if there is one?"), [Optional(), Length(max=200)])
    agreement_ends_on = DayField(_l("Last day of the agreement, if there is one"), [Optional()])


class PartnerForm(AgreementForm):
    """An organization whose people work with students."""

    name = _name_field(_l("Name"), _l("Give the name."), LONGEST_PARTNER)


class HomeForm(ActForm):
    """Where people live together."""

    address = TextAreaField(_l("Address"), [Optional(), Length(max=LONGEST_ADDRESS)])
    language = SelectField(_l("Letters are written in"), choices=[])

    def offer(self, now: str = "en") -> None:
        """Fill the choice of languages; `now`: the one that it is."""
        tags = [*HOME_LANGUAGES, *([now] if now not in HOME_LANGUAGES else [])]
        self.language.choices = [SelectChoice(tag, language_name(tag)) for tag in tags]


class MemberForm(ActForm):
    """Somebody of a family who lives in a home."""

    refusals: ClassVar[Mapping[str, tuple[str, Any]]] = {
        "person": ("person", _l("This person lives here already, or will.")),
    }

    person = RadioField(_l("Who lives here too?"), [InputRequired(_l("Choose one."))], choices=[])
    notice = RadioField(
        _l("How do they want to be told?"),
        [InputRequired(_l("Choose one."))],
        choices=[SelectChoice(str(one), words) for one, words in NOTICES.items()],
        default=str(Notice.LETTER),
    )
    begins_on = DayField(_l("First day"), [InputRequired(_l("Give the first day."))])


class ProtectForm(ActForm):
    """The protection of a student whose address is confidential."""

    refusals: ClassVar[Mapping[str, tuple[str, Any]]] = {
        "substitute_address": ("substitute_address", _l("Give the substitute address: letters go there alone then.")),
    }
    substitute_address = TextAreaField(
        _l("Substitute address of the program, if there is one"), [Optional(), Length(max=LONGEST_ADDRESS)]
    )
    forget = BooleanField(_l("Take the real address out of the homes where the student lives"))
