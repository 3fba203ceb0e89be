"""The student's own words: who may say, change and take back what; and what stands after any history of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mastery.pathways import Likes, Mode, Setting
from mastery.profile import (
    LONGEST,
    MOST_STANDING,
    SPOKEN,
    Entry,
    Kind,
    ProfileError,
    Saying,
    Speaker,
    change,
    likes,
    may_say,
    say,
    speaker_of,
    standing,
    versions,
    withdraw,
)

STUDENT, MOTHER, FATHER, TEACHER = 1, 2, 3, 4
TODAY = date(2026, 10, 5)
NOW = datetime(2026, 10, 5, 14, tzinfo=UTC)
KNOWN = {70, 71}
HORSES = Saying(Kind.INTEREST, "horses")


def entry(key: int, saying: Saying | None, by: int = STUDENT, replaces: int | None = None) -> Entry:
    return Entry(key, (saying or HORSES).kind, saying, by, NOW, replaces)


def refusal(saying: Saying, speaker: Speaker | None = Speaker.STUDENT, told: list[Entry] | None = None) -> str:
    with pytest.raises(ProfileError) as found:
        say(told or [], speaker, STUDENT, saying, TODAY, KNOWN)
    return found.value.code


@pytest.mark.parametrize(
    ("person", "signs", "speaker"),
    [
        (STUDENT, False, Speaker.STUDENT),  # of any age
        (STUDENT, True, Speaker.STUDENT),
        (MOTHER, True, Speaker.PARENT),
        (MOTHER, False, None),  # by an order, or after the 18th birthday
        (TEACHER, False, None),
    ],
)
def test_the_student_and_whose_rights_hold_speak_and_nobody_else(person: int, signs: bool, speaker: object) -> None:
    assert speaker_of(person, STUDENT, signs=signs) is speaker


def test_a_parent_says_anything_but_what_the_student_chooses_and_staff_nothing() -> None:
    for kind in Kind:
        assert may_say(Speaker.STUDENT, kind)
        assert may_say(Speaker.PARENT, kind) is (kind is not Kind.CHOICE)
        assert not may_say(None, kind)
    assert refusal(HORSES, None) == "kind"
    assert refusal(Saying(Kind.CHOICE, target=70), Speaker.PARENT) == "kind"


@pytest.mark.parametrize(
    ("saying", "code"),
    [
        (Saying(Kind.INTEREST, " \n "), "words"),
        (Saying(Kind.PREFERENCE, "x" * (LONGEST + 1)), "words"),
        (Saying(Kind.GOAL, ""), "words"),
        (Saying(Kind.GOAL, "ride", 99), "target"),
        (Saying(Kind.GOAL, "ride", None, TODAY - timedelta(days=1)), "date"),
        (Saying(Kind.CHOICE), "target"),
        (Saying(Kind.CHOICE, target=99), "target"),
    ],
)
def test_what_can_not_be_said(saying: Saying, code: str) -> None:
    assert refusal(saying) == code


def test_what_is_said_is_kept_as_its_kind_has_it() -> None:
    def kept(saying: Saying) -> Saying | None:
        found = say([], Speaker.STUDENT, STUDENT, saying, TODAY, KNOWN)
        assert found is not None
        return found.saying

    assert kept(Saying(Kind.INTEREST, "  big\r\n horses ", 70, TODAY)) == Saying(Kind.INTEREST, "big horses")
    assert kept(Saying(Kind.INTEREST, "x" * LONGEST)) == Saying(Kind.INTEREST, "x" * LONGEST)
    goal = Saying(Kind.GOAL, "ride", 70, TODAY)
    assert kept(goal) == goal
    assert kept(Saying(Kind.CHOICE, "words", 71, TODAY)) == Saying(Kind.CHOICE, target=71)


def test_a_day_that_is_over_may_stay_and_not_be_set() -> None:
    over = Saying(Kind.GOAL, "ride", 99, TODAY - timedelta(days=3))
    told = [entry(1, over)]
    assert change(told, Speaker.STUDENT, STUDENT, 1, replace(over, words="ride well"), TODAY, KNOWN) is not None
    with pytest.raises(ProfileError, match="date"):
        change(told, Speaker.STUDENT, STUDENT, 1, replace(over, by_day=TODAY - timedelta(days=2)), TODAY, KNOWN)


def test_there_is_room_for_so_many_and_for_a_choice_besides() -> None:
    told = [entry(key, Saying(Kind.GOAL, f"goal {key}")) for key in range(MOST_STANDING)]
    assert refusal(HORSES, told=told) == "full"
    assert say(told, Speaker.STUDENT, STUDENT, Saying(Kind.CHOICE, target=70), TODAY, KNOWN) is not None
    assert change(told, Speaker.STUDENT, STUDENT, 0, Saying(Kind.GOAL, "another"), TODAY, KNOWN) is not None


def test_nobody_changes_anothers_words_and_the_student_takes_back_any() -> None:
    told = [entry(1, HORSES, STUDENT), entry(2, Saying(Kind.INTEREST, "maps"), MOTHER)]
    for speaker, person, key in (
        (Speaker.PARENT, MOTHER, 1), (Speaker.PARENT, FATHER, 2), (Speaker.STUDENT, STUDENT, 2), (None, MOTHER, 2),
        (Speaker.STUDENT, STUDENT, 3),
    ):  # fmt: skip
        with pytest.raises(LookupError):
            change(told, speaker, person, key, Saying(Kind.INTEREST, "no"), TODAY, KNOWN)
    for speaker, person, key in ((Speaker.PARENT, MOTHER, 1), (Speaker.PARENT, FATHER, 2), (None, MOTHER, 2)):
        with pytest.raises(LookupError):
            withdraw(told, speaker, person, key)
    assert withdraw(told, Speaker.STUDENT, STUDENT, 2).replaces == 2
    assert withdraw(told, Speaker.PARENT, MOTHER, 2).replaces == 2


# --- any history against a slate that is wiped and written anew -------------------------------------------------------

_KINDS = st.sampled_from(Kind)
_ACTS = st.one_of(
    st.tuples(
        st.just("say"),
        st.sampled_from([STUDENT, MOTHER, FATHER]),
        _KINDS,
        st.sampled_from("abc"),
        st.sampled_from([70, 71]),
    ),
    st.tuples(st.just("change"), st.sampled_from([STUDENT, MOTHER]), st.integers(1, 12), st.sampled_from("abcd")),
    st.tuples(st.just("withdraw"), st.sampled_from([STUDENT, MOTHER, FATHER]), st.integers(1, 12)),
)  # fmt: skip


@dataclass
class Line:
    """A line of the oracle's slate: what can be read on it now, and how often it was written."""

    key: int
    kind: Kind
    text: str
    target: int | None
    by: int
    times: int = 1


