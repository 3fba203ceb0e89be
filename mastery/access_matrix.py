"""The table of who may see which class of data (domain 7.3), kept as the specification prints it.

`TABLE` is read, not rewritten: a reader, and a test, compare it cell by cell. `MEANING` says once what the word of each
cell opens. A missing cell, or an empty one, is a refusal.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class DataClass(StrEnum):
    """The classes of data (domain 7.2)."""

    TARGETS = "D1"
    LEVELS = "D2"  # levels, decisions, plan
    RESPONSES = "D3"  # raw attempts, item responses
    PACE = "D4"
    ACADEMIC_FLAGS = "D5"
    BEHAVIOUR_FLAGS = "D6"  # attendance, behaviour, social and emotional learning
    COMMENTS = "D7"
    INTERVENTIONS = "D8"
    PROGRAMMES = "D9"  # IEP, 504, English learners, accommodations
    CIRCUMSTANCES = "D10"  # economic, homeless, foster, migrant
    DISCIPLINE = "D11"
    DEMOGRAPHICS = "D12"
    NAMES = "D13"  # names, contact, address
    ORDERS = "D14"  # guardianship, court orders
    EXPERIENCES = "D15"
    CREDITS = "D16"
    AGGREGATES = "D17"  # suppressed ones
    RECORD = "D18"  # audit and disclosure log
    INTEGRITY = "D19"


class Role(StrEnum):
    """The rows of the table."""

    PUBLIC = "public"
    STUDENT = "student"
    PARENT = "parent"
    PARENT_RESTRICTED = "parent_restricted"
    TEACHER_OF_RECORD = "teacher_of_record"
    CO_TEACHER = "co_teacher"
    CASE_MANAGER = "case_manager"
    COUNSELOR = "counselor"
    PROFESSIONAL = "professional"  # a contributing professional whom the district employs
    EXTERNAL_PROFESSIONAL = "external_professional"
    EXPERIENCE_COORDINATOR = "experience_coordinator"
    OVERSEEING_EDUCATOR = "overseeing_educator"
    SCHOOL_ADMINISTRATOR = "school_administrator"
    REGISTRAR = "registrar"
    DATA_STEWARD = "data_steward"
    DISTRICT_LEADER = "district_leader"
    MONITOR = "monitor"
    STATE = "state"
    PLUGIN = "plugin"
    RESEARCHER = "researcher"


class Reach(StrEnum):
    """How far a right goes: to everyone in the role's school or district, or to those one is linked with only."""

    ALL = "all"
    LINKED = "linked"


class Form(StrEnum):
    """In which form a class is seen, where not whole."""

    WHOLE = "whole"
    PLAIN = "plain"  # the families' version (domain 7.6)
    FAMILY_AUDIENCE = "family_audience"  # comments addressed to the family
    OWN_GOALS = "own_goals"
    OWN_CONTACT = "own_contact"
    OWN_CUSTODY = "own_custody"
    PER_ORDER = "per_order"
    PROPOSALS = "proposals"
    BAND = "band"
    ACCOMMODATIONS = "accommodations"
    DATES = "dates"
    NAME = "name"
    DISPLAY_NAME = "display_name"
    EXPERIENCE_FLAGS = "experience_flags"
    META = "meta"
    ADJUDICATED = "adjudicated"
    OWN_POSTS = "own_posts"
    OPAQUE_ID = "opaque_id"


@dataclass(frozen=True, slots=True)
class Cell:
    """What a cell opens. `aggregate`: figures of many, never a student; `consent`: only with a consent in force."""

    reads: Reach | None = None
    writes: Reach | None = None
    consent: bool = False
    aggregate: bool = False
    form: Form = Form.WHOLE

    @property
    def opens(self) -> bool:
        """Whether it opens anything of a student."""
        return self.reads is not None or self.writes is not None


