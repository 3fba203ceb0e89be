"""An entry of the disclosure log that was made by hand, in words: on which ground, and what came of it."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from api.pages.access_words import classes_said
from mastery.disclosures import Ground, Outcome
from models.disclosures import Entered

GROUNDS: dict[str, Any] = {
    Ground.SUBPOENA: _l("subpoena or court order"),
    Ground.SEALED_SUBPOENA: _l("subpoena or court order that forbids telling the family"),
    Ground.NEW_SCHOOL: _l("a school to which the student moves"),
    Ground.EMERGENCY: _l("a health or safety emergency"),
    Ground.AUDIT: _l("an audit or evaluation by state or federal authorities"),
    Ground.STUDIES: _l("a study for the school or district"),
    Ground.ACCREDITATION: _l("accreditation of the school"),
    Ground.FINANCIAL_AID: _l("financial aid that the student asked for"),
    Ground.CASEWORKER: _l("the caseworker of the agency that is responsible for the student"),
    Ground.NONE: _l("none of these"),
}
OUTCOMES: dict[str, Any] = {
    Outcome.GIVEN: _l("It was given"),
    Outcome.REFUSED: _l("It was asked for, and nothing was given"),
    Outcome.MISTAKEN: _l("It never was: the entry is a mistake"),
}


def said(entered: Entered) -> str:
    """Who received or asked for what, on which ground and for what, and how it is corrected, in sentences."""
    row = entered.row
    who = f"{row.recipient} ({row.organization})" if row.organization else row.recipient
    named = {"who": who, "classes": classes_said(row.classes)}
    match row.outcome:
        case Outcome.REFUSED:
            first = _("%(who)s asked for: %(classes)s. Nothing was given.", **named)
        case Outcome.MISTAKEN:
            first = _("Taken back: that %(who)s received or asked for %(classes)s.", **named)
        case _:
            first = _("%(who)s received: %(classes)s.", **named)
    more = [
        _("On what ground: %(ground)s.", ground=GROUNDS[row.basis]),
        _("What for: %(purpose)s", purpose=_ended(row.purpose)),
    ]
    if row.further:
        more.append(_("Who may get it from them: %(further)s", further=_ended(row.further)))
    if row.why:
        more.append(_("It corrects an earlier entry: %(why)s", why=_ended(row.why)))
    if entered.corrected:
        more.append(_("A later entry corrects this one."))
    return " ".join([first, *more])


def _ended(typed: str) -> str:
    """What somebody typed, as the end of a sentence that another one follows."""
    return typed if typed.endswith((".", "!", "?", "…")) else f"{typed}."
