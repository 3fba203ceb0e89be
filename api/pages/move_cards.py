"""Moves as cards: what to do in the imperative, why, who, the evidence, the next step; and what came of those done."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from babel.dates import format_date
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup, escape

from api.pages.blueprint import Visit
from api.pages.flag_cards import Card
from api.pages.texts import Said, brief, fill
from api.pages.words import SEVERITIES, Look, clock_time
from mastery.calendar import days_between
from mastery.flags import prereq_gap, wheel_spin
from mastery.moves.outcome import Outcome, judge_student
from mastery.moves.words import Move, MoveKind, Signal
from mastery.policy import DEFAULT_POLICY
from models.graph_store import DistrictGraph
from models.queries_moves import DoneMove

TO_SIGN = Look("✎", _l("To sign"), "sign")
_NUMBERS = {
    2: _l("two"), 3: _l("three"), 4: _l("four"), 5: _l("five"), 6: _l("six"), 7: _l("seven"), 8: _l("eight"),
    9: _l("nine"), 10: _l("ten"), 11: _l("eleven"), 12: _l("twelve"),
}  # fmt: skip
_NAMED = 3
_WEEK = 7


@dataclass(frozen=True, slots=True)
class Chosen:
    """One box of a move's form: a student with flags, or a decision; `value` is what the form sends for it.

    `keys` name its matters, by which an open page tells which are new.
    """

    id: str
    field: str
    value: str
    student_id: int
    label: Markup
    keys: tuple[str, ...]
    cards: tuple[Card, ...] = ()
    target_id: int | None = None


@dataclass(frozen=True, slots=True)
class MoveCard:
    """All that a move's card shows; `digest` changes whenever any of it does."""

    key: str
    section_id: int
    kind: MoveKind
    about: int
    look: Look
    title: Markup
    reason: Markup
    next_step: Markup
    since: str
    people: tuple[tuple[int, str], ...]
    chosen: tuple[Chosen, ...]
    digest: str


@dataclass(frozen=True, slots=True)
class Names:
    """What the words of moves are filled with by id: names of students and assessments, what targets say in short."""

    students: Mapping[int, str]
    targets: Mapping[int, Said]
    assessments: Mapping[int, str]


def move_key(section_id: int, move: Move) -> str:
    """A name for a move that stays the same while results arrive."""
    return f"{section_id}-{move.kind}-{move.about}-{move.part}"


def move_card(
    section_id: int,
    class_size: int,
    move: Move,
    versions: Mapping[int, int],
    stamps: Mapping[tuple[int, int], int],
    names: Names,
    cards: Mapping[int, Card],
) -> MoveCard:
    """The card of a move. `versions` of flags by id, `stamps` of decisions; `cards` of its flags, where shown whole."""
    own = [cards[one.flag] for one in move.signals if one.flag in cards]
    shown = {
        "key": move_key(section_id, move),
        "section_id": section_id,
        "kind": move.kind,
        "about": move.about,
        "look": TO_SIGN if move.kind is MoveKind.CONFIRM else SEVERITIES[move.severity.name],
        "title": _title(move, names),
        "reason": _reason(move, class_size, own),
        "next_step": _next_step(move, own),
        "since": _("since %(day)s", day=_day(move.since)),
        "people": tuple((one, names.students[one]) for one in move.students),
        "chosen": _chosen(move, move_key(section_id, move), versions, stamps, names, cards),
    }
    digest = hashlib.sha256(repr([str(value) for value in shown.values()]).encode()).hexdigest()[:16]
    return MoveCard(**shown, digest=digest)


def _chosen(
    move: Move,
    key: str,
    versions: Mapping[int, int],
    stamps: Mapping[tuple[int, int], int],
    names: Names,
    cards: Mapping[int, Card],
) -> tuple[Chosen, ...]:
    by_student: dict[int, list[Signal]] = {}
    for one in move.signals:
        by_student.setdefault(one.student, []).append(one)
    found = [
        Chosen(
            f"{key}-{student}",
            "flags",
            " ".join(f"{one.flag}.{versions[one.flag]}" for one in some),
            student,
            escape(names.students[student]),
            tuple(f"flag-{one.flag}" for one in some),
            tuple(cards[one.flag] for one in some if one.flag in cards),
        )
        for student, some in by_student.items()
    ]
    for wait in move.waiting:
        who, what = names.students[wait.student], names.targets[wait.target]
        found.append(
            Chosen(
                f"{key}-{wait.student}-{wait.target}",
                "decisions",
                f"{wait.student}.{wait.target}.{stamps[wait.student, wait.target]}",
                wait.student,
                escape(who) if move.kind is MoveKind.LOOK else _of(who, what),
                (f"decision-{wait.student}-{wait.target}",),
                target_id=wait.target,
            )
        )
    return tuple(found)


