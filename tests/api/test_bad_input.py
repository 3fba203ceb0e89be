"""Whatever is wrong with a post is told with the name of the field, and nothing of it is stored."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from datetime import date
from itertools import count
from typing import Any

import pytest
from api_rows import counted
from conftest_api import NOW, Machine, School, result
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from api.app import MAX_BODY_BYTES
from models.roster import Person
from models.unit_of_work import district_transaction

NOTHING = dict.fromkeys(
    ("result", "evidence", "quarantine", "standing", "subject_state", "flag", "flag_transition", "confirmation",
     "item", "outbox"), 0,
)  # fmt: skip


@pytest.fixture
def lms(machine: Callable[..., Machine], school: School) -> Machine:
    made = machine(school.district_id)
    made.put_assessment("quiz-17")
    return made


def raw(lms: Machine, body: bytes, **headers: str) -> Any:
    sent = lms.headers | {"Content-Type": "application/json"} | headers
    return lms.http.post("/api/v1/results", data=body, headers=sent)


# --- the envelope -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b'{"results": [}', "not JSON"),
        (b'{"results": []} trailing', "not JSON"),
        (b"\xff\xfe\x00", "not JSON"),
        (b'{"results": [], "results": []}', "'results' stands twice"),
        (b'{"results": [{"student": "a", "student": "b"}]}', "'student' stands twice"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"results": ' + b"[" * 50_000 + b"]" * 50_000 + b"}", "nested too deeply"),
        (b'{"a":' * 50_000 + b"1" + b"}" * 50_000, "nested too deeply"),
        (b'{"results": [{"revision": ' + b"9" * 5000 + b"}]}", "not JSON"),
        (json.dumps({"results": []}).encode("utf-16-le")[:-3], "not JSON"),
    ],
)  # fmt: skip
def test_what_is_not_json_is_refused(lms: Machine, school: School, engine: Engine, body: bytes, says: str) -> None:
    answer = raw(lms, body)
    assert answer.status_code == 400, answer.text
    assert answer.content_type == "application/problem+json"
    assert says in answer.json["detail"]
    assert counted(engine, school.district_id) == NOTHING


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_what_is_no_number_is_named_and_spoils_no_neighbour(lms: Machine, school: School, number: str) -> None:
    good = json.dumps(result(school.students[0], "4.NF.A.1", source_id="good"))
    bad = good.replace("good", "bad").replace('"score": 1', f'"score": {number}')
    answer = raw(lms, f'{{"results": [{bad}, {good}]}}'.encode())
    assert answer.status_code == 200, answer.text
    refused, accepted = answer.json["results"]
    assert (refused["status"], accepted["status"]) == ("rejected", "accepted")
    assert {error["field"] for error in refused["problem"]["errors"]} == {
        "targets[0].score",
        "targets[0].items[0].score",
    }
    assert all("finite" in error["message"] for error in refused["problem"]["errors"])


@pytest.mark.parametrize(
    ("body", "field", "found"),
    [
        ([], "", "an array"),
        (None, "", "null"),
        ("results", "", "a string"),
        (7, "", "a number"),
        (True, "", "true"),
        ({}, "results", "is missing"),
        ({"results": None}, "results", "is null"),
        ({"results": {}}, "results", "is an object"),
        ({"results": "all"}, "results", "is a string"),
        ({"results": []}, "results", "has 0 entries"),
        ({"results": [], "result": []}, "result", "is not a field"),
    ],
)
def test_a_wrong_envelope_is_named(
    lms: Machine, school: School, engine: Engine, body: Any, field: str, found: str
) -> None:
    answer = raw(lms, json.dumps(body).encode())
    assert answer.status_code == 422
    (error,) = answer.json["errors"]
    assert error["field"] == field
    assert found in error["message"]
    assert counted(engine, school.district_id) == NOTHING


@pytest.mark.parametrize(
    ("headers", "says"),
    [
        ({"Content-Type": "application/x-www-form-urlencoded"}, "application/x-www-form-urlencoded"),
        ({"Content-Type": "text/plain"}, "text/plain"),
        ({"Content-Type": "multipart/form-data; boundary=x"}, "multipart/form-data"),
        ({"Content-Type": ""}, "Content-Type"),
        ({"Content-Encoding": "gzip"}, "gzip"),
        ({"Content-Encoding": "br"}, "br"),
    ],
)
def test_another_form_of_body_is_refused(
    lms: Machine, school: School, engine: Engine, headers: dict[str, str], says: str
) -> None:
    body = json.dumps({"results": [result(school.students[0], "4.NF.A.1")]}).encode()
    answer = raw(lms, gzip.compress(body) if "Content-Encoding" in headers else body, **headers)
    assert answer.status_code == 415
    assert says in answer.json["detail"]
    assert counted(engine, school.district_id) == NOTHING


def test_charset_and_vendor_types_of_json_are_taken(lms: Machine, school: School) -> None:
    body = json.dumps({"results": [result(school.students[0], "4.NF.A.1")]}).encode()
    for kind in ("application/json; charset=utf-8", "application/vnd.lms+json"):
        assert raw(lms, body, **{"Content-Type": kind}).status_code == 200


def test_twenty_megabytes_are_refused(lms: Machine, school: School, engine: Engine) -> None:
    huge = {"results": [result(school.students[0], "4.NF.A.1", setting="x" * (20 * 1024 * 1024))]}
    answer = raw(lms, json.dumps(huge).encode())
    assert answer.status_code == 413
    assert answer.content_type == "application/problem+json"
    assert MAX_BODY_BYTES == 8 * 1024 * 1024
    assert counted(engine, school.district_id) == NOTHING


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
def test_another_method_is_told_which_there_are(lms: Machine, method: str) -> None:
    answer = lms.http.open("/api/v1/results", method=method, headers=lms.headers)
    assert answer.status_code == 405
    assert answer.content_type == "application/problem+json"
    assert "POST" in answer.headers["Allow"]


def test_an_address_that_is_none_is_a_problem_too(lms: Machine) -> None:
    for path in ("/api/v1/nothing", "/api/v2/results", "/oauth/nothing"):
        answer = lms.http.get(path)
        assert (answer.status_code, answer.content_type) == (404, "application/problem+json")


@pytest.mark.parametrize("name", ["%00", "a%00b", "%ED%A0%80", "%FF", "x" * 4000, "%20", "..%2F..%2Fetc"])
@pytest.mark.parametrize("path", ["/results/", "/assessments/"])
def test_an_id_that_can_not_be_one_does_not_exist(lms: Machine, path: str, name: str) -> None:
    assert lms.get(path + name, 404)["status"] == 404


# --- one entry --------------------------------------------------------------------------------------------------------

_ITEM = {"item": "q1", "score": 1, "max": 1}


def _item(**changes: Any) -> dict[str, Any]:
    return {"targets": [{"target": "4.NF.A.1", "score": 1, "max": 1, "items": [_ITEM | changes]}]}


def _target(**changes: Any) -> dict[str, Any]:
    return {"targets": [{"target": "4.NF.A.1", "score": 1, "max": 1} | changes]}


WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({"source_id": 7}, "source_id", "is a number"),
    ({"source_id": ""}, "source_id", "is empty"),
    ({"source_id": " "}, "source_id", "is empty"),
    ({"source_id": "x" * 201}, "source_id", "201 characters"),
    ({"source_id": None}, "source_id", "is null"),
    ({"source_id": "a\x00b"}, "source_id", "control"),
    ({"student": "a\ud800"}, "student", "control"),
    ({"student": ["S-1"]}, "student", "is an array"),
    ({"assessment": {"id": "quiz"}}, "assessment", "is an object"),
    ({"revision": 0}, "revision", "is 0"),
    ({"revision": -1}, "revision", "is -1"),
    ({"revision": 1.5}, "revision", "is 1.5"),
    ({"revision": "1"}, "revision", "is a string"),
    ({"revision": True}, "revision", "is true"),
    ({"revision": 10**30}, "revision", "too large"),
    ({"revision": 2**31}, "revision", "too large"),
    ({"purpose": "exam"}, "purpose", "'exam'"),
    ({"purpose": 1}, "purpose", "is a number"),
    ({"purpose": "Formative"}, "purpose", "'Formative'"),
    ({"evidence_type": "essay"}, "evidence_type", "'essay'"),
    ({"independence": ["group"]}, "independence", "is an array"),
    ({"feedback": None}, "feedback", "null"),
    ({"status": "done"}, "status", "'done'"),
    ({"proctoring": "camera"}, "proctoring", "'camera'"),
    ({"performed_at": "2026-10-05T09:12:00"}, "performed_at", "no offset"),
    ({"performed_at": "2026-10-05"}, "performed_at", "no offset"),
    ({"performed_at": "05/10/2026 09:12"}, "performed_at", "no time"),
    ({"performed_at": "2026-02-30T09:12:00Z"}, "performed_at", "no time"),
    ({"performed_at": "2026-10-05T25:12:00Z"}, "performed_at", "no time"),
    ({"performed_at": 1759655520}, "performed_at", "is a number"),
    ({"performed_at": ""}, "performed_at", "no time"),
    ({"performed_at": "0001-01-01T00:00:00Z"}, "performed_at", "1900"),
    ({"performed_at": "9999-12-31T23:59:59-23:59"}, "performed_at", "9998"),
    ({"performed_at": "2026-11-23T15:05:01Z"}, "performed_at", "more than 5 minutes ahead"),
    ({"scored_at": "2026-11-23T15:05:01Z"}, "scored_at", "more than 5 minutes ahead"),
    ({"scored_at": "2026-10-04T09:12:00Z"}, "scored_at", "before performed_at"),
    ({"scored_at": "2026-10-05T09:12:00"}, "scored_at", "no offset"),
    ({"duration_seconds": -1}, "duration_seconds", "0 or more"),
    ({"duration_seconds": "60"}, "duration_seconds", "is a string"),
    ({"date_estimated": 1}, "date_estimated", "give true or false"),
    ({"date_estimated": "true"}, "date_estimated", "give true or false"),
    ({"accommodations": "extended time"}, "accommodations", "not an array"),
    ({"accommodations": [7]}, "accommodations[0]", "is a number"),
    ({"colour": "red"}, "colour", "not a field"),
    ({"targets": None}, "targets", "null"),
    ({"targets": []}, "targets", "1 to 50"),
    ({"targets": {}}, "targets", "not an array"),
    ({"targets": ["4.NF.A.1"]}, "targets[0]", "not an object"),
    ({"targets": [{"target": f"T.{n}", "score": 1, "max": 1} for n in range(51)]}, "targets", "1 to 50"),
    (_target(target=None), "targets[0].target", "null"),
    (_target(score=None), "targets[0].score", "missing"),
    (_target(max=None), "targets[0].max", "missing"),
    (_target(max=0), "targets[0].max", "above 0"),
    (_target(max=-4), "targets[0].max", "above 0"),
    (_target(score=-1), "targets[0].score", "0 or more"),
    (_target(score="3"), "targets[0].score", "is a string"),
    (_target(score=True), "targets[0].score", "is true"),
    (_target(score=10**400), "targets[0].score", "too large"),
    (_target(level=5), "targets[0].level", "0 to 4"),
    (_target(level=2.25), "targets[0].level", "0 to 4"),
    (_target(level=-0.5), "targets[0].level", "0 to 4"),
    (_target(points=3), "targets[0].points", "not a field"),
    (_target(items={}), "targets[0].items", "not an array"),
    (_target(items=[7]), "targets[0].items[0]", "not an object"),
    (_target(items=[{"item": f"q{n}", "score": 1, "max": 1} for n in range(501)]), "targets[0].items", "500"),
    (_target(items=[_ITEM, _ITEM]), "targets[0].items[1].try", "repeats try 1"),
    ({"targets": [{"target": "4.NF.A.1", "score": 1, "max": 1}] * 2}, "targets[1].target", "again"),
    (_item(item=""), "targets[0].items[0].item", "empty"),
    (_item(score=-1), "targets[0].items[0].score", "0 or more"),
    (_item(score=None), "targets[0].items[0].score", "null"),
    (_item(max=-1), "targets[0].items[0].max", "above 0"),
    (_item(max=0), "targets[0].items[0].max", "above 0"),
    (_item(max=False), "targets[0].items[0].max", "is false"),
    (_item(hints=-1), "targets[0].items[0].hints", "is -1"),
    (_item(hints=0.5), "targets[0].items[0].hints", "is 0.5"),
    (_item(**{"try": 0}), "targets[0].items[0].try", "is 0"),
    (_item(**{"try": True}), "targets[0].items[0].try", "is true"),
    (_item(seconds=-3), "targets[0].items[0].seconds", "0 or more"),
    (_item(answer="B"), "targets[0].items[0].answer", "not a field"),
]


@pytest.mark.parametrize(
    ("changes", "field", "found"), WRONG, ids=[f"{n}-{field}" for n, (_, field, _f) in enumerate(WRONG)]
)
def test_a_wrong_field_is_named(
    lms: Machine, school: School, engine: Engine, changes: dict[str, Any], field: str, found: str
) -> None:
    (answer,) = lms.post(_with(result(school.students[0], "4.NF.A.1"), changes))
    assert answer["status"] == "rejected"
    problem = answer["problem"]
    assert (problem["status"], problem["title"]) == (422, "Unprocessable Content")
    errors = {error["field"]: error["message"] for error in problem["errors"]}
    assert field in errors, errors
    assert found in errors[field]
    assert problem["detail"].startswith(problem["errors"][0]["field"])
    assert counted(engine, school.district_id) == NOTHING


def _with(body: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    return body | changes


@pytest.mark.parametrize(
    "field", ["source_id", "student", "assessment", "purpose", "evidence_type", "performed_at", "targets"]
)
def test_a_missing_field_is_named(lms: Machine, school: School, field: str) -> None:
    body = result(school.students[0], "4.NF.A.1")
    del body[field]
    (answer,) = lms.post(body)
    assert answer["problem"]["errors"] == [{"field": field, "message": "is missing; it is required"}]


@pytest.mark.parametrize("entry", [None, 7, "result", [], True, {}])
def test_an_entry_that_is_no_result_is_told_so(lms: Machine, school: School, engine: Engine, entry: Any) -> None:
    (answer,) = lms.post(entry)
    assert (answer["status"], answer["source_id"]) == ("rejected", None)
    assert answer["problem"]["errors"]
    assert counted(engine, school.district_id) == NOTHING


def test_every_wrong_field_is_named_at_once(lms: Machine, school: School) -> None:
    (answer,) = lms.post(result(school.students[0], "4.NF.A.1", revision="1", purpose="exam", colour="red"))
    assert {error["field"] for error in answer["problem"]["errors"]} == {"revision", "purpose", "colour"}


def test_a_clock_five_minutes_ahead_is_forgiven(lms: Machine, school: School) -> None:
    at = "2026-11-23T15:05:00Z"
    (answer,) = lms.post(result(school.students[0], "4.NF.A.1", performed_at=at, scored_at=at))
    assert answer["status"] == "accepted"


def test_nobody_answers_before_birth(lms: Machine, school: School, engine: Engine) -> None:
    with district_transaction(engine, school.district_id) as session:
        session.get_one(Person, (school.district_id, school.student_keys[0])).birth_date = date(2016, 5, 4)
        session.commit()
    early, born = (
        result(school.students[0], "4.NF.A.1", source_id=day, performed_at=f"{day}T12:00:00Z", scored_at=None)
        for day in ("2016-05-03", "2016-05-04")
    )
    refused, taken = lms.post(early, born)
    assert refused["problem"]["errors"][0]["field"] == "performed_at"
    assert "before the student was born" in refused["problem"]["errors"][0]["message"]
    assert taken["status"] == "accepted"


@pytest.mark.parametrize("source_id", ["5", 5, None, ["x"], {"a": 1}])
def test_a_rejected_entry_is_answered_under_its_own_id_where_it_has_one(
    lms: Machine, school: School, source_id: Any
) -> None:
    (answer,) = lms.post(result(school.students[0], "4.NF.A.1", source_id=source_id, purpose="exam"))
    assert answer["source_id"] == (source_id if isinstance(source_id, str) else None)


# --- anything at all --------------------------------------------------------------------------------------------------

_LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-(10**40), 10**40)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20)
    | st.sampled_from(["quiz-17", "4.NF.A.1", "formative", "scored", "2026-10-05T09:12:00Z", "\ud800", "\x00", "-0"])
)
_JSON = st.recursive(
    _LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=8,
)
_PLACES = (
    ("source_id",), ("revision",), ("student",), ("assessment",), ("form",), ("purpose",), ("evidence_type",),
    ("scorer",), ("performed_at",), ("scored_at",), ("independence",), ("feedback",), ("proctoring",), ("status",),
    ("setting",), ("accommodations",), ("duration_seconds",), ("targets",), ("targets", 0), ("targets", 0, "target"),
    ("targets", 0, "score"), ("targets", 0, "max"), ("targets", 0, "level"), ("targets", 0, "items"),
    ("targets", 0, "items", 0), ("targets", 0, "items", 0, "item"), ("targets", 0, "items", 0, "score"),
    ("targets", 0, "items", 0, "max"), ("targets", 0, "items", 0, "try"), ("targets", 0, "items", 0, "hints"),
    ("targets", 0, "items", 0, "seconds"), ("unknown",),
)  # fmt: skip

_serial = count(1)


def put(body: dict[str, Any], place: tuple[str | int, ...], value: Any) -> dict[str, Any]:
    """The body with a value in a place, without touching what others share."""
    changed: dict[str, Any] = json.loads(json.dumps(body))
    inner: Any = changed
    for step in place[:-1]:
        inner = inner[step]
    inner[place[-1]] = value
    return changed


@given(place=st.sampled_from(_PLACES), value=_JSON)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_value_in_any_place_is_answered_and_a_rejected_one_leaves_nothing(
    lms: Machine, school: School, engine: Engine, place: tuple[str | int, ...], value: Any
) -> None:
    before = counted(engine, school.district_id)
    body = put(result(school.students[0], "4.NF.A.1", source_id=f"any-{next(_serial)}"), place, value)
    (entry,) = lms.post(body)
    if entry["status"] == "rejected":
        assert entry["problem"]["errors"]
        assert all(error["message"] for error in entry["problem"]["errors"])
        assert counted(engine, school.district_id) == before
    again = lms.post(body)[0]
    assert again["status"] == {"accepted": "duplicate", "quarantined": "duplicate"}.get(
        entry["status"], entry["status"]
    )


@given(body=_JSON)
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_document_is_answered(lms: Machine, school: School, engine: Engine, body: Any) -> None:
    for sent in (body, {"results": body}, {"results": [body]}):
        answer = raw(lms, json.dumps(sent).encode())
        assert answer.status_code in (200, 422), answer.text
        if answer.status_code == 200:
            assert [entry["status"] for entry in answer.json["results"]] == ["rejected"] * len(answer.json["results"])
    assert counted(engine, school.district_id) == NOTHING


def test_the_time_of_these_tests_is_fixed() -> None:
    assert NOW.isoformat() == "2026-11-23T15:00:00+00:00", "the times above are told against it"
