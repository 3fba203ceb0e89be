"""Flags as cards: a sentence, the evidence, since when, what closes it, what to do next."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup

from api.pages.blueprint import Visit
from api.pages.reasons import flag_text
from api.pages.texts import Said, fill, statement
from api.pages.words import SEVERITIES, Look, short_date
from mastery.flags.life import DismissReason
from mastery.flags.view import PREREQUISITE, TARGET
from models.graph_store import DistrictGraph
from models.queries_today import NEW, EvidenceLink, FlagRow, evidence_links

DISMISS_REASONS = {
    DismissReason.FALSE_ALARM: _l("False alarm"),
    DismissReason.KNOWN_EXCUSED: _l("Known and excused"),
    DismissReason.ALREADY_SUPPORTED: _l("Already being supported"),
    DismissReason.DATA_ERROR: _l("The data are wrong"),
    DismissReason.OTHER: _l("Something else (say what)"),
}


@dataclass(frozen=True, slots=True)
class Evidence:
    """One record behind a flag; `opens`: with a link to it."""

    result_id: int
    target_id: int
    text: str
    opens: bool


@dataclass(frozen=True, slots=True)
class Card:
    """All that a flag's card shows; `digest` changes whenever any of it does."""

    id: int
    version: int
    look: Look
    is_new: bool
    student_id: int
    student: str
    sentence: Markup
    next_step: Markup
    closes: Markup
    since: str
    acknowledged: str | None
    evidence: tuple[Evidence, ...]
    digest: str


def cards(visit: Visit, graph: DistrictGraph, flags: Sequence[FlagRow]) -> list[Card]:
    """The cards of some flags; one statement however many there are."""
    results = {one for flag in flags for one in flag.finding["evidence"]}
    links = evidence_links(visit.session, visit.district_id, results, visit.viewer)
    return [_card(visit, graph, flag, links) for flag in flags]


def _card(visit: Visit, graph: DistrictGraph, flag: FlagRow, links: Mapping[int, list[EvidenceLink]]) -> Card:
    finding = flag.finding
    facts: Mapping[str, Any] = finding["facts"]
    names = {one: quoted(statement(graph, int(facts[one])).inside) for one in (TARGET, PREREQUISITE) if one in facts}
    if "assessment" in facts:
        names["assessment"] = quoted(Said(flag.assessment or "").inside)
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
            Evidence(
                link.result_id,
                link.target_id,
                f"{link.assessment}, {short_date(link.performed_at, visit.zone)}",
                link.opens,
            )
            for link in best
        )
    return tuple(found)


def quoted(name: Said) -> Markup:
    """A name inside a sentence, in quotation marks."""
    return fill(_("“%(name)s”"), name=name)
