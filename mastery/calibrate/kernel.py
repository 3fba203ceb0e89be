"""The passes over all answers, compiled: who probably has which ability, and what each item's answers then say.

An item's curve is p(t) = sigma(slope t + easiness); abilities are tried at Q nodes with the weights of a standard
normal population. Answers come sorted by student. Everything compiled together stands in this one file: numba compiles
anew when this file changes, not when others do.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mastery.estimate.compiled import compiled, compiled_within
from mastery.estimate.state import Floats, Integers

Flags = npt.NDArray[np.bool_]

_NEWTON_STEPS = 25
_STEP = 1e-10  # where a maximisation ends: slopes and easinesses are known to some hundredths at best
_LARGEST_STEP = 2.0


@compiled_within
def _log_wrong(slope: Floats, easiness: Floats, nodes: Floats) -> Floats:
    """ln(1 - p) of each item at each node, [J, Q], without overflow."""
    table = np.empty((len(slope), len(nodes)))
    for j in range(len(slope)):
        for k in range(len(nodes)):
            z = slope[j] * nodes[k] + easiness[j]
            table[j, k] = -(max(z, 0.0) + np.log1p(np.exp(-abs(z))))
    return table


@compiled_within
def _posterior(
    items: Integers,
    right: Flags,
    slope: Floats,
    easiness: Floats,
    nodes: Floats,
    log_weights: Floats,
    log_wrong: Floats,
    weights: Floats,
) -> float:
    """One student's posterior over the nodes into `weights` [Q]; returns the marginal log-likelihood."""
    slopes, constant = 0.0, 0.0
    weights[:] = log_weights
    for m in range(len(items)):
        j = items[m]
        if right[m]:
            slopes += slope[j]
            constant += easiness[j]
        for k in range(len(nodes)):
            weights[k] += log_wrong[j, k]
    top = -np.inf
    for k in range(len(nodes)):
        weights[k] += slopes * nodes[k]
        top = max(top, weights[k])
    total = 0.0
    for k in range(len(nodes)):
        weights[k] = np.exp(weights[k] - top)
        total += weights[k]
    for k in range(len(nodes)):
        weights[k] /= total
    return float(top + np.log(total) + constant)


@compiled
def expect(
    offsets: Integers,
    items: Integers,
    right: Flags,
    slope: Floats,
    easiness: Floats,
    nodes: Floats,
    log_weights: Floats,
) -> tuple[Floats, Floats, float]:
    """Expectation: expected answers and right answers of each item at each node [J, Q], and the log-likelihood."""
    log_wrong = _log_wrong(slope, easiness, nodes)
    tried = np.zeros(log_wrong.shape)
    rights = np.zeros(log_wrong.shape)
    weights = np.empty(len(nodes))
    likelihood = 0.0
    for i in range(len(offsets) - 1):
        start, end = offsets[i], offsets[i + 1]
        likelihood += _posterior(
            items[start:end], right[start:end], slope, easiness, nodes, log_weights, log_wrong, weights
        )
        for m in range(start, end):
            j = items[m]
            for k in range(len(nodes)):
                tried[j, k] += weights[k]
            if right[m]:
                for k in range(len(nodes)):
                    rights[j, k] += weights[k]
    return tried, rights, likelihood


@compiled_within
def _maximise_one(
    tried: Floats, rights: Floats, start: tuple[float, float], nodes: Floats, prior: Floats, slope_is_free: bool
) -> tuple[float, float]:
    """Newton's method on one item's expected log-posterior, which is concave; slope held where it is not free."""
    a, d = start
    for _ in range(_NEWTON_STEPS):
        g_a, g_d = (prior[0] - a) * prior[1], (prior[2] - d) * prior[3]
        h_aa, h_ad, h_dd = prior[1], 0.0, prior[3]
        for k in range(len(nodes)):
            p = 1.0 / (1.0 + np.exp(-(a * nodes[k] + d)))
            e, h = rights[k] - tried[k] * p, tried[k] * p * (1.0 - p)
            g_a += e * nodes[k]
            g_d += e
            h_aa += h * nodes[k] * nodes[k]
            h_ad += h * nodes[k]
            h_dd += h
        if slope_is_free:
            det = h_aa * h_dd - h_ad * h_ad
            step_a, step_d = (h_dd * g_a - h_ad * g_d) / det, (h_aa * g_d - h_ad * g_a) / det
        else:
            step_a, step_d = 0.0, g_d / h_dd
        longest = max(abs(step_a), abs(step_d))
        # far from the maximum a full step may overshoot to where every answer is certain
        scale = min(1.0, _LARGEST_STEP / longest) if longest > 0.0 else 0.0
        a += scale * step_a
        d += scale * step_d
        if longest < _STEP:
            break
    return a, d


@compiled
def maximise(
    tried: Floats,
    rights: Floats,
    slope: Floats,
    easiness: Floats,
    nodes: Floats,
    prior: Floats,
    bounds: Floats,
) -> tuple[Floats, Floats]:
    """Maximisation: slope [J] and easiness [J] from the expected answers [J, Q], starting where they are.

    prior: mean and precision of slope, mean and precision of easiness. bounds: least and greatest slope; an item whose
    maximum lies outside has its slope held at the bound and its easiness fitted to that.
    """
    new_slope = np.empty(len(slope))
    new_easiness = np.empty(len(slope))
    for j in range(len(slope)):
        a, d = _maximise_one(tried[j], rights[j], (slope[j], easiness[j]), nodes, prior, True)
        if a < bounds[0] or a > bounds[1]:
            a = min(max(a, bounds[0]), bounds[1])
            a, d = _maximise_one(tried[j], rights[j], (a, d), nodes, prior, False)
        new_slope[j] = a
        new_easiness[j] = d
    return new_slope, new_easiness


