"""The filter itself: one compiled loop that the request path runs for one student and the rebuild for all.

The model and its update are described in `mastery/estimate/__init__.py`. A step is one answer, the rows of one answer
that counts for several targets, or a whole sitting without feedback; it is taken jointly, in O(rows), by eliminating r,
then the rests of the targets, then g and f. Per row, with the site precision t = h / (1 - h Vt), h the curvature of
`_likelihood`, weight w and noise V_r + SE_b^2, the information is a^2 c t with c = w / (1 + w t (V_r + SE_b^2)).
Everything compiled together stands in this one file: numba compiles anew when this file changes, not when others do.
"""

from __future__ import annotations

import numpy as np

from mastery.estimate.compiled import compiled, compiled_within
from mastery.estimate.state import Floats, Integers

PROBIT = np.pi / 8.0  # sigma(mu / sqrt(1 + pi/8 V)) is the mean of sigma over N(mu, V), to 1e-2 (MacKay 1992)
WIDEST = 2.0  # a variance never grows beyond twice its prior
NEVER = -np.inf  # last day of a target that has not been seen

# Columns of `answers` [R, 10]
Y, WEIGHT, DAY, SLOPE, EASINESS, EASINESS_VARIANCE, PRACTICE_SLOPE, SUMMED, GUESSING, POINTS = range(10)
# Places in `constants`; the attempt offsets stand from OFFSETS on
(GENERAL, GENERAL_DRIFT, FORM, PERSISTENCE, TARGET, TARGET_DRIFT, RIGHT, WRONG) = range(8)
(ITEM, ITEM_RIGHT, ITEM_WRONG, FORGETTING, FORGETTING_VARIANCE, PREREQUISITES, OFFSETS) = range(8, 15)
# Places in `level` [5], in a target [6] and in an item [3]
G, G_VARIANCE, F, F_VARIANCE, COVARIANCE = range(5)
REST, VARIANCE, ON_GENERAL, ON_FORM, PRACTICE, LAST_DAY = range(6)
MEMORY, MEMORY_VARIANCE, ATTEMPTS = range(3)
# Columns of `predictions` [R, 6]
P, LOGIT, LOGIT_VARIANCE, ABILITY, PRACTISED, ATTEMPT = range(6)
READING_COLUMNS = ("mean", "variance", "general", "target", "form", "practice")

_NODES, _raw = np.polynomial.hermite_e.hermegauss(15)
_WEIGHTS = _raw / _raw.sum()

