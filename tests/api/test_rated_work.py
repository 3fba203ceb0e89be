"""A task is given, work is handed in and scored blind, and its levels become evidence, one record for each target."""

from __future__ import annotations

import json
from threading import Barrier, Thread
from typing import Any

import pytest
from factories import NOW
from page_world import PageWorld
from rating_world import LEVELS, call, html, rating_world
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError, SQLAlchemyError

from api.actions import submissions
from api.actions.artefacts import add_artefact
from api.actions.complete_record import complete_record
from api.actions.rate import RatingError, score
from api.actions.tasks import make_rubric
from mastery.rating.rubric import RubricError
from models.audit import SYSTEM
from models.evidence import Evidence, ResultRow
from models.graph_store import GraphCache
from models.queries_access import viewer_of
from models.queries_rated import CriterionText, rubric_of
from models.rated_work import CriterionResult, ScoreSheet, Submission, TaskRow
from models.registry import context
from models.standing import Standing
from models.unit_of_work import district_transaction


@pytest.fixture(autouse=True)
def nothing_sampled(monkeypatch: pytest.MonkeyPatch) -> None:
    """No work is scored twice but where credit rests on it; the sample has a test of its own."""
    needed = submissions.raters_needed

    def alone(ids: Any, key: bytes, policy: Any, *, credit_bearing: bool) -> int:
        return needed(ids, key, policy, credit_bearing=True) if credit_bearing else 1

    monkeypatch.setattr(submissions, "raters_needed", alone)


# --- rubrics and tasks ------------------------------------------------------------------------------------------------


def _form(code: str = "4.NF.A.1", **more: str) -> dict[str, str]:
    levels = {f"c1-{level}": text for level, text in enumerate(LEVELS)}
    return {"title": "Essays", "c1-title": "It argues", "c1-target": code, **levels, **more}


def test_a_teacher_writes_a_rubric_and_a_change_is_another_version(page_world: PageWorld) -> None:
    teacher = page_world.client("teacher")
    teacher.post("/rubrics/new", **_form())
    assert teacher.response is not None
    first = int(teacher.response.headers["Location"].rsplit("/", 1)[-1])
    assert "more than that" in teacher.get(f"/rubrics/{first}").text
    teacher.get(f"/rubrics/new?replaces={first}")
    assert 'value="It argues"' in html(teacher)
    teacher.post("/rubrics/new", **_form(replaces=str(first), **{"c1-title": "It argues well"}))
    assert "There is a newer version." in teacher.get(f"/rubrics/{first}").text
    assert "It argues well" not in teacher.get(f"/rubrics/{first}").text
    assert teacher.get("/rubrics").text.count("Essays") == 1
    teacher.post("/rubrics/new", 404, **_form(replaces=str(first)))
    teacher.get(f"/rubrics/new?replaces={first}", 404)


@pytest.mark.parametrize(
    ("form", "words"),
    [
        (_form(title=" "), "give it a title"),
        ({"title": "Essays"}, "one to 8 criteria"),
        (_form("no such target"), "a target of its own"),
        (_form(**{"c1-3": " "}), "words for every level"),
        (_form(**{f"c2-{part}": text for part, text in [("title", "x"), ("target", "4.NF.A.1"), *enumerate("abcde")]}),
         "a target of its own"),
    ],
)  # fmt: skip
def test_a_rubric_that_is_none_is_shown_again_as_typed(page_world: PageWorld, form: dict[str, str], words: str) -> None:
    teacher = page_world.client("teacher")
    assert words in teacher.post("/rubrics/new", 422, **form).text
    assert f'value="{form["title"]}"' in html(teacher)


def test_of_two_who_change_a_version_the_second_is_told(page_world: PageWorld) -> None:
    found = rating_world(page_world)
    with district_transaction(page_world.engine, page_world.district_id) as session:
        rubric = rubric_of(session, page_world.district_id, found.rubric)
        assert rubric is not None
        args = (session, page_world.district_id, page_world.people["teacher"].id, "Bridges", rubric.criteria)
        make_rubric(*args, found.rubric, NOW)
        with pytest.raises(LookupError):
            make_rubric(*args, found.rubric, NOW)
        with pytest.raises(RubricError):
            make_rubric(*args[:-1], [CriterionText(1, 1, "", LEVELS)], None, NOW)


