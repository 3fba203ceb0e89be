"""A student's path as a page tells it: the law's answer with what stands behind each target."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from api.actions.explain import Moment
from api.actions.policy_records import policy_for
from mastery import evidence as law
from mastery.as_of import state_on
from mastery.body.words import Lack, State
from mastery.decide import Standing as Fold
from mastery.pace.school_days import SchoolDays
from mastery.path import Path, Place, Step, path, shown_of, takeable
from mastery.policy import DEFAULT_POLICY
from mastery.reassessment.again import Aim, next_try
from mastery.reassessment.practice import practise_first
from mastery.reassessment.presets import classroom_summative
from mastery.reassessment.words import Kind, RetakePolicy, Try
from models.graph_store import DistrictGraph
from models.progress_store import missing_lines
from models.queries_api import ApiEvidence, taken_tests
from models.queries_calendars import school_days_of
from models.queries_path import PathStanding, path_standings, titles_of_tests
from models.registry import cuts_of

MOST_LISTED = 3
_MOST_TRIES = 200


@dataclass(frozen=True, slots=True)
class TryAgain:
    """Another try, from the day `opens_on` on. `needs_leave`: before it a teacher may allow one.

    None for a day that the school's calendar does not reach.
    """

    aim: Aim
    opens_on: date | None
    needs_leave: bool


@dataclass(frozen=True, slots=True)
class Stage:
    """One target of the path. `missing` are the unmet lines; `shown` of `asked` things are there.

    `enough` False: nothing may be said yet of how it stands. `test` is the title of the one test that asks for the
    target, where it is one. `again` is None where no test was taken, or none may be tried again; `practise_first`:
    nothing came after a test below the level of mastery.
    """

    target: int
    subject: str
    state: State
    enough: bool
    standing: PathStanding | None
    missing: Sequence[Mapping[str, Any]]
    shown: int
    asked: int
    test: str | None
    again: TryAgain | None
    practise_first: bool


@dataclass(frozen=True, slots=True)
class StudentPath:
    """The path with its targets by GUID; the lists of `path` are whole, those of targets in `stages` are shown.

    `days`: by what the days until another try are counted; `retakes` is the rule of it that is in force for the
    student; `takeable`: what the student may work on next, in the path's order.
    """

    path: Path
    stages: Mapping[str, Stage]
    standings: int
    days: SchoolDays
    retakes: RetakePolicy
    takeable: Sequence[str]

    @property
    def days_between_tries(self) -> int:
        """How many days after a try the next one opens: at least one, whatever rest is asked for."""
        return max(self.retakes.cooldown_days.of(Kind.SUMMATIVE), 1)

    @property
    def step(self) -> Step | None:
        """The one next thing."""
        return self.path.step

    def listed(self, targets: Sequence[str]) -> list[Stage]:
        """The first of some targets of the path, in order, without the one that is the next thing."""
        kept = [one for one in targets if self.step is None or one != self.step.target]
        return [self.stages[one] for one in kept[:MOST_LISTED]]

    def unlisted(self, targets: Sequence[str]) -> int:
        """How many more there are than `listed` shows."""
        kept = sum(self.step is None or one != self.step.target for one in targets)
        return max(kept - MOST_LISTED, 0)


def student_path(
    session: Session,
    district_id: int,
    student_id: int,
    graph: DistrictGraph,
    moment: Moment,
    grades: Collection[str],
    also: Collection[int] = (),
) -> StudentPath:
    """Work out a student's path on a day; four statements, however much the student has done.

    `grades` only say where to begin before anything is known of the student. `also`: targets that are told of besides,
    without any weight in the path.
    """
    standings = path_standings(session, district_id, student_id)
    folds = {target: one.fold for target, one in standings.items()}
    states = {target: state_on(moment.day, target, folds, graph.rules, DEFAULT_POLICY) for target in folds}
    places = {graph.guids[target]: _place(one, states[target], moment) for target, one in standings.items()}
    among = _open_to(standings, graph, frozenset(grades))
    found = path(places, graph.graph, moment.day, DEFAULT_POLICY, among)
    known = _Known(graph, standings, folds, states)
    told = {graph.ids[guid] for guid in _shown(found)} | {key for key in also if key in graph.subjects}
    shown = {key: graph.guids[key] for key in sorted(told)}
    tries = taken_tests(session, district_id, student_id, shown.keys(), _MOST_TRIES)
    titles = titles_of_tests(session, district_id, shown.keys())
    days = school_days_of(session, district_id, student_id, moment.day)
    retakes = classroom_summative(policy_for(session, district_id, student_id, moment.day, moment.zone))
    stages = {}
    for target, guid in shown.items():
        taken = [_try(one, moment) for one in tries if one.evidence.target_id == target]
        stages[guid] = known.stage(target, titles.get(target, {}), _again(retakes, taken, moment.day, days))
    open_ = takeable(places, graph.graph, moment.day, DEFAULT_POLICY, among)
    return StudentPath(found, stages, len(standings), days, retakes, open_)


def _place(standing: PathStanding, state: State, moment: Moment) -> Place:
    return Place(
        state,
        tuple(Lack(line["code"]) for line in standing.missing),
        standing.probability if standing.fold.decision.enough_evidence else None,
        standing.as_of.astimezone(moment.zone).date() if standing.as_of else None,
        standing.mastered_at,
        practise_first(standing.fold.tally, DEFAULT_POLICY),
    )


def _open_to(standings: Collection[int], graph: DistrictGraph, grades: frozenset[str]) -> set[str] | None:
    """What may be taken up anew: targets of the subjects that the student is at work on.

    Before anything was scored it is what needs nothing before it in the student's grades: nobody in grade 8 begins with
    counting. None, for all, where the graph has no such target.
    """
    nodes = graph.graph.nodes
    if standings:
        subjects = {graph.subjects[target] for target in standings}
        return {one for one in graph.graph.order if nodes[one].subject in subjects}
    first = {
        one for one, before in graph.graph.order.items() if not before.hard and grades.intersection(nodes[one].grades)
    }
    return first or None


def _shown(found: Path) -> list[str]:
    """Every target that a page may show, each list one longer than the page's: the next thing may be among them."""
    step = [] if found.step is None else [found.step.target]
    lists = (found.now, found.ready, found.waiting, found.done, found.coming)
    return list(dict.fromkeys([*step, *(one for some in lists for one in some[: MOST_LISTED + 1])]))


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of a student: the stored standings, what the law carries on of them, the states on the day."""

    graph: DistrictGraph
    standings: Mapping[int, PathStanding]
    folds: Mapping[int, Fold]
    states: Mapping[int, State]

    def stage(self, target: int, titles: Mapping[int, str], again: TryAgain | None) -> Stage:
        rules, standing = self.graph.rules, self.standings.get(target)
        missing: Sequence[Mapping[str, Any]] = (
            missing_lines(Fold(), target, self.folds, rules, DEFAULT_POLICY) if standing is None else standing.missing
        )
        shown, asked = shown_of({Lack(line["code"]) for line in missing}, rules.of(target))
        return Stage(
            target=target,
            subject=self.graph.subjects[target],
            state=self.states.get(target, State.NOT_STARTED),
            enough=standing is not None and standing.fold.decision.enough_evidence,
            standing=standing,
            missing=missing,
            shown=shown,
            asked=asked,
            test=next(iter(titles.values())) if len(titles) == 1 else None,
            again=again,
            practise_first=standing is not None and practise_first(standing.fold.tally, DEFAULT_POLICY),
        )


def _again(retakes: RetakePolicy, taken: Sequence[Try], today: date, days: SchoolDays) -> TryAgain | None:
    """Another try of what was taken; None where there is none to be had."""
    found = next_try(retakes, Kind.SUMMATIVE, taken, today, days.count)
    if found.aim is None or found.aim is Aim.FIRST:
        return None
    return TryAgain(found.aim, found.opens_on, found.needs_leave)


def _try(record: ApiEvidence, moment: Moment) -> Try:
    """A record of a test, with the level that the cut scores in force give it."""
    result, evidence = record.result, record.evidence
    day: date = result.performed_at.astimezone(moment.zone).date()
    cuts = None if record.cuts is None else cuts_of(record.cuts)
    score = law.TargetScore("", evidence.score, evidence.max, evidence.level)
    level = law.level_of(score, law.EvidenceType(result.evidence_type), result.scorer, cuts)
    return Try(result.id, result.performed_at, day, record.form, level)
