"""What a district's own rules say, as people read them: how long records are kept, names, signing in."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from api.pages.parameter_words import PARAMETERS, value_words
from mastery.names import ParentView
from mastery.policy_records import Level
from mastery.retention_schedule import OWN_TIMES, Begin, Kind, Rule, Span
from mastery.sign_in import Audience, PasswordSignIn
from models.policy_records import Told

KINDS: dict[Kind, Any] = {
    Kind.STUDENT_RECORD: _l("a student’s results, decisions and hints"),
    Kind.SPECIAL_EDUCATION: _l("results, decisions and hints of a student who ever was in special education"),
    Kind.MASTERED_COMPETENCY: _l("what a student mastered"),
    Kind.ACCESS_GROUND: _l("links and consents"),
    Kind.ITEM_RESPONSE: _l("details of single answers"),
    Kind.WAITING_RESULT: _l("results that wait for a name"),
    Kind.DISCLOSURE: _l("what was given to somebody outside"),
    Kind.AUDIT: _l("the record of who did and saw what"),
    Kind.SIGN_IN: _l("sessions, letters and mail that are over"),
}
BEGINS: dict[Begin, Any] = {
    Begin.ENROLLMENT_END: _l("from the end of the last enrollment"),
    Begin.RECORD_END: _l("from the end of the student’s record"),
    Begin.RECEIVED: _l("from the day it came in"),
    Begin.DONE: _l("from the day it was done"),
    Begin.OVER: _l("from the day it was over"),
}
VIEWS: dict[ParentView, Any] = {
    ParentView.DISPLAY: _l("the name that the student goes by"),
    ParentView.LEGAL: _l("the legal name"),
    ParentView.DISTRICT_RULE: _l("what the office has recorded, student by student"),
}
PASSWORDS: dict[PasswordSignIn, Any] = {
    PasswordSignIn.ALL: _l("Everybody can sign in with a password."),
    PasswordSignIn.FAMILIES: _l("Only families can sign in with a password."),
    PasswordSignIn.NONE: _l("Nobody can sign in with a password."),
}
AUDIENCES: dict[Audience, Any] = {
    Audience.ALL: _l("for everybody"),
    Audience.STAFF: _l("for staff"),
    Audience.STUDENTS: _l("for students"),
    Audience.FAMILIES: _l("for families"),
}
LEVELS: dict[Level, Any] = {
    Level.STATE: _l("the state"),
    Level.DISTRICT: _l("the district"),
    Level.SCHOOL: _l("a school"),
}


def kept_for(rule: Rule) -> str:
    """For how long, and from when."""
    if rule.kind not in OWN_TIMES:
        return _("as long as the student’s record")
    if rule.keep is None:
        return _("for good")
    return f"{span_words(rule.keep)} {BEGINS[rule.begins]}"


def span_words(keep: Span) -> str:
    """A time in its one unit."""
    if keep.years:
        return ngettext("%(num)d year", "%(num)d years", keep.years)
    if keep.months:
        return ngettext("%(num)d month", "%(num)d months", keep.months)
    return ngettext("%(num)d day", "%(num)d days", keep.days)


def basis_words(rule: Rule) -> str:
    """Why so long: as the district wrote it, a law, or that nobody has said otherwise."""
    if rule.since is not None:
        return rule.basis
    return _("the law (FERPA 99.32)") if rule.kind is Kind.DISCLOSURE else _("the default of the service")


def set_by(one: Told) -> str:
    """Which place set a parameter, and whether nothing nearer counts beside it."""
    place = one.school or str(LEVELS[one.signed.level])
    return _("%(place)s, binding", place=place) if one.signed.binding else place


def set_value(one: Told) -> str:
    """To which value it was set."""
    if one.signed.value is None:
        return _("nothing of its own any more")
    return value_words(one.signed.parameter, one.signed.value)


def parameter_words(name: str) -> str:
    """What a parameter means; its name where nobody has said it in words."""
    return str(PARAMETERS.get(name, name))
