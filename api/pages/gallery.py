"""The gallery: every component in every state, made by what makes the pages. For sandbox districts alone.

Its headings and samples are for developers: in English, outside the catalogues. What a component says by itself is in
the reader's language as everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import count
from typing import Any

from flask import abort, render_template
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from api.actions.class_grid import Cell
from api.actions.path import Stage, StudentPath
from api.actions.student_map import WIDEST, MapTarget, StudentMap
from api.actions.student_overview import Overview, Told
from api.pages.accounts import SignInForm
from api.pages.blueprint import Visit, pages, signed_in
from api.pages.flag_cards import DISMISS_REASONS, Card, Evidence
from api.pages.gallery_measurement import measurement_samples
from api.pages.grid import marks
from api.pages.map_picture import draw
from api.pages.move_cards import DoneLine, MoveCard, Names, done_line, move_card
from api.pages.my_path import Card as PathCard
from api.pages.my_path import Next, PathPage
from api.pages.reasons import POWERS, family_missing, flag_text
from api.pages.story import Story, story
from api.pages.student_map import look
from api.pages.students import EvidenceLine
from api.pages.texts import Said
from api.pages.words import GROUPS, NOT_ENOUGH, SEVERITIES, STATES, TOO_LITTLE, short_date
from mastery.decide import NOTHING, State
from mastery.flags import contradiction, prereq_gap, ready_test, wheel_spin
from mastery.flags.view import Severity
from mastery.graph import Graph, Node, NodeKind, Strength
from mastery.graph.layers import layers
from mastery.graph.outline import outline
from mastery.graph.surroundings import Link
from mastery.moves.outcome import Part
from mastery.moves.words import Move, MoveKind, Signal, Waiting
from mastery.overview import GROUP_OF, Group
from mastery.pace.school_days import EVERY_DAY
from mastery.path import Deed, Path
from mastery.policy import DEFAULT_POLICY
from mastery.reassessment.presets import classroom_summative
from models.graph_store import DistrictGraph
from models.queries_moves import DoneMove, MatterThen
from models.queries_path import PathStanding
from models.queries_people import is_sandbox
from models.queries_student import StudentHead, StudentSection
from models.standing import Standing

# far beyond what is ever given out: a button that is pressed here finds no flag, a link no student
_NOWHERE = 900_000_000_000_000_000
_LONG_NAME = "Maximiliane-Konstantina Featherstonehaugh-Wolfeschlegelsteinhausen"
_CHANCES = (0.97, 0.8, 0.5, 0.2, 0.04)
_TARGET = "I can compare fractions."
_FACTS = {
    "opportunities": 12, "longest_run": 2, "estimate": 0.31, "idle_days": 10, "gain": 0.15, "level_now": 2.0,
    "prerequisite_estimate": 0.4, "ready_targets": 3, "targets": 4, "share": 0.8,
}  # fmt: skip
_NAMES = {"target": "“I can compare fractions”", "prerequisite": "“I can count”", "assessment": "“Unit test 1”"}


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
    moves = _Moves(visit)
    cells = [*(Cell(state, True, True) for state in State), Cell(State.IN_PROGRESS, False, True)]
    found = _map()
    says = dict.fromkeys(found.targets, Said(_TARGET))
    return render_template(
        "gallery.html",
        visit=visit,
        severities=SEVERITIES,
        states=[*STATES.values(), NOT_ENOUGH, TOO_LITTLE],
        counts=[(severity, number * number) for number, severity in enumerate(SEVERITIES)],
        cards=_cards(visit),
        moves=moves.cards(),
        brief=moves.brief(),
        done=_done(visit),
        reasons=DISMISS_REASONS,
        standings=[_standing(visit, chance) for chance in _CHANCES] + [_standing(visit, None)],
        decisions=[_standing(visit, 0.5, state) for state in State],
        lines=[_line(visit, number, code) for number, code in enumerate(POWERS)],
        stories=_stories(visit),
        measurement=measurement_samples(),
        map=found,
        explained={one.target for one in found.targets.values()},
        explains=lambda _target: True,
        says=says,
        picture=draw(found, says),
        look=look,
        path=_path(visit),
        found=_found(),
        steps=[_next(visit, number, deed) for number, deed in enumerate(Deed)],
        told=_told(visit),
        statements={_NOWHERE + number: Said(_TARGET) for number in range(len(State) + 1)},
        group_words=GROUPS,
        sections=[
            (StudentSection(_NOWHERE, "Algebra I", None, ("1",), None), True),
            (StudentSection(_NOWHERE, "Geometry", None, ("2", "3"), None), False),
        ],
        head=StudentHead(_NOWHERE, "Ada Byron", None, ()),
        cells=cells,
        marks=marks(cells),
        form=SignInForm(formdata=None),
        nowhere=_NOWHERE,
    )


# --- flags and moves ------------------------------------------------------------------------------------------------
def _card(visit: Visit, key: int, severity: str, sentence: str = "wheel_spin", student: str = "Ada Byron") -> Card:
    """The card of a new flag with two results behind it."""
    day, family = short_date(visit.now, visit.zone), sentence.partition(".")[0]
    sentence, next_step, closes = (
        flag_text(one, _FACTS, _NAMES) for one in (sentence, f"{family}.next", f"{family}.closes")
    )
    results = tuple(Evidence(_NOWHERE + n, _NOWHERE, f"Fractions quiz {n}, {day}", True) for n in (1, 2))
    return Card(
        id=_NOWHERE + key, version=1, look=SEVERITIES[severity], is_new=True, student_id=_NOWHERE, student=student,
        sentence=sentence, next_step=next_step, closes=closes, since=f"since {day}", acknowledged=None,
        evidence=results, digest="",
    )  # fmt: skip


def _cards(visit: Visit) -> list[CardSample]:
    """New ones of each severity with one, several and no results behind them; seen ones; others' views of one."""
    first, act, watch, good, seen, own, told = (
        _card(visit, number, severity)
        for number, severity in enumerate(("URGENT", "ACT", "WATCH", "INFO", "ACT", "ACT", "INFO"))
    )
    said = f"Acknowledged by Grace Hopper, {short_date(visit.now, visit.zone)}"
    return [
        CardSample(replace(first, evidence=first.evidence[:1])),
        CardSample(replace(act, student=_LONG_NAME)),
        CardSample(replace(watch, evidence=())),
        CardSample(good),
        CardSample(replace(seen, is_new=False, acknowledged=said)),
        CardSample(own, back=_NOWHERE),
        CardSample(told, may_act=False, back=_NOWHERE),
    ]


