"""From the names in a posted result to the keys of this district's rows, or to what is not known yet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from mastery.evidence import SYSTEM_SCORER, Problem, Result, TargetScore, reached
from mastery.graph import Ambiguous, Resolved, Unknown
from models.evidence_store import Line
from models.graph_store import DistrictGraph
from models.known import Known
from models.registry import KnownAssessment, KnownStudent, find_educators

_MOST_CANDIDATES = 100


@dataclass(frozen=True, slots=True)
class Unnamed:
    """A name that means nothing here yet, or several things: what kind, which spelling, where, and the candidates."""

    kind: str
    reference: str
    field: str
    candidates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Named:
    """A result whose every name is known; `lines` in the order of target GUIDs, responses in that of item names."""

    result: Result
    student: KnownStudent
    assessment: KnownAssessment
    form: int
    lines: tuple[Line, ...]
    scorer_certified: bool

    def subjects(self, graph: DistrictGraph) -> set[str]:
        """The subjects that the result is about."""
        return {graph.subjects[line.target] for line in self.lines}


class Names:
    """The names of one batch, looked up together."""

    def __init__(
        self,
        session: Session,
        district_id: int,
        client_pk: int,
        graph: DistrictGraph,
        known: Known,
        results: Iterable[Result],
    ) -> None:
        self._session = session
        self._graph = graph
        self._known = known
        some = list(results)
        self._students = known.students(session, {result.student for result in some})
        self._assessments = known.assessments(session, client_pk, {result.assessment for result in some})
        self._certified = find_educators(session, district_id, {one.scorer for one in some} - {SYSTEM_SCORER})
        self._targets: dict[str, str | Unnamed] = {}

    def student(self, result: Result) -> KnownStudent | Unnamed:
        """Whose result it is."""
        found = self._students.get(result.student, [])
        if len(found) == 1:
            return found[0]
        return Unnamed("student", result.student, "student", tuple(one.sourced_id for one in found))

    def resolve(self, results: Sequence[Result]) -> list[Named | Unnamed | Problem]:
        """Each result with keys for names, or the first of its names that is not known, or that means one twice."""
        partly = [self._places(result) for result in results]
        items = self._known.items(
            self._session,
            {
                (place[1].id, name)
                for result, place in zip(results, partly, strict=True)
                if isinstance(place, tuple)
                for name in _item_names(result, place[3])
            },
        )
        return [
            self._named(result, *place, items) if isinstance(place, tuple) else place
            for result, place in zip(results, partly, strict=True)
        ]

    def _places(self, result: Result) -> tuple[KnownStudent, KnownAssessment, int, tuple[str, ...]] | Unnamed | Problem:
        student = self.student(result)
        if isinstance(student, Unnamed):
            return student
        assessment = self._assessments.get(result.assessment)
        if assessment is None:
            return Unnamed("assessment", result.assessment, "assessment")
        form = assessment.forms.get(result.form)
        if form is None:
            return Unnamed("form", result.form, "form", tuple(sorted(assessment.forms)))
        guids: list[str] = []
        for place, score in enumerate(result.targets):
            found = self._target(score.target)
            if isinstance(found, Unnamed):
                return Unnamed(found.kind, found.reference, f"targets[{place}].target", found.candidates)
            if found in guids:
                other = guids.index(found)
                return Problem(
                    f"targets[{place}].target", f"is the same target as targets[{other}]; give each target once"
                )
            guids.append(found)
        return student, assessment, form, tuple(guids)

    def _target(self, reference: str) -> str | Unnamed:
        known = self._targets.get(reference)
        if known is None:
            meant = self._graph.resolve(reference)
            if isinstance(meant, Resolved):
                known = meant.target
            else:
                candidates = meant.candidates if isinstance(meant, Ambiguous) else self._below(meant)
                known = Unnamed("target", reference, "target", candidates)
            self._targets[reference] = known
        return known

    def _below(self, meant: Unknown) -> tuple[str, ...]:
        """The targets below a grouping, which takes no evidence itself."""
        return self._graph.graph.targets(meant.grouping)[:_MOST_CANDIDATES] if meant.grouping else ()

    def _named(
        self,
        result: Result,
        student: KnownStudent,
        assessment: KnownAssessment,
        form: int,
        guids: tuple[str, ...],
        keys: Mapping[tuple[int, str], int],
    ) -> Named:
        lines = []
        for guid, sent in zip(guids, result.targets, strict=True):
            score = sent
            if len(score.items) > 1:
                score = replace(sent, items=tuple(sorted(sent.items, key=lambda one: (one.item, one.attempt))))
            items = tuple(keys[assessment.id, one.item] for one in score.items)
            whole = None if items or _is_empty(result, score) else keys[assessment.id, whole_item(result.form, guid)]
            lines.append(Line(self._graph.ids[guid], guid, score, items, whole))
        lines.sort(key=lambda line: line.guid)
        return Named(result, student, assessment, form, tuple(lines), result.scorer in self._certified)


def whole_item(form: str, guid: str) -> str:
    """The name of the pseudo-item that a form as a whole is for one target; a slash keeps it apart from sent names."""
    return f"{form}/{guid}"


def _item_names(result: Result, guids: tuple[str, ...]) -> set[str]:
    names: set[str] = set()
    for guid, score in zip(guids, result.targets, strict=True):
        if score.items:
            names.update(one.item for one in score.items)
        elif not _is_empty(result, score):
            names.add(whole_item(result.form, guid))
    return names


def _is_empty(result: Result, score: TargetScore) -> bool:
    """Whether nothing was reached that a form as a whole could stand for."""
    return reached(score, result.evidence_type, result.scorer) is None
