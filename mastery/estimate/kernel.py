"""The filter itself: one compiled loop that the request path runs for one student and the rebuild for all.

Measurement 2, with every answer of a step taken jointly. A step is one answer, the rows of one answer that counts for
several targets, or a whole sitting without feedback. For a step with effective weights w and the prior of independent
g, f, s_k, r_i the exact Gaussian posterior of the linearised model is

    K = V L' (L V L' + R)^-1,   R = diag(1 / (w h)),   m += K (e / h),   V -= K L V,

which for one answer is m += V l w e / (1 + w h Vt), V -= (V l)^2 w h / (1 + w h Vt). It is computed in O(rows) by
eliminating r, then s, then g + f. The posterior's covariances between states are dropped after the step, as the
sequential form does. A step of more than one effective answer is linearised again after each effective answer's worth
of it (recursive update, Zanetti 2012), all its rows at once, so that its order can not matter; a single linearisation
at the start overshoots a surprising test by logits (tests/mastery/test_estimate_posterior.py).
"""

from __future__ import annotations

import numpy as np

from mastery.estimate.compiled import compiled
from mastery.estimate.state import Floats, Integers

PROBIT = np.pi / 8.0  # sigma(mu / sqrt(1 + pi/8 V)) is the mean of sigma over N(mu, V), to 1e-2 (MacKay 1992)
WIDEST = 2.0  # a variance never exceeds twice its prior
NEVER = -np.inf  # last day of a target that has not been seen

# Columns of `answers` [R, 8]
Y, WEIGHT, DAY, SLOPE, EASINESS, EASINESS_VARIANCE, PRACTICE_SLOPE, SUMMED = range(8)
# Columns of `constants`; the attempt offsets follow from OFFSETS on
(GENERAL, GENERAL_DRIFT, FORM, PERSISTENCE, TARGET, TARGET_DRIFT, RIGHT, WRONG) = range(8)
(ITEM, ITEM_RIGHT, ITEM_WRONG, FORGETTING, FORGETTING_VARIANCE, OFFSETS) = range(8, 14)
# Columns of a target, an item, and a reading
MEAN, VARIANCE, PRACTICE, LAST_DAY = range(4)
ATTEMPTS = 2
READING_COLUMNS = ("mean", "variance", "general", "target", "form", "practice")


@compiled
def run_filter(
    offsets: Integers,
    sitting: Integers,
    slots: Integers,
    answers: Floats,
    constants: Floats,
    level: Floats,
    target_offsets: Integers,
    targets: Floats,
    item_offsets: Integers,
    items: Floats,
) -> tuple[Floats, Integers, Floats, Floats]:
    """Advance N students through their rows: level, targets and items are changed in place.

    offsets int64[N+1]; sitting int64[R]; slots int64[R, 2], places of target and item; answers [R, 8];
    level [N, 4]; targets [sum K, 4] and items [sum I, 3] by student at their offsets int64[N+1].
    Returns p, mu, Vt before each row [R, 3] and, for each run of rows with the same sitting and target, its first row
    int64[M] and the target's reading before and after the sitting [M, 6].
    """
    longest = 1
    most = 1
    runs = 0
    for n in range(len(offsets) - 1):
        longest = max(longest, offsets[n + 1] - offsets[n])
        most = max(most, target_offsets[n + 1] - target_offsets[n])
        for j in range(offsets[n], offsets[n + 1]):
            runs += j == offsets[n] or sitting[j] != sitting[j - 1] or slots[j, 0] != slots[j - 1, 0]
    predictions = np.empty((len(sitting), 3))
    run_first = np.empty(runs, np.int64)
    before = np.empty((runs, len(READING_COLUMNS)))
    after = np.empty((runs, len(READING_COLUMNS)))
    by_row = np.empty((longest, 5))
    by_target = np.zeros((most, 6))
    touched = np.empty(most, np.int64)
    run = 0
    for n in range(len(offsets) - 1):
        own_targets = targets[target_offsets[n] : target_offsets[n + 1]]
        own_items = items[item_offsets[n] : item_offsets[n + 1]]
        row, end = offsets[n], offsets[n + 1]
        while row < end:
            stop = row + 1
            while stop < end and sitting[stop] == sitting[row]:
                stop += 1
            opened = run
            for j in range(row, stop):
                if j == row or slots[j, 0] != slots[j - 1, 0]:
                    run_first[run] = j
                    _read(level[n], own_targets[slots[j, 0]], answers[j, PRACTICE_SLOPE], before[run])
                    run += 1
            first = row
            while first < stop:
                last = first + 1
                if answers[first, SUMMED] != 0.0:
                    while last < stop and answers[last, SUMMED] != 0.0:
                        last += 1
                else:
                    while last < stop and answers[last, SUMMED] == 0.0 and slots[last, 1] == slots[first, 1]:
                        last += 1
                _step(
                    slots[first:last],
                    answers[first:last],
                    constants,
                    level[n],
                    own_targets,
                    own_items,
                    predictions[first:last],
                    by_row,
                    by_target,
                    touched,
                )
                first = last
            for done in range(opened, run):
                j = run_first[done]
                _read(level[n], own_targets[slots[j, 0]], answers[j, PRACTICE_SLOPE], after[done])
            row = stop
    return predictions, run_first, before, after


