"""What raters said of pieces of work, as rows: sheets, talks, results; how the laws of mastery/rating see them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from mastery.rating.blind import Sheet
from mastery.rating.resolution import Resolution
from mastery.rating.work import Rated
from models.rated_work import (
    CriterionResult,
    CriterionScore,
    CriterionTalk,
    RaterCall,
    ScoreSheet,
    Submission,
)


@dataclass(slots=True)
class Said:
    """All that was said of a piece of work: sheets as the laws see them, the raters' words, what it came to."""

    raters: int
    sheets: list[Sheet] = field(default_factory=list)
    words: dict[int, str] = field(default_factory=dict)
    discussed: dict[str, float] = field(default_factory=dict)
    results: dict[str, float | None] = field(default_factory=dict)

    @property
    def rated(self) -> Rated:
        """What the laws ask for."""
        return Rated(self.raters, tuple(self.sheets), self.discussed)

    @property
    def settled(self) -> bool:
        """Whether its levels are on record."""
        return bool(self.results)


def said_of_work(session: Session, district_id: int, works: Mapping[int, int]) -> dict[int, Said]:
    """What was said of some pieces of work, by key; `works` has how many must score each. Three statements."""
    found = {key: Said(raters) for key, raters in works.items()}
    sheets = session.execute(
        select(ScoreSheet, CriterionScore.place, CriterionScore.level)
        .join(
            CriterionScore,
            (CriterionScore.district_id == ScoreSheet.district_id) & (CriterionScore.sheet_id == ScoreSheet.id),
        )
        .where(ScoreSheet.district_id == district_id, ScoreSheet.submission_id.in_(works))
        .order_by(ScoreSheet.id, CriterionScore.place)
    ).all()
    scores: dict[int, dict[str, float | None]] = {}
    for row, place, level in sheets:
        scores.setdefault(row.id, {})[str(place)] = level
    for row in {row.id: row for row, _, _ in sheets}.values():
        said = found[row.submission_id]
        said.sheets.append(Sheet(row.rater_id, scores[row.id], row.submitted_at, row.lead))
        said.words[row.rater_id] = row.words
    for talk in session.scalars(
        select(CriterionTalk).where(CriterionTalk.district_id == district_id, CriterionTalk.submission_id.in_(works))
    ):
        found[talk.submission_id].discussed[str(talk.place)] = talk.level
    for one in session.scalars(
        select(CriterionResult)
        .where(CriterionResult.district_id == district_id, CriterionResult.submission_id.in_(works))
        .order_by(CriterionResult.place)
    ):
        found[one.submission_id].results[str(one.place)] = one.level
    return found


def calls_of(session: Session, district_id: int, works: Collection[int]) -> dict[int, list[int]]:
    """Who was asked to score some pieces of work, by work, in the order of asking."""
    found: dict[int, list[int]] = {}
    rows = session.scalars(
        select(RaterCall)
        .where(RaterCall.district_id == district_id, RaterCall.submission_id.in_(works))
        .order_by(RaterCall.called_at, RaterCall.rater_id)
    )
    for row in rows:
        found.setdefault(row.submission_id, []).append(row.rater_id)
    return found


def is_called(session: Session, district_id: int, submission: int, rater: int) -> bool:
    """Whether a person was asked to score a piece of work."""
    return session.get(RaterCall, (district_id, submission, rater)) is not None


def called_work(
    session: Session, district_id: int, rater: int, limit: int, offset: int
) -> tuple[Sequence[Submission], int]:
    """A page of the work that a person was asked to score and has not yet, the oldest first; how much there is."""
    done = select(ScoreSheet.submission_id).where(ScoreSheet.district_id == district_id, ScoreSheet.rater_id == rater)
    settled = select(CriterionResult.submission_id).where(CriterionResult.district_id == district_id)
    chosen = (
        select(Submission)
        .join(RaterCall, (RaterCall.district_id == Submission.district_id) & (RaterCall.submission_id == Submission.id))
        .where(
            Submission.district_id == district_id, RaterCall.rater_id == rater, Submission.id.not_in(done),
            Submission.id.not_in(settled),
        )
    )  # fmt: skip
    total = session.scalar(select(func.count()).select_from(chosen.with_only_columns(Submission.id).subquery())) or 0
    return session.scalars(chosen.order_by(Submission.id).limit(limit).offset(offset)).all(), total


def add_sheet(
    session: Session, district_id: int, submission: int, sheet: Sheet, words: str, now: datetime
) -> int:  # fmt: skip
    """Keep what a rater said; its key."""
    row = ScoreSheet(
        district_id=district_id, submission_id=submission, rater_id=sheet.rater, lead=sheet.lead, words=words,
        submitted_at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    scores = [
        {"district_id": district_id, "sheet_id": row.id, "place": int(key), "level": level}
        for key, level in sheet.scores.items()
    ]
    session.execute(insert(CriterionScore), scores)
    return row.id


def add_results(
    session: Session, district_id: int, submission: int, found: Mapping[str, Resolution], now: datetime
) -> None:
    """Keep what each criterion came to."""
    rows = [
        {
            "district_id": district_id, "submission_id": submission, "place": int(key), "outcome": one.outcome.value,
            "level": one.level, "settled_at": now,
        }
        for key, one in found.items()
    ]  # fmt: skip
    session.execute(insert(CriterionResult), rows)
