"""The filter itself: one compiled loop that the request path runs for one student and the rebuild for all.

The model and its update are described in `mastery/estimate/__init__.py`. A step is one answer, the rows of one answer
that counts for several targets, or a whole sitting without feedback; it is taken jointly, in O(rows), by eliminating r,
then the rests of the targets, then g and f. Per row, with the site precision t = h / (1 - h Vt), h the curvature of
`_likelihood`, weight w and noise V_r + SE_b^2, the information is a^2 c t with c = w / (1 + w t (V_r + SE_b^2)).
Everything compiled together stands in this one file: numba compiles anew when this file changes, not when others do.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from mastery.estimate.compiled import compiled, compiled_within
from mastery.estimate.observations import Flags
from mastery.estimate.prerequisites import PrerequisiteTable
from mastery.estimate.state import Floats, Integers

PROBIT = np.pi / 8.0  # sigma(mu / sqrt(1 + pi/8 V)) is the mean of sigma over N(mu, V), to 1e-2 (MacKay 1992)
WIDEST = 2.0  # a variance never grows beyond twice its prior
NEVER = -np.inf  # last day of a target that has not been seen

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


class Answers(NamedTuple):
    """The columns of `Observations` that say how an answer went and on what, [R] each."""

    y: Floats
    weight: Floats
    day: Floats
    slope: Floats
    easiness: Floats
    easiness_variance: Floats
    practice_slope: Floats
    summed: Flags
    guessing: Floats
    points: Floats


class _Targets(NamedTuple):
    """One student's targets while they are worked on, by column, so that all drift in a few vector instructions.

    The columns of a stored target, and `practised`, ln(1 + practice), worked out where practice changes.
    """

    rest: Floats
    variance: Floats
    on_general: Floats
    on_form: Floats
    practice: Floats
    last_day: Floats
    practised: Floats


@compiled
def run_filter(
    offsets: Integers,
    sitting: Integers,
    target_slots: Integers,
    item_slots: Integers,
    answers: Answers,
    constants: Floats,
    level: Floats,
    target_offsets: Integers,
    targets: Floats,
    item_offsets: Integers,
    items: Floats,
    target_ids: Integers,
    prerequisites: PrerequisiteTable,
    predictions: Floats,
    run_first: Integers,
    before: Floats,
    after: Floats,
) -> int:
    """Advance N students through their rows: level, targets and items are changed in place.

    offsets int64[N+1]; sitting int64[R]; target_slots and item_slots int64[R], the rows' places in their student's
    targets and items; level [N, 5]; targets [sum K, 6], target_ids int64[sum K] and items [sum I, 3] by student at
    their offsets int64[N+1].
    Fills what was expected before each row, predictions [R, 6] (p, mu, Vt, g + f + s + practice, ln(1 + n), earlier
    sittings with the item as `attempt_offsets` counts them), and for each run of rows with the same sitting and target
    its first row run_first int64[R] and the target's reading before and after the sitting [R, 6]. Returns the number of
    runs, M: the first M rows of these three are filled.
    """
    longest, most = 1, 1
    for n in range(len(offsets) - 1):
        longest = max(longest, offsets[n + 1] - offsets[n])
        most = max(most, target_offsets[n + 1] - target_offsets[n])
    by_row = np.empty((longest, 5))
    by_target = np.zeros((most, 6))
    own = _room(most)
    # the targets of the step before, and of this one
    recent = np.empty((2, most), np.int64)
    run = 0
    for n in range(len(offsets) - 1):
        own_level = level[n]
        stored = targets[target_offsets[n] : target_offsets[n + 1]]
        own_ids = target_ids[target_offsets[n] : target_offsets[n + 1]]
        own_items = items[item_offsets[n] : item_offsets[n + 1]]
        met = _unpack(stored, own)
        carried = 0
        for k in range(met):
            if own.on_form[k] != 1.0:
                recent[0, carried] = k
                carried += 1
        row, end = offsets[n], offsets[n + 1]
        while row < end:
            stop = row + 1
            while stop < end and sitting[stop] == sitting[row]:
                stop += 1
            opened = run
            for j in range(row, stop):
                if j == row or target_slots[j] != target_slots[j - 1]:
                    run_first[run] = j
                    k = target_slots[j]
                    if own.last_day[k] == NEVER and constants[PREREQUISITES] > 0.0:
                        _begin(own, k, own_ids, prerequisites, constants, own_level)
                    _read(own_level, own, k, answers.practice_slope[j], before, run)
                    # drift leaves a target that has not been met where it is: at its prior
                    met = max(met, k + 1)
                    run += 1
            first = row
            while first < stop:
                last = _step_end(first, stop, item_slots, answers)
                if last == first + 1:
                    carried = _answer(
                        first, target_slots[first], item_slots[first], answers, constants,
                        own_level, own, met, own_items, predictions, recent, carried,
                    )  # fmt: skip
                else:
                    carried = _step(
                        first, last, target_slots, item_slots, answers, constants,
                        own_level, own, met, own_items, predictions, by_row, by_target, recent, carried,
                    )  # fmt: skip
                first = last
            for done in range(opened, run):
                j = run_first[done]
                _read(own_level, own, target_slots[j], answers.practice_slope[j], after, done)
            row = stop
        _pack(own, stored)
    return run


@compiled
def read_all(level: Floats, targets: Floats, practice_slopes: Floats) -> Floats:
    """Readings [K, 6] of one student's targets [K, 6] as they are stored."""
    readings = np.empty((len(targets), len(READING_COLUMNS)))
    own = _room(len(targets))
    _unpack(targets, own)
    for k in range(len(targets)):
        _read(level, own, k, practice_slopes[k], readings, k)
    return readings


