"""A student's path: what comes first, what is ready, done, and to come."""

from __future__ import annotations

from datetime import UTC, date, datetime

from mastery.body.words import Lack, State, TargetRule
from mastery.graph import Edge, EdgeKind, Graph, Node, NodeKind, Strength
from mastery.path import Deed, Path, Place, Step, Why, path, shown_of, takeable
from mastery.policy import DEFAULT_POLICY as POLICY

DAY = date(2026, 10, 5)
MISSING = (Lack.ESTIMATE, Lack.DATES, Lack.CERTIFYING)


def graph(*codes: str, hard: str = "", soft: str = "") -> Graph:
    """Targets by code; `hard` and `soft` list prerequisites as "a>b c>d"."""
    nodes = [Node(code, "own", NodeKind.LEARNING_TARGET, code, f"I can {code}.", "art") for code in codes]
    edges = [
        Edge(before, EdgeKind.PRECEDES, after, strength)
        for strength, pairs in ((Strength.HARD, hard), (Strength.SOFT, soft))
        for before, after in (pair.split(">") for pair in pairs.split())
    ]
    return Graph(nodes, edges, ["own"])


def begun(*missing: Lack, day: int = 1, chance: float | None = 0.5, **more: object) -> Place:
    return Place(State.IN_PROGRESS, missing or MISSING, chance, date(2026, 10, day), **more)  # type: ignore[arg-type]


def mastered(day: int = 1, state: State = State.MASTERED) -> Place:
    at = datetime(2026, 9, day, tzinfo=UTC)
    return Place(state, (), 0.95, at.date(), at)


def found(known: Graph, **places: Place) -> Path:
    return path(places, known, DAY, POLICY)


def test_without_anything_done_the_first_unlocked_target_is_next() -> None:
    known = graph("a", "b", "c", hard="a>b b>c")
    assert found(known) == Path(Step("a", Deed.PRACTISE, Why.UNLOCKED), (), 0, (), (), (), ("a",), 1)


def test_an_open_prerequisite_of_the_work_comes_first_even_if_it_was_never_begun() -> None:
    known = graph("a", "b", "c", "d", hard="a>b b>c")
    one = found(known, c=begun(), d=begun(Lack.DATES))
    assert one.step == Step("a", Deed.PRACTISE, Why.PREREQUISITE, ("c",))
    assert one.now == ("d", "c"), "what waits comes after what can go on"


def test_of_several_prerequisites_the_one_that_opens_most_then_the_one_begun() -> None:
    known = graph("a", "b", "c", "d", "e", hard="a>c b>c b>d e>d")
    assert found(known, c=begun(), d=begun()).step == Step("b", Deed.PRACTISE, Why.PREREQUISITE, ("c", "d"))
    assert found(known, c=begun(), a=begun()).step == Step("a", Deed.PRACTISE, Why.PREREQUISITE, ("c",))


def test_of_the_work_in_hand_the_recent_and_nearly_done_comes_first() -> None:
    known = graph("a", "b", "c", "d")
    one = found(
        known,
        a=Place(State.IN_PROGRESS, (Lack.DATES,), 0.9, date(2026, 3, 1)),
        b=begun(chance=0.4),
        c=begun(Lack.ESTIMATE, Lack.DATES),
        d=begun(chance=None),
    )
    assert (one.now, one.begun) == (("c", "b", "d"), 4)
    assert one.step == Step("c", Deed.PRACTISE, Why.BEGUN)


def test_practice_comes_before_asking_for_a_test_and_that_before_something_new() -> None:
    known = graph("a", "b", "c")
    ready = Place(State.READY, MISSING, 0.88, DAY)
    assert found(known, a=ready, b=begun()).step == Step("b", Deed.PRACTISE, Why.BEGUN)
    assert found(known, a=ready).step == Step("a", Deed.SHOW, Why.TEST_MISSING)
    assert found(known, a=ready).ready == ("a",)
    assert found(known, a=begun(Lack.CERTIFYING)).step == Step("a", Deed.SHOW, Why.TEST_MISSING)
    assert found(known, a=begun(Lack.CERTIFYING)).now == ()
    assert found(known, a=begun(Lack.CONTRADICTION)).step == Step("a", Deed.SHOW, Why.TEST_MISSING)


