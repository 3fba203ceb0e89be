"""OneRoster files as they come: what is read of them, what is reported, what a bad row costs."""

from __future__ import annotations

import zipfile
from datetime import date
from pathlib import Path

import pytest
from roster_files import RosterFiles
from shared_data import needs_shared, shared

from api.interop.oneroster import KEPT, NOT_USED, Export, Mode, Problem, RosterUnreadable, open_export
from api.interop.oneroster_links import says
from api.interop.oneroster_records import read_sheets
from mastery.roster import Enrollment, Guardianship, HeldRole, Key, Kind, Person, Record, Roster, Said, Section, Term


def told(source: Path, known: Roster | None = None) -> tuple[dict[Kind, Said], Export]:
    export = open_export(source)
    return says(read_sheets(export), known or {}, export.problems), export


def rows(source: Path, kind: Kind) -> dict[Key, Record]:
    said, _ = told(source)
    return dict(said[kind].rows)


def only_problem(source: Path) -> Problem:
    _, export = told(source)
    assert len(export.problems) == 1, export.problems
    return export.problems[0]


@pytest.mark.parametrize("version", ["11", "12"])
def test_a_clean_set_is_read_whole_without_a_remark(version: str, tmp_path: Path) -> None:
    said, export = told(RosterFiles(tmp_path, version).folder)
    remarks = [each for each in export.problems if each.found != "ext:coach"]
    assert remarks == []
    counts = {kind: len(said[kind].rows) for kind in (Kind.SCHOOLS, Kind.TERMS, Kind.PEOPLE, Kind.ENROLLMENTS)}
    assert counts == {Kind.SCHOOLS: 3, Kind.TERMS: 3, Kind.PEOPLE: 9, Kind.ENROLLMENTS: 9}


def test_classes_keep_their_periods_terms_and_grades_as_lists(tmp_path: Path) -> None:
    section = rows(RosterFiles(tmp_path).folder, Kind.SECTIONS)["k-n1"]
    assert isinstance(section, Section)
    assert (section.periods, section.term_sourced_ids, section.grades) == (("1", "2"), ("t-fall", "t-spring"), ("07",))


def test_people_keep_preferred_names_pronouns_birth_dates_and_whether_they_may_sign_in(tmp_path: Path) -> None:
    people = rows(RosterFiles(tmp_path, "12").folder, Kind.PEOPLE)
    lia, ben, mei = (people[key] for key in ("u-1", "u-2", "u-3"))
    assert isinstance(lia, Person)
    assert isinstance(ben, Person)
    assert isinstance(mei, Person)
    assert (lia.preferred_given_name, lia.pronouns, lia.birth_date) == ("Lee", "they/them", date(2014, 3, 2))
    assert mei.preferred_family_name == "Chen"
    assert (lia.enabled, ben.enabled) == (True, False)


@pytest.mark.parametrize("version", ["11", "12"])
def test_no_password_is_read(version: str, tmp_path: Path) -> None:
    said, export = told(RosterFiles(tmp_path, version).folder)
    assert "do-not-keep" not in repr((said, export.problems))


def test_roles_of_1_1_come_from_users_and_those_of_1_2_from_roles(tmp_path: Path) -> None:
    first = rows(RosterFiles(tmp_path, "11").folder, Kind.ROLES)
    second = rows(RosterFiles(tmp_path, "12").folder, Kind.ROLES)
    assert first[("u-g1", "s-north", "guardian")] == HeldRole("u-g1", "s-north", "guardian", "parent")
    assert {key for key in first if key[0] == "u-5"} == {("u-5", "s-north", "student"), ("u-5", "s-south", "student")}
    assert second[("u-a1", "s-north", "administrator")] == HeldRole(
        "u-a1", "s-north", "administrator", "principal", "r-4", True, date(2024, 7, 1), date(2027, 6, 30)
    )
    assert ("u-g2", "s-south", "ext:coach") in second


def test_guardians_are_linked_from_either_side_and_only_if_they_are_guardians(tmp_path: Path) -> None:
    first = rows(RosterFiles(tmp_path, "11").folder, Kind.GUARDIANSHIPS)
    assert set(first) == {("u-g1", "u-1"), ("u-g1", "u-2"), ("u-g2", "u-3")}
    assert first[("u-g2", "u-3")] == Guardianship("u-g2", "u-3")
    # a teacher who is also a relative is a guardian; one who is a teacher only is not
    files = RosterFiles(tmp_path, "12")
    assert ("u-t1", "u-3") in rows(files.folder, Kind.GUARDIANSHIPS)
    files.drop("roles", "r-3")
    said, export = told(files.folder)
    assert ("u-t1", "u-3") not in said[Kind.GUARDIANSHIPS].rows
    assert [each.field for each in export.problems if each.file == "users.csv"] == ["agentSourcedIds"]


