"""What students tell the teacher of a target: what may be told and answered, in which order, and to whom it goes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mastery.voice import (
    ANSWERS,
    LAST,
    LONGEST,
    MOST_OPEN,
    REQUESTS,
    Hard,
    Kind,
    Step,
    Sure,
    Taken,
    Told,
    VoiceError,
    answer,
    goes_to,
    next_steps,
    tell,
    withdraw,
)

NOW = datetime(2026, 10, 5, 14, tzinfo=UTC)
KNOWN = {70, 71}
HELP = Told(1, 70, Kind.HELP, None, "", NOW)


def taken(told: Told, *steps: Step) -> Told:
    return replace(told, steps=tuple(Taken(one, "", 5, NOW) for one in steps))


def refusal(code: str, act: object, *arguments: object) -> None:
    with pytest.raises(VoiceError) as found:
        act(*arguments)  # type: ignore[operator]
    assert found.value.code == code


def test_a_word_is_kept_alone_and_once_until_another_one_is_told() -> None:
    assert tell([], 70, Kind.SURE, Sure.MOSTLY, "not kept", KNOWN) == ("mostly", "")
    before = [Told(1, 70, Kind.SURE, "mostly", "", NOW)]
    assert tell(before, 70, Kind.SURE, Sure.MOSTLY, "", KNOWN) is None
    assert tell(before, 70, Kind.SURE, Sure.VERY, "", KNOWN) == ("very", "")
    assert tell(before, 71, Kind.SURE, Sure.MOSTLY, "", KNOWN) == ("mostly", "")
    later = [*before, Told(2, 70, Kind.SURE, "very", "", NOW)]
    assert tell(later, 70, Kind.SURE, Sure.MOSTLY, "", KNOWN) == ("mostly", "")
    refusal("word", tell, [], 70, Kind.SURE, Hard.TOO_HARD, "", KNOWN)
    refusal("word", tell, [], 70, Kind.HARD, "", "", KNOWN)


def test_help_is_asked_without_words_and_a_way_is_proposed_in_some() -> None:
    assert tell([], 70, Kind.HELP, "very", "", KNOWN) == (None, "")
    assert tell([], 70, Kind.WAY, "", " build\n it ", KNOWN) == (None, "build it")
    refusal("words", tell, [], 70, Kind.WAY, "", " ", KNOWN)
    refusal("words", tell, [], 70, Kind.HELP, "", "x" * (LONGEST + 1), KNOWN)
    for target in (None, 99):
        refusal("target", tell, [], target, Kind.HELP, "", "", KNOWN)


def test_one_request_of_a_kind_waits_for_a_target_and_few_in_all() -> None:
    refusal("open", tell, [HELP], 70, Kind.HELP, "", "again", KNOWN)
    refusal("open", tell, [taken(HELP, Step.SEEN)], 70, Kind.HELP, "", "again", KNOWN)
    assert tell([HELP], 71, Kind.HELP, "", "", KNOWN) == (None, "")
    assert tell([HELP], 70, Kind.WAY, "", "x", KNOWN) == (None, "x")
    for last in (Step.DONE, Step.WITHDRAWN):
        assert tell([taken(HELP, last)], 70, Kind.HELP, "", "", KNOWN) == (None, "")
    many = [replace(HELP, key=number, target=100 + number) for number in range(MOST_OPEN)]
    refusal("full", tell, many, 70, Kind.HELP, "", "", KNOWN)
    assert tell(many, 70, Kind.SURE, Sure.VERY, "", KNOWN) == ("very", "")


@given(st.sampled_from(sorted(REQUESTS)), st.lists(st.sampled_from(Step), max_size=8))
def test_steps_go_forward_alone_and_nothing_follows_the_last(kind: Kind, wanted: list[Step]) -> None:
    told = replace(HELP, kind=kind)
    for step in wanted:
        offered = next_steps(told)
        try:
            if step is Step.WITHDRAWN:
                withdraw(told)
            else:
                answer(told, step, "why")
                assert step in offered
        except VoiceError:
            assert step not in offered or step is Step.WITHDRAWN
            continue
        told = taken(told, *(one.step for one in told.steps), step)
    steps = [one.step for one in told.steps]
    places = [ANSWERS[kind].index(one) for one in steps if one is not Step.WITHDRAWN]
    assert places == sorted(set(places))
    assert [one for one in steps[:-1] if one in LAST] == []
    assert told.waits is not bool(LAST.intersection(steps))


def test_a_no_says_why_and_another_answer_need_not() -> None:
    way = replace(HELP, kind=Kind.WAY)
    refusal("words", answer, way, Step.DECLINED, " ")
    assert answer(way, Step.DECLINED, " not  now ") == "not now"
    assert answer(way, Step.AGREED, "") == ""
    refusal("words", answer, HELP, Step.DONE, "x" * (LONGEST + 1))
    refusal("kind", answer, HELP, Step.AGREED, "")
    refusal("kind", answer, HELP, Step.WITHDRAWN, "")
    word = Told(1, 70, Kind.SURE, "very", "", NOW)
    refusal("kind", answer, word, Step.SEEN, "")
    refusal("kind", withdraw, word)
    assert not word.waits


@pytest.mark.parametrize(
    ("here", "everywhere", "goes"),
    [
        (("Mathematics",), [("mathematics",), ("History",)], True),
        (("History",), [("mathematics",), ("History",)], False),
        ((), [(), ("History",)], True),  # the roster does not say what it is about
        (("History",), [("History",), ("Latin",)], True),  # no class is about it: any of them
    ],
)
def test_a_request_goes_to_the_class_that_is_about_it(
    here: tuple[str, ...], everywhere: list[tuple[str, ...]], goes: bool
) -> None:
    assert goes_to("Mathematics", here, everywhere) is goes
