"""Where each answer's target and item stand in its student's state: ids to places, for one student or a million."""

from __future__ import annotations

import numpy as np

from mastery.estimate.compiled import compiled, compiled_within
from mastery.estimate.state import Floats, Integers


@compiled
def find_slots(
    offsets: Integers, ids: Integers, state_offsets: Integers, state_ids: Integers
) -> tuple[Integers, Integers]:
    """Place of every row's id in its student's list, and the length each student's list has afterwards.

    offsets int64[N+1], ids int64[R]: the rows' ids, by student. state_offsets int64[N+1], state_ids: the ids that each
    student has already, which keep their places; new ones follow in order of first appearance.
    Only the batch is hashed (open addressing); the state's ids are looked up in it, once each.
    """
    students = len(offsets) - 1
    longest = 0
    for n in range(students):
        longest = max(longest, offsets[n + 1] - offsets[n])
    size = 4
    while size < 2 * longest:
        size *= 2
    table = np.empty(size, np.int64)
    distinct = np.empty(longest, np.int64)
    place = np.empty(longest, np.int64)
    slots = np.empty(len(ids), np.int64)
    counts = np.empty(students, np.int64)
    for n in range(students):
        first, last = offsets[n], offsets[n + 1]
        width = 4
        while width < 2 * (last - first):
            width *= 2
        table[:width] = -1
        found = 0
        for row in range(first, last):
            at = _entry(ids[row], table, distinct, width)
            if table[at] < 0:
                table[at] = found
                distinct[found] = ids[row]
                place[found] = -1
                found += 1
            slots[row] = table[at]
        known = state_offsets[n + 1] - state_offsets[n]
        for j in range(known):
            at = _entry(state_ids[state_offsets[n] + j], table, distinct, width)
            if table[at] >= 0:
                place[table[at]] = j
        for d in range(found):
            if place[d] < 0:
                place[d] = known
                known += 1
        for row in range(first, last):
            slots[row] = place[slots[row]]
        counts[n] = known
    return slots, counts


@compiled_within
def _entry(key: int, table: Integers, distinct: Integers, width: int) -> int:
    """Place in `table` that holds `key`, or the free one where it belongs; `width` is a power of two."""
    # multiplicative hashing (Knuth): the golden ratio of 2^64 as a signed number, the product wraps
    at = ((key * -7046029254386353131) >> 32) & (width - 1)
    while table[at] >= 0 and distinct[table[at]] != key:
        at = (at + 1) & (width - 1)
    return at


@compiled
def extend(
    offsets: Integers,
    ids: Integers,
    slots: Integers,
    state_offsets: Integers,
    state_ids: Integers,
    state_rows: Floats,
    new_offsets: Integers,
    prior: Floats,
) -> tuple[Integers, Floats]:
    """Every student's ids and columns with the new ones appended at their prior; shapes as in `find_slots`.

    state_rows [sum of old lengths, C] and prior [C] give columns [sum of new lengths, C] at new_offsets int64[N+1].
    """
    new_ids = np.empty(new_offsets[-1], np.int64)
    rows = np.empty((new_offsets[-1], len(prior)))
    for n in range(len(offsets) - 1):
        start, known = new_offsets[n], state_offsets[n + 1] - state_offsets[n]
        for j in range(known):
            new_ids[start + j] = state_ids[state_offsets[n] + j]
            rows[start + j] = state_rows[state_offsets[n] + j]
        for j in range(start + known, new_offsets[n + 1]):
            rows[j] = prior
        for row in range(offsets[n], offsets[n + 1]):
            new_ids[start + slots[row]] = ids[row]
    return new_ids, rows
