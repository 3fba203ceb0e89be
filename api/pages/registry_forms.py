"""The forms of the assessment lead: the rule of trying again, a window, who is left out of one."""

from __future__ import annotations

import re
from datetime import date
from typing import Any, ClassVar

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateTimeLocalField, IntegerField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from api.actions.windows import LONGEST_NAME, LONGEST_REASON, Terms
from api.pages import test_words
from api.pages.office_forms import ActForm, DayField, add_error
from mastery.reassessment.fields import Chosen, Preset, kind_of

_NOT_A_TIME = _l("Give a day and a time.")


class RuleForm(ActForm):
    """The rule of trying a test again, from a day on: a preset, and numbers of its own where they are given."""

    refusals: ClassVar = {
        "effective_from": ("effective_from", _l("Give a day from today on.")),
        "fields": ("latest_days", _l("A try can not be due before it may be taken.")),
        "latest_days": ("latest_days", _l("A try can not be due before it may be taken.")),
    }

    preset = SelectField(
        _l("Which rule?"), choices=[SelectChoice(str(one), words) for one, words in test_words.PRESETS.items()]
    )
    tries = IntegerField(
        _l("Another number of tries"), [Optional(), NumberRange(1, 1000, _l("Give a number from 1 on."))]
    )
    cooldown_days = IntegerField(
        _l("Other days between two tries"), [Optional(), NumberRange(0, 1000, _l("Give a number from 0 on."))]
    )
    latest_days = IntegerField(
        _l("At the latest so many days after the last try"),
        [Optional(), NumberRange(1, 1000, _l("Give a number from 1 on."))],
    )
    score_cap = IntegerField(
        _l("At most so many percent are printed for a retake"),
        [Optional(), NumberRange(0, 100, _l("Give a number from 0 to 100."))],
    )
    effective_from = DayField(_l("First day"), [InputRequired(_l("Give the first day."))])

    def chosen(self) -> Chosen:
        """What was asked for."""
        preset = Preset(self.preset.data)
        told: dict[str, Any] = {
            name: self[name].data for name in ("tries", "cooldown_days", "latest_days") if self[name].data is not None
        }
        if self.score_cap.data is not None:
            told["score_cap"] = self.score_cap.data / 100
        return Chosen(kind_of(preset), preset, told)


class TermsForm(ActForm):
    """When a window is, on the school's clock."""

    refusals: ClassVar = {
        "administration": ("administration", _l("Say which administration it is.")),
        "closes_at": ("closes_at", _l("Give a time after it opens, and still to come.")),
        "register_by": ("register_by", _l("Give a time before the window closes.")),
        "capacity": ("capacity", _l("Give a number from 1 on.")),
    }

    opens_at = DateTimeLocalField(_l("Opens"), [InputRequired(_NOT_A_TIME)])
    closes_at = DateTimeLocalField(_l("Closes"), [InputRequired(_NOT_A_TIME)])
    register_by = DateTimeLocalField(_l("Register by, if it ends before"), [Optional()])
    capacity = IntegerField(
        _l("Seats, if not for all"), [Optional(), NumberRange(1, 999_999, _l("Give a number from 1 on."))]
    )
    makeup = StringField(_l("Makeup days"), [Optional(), Length(max=500)])
    blackout = StringField(_l("Days on which nobody may"), [Optional(), Length(max=500)])

    def terms(self) -> Terms | None:
        """What was asked for; None, and a field says why, where a day is none."""
        makeup, blackout = (self._days(name) for name in ("makeup", "blackout"))
        if self.errors or makeup is None or blackout is None:
            return None
        return Terms(
            self.opens_at.data, self.closes_at.data, self.register_by.data, self.capacity.data, makeup, blackout
        )

    def _days(self, name: str) -> frozenset[date] | None:
        days = set[date]()
        for word in re.split(r"[,;\s]+", self[name].data or ""):
            try:
                days |= {date.fromisoformat(word)} if word else set()
            except ValueError:
                add_error(self[name], _("%(word)s is no day. Write days as 2027-06-30, with commas.", word=word))
                return None
        return frozenset(days)


class WindowForm(TermsForm):
    """A new window."""

    school = SelectField(_l("At which school?"), coerce=int, choices=[])
    administration = StringField(
        _l("Which administration? The same name counts tries together in all schools."),
        [DataRequired(_l("Say which administration it is.")), Length(max=LONGEST_NAME)],
    )


class ExclusionForm(ActForm):
    """A student who is left out of a window."""

    refusals: ClassVar = {
        "student": ("student", _l("No student of this school has this number.")),
        "reason": ("reason", _l("Say why.")),
    }

    student = StringField(_l("Number of the student"), [DataRequired(_l("Give the number.")), Length(max=100)])
    reason = StringField(_l("Why?"), [DataRequired(_l("Say why.")), Length(max=LONGEST_REASON)])
    let_in = BooleanField(_l("Take the student off the list again"))
