"""What another model would change, counted."""

from __future__ import annotations

from mastery.measure.changes import LARGEST, Change, Side, changes_of


def change(student: str, before: Side, after: Side) -> Change:
    return Change(student, "4.NF.A.1", before, after)


def test_changes_are_counted_by_kind_and_by_how_far_they_go() -> None:
    found = changes_of(
        [
            change("a", Side("in_progress", None, 0.5), Side("in_progress", None, 0.55)),
            change("b", Side("in_progress", None, 0.5), Side("mastered", 3.0, 0.75)),
            change("c", Side("in_progress", 2.0, 0.9), Side("mastered", 3.0, 0.78)),
            change("d", Side("mastered", 3.0, 0.7), Side("in_progress", None, 0.7)),
            change("e", Side("not_started", None, None), Side("in_progress", None, 0.4)),
        ]
    )
    assert found.standings == 5
    assert dict(found.states) == {
        "in_progress to mastered": 2, "mastered to in_progress": 1, "not_started to in_progress": 1,
    }  # fmt: skip
    assert found.levels == 3
    assert dict(found.moved) == {"0.05": 3, "0.10": 2, "0.20": 1}
    assert abs(found.mean_move - (0.05 + 0.25 + 0.12) / 5) < 1e-12
    assert [one.student for one in found.largest] == ["b", "c", "a"]


def test_the_ten_largest_are_the_same_in_whatever_order_they_come() -> None:
    all_of_them = [
        change(f"s{n:02}", Side("in_progress", None, 0.5), Side("in_progress", None, 0.5 + (n % 7) / 20))
        for n in range(40)
    ]
    one, other = changes_of(all_of_them), changes_of(reversed(all_of_them))
    assert one.largest == other.largest
    assert len(one.largest) == LARGEST
    assert [each.student for each in one.largest[:5]] == ["s06", "s13", "s20", "s27", "s34"]


def test_without_standings_nothing_moves() -> None:
    found = changes_of([])
    assert (found.standings, found.mean_move, found.largest) == (0, 0.0, [])
