"""How invented students learn: a hidden Markov learner per skill with guess and slip (Corbett & Anderson 1995).

It is not the model that the estimator assumes: a skill is known or not, and learning is one jump.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Habits:
    """Probabilities: a skill is known from the start, is learned at a try, is guessed right, is slipped on."""

    known: float
    learns: float
    guess: float = 0.2
    slip: float = 0.05


@dataclass(slots=True)
class Learner:
    """One student's hidden knowledge; `special` are other habits for some skills.

    The draws depend on the seed and the order of questions alone.
    """

    seed: str
    habits: Habits
    special: Mapping[str, Habits] = field(default_factory=dict)
    _draws: random.Random = field(init=False)
    _knows: dict[str, bool] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._draws = random.Random(self.seed)

    def answer(self, skill: str) -> bool:
        """Whether the next question on a skill is answered right; answering may teach it."""
        habits = self.special.get(skill, self.habits)
        if skill not in self._knows:
            self._knows[skill] = self._draws.random() < habits.known
        right = self._draws.random() < (1 - habits.slip if self._knows[skill] else habits.guess)
        if not self._knows[skill]:
            self._knows[skill] = self._draws.random() < habits.learns
        return right
