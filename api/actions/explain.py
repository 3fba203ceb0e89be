"""Where a student stands and why, as JSON: every number comes from the stored standing that the pages read too."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from api.actions.explain_history import history_document, sittings_of
from api.actions.explain_methods import judgement_documents, methods_document
from api.actions.explain_preview import Asked, preview_document
from api.actions.explain_retention import retention_document
from api.actions.explain_seen import pieces_on, seen_documents
from api.actions.flag_documents import flag_documents
from api.actions.judge import judged_here
from api.actions.outcome import evidence_id, public_missing
from mastery import evidence as law
from mastery.as_of import state_on
from mastery.decide import Decision, Lack, State
from mastery.decide import Standing as Fold
from mastery.next_step import next_step
from mastery.policy import DEFAULT_POLICY, Policy
from mastery.sittings import Piece
from models.carried import unpack
from models.decisions import Signature, signatures
from models.flag import LIVE_STATES
from models.graph_store import DistrictGraph
from models.in_force import model_in_force
from models.judgements import signed_on
from models.progress_store import load_standings, missing_lines
from models.queries_api import ApiEvidence, evidence_after, flags_after, standings_on, subject_state_of
from models.registry import cuts_of
from models.standing import Standing

_SIGNED_SHOWN = 10
_POLICY_USED = (
    "mastery_probability", "scale_mastery_level", "needs_review_below", "boe_records", "boe_assessments", "boe_dates",
    "enough_evidence_records", "max_effective_items_per_attempt", "independence_weight_assisted",
    "independence_weight_group", "readiness_probability", "readiness_records", "readiness_newest_within_days",
    "retention_check_days",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Moment:
    """The present of a question, and the day that it is in the district."""

    now: datetime
    zone: ZoneInfo

    @property
    def day(self) -> date:
        """The date where the district is."""
        return self.now.astimezone(self.zone).date()


def fold_of(row: Standing) -> Fold:
    """What the fold carries on of a stored standing."""
    return unpack(json.dumps(row.carried), tuple(row.conditions), tuple(row.ever))


def states_at(
    session: Session, district_id: int, student: int, graph: DistrictGraph, folds: Mapping[int, Fold], day: date
) -> dict[int, State]:
    """The state of each target on a day: READY depends on the day, so it is not stored but worked out when read."""
    wanted = {one for target in folds for one in graph.rules.of(target).prerequisites} - folds.keys()
    known: dict[int, Fold] = {**folds, **load_standings(session, district_id, {student: wanted})[student]}
    return {target: state_on(day, target, known, graph.rules, DEFAULT_POLICY) for target in folds}


def standing_documents(
    session: Session, district_id: int, student: int, graph: DistrictGraph, rows: Sequence[Standing], day: date
) -> list[dict[str, Any]]:
    """Standings as JSON, in order."""
    folds = {row.target_id: fold_of(row) for row in rows}
    states = states_at(session, district_id, student, graph, folds, day)
    return [_standing(row, folds[row.target_id].decision, states[row.target_id], graph) for row in rows]


def _standing(row: Standing, decision: Decision, state: State, graph: DistrictGraph) -> dict[str, Any]:
    return {
        **target_document(row.target_id, graph),
        "subject": row.subject,
        "records": row.records,
        "estimate": _estimate(row),
        "decision": _decision(decision, state, row.level, row.mastered_at, public_missing(row.missing, graph)),
        "as_of": row.as_of.isoformat() if row.as_of else None,
        "model_version": row.model_version,
        "policy_version": row.policy_version,
    }


def _estimate(row: Standing) -> dict[str, float | None] | None:
    """None where there is no estimate, which is not zero."""
    if row.probability is None:
        return None
    return {"probability": row.probability, "expected": row.expected, "low": row.low, "high": row.high}


def _decision(
    decision: Decision, state: State, level: float | None, mastered_at: datetime | None, missing: list[dict[str, Any]]
) -> dict[str, Any]:
    return {
        "state": state.value,
        "level": level,
        "mastered_at": mastered_at.isoformat() if mastered_at else None,
        "enough_evidence": decision.enough_evidence,
        "missing": missing,
        "reasons": [reason.value for reason in decision.reasons],
    }


def target_document(target: int, graph: DistrictGraph) -> dict[str, Any]:
    """How a target is named in answers."""
    node = graph.node(target)
    return {"target": node.guid, "code": node.code, "statement": node.statement}


@dataclass(frozen=True, slots=True)
class Explained:
    """The answer as JSON, the records behind it with up to one more, the decision and what was signed about it."""

    document: dict[str, Any]
    records: list[ApiEvidence]
    decision: Decision
    signed: list[Signature]


def explanation(
    session: Session,
    district_id: int,
    student: int,
    target: int,
    graph: DistrictGraph,
    moment: Moment,
    limit: int,
    after: tuple[datetime, datetime, int] | None,
) -> Explained:
    """Why a student stands where they do on a target, and the records shown with up to one more.

    Without any standing the answer is that there is not enough evidence, with all that is missing: not low, not zero.
    """
    rows = standings_on(session, district_id, student, _around(target, graph))
    row = rows.get(target)
    known = {target: Fold(), **{one: fold_of(stored) for one, stored in rows.items()}}
    fold = known[target]
    state = state_on(moment.day, target, known, graph.rules, DEFAULT_POLICY)
    records = evidence_after(session, district_id, student, target, limit + 1, after)
    live = flags_after(session, district_id, 100, states=LIVE_STATES, student=student, target=target)
    gaps = row.missing if row else missing_lines(fold, target, known, graph.rules, DEFAULT_POLICY)
    version = model_in_force(session, district_id, graph, graph.subjects[target]).version
    stored = subject_state_of(session, district_id, student, graph.subjects[target])
    sittings = sittings_of(session, district_id, graph, moment.zone, row)
    pieces = None if sittings is None else pieces_on(sittings, target)
    asked = Asked(student, target, moment.day, moment.zone)
    signed = signed_on(session, district_id, student, target) if judged_here(graph, target) else []
    acts = signatures(session, district_id, student, target, _SIGNED_SHOWN)
    document = {
        **(_standing(row, fold.decision, state, graph) if row else _nothing(target, gaps, graph, version)),
        "history": history_document(session, district_id, graph, row, sittings),
        "next_step": _next(target, state, gaps, known, graph),
        "parts": _parts(row),
        "methods": methods_document(session, district_id, student, target, graph, fold.tally, signed),
        "judgements": judgement_documents(signed),
        "signed": _signatures(acts),
        "conditions": list(fold.conditions),
        "flags": flag_documents(session, district_id, graph, live),
        "policy": _policy(target, graph, DEFAULT_POLICY),
        "would_change": would_change(row, state, records),
        "preview": preview_document(session, district_id, graph, asked, row, stored, gaps, known),
        "retention": retention_document(session, district_id, graph, asked, row, stored, state),
        "evidence": [evidence_document(record, pieces) for record in records[:limit]],
    }
    return Explained(document, records, fold.decision, acts)


def _signatures(signed: Sequence[Signature]) -> list[dict[str, Any]]:
    """What was signed about the decision, newest first; without the words, which no program reads."""
    return [
        {"kind": one.kind.value, "by": one.identifier, "by_name": one.by, "signed_at": one.at.isoformat()}
        for one in signed
    ]


def _around(target: int, graph: DistrictGraph) -> set[int]:
    """A target, what it builds on, what builds on it, and what else that builds on."""
    above = graph.followers(target)
    return {one for some in (target, *above) for one in graph.rules.of(some).prerequisites}.union(above, {target})


def _next(
    target: int, state: State, gaps: Sequence[Mapping[str, Any]], known: Mapping[int, Fold], graph: DistrictGraph
) -> dict[str, Any]:
    """The next step, its targets named; a target of another subject that builds on this one is told of as well."""
    open_before = [one for gap in gaps for one in gap["targets"]]
    lacks = [Lack(gap["code"]) for gap in gaps]
    decisions = {one: fold.decision for one, fold in known.items()}
    step = next_step(state, lacks, open_before, graph.followers(target), graph.rules, decisions)
    return {
        "kind": step.kind.value,
        "targets": [target_document(one, graph) for one in step.targets],
        "waiting": [target_document(one, graph) for one in step.waiting],
    }


def _nothing(target: int, gaps: list[dict[str, Any]], graph: DistrictGraph, version: str) -> dict[str, Any]:
    return {
        **target_document(target, graph),
        "subject": graph.subjects[target],
        "records": 0,
        "estimate": None,
        "decision": _decision(Decision(), State.NOT_STARTED, None, None, public_missing(gaps, graph)),
        "as_of": None,
        "model_version": version,
        "policy_version": DEFAULT_POLICY.version,
    }


def _parts(row: Standing | None) -> dict[str, float] | None:
    """What the estimate is the sum of, in logits; the form of the latest days stands beside and is left out of it."""
    if row is None or row.mean is None or row.variance is None:
        return None
    general, target, practice = row.part_general or 0.0, row.part_target or 0.0, row.part_practice or 0.0
    return {
        "sum": row.mean,
        "variance": row.variance,
        "general": general,
        "target": target,
        "practice": practice,
        "questions": row.mean - general - target - practice,
        "form": row.part_form or 0.0,
    }


def _policy(target: int, graph: DistrictGraph, policy: Policy) -> dict[str, Any]:
    rule = graph.rules.of(target)
    return {
        "version": policy.version,
        "values": {
            "mastery_bar": rule.bar,
            "dok": rule.dok,
            "credit_bearing": rule.credit_bearing,
            **{name: getattr(policy, name) for name in _POLICY_USED},
        },
    }


# --- one record -------------------------------------------------------------------------------------------------------

_WHY = {
    "superseded": "A newer revision replaced it; it counts for nothing any more.",
    "no_score": "It carries no score: missing is neither zero nor exempt, and counts for nothing.",
    "state_summative": "A state test stands beside: it changes neither the estimate nor the decision.",
    "certifying": "Done alone, with a level, summative or judged by a certified educator: it can complete mastery.",
    "certifying_below": "It is of the certifying kind, and its level is below the one that mastery needs.",
    "not_independent": "It was not done alone, so it supports the estimate and cannot certify.",
    "no_level": "No cut scores are confirmed for its assessment, so it has no level: it counts as formative only.",
    "scorer_not_certified": "Who judged it is no certified educator of the roster, so it cannot certify.",
    "supporting": "Its purpose supports the estimate; only a summative or judged record certifies.",
}


def evidence_document(record: ApiEvidence, pieces: Mapping[int, Piece] | None) -> dict[str, Any]:
    """One record on a target: as posted, what it counts for, and what the estimate saw of it, by `pieces`."""
    result, evidence = record.result, record.evidence
    level, certifying, reason = _power(record)
    estimates = reason not in ("superseded", "no_score", "state_summative")
    return {
        "id": evidence_id(result.id, evidence.target_id),
        "source_id": result.source_id,
        "revision": result.revision,
        "superseded_by": record.superseded_by,
        "client": record.client,
        "performed_at": result.performed_at.isoformat(),
        "scored_at": result.scored_at.isoformat(),
        "received_at": result.received_at.isoformat(),
        "assessment": record.assessment.name,
        "title": record.assessment.title,
        "form": record.form,
        "purpose": result.purpose,
        "evidence_type": result.evidence_type,
        "scorer": result.scorer,
        "independence": result.independence,
        "feedback": result.feedback,
        "status": result.status,
        "score": evidence.score,
        "max": evidence.max,
        "level": level,
        "estimate": estimates,
        "certifying": certifying,
        "reason": {"code": reason, "message": _WHY[reason]},
        "items": [_item(one, estimates) for one in evidence.items],
        "seen": None if pieces is None else seen_documents(pieces.get(result.id), evidence.items),
    }


def _power(record: ApiEvidence) -> tuple[float | None, bool, str]:
    """The record's level by the cut scores in force, whether it certifies, and why or why not."""
    result, evidence = record.result, record.evidence
    purpose, kind = law.Purpose(result.purpose), law.EvidenceType(result.evidence_type)
    alone = law.Independence(result.independence)
    cuts = None if record.cuts is None else cuts_of(record.cuts)
    score = law.TargetScore("", evidence.score, evidence.max, evidence.level)
    level = law.level_of(score, kind, result.scorer, cuts)
    if record.superseded_by is not None:
        return level, False, "superseded"
    if result.status != law.ScoreStatus.SCORED:
        return None, False, "no_score"
    if purpose is law.Purpose.STATE_SUMMATIVE:
        return level, False, "state_summative"
    if law.certifying(purpose, kind, result.scorer, alone, level, scorer_certified=result.scorer_certified):
        reached = level is not None and level >= DEFAULT_POLICY.scale_mastery_level
        return level, True, "certifying" if reached else "certifying_below"
    if alone is not law.Independence.INDEPENDENT:
        return level, False, "not_independent"
    if level is None:
        return level, False, "no_level"
    return level, False, "scorer_not_certified" if law.judged(kind, result.scorer) else "supporting"


