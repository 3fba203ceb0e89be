"""What each grade is taught and asked in the term: units, assessments, and a section's lessons and sittings by day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import Enum
from functools import cache

from api.demonstration.curriculum import TARGETS
from api.demonstration.world import CONNECTED_AT, Section, at, school_days
from mastery.evidence import EvidenceType, Purpose

TARGET = {one.code: one for one in TARGETS}
_DIAGNOSTIC_DAY, _FIRST_UNIT_DAY, _DAYS_PER_UNIT = 1, 4, 13
_TARGETS_TOGETHER = 8
BEFORE_SCHOOL, _BEFORE_LESSONS = time(7, 41), time(7, 0)


@dataclass(frozen=True, slots=True)
class Unit:
    """Some weeks of a grade: targets in the order in which they are taught. `number` counts from 1."""

    grade: str
    number: int
    title: str
    targets: tuple[str, ...]

    @property
    def name(self) -> str:
        """How the names of its assessments begin."""
        return f"{self.grade[1]}-u{self.number}"


def _units(grade: str, *units: tuple[str, str]) -> tuple[Unit, ...]:
    prefix = f"G{grade[1]}-"
    return tuple(
        Unit(grade, number, title, tuple(prefix + code for code in codes.split()))
        for number, (title, codes) in enumerate(units, start=1)
    )


UNITS = {
    "03": _units(
        "03", ("equal groups", "GRP-1 GRP-2 SHR-1"), ("multiplying and dividing", "STO-1 MUL-1 DIV-1"),
        ("numbers to 1,000", "RND-1 ADD-1 TEN-1"), ("products by heart", "MUL-2 UNK-1"),
        ("parts of a whole", "FRA-1 FRA-2"),
    ),
    "04": _units(
        "04", ("large numbers", "PLV-1 PLV-2 RND-1"), ("calculating with large numbers", "ADD-1 CMP-1 MUL-1"),
        ("equal fractions", "EQ-1 EQ-2 FAD-1"), ("comparing fractions", "ORD-1 MIX-1"), ("angles", "ANG-1 ANG-2"),
    ),
    "05": _units(
        "05", ("tens and parentheses", "PLV-1 EXP-1 MUL-1"), ("adding fractions", "FAD-1 FAD-2 FAD-3"),
        ("multiplying fractions", "FDI-1 FMU-1 FMU-2"), ("volume", "VOL-1 VOL-2"), ("points on a grid", "COO-1 COO-2"),
    ),
    "06": _units(
        "06", ("negative numbers", "NEG-1 NEG-2 COO-1"), ("expressions", "POW-1 EXP-1 EQN-1"),
        ("ratios and percents", "RAT-1 RAT-2 PCT-1"), ("area and data", "ARE-1 STA-1"), ("equations", "EQN-2 EXP-2"),
    ),
    "07": _units(
        "07", ("numbers with signs", "NEG-1 NEG-2 NEG-3"), ("chance and triangles", "PRB-1 PRB-2 TRI-1"),
        ("equations and expressions", "EQN-1 EXP-1"), ("proportions", "PRO-1 PRO-2"), ("more equations", "EQN-2 INQ-1"),
    ),
    "08": _units(
        "08", ("powers and roots", "POW-1 SCI-1 SQR-1"), ("moving figures and functions", "TRA-1 FUN-1 FUN-4"),
        ("right triangles", "PYT-1 PYT-2"), ("data", "TWT-1 SCT-1"), ("cube roots and decimals", "IRR-2 SCI-2"),
    ),
}  # fmt: skip


class Kind(Enum):
    """What a sitting is called and for; questions per target; minutes that a class takes, None where each is alone."""

    END_OF_YEAR = ("End-of-year test", Purpose.SUMMATIVE, EvidenceType.TEST, 6, 45)
    MID_YEAR = ("Mid-year check", Purpose.INTERIM, EvidenceType.TEST, 4, 45)
    START = ("Where we start", Purpose.DIAGNOSTIC, EvidenceType.TEST, 3, 45)
    PRACTICE = ("Practice", Purpose.FORMATIVE, EvidenceType.PRACTICE, 5, None)
    MORNING = ("Morning practice", Purpose.FORMATIVE, EvidenceType.PRACTICE, 5, None)
    EXIT = ("Exit ticket", Purpose.FORMATIVE, EvidenceType.EXIT_TICKET, 4, 10)
    QUIZ = ("Quiz", Purpose.FORMATIVE, EvidenceType.QUIZ, 5, 15)
    CHECK = ("Check", Purpose.SUMMATIVE, EvidenceType.QUIZ, 5, 15)
    TEST = ("Test", Purpose.SUMMATIVE, EvidenceType.TEST, 6, 40)

    def __init__(
        self, word: str, purpose: Purpose, evidence_type: EvidenceType, questions: int, minutes: int | None
    ) -> None:
        self.word = word
        self.purpose = purpose
        self.evidence_type = evidence_type
        self.questions = questions
        self.minutes = minutes

    @property
    def in_class(self) -> bool:
        """Whether the class sits it together."""
        return self.minutes is not None


@dataclass(frozen=True, slots=True)
class Assessment:
    """Something that is asked: its forms with their targets. `confirmed`: a person has confirmed its cut scores."""

    name: str
    title: str
    kind: Kind
    forms: tuple[tuple[str, tuple[str, ...]], ...]
    blueprint: tuple[str, ...] = ()
    confirmed: bool = True

    @property
    def dok(self) -> int:
        """The highest demand of its targets: no question asks less than its target does."""
        return max(TARGET[code].dok or 1 for _, codes in self.forms for code in codes)


@dataclass(frozen=True, slots=True)
class Lesson:
    """A lesson on some targets."""

    day: date
    begins: datetime
    targets: tuple[str, ...]
    begins_unit: bool = False


@dataclass(frozen=True, slots=True)
class Sitting:
    """A section sits a form. In class all begin at once; practice is done by each at a time of their own that day."""

    day: date
    begins: datetime
    assessment: Assessment
    form: str
    targets: tuple[str, ...]
    retake: bool = False

    @property
    def ends(self) -> datetime | None:
        """When the class puts its pens down; None where each works alone."""
        minutes = self.assessment.kind.minutes
        return None if minutes is None else self.begins + timedelta(minutes=minutes)


Occasion = Lesson | Sitting


def morning(grade: str) -> Assessment:
    """Practice before school, on any target of the term: the grade's own and, for who is ahead, the next one's."""
    following = f"{int(grade) + 1:02}"
    codes = [code for one in (grade, following) for unit in UNITS.get(one, ()) for code in unit.targets]
    return Assessment(f"{grade[1]}-morning", Kind.MORNING.word, Kind.MORNING, tuple((code, (code,)) for code in codes))


def of_unit(unit: Unit) -> dict[Kind, Assessment]:
    """The four assessments of a unit."""
    whole = unit.targets
    alone = tuple((code, (code,)) for code in whole)
    title = {kind: f"{kind.word}: {unit.title}" for kind in (Kind.PRACTICE, Kind.EXIT, Kind.QUIZ)}
    test = f"Unit {unit.number} test: {unit.title}"
    return {
        Kind.PRACTICE: Assessment(f"{unit.name}-practice", title[Kind.PRACTICE], Kind.PRACTICE, alone),
        Kind.EXIT: Assessment(f"{unit.name}-exit", title[Kind.EXIT], Kind.EXIT, (("A", whole[:2]),)),
        Kind.QUIZ: Assessment(f"{unit.name}-quiz", title[Kind.QUIZ], Kind.QUIZ, (("A", whole),)),
        Kind.TEST: Assessment(f"{unit.name}-test", test, Kind.TEST, (("A", whole), ("B", whole)), blueprint=whole),
    }


# asked once, by one teacher, who has not yet said from which share on it counts
CHALLENGE = Assessment(
    "6-ratios-check", "Ratios check", Kind.CHECK, (("A", ("G6-RAT-1", "G6-RAT-2")),), confirmed=False
)
_CHALLENGE_SECTION, _CHALLENGE_DAY = "middle-6-1", date(2026, 11, 10)


@cache
def foundations(grade: str) -> tuple[str, ...]:
    """The targets of earlier grades on which the grade's targets of this term rest, in the order of teaching."""
    found: set[str] = set()
    waiting = [code for unit in UNITS[grade] for code in unit.targets]
    while waiting:
        for code in TARGET[waiting.pop()].hard:
            if code not in found:
                found.add(code)
                waiting.append(code)
    return tuple(one.code for one in TARGETS if one.code in found and one.grade < grade)


