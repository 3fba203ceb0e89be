"""Sentences: what is missing for mastery, what an estimate is made of, what a record could do, what a flag says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from api.pages.words import percent
from mastery.decide import Lack, State
from mastery.flags.sentences import SENTENCES, shown
from mastery.numbers import half_up
from models.standing import Standing

# parts smaller than this (logits) are called none; from the next ones on they are clear, then large
_SOME, _CLEAR, _LARGE = 0.15, 0.6, 1.2


def missing_sentence(line: Mapping[str, Any], names: Mapping[int, str]) -> str:
    """One unmet line of the body-of-evidence rule; `names` has the statements of open prerequisites."""
    needed, found = line["needed"], line["found"]
    code = Lack(line["code"])
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
            best = _("none so far") if found is None else _("best so far: %(level)s", level=half_up(found, 1))
            return _(
                "One test, or one performance judged by a teacher, done alone, at level %(needed)s or higher"
                " (%(best)s).",
                needed=half_up(needed, 1),
                best=best,
            )
        case Lack.NEW_CERTIFYING:
            return _(
                "A new test, or a new performance judged by a teacher, done alone, at level %(needed)s or higher:"
                " a teacher has opened this again.",
                needed=half_up(needed, 1),
            )
        case Lack.DOK:
            return _(
                "One result on work as demanding as this target asks for (depth of knowledge %(needed)s).",
                needed=f"{needed:g}",
            )
        case Lack.CONTRADICTION:
            return _(
                "The newest test or judged performance was at level %(found)s, below %(needed)s."
                " A teacher has to look.",
                found=half_up(found or 0.0, 1),
                needed=half_up(needed, 1),
            )
        case Lack.INTEGRITY_HOLD:
            return _("A result that is needed is on hold until the school has looked at it.")
        case Lack.PREREQUISITES:
            wanted = [names.get(target, "") for target in line.get("targets", ())]
            return _(
                "First, what this builds on: %(targets)s.",
                targets="; ".join(name.rstrip(".") for name in wanted if name),
            )


def _counted(needed: str, found: float | None) -> str:
    return _("%(needed)s; there are %(found)s.", needed=needed, found=f"{found or 0:g}")


def parts(standing: Standing) -> Sequence[tuple[str, str, float]]:
    """What the estimate is the sum of: (name, effect in words, logits)."""
    general, target = standing.part_general or 0.0, standing.part_target or 0.0
    practice, form = standing.part_practice or 0.0, standing.part_form or 0.0
    questions = (standing.mean or 0.0) - general - target - practice
    return [
        (_("Overall level in %(subject)s", subject=standing.subject), _effect(general), general),
        (_("This target, compared with the rest"), _effect(target), target),
        (_("Practice on this target"), _effect(practice), practice),
        (_("How hard its questions are"), _effect(questions), questions),
        (_("Form on the latest days (left out of the estimate)"), _effect(form), form),
    ]


def _effect(part: float) -> str:
    size = abs(part)
    if size < _SOME:
        return _("makes hardly any difference")
    if part > 0:
        return _("raises it a lot") if size >= _LARGE else _("raises it") if size >= _CLEAR else _("raises it a little")
    return _("lowers it a lot") if size >= _LARGE else _("lowers it") if size >= _CLEAR else _("lowers it a little")


def would_change(standing: Standing) -> list[str]:
    """What would change the estimate or the decision."""
    changes = [
        _("The next scored result on this target changes the estimate at once; a right answer never lowers it."),
        _("A corrected score replaces the old one, and everything that followed from it is worked out again."),
    ]
    state = State(standing.state)
    if state is State.MASTERED_PROVISIONAL:
        changes.append(_("A teacher can confirm it; until then it may lapse if a result is corrected."))
    elif state in (State.MASTERED, State.NEEDS_REVIEW):
        changes.append(_("Mastery stays. A later low test only asks a teacher to look; only a person takes it back."))
    else:
        changes.append(_("When everything listed under “What is still missing” is there, it counts as mastered."))
    changes.append(_("Time alone changes nothing: no holiday lowers it."))
    return changes


def flag_text(key: str, facts: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """A flag's sentence in the reader's language, filled with its facts."""
    filled = {fact: shown(fact, value) for fact, value in facts.items()} | dict(names)
    return _(SENTENCES[key], **filled)


def record_power(
    certifying: bool, purpose: str, independence: str, level: float | None, superseded: bool, status: str
) -> str:
    """What a record could do for the decision, and why."""
    if superseded:
        return _("Corrected later, so it no longer counts.")
    if status != "scored":
        return _("No score yet, so it does not count; missing is not zero.")
    if certifying:
        return _("Certifying: it can complete mastery.") if (level or 0) >= 3 else _("Certifying, below level 3.0.")
    if purpose == "state_summative":
        return _("A state test: kept beside, it changes neither estimate nor decision.")
    if independence != "independent":
        return _("Supports only: it was not done alone.")
    if level is None and purpose == "summative":
        return _("Supports only: nobody has confirmed the cut scores yet, so it has no level.")
    return _("Supports the estimate; it cannot complete mastery by itself.")