def test_a_task_is_given_to_a_class_by_who_teaches_it(page_world: PageWorld) -> None:
    found, url = rating_world(page_world), f"/classes/{page_world.section.id}/tasks"
    form = {"title": "Write it down", "rubric": found.rubric, "kind": "portfolio", "demand": "3", "words": "All of it."}
    teacher = page_world.client("teacher")
    assert "Build a bridge" in teacher.get(url).text
    teacher.post(url, **form, due_on="2026-12-01", credit_bearing="y")
    row = page_world.rows(TaskRow)[-1]
    assert (row.title, row.kind, row.credit_bearing) == ("Write it down", "portfolio", True)
    for wrong in ({"title": ""}, {"rubric": found.rubric + 900}, {"kind": "exam"}, {"demand": "5"}, {"due_on": "soon"}):
        page = teacher.post(url, 422, **form | wrong)
        assert "Not kept" in page.text
        assert "All of it." in page.text
    for who in ("principal", "colleague", "student"):
        page_world.client(who).post(url, 404, **form)
    assert "Write it down" in page_world.client("student").get(f"/students/{page_world.student.id}/work").text


# --- handing in -------------------------------------------------------------------------------------------------------


def test_a_file_serves_both_targets_and_each_once(page_world: PageWorld) -> None:
    found = rating_world(page_world)
    student, url = page_world.client("student"), f"/students/{page_world.student.id}/tasks/{found.task}"
    first = f"{found.artefact}-{found.targets['1'].id}"
    page = student.post(url, 422, part=[first, first], words="My bridge.")
    assert "a file stands once for each target" in page.text
    assert "My bridge." in page.text
    assert "choose a file" in student.post(url, 422, words=" ").text
    assert "from the files of the list" in student.post(url, 422, part=[f"{found.artefact}-1"]).text
    student.post(url, 404, part=["x"])
    assert "what you wrote is too long" in student.post(url, 422, words="x" * 1001).text
    found.hand_in(student, words="My bridge.")
    assert "It is not scored yet." in student.get(url).text
    assert student.get(url).text.count("bridge.pdf") >= 2


def test_others_files_and_others_tasks_are_not_handed_in(page_world: PageWorld) -> None:
    found = rating_world(page_world)
    target = found.targets["1"].id
    with district_transaction(page_world.engine, page_world.district_id) as session:
        other = page_world.people["classmate"].id
        theirs = submissions_artefact(session, page_world, other)
        session.commit()
    student, url = page_world.client("student"), f"/students/{page_world.student.id}/tasks/{found.task}"
    assert "from the files of the list" in student.post(url, 422, part=[f"{theirs}-{target}"]).text
    page_world.client("guardian").post(url, 404, words="For the student.")
    page_world.client("guardian").get(url)
    page_world.client("colleague").get(url, 404)
    student.get(f"/students/{page_world.student.id}/tasks/{found.task + 1}", 404)


def submissions_artefact(session: Any, world: PageWorld, student: int) -> int:
    """A file of another student."""
    return add_artefact(session, world.district_id, student, student, "x.pdf", b"%PDF-x", NOW).id


def test_a_teacher_hands_in_for_a_student_who_performed(page_world: PageWorld) -> None:
    found = rating_world(page_world)
    work = found.hand_in(page_world.client("teacher"), part=[], words="Spoke before the class.")
    assert found.newest().handed_in_by == page_world.people["teacher"].id
    found.score("teacher", work, "4", "none")
    assert [one.independence for one in page_world.rows(ResultRow)] == ["independent"]


# --- scoring ----------------------------------------------------------------------------------------------------------


def test_one_rater_settles_what_no_credit_rests_on(page_world: PageWorld) -> None:
    found = rating_world(page_world)
    work = found.hand_in()
    assert "Waits to be scored" in page_world.client("teacher").get(f"/tasks/{found.task}").text
    page = found.score("teacher", work, "3.5", "none")
    assert "Scored." in page
    (result,), (evidence,) = page_world.rows(ResultRow), page_world.rows(Evidence)
    assert (result.purpose, result.evidence_type, result.independence) == ("formative", "performance", "independent")
    assert (result.scorer_certified, result.performed_at) == (True, found.newest().handed_in_at)
    # nothing to see is no zero: there is no record of the other target
    assert (evidence.target_id, evidence.level, evidence.score) == (found.targets["1"].id, 3.5, None)
    (standing,) = page_world.rows(Standing)
    assert standing.level == 3.5
    student = page_world.client("student").get(f"/students/{page_world.student.id}/tasks/{found.task}").text
    assert "Level 3.5 of 4" in student
    assert "There was nothing to see of it." in student


def test_all_criteria_are_spoken_of_and_what_was_chosen_stays(page_world: PageWorld) -> None:
    found = rating_world(page_world)
    work = found.hand_in()
    teacher = page_world.client("teacher")
    page = teacher.post(f"/ratings/{work}", 422, **{"level-1": "2.5", "level-2": "9", "words": "Nearly there."})
    assert "give a level for each criterion" in page.text
    assert 'value="2.5" required checked' in html(teacher)
    assert "Nearly there." in page.text
    assert page_world.rows(ScoreSheet) == []


