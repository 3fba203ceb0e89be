"""Taking in results: the one way by which evidence comes into a district, whoever sends it.

One transaction per batch: classify each entry against what is stored under its key, append what is new, move the
students' progress on (or replay it where something came late or was corrected), judge flags, announce, commit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from api.actions.announce import announce
from api.actions.convoy import Convoy
from api.actions.naming import Named, Names, Unnamed
from api.actions.outcome import Accepted, Outcome, conflict, rejected
from api.actions.progress import Progressed, move_students
from mastery.evidence import Problem, Result, digest
from mastery.evidence_check import check
from models.clients import Caller
from models.evidence_store import Header, ResultIds, evidence_row, header_of, result_row, store_results
from models.graph_store import GraphCache
from models.hot import ask
from models.known import KnownCache
from models.locks import sharing_rules
from models.posts import Post, PostState, asking_posts, posts_of, quarantine, supersede_waiting
from models.registry import asking_context, context_of
from models.unit_of_work import district_transaction, try_again


@dataclass(frozen=True, slots=True)
class Intake:
    """What taking in results needs from its process."""

    engine: Engine
    graphs: GraphCache
    known: KnownCache
    ids: ResultIds
    convoy: Convoy[Result, Outcome]

    @classmethod
    def of(cls, engine: Engine) -> Intake:
        """Fresh caches on an engine."""
        return cls(engine, GraphCache(), KnownCache(), ResultIds(engine), Convoy())

    def within(self) -> Intake:
        """For going on in a transaction that has changed names or rules: keeps nothing that may be rolled back."""
        return replace(self, graphs=GraphCache(), known=KnownCache())


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sends: a client of a district."""

    district_id: int
    client_pk: int
    client_id: str

    @classmethod
    def of(cls, caller: Caller) -> Sender:
        """The sender that an authenticated machine is."""
        return cls(caller.district_id, caller.client_pk, caller.client_id)


def ingest(intake: Intake, sender: Sender, results: Sequence[Result], now: datetime) -> Sequence[Outcome]:
    """Take in results and commit; one outcome per result, in order. Nothing is stored unless all of it is."""

    def transaction(together: Sequence[Result], at: datetime) -> list[Outcome]:
        with district_transaction(intake.engine, sender.district_id) as session:
            outcomes = take_in(session, intake, sender, together, at)
            session.commit()
            return outcomes

    return intake.convoy.go(sender, results, now, lambda some, at: try_again(lambda: transaction(some, at)))


def take_in(
    session: Session,
    intake: Intake,
    sender: Sender,
    results: Sequence[Result],
    now: datetime,
    received: Mapping[tuple[str, int], datetime] = MappingProxyType({}),
) -> list[Outcome]:
    """Take in results within the caller's transaction.

    `received` tells by (source id, revision) when a result came that had to wait; the others come now.
    """
    outcomes: list[Outcome] = []
    for place, some in enumerate(_without_repetition(results)):
        # items that the part before has added are not committed, so they must not stay in the process's memory
        part = replace(intake, known=KnownCache()) if place else intake
        outcomes.extend(_Batch(session, part, sender, some, now, received).run())
    return outcomes


def _without_repetition(results: Sequence[Result]) -> Iterator[Sequence[Result]]:
    """Cut the batch where a source id comes again, so that each part knows what the part before it stored."""
    start, seen = 0, set[str]()
    for place, result in enumerate(results):
        if result.source_id in seen:
            yield results[start:place]
            start, seen = place, set()
        seen.add(result.source_id)
    if start < len(results):
        yield results[start:]


@dataclass(slots=True)
class _Entry:
    """One result on its way through the batch."""

    result: Result
    digest: bytes
    named: Named | Unnamed | None = None
    key: int = 0
    stored: list[Post] = field(default_factory=list)
    outcome: Outcome | None = None


