"""Which rows are about a student, table by table: what makes a complete record, and what the end of it removes.

A table that comes to have a student's rows is named here, or in NOT_IN_A_RECORD with the reason; a test fails until
then.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Table, text
from sqlalchemy.orm import Session

from models.tables import METADATA


class End(StrEnum):
    """When a student's rows of a table go."""

    WITH_RECORD = "record"  # with evidence, decisions and flags
    WITH_GROUNDS = "grounds"  # when the time of links and consents is over, or with the person
    WITH_IDENTITY = "identity"  # with the person, of whom nothing permanent is left
    OWN_RULE = "own"  # by a rule of their own


@dataclass(frozen=True, slots=True)
class StudentRows:
    """The rows of a table that are about `:student` of `:district`; `own` narrows those that may be deleted.

    `untold`: why they are no part of the record that is given to whoever may inspect it.
    """

    where: str
    end: End
    own: str | None = None
    untold: str | None = None


def _of(table: str, key: str, parent: str) -> str:
    return f"{key} IN (SELECT id FROM {table} WHERE district_id = :district AND {parent})"


_MINE = "student_id = :student"
_ACCOUNT = _of("account", "account_id", "person_id = :student")
_SIGN_IN = "how the student signs in is told to nobody else"
_ASKED = "what one guardian asked the school is told to no other guardian"
_MOVES = "{key} IN (SELECT move_id FROM move_part WHERE district_id = :district AND student_id = :student)"
_OF_WORK = _of("submission", "submission_id", _MINE)
_SETTLED = "submission_id IN (SELECT submission_id FROM criterion_result WHERE district_id = :district)"
_RATED = "who was asked to score is not about the student; who did is with the scores"
# in the order in which a reader wants them
STUDENT_ROWS: Mapping[str, StudentRows] = {
    "person": StudentRows("id = :student", End.WITH_IDENTITY),
    "person_role": StudentRows("person_id = :student", End.WITH_IDENTITY),
    "enrollment": StudentRows("person_id = :student", End.WITH_IDENTITY),
    "guardianship": StudentRows(_MINE, End.WITH_IDENTITY),
    "account": StudentRows("person_id = :student", End.WITH_IDENTITY, untold=_SIGN_IN),
    "account_session": StudentRows(_ACCOUNT, End.WITH_IDENTITY, untold=_SIGN_IN),
    "account_identity": StudentRows(_ACCOUNT, End.WITH_IDENTITY, untold=_SIGN_IN),
    "second_factor": StudentRows(_ACCOUNT, End.WITH_IDENTITY, untold="a secret"),
    "recovery_code": StudentRows(_ACCOUNT, End.WITH_IDENTITY, untold="a secret"),
    "entry_code": StudentRows("person_id = :student", End.WITH_IDENTITY, untold="a secret"),
    "mail": StudentRows(_ACCOUNT, End.WITH_IDENTITY, untold="messages to be sent, without their texts"),
    "programme_enrollment": StudentRows(_MINE, End.WITH_RECORD),
    "standing": StudentRows(_MINE, End.WITH_RECORD),
    "mastered_competency": StudentRows(_MINE, End.WITH_IDENTITY),
    "confirmation": StudentRows(_MINE, End.WITH_RECORD),
    "result": StudentRows(_MINE, End.WITH_RECORD),
    "evidence": StudentRows(_of("result", "result_id", _MINE), End.WITH_RECORD),
    "quarantine": StudentRows(
        "body->>'student' IN (SELECT unnest(ARRAY[identifier, sourced_id]) FROM person"
        " WHERE district_id = :district AND id = :student)",
        End.WITH_RECORD,
    ),
    "subject_state": StudentRows(_MINE, End.WITH_RECORD),
    "flag": StudentRows(_MINE, End.WITH_RECORD),
    "flag_transition": StudentRows(_of("flag", "flag_id", _MINE), End.WITH_RECORD),
    "move": StudentRows(_MOVES.format(key="id"), End.WITH_RECORD, "id = ANY(:own_moves)"),
    "move_part": StudentRows(_MINE, End.WITH_RECORD),
    "move_undo": StudentRows(_MOVES.format(key="move_id"), End.WITH_RECORD, "move_id = ANY(:own_moves)"),
    "own_words": StudentRows(_MINE, End.WITH_RECORD),
    "revocation": StudentRows(_MINE, End.WITH_RECORD),
    "revocation_step": StudentRows(_of("revocation", "revocation_id", _MINE), End.WITH_RECORD),
    "student_voice": StudentRows(_MINE, End.WITH_RECORD),
    "voice_step": StudentRows(_of("student_voice", "voice_id", _MINE), End.WITH_RECORD),
    "own_plan": StudentRows(_MINE, End.WITH_RECORD),
    "own_plan_date": StudentRows(_of("own_plan", "own_plan_id", _MINE), End.WITH_RECORD),
    "pace_pause": StudentRows(_MINE, End.WITH_RECORD),
    "pace_by_hand": StudentRows(_MINE, End.WITH_RECORD),
    "pace_day": StudentRows(_MINE, End.WITH_RECORD),
    "state_result": StudentRows(_MINE, End.WITH_RECORD),
    "state_result_held": StudentRows(
        "student IN (SELECT unnest(ARRAY[identifier, sourced_id]) FROM person"
        " WHERE district_id = :district AND id = :student)",
        End.WITH_RECORD,
    ),
    "window_exclusion": StudentRows(_MINE, End.WITH_RECORD),
    "test_step": StudentRows(_MINE, End.WITH_RECORD),
    "decision_artefact": StudentRows(_of("artefact", "artefact_id", _MINE), End.WITH_RECORD),
    "artefact": StudentRows(_MINE, End.WITH_RECORD),
    "artefact_statement": StudentRows(_of("artefact", "artefact_id", _MINE), End.WITH_RECORD),
    "artefact_content": StudentRows(
        f"digest IN (SELECT digest FROM artefact WHERE district_id = :district AND {_MINE})",
        End.WITH_RECORD,
        "digest = ANY(:own_contents)",
        untold="the files themselves, which are given beside what is told of them",
    ),
    "submission": StudentRows(_MINE, End.WITH_RECORD),
    "submission_part": StudentRows(_OF_WORK, End.WITH_RECORD),
    "rater_call": StudentRows(_OF_WORK, End.WITH_RECORD, untold=_RATED),
    # blind: what a rater gave is told to nobody before all have scored
    "score_sheet": StudentRows(f"{_OF_WORK} AND {_SETTLED}", End.WITH_RECORD, _OF_WORK),
    "criterion_score": StudentRows(
        _of("score_sheet", "sheet_id", f"{_OF_WORK} AND {_SETTLED}"),
        End.WITH_RECORD,
        _of("score_sheet", "sheet_id", _OF_WORK),
    ),
    "criterion_talk": StudentRows(f"{_OF_WORK} AND {_SETTLED}", End.WITH_RECORD, _OF_WORK),
    "criterion_result": StudentRows(_OF_WORK, End.WITH_RECORD),
    "amendment": StudentRows(_MINE, End.WITH_RECORD),
    "amendment_step": StudentRows(_of("amendment", "amendment_id", _MINE), End.WITH_RECORD),
    "inspection": StudentRows(_MINE, End.WITH_RECORD, untold=_ASKED),
    "inspection_answer": StudentRows(_of("inspection", "inspection_id", _MINE), End.WITH_RECORD, untold=_ASKED),
    # who could see the student and on what ground is kept as long as the person, who is not erased before links and
    # consents are due (Kind.ACCESS_GROUND); of who is more than a student these go alone
    "link": StudentRows(_MINE, End.WITH_GROUNDS),
    "consent": StudentRows(_MINE, End.WITH_GROUNDS),
    "beyond_age": StudentRows(_MINE, End.WITH_GROUNDS),
    "court_order": StudentRows(
        _MINE, End.WITH_IDENTITY, untold="it is about a guardian, and the office alone tells what is in it"
    ),
    "household_member": StudentRows(
        "person_id = :student", End.WITH_IDENTITY, untold="where a guardian lives is told to no other guardian"
    ),
    "student_safety": StudentRows(
        _MINE, End.WITH_IDENTITY, untold="who is protected, and where letters go, the office alone tells"
    ),
    "disclosure": StudentRows(_MINE, End.WITH_IDENTITY),
    "audit_event": StudentRows(
        "id IN (SELECT event_id FROM audit_subject WHERE district_id = :district AND student_id = :student)",
        End.OWN_RULE,
    ),
    "audit_subject": StudentRows(_MINE, End.OWN_RULE),
    "legal_hold": StudentRows(_MINE, End.WITH_IDENTITY),
    "pending_deletion": StudentRows(_MINE, End.WITH_RECORD),
}
# tables that name people or belong to rows that do, and why they are no part of a student's record
NOT_IN_A_RECORD: Mapping[str, str] = {
    "calendar_change": "the person is who changed the calendar of a school",
    "course_plan": "the person is the teacher who made the plan of a class",
    "retake_rule": "the person is who chose by which rule a test is tried again",
    "window_terms": "the person is who set when a window of a test is",
    "cut_scores": "the person is the educator who confirmed them",
    "paper_ticket": "the person is the teacher who opened it; what it says of a student is in the student's results",
    "pathway": "the people are who keeps it",
    "anchor": "the person is the educator who added it",
    "rater_trial": "the person is an educator who scores",
    "task": "the person is the teacher who gave it to a class",
    "rubric": "the person is the educator who wrote it",
    "outbox": "keys for open pages, gone within seconds",
}
GROUNDS = tuple(table for table, rows in STUDENT_ROWS.items() if rows.end is End.WITH_GROUNDS)
TOLD: Mapping[str, StudentRows] = {table: rows for table, rows in STUDENT_ROWS.items() if rows.untold is None}
"""What a complete record holds."""
_OWN_MOVES = """
    SELECT array_agg(DISTINCT mine.move_id) FROM move_part mine
    WHERE mine.district_id = :district AND mine.student_id = :student AND NOT EXISTS (
        SELECT FROM move_part other WHERE other.district_id = mine.district_id AND other.move_id = mine.move_id
            AND other.student_id <> mine.student_id)
"""

