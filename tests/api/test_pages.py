"""The pages show what is stored, in words, to those whose business it is."""

from __future__ import annotations

from factories import Factory
from page_world import PageWorld


def test_today_shows_a_flag_with_sentence_next_step_and_evidence(page_world: PageWorld) -> None:
    def rows(make: Factory) -> None:
        quiz = make.assessment("Fractions quiz 3")
        result = make.result(page_world.student, quiz, page_world.target)
        make.wheel_spin(page_world.student, page_world.target, [result])

    page_world.add(rows)
    page = page_world.client("teacher").get("/today")
    assert "1 matter needs you now" in page.text
    assert "12 tries at new questions on “I can explain why fractions are equal.”" in page.text
    assert "Fractions quiz 3, Oct 5, 2026" in page.text
