"""Moving students on by new evidence: a step where it is the newest, a replay where it came late or corrects."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from api.actions.flags import FlagChange, judge
from api.actions.naming import Named
from mastery.as_of import state_on
from mastery.decide import Act, RuleBook, Standing, State
from mastery.estimate import Model, SubjectState
from mastery.evidence import OrderKey
from mastery.policy import DEFAULT_POLICY
from mastery.progress import Moved, Progress, TargetEstimate, move_on, rebuild
from mastery.sittings import Sitting
from models.evidence_store import Header, load_sittings, sitting_of
from models.graph_store import DistrictGraph
from models.holding import Held, hold
from models.in_force import models_in_force
from models.known import Known
from models.posts import Post
from models.primary import said_by_primaries
from models.progress_store import (
    BEGINNING,
    Locked,
    Pair,
    forget,
    forget_states,
    load_acts,
    load_estimates,
    pairs_of_results,
    save,
)

NOTHING_FOLDED = OrderKey(BEGINNING, BEGINNING, "", "")


@dataclass(slots=True)
class Progressed:
    """What a batch changed. `steps` maps (result, target) to the estimate before and after that result.

    `known` are all standings that were read or made on the way, by student and target.
    """

    rules: RuleBook
    today: date
    known: Mapping[int, Mapping[int, Standing]]
    steps: dict[tuple[int, int], tuple[TargetEstimate | None, TargetEstimate]] = field(default_factory=dict)
    standings: dict[tuple[int, int], Standing] = field(default_factory=dict)
    missing: dict[tuple[int, int], list[dict[str, Any]]] = field(default_factory=dict)
    flags: list[FlagChange] = field(default_factory=list)
    students: frozenset[int] = frozenset()

    def state(self, student: int, target: int) -> State:
        """The state as of the district's day: READY depends on it and is not part of a standing."""
        return state_on(self.today, target, self.known[student], self.rules, DEFAULT_POLICY)


def move_students(
    session: Session,
    district_id: int,
    graph: DistrictGraph,
    known: Known,
    zone: ZoneInfo,
    arrived: Sequence[tuple[Header, Named]],
    corrected: Sequence[Post],
    store: Callable[[], None],
    now: datetime,
) -> Progressed:
    """Let `store` append the evidence, lock the students concerned, and bring their progress up to it.

    `corrected` are the stored posts that newer revisions in `arrived` replace: whoever they were about is replayed.
    """
    fresh: dict[Pair, list[Sitting]] = {}
    for header, named in arrived:
        for subject in named.subjects(graph):
            lines = [line for line in named.lines if graph.subjects[line.target] == subject]
            sitting = sitting_of(header, lines, named.assessment.rules, zone)
            fresh.setdefault((header.student, subject), []).extend([sitting] if sitting else [])
    replaced = pairs_of_results(session, district_id, [post.key for post in corrected], graph.subjects)
    # before the lock, which others wait for: what is stored but not committed is nobody's evidence yet
    store()
    held = hold(session, district_id, {*fresh, *replaced}, _neighbourhood(graph, fresh))
    return bring_up(session, district_id, graph, known, zone, held, fresh, replaced, now)


def bring_up(
    session: Session,
    district_id: int,
    graph: DistrictGraph,
    registry: Known,
    zone: ZoneInfo,
    held: Held,
    fresh: Mapping[Pair, list[Sitting]],
    replayed: Collection[Pair],
    now: datetime,
) -> Progressed:
    """Step or replay each held student-subject, save what changed, judge its flags."""
    locked, known = held.states, held.folds
    models = models_in_force(session, district_id, graph, (subject for _, subject in locked))
    late = {
        pair
        for pair, one in locked.items()
        if pair in replayed or _came_late(one, fresh.get(pair, ()), models[pair[1]].version)
    }
    onward = [pair for pair in locked if pair not in late and fresh.get(pair)]
    moved: list[tuple[Pair, Moved, OrderKey]] = []
    moved.extend(_step(session, district_id, graph, models, onward, locked, fresh, known))
    if late:
        students = sorted({student for student, _ in late})
        replayed_now = rebuild_pairs(session, district_id, graph, zone, students, late)
        for student, subject in late:
            of_student = known.get(student, {})
            known[student] = {one: fold for one, fold in of_student.items() if graph.subjects[one] != subject}
        for (student, _), one, _cursor in replayed_now:
            known[student].update(one.standings)
        moved.extend(replayed_now)
        forget(session, district_id, late)
    has_progress = {pair for pair, _, _ in moved}
    forget_states(
        session,
        district_id,
        [pair for pair, one in locked.items() if pair not in has_progress and (pair in late or one.cursor is None)],
    )
    kept = _kept_estimates(session, district_id, moved)
    versions = {subject: model.version for subject, model in models.items()}
    missing = save(session, district_id, moved, graph.rules, DEFAULT_POLICY, versions, now, kept, known)
    done = Progressed(
        graph.rules,
        now.astimezone(zone).date(),
        known,
        missing=missing,
        students=frozenset(student for student, _ in locked),
    )
    for (student, _), one, _cursor in moved:
        done.steps.update(one.steps)
        done.standings.update({(student, target): standing for target, standing in one.standings.items()})
    touched = {pair: one.standings.keys() for pair, one, _cursor in moved}
    done.flags = judge(session, district_id, graph, registry, zone, touched, known, held.flags, frozenset(late), now)
    return done


