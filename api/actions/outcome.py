"""What becomes of a posted result, and how the sender is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from api.actions.naming import Named, Unnamed
from api.actions.progress import Progressed
from api.problems import problem_document
from mastery.evidence import Problem, Result
from mastery.progress import TargetEstimate
from models.graph_store import DistrictGraph
from models.posts import Post, PostState


class Status(StrEnum):
    """What became of an entry."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    SUPERSEDED = "superseded"
    QUARANTINED = "quarantined"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Accepted:
    """An entry that is stored, under `key`, and what it changed; None where a newer revision was there before it."""

    key: int
    named: Named
    progressed: Progressed | None
    graph: DistrictGraph


@dataclass(frozen=True, slots=True)
class Outcome:
    """The answer to one entry of a post."""

    status: Status
    source_id: str | None = None
    revision: int | None = None
    accepted: Accepted | None = None
    quarantine: dict[str, Any] | None = None
    problem: dict[str, Any] | None = None

    @classmethod
    def duplicate(cls, result: Result, post: Post) -> Outcome:
        """The same body under the same key is there already, as evidence or in quarantine."""
        waits = None if post.state is PostState.STORED else {"id": f"q{post.key}", "state": post.state.value}
        return cls(Status.DUPLICATE, result.source_id, result.revision, quarantine=waits)

    @classmethod
    def quarantined(cls, result: Result, key: int, missing: Unnamed, *, superseded: bool) -> Outcome:
        """It names something unknown; superseded where a newer revision waits or is stored."""
        status = Status.SUPERSEDED if superseded else Status.QUARANTINED
        return cls(status, result.source_id, result.revision, quarantine=_quarantine(key, missing))

    @classmethod
    def stored(cls, result: Result, accepted: Accepted) -> Outcome:
        """It is evidence now."""
        status = Status.ACCEPTED if accepted.progressed else Status.SUPERSEDED
        return cls(status, result.source_id, result.revision, accepted)

    def document(self) -> dict[str, Any]:
        """As JSON; what does not apply is left out."""
        document: dict[str, Any] = {
            "source_id": self.source_id,
            "revision": self.revision,
            "status": self.status.value,
            "evidence": [],
            "targets": [],
            "flags": [],
        }
        if self.accepted is not None:
            document.update(_accepted(self.accepted))
        for name in ("quarantine", "problem"):
            if value := getattr(self, name):
                document[name] = value
        return document


def _accepted(accepted: Accepted) -> dict[str, Any]:
    named, progressed = accepted.named, accepted.progressed
    document: dict[str, Any] = {"evidence": [evidence_id(accepted.key, line.target) for line in named.lines]}
    if progressed is None:
        return document
    touched = {line.target for line in named.lines}
    document["targets"] = [_target(accepted, progressed, line.target) for line in named.lines]
    document["flags"] = [
        {"flag": f"f{flag.id}", "rule": flag.rule, "change": flag.change.value}
        for flag in progressed.flags
        if flag.student == named.student.id and (flag.scope != "target" or flag.scope_id in touched)
    ]
    if notes := _notes(named):
        document["notes"] = notes
    return document


def evidence_id(result: int, target: int) -> str:
    """The public id of an evidence record."""
    return f"e{result}-{target}"


def rejected(result: Result, problems: Sequence[Problem]) -> Outcome:
    """A result that breaks a rule."""
    errors = [{"field": problem.field, "message": problem.message} for problem in problems]
    return refused(result.source_id, result.revision, errors)


def refused(source_id: str | None, revision: int | None, errors: list[dict[str, str]]) -> Outcome:
    """An entry that cannot be read, or breaks a rule."""
    first = f"{errors[0]['field']} {errors[0]['message']}".strip()
    problem = problem_document(422, "Unprocessable Content", first, errors)
    return Outcome(Status.REJECTED, source_id, revision, problem=problem)


def conflict(result: Result) -> Outcome:
    """The key is taken by another body."""
    problem = problem_document(
        409,
        "Conflict",
        f"source_id {result.source_id!r} revision {result.revision} was received with another body;"
        " send a correction with a higher revision.",
        [{"field": "revision", "message": "is taken by another body; give a higher revision"}],
    )
    return Outcome(Status.REJECTED, result.source_id, result.revision, problem=problem)


def _quarantine(key: int, missing: Unnamed) -> dict[str, Any]:
    return {
        "id": f"q{key}",
        "field": missing.field,
        "reference": missing.reference,
        "candidates": list(missing.candidates),
        "message": f"{missing.field}: {missing.reference!r} {_why(missing)}; the result waits and comes in by itself",
    }


def _why(missing: Unnamed) -> str:
    if not missing.candidates:
        return "is not known here yet"
    if missing.kind == "form":
        return f"is no form of this assessment yet, which has {', '.join(missing.candidates)}"
    return f"means {len(missing.candidates)} {missing.kind}s"


def estimate_document(estimate: TargetEstimate | None) -> dict[str, float] | None:
    """An estimate as JSON; None where there is not enough to say."""
    if estimate is None:
        return None
    return {
        "probability": estimate.probability,
        "expected": estimate.rate,
        "low": estimate.low,
        "high": estimate.high,
    }


def _target(accepted: Accepted, progressed: Progressed, target: int) -> dict[str, Any]:
    node = accepted.graph.node(target)
    student = accepted.named.student.id
    before, after = progressed.steps.get((accepted.key, target), (None, None))
    standing = progressed.standings.get((student, target))
    decision = standing.decision if standing else None
    return {
        "target": node.guid,
        "code": node.code,
        "before": estimate_document(before),
        "after": estimate_document(after),
        "decision": None
        if decision is None
        else {
            "state": progressed.state(student, target).value,
            "level": decision.level,
            "mastered_at": decision.mastered_at.isoformat() if decision.mastered_at else None,
            "enough_evidence": decision.enough_evidence,
            "missing": public_missing(progressed.missing.get((student, target), []), accepted.graph),
        },
    }


def public_missing(lines: Sequence[dict[str, Any]], graph: DistrictGraph) -> list[dict[str, Any]]:
    """Missing lines with GUIDs instead of keys."""
    return [{**line, "targets": [graph.guids[target] for target in line["targets"]]} for line in lines]


def _notes(named: Named) -> list[dict[str, str]]:
    if named.assessment.rules.cuts is not None:
        return []
    waiting = (
        "proposed cut scores wait for a person of the school to confirm them"
        if named.assessment.rules.cuts_proposed
        else "the assessment has no cut scores"
    )
    return [{"code": "formative_only", "message": f"Counts as formative only: {waiting}."}]
