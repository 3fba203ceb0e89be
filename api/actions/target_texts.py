"""Giving targets their words in a language: the statement, a worked example, something to do in ten minutes."""

from __future__ import annotations

import re
from collections.abc import Iterable

from sqlalchemy.orm import Session

from api.actions.graph import GraphError, one_node
from models.graph_store import load_graph
from models.graph_write import lock_graph
from models.registry import bump
from models.target_texts import Text, put_texts

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
        if not _LANGUAGE.fullmatch(language):
            raise GraphError("language", f"{language!r} is no language: write es, pt-BR or zh-Hant")
        found.append((stored.ids[one_node(reference, "target", stored)], language, text))
    put_texts(session, district_id, found)
    bump(session, district_id, "graph")
    return len(found)
