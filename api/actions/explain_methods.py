"""What the methods of a subject say of a student on a target, as JSON, from the evidence that the page lists."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from api.actions.outcome import evidence_id
from mastery.body.tally import Tally, spoken
from mastery.evidence import Purpose
from mastery.methods import MODEL, MODEL_TITLE, Choice, Judgement, Scale, Scored, say
from mastery.numbers import half_up
from mastery.policy import DEFAULT_POLICY
from models.graph_store import DistrictGraph
from models.judgements import Signed, judgements_of
from models.primary import load_scored

SHOWN_PLACES = 2


def methods_document(
    session: Session,
    district_id: int,
    student: int,
    target: int,
    graph: DistrictGraph,
    tally: Tally,
    signed: Sequence[Signed],
) -> list[dict[str, Any]]:
    """The primary method first, as line 1 of the decision saw it, then those that are shown beside it."""
    chosen = graph.methods_of(graph.subjects[target])
    records = load_scored(session, district_id, [student], [target]).get((student, target), [])
    counted = [one for one in records if one.purpose is not Purpose.STATE_SUMMATIVE]
    ids = [evidence_id(one.result, target) for one in counted]
    judgements = judgements_of(signed)
    others = [_document(one, _value(one, counted, judgements), primary=False) for one in chosen.beside]
    said = spoken(tally, chosen.rule)
    first = _model(said) if chosen.rule is None else _document(chosen.rule, said, primary=True)
    return [{**one, "evidence": ids} for one in (first, *others)]


def judgement_documents(signed: Sequence[Signed]) -> list[dict[str, Any]]:
    """The levels that teachers signed from the body of evidence, the newest first; one taken back says when.

    Without the teachers' words: those are comments, which no program reads.
    """
    return [
        {
            "judgement": f"j{one.id}",
            "level": one.level,
            "by": one.identifier,
            "by_name": one.by,
            "signed_at": one.at.isoformat(),
            "taken_back_at": one.taken_back.isoformat() if one.taken_back else None,
        }
        for one in reversed(signed)
    ]


def _value(choice: Choice, records: Sequence[Scored], judgements: Sequence[Judgement]) -> float | None:
    value = say(choice, records, judgements).value
    return None if value is None else float(value)


def _document(choice: Choice, value: float | None, *, primary: bool) -> dict[str, Any]:
    return {
        "name": choice.name,
        "title": choice.method.title,
        "scale": choice.method.scale.value,
        "primary": primary,
        "value": value,
        "shown": _shown(value),
        "mastered": None if value is None else value >= choice.mastered_from,
        "mastered_from": choice.mastered_from,
        "parameters": {name: float(number) for name, number in choice.given.items()},
    }


def _model(probability: float | None) -> dict[str, Any]:
    needed = DEFAULT_POLICY.mastery_probability
    return {
        "name": MODEL,
        "title": MODEL_TITLE,
        "scale": Scale.PROBABILITY.value,
        "primary": True,
        "value": probability,
        "shown": _shown(probability),
        "mastered": None if probability is None else probability >= needed,
        "mastered_from": needed,
        "parameters": {},
    }


def _shown(value: float | None) -> str | None:
    return None if value is None else str(half_up(value, SHOWN_PLACES))