TABLE = """
| Role | D1 | D2 | D3 | D4 | D5 | D6 | D7 | D8 | D9 | D10 | D11 | D12 | D13 | D14 | D15 | D16 | D17 | D18 | D19 |
| Public | R | – | – | – | – | – | – | – | – | – | – | – | – | – | – | – | R | – | – |
| Student | R | Rs | Rs | RWs✱1 | Rs✱2 | Rs | Rs✱3 | Rs | Rs | – | Rs | Rs | RWs | – | RWs | Rs | R | Rs | ✱4 |
| Parent (full) | R | Rs | Rs | Rs | Rs✱2 | Rs | Rs✱3 | Rs | Rs | Rs | Rs | Rs | RWs✱5 | own | Rs | Rs | R | Rs | ✱4 |
| Parent (restricted) | R | per order | – | – | – | – | – | – | – | – | – | – | – | – | – | – | R | – | – |
| Teacher of record | RW✱6 | RWs | RWs | RWs | RWs | band | RWs | RWs | Rs✱7 | – | – | – | names s | – | Rs | Rs | R | – | s |
| Co-teacher / interventionist | R | Rs | RWs | Rs | RWs | band | RWs | RWs | Rs✱7 | – | – | – | names s | – | – | – | R | – | – |
| Case manager (special ed.) | R | Rs | Rs | RWs | Rs | Rs | RWs | RWs | RWs | – | – | – | s | – | Rs | Rs | R | – | – |
| Counsellor | R | Rs | – | RWs | Rs | RWs | RWs | RWs | Rs | s | Rs | Rs | Rs | Rs | Rs | Rs | R | – | – |
| CP internal (employee) | R | Rs | Ws | Rs dates | Rs | – | Ws | Rs | –✱7 | – | – | – | display name | – | Rs | – | R | – | – |
| CP external / mentor | R | c,s | c,Ws | – | c,s | – | Ws | – | – | – | – | – | display name | – | c,RWs | – | R | – | – |
| ELO coordinator | R | Rs | – | Rs | F23/24 | – | RWs | – | c | – | – | – | s | – | RW | R | R | – | – |
| Overseeing educator | R | RWs | RWs | Rs | Rs | – | RWs | Rs | Rs✱7 | – | – | – | names | – | RWs | Rs | R | – | – |
| School admin | R | R | R | R | R | R | R | R | R | a/s | R | R | R | R | R | R | R | R school | R |
| Registrar | R | R | – | – | – | – | – | – | – | – | – | R | RW | R | R | RW | R | – | – |
| Data steward | RW | R | R | – | meta | meta | – | – | – | – | – | R | RW | – | – | R | R | R | – |
| District leader | R | a+s | – | a | a | a | – | a | a | a | a | a | – | – | a | a | R | – | – |
| Board / state monitor / funder | R | – | – | – | – | – | – | – | – | – | – | – | – | – | – | – | R | – | – |
| State (channel A) | R | file | – | file | a | a | – | a | file | file | a | file | id | – | file | file | R | – | – |
| LMS plugin (service) | R | –✱8 | W | – | – | – | – | – | – | – | – | – | opaque id | – | – | – | – | – | – |
| Researcher | R | de-identified only | – | – | – | – | – | – | – | – | – | banded | – | – | – | – | R | – | – |
"""  # noqa: E501

_ALL, _LINKED = Reach.ALL, Reach.LINKED

MEANING: dict[str, Cell] = {
    "–": Cell(),
    "R": Cell(_ALL),
    "W": Cell(None, _ALL, form=Form.OWN_POSTS),
    "RW": Cell(_ALL, _ALL),
    "Rs": Cell(_LINKED),
    "Ws": Cell(None, _LINKED),
    "RWs": Cell(_LINKED, _LINKED),
    "s": Cell(_LINKED),
    "a": Cell(aggregate=True),
    "a/s": Cell(_LINKED, aggregate=True),
    "a+s": Cell(_LINKED, aggregate=True),
    "R school": Cell(_ALL),
    "RW✱6": Cell(_ALL, _ALL, form=Form.PROPOSALS),  # reads whole, proposes; a curriculum lead publishes
    "RWs✱1": Cell(_LINKED, _LINKED, form=Form.OWN_GOALS),
    "Rs✱2": Cell(_LINKED, form=Form.PLAIN),
    "Rs✱3": Cell(_LINKED, form=Form.FAMILY_AUDIENCE),
    "✱4": Cell(_LINKED, form=Form.ADJUDICATED),
    "RWs✱5": Cell(_LINKED, _LINKED, form=Form.OWN_CONTACT),
    "own": Cell(_LINKED, form=Form.OWN_CUSTODY),
    "per order": Cell(_LINKED, form=Form.PER_ORDER),
    "band": Cell(_LINKED, form=Form.BAND),
    "Rs✱7": Cell(_LINKED, form=Form.ACCOMMODATIONS),
    "–✱7": Cell(_LINKED, form=Form.ACCOMMODATIONS),
    "names": Cell(_LINKED, form=Form.NAME),
    "names s": Cell(_LINKED, form=Form.NAME),
    "display name": Cell(_LINKED, form=Form.DISPLAY_NAME),
    "Rs dates": Cell(_LINKED, form=Form.DATES),
    "F23/24": Cell(_LINKED, form=Form.EXPERIENCE_FLAGS),
    "meta": Cell(_ALL, form=Form.META),
    "c": Cell(_LINKED, consent=True),
    "c,s": Cell(_LINKED, consent=True),
    "c,Ws": Cell(None, _LINKED, consent=True),
    "c,RWs": Cell(_LINKED, _LINKED, consent=True),
    # what leaves as a file, or without names, is an export of its own and opens no student to anyone who is signed in
    "file": Cell(aggregate=True),
    "id": Cell(aggregate=True),
    "de-identified only": Cell(aggregate=True),
    "banded": Cell(aggregate=True),
    # a plugin asks with scopes, not with a person's role (api.security)
    "–✱8": Cell(),
    "opaque id": Cell(form=Form.OPAQUE_ID),
}


def cells(table: str) -> list[list[str]]:
    """The words of a printed table: one list for each line between bars, the first with the names of the columns."""
    return [[word.strip() for word in line.strip().strip("|").split("|")] for line in table.strip().splitlines()]


def _read(table: str) -> dict[Role, dict[DataClass, Cell]]:
    header, *rows = cells(table)
    columns = [DataClass(word) for word in header[1:]]
    if columns != list(DataClass) or len(rows) != len(Role):
        raise ValueError("the table has not just one row for each role and one column for each class")
    return {
        role: dict(zip(columns, (MEANING[word] for word in row[1:]), strict=True))
        for role, row in zip(Role, rows, strict=True)
    }


MATRIX: dict[Role, dict[DataClass, Cell]] = _read(TABLE)
