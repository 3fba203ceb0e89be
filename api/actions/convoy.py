"""Posts that come while one of the same sender is being taken in go together next, in one transaction.

A transaction costs several times what one result costs, so under load results share it (a group commit); a post that
comes alone goes at once and alone. Whoever finds the way free leads, and hands over to the first who waits meanwhile.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, TypeVar

Load = TypeVar("Load")
Answer = TypeVar("Answer")
# takes in the loads, received at an instant, whole or not at all; one answer each, in order
Trip = Callable[[Sequence[Load], datetime], Sequence[Answer]]

# whoever leads takes no more along: those who wait behind a long trip wait for all of it
MOST_TOGETHER = 500


@dataclass(slots=True, eq=False)
class _Wagon(Generic[Load, Answer]):
    """What one caller brings, and what becomes of it: answers, or its turn to lead, or to go alone."""

    loads: Sequence[Load]
    now: datetime
    called: threading.Event = field(default_factory=threading.Event)
    answers: Sequence[Answer] | None = None
    leads: bool = False


class Convoy(Generic[Load, Answer]):
    """One for a process; senders do not wait for each other."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        # who waits, by sender; a sender is here while one of its posts is on its way
        self._waiting: dict[Hashable, deque[_Wagon[Load, Answer]]] = {}

    def go(self, sender: Hashable, loads: Sequence[Load], now: datetime, trip: Trip[Load, Answer]) -> Sequence[Answer]:
        """Take the loads in by `trip`, perhaps with others of the sender; one answer each, in order.

        Where a trip with others fails, everyone goes alone, so that one who cannot be taken in stops nobody else.
        """
        mine = _Wagon[Load, Answer](loads, now)
        with self._lock:
            others = self._waiting.get(sender)
            if others is None:
                self._waiting[sender] = deque()
                mine.leads = True
            else:
                others.append(mine)
        if not mine.leads:
            mine.called.wait()
        if mine.leads:
            self._lead(sender, mine, trip)
        return trip(loads, now) if mine.answers is None else mine.answers

    def _lead(self, sender: Hashable, mine: _Wagon[Load, Answer], trip: Trip[Load, Answer]) -> None:
        followers = self._followers(sender, mine)
        try:
            if followers:
                self._travel([mine, *followers], trip)
            else:
                mine.answers = trip(mine.loads, mine.now)
        finally:
            for follower in followers:
                follower.called.set()
            self._hand_over(sender)

    def _followers(self, sender: Hashable, mine: _Wagon[Load, Answer]) -> list[_Wagon[Load, Answer]]:
        taken, count = [], len(mine.loads)
        with self._lock:
            waiting = self._waiting[sender]
            while waiting and count + len(waiting[0].loads) <= MOST_TOGETHER:
                count += len(waiting[0].loads)
                taken.append(waiting.popleft())
        return taken

    def _travel(self, wagons: Sequence[_Wagon[Load, Answer]], trip: Trip[Load, Answer]) -> None:
        try:
            answers = trip([one for wagon in wagons for one in wagon.loads], max(wagon.now for wagon in wagons))
        except Exception:  # noqa: BLE001 - not lost: whoever it was raises it anew, alone
            return
        start = 0
        for wagon in wagons:
            wagon.answers = answers[start : start + len(wagon.loads)]
            start += len(wagon.loads)

    def _hand_over(self, sender: Hashable) -> None:
        with self._lock:
            waiting = self._waiting[sender]
            if not waiting:
                del self._waiting[sender]
                return
            following = waiting.popleft()
        following.leads = True
        following.called.set()
