"""The students with a story, and what of it is told rather than drawn.

Answers are told as texts, 1 right and 0 wrong, by assessment and target; everything else about a character is answered
as the habits say. The assessments' names are those of `plan`, days are those of `world`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time

from api.demonstration.learner import SURE, Habits


@dataclass(frozen=True, slots=True)
class Extra:
    """Practice of one's own before school: when, on what, and the answers; None where they are drawn."""

    day: date
    moment: time
    target: str
    answers: str | None = None


@dataclass(frozen=True, slots=True)
class Character:
    """A student with a story: seat 0..24 of a section, and how they come by their answers.

    `unknown` and `known` are skills they lack or have whatever the habits say; `away` are the first and last day of an
    absence; `steady`: one wrong answer in each sitting. `settled`: the teacher deals with old flags as with others'.
    """

    section: str
    seat: int
    given: str
    family: str
    habits: Habits = SURE
    told: Mapping[tuple[str, str], str] = field(default_factory=dict)
    extras: tuple[Extra, ...] = ()
    unknown: frozenset[str] = frozenset()
    known: frozenset[str] = frozenset()
    away: tuple[date, date] | None = None
    joins: date | None = None
    steady: bool = False
    settled: bool = False


def _told(target: str, **answers: str) -> dict[tuple[str, str], str]:
    """Answers on one target by assessment; `u3_quiz` stands for the quiz of the third unit of the target's grade."""
    return {(f"{target[1]}-{name.replace('_', '-')}", target): text for name, text in answers.items()}


def _morning(day: date, target: str, answers: str, moment: time = time(7, 50)) -> Extra:
    return Extra(day, moment, target, answers)


_NOV = [date(2026, 11, day) if day else date.min for day in range(18)]
_TODAY = _NOV[17]