def _came_late(held: Locked, sittings: Iterable[Sitting], model_version: str) -> bool:
    if held.cursor is None:
        return False
    return held.model_version != model_version or any(sitting.order <= held.cursor for sitting in sittings)


def _neighbourhood(graph: DistrictGraph, fresh: Mapping[Pair, list[Sitting]]) -> dict[int, set[int]]:
    """By student, the targets whose folds a step on these sittings can read or change."""
    found: dict[int, set[int]] = {}
    for (student, _), sittings in fresh.items():
        touched = {piece.target for sitting in sittings for piece in sitting.pieces}
        found.setdefault(student, set()).update(graph.neighbourhood(touched))
    return found


def _step(
    session: Session,
    district_id: int,
    graph: DistrictGraph,
    models: Mapping[str, Model],
    pairs: Sequence[Pair],
    locked: Mapping[Pair, Locked],
    fresh: Mapping[Pair, list[Sitting]],
    known: dict[int, dict[int, Standing]],
) -> list[tuple[Pair, Moved, OrderKey]]:
    if not pairs:
        return []
    ordered = {pair: sorted(fresh[pair], key=lambda sitting: sitting.order) for pair in pairs}
    said = dict(zip(pairs, said_by_primaries(session, district_id, graph, pairs, fresh), strict=True))
    moved: dict[Pair, Moved] = {}
    for model, some in _by_model(pairs, models).items():
        progress = [Progress(_state(locked[pair].state, model), known[pair[0]]) for pair in some]
        in_order, told = [ordered[pair] for pair in some], [said[pair] for pair in some]
        found = move_on(progress, in_order, graph.rules, model, DEFAULT_POLICY, told)
        moved.update(zip(some, found, strict=True))
    for pair in pairs:
        known[pair[0]].update(moved[pair].standings)
    return [(pair, moved[pair], ordered[pair][-1].order) for pair in pairs]


def _by_model(pairs: Iterable[Pair], models: Mapping[str, Model]) -> dict[Model, list[Pair]]:
    """The student-subjects whose answers are read with the same model, and so together."""
    found: dict[Model, list[Pair]] = {}
    for pair in pairs:
        found.setdefault(models[pair[1]], []).append(pair)
    return found


def rebuild_pairs(
    session: Session,
    district_id: int,
    graph: DistrictGraph,
    zone: ZoneInfo,
    students: Sequence[int],
    only: Collection[Pair] | None = None,
    instead: Mapping[str, Model] = MappingProxyType({}),
    signed_too: Mapping[int, Sequence[Act]] = MappingProxyType({}),
) -> list[tuple[Pair, Moved, OrderKey]]:
    """Students' progress from their first record on, written nowhere; with `only`, of these student-subjects.

    `instead` has the models of subjects that are to be read with another than the one in force; `signed_too` what is
    to be taken as signed last of all, by student.
    """
    chosen = None if only is None else frozenset(only)
    sittings = load_sittings(session, district_id, students, graph.subjects, zone, chosen)
    acts = {
        student: [*some, *signed_too.get(student, ())]
        for student, some in load_acts(session, district_id, students).items()
    }
    signed_pairs = {(student, graph.subjects[act.target]) for student, some in acts.items() for act in some}
    pairs = sorted({*sittings, *(signed_pairs if chosen is None else signed_pairs & chosen)})
    ordered = {pair: sittings.get(pair, []) for pair in pairs}
    signed = {
        (student, subject): [act for act in acts[student] if graph.subjects[act.target] == subject]
        for student, subject in pairs
    }
    said = dict(zip(pairs, said_by_primaries(session, district_id, graph, pairs), strict=True))
    models = {**models_in_force(session, district_id, graph, (subject for _, subject in pairs)), **instead}
    moved: dict[Pair, Moved] = {}
    for model, some in _by_model(pairs, models).items():
        in_order, told = [ordered[pair] for pair in some], [said[pair] for pair in some]
        found = rebuild(in_order, [signed[pair] for pair in some], graph.rules, model, DEFAULT_POLICY, told)
        moved.update(zip(some, found, strict=True))
    return [(pair, moved[pair], ordered[pair][-1].order if ordered[pair] else NOTHING_FOLDED) for pair in pairs]


def _state(stored: bytes | None, model: Model) -> SubjectState:
    return SubjectState.from_bytes(stored) if stored else SubjectState.initial(model.hyper)


def _kept_estimates(
    session: Session, district_id: int, moved: Sequence[tuple[Pair, Moved, OrderKey]]
) -> dict[tuple[int, int], tuple[Any, ...]]:
    """Stored estimates of targets whose decision moved only because a prerequisite's did."""
    wanted: dict[int, set[int]] = {}
    for (student, _), one, _cursor in moved:
        others = one.standings.keys() - one.estimates.keys()
        if others:
            wanted.setdefault(student, set()).update(others)
    return load_estimates(session, district_id, wanted) if wanted else {}
