"""Whatever the order of arrival and the batches: the same evidence ends in the same standings; see ingest_laws."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta
from itertools import count
from zoneinfo import ZoneInfo

import psycopg
import pytest
from hypothesis import HealthCheck, Phase, event, example, given, settings
from hypothesis import strategies as st
from ingest_laws import FIRST, batches, body, compare, newest
from ingest_world import (
    ASSESSMENTS,
    confirmations,
    forget_results,
    furnish,
    standings,
)
from sqlalchemy import Engine, select

from api.actions.explain_history import history_document, sittings_of
from api.actions.outcome import Status
from mastery.evidence import (
    EvidenceType,
    Feedback,
    Independence,
    ItemResponse,
    Purpose,
    Result,
    ScoreStatus,
    TargetScore,
)
from models.graph_store import load_graph
from models.installation import Installation
from models.standing import Standing
from models.unit_of_work import district_transaction

CODES = ("M.1", "M.2", "M.4", "E.1", "M.3")
_made = count()

QUICK = settings(
    deadline=None,
    max_examples=15,
    database=None,
    derandomize=True,
    # each example is a second of a database: what fails is shown as it was found
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)


class Pair:
    """Two districts that are the same but for the keys of their rows."""

    def __init__(self, engine: Engine, installation: Installation) -> None:
        number = next(_made)
        self.one = furnish(engine, f"In order {number}")
        self.other = furnish(engine, f"In any order {number}", backwards=True)
        assert installation.superuser_dsn is not None
        self._dsn = installation.superuser_dsn.replace("+psycopg", "")

    def forget(self) -> None:
        """Begin again without results."""
        with psycopg.connect(self._dsn, autocommit=True) as connection:
            forget_results(connection)


@pytest.fixture
def pair(engine: Engine, installation: Installation) -> Pair:
    return Pair(engine, installation)


@st.composite
def scores(draw: st.DrawFn, code: str, right: float) -> TargetScore:
    """A score on a target: of items, with second tries and hints, or of the form as a whole."""
    items = draw(st.sampled_from((0, 1, 6, 8)))
    if not items:
        score = 4.0 if right > 0.5 else draw(st.sampled_from((0.0, 1.0, 2.5)))
        return TargetScore(code, score, 4.0)
    chance = draw(st.randoms(use_true_random=False))
    responses = []
    for number in sorted(chance.sample(range(12), items)):
        got = float(chance.random() < right)
        responses.append(ItemResponse(f"q{number}", got, 1.0, hints=int(chance.random() < 0.03)))
        if not got and chance.random() < 0.5:
            responses.append(ItemResponse(f"q{number}", 1.0, 1.0, attempt=2))
    points = sum(one.score for one in responses if one.attempt == 1)
    return TargetScore(code, points, float(items), None, tuple(responses))


@st.composite
def sittings(draw: st.DrawFn, source_id: str, revision: int = 1) -> Result:
    """One sitting on one or two targets. Mostly right, so that mastery is reached; ties of time are common."""
    assessment = draw(st.sampled_from([*ASSESSMENTS, "unit-1", "unit-2"]))
    purpose = ASSESSMENTS[assessment]
    at = FIRST + timedelta(days=draw(st.integers(0, 9)), hours=draw(st.sampled_from((0, 0, 5))))
    right = draw(st.sampled_from((1.0, 1.0, 1.0, 0.9, 0.2)))
    judged = draw(st.integers(0, 9)) == 0
    status = draw(st.sampled_from([*[ScoreStatus.SCORED] * 9, ScoreStatus.EXEMPT]))
    return Result(
        source_id=source_id,
        revision=revision,
        student=draw(st.sampled_from(("S-0000", "S-0000", "S-0001"))),
        assessment=assessment,
        form="A",
        purpose=purpose,
        evidence_type=EvidenceType.PERFORMANCE if judged else EvidenceType.QUIZ,
        scorer="system",
        performed_at=at,
        scored_at=at + timedelta(seconds=draw(st.sampled_from((0, 0, 30)))),
        independence=draw(st.sampled_from([*Independence, *[Independence.INDEPENDENT] * 6])),
        feedback=draw(st.sampled_from(list(Feedback))),
        status=status,
        targets=tuple(
            draw(scores(code, right)) if status is ScoreStatus.SCORED else TargetScore(code, None, None)
            for code in draw(st.lists(st.sampled_from(("M.1", *CODES)), min_size=1, max_size=2, unique=True))
        ),
    )


@st.composite
def histories(draw: st.DrawFn) -> list[Result]:
    """Results with all their revisions; some bodies of evidence complete, on a target and on what builds on it."""
    made: list[Result] = []
    for number in range(draw(st.integers(1, 8))):
        revisions = draw(st.sampled_from(((1,), (1,), (1, 2), (2, 5))))
        made += [draw(sittings(f"r{number:02}", revision)) for revision in revisions]
    for code in draw(st.lists(st.sampled_from(CODES), max_size=3, unique=True)):
        made += body(code, draw(st.integers(0, 5)))
    return made


EARLY = body("M.1", 0)
# its summative of the third day was all wrong, as a correction says that comes last
CORRECTED = [
    *EARLY,
    *(
        replace(
            one,
            revision=2,
            targets=tuple(
                replace(score, score=0.0, items=tuple(replace(item, score=0.0) for item in score.items))
                for score in one.targets
            ),
        )
        for one in EARLY
    ),
]


@QUICK
@given(histories(), st.randoms(use_true_random=False))
@example([*body("M.1", 0), *body("M.2", 1), *body("M.4", 2)], random.Random(1))
@example(CORRECTED, random.Random(2))
def test_any_arrival_ends_as_the_arrival_in_order(pair: Pair, results: list[Result], chance: random.Random) -> None:
    pair.forget()
    pair.one.post([[one] for one in newest(results)])
    arrival = list(results)
    chance.shuffle(arrival)
    outcomes = pair.other.post(list(batches(arrival, chance)))
    assert {one.status for one in outcomes} <= {Status.ACCEPTED, Status.SUPERSEDED}
    early = compare(pair.one, pair.other)
    states = sorted({one.state for one in standings(pair.one).values()})
    event(f"states in order: {', '.join(states)}")
    event(f"early confirmations: {min(early, 3)}")


@QUICK
@given(histories(), st.randoms(use_true_random=False))
def test_a_newer_revision_equals_never_having_posted_the_older(
    pair: Pair, results: list[Result], chance: random.Random
) -> None:
    pair.forget()
    pair.one.post([[one] for one in newest(results)])
    older = [one for one in results if one not in newest(results)]
    pair.other.post([[one] for one in sorted(older, key=lambda one: (one.performed_at, one.source_id, one.revision))])
    pair.other.post([[one] for one in newest(results)])
    compare(pair.one, pair.other)


@QUICK
@given(histories(), st.randoms(use_true_random=False))
def test_one_batch_for_all_students_equals_one_by_one(pair: Pair, results: list[Result], chance: random.Random) -> None:
    pair.forget()
    effective = newest(results)
    pair.one.post([[one] for one in effective])
    chance.shuffle(effective)
    pair.other.post([effective])
    assert standings(pair.other) == standings(pair.one)
    assert confirmations(pair.other) == confirmations(pair.one)
    assert compare(pair.one, pair.other) == 0
    again = pair.other.post([effective])
    assert {one.status for one in again} == {Status.DUPLICATE}
    assert compare(pair.one, pair.other) == 0


def test_the_examples_reach_mastery_on_each_floor_and_an_early_confirmation(pair: Pair) -> None:
    pair.one.post([[one] for one in newest([*body("M.1", 0), *body("M.2", 1), *body("M.4", 2)])])
    states = {code: seen.state for (_, code), seen in standings(pair.one).items()}
    assert states == {"M.1": "mastered", "M.2": "mastered", "M.4": "mastered_provisional"}
    pair.forget()
    pair.one.post([[one] for one in newest(CORRECTED)])
    pair.other.post([[one] for one in CORRECTED])
    assert compare(pair.one, pair.other) == 1
    assert standings(pair.other)["S-0000", "M.1"].state == "needs_review"


def test_the_state_test_is_no_part_of_the_estimate(pair: Pair) -> None:
    """A ledger of its own: with or without it, in whatever order, the estimate is the same."""
    work = body("M.1", 0)
    state = replace(work[1], source_id="state", assessment="state", purpose=Purpose.STATE_SUMMATIVE)
    pair.one.post([work])
    pair.other.post([[state], work])
    assert (
        standings(pair.other)["S-0000", "M.1"].evidence["mean"] == standings(pair.one)["S-0000", "M.1"].evidence["mean"]
    )


@QUICK
@given(histories(), st.randoms(use_true_random=False))
@example(CORRECTED, random.Random(3))
def test_the_points_of_every_estimate_end_in_the_stored_one(
    pair: Pair, results: list[Result], chance: random.Random
) -> None:
    """Whatever came late, twice or corrected, with feedback or without."""
    pair.forget()
    arrival = list(results)
    chance.shuffle(arrival)
    pair.other.post(list(batches(arrival, chance)))
    district = pair.other.district_id
    with district_transaction(pair.other.engine, district) as session:
        graph, zone = load_graph(session, district), ZoneInfo("America/New_York")
        for row in session.scalars(select(Standing).where(Standing.district_id == district)):
            told = history_document(session, district, graph, row, sittings_of(session, district, graph, zone, row))
            assert told is not None
            assert bool(told["points"]) == (row.probability is not None)
            for last in told["points"][-1:]:
                assert last["estimate"] == {
                    "probability": row.probability, "expected": row.expected, "low": row.low, "high": row.high,
                }  # fmt: skip
                assert last["records"] <= row.records