@compiled
def read_later(level: Floats, targets: Floats, practice_slopes: Floats, days: float, constants: Floats) -> Floats:
    """Readings [K, 6] of one student's targets [K, 6] so many days after the last evidence on each.

    Time teaches nothing: where s is below the level its mean stays, and only the variance grows.
    """
    readings = np.empty((len(targets), len(READING_COLUMNS)))
    own = _room(len(targets))
    _unpack(targets, own)
    for k in range(len(targets)):
        before = _own(own, k, level)
        _age(own, k, own.last_day[k] + days, constants)
        own.rest[k] += min(before - _own(own, k, level), 0.0)
        _read(level, own, k, practice_slopes[k], readings, k)
    return readings


@compiled_within
def _room(most: int) -> _Targets:
    """Columns for so many targets."""
    return _Targets(
        np.empty(most), np.empty(most), np.empty(most), np.empty(most), np.empty(most), np.empty(most), np.empty(most)
    )


@compiled_within
def _unpack(targets: Floats, own: _Targets) -> int:
    """Stored targets [K, 6] as columns; returns how many of them have been met, which come first."""
    met = 0
    for k in range(len(targets)):
        own.rest[k] = targets[k, REST]
        own.variance[k] = targets[k, VARIANCE]
        own.on_general[k] = targets[k, ON_GENERAL]
        own.on_form[k] = targets[k, ON_FORM]
        own.practice[k] = targets[k, PRACTICE]
        own.last_day[k] = targets[k, LAST_DAY]
        own.practised[k] = np.log1p(own.practice[k])
        if own.last_day[k] != NEVER:
            met = k + 1
    return met


@compiled_within
def _pack(own: _Targets, targets: Floats) -> None:
    """Inverse of `_unpack`."""
    for k in range(len(targets)):
        targets[k, REST] = own.rest[k]
        targets[k, VARIANCE] = own.variance[k]
        targets[k, ON_GENERAL] = own.on_general[k]
        targets[k, ON_FORM] = own.on_form[k]
        targets[k, PRACTICE] = own.practice[k]
        targets[k, LAST_DAY] = own.last_day[k]


@compiled_within
def _read(level: Floats, targets: _Targets, k: int, practice_slope: float, readings: Floats, place: int) -> None:
    """What is known of a target, present form left out: mean and variance of g + s + practice, and the parts."""
    own = _own(targets, k, level)
    practice = practice_slope * targets.practised[k]
    readings[place, 0] = level[G] + own + practice
    readings[place, 1] = targets.variance[k] + _spread(targets.on_general[k], targets.on_form[k] - 1.0, level)
    readings[place, 2] = level[G]
    readings[place, 3] = own
    readings[place, 4] = level[F]
    readings[place, 5] = practice


@compiled_within
def _spread(u: float, v: float, level: Floats) -> float:
    """Variance of u g + v f."""
    return float(u * u * level[G_VARIANCE] + 2.0 * u * v * level[COVARIANCE] + v * v * level[F_VARIANCE])