# --- dirt --------------------------------------------------------------------------------------------------------


def test_a_byte_order_mark_a_missing_last_newline_and_crlf_are_read_over(tmp_path: Path) -> None:
    files = RosterFiles(tmp_path)
    for path in files.folder.glob("*.csv"):
        content = path.read_bytes().rstrip(b"\n").replace(b"\n", b"\r\n")
        path.write_bytes(b"\xef\xbb\xbf" + content)
    said, export = told(files.folder)
    assert export.problems == []
    assert len(said[Kind.ENROLLMENTS].rows) == 9
    teacher = said[Kind.PEOPLE].rows["u-t1"]
    assert isinstance(teacher, Person)
    assert teacher.given_name == "Inés"


def test_file_and_column_names_in_another_case_or_misspelt_are_read(tmp_path: Path) -> None:
    files = RosterFiles(tmp_path, "12")
    files.path("academicSessions").rename(files.folder / "AcademicSessions.CSV")
    files.replace("users", "preferredGivenName", "prefferedGivenName")
    files.replace("roles", "sourcedId,status,dateLastModified,userS", "SourcedID,status,dataLastModified,userS")
    said, export = told(files.folder)
    assert len(said[Kind.TERMS].rows) == 3
    lia = said[Kind.PEOPLE].rows["u-1"]
    assert isinstance(lia, Person)
    assert lia.preferred_given_name == "Lee"
    assert [each.expected for each in export.problems][:2] == ["preferredGivenName", "dateLastModified"]


def test_extra_commas_in_a_header_and_in_rows_do_no_harm(tmp_path: Path) -> None:
    files = RosterFiles(tmp_path)
    files.replace("orgs", "parentSourcedId", "parentSourcedId,,").replace("orgs", "901,d-1", "901,d-1,,")
    said, export = told(files.folder)
    assert export.problems == []
    assert len(said[Kind.SCHOOLS].rows) == 3


@pytest.mark.parametrize(
    ("name", "old", "new", "line", "field", "found"),
    [
        ("enrollments", "u-1,student,false,2026-08-24", "u-1,student,false,1/05/2026", 5, "beginDate", "1/05/2026"),
        ("enrollments", "u-1,student,false,2026-08-24", "u-1,student,false,2026-02-30", 5, "beginDate", "2026-02-30"),
        ("enrollments", "u-1,student,false,2026-08-24,", "u-1,student,false,2026-08-24,2026-08-01", 5, "endDate", None),
        ("enrollments", "u-1,student,", "u-1,,", 5, "role", "nothing"),
        ("enrollments", "s-north,u-1,", "s-north,u-404,", 5, "userSourcedId", "u-404, which is unknown"),
        ("enrollments", "k-n1,s-north,u-1,", "k-404,s-north,u-1,", 5, "classSourcedId", "k-404, which is unknown"),
        ("enrollments", "e-4,,", "e-3,,", 5, "sourcedId", "e-3 a second time"),
        ("enrollments", "e-4,,,k-n1", 'e-4,,,"k-n1', 5, None, None),
        ("enrollments", "u-1,student,false,2026-08-24,", "u-1,student,false,2026-08-24,,x", 5, None, "11 fields"),
        ("enrollments", "e-4,,,k-n1", "e-4,,,k-\0n1", 5, None, "a NUL character"),
    ],
)
def test_a_bad_row_is_reported_with_its_place_and_spoils_no_neighbour(
    name: str, old: str, new: str, line: int, field: str | None, found: str | None, tmp_path: Path
) -> None:
    files = RosterFiles(tmp_path).replace(name, old, new)
    said, export = told(files.folder)
    (problem,) = export.problems
    assert (problem.file, problem.line, problem.field, problem.effect) == (f"{name}.csv", line, field, NOT_USED)
    assert found is None or problem.found == found
    assert problem.expected
    assert set(said[Kind.ENROLLMENTS].rows) == {f"e-{n}" for n in (1, 2, 3, 5, 6, 7, 8, 9)}


def test_a_row_that_can_not_be_used_does_not_count_as_vanished(tmp_path: Path) -> None:
    files = RosterFiles(tmp_path)
    files.replace("enrollments", "e-4,,,k-n1", 'e-4,,,"k-n1').replace("enrollments", "s-north,u-2,", "s-north,u-404,")
    said, _ = told(files.folder)
    assert {"e-4", "e-5"} <= said[Kind.ENROLLMENTS].unread


