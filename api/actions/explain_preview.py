"""Where a student would stand if the next answers were right, or wrong, as JSON; nothing of it is stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from api.actions.outcome import public_missing
from mastery.as_of import state_on
from mastery.decide import Standing as Fold
from mastery.estimate import SubjectState
from mastery.methods import Choice, Scored, said_after
from mastery.policy import DEFAULT_POLICY
from mastery.preview import NEXT_ANSWERS, NEXT_RESULT, Foreseen, foresee, next_scored, next_sitting
from mastery.progress import Progress, TargetEstimate
from mastery.sittings import Sitting
from models.graph_store import DistrictGraph
from models.in_force import model_in_force
from models.primary import load_scored
from models.progress_store import missing_lines
from models.standing import Standing
from models.standing import SubjectState as StateRow


@dataclass(frozen=True, slots=True)
class Asked:
    """Of whom and on what it is asked, and the day in the district at which it is."""

    student: int
    target: int
    day: date
    zone: ZoneInfo

    def local_date(self, at: datetime) -> date:
        """The date of an instant where the district is."""
        return at.astimezone(self.zone).date()


def preview_document(
    session: Session,
    district_id: int,
    graph: DistrictGraph,
    asked: Asked,
    row: Standing | None,
    stored: StateRow | None,
    gaps: Sequence[Mapping[str, Any]],
    known: Mapping[int, Fold],
) -> dict[str, Any] | None:
    """The cases `right` and `wrong`, from the folds `known` of the target and its neighbours; `gaps` is missing now.

    None where another model version made the state: a post would replay it first.
    """
    model = model_in_force(session, district_id, graph, graph.subjects[asked.target])
    if (row is not None and stored is None) or (stored is not None and stored.model_version != model.version):
        return None
    state = SubjectState.initial(model.hyper) if stored is None else SubjectState.from_bytes(stored.state)
    at = _performed_at(stored, asked)
    sittings = {name: next_sitting(asked.target, share, NEXT_ANSWERS, at, asked.local_date(at))
                for name, share in (("right", 1.0), ("wrong", 0.0))}  # fmt: skip
    rule = graph.methods_of(graph.subjects[asked.target]).rule
    records = [] if rule is None else _records(session, district_id, asked)
    progress = Progress(state, dict(known))
    found = {
        name: foresee(progress, sitting, graph.rules, model, DEFAULT_POLICY, _said(rule, records, sitting))
        for name, sitting in sittings.items()
    }
    return {
        "answers": NEXT_ANSWERS,
        "performed_at": at.isoformat(),
        "before": _estimate(found["right"].before),
        **{name: _case(graph, asked, {**known, **one.standings}, one, at, gaps) for name, one in found.items()},
    }


def _performed_at(stored: StateRow | None, asked: Asked) -> datetime:
    """As the day begins, so that what is told holds all day; just after the newest evidence where that is later."""
    begins = datetime.combine(asked.day, time(), asked.zone)
    return begins if stored is None else max(begins, stored.cursor_performed_at + timedelta(microseconds=1))


def _case(
    graph: DistrictGraph,
    asked: Asked,
    folds: Mapping[int, Fold],
    found: Foreseen,
    at: datetime,
    gaps: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    target, rules = asked.target, graph.rules
    missing = missing_lines(folds[target], target, folds, rules, DEFAULT_POLICY)
    still = {line["code"] for line in missing}
    return {
        "records": folds[target].tally.records,
        "enough_evidence": folds[target].decision.enough_evidence,
        "estimate": _estimate(found.estimate),
        "state": state_on(asked.local_date(at), target, folds, rules, DEFAULT_POLICY).value,
        "met": public_missing([dict(line) for line in gaps if line["code"] not in still], graph),
        "missing": public_missing(missing, graph),
    }


def _estimate(said: TargetEstimate) -> dict[str, float]:
    return {"probability": said.probability, "expected": said.rate, "low": said.low, "high": said.high}


def _records(session: Session, district_id: int, asked: Asked) -> list[Scored]:
    key = (asked.student, asked.target)
    return load_scored(session, district_id, [asked.student], [asked.target]).get(key, [])


def _said(rule: Choice | None, records: Sequence[Scored], sitting: Sitting) -> float | None:
    """What the subject's primary method would say after it, where that is not the model."""
    scored = next_scored(sitting)
    return None if rule is None else said_after(rule, [*records, scored], {NEXT_RESULT})[NEXT_RESULT]
