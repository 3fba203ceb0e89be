"""Whom a moderation lead asks, what waits for whom, how well raters agree, and that raters are calibrated first."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
from acts_on_record import recorded
from factories import NOW, Factory
from page_world import PageWorld
from rating_world import RatingWorld, call, rating_world

from mastery.audit import Act
from models.rated_work import (
    CriterionResult,
    CriterionScore,
    RaterCall,
    ScoreSheet,
    Submission,
)
from models.rater_calibration import Anchor, RaterTrial


def test_only_the_lead_asks_and_only_who_may_be_asked(page_world: PageWorld) -> None:
    found = rating_world(page_world, credit=True)
    work = found.hand_in()
    leader = page_world.client("leader")
    shown = leader.get(f"/moderation/{work}").text
    assert "Emmy Noether" in shown
    assert "Ada Lovelace" not in shown
    for who in ("teacher", "principal", "student", "guardian"):
        page_world.client(who).get("/moderation", 404)
        page_world.client(who).post(f"/moderation/{work}", 404, rater=page_world.people["colleague"].id)
    for who in ("teacher", "student", "guardian", "leader"):
        leader.post(f"/moderation/{work}", rater=page_world.people[who].id)
        assert "Nobody was asked" in leader.get("/moderation").text
    assert page_world.rows(RaterCall) == []
    call(page_world, work, "colleague")
    assert "asked: Emmy Noether" in leader.get("/moderation").text
    call(page_world, work, "colleague")
    assert len(page_world.rows(RaterCall)) == 1
    assert len(recorded(page_world.engine, page_world.district_id, Act.RATER_CALLED)) == 1
    leader.get(f"/moderation/{work + 1}", 404)


def test_a_family_member_is_not_asked_and_does_not_score(page_world: PageWorld) -> None:
    found = rating_world(page_world, credit=True)
    work = found.hand_in()

    def family(make: Factory) -> None:
        make.guardianship(page_world.people["colleague"], page_world.student)

    page_world.add(family)
    call(page_world, work, "colleague")
    assert page_world.rows(RaterCall) == []


def test_the_queue_has_what_waits_and_not_what_is_settled_or_replaced(page_world: PageWorld) -> None:
    found = rating_world(page_world, credit=True)
    found.hand_in()
    work = found.hand_in(words="Better.")
    leader = page_world.client("leader")
    assert "What waits: 1" in leader.get("/moderation").text
    assert "Waits to be scored" in leader.get("/moderation").text
    call(page_world, work, "colleague")
    found.score("teacher", work, "1", "3")
    assert "Waits for another rater" in leader.get("/moderation").text
    found.score("colleague", work, "3", "3")
    assert "Waits for a third rater" in leader.get("/moderation").text
    found.score("leader", work, "3", "3")
    page = leader.get("/moderation").text
    assert "Nothing waits." in page
    # one pair of two is the same, none else near; kappa is not told of one piece of work
    assert "50%" in page
    assert "too few" in page


def _scored_twice(found: RatingWorld, works: int, first: float, second: float) -> None:
    """So many pieces of work that two people scored so."""
    world = found.world
    teacher, colleague = world.people["teacher"].id, world.people["colleague"].id

    def rows(make: Factory) -> None:
        for number in range(works):
            work = Submission(
                district_id=make.district_id, task_id=found.task, student_id=world.student.id, source=f"s{number}",
                words="x", raters=2, handed_in_by=world.student.id, handed_in_at=NOW,
            )  # fmt: skip
            make.session.add(work)
            make.session.flush()
            for rater, level in ((teacher, first), (colleague, second)):
                sheet = ScoreSheet(
                    district_id=make.district_id, submission_id=work.id, rater_id=rater, lead=False, words="",
                    submitted_at=NOW,
                )  # fmt: skip
                make.session.add(sheet)
                make.session.flush()
                make.session.add(CriterionScore(district_id=make.district_id, sheet_id=sheet.id, place=1, level=level))
            make.session.add(
                CriterionResult(
                    district_id=make.district_id, submission_id=work.id, place=1, outcome="mean", level=second,
                    settled_at=NOW,
                )
            )  # fmt: skip

    world.add(rows)


@pytest.mark.parametrize(("works", "told"), [(19, False), (20, True)])
def test_a_drift_is_told_to_the_lead_alone_from_twenty_pieces_on(page_world: PageWorld, works: int, told: bool) -> None:
    _scored_twice(rating_world(page_world, credit=True), works, 3.5, 3.0)
    page = page_world.client("leader").get("/moderation").text
    assert ("Grace Hopper gives more" in page) == told
    assert ("Emmy Noether gives less" in page) == told
    for who in ("teacher", "principal"):
        for url in ("/classes", "/ratings"):
            assert "gives more" not in page_world.client(who).get(url).text


def test_the_page_takes_as_many_statements_however_much_there_is(page_world: PageWorld) -> None:
    found = rating_world(page_world, credit=True)
    _scored_twice(found, 2, 3.0, 3.0)
    leader = page_world.client("leader")
    few = leader.statements("/moderation")
    _scored_twice_more(found)
    assert leader.statements("/moderation") == few


def _scored_twice_more(found: RatingWorld) -> None:
    world = found.world

    def rows(make: Factory) -> None:
        for number in range(5):
            make.session.add(
                Submission(
                    district_id=make.district_id, task_id=found.task, student_id=world.people["classmate"].id,
                    source=f"more{number}", words="x", raters=2, handed_in_by=world.student.id, handed_in_at=NOW,
                )
            )  # fmt: skip

    world.add(rows)


# --- calibration ------------------------------------------------------------------------------------------------------


def _examples(found: RatingWorld, count: int = 5) -> list[int]:
    leader = found.world.client("leader")
    for number in range(count):
        file = (io.BytesIO(b"%PDF-" + bytes([number])), "x.pdf")
        leader.post(f"/moderation/rubrics/{found.rubric}", file=file, **{"level-1": "3", "level-2": "2"})
    return [one.id for one in found.world.rows(Anchor)]


def _try(found: RatingWorld, who: str, given: dict[tuple[int, int], str], status: int = 303) -> str:
    client = found.world.client(who)
    form: dict[str, Any] = {f"level-{anchor}-{place}": level for (anchor, place), level in given.items()}
    page = client.post(f"/rubrics/{found.rubric}/examples", status, **form)
    return page.text if status != 303 else client.get(f"/rubrics/{found.rubric}/examples").text


def test_with_five_examples_raters_score_them_before_they_score_live(page_world: PageWorld) -> None:
    found = rating_world(page_world)
    work = found.hand_in()
    _examples(found, 4)
    assert "too few examples" in page_world.client("teacher").get(f"/rubrics/{found.rubric}/examples").text
    anchors = [*_examples(found, 1)]
    assert len(anchors) == 5
    teacher = page_world.client("teacher")
    assert "score the examples of its rubric" in teacher.get(f"/ratings/{work}").text
    assert "not yours to score now" in found.score("teacher", work, "3", "3")
    right = {(anchor, place): "3" if place == 1 else "2" for anchor in anchors for place in (1, 2)}
    # 5 of 10 are too few to be right; one that is two levels off is too far
    assert "not near enough" in _try(found, "teacher", {**right, **{(anchor, 1): "4" for anchor in anchors}})
    assert "not near enough" in _try(found, "teacher", {**right, (anchors[0], 1): "1"})
    enough = {**right, **{(anchor, 1): "4" for anchor in anchors[:4]}}
    assert "You may score by this rubric until" in _try(found, "teacher", enough)
    assert len(page_world.rows(RaterTrial)) == 3
    found.score("teacher", work, "3", "3")
    assert len(page_world.rows(ScoreSheet)) == 1
    assert "Grace Hopper until" in page_world.client("leader").get(f"/moderation/rubrics/{found.rubric}").text
    page_world.clock.jump(timedelta(days=366))
    again = found.hand_in()
    assert "not yours to score now" in found.score("teacher", again, "3", "3")


def test_all_examples_are_scored(page_world: PageWorld) -> None:
    found = rating_world(page_world)
    anchors = _examples(found)
    assert "give a level for each criterion" in _try(found, "teacher", {(anchors[0], 1): "3"}, 422)
    assert page_world.rows(RaterTrial) == []


def test_an_example_is_added_by_the_lead_alone_with_a_file_and_levels(page_world: PageWorld) -> None:
    found, url = rating_world(page_world), "/moderation/rubrics/"
    leader = page_world.client("leader")
    url += str(found.rubric)
    levels = {"level-1": "3", "level-2": "2"}
    assert "Choose a file." in leader.post(url, 422, **levels).text
    page = leader.post(url, 422, file=(io.BytesIO(b"<svg onload=x>"), "x.png"), **levels)
    assert "Files of this kind are not taken." in page.text
    assert "give a level" in leader.post(url, 422, file=(io.BytesIO(b"%PDF-"), "x.pdf")).text
    page_world.client("teacher").post(url, 404, file=(io.BytesIO(b"%PDF-"), "x.pdf"), **levels)
    (anchor,) = _examples(found, 1)
    answer = page_world.client("teacher").client.get(f"/rubrics/{found.rubric}/examples/{anchor}/file")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