@cache
def brought(grade: str) -> tuple[tuple[date, Assessment], ...]:
    """What students of a grade sat before this term on what it rests on, and what they sit in its first days."""
    codes = foundations(grade)
    made = []
    for kind, day in (
        (Kind.MID_YEAR, date(2026, 1, 21)),
        (Kind.END_OF_YEAR, date(2026, 5, 20)),
        (Kind.START, school_days()[_DIAGNOSTIC_DAY]),
    ):
        together = _TARGETS_TOGETHER if kind is Kind.END_OF_YEAR else 2 * _TARGETS_TOGETHER
        parts = [codes[start : start + together] for start in range(0, len(codes), together)]
        for number, part in enumerate(parts, start=1):
            title = f"{kind.word}, grade {int(grade) - (kind is not Kind.START)}"
            if len(parts) > 1:
                title += f", part {number}"
            name = f"{grade[1]}-{kind.name.lower().replace('_', '-')}-{number}"
            made.append((day + timedelta(days=number - 1), Assessment(name, title, kind, (("A", part),))))
    return tuple(made)


@cache
def registrations() -> tuple[tuple[datetime, tuple[Assessment, ...]], ...]:
    """Every assessment of the term with the instant at which the LMS registers it, in order: what is there from the
    start, and each unit's one unit ahead, so that who is ahead can be ready for its test."""
    found: dict[datetime, list[Assessment]] = {CONNECTED_AT: []}
    for grade, units in UNITS.items():
        found[CONNECTED_AT] += [*(one for _, one in brought(grade)), morning(grade)]
        for unit in units:
            day = school_days()[_FIRST_UNIT_DAY + _DAYS_PER_UNIT * max(0, unit.number - 2)]
            found.setdefault(at(day, _BEFORE_LESSONS), []).extend(of_unit(unit).values())
    found[max(found)].append(CHALLENGE)
    return tuple((moment, tuple(found[moment])) for moment in sorted(found))


