"""Sentences: what is missing for mastery, what would change it, what a record could do, what a flag says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from markupsafe import Markup, escape

from api.pages.methods import missing_by_method
from api.pages.texts import Said, fill
from api.pages.words import fact, figure, percent
from mastery.decide import Lack
from mastery.flags.sentences import SENTENCES
from mastery.methods import JUDGE


def missing_sentence(line: Mapping[str, Any], names: Mapping[str, Said]) -> Markup:
    """One unmet line of the body-of-evidence rule; `names` has the statements of open prerequisites."""
    code = Lack(line["code"])
    if code is Lack.PREREQUISITES:
        return _first(names[target] for target in line.get("targets", ()) if target in names)
    if line.get("method"):
        return escape(missing_by_method(line["method"], line["needed"], line["found"]))
    return escape(_missing_words(code, line["needed"], line["found"]))


def _first(names: Iterable[Said]) -> Markup:
    """What comes before, by name; without a name where the reader may know of none of them."""
    told = Markup("; ").join(one.inside for one in names)
    if not told:
        return escape(_("First, something that this builds on."))
    return fill(_("First, what this builds on: %(targets)s."), targets=told)


def _missing_words(code: Lack, needed: float, found: float | None) -> str:
    match code:
        case Lack.ESTIMATE:
            now = _("not known yet") if found is None else percent(found)
            return _(
                "More right answers, until the chance of mastery is at least %(needed)s; now it is %(found)s.",
                needed=percent(needed),
                found=now,
            )
        case Lack.RECORDS:
            return _counted(
                ngettext("At least %(num)d scored result", "At least %(num)d scored results", int(needed)), found
            )
        case Lack.ASSESSMENTS:
            return _counted(
                ngettext("Results from at least %(num)d task or test", "Results from at least %(num)d different "
                         "tasks or tests", int(needed)), found
            )  # fmt: skip
        case Lack.DATES:
            return _counted(ngettext("Results on at least %(num)d day", "Results on at least %(num)d different days",
                                     int(needed)), found)  # fmt: skip
        case Lack.CERTIFYING:
            best = _("none so far") if found is None else _("best so far: %(level)s", level=figure(found))
            return _(
                "One test, or one performance judged by a teacher, done alone, at level %(needed)s or higher"
                " (%(best)s).",
                needed=figure(needed),
                best=best,
            )
        case Lack.NEW_CERTIFYING:
            return _(
                "A new test, or a new performance judged by a teacher, done alone, at level %(needed)s or higher:"
                " a teacher has opened this again.",
                needed=figure(needed),
            )
        case Lack.DOK:
            return _(
                "One result on work as demanding as this target asks for (depth of knowledge %(needed)s).",
                needed=f"{needed:g}",
            )
        case Lack.CONTRADICTION:
            return _(
                "The newest test or judged performance was at level %(found)s, below %(needed)s."
                " A new one at that level or higher settles it, or a teacher does.",
                found=figure(found or 0.0),
                needed=figure(needed),
            )
        case Lack.INTEGRITY_HOLD:
            return _("A result that is needed is on hold until the school has looked at it.")
        case _:
            raise ValueError(f"{code} has no words of its own")


def sayable(line: Mapping[str, Any], enough_evidence: bool) -> Mapping[str, Any]:
    """A line of what is missing as it may be told: too little evidence has no chance of mastery, high or low."""
    return line if enough_evidence or line["code"] != Lack.ESTIMATE else {**line, "found": None}


def family_missing(line: Mapping[str, Any], names: Mapping[Any, Said]) -> Markup:
    """The same in the words of a family, as something to tick off; `names` by key, as they are to be shown."""
    code, found = Lack(line["code"]), line["found"]
    if code is Lack.PREREQUISITES:
        return _first(names[target] for target in line["targets"] if target in names)
    if line.get("method") == JUDGE:
        return escape(
            _("A teacher looks at all of the work and gives a level of %(needed)s.", needed=figure(line["needed"]))
        )
    return escape(_family_words(code, line["needed"], found, int(line["needed"] - (found or 0))))


def _family_words(code: Lack, needed: float, found: float | None, more: int) -> str:
    match code:
        case Lack.ESTIMATE:
            return _("Get more of it right without help.") if found else _("Answer some questions on it.")
        case Lack.RECORDS:
            return ngettext("Show it %(num)d more time.", "Show it %(num)d more times.", more)
        case Lack.ASSESSMENTS:
            return ngettext("Show it in %(num)d other task or test.", "Show it in %(num)d other tasks or tests.", more)
        case Lack.DATES:
            return ngettext("Show it on %(num)d more day.", "Show it on %(num)d more days.", more)
        case Lack.CERTIFYING if found is None:
            return _("Do one test, or one task that a teacher judges, alone.")
        case Lack.CERTIFYING:
            return _(
                "Reach level %(needed)s in a test, alone. The best so far is level %(level)s.",
                needed=figure(needed),
                level=figure(found or 0.0),
            )
        case Lack.NEW_CERTIFYING:
            return _("Do one new test alone: a teacher has opened this again.")
        case Lack.DOK:
            return _("Do one task that asks for more thinking.")
        case Lack.CONTRADICTION:
            return _("Do one more test alone. The newest one was below the ones before it.")
        case Lack.INTEGRITY_HOLD:
            return _("Nothing to do for now: the school looks at one result.")
        case _:
            raise ValueError(f"{code} has no words of its own")


def _counted(needed: str, found: float | None) -> str:
    return _("%(needed)s; there are %(found)s.", needed=needed, found=f"{found or 0:g}")


CHANGES = {
    "next_result": _l(
        "The next scored result on this target changes the estimate at once; no right answer counts against it."
    ),
    "correction": _l(
        "A corrected score replaces the old one, and everything that followed from it is worked out again."
    ),
    "cut_scores": _l("When a person of the school confirms the cut scores, results without a level get one."),
    "missing_met": _l("When everything listed under “What is still missing” is there, it counts as mastered."),
    "newest_too_old": _l("Being ready lapses when the newest result grows old; the estimate does not."),
    "confirmation": _l("A teacher can confirm it; until then it may lapse if a result is corrected."),
    "person_only": _l("Mastery stays. A later low test only asks a teacher to look; only a person takes it back."),
    "review": _l("A teacher looks at the newest test or judged performance, and decides."),
    "reopening": _l("Only the person who signed it, or another with that right, takes it back."),
}

POWERS = {
    "superseded": _l("Corrected later, so it no longer counts."),
    "no_score": _l("No score, so it does not count; missing is not zero."),
    "state_summative": _l("A state test: kept beside, it changes neither estimate nor decision."),
    "certifying": _l("Certifying: it can complete mastery."),
    "certifying_below": _l("Certifying, but below the level that mastery needs."),
    "not_independent": _l("Supports only: it was not done alone."),
    "no_level": _l("Supports only: no cut scores are confirmed for it, so it has no level."),
    "scorer_not_certified": _l("Supports only: whoever judged it is no certified educator here."),
    "supporting": _l("Supports the estimate; it cannot complete mastery by itself."),
}


def flag_text(key: str, facts: Mapping[str, Any], names: Mapping[str, str]) -> Markup:
    """A flag's sentence in the reader's language, filled with its facts."""
    filled = {name: fact(name, value, facts) for name, value in facts.items()} | dict(names)
    return fill(_(SENTENCES[key]), **filled)