def test_scores_stay_as_they_are(page_world: PageWorld) -> None:
    found = rating_world(page_world)
    work = found.hand_in()
    found.score("teacher", work, "3", "3")
    assert "not yours to score now" in found_flash(page_world, work)
    assert len(page_world.rows(ScoreSheet)) == 1
    with (
        district_transaction(page_world.engine, page_world.district_id) as session,
        pytest.raises(ProgrammingError, match="permission denied"),
    ):
        session.execute(
            text("UPDATE score_sheet SET words = 'x' WHERE district_id = :d"), {"d": page_world.district_id}
        )


def found_flash(world: PageWorld, work: int) -> str:
    """What a second try at scoring says."""
    teacher = world.client("teacher")
    teacher.post(f"/ratings/{work}", **{"level-1": "4", "level-2": "4"})
    return teacher.get(f"/ratings/{work}").text


def test_credit_needs_two_who_see_nothing_of_each_other(page_world: PageWorld) -> None:
    found = rating_world(page_world, credit=True)
    work = found.hand_in(words="CANARY-WORDS")
    page_world.client("colleague").get(f"/ratings/{work}", 404)
    call(page_world, work, "colleague")
    teacher = page_world.client("teacher")
    teacher.post(f"/ratings/{work}", **{"level-1": "2", "level-2": "3.5", "words": "CANARY-SAID"})
    assert "Waits for another rater" in teacher.get(f"/ratings/{work}").text
    assert page_world.rows(ResultRow) == []
    colleague = page_world.client("colleague")
    assert f"work {work}" in colleague.get("/ratings").text
    seen = colleague.get(f"/ratings/{work}").text
    for hidden in ("Level 2.0 of 4", "Level 3.5 of 4", "CANARY-SAID", "Ada", "Lovelace", "bridge.pdf"):
        assert hidden not in seen, hidden
    # neither the record, nor what the student, the family, the lead and the office see
    with district_transaction(page_world.engine, page_world.district_id) as session:
        told = complete_record(session, page_world.district_id, page_world.student.id, SYSTEM, NOW)
    assert told["sections"]["score_sheet"] == told["sections"]["criterion_score"] == []
    assert "CANARY-SAID" not in json.dumps(told)
    pages = [("leader", f"/ratings/{work}"), ("leader", "/moderation"), ("principal", "/office/record")]
    pages += [(who, f"/students/{page_world.student.id}/tasks/{found.task}") for who in ("student", "guardian")]
    for who, url in pages:
        shown = page_world.client(who).get(url).text
        assert "CANARY-SAID" not in shown
        assert "Level 2.0 of 4" not in shown, (who, url)
    after = found.score("colleague", work, "2.5", "4")
    assert "Level 2.5 of 4: the mean of the raters" in after
    assert {(one.place, one.outcome, one.level) for one in page_world.rows(CriterionResult)} == {
        (1, "mean", 2.5), (2, "mean", 4.0)
    }  # fmt: skip
    assert {one.level for one in page_world.rows(Evidence)} == {2.5, 4.0}
    assert {one.purpose for one in page_world.rows(ResultRow)} == {"summative"}
    assert "Level 2.0 of 4" in after


def test_scores_on_both_sides_of_mastery_are_talked_about(page_world: PageWorld) -> None:
    found = rating_world(page_world, credit=True)
    work = found.hand_in()
    call(page_world, work, "colleague")
    found.score("teacher", work, "2.5", "3")
    assert "The raters are to talk" in found.score("colleague", work, "3", "3")
    teacher = page_world.client("teacher")
    teacher.post(f"/ratings/{work}/talk", **{"talk-1": "3.5"})
    assert "from the lowest to the highest" in teacher.get(f"/ratings/{work}").text
    page_world.client("leader").post(f"/ratings/{work}/talk", **{"talk-1": "3"})
    assert page_world.rows(CriterionResult) == []
    teacher.post(f"/ratings/{work}/talk", **{"talk-1": "3"})
    assert [(one.outcome, one.level) for one in page_world.rows(CriterionResult)] == [
        ("discussed", 3.0),
        ("equal", 3.0),
    ]


def test_what_is_far_apart_the_lead_settles_as_blind_as_the_others(page_world: PageWorld) -> None:
    found = rating_world(page_world, credit=True)
    work = found.hand_in()
    call(page_world, work, "colleague")
    found.score("teacher", work, "1", "3")
    assert "Waits for a third rater" in found.score("colleague", work, "3", "3")
    assert "Level 1.0 of 4" not in page_world.client("leader").get(f"/ratings/{work}").text
    found.score("leader", work, "2", "4")
    assert [(one.outcome, one.level) for one in page_world.rows(CriterionResult)] == [("lead", 2.0), ("equal", 3.0)]
    assert [one.lead for one in page_world.rows(ScoreSheet)] == [False, False, True]


