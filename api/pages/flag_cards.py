"""Flags as cards: a sentence, the evidence, since when, what closes it, what to do next."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from api.pages.blueprint import Visit
from api.pages.reasons import flag_text
from api.pages.words import SEVERITIES, Look, short_date
from mastery.flags.life import DismissReason
from models.queries_today import NEW, EvidenceLink, FlagRow, evidence_links, statements

DISMISS_REASONS = {
    DismissReason.FALSE_ALARM: _l("False alarm"),
    DismissReason.KNOWN_EXCUSED: _l("Known and excused"),
    DismissReason.ALREADY_SUPPORTED: _l("Already being supported"),
    DismissReason.DATA_ERROR: _l("The data are wrong"),
    DismissReason.OTHER: _l("Something else (say what)"),
}


@dataclass(frozen=True, slots=True)
class Evidence:
    """A link to one record behind a flag."""

    result_id: int
    target_id: int
    text: str


@dataclass(frozen=True, slots=True)
class Card:
    """All that a flag's card shows; `digest` changes whenever any of it does."""

    id: int
    version: int
    look: Look
    is_new: bool
    student_id: int
    student: str
    sentence: str
    next_step: str
    closes: str
    since: str
    acknowledged: str | None
    evidence: tuple[Evidence, ...]
    digest: str


def cards(visit: Visit, flags: Sequence[FlagRow]) -> list[Card]:
    """The cards of some flags; two statements however many there are."""
    links = evidence_links(visit.session, visit.district_id, {r for flag in flags for r in flag.finding["evidence"]})
    prerequisites = {int(f.finding["facts"]["prerequisite"]) for f in flags if "prerequisite" in f.finding["facts"]}
    names = statements(visit.session, visit.district_id, prerequisites)
    return [_card(visit, flag, links, names) for flag in flags]


def _card(visit: Visit, flag: FlagRow, links: Mapping[int, list[EvidenceLink]], statement: Mapping[int, str]) -> Card:
    finding = flag.finding
    facts: Mapping[str, Any] = finding["facts"]
    names = {}
    if "target" in facts:
        names["target"] = _quoted(flag.statement or "")
    if "assessment" in facts:
        names["assessment"] = _quoted(flag.assessment or "")
    if "prerequisite" in facts:
        names["prerequisite"] = _quoted(statement.get(int(facts["prerequisite"]), ""))
    acknowledged = None
    if flag.state != NEW and flag.acknowledged_by and flag.acknowledged_at:
        when = short_date(flag.acknowledged_at, visit.zone)
        acknowledged = _("Acknowledged by %(person)s, %(when)s", person=flag.acknowledged_by, when=when)
    shown: dict[str, Any] = {
        "id": flag.id,
        "version": flag.version,
        "look": SEVERITIES[flag.severity],
        "is_new": flag.state == NEW,
        "student_id": flag.student_id,
        "student": flag.student,
        "sentence": flag_text(finding["sentence"], facts, names),
        "next_step": flag_text(finding["next_step"], facts, names),
        "closes": flag_text(finding["closes_when"], facts, names),
        "since": _("since %(day)s", day=short_date(flag.opened_at, visit.zone)),
        "acknowledged": acknowledged,
        "evidence": _evidence(visit, flag, links),
    }
    digest = hashlib.sha256(repr([str(value) for value in shown.values()]).encode()).hexdigest()[:16]
    return Card(**shown, digest=digest)


def _evidence(visit: Visit, flag: FlagRow, links: Mapping[int, list[EvidenceLink]]) -> tuple[Evidence, ...]:
    found: list[Evidence] = []
    for result_id in flag.finding["evidence"]:
        of_result = links.get(result_id, [])
        best = [link for link in of_result if link.target_id == flag.target_id] or of_result[:1]
        found.extend(
            Evidence(link.result_id, link.target_id, f"{link.assessment}, {short_date(link.performed_at, visit.zone)}")
            for link in best
        )
    return tuple(found)


def _quoted(name: str) -> str:
    return _("“%(name)s”", name=name.rstrip("."))
