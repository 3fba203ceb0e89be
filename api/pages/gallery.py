"""The gallery: every component in every state, made by the macros that the pages use. For sandbox districts alone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from flask import abort, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from api.pages.accounts import SignInForm
from api.pages.blueprint import Visit, pages, signed_in
from api.pages.flag_cards import DISMISS_REASONS, Card, Evidence
from api.pages.reasons import POWERS, flag_text
from api.pages.students import EvidenceLine
from api.pages.words import NOT_ENOUGH, SEVERITIES, STATES, short_date
from mastery.decide import State
from models.queries_people import is_sandbox

# far beyond what is ever given out: a button that is pressed here finds no flag, a link no student
_NOWHERE = 9_000_000_000_000_000_000
_LONG_NAME = "Maximiliane-Konstantina Featherstonehaugh-Wolfeschlegelsteinhausen"
_CHANCES = (0.97, 0.8, 0.5, 0.2, 0.04)


@dataclass(frozen=True, slots=True)
class CardSample:
    """A flag's card as one of its readers sees it."""

    card: Card
    may_act: bool = True
    back: int | None = None


@pages.get("/gallery")
@signed_in
def gallery(visit: Visit) -> ResponseReturnValue:
    """Every component in every state."""
    if not is_sandbox(visit.session, visit.district_id):
        abort(404)
    return render_template(
        "gallery.html",
        visit=visit,
        severities=SEVERITIES,
        states=[*STATES.values(), NOT_ENOUGH],
        counts=[(severity, number * number) for number, severity in enumerate(SEVERITIES)],
        cards=_cards(visit),
        reasons=DISMISS_REASONS,
        standings=[_standing(visit, chance) for chance in _CHANCES] + [_standing(visit, None)],
        decisions=[_standing(visit, 0.5, state) for state in State],
        lines=[_line(visit, number, code) for number, code in enumerate(POWERS)],
        form=SignInForm(formdata=None),
        nowhere=_NOWHERE,
    )


def _cards(visit: Visit) -> list[CardSample]:
    """New ones of each severity with one, several and no results behind them; seen ones; others' views of one."""
    day = short_date(visit.now, visit.zone)
    results = tuple(
        Evidence(_NOWHERE + n, _NOWHERE, f"{_('Fractions quiz %(number)s', number=n)}, {day}") for n in (1, 2)
    )
    facts = {"opportunities": 12, "longest_run": 2, "estimate": 0.31, "idle_days": 10, "gain": 0.15}
    names = {"target": _("“I can compare fractions”")}
    first = Card(
        id=_NOWHERE, version=1, look=SEVERITIES["URGENT"], is_new=True, student_id=_NOWHERE, student="Ada Byron",
        sentence=flag_text("wheel_spin", facts, names), next_step=flag_text("wheel_spin.next", facts, names),
        closes=flag_text("wheel_spin.closes", facts, names), since=_("since %(day)s", day=day), acknowledged=None,
        evidence=results[:1], digest="",
    )  # fmt: skip
    act = replace(first, id=_NOWHERE + 1, look=SEVERITIES["ACT"], student=_LONG_NAME, evidence=results)
    watch = replace(first, id=_NOWHERE + 2, look=SEVERITIES["WATCH"], evidence=())
    good = replace(first, id=_NOWHERE + 3, look=SEVERITIES["INFO"])
    said = _("Acknowledged by %(person)s, %(when)s", person="Grace Hopper", when=day)
    seen = replace(first, id=_NOWHERE + 4, look=SEVERITIES["ACT"], is_new=False, acknowledged=said)
    return [
        *(CardSample(card) for card in (first, act, watch, good, seen)),
        CardSample(replace(first, id=_NOWHERE + 5, look=SEVERITIES["ACT"]), back=_NOWHERE),
        CardSample(replace(good, id=_NOWHERE + 6), may_act=False, back=_NOWHERE),
    ]


def _standing(visit: Visit, chance: float | None, state: State = State.IN_PROGRESS) -> dict[str, Any]:
    """A standing as the API tells it; without a chance there is not enough evidence."""
    mastered = state in (State.MASTERED, State.MASTERED_PROVISIONAL)
    estimate = None
    if chance is not None:
        estimate = {"probability": chance, "expected": chance, "low": chance / 2, "high": (1 + chance) / 2}
    return {
        "estimate": estimate,
        "decision": {
            "state": state.value,
            "level": 3.5 if mastered else None,
            "mastered_at": (visit.now - timedelta(days=3)).isoformat() if mastered else None,
            "enough_evidence": chance is not None,
        },
    }


def _line(visit: Visit, number: int, code: str) -> EvidenceLine:
    """A record that could do what `code` says."""
    superseded, missing = code == "superseded", code == "no_score"
    document = {
        "title": _("Fractions quiz %(number)s", number=number + 1),
        "evidence_type": "performance" if code == "scorer_not_certified" else "quiz",
        "purpose": "state_summative" if code == "state_summative" else "summative",
        "independence": "group" if code == "not_independent" else "independent",
        "score": None if missing else 3.0,
        "max": 4.0,
        "level": {"certifying": 3.0, "certifying_below": 2.0}.get(code),
        "superseded_by": "later" if superseded else None,
    }
    return EvidenceLine(_NOWHERE + number, visit.now - timedelta(days=number), document, POWERS[code])
