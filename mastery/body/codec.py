"""Tallies and decisions as JSON values, and back without the loss of a bit. What is empty is left out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from mastery.body.tally import Certified, Checked, Practice, Summative, Tally
from mastery.body.words import ActKind, Decision, Reason, State

Json = dict[str, Any]

_TALLY_AS_IS = ("records", "held", "dok", "estimate", "rate", "failed", "said")
_TALLY_LISTS = ("assessments", "recent", "failed_results", "judged")
_DECISION_AS_IS = ("level", "completed_by", "own_result", "kept_level")
_DECISION_TIMES = ("mastered_at", "own_since", "confirmed_at", "kept_mastered_at")
_DECISION_TRUTHS = ("enough_evidence", "vouched", "reopened", "carried")


def tally_to_json(tally: Tally) -> Json:
    """Dates and times as ISO strings, a time with its offset; floats stay floats, whose shortest repr is exact."""
    json: Json = {name: value for name in _TALLY_AS_IS if (value := getattr(tally, name)) is not None}
    json.update((name, list(values)) for name in _TALLY_LISTS if (values := getattr(tally, name)))
    if tally.dates:
        json["dates"] = [day.isoformat() for day in tally.dates]
    if tally.levels:
        json["levels"] = [list(pair) for pair in tally.levels]
    if tally.peaks:
        json["peaks"] = [[day.isoformat(), peak] for day, peak in tally.peaks]
    if tally.last_at is not None and tally.last_date is not None:
        json["last_at"], json["last_date"] = tally.last_at.isoformat(), tally.last_date.isoformat()
    certified, practice, summative = tally.certified, tally.practice, tally.summative
    if certified is not None:
        json["certified"] = [
            certified.best, certified.best_result, certified.last, certified.last_result, certified.resolved,
            certified.reopened,
        ]  # fmt: skip
    if tally.checked is not None:
        json["checked"] = [tally.checked.at.isoformat(), tally.checked.level, tally.checked.resolved]
    if practice is not None:
        json["practice"] = [
            practice.opportunities, practice.day.isoformat(), practice.day_count, practice.run, practice.longest_run,
            list(practice.estimates),
        ]  # fmt: skip
    if summative is not None:
        json["summative"] = [
            summative.level, summative.result, summative.estimate, summative.records, summative.resolved,
        ]  # fmt: skip
    return json


def tally_from_json(json: Mapping[str, Any]) -> Tally:
    """The tally that `tally_to_json` wrote; KeyError or ValueError for anything else."""
    get = json.get
    last_at, last_date = get("last_at"), get("last_date")
    certified, practice, summative = get("certified"), get("practice"), get("summative")
    return Tally(
        json["records"],
        json["held"],
        tuple(get("assessments", ())),
        tuple([date.fromisoformat(day) for day in get("dates", ())]),
        get("dok"),
        None if certified is None else Certified(*certified),
        _float(get("estimate")),
        _float(get("rate")),
        None if last_at is None else datetime.fromisoformat(last_at),
        None if last_date is None else date.fromisoformat(last_date),
        tuple(get("recent", ())),
        tuple([(result, float(level)) for result, level in get("levels", ())]),
        tuple([(date.fromisoformat(day), float(peak)) for day, peak in get("peaks", ())]),
        json["failed"],
        tuple(get("failed_results", ())),
        None if practice is None else _practice(*practice),
        None if summative is None else Summative(*summative),
        _float(get("said")),
        tuple([float(level) for level in get("judged", ())]),
        None if (checked := get("checked")) is None else _checked(*checked),
    )


def _checked(at: str, level: float, resolved: bool) -> Checked:
    return Checked(datetime.fromisoformat(at), float(level), resolved)


def _practice(
    opportunities: int, day: str, day_count: int, run: int, longest_run: int, estimates: list[float]
) -> Practice:
    moved = tuple([float(estimate) for estimate in estimates])
    return Practice(opportunities, date.fromisoformat(day), day_count, run, longest_run, moved)


def _float(value: float | None) -> float | None:
    return None if value is None else float(value)


def decision_to_json(decision: Decision) -> Json:
    """All of a decision, what the fold carries included."""
    json: Json = {"state": decision.state.value, "reasons": [reason.value for reason in decision.reasons]}
    json.update((name, value) for name in _DECISION_AS_IS if (value := getattr(decision, name)) is not None)
    json.update((name, value.isoformat()) for name in _DECISION_TIMES if (value := getattr(decision, name)) is not None)
    json.update((name, True) for name in _DECISION_TRUTHS if getattr(decision, name))
    if decision.confirmed is not None:
        json["confirmed"] = decision.confirmed.value
    if decision.beneath is not None:
        json["beneath"] = decision_to_json(decision.beneath)
    return json


def decision_from_json(json: Mapping[str, Any]) -> Decision:
    """The decision that `decision_to_json` wrote; KeyError or ValueError for anything else."""
    times = {name: datetime.fromisoformat(json[name]) for name in _DECISION_TIMES if name in json}
    confirmed, beneath = json.get("confirmed"), json.get("beneath")
    return Decision(
        state=State(json["state"]),
        level=_float(json.get("level")),
        mastered_at=times.get("mastered_at"),
        completed_by=json.get("completed_by"),
        reasons=tuple([Reason(reason) for reason in json["reasons"]]),
        enough_evidence=json.get("enough_evidence", False),
        own_since=times.get("own_since"),
        own_result=json.get("own_result"),
        confirmed=None if confirmed is None else ActKind(confirmed),
        confirmed_at=times.get("confirmed_at"),
        vouched=json.get("vouched", False),
        kept_level=_float(json.get("kept_level")),
        kept_mastered_at=times.get("kept_mastered_at"),
        reopened=json.get("reopened", False),
        beneath=None if beneath is None else decision_from_json(beneath),
        carried=json.get("carried", False),
    )