class _Moves:
    """Moves of each kind, for students with and without the words of their flags."""

    _STUDENTS: Mapping[int, str] = {
        _NOWHERE + number: name
        for number, name in enumerate(
            ("Ada Byron", "Iris Lee", "Leo Lee", "Mina Lee", "Noor Lee", "Omar Lee", "Pia Lee", _LONG_NAME)
        )
    }
    _SENTENCES: Mapping[str, str] = {
        wheel_spin.ID: "wheel_spin", prereq_gap.ID: "prereq_gap.low", contradiction.ID: "contradiction.low",
        ready_test.ID: "ready_test",
    }  # fmt: skip

    def __init__(self, visit: Visit) -> None:
        self.visit, self.keys, self.words = visit, count(100), dict[int, Card]()
        self.day = visit.today - timedelta(days=2)

    def cards(self) -> list[MoveCard]:
        stuck, above = wheel_spin.ID, prereq_gap.ID
        group = (self._of(1, stuck), self._of(2, above, Severity.WATCH), self._of(7, stuck))
        return self._shown(
            Move(MoveKind.TALK, _NOWHERE, 0, (self._of(0, stuck, Severity.URGENT), self._of(0, above))),
            Move(MoveKind.RETEACH, _NOWHERE, 0, tuple(self._of(n, stuck, worded=n < 2) for n in range(7))),
            Move(MoveKind.PULL, _NOWHERE, 0, group),
            Move(MoveKind.TALK, _NOWHERE + 1, 0, (self._of(1, stuck, Severity.WATCH),)),
            Move(MoveKind.LOOK, _NOWHERE, 0, (self._of(3, contradiction.ID),), (self._waiting(4, review=True),)),
            Move(MoveKind.LET_TEST, _NOWHERE, 0, tuple(self._of(n, ready_test.ID, Severity.INFO) for n in (5, 6))),
            Move(MoveKind.CONFIRM, 0, 0, (), (self._waiting(1), self._waiting(7))),
        )

    def brief(self) -> list[MoveCard]:
        """As the rest is listed: the words of the first flag alone."""
        group = (self._of(5, wheel_spin.ID), self._of(6, wheel_spin.ID, worded=False))
        return self._shown(
            Move(MoveKind.LET_TEST, _NOWHERE + 1, 0, (self._of(2, ready_test.ID, Severity.INFO),)),
            Move(MoveKind.PULL, _NOWHERE + 1, 0, group),
            Move(MoveKind.CONFIRM, 0, 1, (), (self._waiting(3),)),
        )

    def _of(self, student: int, rule: str, severity: Severity = Severity.ACT, worded: bool = True) -> Signal:
        key = next(self.keys)
        if worded:
            name = self._STUDENTS[_NOWHERE + student]
            self.words[_NOWHERE + key] = _card(self.visit, key, severity.name, self._SENTENCES[rule], name)
        return Signal(_NOWHERE + key, _NOWHERE + student, rule, severity, self.day, _NOWHERE, None, _NOWHERE)

    def _waiting(self, student: int, review: bool = False) -> Waiting:
        return Waiting(_NOWHERE + student, _NOWHERE, self.day, review)

    def _shown(self, *moves: Move) -> list[MoveCard]:
        versions = {signal.flag: 1 for move in moves for signal in move.signals}
        stamps = {(one.student, one.target): 1 for move in moves for one in move.waiting}
        both = (_NOWHERE, _NOWHERE + 1)
        names = Names(self._STUDENTS, dict.fromkeys(both, Said(_TARGET)), dict.fromkeys(both, "Unit test 1"))
        return [move_card(_NOWHERE, 16, move, versions, stamps, names, self.words) for move in moves]


