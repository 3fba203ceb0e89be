"""Drafts of a graph, what differs between versions, and what becomes of decisions (domain 2.1)."""

from dataclasses import replace
from datetime import date

import pytest
from evidence_records import act, body, moment
from graph_values import before, child, node, own, same

from mastery.body.words import ActKind, Decision, State, TargetRule, rule_book
from mastery.decide import Act, fold
from mastery.graph import CycleError, Edge, EdgeKind, Graph, Resolved, Strength, TargetIndex, resolve_target
from mastery.graph.draft import Add, DraftError, Edit, End, Move, Order, Refusal, Replace, Reword, drafted
from mastery.graph.record import digest, folded, rows_between
from mastery.graph.replaced import of_merge, of_split
from mastery.graph.versions import Change, ChangeKind, Session, difference, term_on, waits_for_a_break
from mastery.policy import DEFAULT_POLICY as POLICY

OWN = frozenset({"own"})
HARD = Strength.HARD


SMALL = Graph(
    [node("S"), node("T"), *map(own, "abcd")],
    [child("a", "S"), child("b", "S"), child("c", "S"), child("d", "T"),
    before("a", "b", HARD), before("b", "c", HARD), before("c", "d"), same("b", "T")],
    ["state", "own"],
)  # fmt: skip


def make(*edits: Edit) -> Graph:
    return drafted(SMALL, edits, OWN)


def add(code: str, parent: str = "S") -> Add:
    return Add(own(code), parent)


def kinds(made: Graph) -> list[tuple[ChangeKind, tuple[str, ...], tuple[str, ...]]]:
    return [(one.kind, one.targets, one.others) for one in difference(SMALL, made)]


def refused(*edits: Edit) -> Refusal:
    with pytest.raises(DraftError) as error:
        make(*edits)
    return error.value.why


def test_a_target_that_takes_the_place_of_another_alone_stands_where_that_stood() -> None:
    made = make(add("b2", "T"), Replace(("b",), ("b2",)))
    assert made.nodes["b"].ended
    assert made.successor("b") == "b2"
    assert made.prerequisites("b2").hard == ("a",)
    assert made.prerequisites("c").hard == ("b2",)
    assert made.parents("b2") == ("T",), "it has the parent that it was given"
    assert made.equivalents("b2") == ("T", "b2"), "what says the same still does"
    assert "b" not in made.assessable
    assert resolve_target("b", TargetIndex(made)) == Resolved("b2", "b"), "what senders call by the old code"
    assert (ChangeKind.REPLACED, ("b",), ("b2",)) in kinds(made)


def test_parts_and_a_whole_stand_where_what_ended_stood_and_that_keeps_what_came_before_it() -> None:
    split = make(add("b1"), add("b2"), Replace(("b",), ("b1", "b2")))
    assert split.prerequisites("c").hard == ("b1", "b2")
    assert split.prerequisites("b1").hard == split.prerequisites("b").hard == ("a",)
    assert split.successor("b") is None
    assert split.targets("b") == ()
    assert (ChangeKind.SPLIT, ("b",), ("b1", "b2")) in kinds(split)
    merged = make(add("m"), Replace(("b", "c"), ("m",)))
    assert merged.prerequisites("m").hard == ("a",)
    assert merged.prerequisites("d").soft == ("m",)
    assert merged.prerequisites("c").hard == (), "the other that ended is not waited for"
    assert (ChangeKind.MERGED, ("b", "c"), ("m",)) in kinds(merged)
    assert merged.successor("b") is None
    ended = make(End("b"))
    assert ended.prerequisites("c").hard == (), "nothing waits for what nobody can reach any more"
    assert ended.prerequisites("b").hard == ("a",)
    assert (ChangeKind.ENDED, ("b",), ()) in kinds(ended)


def test_words_parents_and_order_change_and_each_is_told_once() -> None:
    made = make(Reword("a", "Say it anew."), Move("a", "T"), Order("b", "c", None), Order("a", "d", HARD),
                Order("c", "d", HARD))  # fmt: skip
    assert difference(SMALL, made) == (
        Change(ChangeKind.REWORDED, ("a",), (), "Do a.", "Say it anew."),
        Change(ChangeKind.MOVED, ("a",), ("T",), "S"),
        Change(ChangeKind.PREREQUISITE_ADDED, ("d",), ("a",), "", "hard"),
        Change(ChangeKind.PREREQUISITE_REMOVED, ("c",), ("b",), "hard", ""),
        Change(ChangeKind.HARDENED, ("d",), ("c",), "soft", "hard"),
    )
    assert made.parents("a") == ("T",), "one parent"
    assert difference(made, made) == ()