def test_text_that_is_not_utf_8_costs_its_row_only(tmp_path: Path) -> None:
    files = RosterFiles(tmp_path)
    content = files.path("users").read_bytes()
    files.path("users").write_bytes(content.replace("Zoë".encode(), "Zoë".encode("latin-1")))
    said, export = told(files.folder)
    assert set(said[Kind.PEOPLE].rows) == {"u-t1", "u-a1", "u-1", "u-2", "u-3", "u-4", "u-g1", "u-g2"}
    assert said[Kind.PEOPLE].unread == {"u-5"}
    problem = export.problems[0]
    assert (problem.file, problem.line, problem.expected) == ("users.csv", 8, "UTF-8")
    assert "Zo\\xeb" in problem.found


@pytest.mark.parametrize(
    ("name", "old", "new", "field"),
    [
        ("orgs", "902,d-1", "902,d-9", "parentSourcedId"),
        ("academicSessions", "2027-01-15,y-27", "2027-01-15,y-99", "parentSourcedId"),
        ("classes", "s-north,t-fall", "s-north,t-404", "termSourcedIds"),
        ("classes", "Room 12,s-south", "Room 12,s-404", "schoolSourcedId"),
        ("enrollments", "k-n1,s-north,u-1", "k-n1,s-404,u-1", "schoolSourcedId"),
        ("users", "u-g1,07", "u-404,07", "agentSourcedIds"),
        ("users", "u-3,,,true,s-south", "u-3,,,true,s-404", "orgSourcedIds"),
        ("users", "u-4,,,", "u-4,,1/05/2023,", "dateLastModified"),
    ],
)
def test_a_row_with_a_reference_or_field_to_nowhere_is_reported_and_kept(
    name: str, old: str, new: str, field: str, tmp_path: Path
) -> None:
    files = RosterFiles(tmp_path)
    before, _ = told(files.folder)
    files.replace(name, old, new)
    after, export = told(files.folder)
    (problem,) = export.problems
    assert (problem.file, problem.field, problem.effect) == (f"{name}.csv", field, KEPT)
    assert {kind: before[kind].rows.keys() for kind in Kind if kind is not Kind.ROLES} == {
        kind: after[kind].rows.keys() for kind in Kind if kind is not Kind.ROLES
    }


def test_a_class_of_an_absent_course_is_kept_and_reported(tmp_path: Path) -> None:
    files = RosterFiles(tmp_path).mode("courses", "absent")
    files.path("courses").unlink()
    said, export = told(files.folder)
    section = said[Kind.SECTIONS].rows["k-n1"]
    assert isinstance(section, Section)
    assert section.course_sourced_id == "c-math7"
    assert {each.field for each in export.problems} == {"courseSourcedId"}


def test_staff_of_no_or_of_an_unknown_school_hold_no_role(tmp_path: Path) -> None:
    for number, (old, new) in enumerate(
        [
            ("true,s-north,administrator", "true,,administrator"),
            ("true,s-north,administrator", "true,s-404,administrator"),
        ]
    ):
        files = RosterFiles(tmp_path / str(number)).replace("users", old, new)
        assert not [key for key in rows(files.folder, Kind.ROLES) if key[0] == "u-a1"]
        assert only_problem(files.folder).field == "orgSourcedIds"


def test_an_unreadable_word_for_enabled_is_taken_as_false(tmp_path: Path) -> None:
    files = RosterFiles(tmp_path).replace("users", "u-4,,,true", "u-4,,,yes")
    person = rows(files.folder, Kind.PEOPLE)["u-4"]
    assert isinstance(person, Person)
    assert not person.enabled
    assert only_problem(files.folder).found == "yes"


def test_a_withdrawn_row_is_not_there_and_takes_its_enrolments_along(tmp_path: Path) -> None:
    files = RosterFiles(tmp_path).replace("classes", "k-n2,,", "k-n2,tobedeleted,")
    files.replace("users", "u-3,,,true", "u-3,inactive,,true")
    said, export = told(files.folder)
    assert "k-n2" not in said[Kind.SECTIONS].rows
    assert set(said[Kind.ENROLLMENTS].rows) == {"e-1", "e-3", "e-4", "e-5", "e-8", "e-9"}
    enrolment_faults = [each.found for each in export.problems if each.file == "enrollments.csv"]
    assert enrolment_faults == [
        "k-n2, which is tobedeleted",
        "u-3, which is tobedeleted",
        "k-n2, which is tobedeleted",
    ]


def test_an_identifier_is_kept_only_where_it_names_one_person(tmp_path: Path) -> None:
    files = RosterFiles(tmp_path).replace("users", "S-000102", "S-000101").replace("users", "S-000103", "u-4")
    said, export = told(files.folder)
    identifiers = {
        key: person.identifier for key, person in said[Kind.PEOPLE].rows.items() if isinstance(person, Person)
    }
    assert [identifiers[key] for key in ("u-1", "u-2", "u-3", "u-4")] == [None, None, None, "S-000104"]
    assert [(each.line, each.field) for each in export.problems] == [
        (4, "identifier"),
        (5, "identifier"),
        (6, "identifier"),
    ]


