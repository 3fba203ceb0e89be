"""Today: what a teacher does first, by class period; and the acts on a single flag."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from api.actions import flag_acts
from api.pages.acts import kept
from api.pages.blueprint import PAGE_SIZE, Visit, page_number, pages, signed_in, staff_only
from api.pages.flag_cards import DISMISS_REASONS, Card, cards
from api.pages.move_cards import DoneLine, MoveCard, Names, done_line, move_card, move_key
from api.pages.moves import stamp
from api.pages.my_path import only_path
from api.pages.partial import live_page
from api.pages.texts import Said, brief, graph_of, statement
from api.pages.voice_view import Line, line
from api.pages.whole_numbers import number_of
from api.pages.words import long_date
from mastery.flags.view import Severity
from mastery.moves.plan import Plan, plan
from mastery.moves.words import Move, MoveKind
from mastery.policy import DEFAULT_POLICY
from mastery.voice import goes_to
from models.graph_store import DistrictGraph
from models.queries_moves import (
    LiveFlag,
    WaitingDecision,
    assessment_names,
    done_moves,
    live_flags,
    students_by_section,
    waiting_decisions,
)
from models.queries_people import display_names
from models.queries_today import SEVERITIES, SectionRow, flags_by_id, sections_of, waiting_cut_scores
from models.queries_voice import waiting_requests
from models.revocations import how_many_wait

_WAITING_SHOWN = 5
_NAMED_FIRST = 3
_REST_SHOWN = 10
_FOLDED_SHOWN = 10
_WORDS_IN_MOVE = 12  # of a move's hints; the others are on the pages of the students
_DONE_FOLLOWED = 40
_MOST_ASKED = 50
_PRESSING = (Severity.URGENT, Severity.ACT)


@dataclass(frozen=True, slots=True)
class Period:
    """One section on Today: the moves to do first, the rest in order, good news, what somebody looks at, what was done.

    Of the rest, of good news and of what is looked at only the first are there; the numbers count all.
    """

    section: SectionRow
    moves: list[MoveCard]
    rest: list[MoveCard]
    rest_count: int
    good: list[Card]
    good_count: int
    looked_at: list[Card]
    looked_at_count: int
    done: list[DoneLine]
    pages: int


@dataclass(frozen=True, slots=True)
class HelpCard:
    """A request of a student that waits for an answer."""

    student: int
    name: str
    target: Said
    target_id: int
    line: Line


@dataclass(frozen=True, slots=True)
class _Class:
    """What Today knows of a section before anything is put into words; `rest` is a stretch of `rest_count` moves."""

    section: SectionRow
    plan: Plan
    shown: Sequence[Move]
    rest: Sequence[Move]
    rest_count: int
    looked_at: Sequence[LiveFlag]

    @property
    def worded(self) -> list[int]:
        """The flags whose words the page shows."""
        return [
            *(signal.flag for move in self.shown for signal in move.signals[:_WORDS_IN_MOVE]),
            # of what is only listed, the words of the first are its reason
            *(move.signals[0].flag for move in self.rest if move.signals),
            *(one.flag for one in self.plan.good_news[:_FOLDED_SHOWN]),
            *(one.signal.flag for one in self.looked_at[:_FOLDED_SHOWN]),
        ]


@dataclass(frozen=True, slots=True)
class _Read:
    """What was read for the whole page."""

    graph: DistrictGraph
    flags: Sequence[LiveFlag]
    waiting: Sequence[WaitingDecision]
    students: Mapping[int, str]
    first_section: Mapping[int, int]


@pages.get("/")
@signed_in
def home(visit: Visit) -> ResponseReturnValue:
    """The first page: a teacher's Today; a student's path, or that of a guardian's one child; else the students."""
    if visit.viewer.sections:
        return redirect(url_for("pages.today"), 303)
    return redirect(only_path(visit) or url_for("pages.students"), 303)


