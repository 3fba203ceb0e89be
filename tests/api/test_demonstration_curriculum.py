"""What is taught in the demonstration district: complete in both languages, and in order."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from curriculum_texts import both

from api.demonstration.curriculum import STANDARDS, TARGETS, Standard, Target

BY_CODE = {target.code: target for target in TARGETS}
HARD = [(before, target.code) for target in TARGETS for before in target.hard]
CREDIT_BEARING_AT_MOST = 6


def _grades_between(before: str, after: str) -> int:
    return int(BY_CODE[after].grade) - int(BY_CODE[before].grade)


# --- what there is ---------------------------------------------------------------------------------------------


def test_every_grade_has_its_targets() -> None:
    counts = Counter(target.grade for target in TARGETS)
    assert set(counts) == {"03", "04", "05", "06", "07", "08"}
    assert min(counts.values()) >= 21
    assert len(TARGETS) >= 126


def test_every_code_is_there_once() -> None:
    codes = [standard.code for standard in STANDARDS] + [target.code for target in TARGETS]
    assert [code for code, number in Counter(codes).items() if number > 1] == []


def test_target_codes_name_their_grade() -> None:
    assert [one.code for one in TARGETS if not re.fullmatch(rf"G{int(one.grade)}-[A-Z]{{2,3}}-[1-9]", one.code)] == []


def test_standard_codes_have_the_public_form_and_lie_below_their_grouping() -> None:
    for standard in STANDARDS:
        grade, parent = str(int(standard.grade)), standard.parent
        form = rf"{grade}\.[A-Z]{{1,3}}" if parent is None else rf"{re.escape(parent)}\.[A-D]\.[1-9]"
        assert re.fullmatch(form, standard.code), standard.code


def test_every_target_has_a_standard_and_every_standard_a_target() -> None:
    used = {target.standard for target in TARGETS}
    assert used == {standard.code for standard in STANDARDS if standard.parent is not None}
    assert {one.parent for one in STANDARDS if one.parent} == {one.code for one in STANDARDS if one.parent is None}


def test_only_a_handful_in_grade_8_bears_credit() -> None:
    bearing = [target for target in TARGETS if target.credit_bearing]
    assert {target.grade for target in bearing} == {"08"}
    assert len(bearing) <= CREDIT_BEARING_AT_MOST


# --- the texts -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("standard", STANDARDS, ids=lambda one: one.code)
def test_standards_are_in_both_languages(standard: Standard) -> None:
    assert standard.statement.strip()
    assert standard.statement_es.strip()
    assert standard.statement != standard.statement_es
    assert max(len(standard.statement), len(standard.statement_es)) <= 140


@pytest.mark.parametrize("target", TARGETS, ids=lambda one: one.code)
def test_texts_are_in_both_languages_and_short(target: Target) -> None:
    limits = {"statement": 140, "example": 600, "task": 500}
    for kind, english, spanish in both(target):
        assert english.strip(), kind
        assert spanish.strip(), kind
        assert english != spanish, kind
        assert max(len(english), len(spanish)) <= limits[kind], (kind, len(english), len(spanish))
        assert "  " not in english + spanish, kind


@pytest.mark.parametrize("target", TARGETS, ids=lambda one: one.code)
def test_statements_are_one_sentence_of_the_child(target: Target) -> None:
    assert target.statement.startswith("I can ")
    assert target.statement_es.startswith("Puedo ")
    for statement in (target.statement, target.statement_es):
        assert statement.endswith(".")
        assert ". " not in statement


@pytest.mark.parametrize("target", TARGETS, ids=lambda one: one.code)
def test_examples_have_two_to_five_short_lines_each(target: Target) -> None:
    english, spanish = target.example.split("\n"), target.example_es.split("\n")
    assert 2 <= len(english) <= 5
    assert len(spanish) == len(english)
    assert max(map(len, english + spanish)) <= 100
    assert all(line == line.strip() for line in english + spanish)


@pytest.mark.parametrize("target", TARGETS, ids=lambda one: one.code)
def test_tasks_say_how_to_check(target: Target) -> None:
    assert "Check: " in target.task
    assert "Comprueba: " in target.task_es
    assert "\n" not in target.task + target.task_es


@pytest.mark.parametrize("target", TARGETS, ids=lambda one: one.code)
def test_a_task_names_the_same_numbers_in_both_languages(target: Target) -> None:
    figures = re.compile(r"\d+(?:[.,/]\d+)*")
    assert sorted(figures.findall(target.task)) == sorted(figures.findall(target.task_es))


# --- the order -------------------------------------------------------------------------------------------------


def test_prerequisites_come_first() -> None:
    place = {target.code: number for number, target in enumerate(TARGETS)}
    for target in TARGETS:
        for before in target.hard + target.soft:
            assert place[before] < place[target.code], (before, target.code)


def test_no_prerequisite_is_of_a_later_grade() -> None:
    for target in TARGETS:
        for before in target.hard + target.soft:
            assert _grades_between(before, target.code) >= 0, (before, target.code)


def test_the_grades_are_taught_in_order() -> None:
    assert [target.grade for target in TARGETS] == sorted(target.grade for target in TARGETS)


def test_most_targets_from_grade_4_on_rest_on_another() -> None:
    later = [target for target in TARGETS if target.grade > "03"]
    assert sum(bool(target.hard) for target in later) >= 0.9 * len(later)


def test_chains_are_long() -> None:
    length: dict[str, int] = {}
    for target in TARGETS:
        length[target.code] = 1 + max((length[before] for before in target.hard), default=0)
    assert max(length.values()) >= 8


def test_many_hard_prerequisites_are_of_an_earlier_grade() -> None:
    assert sum(_grades_between(*edge) >= 1 for edge in HARD) >= 15
    assert sum(_grades_between(*edge) >= 2 for edge in HARD) >= 3


def test_what_is_reached_in_one_step_is_not_also_a_step_further() -> None:
    """A hard prerequisite that another hard prerequisite already brings says nothing."""
    above: dict[str, set[str]] = {}
    for target in TARGETS:
        above[target.code] = {one for before in target.hard for one in above[before] | {before}}
    spare = [
        (before, target.code)
        for target in TARGETS
        for before in target.hard
        if any(before in above[other] for other in target.hard)
    ]
    assert spare == []