def test_a_student_keeps_a_number_that_a_guardian_carries_too(tmp_path: Path) -> None:
    files = RosterFiles(tmp_path).replace(
        "users",
        "u-g2,,,true,s-south,guardian,wei.tan,,Wei,Tan,,",
        "u-g2,,,true,s-south,guardian,wei.tan,,Wei,Tan,,S-000103",
    )
    people = rows(files.folder, Kind.PEOPLE)
    student, guardian = people["u-3"], people["u-g2"]
    assert isinstance(student, Person)
    assert isinstance(guardian, Person)
    assert (student.identifier, guardian.identifier) == ("S-000103", None)


# --- whole sets -----------------------------------------------------------------------------------------------------


def test_a_zip_is_read_as_its_folder_is(tmp_path: Path) -> None:
    files = RosterFiles(tmp_path, "12")
    packed = tmp_path / "export.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for path in files.folder.glob("*.csv"):
            archive.write(path, f"inner/{path.name}")
    assert {kind: dict(said.rows) for kind, said in told(packed)[0].items()} == {
        kind: dict(said.rows) for kind, said in told(files.folder)[0].items()
    }


def test_a_damaged_zip_and_a_set_in_utf_16_are_refused_in_words(tmp_path: Path) -> None:
    files = RosterFiles(tmp_path)
    packed = tmp_path / "export.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for path in files.folder.glob("*.csv"):
            archive.write(path, path.name)
    content = packed.read_bytes()
    packed.write_bytes(content.replace(b"u-g2,,,true", b"u-g2,,,tru\xfe"))
    with pytest.raises(RosterUnreadable, match=r"users\.csv is damaged"):
        told(packed)
    manifest = files.path("manifest")
    manifest.write_bytes(manifest.read_text().encode("utf-16"))
    with pytest.raises(RosterUnreadable, match="not UTF-8"):
        open_export(files.folder)


def test_a_set_without_a_manifest_or_of_another_version_is_refused(tmp_path: Path) -> None:
    files = RosterFiles(tmp_path)
    files.replace("manifest", "oneroster.version,1.1", "oneroster.version,2.0")
    with pytest.raises(RosterUnreadable, match=r"'2\.0'"):
        open_export(files.folder)
    files.path("manifest").unlink()
    with pytest.raises(RosterUnreadable, match=r"no manifest\.csv"):
        open_export(files.folder)
    (tmp_path / "x.zip").write_text("not a zip")
    with pytest.raises(RosterUnreadable, match="neither a folder"):
        open_export(tmp_path / "x.zip")
    with pytest.raises(RosterUnreadable, match="neither a folder"):
        open_export(tmp_path / "nowhere")


def test_files_that_are_missing_empty_or_of_another_kind_are_reported_and_left_out(tmp_path: Path) -> None:
    files = RosterFiles(tmp_path)
    files.path("demographics").unlink()
    files.keep_only("enrollments")
    files.path("classes").write_text(files.path("orgs").read_text())
    files.path("academicSessions").write_text("")
    _, export = told(files.folder)
    absent = [name for name, mode in export.modes.items() if mode is Mode.ABSENT]
    assert absent == ["academicSessions", "demographics", "roles", "classes", "enrollments"]
    assert {each.file for each in export.problems} == {
        "academicSessions.csv",
        "demographics.csv",
        "classes.csv",
        "enrollments.csv",
    }


@needs_shared
@pytest.mark.parametrize(
    ("folder", "roles", "guardianships"),
    [("Test_full_data_set", 6, [("usr-222-1234561", "usr-222-66778899")]),
     ("v1p2_full_dataset", 7, [("usr-222-123456", "usr-222-66778899"), ("usr-222-123456", "usr-222-1234561232")])],
)  # fmt: skip
def test_real_exports_are_read(folder: str, roles: int, guardianships: list[Key]) -> None:
    said, export = told(shared("data", "oneroster", folder))
    assert set(said[Kind.PEOPLE].rows) == {
        f"usr-222-{number}" for number in (123456, 66778899, 1234561, 987654, 1234561232, 567891)
    }
    assert set(said[Kind.SECTIONS].rows) == {"cls-222-123456"}
    assert len(said[Kind.ROLES].rows) == roles
    assert list(said[Kind.GUARDIANSHIPS].rows) == guardianships
    session = said[Kind.TERMS].rows["as-trm-222-1234"]
    assert isinstance(session, Term)
    assert session.begins_on == date(2022, 9, 1)
    enrolled = [each.person for each in said[Kind.ENROLLMENTS].rows.values() if isinstance(each, Enrollment)]
    assert enrolled == ["usr-222-123456", "usr-222-987654", "usr-222-1234561232"]
    assert "Password1" not in repr(said)
    assert not [each for each in export.problems if each.effect == NOT_USED and each.file != "enrollments.csv"]