@compiled_within
def _add_answer(right: bool, p: Floats, weights: Floats, basis: Floats, sums: Floats, missing: Floats) -> None:
    """One answer's part in its item's sums [3] and missing information [3, 3]; see `read_posteriors`."""
    score = np.zeros(3)
    square = np.zeros((3, 3))
    for k in range(len(weights)):
        r = (1.0 if right else 0.0) - p[k]
        for one in range(3):
            by_one = weights[k] * r * basis[one, k]
            score[one] += by_one
            for other in range(one, 3):
                square[one, other] += by_one * r * basis[other, k]
    for one in range(3):
        sums[one] += score[one]
        for other in range(one, 3):
            more = square[one, other] - score[one] * score[other]
            missing[one, other] += more
            if other > one:
                missing[other, one] += more


@compiled
def read_posteriors(
    offsets: Integers,
    items: Integers,
    right: Flags,
    slope: Floats,
    easiness: Floats,
    basis: Floats,
    log_weights: Floats,
) -> tuple[Floats, Floats, Floats, Floats]:
    """What can be said once the curves are found, in one pass over the answers.

    basis [3, Q]: what multiplies an item's slope, easiness and bend at each node, the first being the nodes themselves.
    The score of an answer at a node is r times the basis, r = y - p(t). Returns abilities [N, 2], mean and standard
    deviation of each student's posterior; expected scores summed over students [J, 3]; the posterior covariance of the
    scores summed over students [J, 3, 3]; and the same for a common scale and a common shift of all abilities [2, 2].
    """
    nodes = basis[0]
    log_wrong = _log_wrong(slope, easiness, nodes)
    p = 1.0 - np.exp(log_wrong)
    abilities = np.empty((len(offsets) - 1, 2))
    sums = np.zeros((len(slope), 3))
    missing = np.zeros((len(slope), 3, 3))
    common = np.zeros((2, 2))
    weights = np.empty(len(nodes))
    together = np.empty(len(nodes))
    for i in range(len(offsets) - 1):
        start, end = offsets[i], offsets[i + 1]
        _posterior(items[start:end], right[start:end], slope, easiness, nodes, log_weights, log_wrong, weights)
        together[:] = 0.0
        for m in range(start, end):
            j = items[m]
            _add_answer(right[m], p[j], weights, basis, sums[j], missing[j])
            for k in range(len(nodes)):
                together[k] += slope[j] * ((1.0 if right[m] else 0.0) - p[j, k])
        mean, square, s, st, ss, sst, sstt = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
        for k in range(len(nodes)):
            w, t, r = weights[k], nodes[k], together[k]
            mean += w * t
            square += w * t * t
            s += w * r
            st += w * r * t
            ss += w * r * r
            sst += w * r * r * t
            sstt += w * r * r * t * t
        abilities[i, 0] = mean
        abilities[i, 1] = np.sqrt(max(square - mean * mean, 0.0))
        common[0, 0] += sstt - st * st
        common[0, 1] += sst - st * s
        common[1, 0] += sst - st * s
        common[1, 1] += ss - s * s
    return abilities, sums, missing, common


@compiled
def missing_information(
    offsets: Integers,
    items: Integers,
    right: Flags,
    slope: Floats,
    easiness: Floats,
    nodes: Floats,
    log_weights: Floats,
) -> Floats:
    """Posterior covariance of the scores of all items, summed over students [2J, 2J]; slope and easiness by turns."""
    log_wrong = _log_wrong(slope, easiness, nodes)
    p = 1.0 - np.exp(log_wrong)
    total = np.zeros((2 * len(slope), 2 * len(slope)))
    weights = np.empty(len(nodes))
    for i in range(len(offsets) - 1):
        start, end = offsets[i], offsets[i + 1]
        _posterior(items[start:end], right[start:end], slope, easiness, nodes, log_weights, log_wrong, weights)
        scores = np.empty((2 * (end - start), len(nodes)))
        for m in range(start, end):
            row, j = 2 * (m - start), items[m]
            mean_t, mean = 0.0, 0.0
            for k in range(len(nodes)):
                r = (1.0 if right[m] else 0.0) - p[j, k]
                scores[row, k] = r * nodes[k]
                scores[row + 1, k] = r
                mean_t += weights[k] * r * nodes[k]
                mean += weights[k] * r
            for k in range(len(nodes)):
                root = np.sqrt(weights[k])
                scores[row, k] = (scores[row, k] - mean_t) * root
                scores[row + 1, k] = (scores[row + 1, k] - mean) * root
        covariance = scores @ scores.T
        for m in range(start, end):
            one = 2 * items[m]
            for n in range(start, end):
                other = 2 * items[n]
                row, column = 2 * (m - start), 2 * (n - start)
                total[one, other] += covariance[row, column]
                total[one, other + 1] += covariance[row, column + 1]
                total[one + 1, other] += covariance[row + 1, column]
                total[one + 1, other + 1] += covariance[row + 1, column + 1]
    return total
