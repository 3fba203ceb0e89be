"""The people of the demonstration district, as the OneRoster files that its student information system would send."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

DISTRICT = "org-district"
SCHOOL = "org-school"
TEACHER = "staff-1"
OTHER_TEACHER = "staff-2"
ADMINISTRATOR = "staff-3"
STUDENTS_PER_SECTION = 12
_YEAR_DAYS = 280
_COLUMNS = {
    "orgs": "sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId",
    "academicSessions": "sourcedId,status,dateLastModified,title,type,startDate,endDate,parentSourcedId,schoolYear",
    "users": "sourcedId,status,dateLastModified,enabledUser,username,userIds,givenName,familyName,middleName,"
    "identifier,email,sms,phone,agentSourcedIds,grades,password,userMasterIdentifier,preferredGivenName,"
    "preferredMiddleName,preferredFamilyName,primaryOrgSourcedId,pronouns",
    "roles": "sourcedId,status,dateLastModified,userSourcedId,roleType,role,beginDate,endDate,orgSourcedId,"
    "userProfileSourcedId",
    "classes": "sourcedId,status,dateLastModified,title,grades,courseSourcedId,classCode,classType,location,"
    "schoolSourcedId,termSourcedIds,subjects,subjectCodes,periods",
    "enrollments": "sourcedId,status,dateLastModified,classSourcedId,schoolSourcedId,userSourcedId,role,primary,"
    "beginDate,endDate",
}


@dataclass(frozen=True, slots=True)
class ClassText:
    """A section by period, with the local hour at which it meets."""

    sourced_id: str
    title: str
    period: str
    hour: int


CLASSES = (
    ClassText("class-1", "Mathematics 5, first group", "1", 9),
    ClassText("class-3", "Mathematics 5, second group", "3", 11),
)
# students of the first section, then of the second; the story in `story.py` goes by these names
STUDENTS = (
    ("Amara", "Okafor"), ("Bruno", "Castell"), ("Chiara", "Lindqvist"), ("Dylan", "Whitehorse"),
    ("Elif", "Yildiz"), ("Felix", "Brandt"), ("Giulia", "Moretti"), ("Hana", "Sato"),
    ("Ibrahim", "Diallo"), ("Juno", "Park"), ("Kofi", "Mensah"), ("Leila", "Haddad"),
    ("Mateo", "Rivera"), ("Nadia", "Petrov"), ("Oscar", "Nyberg"), ("Priya", "Raman"),
    ("Quentin", "Roy"), ("Rosa", "Delgado"), ("Samir", "Aziz"), ("Tessa", "Vandam"),
    ("Uma", "Krishnan"), ("Viktor", "Horvath"), ("Wren", "Calloway"), ("Yusuf", "Karaca"),
)  # fmt: skip
_STAFF = (
    (TEACHER, "Marian", "Ellis", "teacher", SCHOOL),
    (OTHER_TEACHER, "Tomas", "Berg", "teacher", SCHOOL),
    (ADMINISTRATOR, "Ruth", "Adeyemi", "districtAdministrator", DISTRICT),
)
_GUARDIAN_NAMES = ("Ada", "Ben", "Clara", "Daniel")


def student_id(number: int) -> str:
    """The SIS id of the student at a place in `STUDENTS`."""
    return f"D-{number + 1:04d}"


def guardian_id(number: int) -> str:
    """The sourcedId of that student's guardian."""
    return f"guardian-{number + 1}"


def class_of(number: int) -> ClassText:
    """The section of the student at a place in `STUDENTS`."""
    return CLASSES[number // STUDENTS_PER_SECTION]


def write_roster(folder: Path, first_day: date) -> None:
    """Write the OneRoster 1.2 files of a school year that began two weeks before `first_day`."""
    begins = (first_day - timedelta(days=14)).isoformat()
    ends = (first_day + timedelta(days=_YEAR_DAYS)).isoformat()
    rows: dict[str, Sequence[dict[str, str]]] = {
        "orgs": [
            {"sourcedId": DISTRICT, "name": "Maple Hollow District", "type": "district"},
            {"sourcedId": SCHOOL, "name": "Maple Hollow School", "type": "school", "parentSourcedId": DISTRICT},
        ],
        "academicSessions": [
            {"sourcedId": "year", "title": "School year", "type": "schoolYear", "startDate": begins, "endDate": ends,
             "schoolYear": ends[:4]}
        ],
        "users": list(_users()),
        "roles": list(_roles(begins)),
        "classes": [
            {"sourcedId": one.sourced_id, "title": one.title, "grades": "05", "classType": "scheduled",
             "schoolSourcedId": SCHOOL, "termSourcedIds": "year", "subjects": "Mathematics", "periods": one.period,
             "courseSourcedId": ""}
            for one in CLASSES
        ],
        "enrollments": list(_enrollments(begins)),
    }  # fmt: skip
    for name, entries in rows.items():
        with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, _COLUMNS[name].split(","), restval="")
            writer.writeheader()
            writer.writerows(entries)
    _write_manifest(folder, rows)


def _users() -> Iterable[dict[str, str]]:
    def user(sourced_id: str, given: str, family: str, **more: str) -> dict[str, str]:
        return {
            "sourcedId": sourced_id, "enabledUser": "true", "username": sourced_id, "givenName": given,
            "familyName": family, "primaryOrgSourcedId": SCHOOL, **more,
        }  # fmt: skip

    for sourced_id, given, family, _role, _org in _STAFF:
        yield user(sourced_id, given, family)
    for number, (given, family) in enumerate(STUDENTS):
        yield user(
            student_id(number), given, family, identifier=student_id(number), grades="05",
            agentSourcedIds=guardian_id(number),
        )  # fmt: skip
        yield user(guardian_id(number), _GUARDIAN_NAMES[number % len(_GUARDIAN_NAMES)], family)


def _roles(begins: str) -> Iterable[dict[str, str]]:
    def held(sourced_id: str, role: str, org: str = SCHOOL) -> dict[str, str]:
        return {
            "sourcedId": f"role-{sourced_id}", "userSourcedId": sourced_id, "roleType": "primary", "role": role,
            "beginDate": begins, "orgSourcedId": org,
        }  # fmt: skip

    for sourced_id, _given, _family, role, org in _STAFF:
        yield held(sourced_id, role, org)
    for number in range(len(STUDENTS)):
        yield held(student_id(number), "student")
        yield held(guardian_id(number), "guardian")


def _enrollments(begins: str) -> Iterable[dict[str, str]]:
    def enrolled(sourced_id: str, section: str, role: str, primary: bool) -> dict[str, str]:
        return {
            "sourcedId": f"{section}-{sourced_id}", "classSourcedId": section, "schoolSourcedId": SCHOOL,
            "userSourcedId": sourced_id, "role": role, "primary": str(primary).lower(), "beginDate": begins,
        }  # fmt: skip

    for one in CLASSES:
        yield enrolled(TEACHER, one.sourced_id, "teacher", True)
    yield enrolled(OTHER_TEACHER, CLASSES[1].sourced_id, "teacher", False)
    for number in range(len(STUDENTS)):
        yield enrolled(student_id(number), class_of(number).sourced_id, "student", False)


def _write_manifest(folder: Path, rows: Iterable[str]) -> None:
    present = set(rows)
    files = ("academicSessions", "classes", "courses", "demographics", "enrollments", "orgs", "roles", "users",
             "userProfiles")  # fmt: skip
    lines = ["propertyName,value", "manifest.version,1.0", "oneroster.version,1.2"]
    lines += [f"file.{name},{'bulk' if name in present else 'absent'}" for name in files]
    (folder / "manifest.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
