"""Choosing the score rules of a subject: which one line 1 of mastery goes by, and which are shown beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from mastery.methods import MODEL, Choice, MethodError, choose
from models.graph_store import load_graph
from models.methods import Methods, put_methods, written_methods
from models.registry import bump
from models.subject_choices import ChoiceKind, note_choice


@dataclass(frozen=True, slots=True)
class Chosen:
    """What stands for a subject, and whether that is another choice than before."""

    subject: str
    methods: Methods
    changed: bool


def choose_methods(
    session: Session, district_id: int, subject: str, methods: Methods, now: datetime, by: str | None = None
) -> Chosen:
    """Let `methods` stand for a subject. A change that `api.actions.graph_change.change_graph` carries out and commits.

    It is kept with what was before and `by` whom. Raises MethodError for a subject that no target of the district has.
    """
    known = load_graph(session, district_id)
    subjects = sorted({one for one in known.subjects.values() if one})
    if subject not in subjects:
        there = ", ".join(map(repr, subjects)) or "no subject yet: import a framework first"
        raise MethodError("subject", f"no target has the subject {subject!r}; the district has {there}")
    before = known.methods_of(subject)
    if before == methods:
        return Chosen(subject, methods, changed=False)
    put_methods(session, district_id, subject, methods, now)
    written = written_methods(before), written_methods(methods)
    note_choice(session, district_id, subject, ChoiceKind.METHODS, *written, by, now)
    bump(session, district_id, "graph")
    return Chosen(subject, methods, changed=True)


def methods_from(primary: str, beside: Sequence[str], parameters: Sequence[tuple[str, str]]) -> Methods:
    """A choice as it is written: names, and (name, number) pairs; `NAME.parameter` is of a method by its name.

    A parameter without a method's name is the primary's. Raises MethodError for what there is not or may not be.
    """
    if MODEL in beside:
        raise MethodError("beside", "the model's estimate is always shown; name other methods beside")
    for name in beside:
        if name == primary or beside.count(name) > 1:
            raise MethodError("beside", f"{name} is named twice; name each method once")
    given: dict[str, dict[str, str]] = {name: {} for name in (primary, *beside)}
    for written, number in parameters:
        method, _, parameter = written.rpartition(".")
        if method and method not in given:
            raise MethodError(written, f"{method} is not among the methods chosen: {', '.join(given)}")
        given[method or primary][parameter] = number
    return Methods(choose(primary, given[primary]), tuple(choose(name, given[name]) for name in beside))


def choice_document(choice: Choice) -> dict[str, object]:
    """A choice for programs: its name and all its parameters."""
    parameters: Mapping[str, object] = {} if choice.name == MODEL else {n: float(v) for n, v in choice.given.items()}
    return {"name": choice.name, "parameters": parameters}