@compiled
def _read(level: Floats, target: Floats, practice_slope: float, reading: Floats) -> None:
    """What is known of a target, present form left out: mean and variance of g + s + practice, and the parts."""
    practice = practice_slope * np.log1p(target[PRACTICE])
    reading[0] = level[0] + target[MEAN] + practice
    reading[1] = level[1] + target[VARIANCE]
    reading[2] = level[0]
    reading[3] = target[MEAN]
    reading[4] = level[2]
    reading[5] = practice


# columns of the scratch arrays
_E, _H, _LOCAL, _C, _TRY = range(5)
_INFORMATION, _SCORE, _OWN, _FULL, _CREDIT, _START = range(6)


@compiled
def _step(
    slots: Integers,
    answers: Floats,
    constants: Floats,
    level: Floats,
    targets: Floats,
    items: Floats,
    predictions: Floats,
    by_row: Floats,
    by_target: Floats,
    touched: Integers,
) -> None:
    """One joint step: age, predict, update in slices of at most one effective answer, hold to the sign, learn."""
    rows = len(answers)
    total = 0.0
    found = 0
    for j in range(rows):
        k = slots[j, 0]
        weight = answers[j, WEIGHT]
        total += weight
        if by_target[k, _FULL] == 0.0:
            touched[found] = k
            found += 1
            by_target[k, _START] = targets[k, MEAN]
            _age(targets[k], answers[j, DAY], constants)
        by_row[j, _TRY] = items[slots[j, 1], ATTEMPTS] + 1.0
        by_target[k, _FULL] += weight
        by_target[k, _CREDIT] += weight * answers[j, Y]
    general_before = level[0]
    # 7 rows of weight 5/7 are five effective answers although their sum is 5.000000000000001
    slices = max(1, int(np.ceil(total - 1e-9)))
    for part in range(slices):
        _predict(
            slots, answers, constants, level, targets, items, by_row, by_target, 1.0 / slices, part == 0, predictions
        )
        if part == 0:
            for t in range(found):
                by_target[touched[t], _OWN] = by_target[touched[t], _SCORE]
        _update(slots, answers, level, targets, items, by_row, by_target, touched[:found])
    for t in range(found):
        k = touched[t]
        _hold_to_sign(by_target[k, _OWN], by_target[k, _START], level[0] - general_before, targets[k])
        _learn(by_target[k, _FULL], by_target[k, _CREDIT], constants, targets[k])
        by_target[k, :] = 0.0
    for j in range(rows):
        item = items[slots[j, 1]]
        y = answers[j, Y]
        item[MEAN] += answers[j, WEIGHT] * (constants[ITEM_RIGHT] * y + constants[ITEM_WRONG] * (1.0 - y))
        item[ATTEMPTS] = by_row[j, _TRY]
    _drift(level, total, constants)


@compiled
def _age(target: Floats, day: float, constants: Floats) -> None:
    """Forgetting between the last evidence on a target and this one; never backwards in time."""
    days = day - target[LAST_DAY]
    if target[LAST_DAY] == NEVER:
        target[LAST_DAY] = day
    elif days > 0.0:
        gap = np.log1p(days)
        target[MEAN] *= np.exp(-constants[FORGETTING] * gap)
        grown = target[VARIANCE] + constants[FORGETTING_VARIANCE] * gap
        target[VARIANCE] = min(grown, WIDEST * constants[TARGET])
        target[LAST_DAY] = day


@compiled
def _predict(
    slots: Integers,
    answers: Floats,
    constants: Floats,
    level: Floats,
    targets: Floats,
    items: Floats,
    by_row: Floats,
    by_target: Floats,
    share: float,
    keep: bool,
    predictions: Floats,
) -> None:
    """Expected success of every row from the present state, and what its answer says about each target's sum.

    With u = V_r + SE_b^2 the row's own noise and c = w / (1 + w h u), a target's rows carry the information
    sum a^2 h c and the score sum a e c about g + f + s.
    """
    shared = level[0] + level[2]
    spread = level[1] + level[3]
    last_offset = len(constants) - 1 - OFFSETS
    for j in range(len(answers)):
        by_target[slots[j, 0], _INFORMATION] = 0.0
        by_target[slots[j, 0], _SCORE] = 0.0
    for j in range(len(answers)):
        k = slots[j, 0]
        target = targets[k]
        item = items[slots[j, 1]]
        a = answers[j, SLOPE]
        ability = shared + target[MEAN] + answers[j, PRACTICE_SLOPE] * np.log1p(target[PRACTICE])
        offset = constants[OFFSETS + min(int(item[ATTEMPTS]), last_offset)]
        mu = a * ability + item[MEAN] + answers[j, EASINESS] + offset
        noise = item[VARIANCE] + answers[j, EASINESS_VARIANCE]
        variance = a * a * (spread + target[VARIANCE]) + noise
        p = _sigmoid(mu / np.sqrt(1.0 + PROBIT * variance))
        if keep:
            predictions[j, 0] = p
            predictions[j, 1] = mu
            predictions[j, 2] = variance
        w = answers[j, WEIGHT] * share
        e = answers[j, Y] - p
        h = p * (1.0 - p)
        c = w / (1.0 + w * h * noise)
        by_row[j, _E] = e
        by_row[j, _H] = h
        by_row[j, _LOCAL] = item[VARIANCE]
        by_row[j, _C] = c
        by_target[k, _INFORMATION] += a * a * h * c
        by_target[k, _SCORE] += a * e * c


