"""What was measured, as the page and the API tell it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from mastery.measure.anchor import BEYOND_CHANCE
from mastery.measure.item_map import difficulty_of
from mastery.measure.shares import FEWEST_STUDENTS
from mastery.measure.term_report import NOMINAL
from models.calibrations import switches
from models.measurements import Measured, Measurement, farthest_drifted, items_after, measurements_of

FARTHEST = 20
"""So many items with a drift are told of beside their picture; the list has the drift of each."""


class NotMeasuredError(LookupError):
    """A subject or term without a measurement; `field` is which of them, the text says what there is."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def overview(session: Session, district_id: int) -> dict[str, Measurement]:
    """The measurement of all time of each subject that has one."""
    return {one.subject: one for one in measurements_of(session, district_id) if one.place == 0}


def measured(
    session: Session, district_id: int, subject: str, term: str | None, limit: int, after: int | None
) -> tuple[dict[str, Any], list[Measured]]:
    """The measurement of a subject in a term (all time for None), and its items after a place, one more than `limit`.

    Raises NotMeasuredError.
    """
    there = measurements_of(session, district_id, subject)
    if not there:
        raise NotMeasuredError("subject", f"{subject!r} is not measured yet; `mastery measurement run` does it")
    chosen = next((one for one in there if one.term == term), None) if term is not None else there[0]
    if chosen is None:
        terms = ", ".join(one.term for one in there)
        raise NotMeasuredError("term", f"{subject} was not measured in {term!r}; there are {terms}")
    switch = switches(session, district_id).get(subject)
    farthest, drifting = farthest_drifted(session, chosen, FARTHEST)
    figures = chosen.figures
    document = {
        "subject": subject,
        "term": _term(chosen),
        "terms": [_line(one) for one in there],
        "version": chosen.version,
        "calibrated": chosen.calibration_id is not None,
        "in_force": chosen.calibration_id == (switch.in_force if switch else None),
        "measured_at": chosen.measured_at.isoformat(),
        "newest_evidence": chosen.newest.isoformat(),
        "answers": chosen.answers,
        "students": chosen.students,
        "after_calibration": figures["after_calibration"],
        "fewest_students": FEWEST_STUDENTS,
        **{name: figures[name] for name in ("success", "tenths", "promises", "mastery", "mastery_tenths")},
        "coverage": {"nominal": NOMINAL, "share": figures["coverage"], "by_earlier_answers": figures["coverages"]},
        "item_map": figures["items"],
        "drift": {
            "items": drifting, "beyond_chance": BEYOND_CHANCE, "farthest": [item_document(one) for one in farthest]
        },
        "item_count": chosen.items,
        "left_out": figures["left_out"],
        "to_look_at": chosen.to_look_at,
    }  # fmt: skip
    return document, items_after(session, chosen, limit + 1, after)


def items_documents(items: Sequence[Measured]) -> list[dict[str, Any]]:
    """Items as they are told."""
    return [item_document(one) for one in items]


def item_document(one: Measured) -> dict[str, Any]:
    """An item with its figures, the numbers its answers are read with, and why to look at it."""
    row = one.row
    return {
        "assessment": one.assessment,
        "title": one.title,
        "item": one.item,
        "answers": row.answers,
        "students": row.students,
        "observed": row.observed,
        "expected": row.expected,
        "residual": row.residual,
        "observed_slope": row.slope,
        "observed_slope_error": row.slope_error,
        "misfit": row.misfit,
        "drift": row.drift,
        "read_with": _read_with(one),
        "reasons": list(row.reasons),
    }


def _read_with(one: Measured) -> dict[str, float] | None:
    if one.slope is None or one.easiness is None or one.easiness_variance is None:
        return None
    return {
        "slope": one.slope,
        "easiness": one.easiness,
        "standard_error": one.easiness_variance**0.5,
        "difficulty": float(difficulty_of(one.slope, one.easiness)),
    }


def _term(row: Measurement) -> dict[str, Any]:
    return {
        "key": row.term,
        "title": row.title,
        "begins_on": row.begins_on.isoformat() if row.begins_on else None,
        "ends_on": row.ends_on.isoformat() if row.ends_on else None,
    }


def _line(row: Measurement) -> dict[str, Any]:
    """A term beside the others; figures are None where too few students stand behind."""
    success, mastery = row.figures["success"], row.figures["mastery"]
    return {
        **_term(row),
        "answers": row.answers,
        "students": row.students,
        "error": success and success["error"],
        "brier": success and success["brier"],
        "log_loss": success and success["log_loss"],
        "mastery_error": mastery and mastery["error"],
        "coverage": row.figures["coverage"] and row.figures["coverage"]["value"],
    }
