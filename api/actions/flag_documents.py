"""Flags as JSON: the sentence with its names filled in, the evidence behind it, what would close it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from api.actions.outcome import evidence_id
from mastery.flags.sentences import NOT_A_DIAGNOSIS, english
from models.graph_store import DistrictGraph
from models.queries_api import ApiFlag
from models.queries_today import EvidenceLink, evidence_links

_TARGETS = ("target", "prerequisite")


def flag_documents(
    session: Session, district_id: int, graph: DistrictGraph, flags: Sequence[ApiFlag]
) -> list[dict[str, Any]]:
    """The documents of flags, in order; one statement for the evidence of all."""
    links = evidence_links(session, district_id, {one for flag in flags for one in flag.flag.finding["evidence"]})
    return [_document(flag, graph, links) for flag in flags]


def _document(shown: ApiFlag, graph: DistrictGraph, links: Mapping[int, list[EvidenceLink]]) -> dict[str, Any]:
    flag, finding = shown.flag, shown.flag.finding
    facts: dict[str, Any] = finding["facts"]
    about = [int(facts[name]) for name in _TARGETS if name in facts]
    names = {name: f"“{graph.node(int(facts[name])).statement}”" for name in _TARGETS if name in facts}
    public = {name: graph.guids[int(facts[name])] for name in _TARGETS if name in facts}
    if "assessment" in facts:
        names["assessment"] = f"“{shown.assessment_title}”"
        public["assessment"] = shown.assessment or ""
    target = graph.node(flag.target_id) if flag.target_id is not None else None
    return {
        "flag": f"f{flag.id}",
        "rule": flag.rule,
        "rule_version": flag.rule_version,
        "family": flag.family,
        "severity": flag.severity,
        "state": flag.state,
        "student": shown.student,
        "target": {"target": target.guid, "code": target.code, "statement": target.statement} if target else None,
        "assessment": shown.assessment,
        "sentence": english(finding["sentence"], facts, names),
        "closes_when": english(finding["closes_when"], facts, names),
        "next_step": english(finding["next_step"], facts, names),
        "caution": NOT_A_DIAGNOSIS,
        "facts": {**facts, **public},
        "parameters": finding["parameters"],
        "evidence": _evidence(finding["evidence"], about, links),
        "opened_at": flag.opened_at.isoformat(),
        "as_of": flag.as_of.isoformat(),
        "closed_at": flag.closed_at.isoformat() if flag.closed_at else None,
        "resolution": flag.resolution,
        "dismiss_reason": flag.dismiss_reason,
        "policy_version": flag.policy_version,
    }


def _evidence(results: Sequence[int], about: Sequence[int], links: Mapping[int, list[EvidenceLink]]) -> list[str]:
    """Public ids of the records behind a flag: of each result those on its targets, or all where it has no target."""
    found: list[str] = []
    for result in results:
        of_result = links.get(result, [])
        found.extend(
            evidence_id(link.result_id, link.target_id)
            for link in [link for link in of_result if link.target_id in about] or of_result
        )
    return found
