"""What holds of the estimate whatever kinds of answers a result is posted with."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from mastery.decide import rule_book
from mastery.estimate import UNCALIBRATED
from mastery.evidence import EvidenceType, Feedback, Independence, ItemResponse, Purpose, ScoreStatus, TargetScore
from mastery.observation import ItemFormat
from mastery.policy import DEFAULT_POLICY
from mastery.progress import TargetEstimate, steps_of
from mastery.sittings import Sitting
from models.evidence_store import Header, Line, sitting_of
from models.registry import AssessmentRules

BOOK, ZONE = rule_book([]), ZoneInfo("America/New_York")
SCHOOL_YEAR = datetime(2026, 9, 1, 13, tzinfo=UTC)
FORMATS = {
    1: ItemFormat(choices=2), 2: ItemFormat(choices=4), 3: ItemFormat(points=4), 4: ItemFormat(points=1),
    5: ItemFormat(points=20),
}  # fmt: skip
MAXIMA = (1, 2, 2.5, 4, 10, 100)

# (item, its maximum, share of it) by target; none: the form as a whole, judged
Lines = dict[int, list[tuple[int, float, float]]]
lines = st.dictionaries(
    st.integers(1, 3),
    st.lists(
        st.tuples(st.integers(1, 8), st.sampled_from(MAXIMA), st.sampled_from([0.0, 0.25, 0.5, 1.0])),
        max_size=7, unique_by=lambda one: one[0],
    ),
    min_size=1,
)  # fmt: skip


class Posted:
    """A result as it is stored, with keys for names; items 1 to 8 stand under any target."""

    def __init__(self, of: Lines, summed: bool, by_person: bool, independence: Independence) -> None:
        self.of = of
        self._feedback = Feedback.NONE if summed else Feedback.IMMEDIATE
        self._scorer = "teacher-1" if by_person else "system"
        self._independence = independence

    def sitting(self, number: int, share: float | None = None) -> Sitting:
        """The result of a month as the law folds it; with `share` every answer has so much of its points."""
        at = SCHOOL_YEAR + timedelta(days=30 * number)
        header = Header(
            number, 1, "lms", str(number), 1, Purpose.FORMATIVE, EvidenceType.PERFORMANCE, self._scorer, False,
            self._independence, self._feedback, ScoreStatus.SCORED, at, at,
        )  # fmt: skip
        made = [self._line(target, answers, share) for target, answers in self.of.items()]
        found = sitting_of(header, made, AssessmentRules(formats=FORMATS), ZONE)
        assert found is not None
        return found

    def _line(self, target: int, answers: Sequence[tuple[int, float, float]], share: float | None) -> Line:
        items = tuple(
            ItemResponse(f"q{item}", (part if share is None else share) * most, most)
            for item, most, part in sorted(answers)
        )
        level = 2.0 if share is None else 4.0 * share
        keys = tuple(int(one.item[1:]) for one in items)
        return Line(
            target, str(target), TargetScore("", level, 4.0, level, items), keys, None if items else 100 + target
        )


posted = st.builds(Posted, lines, st.booleans(), st.booleans(), st.sampled_from(Independence))


def last(past: Sequence[Posted], share: float) -> dict[int, tuple[TargetEstimate, TargetEstimate]]:
    """Before and after the last result, by target, where all its answers have `share` of their points."""
    newest = len(past) - 1
    sittings = [one.sitting(number, share if number == newest else None) for number, one in enumerate(past)]
    steps = steps_of(sittings, BOOK, UNCALIBRATED, DEFAULT_POLICY)
    return {target: pair for (result, target), pair in steps.items() if result == newest}


@settings(deadline=None, max_examples=60)
@given(st.lists(posted, min_size=1, max_size=4))
def test_all_right_never_lowers_all_wrong_never_raises_and_right_is_told_no_less_than_wrong(past: list[Posted]) -> None:
    right, wrong = last(past, 1.0), last(past, 0.0)
    assert right.keys() == wrong.keys() == past[-1].of.keys()
    for target in right:
        assert right[target][0] == wrong[target][0]
        assert right[target][1].mean >= right[target][0].mean - 1e-9
        assert wrong[target][1].mean <= wrong[target][0].mean + 1e-9
        assert right[target][1].mean >= wrong[target][1].mean - 1e-9
