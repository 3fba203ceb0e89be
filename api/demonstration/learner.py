"""How invented students learn: hidden Markov skills behind a gate, with guess, slip and forgetting.

A skill is known or not (Corbett & Anderson 1995), and learning is one jump: each lesson and each try may bring it, with
a chance that is small while a hard prerequisite is not known. What is known may be lost again over weeks without it.
The estimator assumes none of this: it follows a level on a continuous scale that drifts, with one answer like another.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Collection
from dataclasses import dataclass, field

# how much of the chance to learn is left while something below is missing
_BEHIND_THE_GATE = 0.15
# the chance to be right where somebody has no idea at all
_NO_IDEA = 0.02
# a try teaches less than a lesson
_BY_TRYING = 0.35


@dataclass(frozen=True, slots=True)
class Habits:
    """Probabilities: a skill of an earlier grade is known, a lesson teaches one, a guess is right, a known one slips,
    a skill is lost in a pause of some weeks. `rushes`: answers within seconds."""

    background: float
    learns: float
    guess: float = 0.3
    slip: float = 0.04
    forgets: float = 0.01
    rushes: bool = False


SURE = Habits(background=1.0, learns=1.0, slip=0.0, forgets=0.0)
# who has no trouble but the one that is told
SOLID = Habits(background=1.0, learns=0.9, slip=0.01, forgets=0.0)
# share of the students, habits: some learn at once, most within a few lessons, some need more
KINDS = (
    (0.25, Habits(background=1.0, learns=0.8, slip=0.03)),
    (0.55, Habits(background=0.998, learns=0.6, slip=0.04)),
    (0.20, Habits(background=0.985, learns=0.4, guess=0.35, slip=0.06)),
)


def habits_of(draw: float) -> Habits:
    """The habits that a number drawn from 0..1 stands for."""
    for share, habits in KINDS:
        if draw < share:
            return habits
        draw -= share
    return KINDS[-1][1]


@dataclass(slots=True)
class Learner:
    """One student's hidden knowledge. `below` tells the hard prerequisites of a skill; `unknown` and `known` are skills
    that are missing or there from the start whatever the habits say."""

    seed: str
    habits: Habits
    grade: str
    grade_of: Callable[[str], str]
    below: Callable[[str], Collection[str]]
    unknown: frozenset[str] = frozenset()
    known: frozenset[str] = frozenset()
    _knows: dict[str, bool] = field(init=False, default_factory=dict)

    def knows(self, skill: str) -> bool:
        """Whether a skill is known; one of an earlier grade is, from the start, as often as the habits say."""
        if skill not in self._knows:
            earlier = self.grade_of(skill) < self.grade and skill not in self.unknown
            had = earlier and random.Random(f"{self.seed}/background/{skill}").random() < self.habits.background
            self._knows[skill] = had or skill in self.known
        return self._knows[skill]

    def meet(self, skill: str, draws: random.Random) -> None:
        """Be taught a skill in a lesson."""
        self._may_learn(skill, self.habits.learns, draws)

    def answer(self, skill: str, draws: random.Random) -> bool:
        """Whether a question on a skill is answered right."""
        if self.knows(skill):
            return draws.random() >= self.habits.slip
        return draws.random() < (_NO_IDEA if skill in self.unknown else self.habits.guess)

    def try_out(self, skill: str, draws: random.Random) -> None:
        """Learn from having tried, with feedback."""
        self._may_learn(skill, self.habits.learns * _BY_TRYING, draws)

    def rest(self, draws: random.Random) -> None:
        """Some weeks pass."""
        for skill, known in self._knows.items():
            if draws.random() < self.habits.forgets and known and self.grade_of(skill) == self.grade:
                self._knows[skill] = False

    def _may_learn(self, skill: str, chance: float, draws: random.Random) -> None:
        gate = 1.0 if all(self.knows(one) for one in self.below(skill)) else _BEHIND_THE_GATE
        if draws.random() < chance * gate and skill not in self.unknown:
            self._knows[skill] = True
