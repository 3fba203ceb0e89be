"""A printed grade in words: what it is made of, by which rule, and since when."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

from babel.numbers import format_decimal, format_percent
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from api.pages import words
from mastery.grading import Grade, GradeLevel, GradeStatus, Measure, Rule, SignedRule
from mastery.numbers import half_up

LEVELS: dict[GradeLevel, Any] = {
    GradeLevel.DISTRICT: _l("the district"),
    GradeLevel.SCHOOL: _l("the school"),
    GradeLevel.COURSE: _l("the course"),
}
MEASURES: dict[Measure, Any] = {
    Measure.SHARE: _l("the share of competencies that are mastered"),
    Measure.LEVEL: _l("the summary level, once all competencies are mastered"),
}


def number(value: Decimal) -> str:
    """A number of a rule as it was written."""
    return format_decimal(value, "0.####", locale=get_locale())


def share(value: Decimal | Fraction) -> str:
    """A share as a percentage, with a decimal where it has one: of what is banded, whole percents say too little."""
    return format_percent(half_up(value, 3), "0.#%", locale=get_locale())


def mark(found: Grade) -> str:
    """The grade as it is printed, with its number where it has one."""
    if not found.mark:
        return _("no grade")
    if found.score is None:
        return found.mark
    return _("%(grade)s (%(score)s of 100)", grade=found.mark, score=number(found.score))


def because(rule: Rule, found: Grade) -> str:
    """One sentence: of which parts the grade is made."""
    parts = {"grade": found.mark, "mastered": found.mastered, "owed": found.owed}
    if found.status is GradeStatus.LIFTED:
        return _("There is no grade: nothing of this course is owed.")
    if found.status is GradeStatus.OPEN:
        return _("%(mastered)s of %(owed)s competencies are mastered. Until all are, %(grade)s is printed.", **parts)
    floor = rule.bands[len(rule.bands) - 1 - found.band].floor
    if rule.measure is Measure.LEVEL:
        return _(
            "All %(owed)s competencies are mastered, with a summary level of %(level)s of 4. From %(floor)s on the"
            " grade is %(grade)s.",
            level=words.figure(found.level or 0), floor=number(floor), **parts,
        )  # fmt: skip
    return _(
        "%(mastered)s of %(owed)s competencies are mastered (%(share)s). From %(floor)s on the grade is %(grade)s.",
        share=share(Fraction(found.mastered, found.owed)), floor=share(floor), **parts,
    )  # fmt: skip


def origin(signed: SignedRule) -> str:
    """Whose rule it is, since when, and what it rests on."""
    return _(
        "By the rule of %(place)s since %(day)s: %(basis)s.",
        place=LEVELS[signed.level],
        day=words.long_date(signed.since),
        basis=signed.basis.rstrip("."),
    )


def lines(rule: Rule) -> list[str]:
    """A rule as lines, the best grade first."""
    shown = share if rule.measure is Measure.SHARE else number
    said = [
        _("from %(floor)s: %(grade)s", floor=shown(one.floor), grade=one.mark)
        if one.score is None
        else _("from %(floor)s: %(grade)s (%(score)s)", floor=shown(one.floor), grade=one.mark, score=number(one.score))
        for one in rule.bands
    ]
    return [*said, *([_("until all are mastered: %(grade)s", grade=rule.open_mark)] if rule.open_mark else [])]
