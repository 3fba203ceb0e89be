"""What targets say, in the reader's language where it is translated, else in the district's own words."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from api.pages.blueprint import Visit
from api.pages.language import SOURCE, reader_language
from api.services import services
from models.graph_store import DistrictGraph
from models.registry import context


@dataclass(frozen=True, slots=True)
class Said:
    """A text that may be in another language than its page; `lang` names that one, and is None where it is not.

    In a template it is marked with its language, so that a screen reader pronounces it rightly, also as a variable of
    a translated sentence; `str()`, and an attribute or a title by `|string`, take the plain text.
    """

    text: str
    lang: str | None = None

    @property
    def inside(self) -> Said:
        """The same inside a sentence, without a full stop of its own."""
        return Said(self.text.rstrip("."), self.lang)

    def __str__(self) -> str:
        return self.text

    def __html__(self) -> Markup:
        if self.lang is None:
            return Markup.escape(self.text)
        return Markup('<span lang="{}">{}</span>').format(self.lang, self.text)


def statement(graph: DistrictGraph, target_id: int) -> Said:
    """What a target says, for this request's reader."""
    wanted = reader_language()
    translated = wanted == SOURCE or (wanted, target_id) in graph.translated
    return Said(graph.statement(target_id, wanted), None if translated else SOURCE)


def of_record(text: str) -> Said:
    """A text that was kept as it was, in the district's own words, for this request's reader."""
    return Said(text, None if reader_language() == SOURCE else SOURCE)


def brief(graph: DistrictGraph, target_id: int) -> Said:
    """The same in short, where the district has a short text in the language that is shown."""
    said = statement(graph, target_id)
    in_source = said.lang is not None or reader_language() == SOURCE
    short = graph.node(target_id).abbreviated if in_source else None
    return Said(short, said.lang) if short else said


def fill(text: str, **values: object) -> Markup:
    """A translated sentence, filled in; what a target says in another language stays marked with that language."""
    return Markup(text) % values


def graph_of(visit: Visit) -> DistrictGraph:
    """The graph of the visitor's district as it is in this transaction; one statement, and more only after a change."""
    stamps = context(visit.session, visit.district_id).stamps
    return services().intake.graphs.get(visit.session, visit.district_id, stamps.graph)