# the same bytes are kept once, and stay as long as another student has handed them in
_OWN_CONTENTS = """
    SELECT array_agg(mine.digest) FROM artefact mine
    WHERE mine.district_id = :district AND mine.student_id = :student AND NOT EXISTS (
        SELECT FROM artefact other WHERE other.district_id = mine.district_id AND other.digest = mine.digest
            AND other.student_id <> mine.student_id)
        AND NOT EXISTS (
            SELECT FROM anchor other WHERE other.district_id = mine.district_id AND other.digest = mine.digest)
"""


def forgotten() -> list[str]:
    """Tables that name a person, or belong to a student's rows, of which nobody has decided; none, or a test fails."""
    return [
        table.name
        for table in METADATA.sorted_tables
        if table.name not in STUDENT_ROWS and table.name not in NOT_IN_A_RECORD and _names_a_student(table)
    ]


def _names_a_student(table: Table) -> bool:
    named = {"student_id", "student_ids", "person_id"} & {column.name for column in table.columns}
    parents = {key.column.table.name for key in table.foreign_keys}
    return bool(named or parents & STUDENT_ROWS.keys())


def rows_of(session: Session, district_id: int, student_id: int, table: str, columns: Sequence[str]) -> list[Any]:
    """The student's rows of a table, by its key; each as a mapping of column to value."""
    found = METADATA.tables[table]
    wanted = ", ".join(f'"{name}"' for name in columns)
    key = ", ".join(f'"{column.name}"' for column in found.primary_key)
    question = text(
        f'SELECT {wanted} FROM "{table}" WHERE district_id = :district AND ({STUDENT_ROWS[table].where}) ORDER BY {key}'
    ).columns(*[found.columns[name] for name in columns])
    return list(session.execute(question, {"district": district_id, "student": student_id}).mappings())