class _Batch:
    """Results with distinct source ids of one client, in one transaction."""

    def __init__(
        self,
        session: Session,
        intake: Intake,
        sender: Sender,
        results: Sequence[Result],
        now: datetime,
        received: Mapping[tuple[str, int], datetime],
    ) -> None:
        self.received = received
        self.session = session
        self.intake = intake
        self.sender = sender
        self.district_id = sender.district_id
        sources = [result.source_id for result in results]
        _, described, posts = ask(
            session,
            sharing_rules(sender.district_id, sender.client_pk, sources),
            asking_context(sender.district_id),
            asking_posts(sender.district_id, sender.client_pk, sources),
        )
        here = context_of(described)
        self.posts = posts_of(posts)
        self.zone = here.zone
        self.known = intake.known.of(sender.district_id, here.stamps)
        self.now = now
        self.entries = [_Entry(result, digest(result)) for result in results]
        self.graph = intake.graphs.get(session, self.district_id, here.stamps.graph)

    def run(self) -> list[Outcome]:
        """Outcomes in the order of the results."""
        for entry in self.entries:
            entry.stored = self.posts.get(entry.result.source_id, [])
            entry.outcome = self._seen_before(entry)
        self._name([entry for entry in self.entries if entry.outcome is None])
        self._quarantine([entry for entry in self.entries if isinstance(entry.named, Unnamed)])
        self._accept([entry for entry in self.entries if entry.outcome is None])
        return [entry.outcome for entry in self.entries if entry.outcome is not None]

    def _seen_before(self, entry: _Entry) -> Outcome | None:
        """Same key: the same body is a duplicate, another body a conflict."""
        for post in entry.stored:
            if post.revision == entry.result.revision:
                if post.digest == entry.digest:
                    return Outcome.duplicate(entry.result, post)
                return conflict(entry.result)
        return None

    def _name(self, entries: Sequence[_Entry]) -> None:
        """Check the rules of the school, then look up every name."""
        results = [entry.result for entry in entries]
        names = Names(self.session, self.district_id, self.sender.client_pk, self.graph, self.known, results)
        sound = []
        for entry in entries:
            student = names.student(entry.result)
            born = None if isinstance(student, Unnamed) else student.born
            problems = check(entry.result, self.now, born)
            if problems:
                entry.outcome = rejected(entry.result, problems)
            else:
                sound.append(entry)
        for entry, named in zip(sound, names.resolve([entry.result for entry in sound]), strict=True):
            if isinstance(named, Problem):
                entry.outcome = rejected(entry.result, [named])
            else:
                entry.named = named

    def _quarantine(self, entries: Sequence[_Entry]) -> None:
        for entry in entries:
            missing = entry.named
            assert isinstance(missing, Unnamed)
            superseded = any(post.revision > entry.result.revision for post in entry.stored)
            state = PostState.SUPERSEDED if superseded else PostState.WAITING
            key = quarantine(
                self.session, self.district_id, self.sender.client_pk, entry.result, entry.digest,
                (missing.kind, missing.reference, missing.candidates), state, self.now,
            )  # fmt: skip
            entry.outcome = Outcome.quarantined(entry.result, key, missing, superseded=superseded)

    def _accept(self, entries: Sequence[_Entry]) -> None:
        """Append evidence and move the students' progress on."""
        if not entries:
            return
        keys = self.intake.ids.take(len(entries))
        rows: list[tuple[object, ...]] = []
        evidence: list[tuple[object, ...]] = []
        for entry, key in zip(entries, keys, strict=True):
            named = entry.named
            assert isinstance(named, Named)
            entry.key = key
            rows.append(
                result_row(
                    self.district_id,
                    key,
                    self.sender.client_pk,
                    entry.digest,
                    named.student.id,
                    named.assessment.id,
                    named.form,
                    entry.result,
                    named.scorer_certified,
                    self.received.get((entry.result.source_id, entry.result.revision), self.now),
                )
            )
            evidence.extend(evidence_row(self.district_id, key, line) for line in named.lines)
        effective = [entry for entry in entries if not self._older(entry)]
        corrected = [post for entry in effective for post in entry.stored if post.state is PostState.STORED]
        progressed = move_students(
            self.session,
            self.district_id,
            self.graph,
            self.known,
            self.zone,
            [(self._header(entry), entry.named) for entry in effective if isinstance(entry.named, Named)],
            corrected,
            lambda: store_results(self.session, rows, evidence),
            self.now,
        )
        supersede_waiting(
            self.session, self.district_id, self.sender.client_pk,
            [(entry.result.source_id, entry.result.revision) for entry in effective if entry.stored], self.now,
        )  # fmt: skip
        if progressed.students:
            announce(self.session, self.district_id, "progress", progressed.students, self.now)
        for entry in entries:
            entry.outcome = self._outcome(entry, progressed)

    def _older(self, entry: _Entry) -> bool:
        """A newer revision is stored as evidence already."""
        return any(post.state is PostState.STORED and post.revision > entry.result.revision for post in entry.stored)

    def _header(self, entry: _Entry) -> Header:
        assert isinstance(entry.named, Named)
        return header_of(
            entry.key,
            entry.named.student.id,
            self.sender.client_id,
            entry.named.assessment.id,
            entry.result,
            entry.named.scorer_certified,
        )

    def _outcome(self, entry: _Entry, progressed: Progressed) -> Outcome:
        assert isinstance(entry.named, Named)
        changed = None if self._older(entry) else progressed
        return Outcome.stored(entry.result, Accepted(entry.key, entry.named, changed, self.graph))
