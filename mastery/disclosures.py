"""What was asked for or given to somebody outside, entered by hand (FERPA 99.32): on which ground, what each asks for.

`RULES` says of each ground (99.31) which paragraph it is, what an entry has to say beyond who, what and why, and
whether the family is told. An entry is never changed: what was wrong is corrected by a further one.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from mastery.access import Subject, Viewer, roles_about
from mastery.access_matrix import DataClass, Role
from mastery.links import LinkError, Programme, Rule
from mastery.offices import Affair, remit


class Ground(StrEnum):
    """On what a record is asked for or given without the family's consent."""

    SUBPOENA = "subpoena"
    SEALED_SUBPOENA = "sealed_subpoena"  # the order forbids telling of it
    NEW_SCHOOL = "new_school"
    EMERGENCY = "health_or_safety"
    AUDIT = "audit"
    STUDIES = "studies"
    ACCREDITATION = "accreditation"
    FINANCIAL_AID = "financial_aid"
    CASEWORKER = "caseworker"
    NONE = "no_ground"  # what was asked for without one is on record, too, and is not given


class Outcome(StrEnum):
    """What came of it."""

    GIVEN = "given"
    REFUSED = "refused"
    MISTAKEN = "mistaken"  # a correction says that it never was


@dataclass(frozen=True, slots=True)
class GroundRule:
    """The paragraph of a ground; the fields that an entry needs for it; whether the family reads the entry."""

    citation: str
    needs: frozenset[str] = frozenset()
    told: bool = True


_WHOM = frozenset({"organization"})
RULES: Mapping[Ground, GroundRule] = {
    Ground.SUBPOENA: GroundRule("34 CFR 99.31(a)(9)", frozenset({"document_reference"})),
    Ground.SEALED_SUBPOENA: GroundRule("34 CFR 99.31(a)(9)(ii), 99.32(d)(5)", frozenset({"document_reference"}), False),
    Ground.NEW_SCHOOL: GroundRule("34 CFR 99.31(a)(2), 99.34", _WHOM),
    Ground.EMERGENCY: GroundRule("34 CFR 99.31(a)(10), 99.36", frozenset({"threat"})),
    Ground.AUDIT: GroundRule("34 CFR 99.31(a)(3), 99.35", _WHOM),
    Ground.STUDIES: GroundRule("34 CFR 99.31(a)(6)", _WHOM | {"document_reference"}),
    Ground.ACCREDITATION: GroundRule("34 CFR 99.31(a)(7)", _WHOM),
    Ground.FINANCIAL_AID: GroundRule("34 CFR 99.31(a)(4)", _WHOM),
    Ground.CASEWORKER: GroundRule("20 U.S.C. 1232g(b)(1)(L)", _WHOM),
    Ground.NONE: GroundRule("34 CFR 99.30"),
}
SEALED = frozenset(ground for ground, rule in RULES.items() if not rule.told)
ENTERED = frozenset(DataClass) - {DataClass.TARGETS, DataClass.AGGREGATES}
"""The classes that are of a student."""
LONGEST: Mapping[str, int] = {
    "recipient": 200, "organization": 200, "interest": 300, "threat": 1000, "document_reference": 200, "further": 1000,
    "why": 300,
}  # fmt: skip
_ALWAYS = frozenset({"recipient", "interest"})


@dataclass(frozen=True, slots=True)
class Entry:
    """What is entered: who asked and for what interest, which classes, on which day; the rest as its ground asks.

    `further`: who may get it from them, and what for (99.32(b)). `why`: what was wrong, where it corrects another.
    """

    ground: Ground
    outcome: Outcome
    recipient: str
    interest: str
    classes: frozenset[DataClass]
    happened_on: date
    organization: str = ""
    document_reference: str = ""
    threat: str = ""
    further: str = ""
    why: str = ""


def checked(entry: Entry, today: date, *, corrects: bool) -> Entry:
    """An entry as it may stand in the log, without blanks around its words. Raises LinkError with what would be right.

    `corrects`: it stands for an earlier entry, and so says what was wrong with it.
    """
    words = {name: str(getattr(entry, name)).strip() for name in LONGEST}
    for name in sorted(_ALWAYS | RULES[entry.ground].needs | ({"why"} if corrects else set())):
        if not words[name]:
            raise LinkError(name, f"is needed for {entry.ground}: say it in 1 to {LONGEST[name]} characters")
    for name, text in words.items():
        if len(text) > LONGEST[name]:
            raise LinkError(name, f"is too long: say it in at most {LONGEST[name]} characters")
    if not entry.classes or not entry.classes <= ENTERED:
        raise LinkError("classes", f"are one or more of {', '.join(sorted(ENTERED))}")
    if entry.happened_on > today:
        raise LinkError("happened_on", f"is to come: give {today.isoformat()} or before")
    if entry.outcome is Outcome.MISTAKEN and not corrects:
        raise LinkError("outcome", "is given or refused: only a correction says that it never was")
    if entry.ground is Ground.NONE and entry.outcome is Outcome.GIVEN:
        raise LinkError("ground", "is needed for what is given: without one, nothing is given but by consent")
    if not corrects:
        words["why"] = ""
    return Entry(entry.ground, entry.outcome, classes=entry.classes, happened_on=entry.happened_on, **words)


def required_by(entry: Entry, programmes: Collection[Programme]) -> frozenset[Rule]:
    """Which rules ask for an entry: 99.32 for each request and disclosure that may be told, 300.614 for what is given.

    99.32(d)(5) leaves out what an order forbids to tell of.
    """
    found = set()
    if entry.ground not in SEALED and entry.outcome is not Outcome.MISTAKEN:
        found.add(Rule.FERPA)
    if entry.outcome is Outcome.GIVEN and Programme.IDEA in programmes:
        found.add(Rule.IDEA)
    return frozenset(found)


def reads_sealed(viewer: Viewer, subject: Subject, at: datetime) -> bool:
    """Whether somebody reads entries about a student of which the family is not told: the office, and none of family.

    Who works in the office and is a parent of the child, too, is told as a parent.
    """
    family = {Role.STUDENT, Role.PARENT} & roles_about(viewer, subject, at)
    return remit(viewer, Affair.DISCLOSURES, at).covers(subject) and not family