def _of(student: str, target: Said) -> Markup:
    return fill(_("%(student)s: %(target)s"), student=student, target=target)


def number(count: int) -> str:
    """A small number as a word."""
    return str(_NUMBERS.get(count, count))


def _title(move: Move, names: Names) -> Markup:
    students = move.students
    count = len(students)
    student = names.students[students[0]]
    match move.kind:
        case MoveKind.TALK:
            return fill(_("Talk with %(student)s"), student=student)
        case MoveKind.RETEACH:
            return fill(_("Reteach the class: %(target)s"), target=names.targets[move.about])
        case MoveKind.PULL:
            target = names.targets[move.about]
            return fill(_("Pull these %(number)s: %(target)s"), number=number(count), target=target)
        case MoveKind.LOOK:
            target = names.targets[move.about]
            if count == 1:
                return fill(_("Look at the work of %(student)s: %(target)s"), student=student, target=target)
            return fill(_("Look at the work of these %(number)s: %(target)s"), number=number(count), target=target)
        case MoveKind.LET_TEST:
            title = names.assessments.get(move.about, "")
            if count == 1:
                return fill(_("Let %(student)s test: %(assessment)s"), student=student, assessment=title)
            return fill(_("Let these %(number)s test: %(assessment)s"), number=number(count), assessment=title)
        case MoveKind.CONFIRM:
            if len(move.waiting) == 1:
                target = names.targets[move.waiting[0].target]
                return fill(_("Confirm for %(student)s: %(target)s"), student=student, target=target)
            return fill(_("Confirm these %(number)s"), number=number(len(move.waiting)))


def _reason(move: Move, class_size: int, cards: Sequence[Card]) -> Markup:
    """Why: what the students have in common, else what the first flag says."""
    shared = _shared(move, class_size)
    if shared or not cards:
        return escape(shared)
    more = len(move.signals) - 1
    if not more:
        return cards[0].sentence
    return Markup("{} {}").format(cards[0].sentence, ngettext("And %(num)d more:", "And %(num)d more:", more))


def _shared(move: Move, class_size: int) -> str:
    count = len(move.students)
    match move.kind:
        case MoveKind.RETEACH:
            return _("%(number)s of %(all)s students share this gap.", number=count, all=class_size)
        case MoveKind.PULL:
            return _shared_reason(move)
        case MoveKind.LOOK:
            return _look_reason(move)
        case MoveKind.CONFIRM:
            return ngettext(
                "The evidence is complete; it has waited for your signature since %(day)s.",
                "%(num)d decisions about %(students)s students are complete and wait for your signature, the first"
                " since %(day)s.",
                len(move.waiting),
                students=count,
                day=_day(move.since),
            )
        case MoveKind.LET_TEST if count > 1:
            return _("All of them are ready for it; none has taken it yet.")
    return ""


def _shared_reason(move: Move) -> str:
    """Why these belong together: who is stuck on what is to be taught, who works above it."""
    rules: dict[int, set[str]] = {}
    for one in move.signals:
        rules.setdefault(one.student, set()).add(one.rule)
    above = sum(prereq_gap.ID in some for some in rules.values())
    stuck = sum(wheel_spin.ID in some and prereq_gap.ID not in some for some in rules.values())
    said = []
    if stuck:
        said.append(ngettext("%(num)d is stuck on it", "%(num)d are stuck on it", stuck))
    if above:
        said.append(ngettext("%(num)d works on what builds on it", "%(num)d work on what builds on it", above))
    return _("%(sentence)s.", sentence="; ".join(said))


def _look_reason(move: Move) -> str:
    apart = len({one.student for one in move.signals})
    asked = len(move.waiting)
    said = []
    if apart:
        said.append(
            ngettext("A test and the daily work disagree.", "For %(num)d, a test and the daily work disagree.", apart)
        )
    if asked:
        said.append(
            ngettext(
                "A newer result asks whether the mastery still holds.",
                "For %(num)d, a newer result asks whether the mastery still holds.",
                asked,
            )
        )
    return " ".join(said)