def _speaker(person: int) -> Speaker:
    return Speaker.STUDENT if person == STUDENT else Speaker.PARENT


@given(st.lists(_ACTS, max_size=25))
def test_what_stands_is_what_a_slate_would_show_and_nothing_is_lost(acts: list[tuple]) -> None:
    told: list[Entry] = []
    slate: list[Line] = []
    for act in acts:
        key, before = len(told) + 1, list(told)
        try:
            match act:
                case ("say", person, kind, words, target):
                    chosen = target if kind in (Kind.GOAL, Kind.CHOICE) else None
                    found = say(told, _speaker(person), person, Saying(kind, words, chosen), TODAY, KNOWN)
                case ("change", person, at, words):
                    old = next((one for one in told if one.key == at), None)
                    kind = old.kind if old else Kind.GOAL
                    found = change(told, _speaker(person), person, at, Saying(kind, words), TODAY, KNOWN)
                case ("withdraw", person, at):
                    found = withdraw(told, _speaker(person), person, at)
        except (ProfileError, LookupError):
            found = None
        if found is not None:
            told.append(Entry(key, found.kind, found.saying, act[1], NOW, found.replaces))
        assert told[: len(before)] == before
        _write(slate, key, act)
    now = [(one.key, one.kind, one.saying.words, one.saying.target, one.by) for one in standing(told) if one.saying]
    assert now == [(one.key, one.kind, one.text, one.target, one.by) for one in slate]
    chains = {some[-1].key: len(some) for some in versions(told)}
    assert [chains[one.key] for one in slate] == [one.times for one in slate]
    assert sorted(one.key for some in versions(told) for one in some) == [one.key for one in told]
    assert sum(one.kind is Kind.CHOICE for one in standing(told)) <= 1


def _write(slate: list[Line], key: int, act: tuple) -> None:
    """What the act does to the slate, told without the law's own words."""
    name, person, *more = act
    if name == "say":
        kind, words, target = more
        text, chosen = ("", target) if kind == "choice" else (words, target if kind == "goal" else None)
        if kind == "choice":
            if person != STUDENT:
                return
            for line in slate:
                if line.kind == "choice":
                    if line.target != target:
                        line.key, line.target, line.times = key, target, line.times + 1
                    return
        elif any((one.kind, one.text, one.target, one.by) == (kind, text, chosen, person) for one in slate):
            return
        if kind == "choice" or sum(one.kind != "choice" for one in slate) < MOST_STANDING:
            slate.append(Line(key, kind, text, chosen, person))
        return
    line = next((one for one in slate if one.key == more[0]), None)
    if line is None:
        return
    if name == "withdraw":
        if person in (STUDENT, line.by):
            slate.remove(line)
    elif line.by == person and line.kind in SPOKEN and (line.text, line.target) != (more[1], None):
        line.key, line.text, line.target, line.times = key, more[1], None, line.times + 1


def test_what_the_student_likes_is_what_stands_of_it_and_a_parents_word_where_there_is_none() -> None:
    quiet = entry(1, Saying(Kind.PREFERENCE, "it is quiet"))
    project = entry(2, Saying(Kind.PREFERENCE, "I build it", mode=Mode.PROJECT, setting=Setting.AT_HOME))
    online = entry(3, Saying(Kind.PREFERENCE, "a screen", mode=Mode.ONLINE), MOTHER)
    instead = entry(4, Saying(Kind.PREFERENCE, "I walk", setting=Setting.OUTSIDE), replaces=2)
    assert likes([quiet], STUDENT) == Likes()
    assert likes([quiet, online], STUDENT) == Likes(frozenset({Mode.ONLINE}))
    assert likes([quiet, online, project], STUDENT) == Likes(
        frozenset({Mode.PROJECT}), frozenset({Setting.AT_HOME})
    )  # fmt: skip
    assert likes([online, project, instead], STUDENT) == Likes(settings=frozenset({Setting.OUTSIDE}))
    assert likes([project, replace(entry(5, None, replaces=2), kind=Kind.PREFERENCE)], STUDENT) == Likes()


def test_a_mode_is_named_with_a_preference_alone() -> None:
    said = say([], Speaker.STUDENT, STUDENT, Saying(Kind.INTEREST, "maps", mode=Mode.PROJECT), TODAY, KNOWN)
    assert said is not None
    assert said.saying == Saying(Kind.INTEREST, "maps")