# Columns of the scratch arrays: per row of the step, and per target of the student
_E, _T, _MEMORY_VARIANCE, _C, _TRY = range(5)
_INFORMATION, _SCORE, _OWN, _FULL, _CREDIT, _START = range(6)


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
    target_ids: Integers,
    graph_targets: Integers,
    graph_offsets: Integers,
    graph_before: Integers,
) -> tuple[Floats, Integers, Floats, Floats]:
    """Advance N students through their rows: level, targets and items are changed in place.

    offsets int64[N+1]; sitting int64[R]; slots int64[R, 2], places of target and item; answers [R, 10];
    level [N, 5]; targets [sum K, 6] and items [sum I, 3] by student at their offsets int64[N+1];
    target_ids int64[sum K]; the graph as in `PrerequisiteTable`.
    Returns what was expected before each row [R, 6] (p, mu, Vt, g + f + s + practice, ln(1 + n), earlier sittings with
    the item as `attempt_offsets` counts them) and, for each run of rows with the same sitting and target, its first row
    int64[M] and the target's reading before and after the sitting [M, 6].
    """
    longest, most, runs = 1, 1, 0
    for n in range(len(offsets) - 1):
        longest = max(longest, offsets[n + 1] - offsets[n])
        most = max(most, target_offsets[n + 1] - target_offsets[n])
        for j in range(offsets[n], offsets[n + 1]):
            runs += j == offsets[n] or sitting[j] != sitting[j - 1] or slots[j, 0] != slots[j - 1, 0]
    predictions = np.empty((len(sitting), 6))
    run_first = np.empty(runs, np.int64)
    before = np.empty((runs, len(READING_COLUMNS)))
    after = np.empty((runs, len(READING_COLUMNS)))
    by_row = np.empty((longest, 5))
    by_target = np.zeros((most, 6))
    # the targets of the step before, and of this one
    recent = np.empty((2, most), np.int64)
    run = 0
    for n in range(len(offsets) - 1):
        own_targets = targets[target_offsets[n] : target_offsets[n + 1]]
        own_ids = target_ids[target_offsets[n] : target_offsets[n + 1]]
        own_items = items[item_offsets[n] : item_offsets[n + 1]]
        carried = 0
        for k in range(len(own_targets)):
            if own_targets[k, ON_FORM] != 1.0:
                recent[0, carried] = k
                carried += 1
        row, end = offsets[n], offsets[n + 1]
        while row < end:
            stop = row + 1
            while stop < end and sitting[stop] == sitting[row]:
                stop += 1
            opened = run
            for j in range(row, stop):
                if j == row or slots[j, 0] != slots[j - 1, 0]:
                    run_first[run] = j
                    k = slots[j, 0]
                    if own_targets[k, LAST_DAY] == NEVER and constants[PREREQUISITES] > 0.0:
                        _begin(k, constants, level[n], own_targets, own_ids, graph_targets, graph_offsets, graph_before)
                    _read(level[n], own_targets[slots[j, 0]], answers[j, PRACTICE_SLOPE], before[run])
                    run += 1
            first = row
            while first < stop:
                last = _step_end(first, stop, slots, answers)
                if last == first + 1:
                    carried = _answer(
                        slots[first],
                        answers[first],
                        constants,
                        level[n],
                        own_targets,
                        own_items,
                        predictions[first],
                        recent,
                        carried,
                    )
                else:
                    carried = _step(
                        slots[first:last],
                        answers[first:last],
                        constants,
                        level[n],
                        own_targets,
                        own_items,
                        predictions[first:last],
                        by_row,
                        by_target,
                        recent,
                        carried,
                    )
                first = last
            for done in range(opened, run):
                j = run_first[done]
                _read(level[n], own_targets[slots[j, 0]], answers[j, PRACTICE_SLOPE], after[done])
            row = stop
    return predictions, run_first, before, after


@compiled
def read_all(level: Floats, targets: Floats, practice_slopes: Floats) -> Floats:
    """Readings [K, 6] of one student's targets [K, 6] as they are stored."""
    readings = np.empty((len(targets), len(READING_COLUMNS)))
    for k in range(len(targets)):
        _read(level, targets[k], practice_slopes[k], readings[k])
    return readings


@compiled
def read_later(level: Floats, targets: Floats, practice_slopes: Floats, days: float, constants: Floats) -> Floats:
    """Readings [K, 6] of one student's targets [K, 6] so many days after the last evidence on each."""
    readings = np.empty((len(targets), len(READING_COLUMNS)))
    for k in range(len(targets)):
        target = targets[k].copy()
        _age(target, target[LAST_DAY] + days, constants)
        _read(level, target, practice_slopes[k], readings[k])
    return readings


@compiled_within
def _read(level: Floats, target: Floats, practice_slope: float, reading: Floats) -> None:
    """What is known of a target, present form left out: mean and variance of g + s + practice, and the parts."""
    own = _own(target, level)
    practice = practice_slope * np.log1p(target[PRACTICE])
    reading[0] = level[G] + own + practice
    reading[1] = target[VARIANCE] + _spread(target[ON_GENERAL], target[ON_FORM] - 1.0, level)
    reading[2] = level[G]
    reading[3] = own
    reading[4] = level[F]
    reading[5] = practice


@compiled_within
def _spread(u: float, v: float, level: Floats) -> float:
    """Variance of u g + v f."""
    return float(u * u * level[G_VARIANCE] + 2.0 * u * v * level[COVARIANCE] + v * v * level[F_VARIANCE])


@compiled_within
def _own(target: Floats, level: Floats) -> float:
    """Mean of s."""
    return float(target[REST] + (target[ON_GENERAL] - 1.0) * level[G] + (target[ON_FORM] - 1.0) * level[F])


@compiled_within
def _step_end(first: int, stop: int, slots: Integers, answers: Floats) -> int:
    """Where the step that begins at `first` ends: a run without feedback, or the rows of one answer."""
    last = first + 1
    summed = answers[first, SUMMED]
    while last < stop and answers[last, SUMMED] == summed and (summed != 0.0 or slots[last, 1] == slots[first, 1]):
        last += 1
    return last


