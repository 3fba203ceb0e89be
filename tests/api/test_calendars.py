"""A school's calendar from a file, changed by hand, on record, and shown by commands."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from acts_on_record import recorded
from calendar_days import COLUMBUS_DAY, LAST, as_csv, term
from click.testing import CliRunner, Result
from command_line import name_in_environment
from every_row import fingerprint
from factories import NOW, Factory, new_district
from sqlalchemy import Engine, select

from api.actions.calendars import change_day, put_calendar
from api.actions.desk import Desk
from api.actions.links import NotYoursError
from api.cli import main
from api.interop.calendar_file import read_calendar
from api.interop.csv_table import UnreadableError
from mastery.audit import Act
from mastery.links import LinkError
from mastery.pace.calendar import DayKind, SchoolDay
from mastery.policy import DEFAULT_POLICY
from models.calendars import CalendarChange, CalendarDay
from models.district import District
from models.installation import Installation
from models.queries_calendars import calendar_of
from models.roster import School
from models.unit_of_work import district_transaction, shared_transaction

SNOW = date(2026, 10, 6)
Run = Callable[..., Result]


@pytest.fixture
def school(engine: Engine) -> School:
    district_id = new_district(engine)
    with district_transaction(engine, district_id) as session:
        found = Factory(session, district_id).school("West Middle")
        session.commit()
        session.expunge_all()
    return found


@pytest.fixture
def run(installation: Installation, engine: Engine, school: School, monkeypatch: pytest.MonkeyPatch) -> Run:
    name_in_environment(installation, monkeypatch)
    with shared_transaction(engine) as session:
        slug = session.scalars(select(District.slug).where(District.id == school.district_id)).one()

    def command(*words: str, name: str = school.sourced_id) -> Result:
        return CliRunner().invoke(main, ["calendar", *words, "--school", name, "--district", slug])

    return command


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "calendar.csv"
    path.write_text(as_csv(term()), encoding="utf-8")
    return path


# --- the file --------------------------------------------------------------------------------------------------------


def test_a_file_is_read_as_spreadsheets_write_it() -> None:
    table = (
        "\ufeffKind,Date,Weight\r\n Summer Program ,2027-06-28,\r\nhalf,2026-11-25,0.4\r\n,,\r\nholiday,2026-11-26,\r\n"
    )
    assert read_calendar(table.encode(), DEFAULT_POLICY).days == (
        SchoolDay(date(2026, 11, 25), DayKind.HALF, 0.4),
        SchoolDay(date(2026, 11, 26), DayKind.HOLIDAY, 0.0),
        SchoolDay(date(2027, 6, 28), DayKind.SUMMER_PROGRAM, 1.0),
    )
    assert read_calendar(b"date,kind\n2026-11-25,half\n", DEFAULT_POLICY).days[0].weight == 0.5


@pytest.mark.parametrize(
    ("row", "field", "said"),
    [
        ("10/06/2026,instructional,", "date", "is '10/06/2026'; write a day such as 2027-01-14"),
        (",instructional,", "date", "is empty; write a day such as"),
        ("2026-02-30,instructional,", "date", "is '2026-02-30'"),
        ("2026-10-06,snow,", "kind", "is 'snow'; write one of instructional, half"),
        ("2026-10-06,half,half", "weight", "is 'half'; write a number from 0 to 1"),
        ("2026-10-06,half,1.5", "weight", "a day weighs from 0 to 1"),
        ("2026-10-06,half,nan", "weight", "a day weighs from 0 to 1"),
        ("2026-10-06,holiday,1", "weight", "a holiday weighs nothing"),
        ("2026-09-01,half,", "date", "is 2026-09-01 as in line 2; leave one of them"),
        ("2062-10-06,half,", "date", "more than 400 days after 2026-09-01 in line 2"),
        ("2026-10-06,half", "row", "has 2 cells, not 3"),
    ],
)
def test_what_is_wrong_is_named_by_line_and_field(row: str, field: str, said: str) -> None:
    read = read_calendar(f"date,kind,weight\n2026-09-01,instructional,\n{row}\n".encode(), DEFAULT_POLICY)
    ((problem),) = read.problems
    assert (problem.line, problem.field) == (3, field)
    assert said in problem.message


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "names the columns date,kind,weight"),
        (b"day,kind\n2026-09-01,half\n", "it is day,kind"),
        (b"date,kind,note\n", "names the columns"),
        (b"date,kind\n", "no day below its first line"),
        ("date,kind\n2026-09-01,día\n".encode("latin-1"), "not in UTF-8"),
        (b'date,kind\n"2026-09-01,half\n', "is no CSV"),
    ],
)
def test_a_file_that_is_none_is_refused(content: bytes, said: str) -> None:
    with pytest.raises(UnreadableError, match=said):
        read_calendar(content, DEFAULT_POLICY)


# --- what becomes of it ----------------------------------------------------------------------------------------------


def test_a_file_again_changes_nothing_and_takes_no_closure_back(engine: Engine, school: School) -> None:
    here, desk = school.district_id, Desk(school.district_id)
    with district_transaction(engine, here) as session:
        first = put_calendar(session, desk, school.id, term(), NOW)
        assert (first.added, first.changed, first.unchanged, first.kept) == (len(term()), 0, 0, ())
        session.commit()
    before = fingerprint(engine, here)
    with district_transaction(engine, here) as session:
        again = put_calendar(session, desk, school.id, term(), NOW)
        assert (again.added, again.changed, again.unchanged) == (0, 0, len(term()))
        session.commit()
    assert fingerprint(engine, here) == before
    with district_transaction(engine, here) as session:
        change_day(session, desk, school.id, SNOW, DayKind.CLOSURE, "snow", NOW)
        later = put_calendar(session, desk, school.id, term(holidays=()), NOW)
        assert (later.added, later.changed, later.kept) == (0, 1, (SNOW,))
        found = calendar_of(session, here, school.id)
        assert found is not None
        assert found.total == len(term()) - 1
        session.commit()


def test_what_was_made_of_a_day_when_by_whom_and_why_stays(engine: Engine, school: School) -> None:
    here, desk = school.district_id, Desk(school.district_id)
    with district_transaction(engine, here) as session:
        put_calendar(session, desk, school.id, term(), NOW)
        for kind, reason in ((DayKind.CLOSURE, "snow"), (DayKind.CLOSURE, "again"), (DayKind.REMOTE, " from home ")):
            change_day(session, desk, school.id, SNOW, kind, reason, NOW)
        history = session.scalars(
            select(CalendarChange).where(CalendarChange.day == SNOW).order_by(CalendarChange.id)
        ).all()
        told = [(one.kind, one.weight, one.reason, one.by_person) for one in history]
        assert told == [
            ("instructional", 1.0, None, None), ("closure", 0.0, "snow", None), ("remote", 1.0, "from home", None),
        ]  # fmt: skip
        assert session.get_one(CalendarDay, (here, school.id, SNOW)).by_hand
        session.commit()
    done = recorded(engine, here, Act.CALENDAR_CHANGED)
    assert [(actor, who, students) for actor, who, students, _detail in done] == [("system", None, set())] * 3
    whole = {"first": "2026-09-01", "last": "2026-12-18", "added": len(term()), "changed": 0}
    day = {"school": school.id, "day": "2026-10-06"}
    assert [detail for *_by, detail in done] == [
        {"school": school.id, **whole}, {**day, "kind": "closure"}, {**day, "kind": "remote"},
    ]  # fmt: skip


def test_what_can_not_be_is_refused(engine: Engine, school: School) -> None:
    desk = Desk(school.district_id)
    with district_transaction(engine, school.district_id) as session:
        put_calendar(session, desk, school.id, term(), NOW)
        with pytest.raises(LinkError, match="is not in the calendar"):
            change_day(session, desk, school.id, date(2026, 10, 10), DayKind.CLOSURE, "snow", NOW)
        for reason in (" ", "x" * 301):
            with pytest.raises(LinkError, match="from 1 to 300 characters"):
                change_day(session, desk, school.id, SNOW, DayKind.CLOSURE, reason, NOW)
        with pytest.raises(NotYoursError):
            change_day(session, desk, school.id + 1, SNOW, DayKind.CLOSURE, "snow", NOW)


# --- the commands ----------------------------------------------------------------------------------------------------


def test_the_commands(run: Run, file: Path, engine: Engine, school: School) -> None:
    trying = run("import", str(file), "--dry-run")
    assert trying.exit_code == 0, trying.output
    assert f"{len(term())} days added" in trying.output
    assert "It would be so" in trying.output
    assert "mastery calendar import" in run("show", "--year", "2027").output
    taken = json.loads(run("import", str(file), "--json").output)
    assert (taken["added"], taken["dry_run"], taken["problems"]) == (len(term()), False, [])
    assert "0 days added, 0 changed" in run("import", str(file)).output
    closing = run("close", "2026-10-06", "--reason", "snow")
    assert "2026-10-06 is closure at" in closing.output
    assert "kept: 2026-10-06" in run("import", str(file)).output
    shown = run("show", "--year", "2027").output
    assert f"of {len(term()) - 2} days of instruction so far." in shown
    assert "2026-10  1 closure, 1 holiday, 20 instructional" in shown
    run("close", "2026-10-06", "--reason", "it melted", "--kind", "instructional")
    whole = json.loads(run("show", "--year", "2027", "--json").output)
    assert whole["total"] == len(term()) - 1
    assert {"date": str(COLUMBUS_DAY), "kind": "holiday", "weight": 0.0} in whole["days"]
    refused = run("close", "2027-03-01", "--reason", "snow")
    assert (refused.exit_code, "The day is not in the calendar of this school." in refused.output) == (1, True)


def test_a_file_with_something_wrong_changes_nothing(run: Run, file: Path, engine: Engine, school: School) -> None:
    run("import", str(file))
    before = fingerprint(engine, school.district_id)
    file.write_text(as_csv(term(holidays=())) + f"{LAST},snow\n13/01/2027,half\n", encoding="utf-8")
    lines = len(term()) + 1
    refused = run("import", str(file))
    assert refused.exit_code == 1
    assert f"line {lines + 1}, kind: is 'snow'" in refused.output
    assert f"line {lines + 2}, date: is '13/01/2027'" in refused.output
    told = json.loads(run("import", str(file), "--json").output)
    assert [(one["line"], one["field"]) for one in told["problems"]] == [(lines + 1, "kind"), (lines + 2, "date")]
    assert fingerprint(engine, school.district_id) == before


def test_a_school_that_is_none_is_named(run: Run, file: Path) -> None:
    for words in (("import", str(file)), ("show",), ("close", "2026-10-06", "--reason", "snow")):
        refused = run(*words, name="nowhere")
        assert (refused.exit_code, "'nowhere' is no school of this district." in refused.output) == (1, True)