@pages.get("/today")
@staff_only
def today(visit: Visit) -> ResponseReturnValue:
    """What to do first in each period; with `section` one period alone, with all that is left to do, page by page."""
    only = request.args.get("section")
    page = page_number()
    every = sections_of(visit.session, visit.viewer)
    sections = [one for one in every if only in (None, str(one.id))]
    if (only is None and page > 1) or (only is not None and not sections):
        abort(404)
    read = _read(visit, every, {one.id for one in sections})
    start, length = ((page - 1) * PAGE_SIZE, PAGE_SIZE) if only else (0, _REST_SHOWN)
    classes = [_class(visit, section, read, start, length) for section in sections]
    done = _done(visit, read.graph)
    places = {
        signal.student: move_key(one.section.id, move)
        for one in reversed(classes)
        for move in reversed(one.plan.moves)
        for signal in move.signals
    }
    periods = _periods(visit, classes, read, done)
    if page > max((one.pages for one in periods), default=1):
        abort(404)
    pressing = _pressing(read)
    first = [(read.students[one], places[one]) for one in dict.fromkeys(pressing) if one in places]
    asked = _asked(visit, read.graph, {one.id for one in sections})
    visit.seen.update(one.student for one in asked)
    visit.seen.update(signal.student for one in classes for move in one.plan.moves for signal in move.signals)
    return live_page(
        visit,
        "today.html",
        "_today.html",
        visit.viewer.sections,
        date=long_date(visit.today),
        periods=periods,
        asked=asked,
        first=first[:_NAMED_FIRST],
        and_more=len(first) > _NAMED_FIRST,
        counts=_counts(read),
        pressing=len(pressing),
        revocations=how_many_wait(visit.session, visit.viewer),
        waiting=waiting_cut_scores(visit.session, visit.viewer, _WAITING_SHOWN),
        came_of=[one for one in done if one.judged],
        reasons=DISMISS_REASONS,
        only=only,
        page=page,
    )


def _read(visit: Visit, every: Sequence[SectionRow], shown: Collection[int]) -> _Read:
    """What the page needs of the sections it shows; `every` are all, since a student belongs to the first of them."""
    members = students_by_section(visit.session, visit.viewer)
    first: dict[int, int] = {}
    for section in every:
        for student in members[section.id]:
            first.setdefault(student, section.id)
    here = {student for student, section in first.items() if section in shown}
    flags = live_flags(visit.session, visit.viewer, visit.zone)
    waiting = waiting_decisions(visit.session, visit.viewer, visit.zone)
    return _Read(
        graph_of(visit),
        [one for one in flags if one.signal.student in here],
        [one for one in waiting if one.waiting.student in here],
        {student: name for some in members.values() for student, name in some.items()},
        first,
    )


def _class(visit: Visit, section: SectionRow, read: _Read, start: int, length: int) -> _Class:
    """A section's plan; a student of several of the teacher's sections is in the plan of the first."""
    own = [one for one in read.flags if read.first_section[one.signal.student] == section.id]
    waiting = [one.waiting for one in read.waiting if read.first_section[one.waiting.student] == section.id]
    signals = [one.signal for one in own if one.is_new]
    made = plan(section.students, signals, waiting, visit.today, DEFAULT_POLICY)
    shown, rest = made.shown(DEFAULT_POLICY)
    looked_at = [one for one in own if not one.is_new]
    return _Class(section, made, shown, rest[start : start + length], len(rest), looked_at)


