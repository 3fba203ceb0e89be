"""What is taught and asked in the demonstration district: standards, learning targets, units and assessments.

The codes of the standards are the public ones; every sentence is our own.
"""

from __future__ import annotations

from dataclasses import dataclass

from mastery.evidence import Purpose

SUBJECT = "Mathematics"
FRAMEWORK = "Fractions in grades 4 and 5"
ITEMS_PER_TARGET = 5


@dataclass(frozen=True, slots=True)
class StandardText:
    """A public standard by code and grade, in our own words; `parent` is the code of its grouping."""

    code: str
    parent: str | None
    grade: str
    statement: str


@dataclass(frozen=True, slots=True)
class TargetText:
    """A learning target below a standard, with the targets that must (hard) or should (soft) come before it."""

    code: str
    standard: str
    statement: str
    hard: tuple[str, ...] = ()
    soft: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Task:
    """Something that is asked. `day` is the school day, 0..29, on which all sit it; None: nobody has sat it yet."""

    name: str
    title: str
    day: int | None
    targets: tuple[str, ...]
    purpose: Purpose = Purpose.FORMATIVE
    confirmed: bool = True


STANDARDS = (
    StandardText("4.NF", None, "04", "Fractions as numbers, grade 4"),
    StandardText("5.NF", None, "05", "Fractions as numbers, grade 5"),
    StandardText("4.NF.A.1", "4.NF", "04", "See, make and explain fractions that are equal to each other."),
    StandardText("4.NF.A.2", "4.NF", "04", "Put fractions in order and give a reason."),
    StandardText("4.NF.B.3", "4.NF", "04", "Build fractions from equal parts; add and take away like parts."),
    StandardText("4.NF.B.4", "4.NF", "04", "Take a fraction several times."),
    StandardText("4.NF.C.6", "4.NF", "04", "Move between tenths, hundredths and decimals."),
    StandardText("5.NF.A.1", "5.NF", "05", "Add and take away parts of different size."),
    StandardText("5.NF.A.2", "5.NF", "05", "Use sums and differences of fractions in everyday questions."),
    StandardText("5.NF.B.4", "5.NF", "05", "Take a part of a part."),
    StandardText("5.NF.B.7", "5.NF", "05", "Share out with unit fractions."),
)

TARGETS = (
    TargetText("EQ-1", "4.NF.A.1", "I can show with a picture why two fractions name the same amount."),
    TargetText("EQ-2", "4.NF.A.1", "I can find a fraction that is equal to another one.", hard=("EQ-1",)),
    TargetText("CMP-1", "4.NF.A.2", "I can tell which of two fractions is larger, and why.", soft=("EQ-2",)),
    TargetText("ADD-1", "4.NF.B.3", "I can add and subtract fractions with the same denominator.", soft=("EQ-1",)),
    TargetText("MIX-1", "4.NF.B.3", "I can change a mixed number into a fraction and back.", soft=("ADD-1",)),
    TargetText("MUL-1", "4.NF.B.4", "I can multiply a fraction by a whole number.", soft=("ADD-1",)),
    TargetText("DEC-1", "4.NF.C.6", "I can write tenths and hundredths as decimals.", soft=("EQ-2",)),
    TargetText(
        "ADD-2",
        "5.NF.A.1",
        "I can add and subtract fractions with different denominators.",
        hard=("EQ-2", "ADD-1"),
        soft=("CMP-1",),
    ),
    TargetText("ADD-3", "5.NF.A.2", "I can solve a story with sums of fractions and check it.", hard=("ADD-2",)),
    TargetText("MUL-2", "5.NF.B.4", "I can multiply a fraction by a fraction.", hard=("MUL-1",)),
    TargetText("MUL-3", "5.NF.B.4", "I can say before multiplying whether a number will grow.", soft=("MUL-2",)),
    TargetText(
        "DIV-1", "5.NF.B.7", "I can divide a unit fraction by a whole number.", hard=("MUL-1",), soft=("MUL-2",)
    ),
)

_QUIZ = Purpose.FORMATIVE
_TEST = Purpose.SUMMATIVE
TASKS = (
    Task("warm-up-1", "Pictures of equal fractions", 0, ("EQ-1",), _QUIZ),
    Task("quiz-1", "Equal fractions, first quiz", 2, ("EQ-1", "EQ-2"), _QUIZ),
    Task("quiz-2", "Equal fractions, second quiz", 4, ("EQ-2", "CMP-1"), _QUIZ),
    Task("quiz-3", "Which is larger?", 6, ("EQ-2", "CMP-1"), _QUIZ),
    Task("test-1", "Unit 1 test: equal fractions", 9, ("EQ-1", "EQ-2", "CMP-1"), _TEST),
    Task("quiz-4", "Like parts, first quiz", 11, ("ADD-1", "MIX-1"), _QUIZ),
    Task("quiz-5", "Like parts, second quiz", 13, ("ADD-1", "MIX-1"), _QUIZ),
    Task("quiz-6", "Several times a fraction", 15, ("ADD-1", "MUL-1"), _QUIZ),
    Task("quiz-7", "Mixed practice", 17, ("MIX-1", "MUL-1"), _QUIZ),
    Task("test-2", "Unit 2 test: like parts", 19, ("ADD-1", "MIX-1", "MUL-1"), _TEST),
    Task("quiz-8", "Unlike parts, first quiz", 21, ("ADD-2",), _QUIZ),
    Task("quiz-9", "Unlike parts, second quiz", 23, ("ADD-2", "DEC-1"), _QUIZ),
    Task("quiz-10", "Tenths and hundredths", 25, ("DEC-1", "ADD-2"), _QUIZ),
    Task("check-3", "Decimals check", 26, ("DEC-1",), _TEST, confirmed=False),
    Task("quiz-11", "Unlike parts, third quiz", 27, ("ADD-2", "DEC-1"), _QUIZ),
    Task("quiz-12", "Unlike parts, fourth quiz", 28, ("ADD-2",), _QUIZ),
    Task("test-3", "Unit 3 test: unlike parts", None, ("ADD-2", "DEC-1"), _TEST),
)