def test_of_two_raters_at_once_both_count_and_the_work_is_settled_once(page_world: PageWorld) -> None:
    found = rating_world(page_world, credit=True)
    work = found.hand_in()
    call(page_world, work, "colleague")
    intake, together = page_world.app.extensions["mastery"].intake, Barrier(2)
    failures: list[Exception] = []

    def rate(who: str) -> None:
        try:
            with district_transaction(page_world.engine, page_world.district_id) as session:
                viewer = viewer_of(session, page_world.district_id, page_world.people[who].id, NOW)
                graph = GraphCache().get(
                    session, page_world.district_id, context(session, page_world.district_id).stamps.graph
                )
                together.wait(30)
                at = page_world.clock()
                score(session, intake, graph, viewer, work, {"1": 3.0, "2": 3.5}, "", at)
                session.commit()
        except (SQLAlchemyError, RatingError, LookupError) as error:
            failures.append(error)

    both = [Thread(target=rate, args=(who,)) for who in ("teacher", "colleague")]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert failures == []
    assert len(page_world.rows(ScoreSheet)) == 2
    assert len(page_world.rows(ResultRow)) == 1
    assert len(page_world.rows(Evidence)) == 2


def test_the_same_rater_twice_at_once_counts_once(page_world: PageWorld) -> None:
    found = rating_world(page_world, credit=True)
    work = found.hand_in()
    intake = page_world.app.extensions["mastery"].intake
    with district_transaction(page_world.engine, page_world.district_id) as session:
        viewer = viewer_of(session, page_world.district_id, page_world.people["teacher"].id, NOW)
        graph = GraphCache().get(session, page_world.district_id, context(session, page_world.district_id).stamps.graph)
        score(session, intake, graph, viewer, work, {"1": 3.0, "2": 3.5}, "", page_world.clock())
        with pytest.raises(RatingError, match="not_now"):
            score(session, intake, graph, viewer, work, {"1": 3.0, "2": 3.5}, "", page_world.clock())


def test_work_of_which_nobody_said_whose_it_is_supports_and_does_not_certify(page_world: PageWorld) -> None:
    found = rating_world(page_world)
    with district_transaction(page_world.engine, page_world.district_id) as session:
        student = page_world.student.id
        unsaid = add_artefact(session, page_world.district_id, student, student, "x.pdf", b"%PDF-x", NOW).id
        session.commit()
    one, two = (found.targets[key].id for key in "12")
    work = found.hand_in(part=[f"{unsaid}-{one}", f"{found.artefact}-{two}"])
    found.score("teacher", work, "4", "4")
    assert {(one.independence, one.source_id.rsplit(".", 1)[-1]) for one in page_world.rows(ResultRow)} == {
        ("assisted", "assisted"), ("independent", "independent")
    }  # fmt: skip


def test_what_was_scored_before_is_no_new_certifying_record_of_the_same_target(page_world: PageWorld) -> None:
    found = rating_world(page_world)
    found.score("teacher", found.hand_in(), "3", "3")
    again = found.hand_in()
    found.score("teacher", again, "4", "4")
    assert [one.independence for one in page_world.rows(ResultRow)] == ["independent", "assisted"]


def test_what_is_being_scored_is_not_handed_in_anew(page_world: PageWorld) -> None:
    found = rating_world(page_world, credit=True)
    found.hand_in()
    work = found.hand_in(words="Better.")
    found.score("teacher", work, "3", "3")
    url = f"/students/{page_world.student.id}/tasks/{found.task}"
    page = page_world.client("student").post(url, 422, words="Better still.")
    assert "somebody is scoring" in page.text
    assert len(page_world.rows(Submission)) == 2


def test_how_many_score_it_is_said_once_and_the_same_for_everybody(page_world: PageWorld) -> None:
    key = submissions.sample_key("secret")
    assert key == submissions.sample_key("secret")
    assert key != submissions.sample_key("another")
    assert len(key) == 32
    found = rating_world(page_world, credit=True)
    found.hand_in()
    assert found.newest().raters == 2


def test_pages_take_as_many_statements_for_a_class_of_any_size(page_world: PageWorld) -> None:
    found = rating_world(page_world)
    found.hand_in()
    teacher, url = page_world.client("teacher"), f"/tasks/{found.task}"
    few = teacher.statements(url)

    def more(make: Any) -> None:
        for number in range(5):
            student = make.student(page_world.section, f"Student {number}", "Many")
            make.session.add(
                Submission(
                    district_id=make.district_id, task_id=found.task, student_id=student.id, source=f"s{number}",
                    words="x", raters=1, handed_in_by=student.id, handed_in_at=NOW,
                )
            )  # fmt: skip

    page_world.add(more)
    assert teacher.statements(url) == few