@compiled_within
def _answer(
    slot: Integers,
    answer: Floats,
    constants: Floats,
    level: Floats,
    targets: Floats,
    items: Floats,
    prediction: Floats,
    recent: Integers,
    carried: int,
) -> int:
    """The step of one answer on one target: what `_step` does, without its sums over rows and targets."""
    k = slot[0]
    target, item = targets[k], items[slot[1]]
    a, y, w = answer[SLOPE], answer[Y], answer[WEIGHT]
    start = _own(target, level)
    _age(target, answer[DAY], constants)
    for other in recent[0, :carried]:
        if other != k:
            _leave(targets[other], level)
    u, v = target[ON_GENERAL], target[ON_FORM]
    noise = item[MEMORY_VARIANCE] + answer[EASINESS_VARIANCE]
    _expect(a, answer, item, target, level, constants, noise, prediction)
    full = prediction[LOGIT_VARIANCE]
    prediction[P], pull, curvature = _likelihood(y, prediction[LOGIT], full, answer[GUESSING], answer[POINTS])
    left = 1.0 - curvature * full
    surprise, precision = pull / left, curvature / left
    c = w / (1.0 + w * precision * noise)
    information, score = a * a * c * precision, a * c * surprise
    kept = 1.0 / (1.0 + target[VARIANCE] * information)
    shared = information * kept
    general, form, both = level[G_VARIANCE], level[F_VARIANCE], level[COVARIANCE]
    area = max(general * form - both * both, 0.0)
    shrink = 1.0 / (1.0 + shared * (general * u * u + 2.0 * both * u * v + form * v * v))
    level[G_VARIANCE] = (general + area * shared * v * v) * shrink
    level[F_VARIANCE] = (form + area * shared * u * u) * shrink
    level[COVARIANCE] = (both - area * shared * u * v) * shrink
    part = score * kept
    general_shift = part * (level[G_VARIANCE] * u + level[COVARIANCE] * v)
    general_shift = max(general_shift, 0.0) if score >= 0.0 else min(general_shift, 0.0)
    form_shift = part * (level[COVARIANCE] * u + level[F_VARIANCE] * v)
    level[G] += general_shift
    level[F] += form_shift
    variance = target[VARIANCE] * kept
    shared_shift = u * general_shift + v * form_shift
    shift = variance * (score - information * shared_shift)
    target[REST] += shift + (1.0 - kept) * (u * level[G] + v * level[F])
    target[VARIANCE] = variance
    target[ON_GENERAL] = u * kept
    target[ON_FORM] = v * kept
    memory = item[MEMORY_VARIANCE]
    reach = memory * c
    share = reach * precision
    item[MEMORY] += reach * surprise - share * a * (shared_shift + shift)
    spread = variance + _spread(u * kept, v * kept, level)
    item[MEMORY_VARIANCE] = memory * (1.0 - share) + share * a * share * a * spread
    _hold_to_sign(score, start, general_shift, level, target)
    _learn(w, w * y, constants, target)
    item[MEMORY] += w * (constants[ITEM_RIGHT] * y + constants[ITEM_WRONG] * (1.0 - y))
    item[ATTEMPTS] += 1.0
    recent[0, 0] = k
    _fade(w, constants, level, targets, recent[0, :1])
    _drift(w, constants, level, targets)
    return 1


@compiled_within
def _expect(
    a: float,
    answer: Floats,
    item: Floats,
    target: Floats,
    level: Floats,
    constants: Floats,
    noise: float,
    prediction: Floats,
) -> None:
    """What an answer on a target will be made of: a row of predictions but for P."""
    u, v = target[ON_GENERAL], target[ON_FORM]
    practised = np.log1p(target[PRACTICE])
    ability = target[REST] + u * level[G] + v * level[F] + answer[PRACTICE_SLOPE] * practised
    attempt = min(int(item[ATTEMPTS]), len(constants) - 1 - OFFSETS)
    mu = a * ability + item[MEMORY] + answer[EASINESS] + constants[OFFSETS + attempt]
    variance = a * a * (target[VARIANCE] + _spread(u, v, level)) + noise
    prediction[LOGIT] = mu
    prediction[LOGIT_VARIANCE] = variance
    prediction[ABILITY] = ability
    prediction[PRACTISED] = practised
    prediction[ATTEMPT] = attempt


