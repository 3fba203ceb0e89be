"""Examples of a rubric and the trials of its raters, as rows."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from mastery.rating.calibration import AnchorScore, Trial
from models.rater_calibration import Anchor, AnchorLevel, RaterTrial, TrialScore


@dataclass(frozen=True, slots=True)
class Example:
    """An example of a rubric: its file, and the level that was agreed on by criterion."""

    id: int
    digest: bytes
    kind: str
    agreed: Mapping[str, float]


def examples_of(session: Session, district_id: int, rubric: int) -> Sequence[Example]:
    """The examples of a rubric, in the order in which they were added; two statements."""
    rows = session.scalars(
        select(Anchor).where(Anchor.district_id == district_id, Anchor.rubric_id == rubric).order_by(Anchor.id)
    ).all()
    agreed: dict[int, dict[str, float]] = {row.id: {} for row in rows}
    for level in session.scalars(
        select(AnchorLevel).where(AnchorLevel.district_id == district_id, AnchorLevel.anchor_id.in_(agreed))
    ):
        agreed[level.anchor_id][str(level.place)] = level.level
    return [Example(row.id, row.digest, row.kind, agreed[row.id]) for row in rows]


def count_examples(session: Session, district_id: int, rubric: int) -> int:
    """How many examples a rubric has."""
    chosen = (Anchor.district_id == district_id, Anchor.rubric_id == rubric)
    return session.scalar(select(func.count()).select_from(Anchor).where(*chosen)) or 0


def trials_of(session: Session, district_id: int, rubric: int, raters: Collection[int]) -> dict[int, list[Trial]]:
    """The trials of some raters for a rubric, by rater, oldest first."""
    rows = session.execute(
        select(RaterTrial, TrialScore, AnchorLevel.level)
        .join(
            TrialScore,
            (TrialScore.district_id == RaterTrial.district_id) & (TrialScore.trial_id == RaterTrial.id),
        )
        .join(
            AnchorLevel,
            (AnchorLevel.district_id == TrialScore.district_id)
            & (AnchorLevel.anchor_id == TrialScore.anchor_id)
            & (AnchorLevel.place == TrialScore.place),
        )
        .where(RaterTrial.district_id == district_id, RaterTrial.rubric_id == rubric, RaterTrial.rater_id.in_(raters))
        .order_by(RaterTrial.id, TrialScore.anchor_id, TrialScore.place)
    )
    trials: dict[int, tuple[RaterTrial, list[AnchorScore]]] = {}
    for row, given, agreed in rows:
        trials.setdefault(row.id, (row, []))[1].append(AnchorScore(given.anchor_id, agreed, given.level))
    found: dict[int, list[Trial]] = {rater: [] for rater in raters}
    for row, scores in trials.values():
        found[row.rater_id].append(Trial(row.day, tuple(scores)))
    return found


def raters_tried(session: Session, district_id: int, rubric: int) -> Sequence[int]:
    """Who has a trial for a rubric, by key."""
    return session.scalars(
        select(RaterTrial.rater_id)
        .where(RaterTrial.district_id == district_id, RaterTrial.rubric_id == rubric)
        .distinct()
        .order_by(RaterTrial.rater_id)
    ).all()


def add_anchor(
    session: Session,
    district_id: int,
    rubric: int,
    digest: bytes,
    kind: str,
    agreed: Mapping[str, float],
    person: int,
    now: datetime,
) -> int:
    """Keep an example; its key."""
    row = Anchor(
        district_id=district_id, rubric_id=rubric, digest=digest, kind=kind, added_by=person, added_at=now
    )  # fmt: skip
    session.add(row)
    session.flush()
    levels = [
        {"district_id": district_id, "anchor_id": row.id, "place": int(key), "level": level}
        for key, level in agreed.items()
    ]
    session.execute(insert(AnchorLevel), levels)
    return row.id


def add_trial(
    session: Session,
    district_id: int,
    rubric: int,
    person: int,
    given: Mapping[tuple[int, str], float],
    now: datetime,
    today: date,
) -> None:
    """Keep how somebody scored the examples of a rubric."""
    row = RaterTrial(district_id=district_id, rubric_id=rubric, rater_id=person, day=today, at=now)
    session.add(row)
    session.flush()
    scores = [
        {"district_id": district_id, "trial_id": row.id, "anchor_id": anchor, "place": int(key), "level": level}
        for (anchor, key), level in given.items()
    ]
    session.execute(insert(TrialScore), scores)
