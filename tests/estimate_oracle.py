"""The filter once more, by dense matrices and plain Python, as an oracle for `mastery.estimate`.

Where the kernel keeps what is left of a target given g and f and eliminates, this keeps moments and covariances and
inverts: every step builds the joint covariance of g, f, all targets and the step's items and applies
K = V L' (L V L' + R)^-1. One student, one answer list, no arrays of ids. Items of one step must be distinct.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from mastery.estimate import Hyperparameters


@dataclass(frozen=True)
class Answer:
    """One row; the item parameters are the defaults of the hyperparameters where None."""

    sitting: int
    target: int
    item: int
    y: float
    day: float = 0.0
    weight: float = 1.0
    summed: bool = False
    slope: float = 1.0
    easiness: float | None = None
    easiness_variance: float | None = None
    guessing: float = 0.0
    points: int = 1


def moments(row: Answer, mu: float, total: float) -> tuple[float, float, float]:
    """The share expected of an answer with the argument N(mu, total), and what it says of the argument."""
    if row.points > 1:
        nodes, weights = np.polynomial.hermite_e.hermegauss(15)
        k = np.arange(row.points + 1)
        chances = np.exp(3.0 / (row.points + 2.0) * np.outer(mu + math.sqrt(total) * nodes, k))
        chances /= chances.sum(axis=1, keepdims=True)
        # a share between two points has the geometric mean of their chances
        likely = chances[:, 0] ** (1.0 - row.y) * chances[:, -1] ** row.y
        likely *= weights / (weights @ likely)
        mean, square = likely @ nodes, likely @ nodes**2
        share = weights @ (chances @ k) / row.points / weights.sum()
        return float(share), float(mean / math.sqrt(total)), float((1.0 - square + mean**2) / total)
    kappa = 1.0 / math.sqrt(1.0 + math.pi / 8.0 * total)
    q = 1.0 / (1.0 + math.exp(-kappa * mu))
    p = row.guessing + (1.0 - row.guessing) * q
    slope = (1.0 - row.guessing) * q * (1.0 - q) * kappa  # dp / dmu
    first = row.y * slope / p - (1.0 - row.y) * slope / (1.0 - p)
    second = row.y * slope**2 / p / (1.0 - p) + (1.0 - row.y) * kappa**2 * q * (1.0 - q)
    return p, first, second


@dataclass
class Own:
    """A target: s with its variance and its covariances with g and f."""

    mean: float
    variance: float
    with_general: float = 0.0
    with_form: float = 0.0
    practice: float = 0.0
    last_day: float | None = None


@dataclass
class Memory:
    """One item: r with its variance, and how often it was met."""

    mean: float
    variance: float
    attempts: int = 0


@dataclass
class Student:
    """Moments of one student; `predictions` collects p before every answer."""

    hyper: Hyperparameters
    prerequisites: Mapping[int, Sequence[int]] = field(default_factory=dict)
    g: float = 0.0
    f: float = 0.0
    shared: np.ndarray = field(init=False)
    targets: dict[int, Own] = field(default_factory=dict)
    items: dict[int, Memory] = field(default_factory=dict)
    predictions: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.shared = np.diag([self.hyper.general_variance, self.hyper.form_variance])

    def reading(self, target: int) -> tuple[float, float]:
        """Mean and variance of g + s + practice."""
        own = self.targets[target]
        practice = self.hyper.practice_slope * math.log(1.0 + own.practice)
        return self.g + own.mean + practice, self.shared[0, 0] + 2.0 * own.with_general + own.variance

    def feed(self, answers: Sequence[Answer]) -> Student:
        """All answers, in their order; consecutive no-feedback rows of a sitting are one step."""
        first = 0
        while first < len(answers):
            if first == 0 or answers[first].sitting != answers[first - 1].sitting:
                self._begin([row.target for row in answers if row.sitting == answers[first].sitting])
            last = first + 1
            while (
                last < len(answers)
                and answers[first].summed
                and answers[last].summed
                and answers[last].sitting == answers[first].sitting
            ):
                last += 1
            self._step(answers[first:last])
            first = last
        return self

    def _begin(self, targets: Sequence[int]) -> None:
        """The targets of a sitting that were never seen, from what is known of their prerequisites before it."""
        begun: dict[int, Own] = {}
        for target in targets:
            seen = [self.targets[one] for one in self.prerequisites.get(target, ()) if one in self.targets]
            if target in self.targets or not seen:
                begun.setdefault(target, self.targets.get(target) or Own(0.0, self.hyper.target_variance))
                continue
            share = self.hyper.prerequisite_share / len(seen)
            own = Own(
                share * sum(one.mean for one in seen),
                0.0,
                share * sum(one.with_general for one in seen),
                share * sum(one.with_form for one in seen),
            )
            partial = self._coefficients(own)
            rests = [one.variance - self._coefficients(one) @ self.shared @ self._coefficients(one) for one in seen]
            fresh = self.hyper.target_variance * (1.0 - share * share * len(seen))
            own.variance = fresh + share * share * sum(rests) + partial @ self.shared @ partial
            self._leave(own)
            begun[target] = own
        self.targets.update(begun)

    def _leave(self, own: Own) -> None:
        """What s has in common with f is only what both have in common with g."""
        slope = self.shared[0, 1] / self.shared[0, 0]
        partial = self._coefficients(own)
        rest = own.variance - partial @ self.shared @ partial
        to_general = partial[0] + partial[1] * slope
        scatter = self.shared[1, 1] - slope * self.shared[0, 1]
        own.with_general = to_general * self.shared[0, 0]
        own.with_form = to_general * self.shared[0, 1]
        own.variance = rest + partial[1] ** 2 * scatter + to_general**2 * self.shared[0, 0]

    def _coefficients(self, own: Own) -> np.ndarray:
        """Regression of s on g and f."""
        return np.linalg.solve(self.shared, np.array([own.with_general, own.with_form]))

    def _step(self, rows: Sequence[Answer]) -> None:
        touched = list(dict.fromkeys(row.target for row in rows))
        before: dict[int, float] = {}
        for row in rows:
            own = self.targets.setdefault(row.target, Own(0.0, self.hyper.target_variance))
            self.items.setdefault(row.item, Memory(0.0, self.hyper.item_variance))
            if row.target not in before:
                before[row.target] = own.mean
                self._age(own, row.day)
        for name, own in self.targets.items():
            if name not in before:
                self._leave(own)
        g_before = self.g
        slices = max(1, math.ceil(sum(row.weight for row in rows) - 1e-9))
        own_score: dict[int, float] = {}
        for part in range(slices):
            scores = self._slice(rows, slices, part == 0)
            own_score = own_score or scores
        moved = self.g - g_before
        for target in touched:
            own = self.targets[target]
            if own_score[target] >= 0.0:
                own.mean = max(own.mean, before[target] - max(moved, 0.0))
            else:
                own.mean = min(own.mean, before[target] - min(moved, 0.0))
        self._pass_on(rows, touched)

    def _age(self, own: Own, day: float) -> None:
        if own.last_day is not None and day > own.last_day:
            gap = math.log(1.0 + day - own.last_day)
            left = math.exp(-self.hyper.forgetting * gap)
            partial = self._coefficients(own)
            explained = partial @ self.shared @ partial
            rest = min(
                own.variance - explained + self.hyper.forgetting_variance * gap, 2.0 * self.hyper.target_variance
            )
            own.mean *= left
            own.with_general *= left
            own.with_form *= left
            own.variance = rest + left * left * explained
        own.last_day = day if own.last_day is None else max(own.last_day, day)

    def _slice(self, rows: Sequence[Answer], slices: int, keep: bool) -> dict[int, float]:
        """One joint Gaussian update by 1/slices of every row; returns each target's own score."""
        names = list(self.targets)
        size = 2 + len(names) + len(rows)
        mean = np.array(
            [self.g, self.f, *(self.targets[k].mean for k in names), *(self.items[row.item].mean for row in rows)]
        )
        joint = np.zeros((size, size))
        joint[:2, :2] = self.shared
        cross = np.array([[self.targets[k].with_general, self.targets[k].with_form] for k in names])
        block = cross @ np.linalg.solve(self.shared, cross.T)
        np.fill_diagonal(block, [self.targets[k].variance for k in names])
        joint[2 : 2 + len(names), :2] = cross
        joint[:2, 2 : 2 + len(names)] = cross.T
        joint[2 : 2 + len(names), 2 : 2 + len(names)] = block
        for j, row in enumerate(rows):
            joint[2 + len(names) + j, 2 + len(names) + j] = self.items[row.item].variance
        loads = np.zeros((len(rows), size))
        innovation, noise = np.zeros(len(rows)), np.zeros(len(rows))
        scores = dict.fromkeys((row.target for row in rows), 0.0)
        for j, row in enumerate(rows):
            loads[j, [0, 1, 2 + names.index(row.target)]] = row.slope
            loads[j, 2 + len(names) + j] = 1.0
            easiness = self.hyper.item_easiness if row.easiness is None else row.easiness
            unsure = self.hyper.item_easiness_variance if row.easiness_variance is None else row.easiness_variance
            offsets = self.hyper.attempt_offsets
            delta = offsets[min(self.items[row.item].attempts, len(offsets) - 1)]
            practice = self.hyper.practice_slope * math.log(1.0 + self.targets[row.target].practice)
            mu = float(loads[j] @ mean) + row.slope * practice + easiness + delta
            total = float(loads[j] @ joint @ loads[j]) + unsure
            p, first, precision = moments(row, mu, total)
            if keep:
                self.predictions.append(p)
            innovation[j] = first / precision
            noise[j] = (1.0 / precision - total) * slices / row.weight + unsure
            scores[row.target] += row.slope * innovation[j] / (noise[j] + self.items[row.item].variance)
        gain = joint @ loads.T @ np.linalg.inv(loads @ joint @ loads.T + np.diag(noise))
        mean = mean + gain @ innovation
        joint = joint - gain @ loads @ joint
        # the level follows the sign of the whole score; what is taken back from g, s and r follow by regression on g
        whole = self._whole_score(rows, names, innovation, noise)
        wanted = max(mean[0] - self.g, 0.0) if whole >= 0.0 else min(mean[0] - self.g, 0.0)
        excess = mean[0] - self.g - wanted
        self.shared = joint[:2, :2].copy()
        for place, name in enumerate(names):
            own = self.targets[name]
            own.variance = joint[2 + place, 2 + place]
            own.with_general, own.with_form = joint[2 + place, 0], joint[2 + place, 1]
            own.mean = mean[2 + place] - self._coefficients(own)[0] * excess
        self.g, self.f = mean[0] - excess, mean[1]
        for j, row in enumerate(rows):
            place = 2 + len(names) + j
            on_general = np.linalg.solve(self.shared, joint[place, :2])[0]
            self.items[row.item].mean = mean[place] - on_general * excess
            self.items[row.item].variance = joint[place, place]
        return scores

    def _whole_score(
        self, rows: Sequence[Answer], names: list[int], innovation: np.ndarray, noise: np.ndarray
    ) -> float:
        """Score of the step about a shift common to all, the rests of the targets integrated out."""
        whole = 0.0
        for name in names:
            own = [j for j, row in enumerate(rows) if row.target == name]
            partial = self._coefficients_before(name)
            slopes = np.array([rows[j].slope for j in own])
            cover = np.diag([noise[j] + self.items[rows[j].item].variance for j in own])
            whole += float(slopes @ np.linalg.solve(cover + partial * np.outer(slopes, slopes), innovation[own]))
        return whole

    def _coefficients_before(self, name: int) -> float:
        """Variance of a target's s given g and f."""
        own = self.targets[name]
        partial = self._coefficients(own)
        return float(own.variance - partial @ self.shared @ partial)

    def _pass_on(self, rows: Sequence[Answer], touched: Sequence[int]) -> None:
        """Learning, practice, memory of the items, fading of form, drift of the level."""
        hyper = self.hyper
        total = sum(row.weight for row in rows)
        for target in touched:
            own = self.targets[target]
            mine = [row for row in rows if row.target == target]
            full = sum(row.weight for row in mine)
            amount = min(1.0, full)
            right = sum(row.weight * row.y for row in mine) / full
            partial = self._coefficients(own)
            explained = partial @ self.shared @ partial
            own.mean += amount * (hyper.learning_right * right + hyper.learning_wrong * (1.0 - right))
            rest = min(own.variance - explained + amount * hyper.target_drift, 2.0 * hyper.target_variance)
            own.variance = rest + explained
            own.practice += amount * right
        for row in rows:
            memory = self.items[row.item]
            memory.mean += row.weight * (hyper.item_learning_right * row.y + hyper.item_learning_wrong * (1.0 - row.y))
            memory.attempts += 1
        fade = hyper.form_persistence**total
        self.f *= fade
        self.shared[0, 1] *= fade
        self.shared[1, 0] *= fade
        self.shared[1, 1] = fade**2 * self.shared[1, 1] + (1.0 - fade**2) * hyper.form_variance
        for own in self.targets.values():
            own.with_form *= fade
        self.shared[0, 0] = min(self.shared[0, 0] + hyper.general_drift * total, 2.0 * hyper.general_variance)
        for name, own in self.targets.items():
            if name not in touched:
                # what an old target has in common with f stays only what both have in common with g
                own.with_form = own.with_general / self.shared[0, 0] * self.shared[0, 1]