# works hard on equations, in class and before school, and is never right three times in a row: F04
STUCK = Character(
    "middle-7-3", 3, "Dylan", "Whitehorse",
    told=_told("G7-EQN-1", u3_practice="10010", u3_exit="0100", u3_quiz="01001", u3_test="010010"),
    extras=(
        _morning(_NOV[12], "G7-EQN-1", "00100"),
        _morning(_NOV[13], "G7-EQN-1", "10010"),
        _morning(_NOV[16], "G7-EQN-1", "01001"),
    ),
)  # fmt: skip
# works on equal ratios in grade 6, and equal fractions of grade 4, on which they rest, are missing: F10
GAP = Character(
    "middle-6-1", 7, "Hana", "Sato",
    told=_told("G6-RAT-2", u3_practice="11100", u3_exit="0100", u3_quiz="00100", u3_test="010000")
    | _told("G6-PCT-1", u3_practice="11101", u3_quiz="01110", u3_test="101101"),
    unknown=frozenset({"G4-EQ-2"}),
)  # fmt: skip
# far ahead: ready for a test that the class has not come to, and at work on next year's targets: P1
FAST = Character(
    "middle-6-1", 12, "Mateo", "Rivera",
    extras=(
        *(_morning(date(2026, 10, day), target, "11111") for day, target in (
            (14, "G7-NEG-1"), (16, "G7-NEG-1"), (20, "G7-NEG-1"), (22, "G7-NEG-2"), (26, "G7-NEG-2"), (28, "G7-NEG-3"),
            (30, "G7-NEG-3"),
        )),
        *(_morning(_NOV[day], target, "11111") for day, target in (
            (2, "G6-ARE-1"), (5, "G6-ARE-1"), (6, "G6-STA-1"), (9, "G6-STA-1"),
        )),
    ),
)  # fmt: skip
# ill from the second week on, and back since Thursday: too little is known, and nothing is held against him
ABSENT = Character("middle-8-5", 14, "Oscar", "Nyberg", away=(date(2026, 9, 18), date(2026, 11, 11)))
# came from another district in October
LATE_JOINER = Character(
    "middle-7-3", 21, "Leila", "Haddad",
    joins=date(2026, 10, 19), known=frozenset({"G7-NEG-1", "G7-NEG-2", "G7-NEG-3", "G7-PRB-1"}),
)  # fmt: skip
# chooses among four answers at random, within seconds, sometimes with luck
GUESSER = Character(
    "middle-8-5", 5, "Felix", "Brandt",
    habits=Habits(background=1.0, learns=0.0, guess=0.25, slip=0.0, rushes=True),
    told=_told("G8-SQR-1", u1_quiz="11111") | _told("G8-TRA-1", u2_exit="1111"),
    settled=True,
)  # fmt: skip
# her exit ticket was on paper, typed in twelve days later with a slip, and put right the day after
LATE_TYPED = Character(
    "middle-6-1", 17, "Rosa", "Delgado",
    told=_told("G6-RAT-1", u3_exit="1111") | _told("G6-RAT-2", u3_exit="1011"),
)  # fmt: skip
# below the bar at the first try, practice, and everything right on another form
RETAKE = Character(
    "middle-8-5", 10, "Kofi", "Mensah",
    told=_told("G8-FUN-1", u2_practice="11010", u2_exit="0110", u2_quiz="10101", u2_test="010010", u2_retake="111111"),
    extras=tuple(_morning(date(2026, 10, day), "G8-FUN-1", "11111") for day in (21, 22, 23)),
)  # fmt: skip
# was sure of percents for two weeks, and then was not: F09
DROP = Character(
    "middle-6-1", 15, "Priya", "Raman",
    told=_told("G6-PCT-1", u3_practice="11111", u3_quiz="11111", u3_test="111111"),
    extras=(_morning(_NOV[13], "G6-PCT-1", "00100"), _morning(_NOV[16], "G6-PCT-1", "01000")),
)  # fmt: skip
# a perfect test after daily work that said otherwise: F13
CONTRADICTION = Character(
    "middle-7-3", 18, "Samir", "Aziz",
    told=_told("G7-EXP-1", u3_practice="11100", u3_exit="0000", u3_quiz="00000", u3_test="111111"),
    extras=(_morning(_NOV[3], "G7-EXP-1", "00000"), _morning(_NOV[4], "G7-EXP-1", "00000")),
)  # fmt: skip
# four of five, week after week: nobody needs to be told
STEADY = Character("middle-6-1", 4, "Elif", "Yildiz", steady=True)
# two of whom the teacher hears while she looks, at 7:41:10 and 7:41:59 when they have ended: one whose work begins to
# go round in circles, one who becomes ready
TURNING = Character(
    "middle-6-1", 1, "Bruno", "Castell",
    told=_told("G6-ARE-1", u4_practice="10010"),
    extras=(
        _morning(_NOV[16], "G6-ARE-1", "0100"),
        _morning(_TODAY, "G6-ARE-1", "01000", time(7, 35, 56)),
    ),
)  # fmt: skip
ARRIVING = Character(
    "middle-6-1", 0, "Amara", "Okafor",
    told=_told("G6-ARE-1", u4_practice="11111"),
    extras=(
        _morning(_NOV[13], "G6-STA-1", "11111"),
        _morning(_NOV[16], "G6-ARE-1", "11111"),
        _morning(_TODAY, "G6-STA-1", "11111", time(7, 37, 4)),
    ),
)  # fmt: skip

CHARACTERS = (
    STUCK, GAP, FAST, ABSENT, LATE_JOINER, GUESSER, LATE_TYPED, RETAKE, DROP, CONTRADICTION, STEADY, TURNING, ARRIVING,
)  # fmt: skip

# seats of students who share one gap from an earlier grade: section, target they work on, what is missing below it
SMALL_GROUP = ("middle-7-3", "G7-PRO-1", "G6-VAR-1", (2, 9, 16, 23))
CLASS_GAP = ("middle-8-5", "G8-TWT-1", "G6-PCT-1", (0, 2, 4, 6, 8, 11, 13, 16, 19, 21, 23, 24))