def _item(stored: Sequence[Any], estimates: bool) -> dict[str, Any]:
    name, _key, score, maximum, attempt, hints, seconds = stored
    return {
        "item": name,
        "score": score,
        "max": maximum,
        "try": attempt,
        "hints": hints,
        "seconds": seconds,
        # the first try counts, and a hint makes it a wrong one
        "share": (0.0 if hints else law.share_of(score, maximum)) if estimates and attempt == 1 else None,
    }


# --- what would change it ---------------------------------------------------------------------------------------------

_CHANGES = {
    "next_result": "The next scored result on a target moves the estimate at once; no right answer counts against it.",
    "correction": "A newer revision of a result replaces it, and all that followed from it is worked out again.",
    "missing_met": "It counts as mastered once every line of `missing` is met.",
    "confirmation": "A teacher of record confirms it; until then it lapses where a correction takes its basis away.",
    "person_only": "Mastery stays; a later low certifying record only asks a teacher to look.",
    "review": "A teacher looks at the newest certifying record and decides.",
    "reopening": "Only the person who signed it, or another with that right, takes it back.",
    "cut_scores": "Confirmed cut scores would give the records without a level one, past ones too.",
    "newest_too_old": "Readiness lapses when the newest record grows old; the estimate does not change with time.",
}


def would_change(row: Standing | None, state: State, records: Sequence[ApiEvidence]) -> list[dict[str, str]]:
    """What would change the estimate or the decision."""
    codes = ["next_result"]
    if records:
        codes.append("correction")
    if any(_power(record)[2] == "no_level" for record in records):
        codes.append("cut_scores")
    match state:
        case State.NOT_STARTED | State.IN_PROGRESS:
            codes.append("missing_met")
        case State.READY:
            codes += ["missing_met", "newest_too_old"]
        case State.MASTERED_PROVISIONAL:
            codes.append("confirmation")
        case State.MASTERED:
            codes.append("person_only")
        case State.NEEDS_REVIEW:
            codes.append("review")
        case State.WAIVED | State.EXEMPT | State.REVOKED:
            codes.append("reopening")
    return [{"code": code, "message": _CHANGES[code]} for code in codes]
