"""Adding an example of a rubric, and scoring its examples before scoring live; both on record."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from api.actions.artefacts import FileError
from api.actions.moderate import leads
from mastery.access import Viewer
from mastery.audit import Act
from mastery.body.judgement import levels_to_give
from mastery.policy import DEFAULT_POLICY
from mastery.rating.calibration import calibrated_until, is_calibrated
from mastery.rating.contents import FileRefusal, kind_of, refused
from mastery.rating.rubric import RubricError
from models.audit import by_person, record
from models.queries_artefacts import add_content
from models.queries_calibration import (
    add_anchor,
    add_trial,
    count_examples,
    examples_of,
    raters_tried,
    trials_of,
)
from models.queries_rated import RubricText
from models.queries_raters import scorer_names


@dataclass(frozen=True, slots=True)
class Calibrated:
    """A rater of a rubric by name, and the last day on which they may score; None: they may not."""

    name: str
    until: date | None


def asks_for_trial(session: Session, district_id: int, rubric: int) -> bool:
    """Whether who scores by a rubric scores its examples first: once it has enough of them."""
    return count_examples(session, district_id, rubric) >= DEFAULT_POLICY.raters_anchors


def may_score_live(session: Session, district_id: int, rubric: int, rater: int, today: date) -> bool:
    """Whether somebody is calibrated for a rubric, or need not be."""
    if not asks_for_trial(session, district_id, rubric):
        return True
    trials = trials_of(session, district_id, rubric, [rater])[rater]
    return is_calibrated(trials, today, DEFAULT_POLICY)


def until(session: Session, district_id: int, rubric: int, rater: int) -> date | None:
    """The last day on which somebody may score by a rubric, by their newest trial; None where they may not."""
    return calibrated_until(trials_of(session, district_id, rubric, [rater])[rater], DEFAULT_POLICY)


def calibrated(session: Session, district_id: int, rubric: int) -> Sequence[Calibrated]:
    """All who have scored the examples of a rubric, by name; three statements."""
    raters = raters_tried(session, district_id, rubric)
    trials = trials_of(session, district_id, rubric, raters)
    names = scorer_names(session, district_id, raters)
    found = [Calibrated(names[one].shown, calibrated_until(trials[one], DEFAULT_POLICY)) for one in raters]
    return sorted(found, key=lambda one: one.name)


def add_example(
    session: Session,
    viewer: Viewer,
    rubric: RubricText,
    content: bytes,
    agreed: Mapping[str, float],
    now: datetime,
) -> int:
    """Add an example to a rubric; its key. Raises LookupError for who does not lead, FileError, RubricError.

    Whoever calls commits.
    """
    if not leads(viewer, now):
        raise LookupError("there is no such page")
    if agreed.keys() != set(rubric.law.keys) or not set(agreed.values()) <= set(levels_to_give()):
        raise RubricError("levels", "give the level that was agreed on for each criterion")
    why, kind = refused(content, 0, DEFAULT_POLICY), kind_of(content)
    if why is not None or kind is None:
        raise FileError(why or FileRefusal.KIND)
    digest = hashlib.sha256(content).digest()
    add_content(session, viewer.district, digest, content)
    key = add_anchor(session, viewer.district, rubric.id, digest, kind.value, agreed, viewer.person, now)
    detail = {"rubric": rubric.id, "anchor": key}
    record(session, viewer.district, by_person(viewer.person), Act.EXAMPLE_ADDED, now, detail=detail)
    return key


def try_examples(
    session: Session, viewer: Viewer, rubric: RubricText, given: Mapping[tuple[int, str], float], now: datetime,
    today: date,
) -> date | None:  # fmt: skip
    """Keep how the viewer scored all examples of a rubric; the last day on which they may score now, None: not yet.

    Raises RubricError unless there is a level for each criterion of each example. Whoever calls commits.
    """
    wanted = {(one.id, key) for one in examples_of(session, viewer.district, rubric.id) for key in rubric.law.keys}
    if not wanted or given.keys() != wanted or not set(given.values()) <= set(levels_to_give()):
        raise RubricError("levels", "give a level for each criterion of each example")
    add_trial(session, viewer.district, rubric.id, viewer.person, given, now, today)
    detail = {"rubric": rubric.id}
    record(session, viewer.district, by_person(viewer.person), Act.RATER_TRIED, now, detail=detail)
    return until(session, viewer.district, rubric.id, viewer.person)