@compiled_within
def _likelihood(y: float, mu: float, variance: float, guessing: float, points: float) -> tuple[float, float, float]:
    """The share expected of an answer, and what y says of mu: the first derivative of its likelihood's logarithm, and
    minus the second.

    Right or wrong, p = c + (1 - c) q with q = sigma(kappa mu) and c the chance to guess (3PL, Birnbaum 1968): with
    r = kappa q / p the first is r (y - p); the second is kappa^2 q (1 - q) of a wrong answer and of a right one
    r^2 p (1 - p), its expectation, since that of a lucky guess is negative. m points, a generalised partial-credit
    model (Muraki 1992) with equal steps, P(k) ~ exp(a k x): by quadrature over x ~ N(mu, variance). a = 3 / (m + 2)
    gives the share expected the steepness of a single answer; its information then is 3 m / (m + 2) of a single one's.
    """
    if points <= 1.0:
        kappa = 1.0 / np.sqrt(1.0 + PROBIT * variance)
        q = _sigmoid(kappa * mu)
        p = guessing + (1.0 - guessing) * q
        reach = kappa * q / p
        return p, reach * (y - p), y * reach * reach * p * (1.0 - p) + (1.0 - y) * kappa * kappa * q * (1.0 - q)
    deviation = np.sqrt(variance)
    step = 3.0 / (points + 2.0)
    total, first, second, share = 0.0, 0.0, 0.0, 0.0
    for node in range(len(_NODES)):
        x = mu + deviation * _NODES[node]
        top = max(points * step * x, 0.0)
        norm, mean = 0.0, 0.0
        for k in range(int(points) + 1):
            term = np.exp(step * k * x - top)
            norm += term
            mean += term * k
        share += _WEIGHTS[node] * mean / (norm * points)
        likelihood = _WEIGHTS[node] * np.exp(step * points * y * x - top) / norm
        total += likelihood
        first += likelihood * _NODES[node]
        second += likelihood * _NODES[node] * _NODES[node]
    moved = first / total
    return share, moved / deviation, (1.0 - (second / total - moved * moved)) / variance


@compiled_within
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
    recent: Integers,
    carried: int,
) -> int:
    """One joint step: age, predict, update in slices of at most one effective answer, hold to the sign, learn."""
    total = 0.0
    found = 0
    for j in range(len(answers)):
        k = slots[j, 0]
        weight = answers[j, WEIGHT]
        total += weight
        by_row[j, _TRY] = items[slots[j, 1], ATTEMPTS] + 1.0
        if by_target[k, _FULL] == 0.0:
            recent[1, found] = k
            found += 1
            by_target[k, _START] = _own(targets[k], level)
            _age(targets[k], answers[j, DAY], constants)
        by_target[k, _FULL] += weight
        by_target[k, _CREDIT] += weight * answers[j, Y]
    for k in recent[0, :carried]:
        if by_target[k, _FULL] == 0.0:
            _leave(targets[k], level)
    touched = recent[1, :found]
    general_before = level[G]
    # 7 rows of weight 5/7 are five effective answers although their sum is 5.000000000000001
    slices = max(1, int(np.ceil(total - 1e-9)))
    for part in range(slices):
        _predict(slots, answers, constants, level, targets, items, predictions, by_row, by_target, slices, part == 0)
        if part == 0:
            for k in touched:
                by_target[k, _OWN] = by_target[k, _SCORE]
        _update_shared(level, targets, by_target, touched)
        _update_items(slots, answers, items, by_row, by_target)
    for k in touched:
        _hold_to_sign(by_target[k, _OWN], by_target[k, _START], level[G] - general_before, level, targets[k])
        _learn(by_target[k, _FULL], by_target[k, _CREDIT], constants, targets[k])
        by_target[k, :] = 0.0
    for j in range(len(answers)):
        item = items[slots[j, 1]]
        y = answers[j, Y]
        item[MEMORY] += answers[j, WEIGHT] * (constants[ITEM_RIGHT] * y + constants[ITEM_WRONG] * (1.0 - y))
        item[ATTEMPTS] = by_row[j, _TRY]
    _fade(total, constants, level, targets, touched)
    _drift(total, constants, level, targets)
    recent[0, :found] = touched
    return found