@compiled_within
def _own(targets: _Targets, k: int, level: Floats) -> float:
    """Mean of s."""
    return float(targets.rest[k] + (targets.on_general[k] - 1.0) * level[G] + (targets.on_form[k] - 1.0) * level[F])


@compiled_within
def _step_end(first: int, stop: int, item_slots: Integers, answers: Answers) -> int:
    """Where the step that begins at `first` ends: a run without feedback, or the rows of one answer."""
    last = first + 1
    summed = answers.summed[first]
    while last < stop and answers.summed[last] == summed and (summed or item_slots[last] == item_slots[first]):
        last += 1
    return last


@compiled_within
def _answer(
    j: int,
    k: int,
    i: int,
    answers: Answers,
    constants: Floats,
    level: Floats,
    targets: _Targets,
    met: int,
    items: Floats,
    predictions: Floats,
    recent: Integers,
    carried: int,
) -> int:
    """The step of one answer on one target: what `_step` does, without its sums over rows and targets."""
    a, y, w = answers.slope[j], answers.y[j], answers.weight[j]
    start = _own(targets, k, level)
    _age(targets, k, answers.day[j], constants)
    for place in range(carried):
        if recent[0, place] != k:
            _leave(targets, recent[0, place], level)
    u, v = targets.on_general[k], targets.on_form[k]
    memory = items[i, MEMORY_VARIANCE]
    noise = memory + answers.easiness_variance[j]
    mu, full, ability, attempt = _expect(j, k, i, answers, constants, level, targets, items, noise)
    p, pull, curvature = _likelihood(y, mu, full, answers.guessing[j], answers.points[j])
    _note(predictions, j, p, mu, full, ability, targets.practised[k], attempt)
    left = 1.0 - curvature * full
    surprise, precision = pull / left, curvature / left
    c = w / (1.0 + w * precision * noise)
    information, score = a * a * c * precision, a * c * surprise
    kept = 1.0 / (1.0 + targets.variance[k] * information)
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
    variance = targets.variance[k] * kept
    shared_shift = u * general_shift + v * form_shift
    shift = variance * (score - information * shared_shift)
    targets.rest[k] += shift + (1.0 - kept) * (u * level[G] + v * level[F])
    targets.variance[k] = variance
    targets.on_general[k] = u * kept
    targets.on_form[k] = v * kept
    reach = memory * c
    share = reach * precision
    items[i, MEMORY] += reach * surprise - share * a * (shared_shift + shift)
    spread = variance + _spread(u * kept, v * kept, level)
    items[i, MEMORY_VARIANCE] = memory * (1.0 - share) + share * a * share * a * spread
    _hold_to_sign(score, start, general_shift, level, targets, k)
    _learn(w, w * y, constants, targets, k)
    items[i, MEMORY] += w * (constants[ITEM_RIGHT] * y + constants[ITEM_WRONG] * (1.0 - y))
    items[i, ATTEMPTS] += 1.0
    recent[0, 0] = k
    _fade(w, constants, level, targets, recent, 1)
    _drift(w, constants, level, targets, met, recent, 1)
    return 1


@compiled_within
def _expect(
    j: int,
    k: int,
    i: int,
    answers: Answers,
    constants: Floats,
    level: Floats,
    targets: _Targets,
    items: Floats,
    noise: float,
) -> tuple[float, float, float, float]:
    """What an answer on a target will be made of: mean and variance of the logit, ability, and which attempt it is."""
    a, u, v = answers.slope[j], targets.on_general[k], targets.on_form[k]
    ability = targets.rest[k] + u * level[G] + v * level[F] + answers.practice_slope[j] * targets.practised[k]
    attempt = min(int(items[i, ATTEMPTS]), len(constants) - 1 - OFFSETS)
    mu = a * ability + items[i, MEMORY] + answers.easiness[j] + constants[OFFSETS + attempt]
    variance = a * a * (targets.variance[k] + _spread(u, v, level)) + noise
    return mu, variance, ability, float(attempt)