def test_after_a_low_test_practice_comes_before_the_next_one() -> None:
    known = graph("a")
    one = found(known, a=begun(Lack.CERTIFYING, tested_low=True))
    assert (one.step, one.now, one.ready) == (Step("a", Deed.PRACTISE, Why.RETRY), ("a",), ())
    ready = Place(State.READY, (Lack.CERTIFYING,), 0.9, DAY, tested_low=True)
    assert found(known, a=ready).now == ("a",)


def test_what_only_a_teacher_can_change_is_never_practice() -> None:
    known = graph("a", "b", hard="a>b")
    one = found(known, a=Place(State.REVOKED, MISSING))
    assert (one.step, one.waiting) == (Step("a", Deed.ASK, Why.TEACHER), ("a",))
    assert found(known, a=begun(Lack.INTEGRITY_HOLD)).step == Step("a", Deed.ASK, Why.TEACHER)
    held = found(known, a=Place(State.REVOKED), b=begun())
    assert held.step == Step("a", Deed.ASK, Why.PREREQUISITE, ("b",))


def test_a_question_about_what_is_mastered_is_for_the_teacher_and_holds_nothing_back() -> None:
    known = graph("a", "b", hard="a>b")
    one = found(known, a=mastered(state=State.NEEDS_REVIEW))
    assert (one.waiting, one.done) == (("a",), ())
    assert one.step == Step("b", Deed.PRACTISE, Why.UNLOCKED)


def test_done_is_newest_first_and_waived_is_neither_done_nor_to_do() -> None:
    known = graph("a", "b", "c", "d", hard="c>d")
    one = found(known, a=mastered(1), b=mastered(2, State.MASTERED_PROVISIONAL), c=Place(State.WAIVED))
    assert (one.done, one.coming) == (("b", "a"), ("d",))


def test_when_all_is_mastered_nothing_is_left() -> None:
    known = graph("a", "b", hard="a>b")
    assert found(known, a=mastered(1), b=mastered(2)) == Path(None, (), 0, (), (), ("b", "a"), (), 0)


def test_coming_is_short_and_later_counts_one_step_beyond() -> None:
    known = graph("a", "b", "c", "d", "e", "f", "g", hard="a>b b>c", soft="d>e")
    one = found(known, a=begun())
    assert one.coming == ("d", "f", "g")
    assert one.later == 2, "b builds on a, e on d; c is two steps away"


def test_what_comes_next_goes_on_from_the_newest_work() -> None:
    known = graph("a", "b", "c", "d", "e", hard="a>c b>d", soft="a>e b>e")
    assert found(known, a=mastered(1), b=mastered(2)).coming == ("d", "e", "c")
    assert found(known, a=mastered(2), b=mastered(1)).coming == ("c", "e", "d")


def test_what_is_taken_up_anew_can_be_limited() -> None:
    known = graph("a", "b")
    assert path({}, known, DAY, POLICY, {"b"}).coming == ("b",)


def test_what_is_shown_is_counted_in_things_to_bring() -> None:
    plain, full = TargetRule(1), TargetRule(1, dok=2, prerequisites=(2,))
    assert shown_of([Lack.ESTIMATE, Lack.RECORDS, Lack.ASSESSMENTS, Lack.DATES, Lack.CERTIFYING], plain) == (0, 5)
    assert shown_of([], plain) == (5, 5)
    assert shown_of([Lack.CONTRADICTION, Lack.INTEGRITY_HOLD], plain) == (4, 5)
    assert shown_of([Lack.DOK, Lack.PREREQUISITES], full) == (5, 7)


def test_what_may_be_taken_up_is_open_work_then_what_is_ready_then_what_is_new() -> None:
    known = graph("a", "b", "c", "d", "e", "f", hard="a>b b>c")
    review = Place(State.NEEDS_REVIEW, MISSING, 0.5, DAY)
    places = {"b": begun(), "d": begun(), "e": Place(State.READY, (Lack.CERTIFYING,), 0.95, DAY), "f": review}
    one = path(places, known, DAY, POLICY)
    assert takeable(places, known, DAY, POLICY) == ("d", "e", "a")
    assert {one.step.target, *one.coming} <= {"a", "d", "e"}  # type: ignore[union-attr]
    places["a"] = mastered()
    assert takeable(places, known, DAY, POLICY) == ("b", "d", "e")
    assert takeable({}, known, DAY, POLICY, {"d", "c"}) == ("d",)
