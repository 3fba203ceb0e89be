"""Giving targets their words in a language: the statement, a worked example, something to do in ten minutes."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from api.actions.graph import GraphError, one_node
from api.interop.csv_table import RowProblem
from api.interop.target_texts import TextRow
from mastery.audit import Act
from models.audit import SYSTEM, record
from models.graph_store import DistrictGraph, load_graph
from models.graph_write import lock_graph
from models.registry import bump, stamps
from models.target_texts import Text, put_texts, stored_texts

# a primary language with an optional script and region (BCP 47): es, pt-BR, zh-Hant
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?")


def give_texts(session: Session, district_id: int, texts: Iterable[tuple[str, str, Text]]) -> int:
    """Store the words of nodes, by code or GUID and language; how many. The caller commits.

    Raises GraphError for a node that there is not, or a language that is none.
    """
    lock_graph(session, district_id)
    stored = load_graph(session, district_id)
    found: list[tuple[int, str, Text]] = []
    for reference, language, text in texts:
        found.append((_key(reference, stored), _spelt(language), text))
    before = stored_texts(session, district_id, {key for key, _language, _text in found})
    different = [(key, language, text) for key, language, text in found if before.get((key, language)) != text]
    if different:
        put_texts(session, district_id, different)
        bump(session, district_id, "graph")
    return len(found)


@dataclass(frozen=True, slots=True)
class TextsTaken:
    """What became of the rows of a file. `problems`: where there are any, nothing was changed."""

    added: int
    changed: int
    unchanged: int
    languages: tuple[str, ...]
    problems: tuple[RowProblem, ...] = ()


def take_texts(
    session: Session,
    district_id: int,
    rows: Sequence[TextRow],
    found_before: Collection[RowProblem],
    now: datetime,
) -> TextsTaken:
    """Bring what nodes say to what a file's rows say, all of them or none. The same rows again change nothing.

    What a row does not speak of stays. The caller commits.
    """
    lock_graph(session, district_id)
    stored = load_graph(session, district_id)
    problems, meant = list(found_before), dict[tuple[int, str], TextRow]()
    for row in rows:
        try:
            place = (_key(row.target, stored), _spelt(row.language))
        except GraphError as error:
            problems.append(RowProblem(row.line, error.field, str(error)))
            continue
        if place in meant:
            said = f"says again what line {meant[place].line} says of {row.target} in {row.language}; leave one of them"
            problems.append(RowProblem(row.line, "target", said))
        meant.setdefault(place, row)
    languages = tuple(sorted({language for _key, language in meant}))
    if problems:
        return TextsTaken(0, 0, 0, languages, tuple(sorted(problems, key=lambda one: one.line)))
    before = stored_texts(session, district_id, {key for key, _language in meant})
    after = {
        place: replace(before.get(place, Text()), **{kind: text or None for kind, text in row.texts.items()})
        for place, row in meant.items()
    }
    new = [place for place in after if place not in before]
    different = [place for place in after if place in before and before[place] != after[place]]
    if new or different:
        put_texts(session, district_id, [(*place, after[place]) for place in (*new, *different)])
        bump(session, district_id, "graph")
        version = stamps(session, district_id).graph
        detail = {"what": "graph", "version": version, "change": "texts", "languages": languages}
        record(session, district_id, SYSTEM, Act.POLICY_CHANGED, now, detail=detail)
    return TextsTaken(len(new), len(different), len(after) - len(new) - len(different), languages)


def _key(reference: str, stored: DistrictGraph) -> int:
    return stored.ids[one_node(reference, "target", stored)]


def _spelt(language: str) -> str:
    """A language as it is stored. Raises GraphError for what is none."""
    if not _LANGUAGE.fullmatch(language):
        raise GraphError("language", f"{language!r} is no language: write es, pt-BR or zh-Hant")
    return language