def _periods(visit: Visit, classes: Sequence[_Class], read: _Read, done: Sequence[DoneLine]) -> list[Period]:
    wanted = [flag for each in classes for flag in each.worded]
    rows = flags_by_id(visit.session, visit.viewer, wanted)
    words = {card.id: card for card in cards(visit, read.graph, [rows[flag] for flag in wanted if flag in rows])}
    names = _names(visit, [move for each in classes for move in (*each.shown, *each.rest)], read)
    versions = {one.signal.flag: one.version for one in read.flags}
    stamps = {(one.waiting.student, one.waiting.target): stamp(one.stands_at) for one in read.waiting}

    def card(each: _Class, move: Move) -> MoveCard:
        return move_card(each.section.id, each.section.students, move, versions, stamps, names, words)

    return [
        Period(
            each.section,
            [card(each, move) for move in each.shown],
            [card(each, move) for move in each.rest],
            each.rest_count,
            [words[one.flag] for one in each.plan.good_news[:_FOLDED_SHOWN]],
            len({one.student for one in each.plan.good_news}),
            [words[one.signal.flag] for one in each.looked_at[:_FOLDED_SHOWN]],
            len(each.looked_at),
            [one for one in done if one.undo and one.section_id == each.section.id],
            max(1, -(-each.rest_count // PAGE_SIZE)),
        )
        for each in classes
    ]


def _names(visit: Visit, moves: Iterable[Move], read: _Read) -> Names:
    targets: set[int] = set()
    assessments: set[int] = set()
    for move in moves:
        targets.update(one.target for one in move.waiting)
        if move.kind in (MoveKind.RETEACH, MoveKind.PULL, MoveKind.LOOK):
            targets.add(move.about)
        if move.kind is MoveKind.LET_TEST:
            assessments.add(move.about)
    return Names(
        read.students,
        {one: brief(read.graph, one).inside for one in targets},
        assessment_names(visit.session, visit.district_id, assessments),
    )


def _asked(visit: Visit, graph: DistrictGraph, shown: Collection[int]) -> list[HelpCard]:
    """What students of the sections shown ask for, the oldest first: on targets that those classes are about."""
    found = []
    for one in waiting_requests(visit.session, visit.viewer, _MOST_ASKED):
        subject = graph.subjects.get(one.told.target)
        here = [one.classes[key] for key in one.classes if key in shown]
        if subject is not None and any(goes_to(subject, some, list(one.classes.values())) for some in here):
            found.append(one)
    names = display_names(visit.session, visit.district_id, {step.by for one in found for step in one.told.steps})
    return [
        HelpCard(
            one.student,
            one.name,
            statement(graph, one.told.target),
            one.told.target,
            line(visit, one.student, one.told, names, private=True, answers=True),
        )
        for one in found
    ]


def _done(visit: Visit, graph: DistrictGraph) -> list[DoneLine]:
    since = visit.now - timedelta(days=DEFAULT_POLICY.moves_followed_days)
    found = done_moves(visit.session, visit.viewer, since, _DONE_FOLLOWED)
    return [done_line(visit, graph, one) for one in found]


def _pressing(read: _Read) -> list[int]:
    """The student of each matter that is pressing, the most pressing and newest first."""
    new = [one.signal for one in read.flags if one.is_new and one.signal.severity in _PRESSING]
    return [one.student for one in sorted(new, key=lambda one: (-one.severity, -one.opened.toordinal(), one.flag))]


def _counts(read: _Read) -> list[tuple[str, int]]:
    new = [one.signal.severity.name for one in read.flags if one.is_new]
    return [(severity, new.count(severity)) for severity in SEVERITIES]


@pages.post("/flags/<int:flag_id>/acknowledge")
@staff_only
def acknowledge_flag(visit: Visit, flag_id: int) -> ResponseReturnValue:
    """Say that one looks at it."""
    return _act(visit, flag_id, dismissing=False)


@pages.post("/flags/<int:flag_id>/dismiss")
@staff_only
def dismiss_flag(visit: Visit, flag_id: int) -> ResponseReturnValue:
    """Set it aside, with a reason."""
    return _act(visit, flag_id, dismissing=True)


def _act(visit: Visit, flag_id: int, dismissing: bool) -> ResponseReturnValue:
    form = request.form
    version = number_of(form.get("version"), 9)
    if version is None:
        abort(400)
    arguments = (visit.session, visit.viewer, flag_id, version)
    try:
        with kept(visit, flag_acts.UnknownFlagError):
            if dismissing:
                flag_acts.dismiss(*arguments, form.get("reason", ""), form.get("note", ""), visit.now, visit.today)
                done = _("Dismissed. It stays quiet for some days unless it gets worse.")
            else:
                flag_acts.acknowledge(*arguments, visit.now, visit.today)
                done = _("Acknowledged. Your colleagues can see that you are looking at it.")
        flash(done)
    except flag_acts.FlagActError as refused:
        flash(_REFUSALS[str(refused)](), "problem")
    return redirect(_back(form.get("back")), 303)


_REFUSALS = {
    "reason": lambda: _("Not dismissed: choose one of the reasons."),
    "note": lambda: _("Not dismissed: with “Something else”, say in a few words what it is."),
    "state": lambda: _("Nothing was changed: this was settled already."),
    "version": lambda: _("Nothing was changed: this changed while you were reading. Please look at it again."),
}


def _back(student: str | None) -> str:
    """Back to where the form was: a student's page, or Today."""
    key = number_of(student)
    return url_for("pages.today") if key is None else url_for("pages.student", student_id=key)
