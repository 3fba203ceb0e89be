"""What a student may take up next, in the order in which it makes sense, with the reason."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from mastery.graph.codes import natural_order
from mastery.graph.structure import Graph


@dataclass(frozen=True, slots=True)
class Unlocked:
    """A target that is open to a student, and why: GUIDs of the prerequisites, in code order.

    `inherited_from` names the nodes of its family whose prerequisites these are, empty where they are its own.
    """

    target: str
    hard_mastered: tuple[str, ...]
    hard_waived: tuple[str, ...]
    soft_met: tuple[str, ...]
    soft_open: tuple[str, ...]
    inherited_from: tuple[str, ...]
    depth: int
    begun: bool = False

    @property
    def soft_share(self) -> float:
        """Share of the soft prerequisites that are met, 0..1; 1 without any."""
        count = len(self.soft_met) + len(self.soft_open)
        return len(self.soft_met) / count if count else 1.0

    @property
    def nearness(self) -> int:
        """0 where the student is at work on it, 1 where it builds on what the student has done, 2 elsewhere."""
        if self.begun:
            return 0
        return 1 if self.hard_mastered or self.hard_waived or self.soft_met else 2


def unlocked_next(
    graph: Graph,
    mastered: Collection[str],
    waived: Collection[str] = (),
    among: Collection[str] | None = None,
    begun: Collection[str] = (),
) -> tuple[Unlocked, ...]:
    """Targets neither mastered nor waived whose hard prerequisites all are (domain 3.6: "on any day").

    `mastered`, `waived`, `among` and `begun` are GUIDs of targets; `among` limits the answer, not the prerequisites,
    `begun` are those the student is at work on. In order of: nearness to the student's own work; share of soft
    prerequisites met, most first; depth; code. Never by grade or age.
    """
    mastered, waived = frozenset(mastered), frozenset(waived)
    done = mastered | waived
    wanted = None if among is None else frozenset(among)
    found = []
    for target, before in graph.order.items():
        if target in done or (wanted is not None and target not in wanted) or not done.issuperset(before.hard):
            continue
        found.append(
            Unlocked(
                target=target,
                hard_mastered=tuple(one for one in before.hard if one in mastered),
                hard_waived=tuple(one for one in before.hard if one not in mastered),
                soft_met=tuple(one for one in before.soft if one in done),
                soft_open=tuple(one for one in before.soft if one not in done),
                inherited_from=before.inherited_from,
                depth=graph.depth[target],
                begun=target in begun,
            )
        )
    return tuple(
        sorted(
            found,
            key=lambda one: (
                one.nearness,
                -one.soft_share,
                one.depth,
                natural_order(graph.label(one.target)),
                one.target,
            ),
        )
    )
