"""Which of a person's names is for which use (domain 7.5): on screens, for a household, for an office.

A screen of the school shows the name a person goes by. The legal name is for the registrar, the transcript and the
state's file alone, and for a family where the district's rule says so: a student may go by a name that a household does
not know, so that nothing sent to it tells the name before the district has set its rule.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class NameUse(StrEnum):
    """What a name is needed for."""

    SCREEN = "screen"  # of who works for the school, and of the student
    OUTSIDE_SCREEN = "outside_screen"  # of who works with a student, not for the school
    FAMILY_SCREEN = "family_screen"  # of a guardian
    FAMILY = "family"  # what is sent to a household: e-mail, letter, PDF
    REGISTRAR = "registrar"
    TRANSCRIPT = "transcript"
    STATE_FILE = "state_file"


class ParentView(StrEnum):
    """Which name families get, as the district has set it (`names.parent_view`)."""

    DISPLAY = "display"
    LEGAL = "legal"
    DISTRICT_RULE = "district_rule"  # student by student, as the office has recorded


@dataclass(frozen=True, slots=True)
class FamilyRule:
    """What holds for the family of one student: the district's rule, and under `DISTRICT_RULE` what is on record.

    None: not set, not asked yet.
    """

    view: ParentView | None = None
    agreed: bool | None = None

    @property
    def shares_display(self) -> bool:
        """Whether somebody has said that the family may get the name that the student goes by."""
        return self.view is ParentView.DISPLAY or (self.view is ParentView.DISTRICT_RULE and self.agreed is True)


UNSET = FamilyRule()


@dataclass(frozen=True, slots=True)
class Names:
    """A person's names; `preferred_*` and the pronouns where the person goes by them."""

    given: str
    family: str
    middle: str | None = None
    preferred_given: str | None = None
    preferred_family: str | None = None
    pronouns: str | None = None


def goes_by(use: NameUse, rule: FamilyRule = UNSET) -> bool:
    """Whether a use takes the name that the person goes by, and not the legal one."""
    if use in (NameUse.SCREEN, NameUse.OUTSIDE_SCREEN):
        return True
    if use is NameUse.FAMILY_SCREEN:
        return rule.view is None or rule.shares_display
    return use is NameUse.FAMILY and rule.shares_display


def name_for(names: Names, use: NameUse, rule: FamilyRule = UNSET) -> str:
    """The name for a use, given name first; with the middle name where it is the legal one."""
    given, family = _pair(names, use, rule)
    middle = None if goes_by(use, rule) else names.middle
    return " ".join(part for part in (given, middle, family) if part)


def sort_name(names: Names, use: NameUse, rule: FamilyRule = UNSET) -> str:
    """The name for a use, family name first, as class lists have it."""
    given, family = _pair(names, use, rule)
    return f"{family}, {given}" if family and given else family or given


def pronouns_for(names: Names, use: NameUse, rule: FamilyRule = UNSET) -> str | None:
    """The pronouns for a use: for the school's screens, and for a family that may get the name that goes with them."""
    told = use is NameUse.SCREEN or (use in (NameUse.FAMILY_SCREEN, NameUse.FAMILY) and rule.shares_display)
    return names.pronouns if told else None


def _pair(names: Names, use: NameUse, rule: FamilyRule) -> tuple[str, str]:
    if not goes_by(use, rule):
        return names.given, names.family
    return names.preferred_given or names.given, names.preferred_family or names.family