@compiled_within
def _note(
    predictions: Floats,
    j: int,
    p: float,
    mu: float,
    variance: float,
    ability: float,
    practised: float,
    attempt: float,
) -> None:
    """A row of predictions."""
    predictions[j, P] = p
    predictions[j, LOGIT] = mu
    predictions[j, LOGIT_VARIANCE] = variance
    predictions[j, ABILITY] = ability
    predictions[j, PRACTISED] = practised
    predictions[j, ATTEMPT] = attempt


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
    first: int,
    last: int,
    target_slots: Integers,
    item_slots: Integers,
    answers: Answers,
    constants: Floats,
    level: Floats,
    targets: _Targets,
    met: int,
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
    for j in range(first, last):
        k = target_slots[j]
        weight = answers.weight[j]
        total += weight
        by_row[j - first, _TRY] = items[item_slots[j], ATTEMPTS] + 1.0
        if by_target[k, _FULL] == 0.0:
            recent[1, found] = k
            found += 1
            by_target[k, _START] = _own(targets, k, level)
            _age(targets, k, answers.day[j], constants)
        by_target[k, _FULL] += weight
        by_target[k, _CREDIT] += weight * answers.y[j]
    for place in range(carried):
        k = recent[0, place]
        if by_target[k, _FULL] == 0.0:
            _leave(targets, k, level)
    for place in range(found):
        recent[0, place] = recent[1, place]
    touched = recent[0, :found]
    general_before = level[G]
    # 7 rows of weight 5/7 are five effective answers although their sum is 5.000000000000001
    slices = max(1, int(np.ceil(total - 1e-9)))
    for part in range(slices):
        _predict(
            first, last, target_slots, item_slots, answers, constants,
            level, targets, items, predictions, by_row, by_target, slices, part == 0,
        )  # fmt: skip
        if part == 0:
            for k in touched:
                by_target[k, _OWN] = by_target[k, _SCORE]
        _update_shared(level, targets, by_target, touched)
        _update_items(first, last, target_slots, item_slots, answers, items, by_row, by_target)
    for k in touched:
        _hold_to_sign(by_target[k, _OWN], by_target[k, _START], level[G] - general_before, level, targets, k)
        _learn(by_target[k, _FULL], by_target[k, _CREDIT], constants, targets, k)
        by_target[k, _FULL] = 0.0
        by_target[k, _CREDIT] = 0.0
    for j in range(first, last):
        i, y = item_slots[j], answers.y[j]
        items[i, MEMORY] += answers.weight[j] * (constants[ITEM_RIGHT] * y + constants[ITEM_WRONG] * (1.0 - y))
        items[i, ATTEMPTS] = by_row[j - first, _TRY]
    _fade(total, constants, level, targets, recent, found)
    _drift(total, constants, level, targets, met, recent, found)
    return found


@compiled_within
def _age(targets: _Targets, k: int, day: float, constants: Floats) -> None:
    """Forgetting between the last evidence on a target and this one: s shrinks towards 0; never backwards in time."""
    days = day - targets.last_day[k]
    if targets.last_day[k] == NEVER:
        targets.last_day[k] = day
    elif days > 0.0:
        gap = np.log1p(days)
        left = np.exp(-constants[FORGETTING] * gap)
        targets.rest[k] *= left
        targets.on_general[k] = 1.0 + left * (targets.on_general[k] - 1.0)
        targets.on_form[k] = 1.0 + left * (targets.on_form[k] - 1.0)
        grown = targets.variance[k] + constants[FORGETTING_VARIANCE] * gap
        targets.variance[k] = min(grown, WIDEST * constants[TARGET])
        targets.last_day[k] = day


@compiled_within
def _begin(
    targets: _Targets, k: int, ids: Integers, prerequisites: PrerequisiteTable, constants: Floats, level: Floats
) -> None:
    """A target never seen, just before its first sitting: s_k = share mean(s_j) + e over the prerequisites j seen.

    A Gaussian network on the graph (Shachter and Kenley 1989), read forwards only. V_e = V_s (1 - share^2 / n), so that
    with nothing known of the n prerequisites s_k has its own prior; given g and f they are independent.
    """
    place = np.searchsorted(prerequisites.targets, ids[k])
    if place == len(prerequisites.targets) or prerequisites.targets[place] != ids[k]:
        return
    seen, rest, variance, on_general, on_form = 0.0, 0.0, 0.0, 0.0, 0.0
    for before in prerequisites.before[prerequisites.offsets[place] : prerequisites.offsets[place + 1]]:
        for j in range(len(ids)):
            if ids[j] == before and targets.last_day[j] != NEVER:
                seen += 1.0
                rest += targets.rest[j]
                variance += targets.variance[j]
                on_general += targets.on_general[j] - 1.0
                on_form += targets.on_form[j] - 1.0
    if seen > 0.0:
        share = constants[PREREQUISITES] / seen
        targets.rest[k] = share * rest
        targets.variance[k] = constants[TARGET] * (1.0 - share * share * seen) + share * share * variance
        targets.on_general[k] = 1.0 + share * on_general
        targets.on_form[k] = 1.0 + share * on_form
        _leave(targets, k, level)