def _done(visit: Visit) -> list[DoneLine]:
    """Moves done today, which can be taken back, and earlier ones with each outcome."""
    better, not_yet = {"before": 0.2, "now": 0.7}, {"before": 0.2, "now": 0.2}
    done: list[tuple[MoveKind, int, Sequence[dict[str, Any] | None]]] = [
        (MoveKind.RETEACH, 0, [None] * 7),
        (MoveKind.CONFIRM, 0, [None, None]),
        (MoveKind.PULL, 3, [better, better, better]),
        (MoveKind.PULL, 4, [better, not_yet, None]),
        (MoveKind.LOOK, 5, [not_yet]),
        (MoveKind.TALK, 6, [None]),
        (MoveKind.LET_TEST, 8, [{"test": True}, None]),
    ]  # fmt: skip
    names = ("Iris Lee", "Leo Lee", "Mina Lee", "Noor Lee", "Omar Lee", "Pia Lee", "Quin Lee")
    lines = []
    for number, (kind, days, outcomes) in enumerate(done):
        at = visit.now - timedelta(days=days)
        matters = [
            MatterThen(one, name, Part(at, None if then is None else at + timedelta(hours=20), **(then or {})))
            for one, (name, then) in enumerate(zip(names, outcomes, strict=False))
        ]
        test = "Unit test 1" if kind is MoveKind.LET_TEST else None
        move = DoneMove(_NOWHERE + number, kind, _NOWHERE, None if test else _NOWHERE, test, at, matters)
        lines.append(done_line(visit, _graph(), move))
    return lines


