"""A teacher opens a paper of a class and types in its results; each cell is a result, taken in as any other is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from api.actions.ingest import Intake, Sender, take_in
from api.actions.outcome import Status
from mastery.access import Viewer
from mastery.access_questions import Section, What, scores_class
from mastery.audit import Act
from mastery.evidence import Feedback, Result, TargetScore
from mastery.paper import NOT_HANDED_IN, PaperError, Saved, Typed, next_revision, read_cell, source_id
from models.audit import by_person, record
from models.graph_store import DistrictGraph
from models.hot import fetch
from models.locks import give_names, sharing_rules
from models.own_senders import OwnSender, make_own_sender, own_sender, own_sender_id
from models.queries_grid import students_of_class
from models.queries_paper import (
    FORM,
    Opening,
    Ticket,
    add_ticket,
    find_ticket,
    saved_of,
    scorers_named,
    sourced_ids,
    ticket_of_key,
)
from models.queries_people import StudentName, open_on

Place = tuple[int, int]
"""Which cell: a student and a target, by key."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What was typed into a cell, and which revision of it the person had seen; 0: none."""

    place: Place
    text: str
    seen: int


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper as its grid shows it: its students by name, every revision of each cell, who typed by sourcedId.

    `open`: the cells that the viewer may type into, each with the id under which it is a result.
    """

    ticket: Ticket
    students: Sequence[StudentName]
    open: Mapping[Place, str]
    saved: Mapping[Place, Sequence[Saved]]
    names: Mapping[str, str]


class RefusedError(PaperError):
    """Of several cells some can not be taken, so none is; `cells` says of each why."""

    def __init__(self, cells: Mapping[Place, PaperError]) -> None:
        super().__init__("cells")
        self.cells = cells


def open_paper(session: Session, viewer: Viewer, asked: Opening, now: datetime) -> int:
    """Open a paper of a class that the viewer teaches; its key, the same where the form was sent before.

    Raises LookupError for a class that is not the viewer's. Whoever calls commits.
    """
    if not scores_class(viewer, Section(viewer.district, asked.section)):
        raise LookupError("there is no such class")
    give_names(session, viewer.district, "client")
    known = ticket_of_key(session, viewer.district, asked.key)
    if known is not None:
        return known
    client = make_own_sender(session, viewer.district, OwnSender.TYPED_IN, now)
    key, cuts = add_ticket(session, viewer.district, client, asked, viewer.person, now)
    if cuts is not None:
        detail = {"what": "cut_scores", "assessment": cuts.assessment_id, "version": cuts.id, "cuts": cuts.cuts}
        record(session, viewer.district, by_person(viewer.person), Act.POLICY_CHANGED, now, detail=detail)
    return key


def ticket_for(session: Session, viewer: Viewer, key: int) -> Ticket | None:
    """A paper that the viewer may type into; None where there is none, or it is of a class of others."""
    ticket = find_ticket(session, viewer.district, key)
    may = ticket is not None and scores_class(viewer, Section(viewer.district, ticket.section))
    return ticket if may else None


def paper_of(session: Session, viewer: Viewer, graph: DistrictGraph, ticket: Ticket) -> Paper:
    """The grid of a paper for who may type into it; a constant number of statements."""
    students, cells = _open(session, viewer, graph, ticket)
    client = own_sender(session, viewer.district, OwnSender.TYPED_IN)
    found = saved_of(session, viewer.district, client, cells.values())
    saved = {place: found[source] for place, source in cells.items() if source in found}
    scorers = {one.scorer for some in saved.values() for one in some}
    return Paper(ticket, students, cells, saved, scorers_named(session, viewer.district, scorers))


def _open(
    session: Session, viewer: Viewer, graph: DistrictGraph, ticket: Ticket
) -> tuple[list[StudentName], dict[Place, str]]:
    """The students of whom a person may type in results, by name, and the cells with the ids of their results."""
    students = students_of_class(session, viewer, ticket.section)
    may = open_on(session, viewer, What.SCORE, [one.id for one in students])
    shown = [one for one in students if one.id in may]
    names = sourced_ids(session, viewer.district, [one.id for one in shown])
    return shown, {
        (one.id, target): source_id(ticket.key, names[one.id], graph.guids[target])
        for one in shown
        for target in ticket.targets
        if (only := may[one.id]) is None or target in only
    }


def type_in(
    session: Session,
    intake: Intake,
    viewer: Viewer,
    graph: DistrictGraph,
    ticket: Ticket,
    cells: Sequence[Asked],
    now: datetime,
) -> dict[Place, list[Saved]]:
    """Take in what was typed into some cells of a paper; all revisions of each, oldest first, as they are then.

    An empty cell that says nothing yet stays so; one that is emptied is not handed in. Raises LookupError for a cell
    that the viewer may not type into, RefusedError unless all can be taken. Whoever calls commits.
    """
    if not cells:
        return {}
    sources = _sources(session, viewer, graph, ticket, [one.place for one in cells])
    typed = _read(ticket, cells)
    client = own_sender(session, viewer.district, OwnSender.TYPED_IN)
    if client is None:
        raise LookupError("nobody has opened a paper here")
    # held before what is saved is read: of two who type into a cell the later one sees the earlier
    fetch(session, *sharing_rules(viewer.district, client, sorted(sources.values())))
    found = saved_of(session, viewer.district, client, sources.values())
    scorer = sourced_ids(session, viewer.district, [viewer.person])[viewer.person]
    people = sourced_ids(session, viewer.district, [student for student, _target in sources])
    saved = {place: found.get(source, []) for place, source in sources.items()}
    results: dict[Place, Result] = {}
    for one in cells:
        said = typed[one.place]
        before = saved[one.place]
        if said is None and not before:
            continue
        says = said or NOT_HANDED_IN
        revision = next_revision(before, one.seen, says, scorer)
        if revision is not None:
            student, target = one.place
            results[one.place] = _result(
                ticket, sources[one.place], revision, people[student], graph.guids[target], ticket.targets[target],
                says, scorer, now,
            )  # fmt: skip
            saved[one.place] = [*before, Saved(revision, says, scorer, now)]
    sender = Sender(viewer.district, client, own_sender_id(viewer.district, OwnSender.TYPED_IN))
    with session.begin_nested():  # where one is refused, all that was begun is undone, and the page goes on
        outcomes = take_in(session, intake, sender, list(results.values()), now)
        refused = {
            place: PaperError("refused")
            for place, outcome in zip(results, outcomes, strict=True)
            if outcome.status is not Status.ACCEPTED
        }
        if refused:
            raise RefusedError(refused)
    return saved


def _sources(
    session: Session, viewer: Viewer, graph: DistrictGraph, ticket: Ticket, places: Sequence[Place]
) -> dict[Place, str]:
    """Under which id each of some cells is a result; LookupError for one that the viewer may not type into."""
    _students, open_cells = _open(session, viewer, graph, ticket)
    if not set(places) <= open_cells.keys():
        raise LookupError("there is no such cell")
    return {place: open_cells[place] for place in places}


def _read(ticket: Ticket, cells: Sequence[Asked]) -> dict[Place, Typed | None]:
    typed: dict[Place, Typed | None] = {}
    refused: dict[Place, PaperError] = {}
    for one in cells:
        try:
            typed[one.place] = read_cell(one.text, ticket.scoring, ticket.targets[one.place[1]])
        except PaperError as error:
            refused[one.place] = error
    if refused:
        raise RefusedError(refused)
    return typed


def _result(
    ticket: Ticket,
    source: str,
    revision: int,
    student: str,
    target: str,
    most: float,
    typed: Typed,
    scorer: str,
    now: datetime,
) -> Result:
    return Result(
        source_id=source,
        revision=revision,
        student=student,
        assessment=ticket.assessment_name,
        form=FORM,
        purpose=ticket.purpose,
        evidence_type=ticket.evidence_type,
        scorer=scorer,
        performed_at=ticket.performed_at,
        scored_at=now,
        independence=ticket.independence,
        feedback=Feedback.NONE,
        status=typed.status,
        targets=(TargetScore(target, typed.score, most),),
        date_estimated=ticket.date_estimated,
    )
