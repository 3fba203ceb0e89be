"""The student's own words as a page shows them: what stands, who said it when, what was said before, the forms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from api.actions.path import StudentPath
from api.actions.rights import holds_rights
from api.pages import pathway_words, words
from api.pages.blueprint import Visit
from api.pages.texts import Said, statement
from mastery.access import works_here
from mastery.access_questions import What
from mastery.households import reads_message
from mastery.pathways import Likes
from mastery.profile import (
    LONGEST,
    SPOKEN,
    Entry,
    Kind,
    Saying,
    Speaker,
    likes,
    may_change,
    may_say,
    may_withdraw,
    speaker_of,
    standing,
    versions,
)  # fmt: skip
from models.graph_store import DistrictGraph
from models.queries_own_words import told_of
from models.queries_people import display_names
from models.queries_student import StudentHead

MOST_OFFERED = 12
_OWN = {
    Kind.INTEREST: _l("What I like"),
    Kind.GOAL: _l("What I want to be able to do"),
    Kind.PREFERENCE: _l("How I learn best"),
    Kind.CHOICE: _l("What I want to do next"),
}
_OTHERS = {
    Kind.INTEREST: _l("Likes"),
    Kind.GOAL: _l("Goals"),
    Kind.PREFERENCE: _l("Learns best when"),
    Kind.CHOICE: _l("Wants to do next"),
}
_PROMPTS: dict[Speaker, dict[Kind, Any]] = {
    Speaker.STUDENT: {
        Kind.INTEREST: _l("I like …"),
        Kind.GOAL: _l("I want to be able to …"),
        Kind.PREFERENCE: _l("I learn best when …"),
    },
    Speaker.PARENT: {
        Kind.INTEREST: _l("My child likes …"),
        Kind.GOAL: _l("My child wants to be able to …"),
        Kind.PREFERENCE: _l("My child learns best when …"),
    },
}
_ADD = {
    Kind.INTEREST: _l("Say what you like"),
    Kind.GOAL: _l("Set a goal"),
    Kind.PREFERENCE: _l("Say how you learn best"),
}
_ADD_FOR_CHILD = {
    Kind.INTEREST: _l("Say what your child likes"),
    Kind.GOAL: _l("Set a goal for your child"),
    Kind.PREFERENCE: _l("Say how your child learns best"),
}


@dataclass(frozen=True, slots=True)
class Version:
    """One thing as it was said, when and by whom, None for the viewer; without words and target it was taken back."""

    words: str
    target: Said | None
    by_day: str | None
    liked: str | None
    who: str | None
    day: str


@dataclass(frozen=True, slots=True)
class Line:
    """What stands, or stood last, with what was said before it, newest first, and what the viewer may do with it."""

    entry: Entry
    now: Version
    before: Sequence[Version]
    prompt: Any = None
    may_change: bool = False
    may_withdraw: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """What stands of one kind."""

    kind: Kind
    title: Any
    lines: Sequence[Line]


@dataclass(frozen=True, slots=True)
class Offer:
    """A form to say something new: its kind, what opens it, and the beginning of the sentence."""

    kind: Kind
    opener: Any
    prompt: Any


@dataclass(slots=True)
class OwnWordsView:
    """All that is shown. `targets` may be named by a goal, `choices` may be chosen; `chosen` is the choice that stands.

    `gone` is what was taken back. `typed` is a form that was refused, shown as it was typed, with its `problem`.
    """

    student_id: int
    own: bool
    groups: Sequence[Group]
    gone: Sequence[Line]
    offers: Sequence[Offer]
    today: str
    chosen: Entry | None = None
    chosen_on: str | None = None
    targets: Sequence[tuple[int, Said]] = ()
    choices: Sequence[tuple[int, Said]] = ()
    typed: Mapping[str, str] = field(default_factory=dict)
    problem: str | None = None
    longest: int = LONGEST
    likes: Likes = field(default_factory=Likes)
    modes: Mapping[Any, Any] = field(default_factory=lambda: pathway_words.MODES)
    settings: Mapping[Any, Any] = field(default_factory=lambda: pathway_words.SETTINGS)

    @property
    def speaks(self) -> bool:
        """Whether the viewer may say something."""
        return bool(self.offers)

    @property
    def anything(self) -> bool:
        """Whether there is anything to show."""
        return bool(self.groups or self.gone or self.offers)

    def chosen_in(self, found: StudentPath, graph: DistrictGraph) -> int | None:
        """The target of the choice, while it is open to the student: a choice unlocks nothing."""
        target = self.chosen.saying.target if self.chosen and self.chosen.saying else None
        return target if target in graph.subjects and graph.guids[target] in found.takeable else None

    def offer_targets(self, found: StudentPath, graph: DistrictGraph) -> None:
        """Say which targets the forms offer: those that are open, and for a goal what the path shows besides."""
        open_to = [graph.ids[guid] for guid in found.takeable[:MOST_OFFERED]]
        self.choices = [(key, statement(graph, key)) for key in open_to]
        named = [line.entry.saying.target for group in self.groups for line in group.lines if line.entry.saying]
        shown = [graph.ids[guid] for guid in found.stages]
        keys = [*open_to, *shown, *(key for key in named if key in graph.subjects)]
        self.targets = [(key, statement(graph, key)) for key in dict.fromkeys(keys)]


def own_words_of(visit: Visit, graph: DistrictGraph, head: StudentHead) -> OwnWordsView | None:
    """What is shown of the student whom the page is about; None to whom nothing may be."""
    if not visit.access_to(What.OWN_WORDS).whole:
        return None
    visit.showing(What.OWN_WORDS)
    return _Writer(visit, graph, head).view()


class _Writer:
    """Puts one student's own words into a page for one viewer."""

    def __init__(self, visit: Visit, graph: DistrictGraph, head: StudentHead) -> None:
        self.visit, self.graph, self.head = visit, graph, head
        self.told = told_of(visit.session, visit.district_id, head.id)
        self.works = works_here(visit.access.roles)
        self.rights = holds_rights(visit.session, visit.viewer, head.id, visit.now)
        self.speaker = speaker_of(visit.viewer.person, head.id, signs=self.rights)
        by = {one.by for one in self.told} - {head.id, visit.viewer.person}
        self.authors = display_names(visit.session, visit.district_id, by)

    def view(self) -> OwnWordsView:
        own = self.visit.viewer.person == self.head.id
        lines = [self._line(some) for some in versions(self.told)]
        titles = _OWN if own else _OTHERS
        groups = [
            Group(kind, titles[kind], some)
            for kind in Kind
            if (some := [one for one in lines if one.entry.saying and one.entry.kind is kind])
        ]
        chosen = next((one for one in standing(self.told) if one.kind is Kind.CHOICE), None)
        adding = _ADD if own else _ADD_FOR_CHILD
        prompts = _PROMPTS[self.speaker] if self.speaker else {}
        return OwnWordsView(
            self.head.id,
            own,
            groups,
            [one for one in lines if one.entry.saying is None],
            [Offer(kind, adding[kind], prompts[kind]) for kind in SPOKEN if may_say(self.speaker, kind)],
            self.visit.today.isoformat(),
            chosen,
            self._day(chosen.at) if chosen else None,
            likes=likes(self.told, self.head.id),
        )

    def _line(self, some: Sequence[Entry]) -> Line:
        entry = some[-1]
        stands = entry.saying is not None
        person = self.visit.viewer.person
        return Line(
            entry,
            self._version(entry),
            [self._version(one) for one in reversed(some[:-1])],
            _PROMPTS[self.speaker].get(entry.kind) if self.speaker else None,
            stands and may_change(self.speaker, person, entry),
            stands and may_withdraw(self.speaker, person, entry),
        )

    def _version(self, entry: Entry) -> Version:
        said = entry.saying or Saying(entry.kind)
        known = said.target is not None and said.target in self.graph.subjects
        return Version(
            said.words,
            statement(self.graph, said.target) if known and said.target is not None else None,
            _date(said.by_day),
            pathway_words.liked(said.mode, said.setting),
            self._who(entry.by),
            self._day(entry.at),
        )

    def _who(self, person: int) -> str | None:
        if person == self.visit.viewer.person:
            return None
        if person == self.head.id:
            return self.head.name
        viewer = self.visit.viewer.person
        if reads_message(viewer, person, self.head.id, of_age=self.rights, works=self.works) and person in self.authors:
            return _("%(name)s, a parent", name=self.authors[person])
        return _("a parent")

    def _day(self, at: datetime) -> str:
        return words.short_date(at, self.visit.zone)


def _date(day: date | None) -> str | None:
    return None if day is None else words.long_date(day)
