"""What pages say of tests: what comes next for a student, windows as a school writes them, rules of trying again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from api.actions.situation import Situation
from api.pages import words
from mastery.evidence import Purpose
from mastery.reassess import GapCode
from mastery.reassessment.fields import Preset
from mastery.reassessment.seats import Placed, Wait
from mastery.reassessment.steps import Step
from mastery.reassessment.windows import Window
from mastery.reassessment.words import Before, Kind, RetakePolicy, Rule

PRESETS: Mapping[Preset, object] = {
    Preset.CLASSROOM_QUIZ: _l("Quiz of a classroom: the teacher lets the student try again, the next day"),
    Preset.CLASSROOM_SUMMATIVE: _l("Test of a classroom: corrections, practice and the teacher’s word come first"),
    Preset.VIRGINIA_EXPEDITED: _l("Virginia, expedited retake: once more in the same administration"),
    Preset.TEXAS_CREDIT_BY_EXAM: _l("Texas, credit by exam: once in each window, a window in each quarter"),
}
KINDS: Mapping[Kind, object] = {
    Kind.FORMATIVE: _l("practice"),
    Kind.SUMMATIVE: _l("test of a classroom"),
    Kind.STATE: _l("test of the state"),
}
PURPOSES: Mapping[str, object] = {**words.PURPOSES, Purpose.STATE_SUMMATIVE: _l("test of the state")}
_BEFORE: Mapping[Before, object] = {
    Before.CORRECTIONS: _l("Put right what went wrong."),
    Before.RELEARNING: _l("Practice it once more."),
    Before.SIGN_OFF: _l("The teacher says that you may try again."),
    Before.CONSENT: _l("A parent or guardian agrees."),
    Before.ALTERNATIVE: _l("There is no other form of this test: the teacher approves another task."),
}
_REFUSED: Mapping[Rule, object] = {
    Rule.ELIGIBLE_IF: _l("The last result stands, or is still to come: there is no other try now."),
    Rule.MAX_ATTEMPTS: _l("All tries are used up. They count in all schools together."),
    Rule.LATEST: _l("The time for another try is over."),
    Rule.WINDOW: _l("No window is open for it yet."),
}
_GAPS: Mapping[GapCode, object] = {
    GapCode.ESTIMATE: _l("more right answers"),
    GapCode.RECORDS: _l("more results"),
    GapCode.NEWEST: _l("a new result, for the last one is old"),
    GapCode.PREREQUISITES: _l("what it builds on"),
}
STEPS: Mapping[Step, object] = {
    Step.REQUESTED: _l("asked, no seat yet"),
    Step.REGISTERED: _l("has a seat"),
    Step.MISSED: _l("was away, may sit it on a makeup day"),
    Step.WITHDRAWN: _l("withdrawn"),
    Step.VOID: _l("declared void"),
    Step.CORRECTIONS: _l("corrections done"),
    Step.RELEARNING: _l("practiced once more"),
    Step.SIGN_OFF: _l("the teacher lets the student try again"),
    Step.CONSENT: _l("the family agrees"),
    Step.ALTERNATIVE: _l("another task approved"),
}
WINDOW_STEPS: Mapping[str, object] = {
    "opened": _l("a window opened"),
    "changed": _l("a window changed"),
    "cancelled": _l("a window called off"),
    "excluded": _l("a student left out of a window"),
    "let_in": _l("a student let into a window again"),
}


def before_words(one: Before) -> str:
    """What comes before another try."""
    return str(_BEFORE[one])


def refused_words(rule: Rule) -> str:
    """Why there is no other try."""
    return str(_REFUSED[rule])


def gap_words(code: GapCode) -> str:
    """What a target still lacks for a student to be ready."""
    return str(_GAPS[code])


def window_words(window: Window) -> str:
    """When a window is, on the school's clock."""
    return _(
        "%(first)s, %(from)s, to %(last)s, %(until)s",
        first=words.long_date(window.day(window.opens_at)),
        last=words.long_date(window.day(window.closes_at)),
        until=words.clock_time(window.closes_at, window.zone),
        **{"from": words.clock_time(window.opens_at, window.zone)},
    )


def instant_words(at: datetime, zone: ZoneInfo) -> str:
    """A date with its time."""
    return _("%(day)s, %(time)s", day=words.long_date(at.astimezone(zone).date()), time=words.clock_time(at, zone))


def standing_words(found: Situation, placed: Placed) -> str:
    """Where a student is with a test, in one sentence."""
    seat = found.seat
    if seat is not None:
        when = window_words(seat.window)
        if found.held.missed:
            return _("Missed, and may be taken on a makeup day of this window: %(when)s", when=when)
        return _("There is a seat: %(when)s", when=when)
    if placed.refused_by is not None:
        return str(_REFUSED[placed.refused_by])
    if found.held.waits:
        return _("Asked on %(day)s. %(why)s", day=words.long_date(_day(found)), why=_wait_words(found, placed))
    if placed.window is not None and placed.day is not None:
        line = found.windows[placed.window]
        return _("May be asked for. The next window: %(when)s", when=window_words(line.window))
    return _wait_words(found, placed)


def _day(found: Situation) -> date:
    asked = found.held.asked_at
    assert asked is not None
    return asked.astimezone(found.moment.zone).date()


def _wait_words(found: Situation, placed: Placed) -> str:
    match placed.waits:
        case Wait.FIRST_DO:
            return _("Something comes first, as below.")
        case Wait.NEEDS_LEAVE:
            if placed.again.opens_on is not None:
                day = words.long_date(placed.again.opens_on)
                return _("The tries are used up until %(day)s. A teacher may allow one before.", day=day)
            return _("The tries are used up. A teacher may allow one more.")
        case Wait.NOT_READY:
            return _("There is one try in each window. The seat comes once enough is ready, or if the teacher says so.")
        case Wait.FULL:
            return _("Every seat is taken. The next one that is free goes to who has waited longest.")
        case _:
            return _("The teacher gives a day, or the school opens a window.")


def rule_lines(policy: RetakePolicy, kind: Kind) -> Sequence[str]:
    """The rule of trying again, as a list."""
    limit, lines = policy.max_attempts.of(kind), list[str]()
    if limit.tries is None:
        lines.append(_("As many tries as needed."))
    elif limit.per_window:
        lines.append(ngettext("%(num)d try in each window.", "%(num)d tries in each window.", limit.tries))
    elif limit.days is not None:
        lines.append(_("At most %(tries)d tries within %(days)d days.", tries=limit.tries, days=limit.days))
    else:
        lines.append(ngettext("%(num)d try in all.", "%(num)d tries in all.", limit.tries))
    if limit.leave:
        lines.append(_("A teacher may allow one more."))
    rest = policy.cooldown_days.of(kind)
    if rest:
        lines.append(ngettext("%(num)d day between two tries.", "%(num)d days between two tries.", rest))
    if policy.latest.days is not None:
        lines.append(
            ngettext(
                "At the latest %(num)d day after the last try.",
                "At the latest %(num)d days after the last try.",
                policy.latest.days,
            )
        )
    if policy.score_cap is not None:
        lines.append(
            _(
                "What is printed for a retake is at most %(share)s. The level stays whole.",
                share=words.percent(policy.score_cap),
            )
        )
    return lines
