"""Laws of the path that hold for every student on every graph, not only for those that a person thought of."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from mastery.body.words import SATISFIES_SUCCESSOR, Lack, State
from mastery.graph import Edge, EdgeKind, Graph, Node, NodeKind, Strength
from mastery.path import MOST_COMING, MOST_NOW, Deed, Path, Place, path
from mastery.policy import DEFAULT_POLICY as POLICY

DAY = date(2026, 10, 5)
MOST = 8
names = [f"n{number:02}" for number in range(MOST)]
pairs = st.sets(st.tuples(st.sampled_from(names), st.sampled_from(names)).filter(lambda two: two[0] < two[1]))


@st.composite
def one_place(draw: st.DrawFn) -> Place:
    state = draw(st.sampled_from(State))
    age = draw(st.integers(0, 100))
    mastered = state in (State.MASTERED, State.MASTERED_PROVISIONAL, State.NEEDS_REVIEW)
    return Place(
        state,
        () if mastered else tuple(sorted(draw(st.sets(st.sampled_from(Lack), max_size=4)))),
        draw(st.none() | st.floats(0, 1)),
        DAY - timedelta(days=age),
        datetime(2026, 9, 1, tzinfo=UTC) - timedelta(days=age) if mastered else None,
        draw(st.booleans()),
    )


graphs = st.builds(
    lambda hard, soft: Graph(
        [Node(name, "own", NodeKind.LEARNING_TARGET, name, "", "art") for name in names],
        [Edge(a, EdgeKind.PRECEDES, b, Strength.HARD) for a, b in sorted(hard)]
        + [Edge(a, EdgeKind.PRECEDES, b, Strength.SOFT) for a, b in sorted(soft - hard)],
        ["own"],
    ),
    pairs,
    pairs,
)
students = st.dictionaries(st.sampled_from(names), one_place())


def met(places: dict[str, Place]) -> set[str]:
    return {one for one, place in places.items() if place.state in SATISFIES_SUCCESSOR}


def suggested(found: Path) -> list[str]:
    return [*([found.step.target] if found.step else []), *found.ready, *found.coming]


@given(graphs, students)
def test_nothing_is_suggested_before_what_it_rests_on(graph: Graph, places: dict[str, Place]) -> None:
    found = path(places, graph, DAY, POLICY)
    for target in suggested(found):
        assert met(places).issuperset(graph.order[target].hard)


@given(graphs, students)
def test_while_anything_is_left_something_is_next_and_only_then(graph: Graph, places: dict[str, Place]) -> None:
    step = path(places, graph, DAY, POLICY).step
    assert (step is None) == (met(places) == set(names))


@given(graphs, students)
def test_what_is_mastered_is_never_to_do_and_nothing_stands_in_two_lists(
    graph: Graph, places: dict[str, Place]
) -> None:
    found = path(places, graph, DAY, POLICY)
    lists = [*found.now, *found.ready, *found.waiting, *found.done, *found.coming]
    assert len(lists) == len(set(lists))
    assert met(places).isdisjoint([*suggested(found), *found.now])
    assert len(found.now) == min(found.begun, MOST_NOW)
    assert len(found.coming) <= MOST_COMING


@given(graphs, students)
def test_all_work_in_hand_is_accounted_for(graph: Graph, places: dict[str, Place]) -> None:
    found = path(places, graph, DAY, POLICY)
    at_work = {one for one, place in places.items() if place.state in (State.IN_PROGRESS, State.READY)}
    signed = {one for one, place in places.items() if place.state in (State.NEEDS_REVIEW, State.REVOKED)}
    assert found.begun + len(found.ready) + len(found.waiting) == len(at_work | signed)
    assert {*found.now, *found.ready, *found.waiting} <= at_work | signed


@given(graphs, students, st.randoms())
def test_the_order_in_which_places_are_told_does_not_matter(
    graph: Graph, places: dict[str, Place], chance: random.Random
) -> None:
    shuffled = list(places.items())
    chance.shuffle(shuffled)
    assert path(dict(shuffled), graph, DAY, POLICY) == path(places, graph, DAY, POLICY)


@given(graphs, students)
def test_work_that_waits_makes_what_it_waits_for_the_next_thing(graph: Graph, places: dict[str, Place]) -> None:
    """Whoever works on something that waits is led to what opens it, unless that is for a teacher alone."""
    found = path(places, graph, DAY, POLICY)
    assert found.step is None or all(
        not met(places).issuperset(graph.order[one].hard) and places[one].state in (State.IN_PROGRESS, State.READY)
        for one in found.step.opens
    )
    open_work = {
        one
        for one, place in places.items()
        if place.state in (State.IN_PROGRESS, State.READY) and not met(places).issuperset(graph.order[one].hard)
    }
    if open_work and found.step and found.step.deed is not Deed.ASK:
        revoked = any(
            place.state is State.REVOKED or place.missing == (Lack.INTEGRITY_HOLD,) for place in places.values()
        )
        assert found.step.opens or revoked


@given(graphs, students)
def test_mastering_the_next_thing_moves_the_path_on(graph: Graph, places: dict[str, Place]) -> None:
    """Doing what the path says, again and again, ends with everything done, each thing once."""
    taken = set()
    while (step := path(places, graph, DAY, POLICY).step) is not None:
        assert step.target not in taken
        taken.add(step.target)
        old = places.get(step.target, Place(State.NOT_STARTED))
        places = {**places, step.target: replace(old, state=State.MASTERED, missing=())}
    assert met(places) == set(names)
