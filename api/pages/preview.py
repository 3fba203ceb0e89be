"""If the next two answers are right, in words: numbers and open lines for staff, questions of ten for families."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from babel.dates import format_date
from babel.lists import format_list
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from api.pages.words import enough, out_of_ten, percent
from mastery.decide import Lack

# what each unmet line of the body of evidence lacks, in a few words
LACKS = {
    Lack.ESTIMATE: _l("chance of mastery"),
    Lack.RECORDS: _l("number of results"),
    Lack.ASSESSMENTS: _l("different tasks or tests"),
    Lack.DATES: _l("different days"),
    Lack.CERTIFYING: _l("a test or judged performance done alone"),
    Lack.NEW_CERTIFYING: _l("a new test or judged performance done alone"),
    Lack.DOK: _l("demanding work"),
    Lack.CONTRADICTION: _l("a newer test in place of the low one"),
    Lack.INTEGRITY_HOLD: _l("a result on hold"),
    Lack.PREREQUISITES: _l("what it builds on"),
}


def preview_lines(document: Mapping[str, Any], *, family: bool) -> list[str]:
    """The preview of the API's explanation; a family reads what right answers would bring, and no chances."""
    preview = document["preview"]
    if preview is None:
        return []
    lines = [_since(document)] if _moved_since(document) else []
    if family:
        return [*lines, _family_case(preview["right"])]
    return [
        *lines,
        _("If the next two answers are right: %(told)s", told=_case(preview["right"])),
        _("If the next two answers are wrong: %(told)s", told=_case(preview["wrong"])),
        *([_check(one) for one in document["retention"]] if enough(document) else []),
    ]


def _check(check: Mapping[str, Any]) -> str:
    return _(
        "A check on %(day)s, if nothing comes before it, is expected to find %(told)s",
        day=format_date(date.fromisoformat(check["on"]), "medium", locale=get_locale()),
        told=_estimate(check),
    )


def _moved_since(document: Mapping[str, Any]) -> bool:
    """Whether other targets have told so much since that a reader of tenths would see it."""
    if not enough(document):
        return False
    now, before = document["estimate"]["expected"], document["preview"]["before"]["expected"]
    return out_of_ten(now) != out_of_ten(before)


def _since(document: Mapping[str, Any]) -> str:
    return _(
        "Work on other targets counts with the next answer. With it, the start is about %(rate)s of 10.",
        rate=out_of_ten(document["preview"]["before"]["expected"]),
    )


def _family_case(case: Mapping[str, Any]) -> str:
    if not case["enough_evidence"]:
        return _("If the next two answers are right, it will still be too little to say how it stands.")
    return _("If the next two answers are right: about %(rate)s of 10.", rate=out_of_ten(case["estimate"]["expected"]))


def _case(case: Mapping[str, Any]) -> str:
    told = _estimate(case) if case["enough_evidence"] else _("still too little to say how it stands.")
    if case["met"]:
        told = _("%(told)s No longer missing: %(lines)s.", told=told, lines=_names(case["met"]))
    if case["missing"]:
        told = _("%(told)s Still missing: %(lines)s.", told=told, lines=_names(case["missing"]))
    return told


def _estimate(case: Mapping[str, Any]) -> str:
    said = case["estimate"]
    return _(
        "%(rate)s right, with an 80%% range of %(low)s to %(high)s; chance of mastery %(chance)s.",
        rate=percent(said["expected"]),
        low=percent(said["low"]),
        high=percent(said["high"]),
        chance=percent(said["probability"]),
    )


def _names(lines: Sequence[Mapping[str, Any]]) -> str:
    return format_list([_name(line) for line in lines], locale=get_locale())


def _name(line: Mapping[str, Any]) -> str:
    method = line.get("method")
    return _("value of %(method)s", method=method) if method else str(LACKS[Lack(line["code"])])
