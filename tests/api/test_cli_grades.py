"""Grades and curriculum on the command line; the files that go out, read back by our own reader of OneRoster."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from command_line import name_in_environment
from course_world import competency, of_course
from factories import Factory, new_district
from sqlalchemy import Engine, select

from api.cli import main
from api.interop import oneroster
from api.interop.oneroster import Mode, open_export
from api.interop.oneroster_grades import COLUMNS
from mastery.audit import Act
from models.audit import AuditEvent, AuditSubject
from models.installation import Installation
from models.roster import Section, Term
from models.unit_of_work import district_transaction

BANDS = "0.9 A 95; 0.5 B 85; 0 NP 60"
NOW = datetime.now(UTC)
TODAY = NOW.date()


@dataclass
class World:
    """A class of two in a term that runs and one that is over."""

    engine: Engine
    district: int
    section: str
    students: list[tuple[int, str]]


@pytest.fixture
def world(installation: Installation, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> World:
    name_in_environment(installation, monkeypatch)
    district = new_district(engine, zone="UTC")
    with district_transaction(engine, district) as session:
        make = Factory(session, district)
        section = make.section(make.school("Lincoln"))
        ada, emmy = make.student(section, "Ada"), make.student(section, "Emmy")
        targets = [make.target(f"T.{n}") for n in range(1, 4)]
        for target in targets[:2]:
            make.standing(ada, target, state="mastered", level=3.5, mastered_at=NOW - timedelta(days=9))
        competency(make, "C.1", "The first thing", targets[:1])
        competency(make, "C.2", "The second thing", targets[1:])
        of_course(make, section)
        row = session.get_one(Section, (district, section.id))
        row.term_sourced_ids = ["now", "over"]
        for name, begins, ends in (("now", -10, 60), ("over", -100, -11), ("later", 61, 90)):
            session.add(
                Term(
                    district_id=district, sourced_id=name, title=f"Term {name}", kind="term",
                    begins_on=TODAY + timedelta(days=begins), ends_on=TODAY + timedelta(days=ends),
                    parent_sourced_id=None, school_year="2027", active=True,
                )
            )  # fmt: skip
        session.commit()
        return World(engine, district, row.sourced_id, [(one.id, one.sourced_id) for one in (ada, emmy)])


def run(*words: str) -> str:
    done = CliRunner().invoke(main, list(words))
    assert done.exit_code == 0, done.output
    return done.stdout


def refused(*words: str) -> str:
    done = CliRunner().invoke(main, list(words))
    assert done.exit_code != 0, done.output
    return done.stderr


def prepare() -> None:
    run("curriculum", "require", "math-8", "C.1", "C.2", "--by", "Ida Wells")
    run("grades", "set-rule", "--by", "share", "--bands", BANDS, "--basis", "policy 12", "--signed-by", "School board")


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_lead_says_what_is_priority_and_what_a_course_needs(world: World) -> None:
    assert "every target is a priority" in run("curriculum", "show")
    assert run("curriculum", "set-priority", "C.2", "--supporting", "--by", "Ida Wells").startswith("2 of 2 targets")
    assert run("curriculum", "set-priority", "T.2", "--by", "Ida Wells").startswith("1 of 1 targets")
    assert run("curriculum", "require", "math-8", "C.1", "C.2", "--by", "Ida Wells").startswith("2 of 2")
    assert run("curriculum", "require", "math-8", "C.1", "--no-more", "--by", "Ida Wells").startswith("1 of 1")
    told = json.loads(run("curriculum", "show", "--json"))
    assert told["courses"] == {"math-8": ["C.2"]}
    assert told["targets"] == {"T.2": True, "T.3": False}
    past = str(TODAY - timedelta(days=1))
    assert "is over" in refused("curriculum", "set-priority", "T.1", "--by", "Ida Wells", "--from", past)
    assert "no class of the roster" in refused("curriculum", "require", "latin-1", "C.1", "--by", "Ida Wells")
    assert "no node" in refused("curriculum", "set-priority", "nothing", "--by", "Ida Wells")


def test_a_rule_is_tried_before_it_is_signed(world: World) -> None:
    run("curriculum", "require", "math-8", "C.1", "C.2", "--by", "Ida Wells")
    tried = json.loads(run("grades", "preview", world.section, "--by", "share", "--bands", BANDS, "--json"))
    assert tried == {"class": world.section, "students": 2, "in_force": {}, "tried": {"B": 1, "NP": 1}}
    assert "no grade is printed" in run("grades", "rules")
    prepare()
    assert "the district from" in run("grades", "rules")
    assert "1 now    1 by this rule" in run("grades", "preview", world.section, "--by", "share", "--bands", BANDS)
    assert "bands: " in refused("grades", "preview", world.section, "--by", "share", "--bands", "0.5 A; 0.9 B")
    assert "There is no class" in refused("grades", "preview", "nowhere", "--by", "share", "--bands", BANDS)


def test_the_grades_of_a_term_go_out_as_files_of_the_standard(world: World, tmp_path: Path) -> None:
    prepare()
    folder = tmp_path / "out"
    assert run("grades", "export", "--term", "now", str(folder)).startswith("2 grades of 1 classes")
    (category,), (item,) = rows(folder, "categories"), rows(folder, "lineItems")
    assert item["categorySourcedId"] == category["sourcedId"]
    assert (item["classSourcedId"], item["academicSessionSourcedId"]) == (world.section, "now")
    assert (item["resultValueMin"], item["resultValueMax"]) == ("0", "100")
    told = {row["studentSourcedId"]: row for row in rows(folder, "results")}
    ada, emmy = (told[sourced_id] for _, sourced_id in world.students)
    assert (ada["scoreStatus"], ada["score"], ada["textScore"]) == ("fully graded", "85", "B")
    assert ada["comment"] == "1 of 2 competencies are mastered."
    assert (emmy["score"], emmy["textScore"], emmy["inProgress"]) == ("60", "NP", "true")
    assert {row["lineItemSourcedId"] for row in told.values()} == {item["sourcedId"]}
    assert "is not empty" in refused("grades", "export", "--term", "now", str(folder))
    with district_transaction(world.engine, world.district) as session:
        event = session.scalars(select(AuditEvent).where(AuditEvent.act == Act.EXPORT)).one()
        about = set(session.scalars(select(AuditSubject.student_id).where(AuditSubject.event_id == event.id)))
    assert about == {key for key, _ in world.students}


def test_our_own_reader_reads_every_row_back(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    prepare()
    folder = tmp_path / "out"
    run("grades", "export", "--term", "now", str(folder))
    own = {name: (("sourcedId",), tuple(one for one in some if one != "sourcedId")) for name, some in COLUMNS.items()}
    monkeypatch.setattr(oneroster, "COLUMNS", own)
    found = open_export(folder)
    assert (found.version, found.problems) == ("1.2", [])
    assert set(found.modes.items()) == {(name, Mode.BULK) for name in COLUMNS}

    def ids(name: str, column: str = "sourcedId") -> Iterator[str]:
        return (row[column] for row in found.rows(name, set()))

    assert sorted(ids("results", "studentSourcedId")) == sorted(sourced_id for _, sourced_id in world.students)
    assert set(ids("results", "lineItemSourcedId")) == set(ids("lineItems"))
    assert found.problems == []
    # status and date of a bulk set are blank, and the same grades give the same bytes
    assert {one for name in COLUMNS for one in (*ids(name, "status"), *ids(name, "dateLastModified"))} == {""}
    again = tmp_path / "again"
    run("grades", "export", "--term", "Term now", str(again))
    assert all(one.read_bytes() == (again / one.name).read_bytes() for one in folder.iterdir())


def test_a_term_that_is_over_goes_by_its_own_day(world: World, tmp_path: Path) -> None:
    prepare()
    # no rule was in force on its last day, and none signed today reaches back
    assert run("grades", "export", "--term", "over", str(tmp_path / "over")).startswith("0 grades of 0 classes")
    assert "has not begun" in refused("grades", "export", "--term", "later", str(tmp_path / "later"))
    assert "no term" in refused("grades", "export", "--term", "never", str(tmp_path / "never"))


def test_a_framework_says_which_of_its_targets_are_supporting_and_the_lead_has_the_last_word(
    world: World, tmp_path: Path
) -> None:
    nodes = [{"code": "6.NS.1", "text": "Divide."}, {"code": "6.NS.2", "text": "Add."}]
    (file := tmp_path / "derived.json").write_text(
        json.dumps({"title": "Mathematics", "precedes": [], "nodes": [node | {"priority": False} for node in nodes]})
    )
    run("import", "case", str(file))
    assert json.loads(run("curriculum", "show", "--json"))["targets"] == {"6.NS.1": False, "6.NS.2": False}
    run("curriculum", "set-priority", "6.NS.1", "--by", "Ida Wells")
    run("import", "case", str(file))
    assert json.loads(run("curriculum", "show", "--json"))["targets"] == {"6.NS.1": True, "6.NS.2": False}
    item = {"identifier": "7f3a2c1e-0000-4000-8000-000000000001", "fullStatement": "Plan.", "humanCodingScheme": "P.1"}
    document = {"identifier": "7f3a2c1e-0000-4000-8000-000000000000", "title": "Plans", "creator": "us"}
    package = {"CFDocument": document, "CFItems": [item | {"extensions": {"priority": False}}], "CFAssociations": []}
    file.write_text(json.dumps(package))
    run("import", "case", str(file), "--subject", "Mathematics")
    assert json.loads(run("curriculum", "show", "--json"))["targets"]["P.1"] is False
