"""Students who are as the filter's model says, for whom what it tells of them must be true."""

from __future__ import annotations

import numpy as np
from answer_sets import Given
from scipy.special import expit

from mastery.estimate import Hyperparameters
from mastery.measure import AnswerSet


def simulated(hyper: Hyperparameters, students: int, targets: int, each: int, seed: int) -> AnswerSet:
    """Each student answers `each` items of each target, target after target; no item twice."""
    random = np.random.default_rng(seed)

    def normal(variance: float, *shape: int) -> np.ndarray:
        return random.normal(0.0, np.sqrt(variance), shape)

    pool = 3 * each
    easiness = hyper.item_easiness + normal(hyper.item_easiness_variance, targets, pool)
    rho = hyper.form_persistence
    general, form = normal(hyper.general_variance, students), normal(hyper.form_variance, students)
    rows = []
    for target in range(targets):
        own, practice = normal(hyper.target_variance, students), np.zeros(students)
        items = np.argsort(random.random((students, pool)), axis=1)[:, :each]
        for number in range(each):
            ability = general + form + own + hyper.practice_slope * np.log1p(practice)
            chance = expit(ability + normal(hyper.item_variance, students) + easiness[target, items[:, number]])
            right = random.random(students) < chance
            rows += [
                Given(f"u{student}", f"i{target}-{items[student, number]}", f"s{target}", float(right[student]))
                for student in range(students)
            ]
            practice += right
            own += normal(hyper.target_drift, students)
            general += normal(hyper.general_drift, students)
            form = rho * form + np.sqrt(1.0 - rho * rho) * normal(hyper.form_variance, students)
    return AnswerSet.of(rows)