@compiled_within
def _age(target: Floats, day: float, constants: Floats) -> None:
    """Forgetting between the last evidence on a target and this one: s shrinks towards 0; never backwards in time."""
    days = day - target[LAST_DAY]
    if target[LAST_DAY] == NEVER:
        target[LAST_DAY] = day
    elif days > 0.0:
        gap = np.log1p(days)
        left = np.exp(-constants[FORGETTING] * gap)
        target[REST] *= left
        target[ON_GENERAL] = 1.0 + left * (target[ON_GENERAL] - 1.0)
        target[ON_FORM] = 1.0 + left * (target[ON_FORM] - 1.0)
        grown = target[VARIANCE] + constants[FORGETTING_VARIANCE] * gap
        target[VARIANCE] = min(grown, WIDEST * constants[TARGET])
        target[LAST_DAY] = day


@compiled_within
def _begin(
    k: int,
    constants: Floats,
    level: Floats,
    targets: Floats,
    ids: Integers,
    graph_targets: Integers,
    graph_offsets: Integers,
    graph_before: Integers,
) -> None:
    """A target never seen, just before its first sitting: s_k = share mean(s_j) + e over the prerequisites j seen.

    A Gaussian network on the graph (Shachter and Kenley 1989), read forwards only. V_e = V_s (1 - share^2 / n), so that
    with nothing known of the n prerequisites s_k has its own prior; given g and f they are independent.
    """
    place = np.searchsorted(graph_targets, ids[k])
    if place == len(graph_targets) or graph_targets[place] != ids[k]:
        return
    seen, rest, variance, on_general, on_form = 0.0, 0.0, 0.0, 0.0, 0.0
    for before in graph_before[graph_offsets[place] : graph_offsets[place + 1]]:
        for j in range(len(ids)):
            if ids[j] == before and targets[j, LAST_DAY] != NEVER:
                seen += 1.0
                rest += targets[j, REST]
                variance += targets[j, VARIANCE]
                on_general += targets[j, ON_GENERAL] - 1.0
                on_form += targets[j, ON_FORM] - 1.0
    if seen > 0.0:
        share = constants[PREREQUISITES] / seen
        targets[k, REST] = share * rest
        targets[k, VARIANCE] = constants[TARGET] * (1.0 - share * share * seen) + share * share * variance
        targets[k, ON_GENERAL] = 1.0 + share * on_general
        targets[k, ON_FORM] = 1.0 + share * on_form
        _leave(targets[k], level)


@compiled_within
def _leave(target: Floats, level: Floats) -> None:
    """Another target is answered now: what s had in common with f is expressed by g and the rest."""
    slope = level[COVARIANCE] / level[G_VARIANCE]
    _express(target, level[F] - slope * level[G], slope, 0.0, _form_given_general(level))


@compiled_within
def _express(target: Floats, constant: float, on_general: float, on_form: float, scatter: float) -> None:
    """Put N(constant + on_general g + on_form f', scatter) in the place of f, as far as s depends on it."""
    share = target[ON_FORM] - 1.0
    target[REST] += share * constant
    target[ON_GENERAL] += share * on_general
    target[ON_FORM] = 1.0 + share * on_form
    target[VARIANCE] += share * share * scatter


@compiled_within
def _form_given_general(level: Floats) -> float:
    """Variance of f where g is known."""
    return float(max(level[F_VARIANCE] - level[COVARIANCE] * level[COVARIANCE] / level[G_VARIANCE], 0.0))