@cache
def occasions(section: Section) -> tuple[Occasion, ...]:
    """All lessons and sittings of a section, in the order of time."""
    return tuple(sorted(_occasions(section), key=lambda one: one.begins))


def _occasions(section: Section) -> Iterator[Occasion]:
    days = school_days()
    for day, assessment in brought(section.grade):
        yield Sitting(day, at(day, section.meets), assessment, "A", assessment.forms[0][1])
    for unit in UNITS[section.grade]:
        start = _FIRST_UNIT_DAY + _DAYS_PER_UNIT * (unit.number - 1) + section.lag
        for offset, day in enumerate(days[start : start + _DAYS_PER_UNIT + 3]):
            yield from _day_of_unit(section, unit, offset, day)
    if section.sourced_id == _CHALLENGE_SECTION:
        begins = at(_CHALLENGE_DAY, section.meets) + timedelta(minutes=25)
        yield Sitting(_CHALLENGE_DAY, begins, CHALLENGE, "A", CHALLENGE.forms[0][1])


def _day_of_unit(section: Section, unit: Unit, offset: int, day: date) -> Iterator[Occasion]:
    """Three days for each target, the second with practice at home; then exit ticket, quiz, test, and the retake."""
    made = of_unit(unit)
    begins = at(day, section.meets)
    late = begins + timedelta(minutes=30)
    third, within = divmod(offset, 3)
    if offset < 9:
        taught = (unit.targets[third],) if third < len(unit.targets) else unit.targets
        yield Lesson(day, begins, taught, begins_unit=offset == 0)
        if within == 1 and third < len(unit.targets):
            yield Sitting(day, at(day, time(16)), made[Kind.PRACTICE], taught[0], taught)
        if offset == 5:
            yield Sitting(day, late, made[Kind.EXIT], "A", unit.targets[:2])
    elif offset == 9:
        yield Sitting(day, late, made[Kind.QUIZ], "A", unit.targets)
    elif offset == 10:
        yield Lesson(day, begins, unit.targets)
    elif offset == 11:
        yield Sitting(day, begins, made[Kind.TEST], "A", unit.targets)
    elif offset == 12:
        yield Lesson(day, begins, unit.targets)
    elif offset == 15:
        yield Sitting(day, begins + timedelta(minutes=5), made[Kind.TEST], "B", unit.targets, retake=True)


@cache
def current_targets(section: Section, day: date) -> tuple[str, ...]:
    """The targets that were taught last before a day."""
    taught = [one.targets for one in occasions(section) if isinstance(one, Lesson) and one.day < day]
    return taught[-1] if taught else ()


def grade_of(code: str) -> str:
    """The grade of a target, "03" to "08"."""
    return TARGET[code].grade


def below(code: str) -> tuple[str, ...]:
    """The hard prerequisites of a target."""
    return TARGET[code].hard