def test_a_circle_is_refused_and_named_edge_by_edge() -> None:
    with pytest.raises(CycleError) as error:
        make(Order("c", "a", Strength.SOFT))
    assert set(error.value.steps) == {("a", "b"), ("b", "c"), ("c", "a")}
    with pytest.raises(CycleError):
        make(add("m"), Replace(("a", "c"), ("m",)))  # b would come after m, and before it
    said = [Edge("c", EdgeKind.REPLACED_BY, "d"), Edge("d", EdgeKind.REPLACED_BY, "c")]
    around = Graph(SMALL.nodes.values(), [*SMALL.edges, *said])
    with pytest.raises(CycleError) as error:
        drafted(around, [Reword("a", "Anew.")], OWN)
    assert set(error.value.steps) == {("c", "d"), ("d", "c")}


@pytest.mark.parametrize(
    ("edits", "why"),
    [
        ((Reword("x", "No."),), Refusal.GONE),
        ((Reword("S", "No."),), Refusal.PUBLISHERS),
        ((Move("S", "T"),), Refusal.PUBLISHERS),
        ((Reword("a", " "),), Refusal.EMPTY),
        ((Reword("a", "Do a."),), Refusal.SAME),
        ((Order("a", "b", HARD),), Refusal.SAME),
        ((Order("a", "d", None),), Refusal.SAME),
        ((Move("a", "a"),), Refusal.BELOW_ITSELF),
        ((add("a"),), Refusal.KNOWN),
        ((Add(replace(own("A"), guid="z"), "S"),), Refusal.KNOWN),
        ((Replace(("a", "b"), ("c", "d")),), Refusal.MANY_TO_MANY),
        ((Replace(("a",), ("a",)),), Refusal.TWICE),
        ((End("a"), Reword("a", "No.")), Refusal.TWICE),
        ((add("n"), End("n")), Refusal.TWICE),
        ((End("S"),), Refusal.HAS_BELOW),
        ((add("n"), Replace(("a",), ("n",)), Replace(("b",), ("n",))), Refusal.HEIR_TAKEN),
    ],
)
def test_what_can_not_be_entered_says_why(edits: tuple[Edit, ...], why: Refusal) -> None:
    assert refused(*edits) is why


def test_across_subjects_nothing_is_hard_and_nothing_takes_a_place() -> None:
    other = replace(node("p"), subject="physics")
    wide = Graph([*SMALL.nodes.values(), other], SMALL.edges)
    for edit in (Order("p", "a", HARD), Replace(("a",), ("p",))):
        with pytest.raises(DraftError) as error:
            drafted(wide, [edit], OWN)
        assert error.value.why is Refusal.ACROSS
    assert drafted(wide, [Order("p", "a", Strength.SOFT)], OWN).prerequisites("a").soft == ("p",)


def test_while_a_term_runs_only_words_edges_and_one_for_one_may_be_published() -> None:
    allowed = make(Reword("a", "Anew."), Move("d", "S"), Order("a", "c", HARD), add("b2"), Replace(("b",), ("b2",)))
    assert waits_for_a_break(difference(SMALL, allowed)) == ()
    for edits in ((add("n"),), (End("d"),), (add("x"), add("y"), Replace(("d",), ("x", "y"))),
                  (add("m"), Replace(("c", "d"), ("m",)))):  # fmt: skip
        waits = waits_for_a_break(difference(SMALL, make(*edits)))
        assert {one.kind for one in waits} & {ChangeKind.ADDED, ChangeKind.ENDED, ChangeKind.SPLIT, ChangeKind.MERGED}


def test_a_term_runs_from_its_first_day_to_its_last_and_a_year_only_where_there_are_no_terms() -> None:
    year = Session("schoolYear", date(2026, 8, 1), date(2027, 6, 10))
    autumn = Session("semester", date(2026, 8, 24), date(2026, 12, 18))
    assert term_on([year, autumn], date(2026, 8, 24)) == term_on([year, autumn], date(2026, 12, 18)) == autumn
    assert term_on([year, autumn], date(2026, 12, 19)) is None
    assert term_on([year], date(2026, 12, 19)) == year
    assert term_on([], date(2026, 12, 19)) is None