@compiled_within
def _predict(
    slots: Integers,
    answers: Floats,
    constants: Floats,
    level: Floats,
    targets: Floats,
    items: Floats,
    predictions: Floats,
    by_row: Floats,
    by_target: Floats,
    slices: int,
    keep: bool,
) -> None:
    """Expected success of every row from the present state, and what its answer says about its target's sum.

    A target's rows carry the information sum a^2 c t and the score sum a c e, e the first derivative of `_likelihood`
    over 1 - h Vt, h its second.
    """
    expected = np.empty(6)
    for j in range(len(answers)):
        by_target[slots[j, 0], _INFORMATION] = 0.0
        by_target[slots[j, 0], _SCORE] = 0.0
    for j in range(len(answers)):
        k = slots[j, 0]
        item = items[slots[j, 1]]
        a = answers[j, SLOPE]
        noise = item[MEMORY_VARIANCE] + answers[j, EASINESS_VARIANCE]
        _expect(a, answers[j], item, targets[k], level, constants, noise, expected)
        variance = expected[LOGIT_VARIANCE]
        expected[P], pull, curvature = _likelihood(
            answers[j, Y], expected[LOGIT], variance, answers[j, GUESSING], answers[j, POINTS]
        )
        if keep:
            predictions[j] = expected
        # of an answer without points at least 1 - .25 Vt / (1 + pi/8 Vt) > .36
        left = 1.0 - curvature * variance
        w = answers[j, WEIGHT] / slices
        by_row[j, _E] = pull / left
        by_row[j, _T] = curvature / left
        by_row[j, _MEMORY_VARIANCE] = item[MEMORY_VARIANCE]
        by_row[j, _C] = w / (1.0 + w * by_row[j, _T] * noise)
        by_target[k, _INFORMATION] += a * a * by_row[j, _C] * by_row[j, _T]
        by_target[k, _SCORE] += a * by_row[j, _C] * by_row[j, _E]


@compiled_within
def _sigmoid(x: float) -> float:
    """1 / (1 + exp(-x)) without overflow."""
    if x >= 0.0:
        return 1.0 / (1.0 + float(np.exp(-x)))
    grown = float(np.exp(x))
    return grown / (1.0 + grown)


@compiled_within
def _update_shared(level: Floats, targets: Floats, by_target: Floats, touched: Integers) -> None:
    """The joint Gaussian step on g, f and the touched targets: eliminate every rest, solve for g and f, go back.

    Leaves each target's shift and variance of the sum g + f + s in its _SCORE and _INFORMATION, for its items.
    """
    gg, gf, ff, on_g, on_f, score = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    for k in touched:
        kept = 1.0 / (1.0 + targets[k, VARIANCE] * by_target[k, _INFORMATION])
        information = by_target[k, _INFORMATION] * kept
        part = by_target[k, _SCORE] * kept
        u, v = targets[k, ON_GENERAL], targets[k, ON_FORM]
        gg += information * u * u
        gf += information * u * v
        ff += information * v * v
        on_g += part * u
        on_f += part * v
        score += part
    general, form, both = level[G_VARIANCE], level[F_VARIANCE], level[COVARIANCE]
    area = max(general * form - both * both, 0.0)
    shrink = 1.0 + general * gg + 2.0 * both * gf + form * ff + area * max(gg * ff - gf * gf, 0.0)
    level[G_VARIANCE] = (general + area * ff) / shrink
    level[F_VARIANCE] = (form + area * gg) / shrink
    level[COVARIANCE] = (both - area * gf) / shrink
    general_shift = level[G_VARIANCE] * on_g + level[COVARIANCE] * on_f
    form_shift = level[COVARIANCE] * on_g + level[F_VARIANCE] * on_f
    # better than expected never lowers the general level, even where f is left to explain it
    general_shift = max(general_shift, 0.0) if score >= 0.0 else min(general_shift, 0.0)
    level[G] += general_shift
    level[F] += form_shift
    for k in touched:
        u, v = targets[k, ON_GENERAL], targets[k, ON_FORM]
        variance, information = targets[k, VARIANCE], by_target[k, _INFORMATION]
        kept = 1.0 / (1.0 + variance * information)
        shared_shift = u * general_shift + v * form_shift
        shift = variance * (by_target[k, _SCORE] - information * shared_shift) * kept
        targets[k, REST] += shift + (1.0 - kept) * (u * level[G] + v * level[F])
        targets[k, VARIANCE] = variance * kept
        targets[k, ON_GENERAL] = u * kept
        targets[k, ON_FORM] = v * kept
        by_target[k, _SCORE] = shared_shift + shift
        by_target[k, _INFORMATION] = variance * kept + _spread(u * kept, v * kept, level)


