"""The district's people as the OneRoster 1.2 files that its student information system would send."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from api.demonstration.people import STAFF, guardians, students
from api.demonstration.world import DISTRICT, DISTRICT_NAME, SCHOOLS, SECTIONS, YEAR_BEGINS, YEAR_ENDS

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
_FILES = (
    "academicSessions", "classes", "courses", "demographics", "enrollments", "orgs", "roles", "users", "userProfiles",
)  # fmt: skip
Row = Mapping[str, str]


def write_roster(folder: Path) -> None:
    """Write the files of the school year into a folder."""
    rows: dict[str, Sequence[Row]] = {
        "orgs": list(_orgs()),
        "academicSessions": list(_sessions()),
        "users": list(_users()),
        "roles": list(_roles()),
        "classes": list(_classes()),
        "enrollments": list(_enrollments()),
    }
    for name, entries in rows.items():
        with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, _COLUMNS[name].split(","), restval="")
            writer.writeheader()
            writer.writerows(entries)
    _write_manifest(folder, rows)


def _orgs() -> Iterator[Row]:
    yield {"sourcedId": DISTRICT, "name": DISTRICT_NAME, "type": "district"}
    for school in SCHOOLS:
        yield {"sourcedId": school.sourced_id, "name": school.name, "type": "school", "parentSourcedId": DISTRICT}


def _sessions() -> Iterator[Row]:
    yield {
        "sourcedId": "year", "title": "School year", "type": "schoolYear", "startDate": YEAR_BEGINS.isoformat(),
        "endDate": YEAR_ENDS.isoformat(), "schoolYear": str(YEAR_ENDS.year),
    }  # fmt: skip


def _users() -> Iterator[Row]:
    def user(sourced_id: str, given: str, family: str, org: str, **more: str) -> Row:
        return {
            "sourcedId": sourced_id, "enabledUser": "true", "username": sourced_id, "givenName": given,
            "familyName": family, "primaryOrgSourcedId": org, **more,
        }  # fmt: skip

    for one in STAFF:
        yield user(one.sourced_id, one.given, one.family, one.org)
    adults: dict[str, list[str]] = {}
    for adult in guardians():
        for child in adult.children:
            adults.setdefault(child, []).append(adult.sourced_id)
    org = {student.sourced_id: student.section.school for student in students()}
    for student in students():
        given, pronouns = student.goes_by or ("", "")
        yield user(
            student.sourced_id, student.given, student.family, student.section.school, identifier=student.sourced_id,
            grades=student.section.grade, agentSourcedIds=",".join(adults[student.sourced_id]),
            preferredGivenName=given, pronouns=pronouns,
        )  # fmt: skip
    for adult in guardians():
        yield user(adult.sourced_id, adult.given, adult.family, org[adult.children[0]])


def _roles() -> Iterator[Row]:
    def held(sourced_id: str, role: str, org: str, begins: str = YEAR_BEGINS.isoformat()) -> Row:
        return {
            "sourcedId": f"role-{sourced_id}", "userSourcedId": sourced_id, "roleType": "primary", "role": role,
            "beginDate": begins, "orgSourcedId": org,
        }  # fmt: skip

    for one in STAFF:
        if one.role is not None:
            yield held(one.sourced_id, one.role, one.org)
    school = {student.sourced_id: student.section.school for student in students()}
    for student in students():
        begins = student.joins or YEAR_BEGINS
        yield held(student.sourced_id, "student", student.section.school, begins.isoformat())
    for adult in guardians():
        yield held(adult.sourced_id, "guardian", school[adult.children[0]])


def _classes() -> Iterator[Row]:
    for one in SECTIONS:
        yield {
            "sourcedId": one.sourced_id, "title": one.title, "grades": one.grade, "classType": "scheduled",
            "schoolSourcedId": one.school, "termSourcedIds": "year", "subjects": "Mathematics", "periods": one.period,
        }  # fmt: skip


def _enrollments() -> Iterator[Row]:
    def enrolled(person: str, section: str, school: str, role: str, begins: str = YEAR_BEGINS.isoformat()) -> Row:
        return {
            "sourcedId": f"{section}-{person}", "classSourcedId": section, "schoolSourcedId": school,
            "userSourcedId": person, "role": role, "primary": str(role == "teacher").lower(), "beginDate": begins,
        }  # fmt: skip

    for one in SECTIONS:
        yield enrolled(one.teacher, one.sourced_id, one.school, "teacher")
    for student in students():
        begins = (student.joins or YEAR_BEGINS).isoformat()
        for section in (student.section, student.also):
            if section is not None:
                yield enrolled(student.sourced_id, section.sourced_id, section.school, "student", begins)


def _write_manifest(folder: Path, present: Iterable[str]) -> None:
    held = set(present)
    lines = ["propertyName,value", "manifest.version,1.0", "oneroster.version,1.2"]
    lines += [f"file.{name},{'bulk' if name in held else 'absent'}" for name in _FILES]
    (folder / "manifest.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