def _graph() -> DistrictGraph:
    """A graph of the one target that the samples are about."""
    node = Node("gallery", "gallery", NodeKind.LEARNING_TARGET, "4.NF.2", _TARGET, "Mathematics")
    return DistrictGraph(Graph([node], [], ["gallery"]), {"gallery": _NOWHERE}, {_NOWHERE: "Mathematics"})


# --- one target -----------------------------------------------------------------------------------------------------
def _standing(visit: Visit, chance: float | None, state: State = State.IN_PROGRESS) -> dict[str, Any]:
    """A standing as the API tells it; without a chance there is not enough evidence."""
    mastered = state in (State.MASTERED, State.MASTERED_PROVISIONAL)
    estimate = None
    if chance is not None:
        estimate = {"probability": chance, "expected": chance, "low": chance / 2, "high": (1 + chance) / 2}
    return {
        "statement": _TARGET,
        "code": "4.NF.2",
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
        "title": f"Fractions quiz {number + 1}",
        "evidence_type": "performance" if code == "scorer_not_certified" else "quiz",
        "purpose": "state_summative" if code == "state_summative" else "summative",
        "independence": "group" if code == "not_independent" else "independent",
        "score": None if missing else 3.0,
        "max": 4.0,
        "level": {"certifying": 3.0, "certifying_below": 2.0}.get(code),
        "superseded_by": "later" if superseded else None,
    }
    return EvidenceLine(_NOWHERE + number, visit.now - timedelta(days=number), document, POWERS[code])


def _stories(visit: Visit) -> list[tuple[str, str, Story | None]]:
    """Estimates over time: one that began with too little, one of two points, one of which nothing may be said yet."""
    rich = [
        (0.3, False),
        (0.36, False),
        (0.42, True),
        (0.4, True),
        (0.55, True),
        (0.63, True),
        (0.6, True),
        (0.82, True),
    ]
    return [
        ("rich", "Many results, two tests, too little at first", _story(visit, rich)),
        ("short", "Two results", _story(visit, rich[-2:])),
        ("little", "Too little", _story(visit, rich[:2])),
    ]


def _story(visit: Visit, rates: Sequence[tuple[float, bool]]) -> Story | None:
    points = [
        {
            "performed_at": (visit.now - timedelta(days=6 * (len(rates) - number))).isoformat(),
            "estimate": {
                "expected": rate,
                "low": rate - 0.4 / (number + 2),
                "high": min(1.0, rate + 0.4 / (number + 2)),
            },
            "enough_evidence": enough,
            "purpose": "summative" if number % 4 == 3 else "formative",
        }
        for number, (rate, enough) in enumerate(rates)
    ]
    bar = {"values": {"mastery_bar": 0.7}}
    return story({"history": {"points": points, "total": len(points)}, "policy": bar}, visit.zone)


# --- one student ----------------------------------------------------------------------------------------------------
def _map() -> StudentMap:
    """A target in each state, in a graph with hard and soft links."""
    names = [state.value for state in State]
    targets = {
        name: MapTarget(_NOWHERE + number, name, f"4.NF.{number}", State(name), number != 1, number == 2)
        for number, name in enumerate(names)
    }
    pairs = [(4, 2), (3, 2), (4, 1), (2, 0), (1, 0), (5, 3), (6, 5), (7, 8), (8, 0)]
    links = [
        Link(names[before], names[after], Strength.SOFT if after == 1 else Strength.HARD) for before, after in pairs
    ]
    drawing = layers(names, [(one.before, one.after) for one in links], WIDEST)
    return StudentMap(
        ("Mathematics", "Physics"), "Mathematics", 1, targets, links, outline(names, links), drawing, left_out=2
    )


