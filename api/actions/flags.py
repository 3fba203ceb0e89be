"""Judging flags when evidence moves a student: rules give findings, the life of a flag decides, rows remember."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from mastery.as_of import readiness_on
from mastery.decide import Standing, view
from mastery.flags import ready_test
from mastery.flags.life import Change, Evaluation, Flag, FlagKey, evaluate
from mastery.flags.rules import TARGET_RULES
from mastery.flags.view import AssessmentView, Scope
from mastery.policy import DEFAULT_POLICY
from mastery.reassess import BlueprintLine, assessment_readiness
from models.flag_store import StoredFlag, save_flags
from models.graph_store import DistrictGraph
from models.known import Known
from models.progress_store import Pair, load_standings
from models.readiness import taken_since

_SHOWN = (Change.OPENED, Change.RESOLVED, Change.DATA_CORRECTED)


@dataclass(frozen=True, slots=True)
class FlagChange:
    """A flag that was opened or closed."""

    id: int
    student: int
    rule: str
    change: Change
    scope: Scope
    scope_id: int


def judge(
    session: Session,
    district_id: int,
    graph: DistrictGraph,
    registry: Known,
    zone: ZoneInfo,
    touched: Mapping[Pair, Collection[int]],
    known: Mapping[int, Mapping[int, Standing]],
    latest: Mapping[FlagKey, StoredFlag],
    replayed: Collection[Pair],
    now: datetime,
) -> list[FlagChange]:
    """Judge every rule on the targets touched, by student-subject, and write the flags that changed.

    `known` are the standings of these targets and of what they build on, `latest` the held flags. A replay may take a
    flag's basis away: where the rule's opening condition never held, it ends as data_corrected.
    """
    targets = {pair: set(some) for pair, some in touched.items()} | {
        pair: set() for pair in replayed if pair not in touched
    }
    changed: list[tuple[StoredFlag | None, Flag, Change]] = []
    for pair, some in sorted(targets.items()):
        if pair in replayed:
            some |= _flagged(latest, pair, graph)
        standings = known.get(pair[0], {})
        changed.extend(_judge_targets(pair[0], some, standings, graph, latest, pair in replayed, zone, now))
    by_student: dict[int, set[int]] = {}
    for (student, _), some in targets.items():
        by_student.setdefault(student, set()).update(some)
    changed.extend(_judge_readiness(session, district_id, graph, registry, by_student, known, latest, zone, now))
    ids = save_flags(session, district_id, changed, DEFAULT_POLICY.version, now)
    return [
        FlagChange(key, flag.key.student, flag.rule, change, flag.key.scope, int(flag.key.scope_id))
        for key, (_, flag, change) in zip(ids, changed, strict=True)
        if change in _SHOWN
    ]


def _flagged(latest: Mapping[FlagKey, StoredFlag], pair: Pair, graph: DistrictGraph) -> set[int]:
    """Targets of the pair with a live flag: a correction may have taken their evidence away altogether."""
    return {
        int(key.scope_id)
        for key, stored in latest.items()
        if key.student == pair[0]
        and key.scope is Scope.TARGET
        and stored.flag.live
        and graph.subjects[int(key.scope_id)] == pair[1]
    }


def _judge_targets(
    student: int,
    targets: Iterable[int],
    standings: Mapping[int, Standing],
    graph: DistrictGraph,
    latest: Mapping[FlagKey, StoredFlag],
    replayed: bool,
    zone: ZoneInfo,
    now: datetime,
) -> list[tuple[StoredFlag | None, Flag, Change]]:
    changed = []
    day = now.astimezone(zone).date()
    for target in sorted(targets):
        standing = standings.get(target, Standing())
        seen = None
        for rule in TARGET_RULES:
            stored = latest.get(FlagKey(student, rule.FAMILY, Scope.TARGET, target))
            live = stored is not None and stored.flag.live
            holds = rule.ID in standing.conditions
            if not holds and not live:
                continue
            seen = seen or view(target, standings, graph.rules)
            finding = rule.finding(seen, DEFAULT_POLICY) if holds else None
            closes = stored is not None and live and rule.closes(seen, stored.flag.opened_facts, day, DEFAULT_POLICY)
            basis_gone = replayed and rule.ID not in standing.ever
            flag, change = evaluate(
                stored.flag if stored else None,
                student,
                Evaluation(now, day, finding, closes, basis_gone),
                DEFAULT_POLICY,
            )
            if flag is not None and (stored is None or flag != stored.flag):
                changed.append((stored, flag, change))
    return changed


def _judge_readiness(
    session: Session,
    district_id: int,
    graph: DistrictGraph,
    registry: Known,
    touched: Mapping[int, Collection[int]],
    known: Mapping[int, Mapping[int, Standing]],
    latest: Mapping[FlagKey, StoredFlag],
    zone: ZoneInfo,
    now: datetime,
) -> list[tuple[StoredFlag | None, Flag, Change]]:
    """P1: readiness for each summative assessment whose blueprint names a target that moved."""
    blueprints = registry.blueprints(session, {target for some in touched.values() for target in some})
    if not blueprints:
        return []
    standings = _standings_of(session, district_id, graph, touched, blueprints, known)
    asked = [
        (student, assessment)
        for student, targets in sorted(touched.items())
        for assessment, lines in sorted(blueprints.items())
        if any(line.target in targets for line in lines)
    ]
    taken = taken_since(session, district_id, asked)
    day = now.astimezone(zone).date()
    changed = []
    for student, assessment in asked:
        lines = blueprints[assessment]
        readiness = assessment_readiness(
            lines,
            {
                line.target: readiness_on(day, line.target, standings[student], graph.rules, DEFAULT_POLICY)
                for line in lines
            },
            day,
            DEFAULT_POLICY,
        )
        stored = latest.get(FlagKey(student, ready_test.FAMILY, Scope.ASSESSMENT, assessment))
        last = taken.get((student, assessment))
        tested = last is not None and (stored is None or not stored.flag.live or last >= stored.flag.opened_at)
        seen = AssessmentView(assessment, readiness, tested)
        live = stored is not None and stored.flag.live
        holds = bool(readiness.evidence) and ready_test.opens(seen, DEFAULT_POLICY)
        if not holds and not live:
            continue
        finding = ready_test.finding(seen, DEFAULT_POLICY) if holds else None
        flag, change = evaluate(
            stored.flag if stored else None,
            student,
            Evaluation(now, day, finding, live and ready_test.closes(seen, {}, day, DEFAULT_POLICY)),
            DEFAULT_POLICY,
        )
        if flag is not None and (stored is None or flag != stored.flag):
            changed.append((stored, flag, change))
    return changed


def _standings_of(
    session: Session,
    district_id: int,
    graph: DistrictGraph,
    touched: Mapping[int, Collection[int]],
    blueprints: Mapping[int, Sequence[BlueprintLine]],
    known: Mapping[int, Mapping[int, Standing]],
) -> dict[int, dict[int, Standing]]:
    wanted = {
        student: {
            one
            for lines in blueprints.values()
            if any(line.target in targets for line in lines)
            for line in lines
            for one in (line.target, *graph.rules.of(line.target).prerequisites)
        }
        for student, targets in touched.items()
    }
    loaded = load_standings(session, district_id, wanted)
    return {student: {**some, **known.get(student, {})} for student, some in loaded.items()}