@compiled
def _sigmoid(x: float) -> float:
    """1 / (1 + exp(-x)) without overflow."""
    if x >= 0.0:
        return 1.0 / (1.0 + float(np.exp(-x)))
    grown = float(np.exp(x))
    return grown / (1.0 + grown)


@compiled
def _update(
    slots: Integers,
    answers: Floats,
    level: Floats,
    targets: Floats,
    items: Floats,
    by_row: Floats,
    by_target: Floats,
    touched: Integers,
) -> None:
    """The joint Gaussian step: eliminate every s, solve for g + f, then go back to s and r."""
    information = 0.0
    score = 0.0
    for k in touched:
        shrink = 1.0 + targets[k, VARIANCE] * by_target[k, _INFORMATION]
        information += by_target[k, _INFORMATION] / shrink
        score += by_target[k, _SCORE] / shrink
    spread = level[1] + level[3]
    shrink = 1.0 + spread * information
    shared_shift = spread * score / shrink
    shared_variance = spread / shrink
    for at in (0, 2):
        variance = level[at + 1]
        level[at] += variance * score / shrink
        level[at + 1] = variance - variance * variance * information / shrink
    for k in touched:
        variance = targets[k, VARIANCE]
        loss = by_target[k, _INFORMATION]
        kept = 1.0 / (1.0 + variance * loss)
        shift = variance * (by_target[k, _SCORE] - loss * shared_shift) * kept
        pull = variance * loss * kept
        targets[k, MEAN] += shift
        targets[k, VARIANCE] = variance * kept + pull * pull * shared_variance
        # of the target's sum g + f + s, for the items below
        by_target[k, _SCORE] = shared_shift + shift
        by_target[k, _INFORMATION] = variance * kept + kept * kept * shared_variance
    for j in range(len(answers)):
        k = slots[j, 0]
        item = items[slots[j, 1]]
        a = answers[j, SLOPE]
        start = by_row[j, _LOCAL]
        reach = start * by_row[j, _C]
        # w' = w / (1 + w h u) is by_row[_C]: r takes its part of what the sum left unexplained
        item[MEAN] += reach * (by_row[j, _E] - by_row[j, _H] * a * by_target[k, _SCORE])
        h = by_row[j, _H]
        left = start - start * reach * h + (reach * h * a) * (reach * h * a) * by_target[k, _INFORMATION]
        # a product, so that one item in two rows of the step loses the information of both
        item[VARIANCE] *= left / start


@compiled
def _hold_to_sign(own: float, start: float, general_shift: float, target: Floats) -> None:
    """Right answers never lower a target's mean and wrong ones never raise it, whatever aging or other targets did.

    `own` is what the step's rows on this target say, `start` the mean of s before it was aged. Binds only after a gap
    (forgetting pulls s to 0) and where one sitting on several targets explains one target's answers by the others'.
    """
    if own >= 0.0:
        target[MEAN] = max(target[MEAN], start - max(general_shift, 0.0))
    else:
        target[MEAN] = min(target[MEAN], start - min(general_shift, 0.0))


@compiled
def _learn(full: float, credit: float, constants: Floats, target: Floats) -> None:
    """At most one learning step, split by the share of right answers; only right answers count as practice."""
    amount = min(1.0, full)
    right = credit / full
    target[MEAN] += amount * (constants[RIGHT] * right + constants[WRONG] * (1.0 - right))
    target[VARIANCE] = min(target[VARIANCE] + amount * constants[TARGET_DRIFT], WIDEST * constants[TARGET])
    target[PRACTICE] += amount * right


@compiled
def _drift(level: Floats, answers: float, constants: Floats) -> None:
    """Between steps the level drifts and the form fades, by the number of effective answers given."""
    level[1] = min(level[1] + constants[GENERAL_DRIFT] * answers, WIDEST * constants[GENERAL])
    left = constants[PERSISTENCE]
    if answers != 1.0:
        left = np.exp(answers * np.log(left))
    level[2] *= left
    level[3] = left * left * level[3] + (1.0 - left * left) * constants[FORM]