def key_digest(slug: str, sourced_id: str) -> str:
    """By what a deleted student is known again, in hexadecimal: SHA-256 of the district's slug and the sourcedId."""
    return hashlib.sha256(f"{slug}\n{sourced_id}".encode()).hexdigest()


def delete_rows(session: Session, district_id: int, student_id: int, ends: Sequence[End]) -> dict[str, int]:
    """Delete a student's rows that end so, as the role that owns the tables; how many of which table.

    Rows that others share, such as a move about several students, stay.
    """
    known = {"district": district_id, "student": student_id}
    alone = {
        "own_moves": session.execute(text(_OWN_MOVES), known).scalar_one() or [],
        "own_contents": session.execute(text(_OWN_CONTENTS), known).scalar_one() or [],
    }
    removed = {}
    for table in _children_first():
        rows = STUDENT_ROWS[table]
        if rows.end in ends:
            statement = text(f'DELETE FROM "{table}" WHERE district_id = :district AND ({rows.own or rows.where})')
            needed = {name: keys for name, keys in alone.items() if f":{name}" in (rows.own or "")}
            count = session.execute(statement, known | needed).rowcount  # type: ignore[attr-defined]
            if count:
                removed[table] = count
    return removed


def _children_first() -> Iterator[str]:
    for table in reversed(METADATA.sorted_tables):
        if table.name in STUDENT_ROWS:
            yield table.name
