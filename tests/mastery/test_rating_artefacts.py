"""What is handed in, and for which targets it may speak (domain 2.7)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mastery.rating.artefacts import Artefact, Help, Refusal, Use, may_certify, may_serve

FILM = Artefact("sha256:1", own_work=True, help=frozenset({Help.NONE}))

uses = st.lists(
    st.builds(Use, st.sampled_from(["sha256:1", "sha256:2"]), st.integers(1, 3), st.integers(1, 2), st.booleans())
)


@given(uses, st.integers(1, 3), st.integers(1, 2))
def test_it_serves_several_targets_of_a_submission_and_each_of_them_once(
    some: list[Use], target: int, submission: int
) -> None:
    there = any((one.content, one.target, one.submission) == (FILM.content, target, submission) for one in some)
    assert may_serve(FILM, target, submission, some) is (Refusal.ALREADY_HERE if there else None)
    if not there:
        some.append(Use(FILM.content, target, submission))
        assert may_serve(FILM, target, submission, some) is Refusal.ALREADY_HERE


@given(uses, st.integers(1, 3))
def test_what_a_decision_rests_on_does_not_certify_the_same_target_anew(some: list[Use], target: int) -> None:
    rests = {one.target for one in some if one.decided and one.content == FILM.content}
    assert may_certify(FILM, target, some) == ((Refusal.ALREADY_DECIDED,) if target in rests else ())


def test_the_same_file_under_another_name_is_the_same_work() -> None:
    decided = [Use("sha256:1", 1, 1, decided=True)]
    again = replace(FILM, help_words="New and better.")
    assert may_certify(again, 1, decided) == (Refusal.ALREADY_DECIDED,)
    assert may_serve(again, 1, 2, decided) is None, "it may stand beside, and certify another target"
    assert may_certify(again, 2, decided) == ()


@pytest.mark.parametrize(
    ("changes", "refusals"),
    [
        ({}, ()),
        ({"own_work": False}, (Refusal.NO_STATEMENT,)),
        ({"help": frozenset()}, (Refusal.NO_DISCLOSURE,)),
        ({"help": frozenset({Help.AI})}, (Refusal.DISCLOSURE_UNCLEAR,)),
        ({"help": frozenset({Help.AI, Help.NONE}), "help_words": "Titles"}, (Refusal.DISCLOSURE_UNCLEAR,)),
        ({"help": frozenset({Help.AI, Help.PERSON}), "help_words": "Subtitles, and my uncle lent a camera."}, ()),
        ({"with_others": True}, (Refusal.NO_OWN_PART,)),
        ({"with_others": True, "own_part": "The sound."}, ()),
        ({"own_work": False, "help": frozenset()}, (Refusal.NO_STATEMENT, Refusal.NO_DISCLOSURE)),
    ],
)
def test_whose_work_it_is_and_what_helped_is_said_before_it_certifies(
    changes: dict[str, object], refusals: tuple[Refusal, ...]
) -> None:
    assert may_certify(replace(FILM, **changes), 1, []) == refusals  # type: ignore[arg-type]
