"""The JSON of a measurement: what was stored, in pages that hold every question once."""

from __future__ import annotations

from collections.abc import Callable

from calibration_world import ITEMS, STUDENTS, SUBJECT, Class
from conftest_api import NOW, Machine
from factories import new_district
from sqlalchemy import Engine
from statements import statements_said

from api.actions.measured import items_documents, measured
from api.actions.measurement import run
from api.v1.measurement_schemas import MeasurementSchema
from models.unit_of_work import district_transaction


def test_it_is_what_the_page_is_made_of_and_what_its_schema_says(taught: Class, engine: Engine) -> None:
    run(engine, taught.district_id, SUBJECT, NOW)
    answer = taught.lms.get(f"/measurement/{SUBJECT}")
    with district_transaction(engine, taught.district_id) as session:
        document, items = measured(session, taught.district_id, SUBJECT, None, 100, None)
    assert answer == {**document, "items": items_documents(items), "next": None, "next_url": None}
    schema = MeasurementSchema()
    assert answer.keys() == schema.fields.keys()
    assert schema.dump(answer) == answer
    assert answer["students"] == STUDENTS


def test_every_question_comes_once_in_pages(taught: Class, engine: Engine) -> None:
    run(engine, taught.district_id, SUBJECT, NOW)
    seen, path = [], f"/measurement/{SUBJECT}?limit=5&term=2026-07-01--2027-06-30"
    while path:
        answer = taught.lms.get(path)
        assert answer["term"]["key"] == "2026-07-01--2027-06-30"
        seen += [(one["assessment"], one["item"]) for one in answer["items"]]
        path = (answer["next_url"] or "").removeprefix("/api/v1")
    assert len(seen) == len(set(seen)) == 2 * ITEMS


def test_what_is_not_measured_is_said_so(taught: Class, engine: Engine, machine: Callable[..., Machine]) -> None:
    problem = taught.lms.get(f"/measurement/{SUBJECT}", 404)
    assert problem["detail"] == "'Mathematics' is not measured yet; `mastery measurement run` does it."
    run(engine, taught.district_id, SUBJECT, NOW)
    problem = taught.lms.get(f"/measurement/{SUBJECT}?term=1999", 404)
    assert problem["detail"] == ("Mathematics was not measured in '1999'; there are all, 2026-07-01--2027-06-30.")
    assert taught.lms.get(f"/measurement/{SUBJECT}?after=nonsense", 422)["errors"][0]["field"] == "after"
    assert machine(new_district(engine)).get(f"/measurement/{SUBJECT}", 404)["status"] == 404


def test_many_terms_and_questions_cost_no_more_statements(taught: Class, engine: Engine) -> None:
    run(engine, taught.district_id, SUBJECT, NOW)
    taught.lms.get(f"/measurement/{SUBJECT}")
    with statements_said() as few:
        taught.lms.get(f"/measurement/{SUBJECT}?limit=1")
    with statements_said() as many:
        taught.lms.get(f"/measurement/{SUBJECT}?limit=500")
    assert len(many) == len(few) <= 9