@compiled_within
def _update_items(slots: Integers, answers: Floats, items: Floats, by_row: Floats, by_target: Floats) -> None:
    """The memory of each item takes its part of what the target's sum left unexplained."""
    for j in range(len(answers)):
        k = slots[j, 0]
        item = items[slots[j, 1]]
        start = by_row[j, _MEMORY_VARIANCE]
        reach = start * by_row[j, _C]
        pull = reach * by_row[j, _T]
        slope = answers[j, SLOPE]
        item[MEMORY] += reach * by_row[j, _E] - pull * slope * by_target[k, _SCORE]
        left = start * (1.0 - pull) + pull * slope * pull * slope * by_target[k, _INFORMATION]
        # a product, so that an item in two rows of the step loses by both
        item[MEMORY_VARIANCE] *= left / start


@compiled_within
def _hold_to_sign(own: float, start: float, general_shift: float, level: Floats, target: Floats) -> None:
    """Right answers never lower a target's mean and wrong ones never raise it, whatever aging or other targets did.

    `own` is what the step's rows on this target say, `start` the mean of s before it was aged. Binds after a gap
    (forgetting pulls s to 0) and where one sitting on several targets explains one target's answers by the others'.
    """
    now = _own(target, level)
    if own >= 0.0:
        target[REST] += max(start - max(general_shift, 0.0) - now, 0.0)
    else:
        target[REST] += min(start - min(general_shift, 0.0) - now, 0.0)


@compiled_within
def _learn(full: float, credit: float, constants: Floats, target: Floats) -> None:
    """At most one learning step, split by the share of right answers; only right answers count as practice."""
    amount = min(1.0, full)
    right = credit / full
    target[REST] += amount * (constants[RIGHT] * right + constants[WRONG] * (1.0 - right))
    target[VARIANCE] = min(target[VARIANCE] + amount * constants[TARGET_DRIFT], WIDEST * constants[TARGET])
    target[PRACTICE] += amount * right


@compiled_within
def _fade(answers: float, constants: Floats, level: Floats, targets: Floats, touched: Integers) -> None:
    """Between steps form fades, by the number of effective answers given.

    The touched targets are expressed by the new f: given g and the new f, the old one is N(.., scatter).
    """
    fade = constants[PERSISTENCE]
    if answers != 1.0:
        fade = np.exp(answers * np.log(fade))
    fresh = (1.0 - fade * fade) * constants[FORM]
    given = _form_given_general(level)
    on_form = fade * given / (fade * fade * given + fresh)
    scatter = given * fresh / (fade * fade * given + fresh)
    on_general = level[COVARIANCE] / level[G_VARIANCE] * (1.0 - fade * on_form)
    constant = level[F] * (1.0 - fade * on_form) - on_general * level[G]
    for k in touched:
        _express(targets[k], constant, on_general, on_form, scatter)
    level[F] *= fade
    level[F_VARIANCE] = fade * fade * level[F_VARIANCE] + fresh
    level[COVARIANCE] *= fade


@compiled_within
def _drift(answers: float, constants: Floats, level: Floats, targets: Floats) -> None:
    """Between steps the level drifts, and s stays: every target is expressed by the new g.

    Given the new g (and f, where a target depends on it) the old one is N(.., scatter); so what is known of a target
    leans the more on the level of today the longer ago its answers are.
    """
    known = level[G_VARIANCE]
    added = min(known + constants[GENERAL_DRIFT] * answers, WIDEST * constants[GENERAL]) - known
    kept = known / (known + added)
    to_level, scatter = (1.0 - kept) * level[G], kept * added
    slope = level[COVARIANCE] / level[F_VARIANCE]
    given = max(known - slope * level[COVARIANCE], 0.0)
    kept_by_both = given / (given + added) if given > 0.0 else 1.0
    for k in range(len(targets)):
        share = targets[k, ON_GENERAL] - 1.0
        if targets[k, ON_FORM] == 1.0:
            targets[k, REST] += share * to_level
            targets[k, ON_GENERAL] = 1.0 + share * kept
            targets[k, VARIANCE] += share * share * scatter
        else:
            lost = share * (1.0 - kept_by_both)
            targets[k, ON_FORM] += lost * slope
            targets[k, REST] += lost * (level[G] - slope * level[F])
            targets[k, ON_GENERAL] = 1.0 + share * kept_by_both
            targets[k, VARIANCE] += share * share * kept_by_both * added
    level[G_VARIANCE] = known + added
