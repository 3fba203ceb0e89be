"""What "the same whatever the order of arrival" means (domain 9.2, first line), and evidence that reaches far.

What exactly is held, for a set of results in which a source may have several revisions, of which the newest counts.
"In order" is the arrival of the newest revisions alone, one at a time, in the order of evidence; "this arrival" is that
of all revisions in any order and any batches, into a district whose rows have other keys.

1. Always: every estimate, range and part of it, to the last bit, and the whole tally of a body of evidence are the
   same, and `replay --verify` finds nothing that differs.
2. A system confirmation is kept whatever comes later (law 7, 9.1 line 11). A confirmation is *early* where this arrival
   made it and the arrival in order did not: it rested on evidence that was incomplete or was corrected later.
   On every target without an early confirmation on itself or on a hard prerequisite below it, the whole decision is the
   same: state, level, mastery date, what is missing, and the true flag conditions, now and ever.
3. Where there is an early confirmation on the target itself and none below it, its state is the same or NEEDS_REVIEW.
4. What builds on such a target counts it as mastered until a person has reviewed it: its state is the same or a later
   one of IN_PROGRESS, MASTERED_PROVISIONAL, MASTERED; or NEEDS_REVIEW.
5. Without any early confirmation the digests of the two districts are the same.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from ingest_world import ASSESSMENTS, HARD, Seen, World, confirmations, standings

from mastery.evidence import EvidenceType, ItemResponse, Result, TargetScore

FIRST = datetime.fromisoformat("2026-09-01T13:00:00+00:00")
LATER_STATES = ["not_started", "in_progress", "mastered_provisional", "mastered", "needs_review"]


def body(code: str, day: int, student: str = "S-0000") -> list[Result]:
    """Work of six days, all right, that completes the body of evidence of a target."""
    made = []
    for number in range(6):
        assessment = ("quiz", "unit-1", "check", "unit-2", "quiz", "unit-1")[number]
        at = FIRST + timedelta(days=day + number, minutes=7)
        items = tuple(ItemResponse(f"{code}-{number}-{n}", 1.0, 1.0) for n in range(6))
        made.append(
            Result(
                source_id=f"body-{code}-{number}",
                revision=1,
                student=student,
                assessment=assessment,
                form="A",
                purpose=ASSESSMENTS[assessment],
                evidence_type=EvidenceType.TEST,
                scorer="system",
                performed_at=at,
                scored_at=at,
                targets=(TargetScore(code, 6.0, 6.0, None, items),),
            )
        )
    return made


def newest(results: Sequence[Result]) -> list[Result]:
    """The newest revision of each source, in the order of evidence."""
    last: dict[str, Result] = {}
    for one in sorted(results, key=lambda one: one.revision):
        last[one.source_id] = one
    return sorted(last.values(), key=lambda one: (one.performed_at, one.scored_at, one.source_id))


def batches(results: Sequence[Result], chance: random.Random) -> Iterator[list[Result]]:
    """The results cut into batches of random sizes."""
    start = 0
    while start < len(results):
        size = chance.choice((1, 1, 2, 4, len(results)))
        yield list(results[start : start + size])
        start += size


def building_on(code: str) -> set[str]:
    """The targets that wait for one, near and far."""
    found = {after for before, after in HARD if before == code}
    return found | {further for near in found for further in building_on(near)}


def compare(one: World, other: World) -> int:
    """Hold `other` to `one` as the module says; returns how many early confirmations there were."""
    pure, found = standings(one), standings(other)
    early = {(student, code) for student, code, *_ in confirmations(other) - confirmations(one)}
    on_early = {(student, further) for student, code in early for further in building_on(code)}
    for key in pure.keys() | found.keys():
        if key not in pure:
            _only_kept(key, found[key], early)
            continue
        before, after = pure[key], found[key]
        assert after.evidence == before.evidence, key
        if key not in early | on_early:
            assert after.decision == before.decision, key
        elif key in on_early:
            assert LATER_STATES.index(after.state) >= LATER_STATES.index(before.state), key
        else:
            assert after.state in (before.state, "needs_review"), key
    said, says = one.verify(), other.verify()
    assert said.differing == says.differing == 0
    if not early:
        assert said.digest == says.digest
    return len(early)


def _only_kept(key: tuple[str, str], seen: Seen, early: set[tuple[str, str]]) -> None:
    """All evidence was corrected away; what stands is a confirmation that a person must look at."""
    assert key in early
    assert seen.state == "needs_review"
    assert seen.evidence["tally"]["records"] == 0
    assert seen.evidence["mean"] is None
