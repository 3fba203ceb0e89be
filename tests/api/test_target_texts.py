"""Targets have words in several languages: a statement falls back to the district's own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from factories import NOW, Factory, new_district
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from api.actions.graph import GraphError
from api.actions.target_texts import TextsTaken, give_texts, take_texts
from api.interop.csv_table import RowProblem, UnreadableError
from api.interop.target_texts import TextRow, read_texts
from models.graph_store import load_graph
from models.registry import stamps
from models.target_texts import Text, stored_texts
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


def test_words_given_again_take_the_place_of_what_was_there(session: Session, make: Factory) -> None:
    target = make.target("A-1", "I can add.")
    english = Text(None, "1 + 1 = 2", "Add two dice.")
    give_texts(session, make.district_id, [("A-1", "en", english), ("A-1", "es", Text("Puedo sumar.", None, "Suma."))])
    give_texts(session, make.district_id, [("A-1", "es", Text(None, "Uno más uno.", None))])
    assert stored_texts(session, make.district_id, [target.id]) == {
        (target.id, "en"): english, (target.id, "es"): Text(None, "Uno más uno.", None),
    }  # fmt: skip


def test_what_can_not_be_is_refused(session: Session, make: Factory) -> None:
    make.target("A-1", "I can add.")
    with pytest.raises(GraphError, match="no node of the graph goes by 'A-9'"):
        give_texts(session, make.district_id, [("A-9", "es", Text("Puedo."))])
    with pytest.raises(GraphError, match="'Spanish' is no language"):
        give_texts(session, make.district_id, [("A-1", "Spanish", Text("Puedo."))])


# --- from a table ------------------------------------------------------------------------------------------------


def take(session: Session, make: Factory, table: str) -> TextsTaken:
    return take_texts(session, make.district_id, *read_texts(table.encode()), NOW)


def test_a_table_is_read_as_spreadsheets_write_it() -> None:
    table = '\ufeffLanguage,Target,Statement\r\nes,"A-1","Puedo decir ""hola"", y\r\nadiós."\r\n,,\r\n es , A-2 ,\r\n'
    assert read_texts(table.encode()) == (
        [
            TextRow(2, "A-1", "es", {"statement": 'Puedo decir "hola", y\r\nadiós.'}),
            TextRow(5, "A-2", "es", {"statement": ""}),
        ],
        [],
    )


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "it is empty"),
        (b"target;language;statement\n", "it is target;language;statement"),
        (b"target,statement\n", "names the columns target,language,statement,example,task"),
        (b"target,language\n", "it is target,language"),
        (b"target,language,statement,statement\n", "names the columns"),
        (b"target,language,title\n", "it is target,language,title"),
        ("target,language,statement\nA-1,es,Sé sumar\n".encode("cp1252"), "not in UTF-8: save it as"),
        (b'target,language,statement\nA-1,es,"Puedo "sumar"\n', "line 2 is no CSV"),
    ],
)
def test_a_file_that_is_no_such_table_is_told_what_would_be(content: bytes, said: str) -> None:
    with pytest.raises(UnreadableError) as refused:
        read_texts(content)
    assert said in str(refused.value)


def test_the_same_table_again_changes_nothing(session: Session, make: Factory) -> None:
    for code in ("A-1", "A-2"):
        make.target(code)
    table = "target,language,statement,example,task\nA-1,es,Puedo sumar.,1 + 1,\nA-2,es,Puedo restar.,,Resta.\n"
    assert take(session, make, table) == TextsTaken(2, 0, 0, ("es",))
    stamp = stamps(session, make.district_id).graph
    assert take(session, make, table) == TextsTaken(0, 0, 2, ("es",))
    assert stamps(session, make.district_id).graph == stamp
    assert take(session, make, table.replace("restar", "quitar")) == TextsTaken(0, 1, 1, ("es",))
    assert stamps(session, make.district_id).graph > stamp


def test_an_absent_column_leaves_and_an_empty_cell_takes_away(session: Session, make: Factory) -> None:
    key = make.target("A-1").id

    def stored() -> Text:
        return stored_texts(session, make.district_id, [key])[key, "es"]

    take(session, make, "target,language,statement,example,task\nA-1,es,Puedo sumar.,1 + 1,Suma.\n")
    take(session, make, "target,language,statement\nA-1,es,Sé sumar.\n")
    assert stored() == Text("Sé sumar.", "1 + 1", "Suma.")
    take(session, make, "target,language,example\nA-1,es,\n")
    assert stored() == Text("Sé sumar.", None, "Suma.")


def test_one_wrong_row_keeps_all_out_and_each_is_named(session: Session, make: Factory) -> None:
    key = make.target("A-1").id
    rows = [
        "A-1,es,Puedo.",
        "A-9,es,Puedo.",
        "A-1,Spanish,Puedo.",
        ",es,Puedo.",
        "A-1,es,Puedo otra vez.",
        "A-1,es,a,b",
    ]
    taken = take(session, make, "\n".join(["target,language,statement", *rows]))
    assert (taken.added, taken.changed, taken.unchanged) == (0, 0, 0)
    assert taken.problems == (
        RowProblem(3, "target", "no node of the graph goes by 'A-9': give its GUID or code"),
        RowProblem(4, "language", "'Spanish' is no language: write es, pt-BR or zh-Hant"),
        RowProblem(5, "target", "is empty; write the code or GUID of a target"),
        RowProblem(6, "target", "says again what line 2 says of A-1 in es; leave one of them"),
        RowProblem(7, "row", "has 4 cells, not 3; put a text with a comma in quotation marks"),
    )
    assert stored_texts(session, make.district_id, [key]) == {}
