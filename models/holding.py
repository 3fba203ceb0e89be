"""What a student's step reads, taken together and held until the transaction ends."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from mastery.decide import Standing
from mastery.flags.life import FlagKey
from models.flag_store import StoredFlag, asking_flags, flags_of
from models.hot import ask
from models.progress_store import (
    Locked,
    Pair,
    add_blank_states,
    asking_folds,
    asking_states,
    folds_of,
    states_of,
)

_TRIES = 8


@dataclass(frozen=True, slots=True)
class Held:
    """States locked for update, the folds asked for by student and target, and the newest flag of every key."""

    states: dict[Pair, Locked]
    folds: dict[int, dict[int, Standing]]
    flags: dict[FlagKey, StoredFlag]


def hold(
    session: Session, district_id: int, pairs: Collection[Pair], targets_of: Mapping[int, Collection[int]]
) -> Held:
    """Hold student-subjects, always in one order, so that no two transactions wait for each other; read what they need.

    `targets_of` names by student the targets whose folds are wanted. A state that is not there yet is made, blank.
    """
    wanted = sorted(pairs)
    students = sorted({student for student, _ in wanted})
    for _ in range(_TRIES):
        states, folds, flags = ask(
            session,
            asking_states(district_id, wanted),
            asking_folds(district_id, targets_of),
            asking_flags(district_id, students),
        )
        locked = states_of(states)
        absent = [pair for pair in wanted if pair not in locked]
        if not absent:
            return Held(locked, folds_of(folds, targets_of), flags_of(flags))
        # a blank row may be taken away again by whoever finds that it stands for nothing, so this may come twice
        add_blank_states(session, district_id, absent)
    raise RuntimeError(f"the states of {absent} vanish as soon as they are made")