def test_a_version_on_record_is_the_graph_to_the_last_letter() -> None:
    made = make(add("b2", "T"), Replace(("b",), ("b2",)), Reword("a", "Größe “anew”."))
    rows = rows_between(SMALL, made)
    again = folded(rows, SMALL)
    assert digest(again) == digest(made) != digest(SMALL)
    assert difference(again, made) == ()
    assert digest(folded(rows_between(Graph((), ()), SMALL))) == digest(SMALL)
    with pytest.raises(ValueError, match="was not as the version says"):
        folded(rows, made)


# --- what becomes of decisions ----------------------------------------------------------------------------------------

_M, _P, _R, _W, _E, _I = (
    State.MASTERED, State.MASTERED_PROVISIONAL, State.NEEDS_REVIEW, State.WAIVED, State.EXEMPT, State.IN_PROGRESS,
)  # fmt: skip


def decided(state: State, level: float | None = 3.0, day: float = 1) -> Decision:
    return Decision(state, level, moment(day))


@pytest.mark.parametrize(
    ("state", "kind"),
    [
        (_M, ActKind.CARRY_PROVISIONAL), (_P, ActKind.CARRY_PROVISIONAL), (_R, ActKind.CARRY_PROVISIONAL),
        (_W, ActKind.WAIVE), (_E, ActKind.EXEMPT), (_I, None), (State.NOT_STARTED, None), (State.REVOKED, None),
    ],
)  # fmt: skip
def test_every_part_of_a_split_is_provisional(state: State, kind: ActKind | None) -> None:
    given = of_split(decided(state))
    assert (given.kind if given else None) is kind


@pytest.mark.parametrize(
    ("states", "kind"),
    [
        ((_M, _M), ActKind.CARRY), ((_M, _R), ActKind.CARRY_REVIEW), ((_M, _P), ActKind.CARRY_PROVISIONAL),
        ((_R, _P), ActKind.CARRY_PROVISIONAL), ((_M, _I), None), ((_M, State.NOT_STARTED), None),
        ((_M, _W), None), ((_W, _W), ActKind.WAIVE), ((_W, _E), None), ((_M, State.REVOKED), None), ((), None),
    ],
)  # fmt: skip
def test_a_merged_target_is_mastered_only_if_all_that_went_into_it_were(
    states: tuple[State, ...], kind: ActKind | None
) -> None:
    given = of_merge([decided(one) for one in states])
    assert (given.kind if given else None) is kind


def test_a_merge_takes_the_lowest_level_and_the_last_date_and_averages_nothing() -> None:
    given = of_merge([decided(_M, 4.0, 9), decided(_M, 2.5, 3)])
    assert given is not None
    assert (given.level, given.mastered_at) == (2.5, moment(9))
    unknown = of_merge([decided(_M, None), decided(_M)])
    assert unknown is not None
    assert unknown.level is None


RULES = rule_book([TargetRule(1), TargetRule(2, prerequisites=(1,))])


def stood(*acts: Act, records: int = 0) -> Decision:
    return fold(body()[:records], acts, RULES, POLICY)[1].decision


def test_a_part_stays_provisional_until_a_person_confirms_it_and_taking_that_back_leaves_it_provisional() -> None:
    given = act(ActKind.CARRY_PROVISIONAL, 5, level=3.5, mastered_at=moment(1))
    assert (stood(given).state, stood(given).level, stood(given).mastered_at) == (_P, 3.5, moment(1))
    assert stood(given, records=2).state is _P, "evidence that is not enough takes nothing away"
    own = fold(body(day=9), [given], RULES, POLICY)[1].decision
    assert own.state is _M, "a body of evidence of its own needs nobody"
    confirmed = stood(given, act(ActKind.CONFIRM, 6, id=2, level=3.5, mastered_at=moment(1)))
    assert (confirmed.state, confirmed.level) == (_M, 3.5)
    back = stood(given, act(ActKind.CONFIRM, 6, id=2), act(ActKind.WITHDRAW, 7, id=3))
    assert (back.state, back.level, back.mastered_at) == (_P, 3.5, moment(1))


def test_what_is_carried_whole_lasts_and_goes_behind_what_was_decided_here() -> None:
    whole = stood(act(ActKind.CARRY, 5, level=3.0, mastered_at=moment(1)))
    assert (whole.state, whole.level, whole.mastered_at, whole.confirmed) == (_M, 3.0, moment(1), ActKind.CARRY)
    assert stood(act(ActKind.CARRY_REVIEW, 5, level=3.0, mastered_at=moment(1))).state is _R
    waived = stood(act(ActKind.WAIVE, 4), act(ActKind.CARRY, 5, id=2))
    assert waived.state is _W
