"""What the page of a target says of the subject's methods, to staff and to families."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from method_world import Post, choose, explained, poster
from page_world import PageWorld

from api.pages.methods import missing_by_method
from api.pages.parts import part_lines
from api.pages.words import value_words
from mastery.methods import METHODS, Scale


@pytest.fixture
def post(page_world: PageWorld) -> Post:
    return poster(page_world)


def test_each_method_is_told_by_its_exact_name_with_its_value(page_world: PageWorld, post: Post) -> None:
    for day, share in ((1, 0.5), (2, 0.8), (3, 1.0)):
        post(day, share)
    assert "What the methods of this subject say" not in explained(page_world)
    choose(page_world, "DECAY", "WEIGHTED", "BKT", "N_CONSEC", "PCT80")
    html = explained(page_world)
    assert "DECAY (counts for mastery)" in html
    assert "3.53" in html
    assert "3.48" in html
    assert "mastered, from 3.00 on" in html
    assert "not mastered yet" in html
    assert "no value" in html
    assert "Bayesian knowledge tracing: sittings without feedback judged as one" in html


def test_a_family_is_told_levels_and_no_chances(page_world: PageWorld, post: Post) -> None:
    for day in (1, 2, 3):
        post(day, 0.5)
    choose(page_world, "DECAY", "BKT")
    html = explained(page_world, "guardian")
    assert "2.00" in html
    assert "below 3.00" in html
    assert "BKT" not in html


def test_too_little_evidence_has_no_value_to_tell(page_world: PageWorld, post: Post) -> None:
    post(1, 1.0)
    choose(page_world, "DECAY")
    html = explained(page_world)
    assert "too little to say; neither low nor high" in html
    assert "4.00" not in html


def test_what_is_missing_names_the_method_and_its_own_scale(page_world: PageWorld, post: Post) -> None:
    for day in (1, 2, 3):
        post(day, 0.5)
    choose(page_world, "DECAY")
    said = "Results that bring DECAY, the method of this subject, to at least 3.00; now: 2.00."
    assert said in explained(page_world)
    assert "the chance of mastery is at least" not in explained(page_world)


@pytest.mark.parametrize(
    ("name", "needed", "found", "said"),
    [
        ("BKT", 0.95, 0.5, "to at least 95%; now: 50%."),
        ("PCT80", 80.0, None, "to at least 80%; now: no value."),
        ("N_CONSEC", 1.0, 0.0, "N_CONSEC, the method of this subject, says yes; now: no."),
        ("JUDGE", 3.0, None, "A level of at least 3.00 that a teacher gives"),
    ],
)
def test_each_scale_has_its_words(
    page_world: PageWorld, name: str, needed: float, found: float | None, said: str
) -> None:
    with page_world.app.test_request_context():
        assert said in missing_by_method(name, needed, found)
        assert value_words(Scale.LEVEL, 3.475) == "3.48"


def test_every_title_has_a_spanish_one(page_world: PageWorld, post: Post) -> None:
    for day in (1, 2, 3):
        post(day, 1.0)
    choose(page_world, "DECAY", *(name for name in METHODS if name != "DECAY"))
    client = page_world.client("teacher")
    client.get(f"/students/{page_world.student.id}/targets/{page_world.target.id}", **{"Accept-Language": "es"})
    assert client.response is not None
    html = client.response.get_data(as_text=True)
    assert "Qué dicen los métodos de esta materia" in html
    assert not [method.title for method in METHODS.values() if method.title in html]


def test_pages_that_show_the_models_estimate_say_so_where_mastery_goes_by_another(
    page_world: PageWorld, post: Post
) -> None:
    for day, share in ((1, 0.5), (2, 0.8), (3, 1.0)):
        post(day, share)
    student = page_world.client("teacher")
    assert "goes by" not in explained(page_world)
    assert "sure enough for mastery" in explained(page_world)
    assert "Bar for mastery" in explained(page_world)
    choose(page_world, "DECAY", "BKT")
    for who in ("teacher", "guardian"):
        html = explained(page_world, who)
        assert "This is the estimate of the model. Mastery in this subject goes by DECAY." in html
        assert "Mastery in this subject goes by DECAY, which is not drawn." in html
        assert "sure enough for mastery" not in html
        assert "Bar for mastery" not in html
    student.get(f"/students/{page_world.student.id}")
    assert student.response is not None
    said = f"Mastery in {page_world.target.subject} goes by DECAY; the estimates here are those of the model."
    assert said in student.response.get_data(as_text=True)
    choose(page_world, "JUDGE")
    words = "This is the estimate of the model. Mastery in this subject goes by a teacher’s judgement."
    assert words in explained(page_world, "guardian")
    assert words in plain_path(page_world)
    choose(page_world, "MODEL")
    assert "goes by" not in plain_path(page_world)


def plain_path(world: PageWorld) -> str:
    """The student's path as the student reads it."""
    client = world.client("student")
    client.get("/path")
    assert client.response is not None
    return client.response.get_data(as_text=True)


def test_a_family_reads_of_the_questions_only_where_they_make_a_difference(page_world: PageWorld) -> None:
    """Without calibrated items they are all alike; a teacher sees the part, so that the sum adds up."""
    parts = {"general": 0.5, "target": 0.2, "practice": 0.1, "questions": 0.0, "sum": 0.8, "form": 0.0}
    document = {"parts": parts, "subject": "Mathematics", "estimate": {"expected": 0.7}}

    def names(document: Mapping[str, Any], *, family: bool) -> list[str]:
        with page_world.app.test_request_context():
            return [line.name for line in part_lines(document, family=family)]

    assert names(document, family=True) == [
        "Overall level in Mathematics", "This target, compared with the rest", "Practice on this target", "Together",
        "Form on the latest days (left out of the estimate)",
    ]  # fmt: skip
    assert "How hard its questions are" in names(document, family=False)
    for questions, told in ((0.0049, False), (-0.0049, False), (0.005, True), (-0.005, True)):
        calibrated = {**document, "parts": {**parts, "questions": questions, "sum": 0.8 + questions}}
        assert ("How hard its questions are" in names(calibrated, family=True)) is told