def _told(visit: Visit) -> Overview:
    """A target in each state in its group."""
    groups: dict[Group, list[Told]] = {group: [] for group in Group}
    for number, state in enumerate(State):
        row = Standing(target_id=_NOWHERE + number, subject="Mathematics", as_of=visit.now)
        groups[GROUP_OF[state]].append((row, _standing(visit, _CHANCES[number % 5], state)))
    row = Standing(target_id=_NOWHERE + len(State), subject="Mathematics", as_of=None)
    groups[Group.WORK].append((row, _standing(visit, None)))
    return Overview(groups, {group: len(some) for group, some in groups.items()})


def _path_card(visit: Visit, number: int, state: State, **changes: Any) -> PathCard:
    """A card of the path; without changes with something missing, a test to take, and one teacher."""
    mastered = visit.now - timedelta(days=number) if state is State.MASTERED else None
    standing = PathStanding(4, visit.now, 0.6, 0.5, 0.7, 0.3, 2.5, mastered, [], NOTHING)
    stage = Stage(
        _NOWHERE + number, "Mathematics", state, True, None if state is State.NOT_STARTED else standing, [], 2, 5,
        "Unit test 1", None, False,
    )  # fmt: skip
    lines = [{"code": "dates", "needed": 2.0, "found": 1.0}, {"code": "certifying", "needed": 3.0, "found": None}]
    values: dict[str, Any] = {
        "stage": stage, "statement": Said(_TARGET), "code": "4.NF.2", "look": STATES[state],
        "missing": [family_missing(line, {}) for line in lines],
        "again": ["The test is “Unit test 1”. Ask the teacher for a day."], "retry": False, "improve": None,
        "helpers": ["Grace Hopper, Algebra I, Period 1"],
    }  # fmt: skip
    return PathCard(**(values | changes))


def _next(visit: Visit, number: int, deed: Deed) -> Next:
    """The one next thing, of each kind; where a teacher is asked nothing is missing and nobody is known to help."""
    changes: dict[str, Any] = {"missing": [], "helpers": []} if deed is Deed.ASK else {}
    state = {Deed.PRACTISE: State.IN_PROGRESS, Deed.SHOW: State.READY, Deed.ASK: State.NEEDS_REVIEW}[deed]
    example = Said("1/2 + 1/3 = 3/6 + 2/6 = 5/6") if deed is Deed.PRACTISE else None
    card = _path_card(visit, 10 + number, state, **changes)
    reason = Markup("Why this comes next, in a sentence.")
    return Next(card, deed, f"The deed “{deed}”", reason, Said("Add 1/2 and 1/4 with folded paper."), example)


def _path(visit: Visit) -> PathPage:
    """A path with all that it can have: work, tests to try again, what waits, what comes and what is done."""
    again = ["Another try is open now. Ask the teacher for a day.", "The new test has other questions."]
    improve = "One more try for a higher level is open. The best level is kept."
    return PathPage(
        next=_next(visit, 3, Deed.PRACTISE),
        now=[
            _path_card(visit, 20, State.IN_PROGRESS, look=TOO_LITTLE),
            _path_card(visit, 21, State.IN_PROGRESS, retry=True, again=again),
        ],
        ready=[_path_card(visit, 22, State.READY), _path_card(visit, 23, State.READY, retry=True, again=again)],
        waiting=[_path_card(visit, 24, State.NEEDS_REVIEW)],
        coming=[_path_card(visit, 25, State.NOT_STARTED)],
        done=[_path_card(visit, 26, State.MASTERED), _path_card(visit, 27, State.MASTERED, improve=improve)],
    )


def _found() -> StudentPath:
    """The counts behind the lists of the path."""
    names = tuple(str(number) for number in range(5))
    retakes = classroom_summative(DEFAULT_POLICY)
    return StudentPath(Path(None, names, 5, names, names, names, names, 12), {}, 20, EVERY_DAY, retakes, names)