def _next_step(move: Move, cards: Sequence[Card]) -> Markup:
    """What to do: with what the students have in common, else what the first flag says."""
    together = _together(move, bool(cards))
    return escape(together) if together or not cards else cards[0].next_step


def _together(move: Move, flagged: bool) -> str:
    match move.kind:
        case MoveKind.RETEACH:
            return _("Teach it to all once more, another way, and check at the end with one short task.")
        case MoveKind.PULL:
            return _("Take them together for ten minutes, show it another way, and check with one short task.")
        case MoveKind.CONFIRM:
            return _("Leave out whom you are unsure of. You can take it back.")
        case MoveKind.LET_TEST if len(move.students) > 1:
            return _("Offer them a date for the test.")
        case MoveKind.LOOK if not flagged:
            return _("Look at the newest work beside the earlier one, and decide what holds.")
    return ""


def _day(day: date) -> str:
    return format_date(day, "medium", locale=get_locale())


# --- what came of it ------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class DoneLine:
    """A move that was done: what, when, and what came of it in words; `undo` while it can be taken back."""

    id: int
    section_id: int
    what: Markup
    when: str
    undo: bool
    outcome: str
    judged: bool


def done_line(visit: Visit, graph: DistrictGraph, move: DoneMove) -> DoneLine:
    """The line of a done move."""
    day = move.at.astimezone(visit.zone).date()
    ago = days_between(day, visit.today)
    outcomes: dict[str, list[str]] = {}
    names = {one.student_id: one.student for one in move.matters}
    known = False
    for student, name in names.items():
        parts = [one.part for one in move.matters if one.student_id == student]
        outcome = judge_student(parts, DEFAULT_POLICY)
        known = known or outcome is not Outcome.NO_NEW_EVIDENCE
        outcomes.setdefault(outcome, []).append(name)
    return DoneLine(
        move.id,
        move.section_id,
        _done(move, graph, list(names.values())),
        _when(visit, move.at, day, ago),
        ago <= DEFAULT_POLICY.moves_undo_days,
        _outcome(outcomes, len(names)),
        move.kind is not MoveKind.CONFIRM and (known or ago > 0),
    )


def _when(visit: Visit, at: datetime, day: date, ago: int) -> str:
    if ago == 0:
        return clock_time(at, visit.zone)
    return format_date(day, "EEEE", locale=get_locale()) if ago < _WEEK else _day(day)


def _done(move: DoneMove, graph: DistrictGraph, names: Sequence[str]) -> Markup:
    target = "" if move.target_id is None else brief(graph, move.target_id).inside
    who = names[0] if len(names) == 1 else number(len(names))
    match move.kind:
        case MoveKind.TALK:
            return fill(_("Talked with %(student)s"), student=names[0])
        case MoveKind.RETEACH:
            return fill(_("Retaught the class: %(target)s"), target=target)
        case MoveKind.PULL:
            return fill(_("Pulled %(who)s: %(target)s"), who=who, target=target)
        case MoveKind.LOOK:
            return fill(_("Looked at the work of %(who)s: %(target)s"), who=who, target=target)
        case MoveKind.LET_TEST:
            return fill(_("Let %(who)s test: %(assessment)s"), who=who, assessment=move.assessment or "")
        case MoveKind.CONFIRM:
            count = len(move.matters)
            return escape(ngettext("Confirmed %(num)d decision", "Confirmed %(num)d decisions", count))


def _outcome(outcomes: Mapping[str, Sequence[str]], everyone: int) -> str:
    better = outcomes.get(Outcome.BETTER, ())
    said = []
    if better and len(better) == everyone > 1:
        said.append(_("better for all %(number)s", number=number(everyone)))
    elif better:
        said.append(_("better for %(who)s", who=_who(better)))
    if waiting := outcomes.get(Outcome.NOT_YET, ()):
        said.append(_("not yet for %(who)s", who=_who(waiting)))
    if silent := outcomes.get(Outcome.NO_NEW_EVIDENCE, ()):
        said.append(
            _("nothing new yet") if len(silent) == everyone else _("nothing new yet from %(who)s", who=_who(silent))
        )
    return "; ".join(said)


def _who(names: Sequence[str]) -> str:
    """A few names, or how many."""
    return ", ".join(names) if len(names) <= _NAMED else number(len(names))
