"""Targets have words in several languages: each kind falls back to the source language by itself."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from factories import Factory, new_district
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from api.actions.graph import GraphError
from api.actions.target_texts import give_texts
from models.graph_store import load_graph
from models.registry import stamps
from models.target_texts import Text, texts_of
from models.unit_of_work import district_transaction


@pytest.fixture
def make(engine: Engine) -> Iterator[Factory]:
    district_id = new_district(engine)
    with district_transaction(engine, district_id) as session:
        yield Factory(session, district_id)


@pytest.fixture
def session(make: Factory) -> Session:
    return make.session


def test_a_statement_is_read_in_the_language_there_is(session: Session, make: Factory) -> None:
    one, other = make.target("A-1", "I can add."), make.target("A-2", "I can subtract.")
    before = stamps(session, make.district_id).graph
    assert give_texts(session, make.district_id, [("A-1", "es", Text(statement="Puedo sumar."))]) == 1
    graph = load_graph(session, make.district_id)
    assert graph.statement(one.id, "es") == "Puedo sumar."
    assert graph.statement(one.id, "en") == "I can add."
    assert graph.statement(other.id, "es") == "I can subtract."
    assert stamps(session, make.district_id).graph > before


def test_each_kind_of_words_falls_back_by_itself(session: Session, make: Factory) -> None:
    target = make.target("A-1", "I can add.")
    give_texts(
        session,
        make.district_id,
        [("A-1", "en", Text(None, "1 + 1 = 2", "Add two dice.")), ("A-1", "es", Text("Puedo sumar.", None, "Suma."))],
    )
    assert texts_of(session, make.district_id, [target.id], "es", "en") == {
        target.id: Text("Puedo sumar.", "1 + 1 = 2", "Suma.")
    }
    give_texts(session, make.district_id, [("A-1", "es", Text(None, "Uno más uno.", None))])
    assert texts_of(session, make.district_id, [target.id], "es", "en") == {
        target.id: Text(None, "Uno más uno.", "Add two dice.")
    }


def test_what_can_not_be_is_refused(session: Session, make: Factory) -> None:
    make.target("A-1", "I can add.")
    with pytest.raises(GraphError, match="no node of the graph goes by 'A-9'"):
        give_texts(session, make.district_id, [("A-9", "es", Text("Puedo."))])
    with pytest.raises(GraphError, match="'Spanish' is no language"):
        give_texts(session, make.district_id, [("A-1", "Spanish", Text("Puedo."))])