@compiled_within
def _leave(targets: _Targets, k: int, level: Floats) -> None:
    """Another target is answered now: what s had in common with f is expressed by g and the rest."""
    slope = level[COVARIANCE] / level[G_VARIANCE]
    _express(targets, k, level[F] - slope * level[G], slope, 0.0, _form_given_general(level))


@compiled_within
def _express(targets: _Targets, k: int, constant: float, on_general: float, on_form: float, scatter: float) -> None:
    """Put N(constant + on_general g + on_form f', scatter) in the place of f, as far as s depends on it."""
    share = targets.on_form[k] - 1.0
    targets.rest[k] += share * constant
    targets.on_general[k] += share * on_general
    targets.on_form[k] = 1.0 + share * on_form
    targets.variance[k] += share * share * scatter


@compiled_within
def _form_given_general(level: Floats) -> float:
    """Variance of f where g is known."""
    return float(max(level[F_VARIANCE] - level[COVARIANCE] * level[COVARIANCE] / level[G_VARIANCE], 0.0))


@compiled_within
def _predict(
    first: int,
    last: int,
    target_slots: Integers,
    item_slots: Integers,
    answers: Answers,
    constants: Floats,
    level: Floats,
    targets: _Targets,
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
    for j in range(first, last):
        by_target[target_slots[j], _INFORMATION] = 0.0
        by_target[target_slots[j], _SCORE] = 0.0
    for j in range(first, last):
        k, i, row = target_slots[j], item_slots[j], j - first
        a = answers.slope[j]
        memory = items[i, MEMORY_VARIANCE]
        noise = memory + answers.easiness_variance[j]
        mu, variance, ability, attempt = _expect(j, k, i, answers, constants, level, targets, items, noise)
        p, pull, curvature = _likelihood(answers.y[j], mu, variance, answers.guessing[j], answers.points[j])
        if keep:
            _note(predictions, j, p, mu, variance, ability, targets.practised[k], attempt)
        # of an answer without points at least 1 - .25 Vt / (1 + pi/8 Vt) > .36
        left = 1.0 - curvature * variance
        w = answers.weight[j] / slices
        by_row[row, _E] = pull / left
        by_row[row, _T] = curvature / left
        by_row[row, _MEMORY_VARIANCE] = memory
        by_row[row, _C] = w / (1.0 + w * by_row[row, _T] * noise)
        by_target[k, _INFORMATION] += a * a * by_row[row, _C] * by_row[row, _T]
        by_target[k, _SCORE] += a * by_row[row, _C] * by_row[row, _E]


@compiled_within
def _sigmoid(x: float) -> float:
    """1 / (1 + exp(-x)) without overflow."""
    if x >= 0.0:
        return 1.0 / (1.0 + float(np.exp(-x)))
    grown = float(np.exp(x))
    return grown / (1.0 + grown)


@compiled_within
def _update_shared(level: Floats, targets: _Targets, by_target: Floats, touched: Integers) -> None:
    """The joint Gaussian step on g, f and the touched targets: eliminate every rest, solve for g and f, go back.

    Leaves each target's shift and variance of the sum g + f + s in its _SCORE and _INFORMATION, for its items.
    """
    gg, gf, ff, on_g, on_f, score = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    for k in touched:
        kept = 1.0 / (1.0 + targets.variance[k] * by_target[k, _INFORMATION])
        information = by_target[k, _INFORMATION] * kept
        part = by_target[k, _SCORE] * kept
        u, v = targets.on_general[k], targets.on_form[k]
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
        u, v = targets.on_general[k], targets.on_form[k]
        variance, information = targets.variance[k], by_target[k, _INFORMATION]
        kept = 1.0 / (1.0 + variance * information)
        shared_shift = u * general_shift + v * form_shift
        shift = variance * (by_target[k, _SCORE] - information * shared_shift) * kept
        targets.rest[k] += shift + (1.0 - kept) * (u * level[G] + v * level[F])
        targets.variance[k] = variance * kept
        targets.on_general[k] = u * kept
        targets.on_form[k] = v * kept
        by_target[k, _SCORE] = shared_shift + shift
        by_target[k, _INFORMATION] = variance * kept + _spread(u * kept, v * kept, level)


@compiled_within
def _update_items(
    first: int,
    last: int,
    target_slots: Integers,
    item_slots: Integers,
    answers: Answers,
    items: Floats,
    by_row: Floats,
    by_target: Floats,
) -> None:
    """The memory of each item takes its part of what the target's sum left unexplained."""
    for j in range(first, last):
        k, i, row = target_slots[j], item_slots[j], j - first
        start = by_row[row, _MEMORY_VARIANCE]
        reach = start * by_row[row, _C]
        pull = reach * by_row[row, _T]
        slope = answers.slope[j]
        items[i, MEMORY] += reach * by_row[row, _E] - pull * slope * by_target[k, _SCORE]
        left = start * (1.0 - pull) + pull * slope * pull * slope * by_target[k, _INFORMATION]
        # a product, so that an item in two rows of the step loses by both
        items[i, MEMORY_VARIANCE] *= left / start


@compiled_within
def _hold_to_sign(score: float, start: float, general_shift: float, level: Floats, targets: _Targets, k: int) -> None:
    """Right answers never lower a target's mean and wrong ones never raise it, whatever aging or other targets did.

    `score` is what the step's rows on this target say, `start` the mean of s before it was aged. Binds after a gap
    (forgetting pulls s to 0) and where one sitting on several targets explains one target's answers by the others'.
    """
    now = _own(targets, k, level)
    if score >= 0.0:
        targets.rest[k] += max(start - max(general_shift, 0.0) - now, 0.0)
    else:
        targets.rest[k] += min(start - min(general_shift, 0.0) - now, 0.0)


@compiled_within
def _learn(full: float, credit: float, constants: Floats, targets: _Targets, k: int) -> None:
    """At most one learning step, split by the share of right answers; only right answers count as practice."""
    amount = min(1.0, full)
    right = credit / full
    targets.rest[k] += amount * (constants[RIGHT] * right + constants[WRONG] * (1.0 - right))
    targets.variance[k] = min(targets.variance[k] + amount * constants[TARGET_DRIFT], WIDEST * constants[TARGET])
    if right > 0.0:
        targets.practice[k] += amount * right
        targets.practised[k] = np.log1p(targets.practice[k])


@compiled_within
def _fade(answers: float, constants: Floats, level: Floats, targets: _Targets, recent: Integers, found: int) -> None:
    """Between steps form fades, by the number of effective answers given.

    The targets of this step, the first `found` of `recent`, are expressed by the new f: given g and the new f, the old
    one is N(.., scatter).
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
    for place in range(found):
        _express(targets, recent[0, place], constant, on_general, on_form, scatter)
    level[F] *= fade
    level[F_VARIANCE] = fade * fade * level[F_VARIANCE] + fresh
    level[COVARIANCE] *= fade


@compiled_within
def _drift(
    answers: float, constants: Floats, level: Floats, targets: _Targets, met: int, recent: Integers, found: int
) -> None:
    """Between steps the level drifts, and s stays: every target is expressed by the new g.

    Given the new g (and f, where a target depends on it: one of this step) the old one is N(.., scatter); so what is
    known of a target leans the more on the level of today the longer ago its answers are.
    """
    known = level[G_VARIANCE]
    added = min(known + constants[GENERAL_DRIFT] * answers, WIDEST * constants[GENERAL]) - known
    kept = known / (known + added)
    slope = level[COVARIANCE] / level[F_VARIANCE]
    given = max(known - slope * level[COVARIANCE], 0.0)
    kept_by_both = given / (given + added) if given > 0.0 else 1.0
    to_level, scatter = (1.0 - kept) * level[G], kept * added
    for k in range(met):
        alone = targets.on_form[k] == 1.0
        share = targets.on_general[k] - 1.0 if alone else 0.0
        targets.rest[k] += share * to_level
        targets.variance[k] += share * share * scatter
        targets.on_general[k] = 1.0 + share * kept if alone else targets.on_general[k]
    for place in range(found):
        k = recent[0, place]
        if targets.on_form[k] != 1.0:
            share = targets.on_general[k] - 1.0
            lost = share * (1.0 - kept_by_both)
            targets.on_form[k] += lost * slope
            targets.rest[k] += lost * (level[G] - slope * level[F])
            targets.on_general[k] = 1.0 + share * kept_by_both
            targets.variance[k] += share * share * kept_by_both * added
    level[G_VARIANCE] = known + added
