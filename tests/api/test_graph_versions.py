"""Versions of the graph on the real database: published once, then for good, with everybody brought up to them."""

from contextlib import AbstractContextManager
from datetime import date, timedelta
from threading import Barrier, Thread

import pytest
from case_packages import fractions, guid
from factories import NOW, Factory, new_district
from sqlalchemy import Engine, delete, select, update
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from api.actions.desk import Desk
from api.actions.graph import NewTarget
from api.actions.graph_change import change_graph
from api.actions.graph_draft import Draft, HeirInUseError, enter, new_target, read_draft, take_out
from api.actions.graph_import import GraphImport, import_case
from api.actions.graph_preview import Moves, preview
from api.actions.graph_publish import NotPublishedError, Published, publish
from api.actions.ingest import Intake, Sender, ingest
from api.actions.outcome import Outcome, Status
from api.actions.rederive import rederive_pairs
from api.actions.replay import verify
from api.interop.case import read_case
from mastery.body.words import ActKind
from mastery.evidence import EvidenceType, Purpose, Result, TargetScore
from mastery.graph import Graph, Strength
from mastery.graph.draft import DraftError, Edit, End, Order, Refusal, Replace
from mastery.graph.record import digest, rows_between
from models.graph import Node, TargetText
from models.graph_store import load_graph
from models.graph_versions import GraphChange, GraphEdit, GraphVersion, graphs_at
from models.registry import context
from models.roster import Person, Term
from models.standing import Confirmation, Standing
from models.unit_of_work import district_transaction

AT = NOW - timedelta(hours=1)
TODAY = NOW.date()
A, B, C = guid(2), guid(3), guid(4)  # 4.NF.A.1, 4.NF.A.2, 4.NF.B.3


class School:
    """A district with an imported graph and two students; what is entered, published, posted and signed."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.district_id = new_district(engine)
        self.desk = Desk(self.district_id)
        self.intake = Intake.of(engine)
        with self.transaction() as session:
            make = Factory(session, self.district_id)
            section = make.section(make.school())
            self.students: list[Person] = [make.student(section), make.student(section, "Alan", "Turing")]
            self.teacher = make.teacher(section)
            self.assessment = make.assessment().name
            client = make.client()
            self.sender = Sender(self.district_id, client.id, client.client_id)
            session.commit()
        self.bring()

    def transaction(self) -> AbstractContextManager[Session]:
        return district_transaction(self.engine, self.district_id)

    def bring(self) -> GraphImport:
        package = read_case(fractions(), "file")
        asked = {"change": "import"}
        return change_graph(
            self.intake, self.district_id, NOW, lambda s: import_case(s, self.district_id, package, NOW), asked
        )[0]

    def post(self, source_id: str, target: str, student: int = 0) -> Outcome:
        result = Result(
            source_id=source_id, revision=1, student=self.students[student].identifier or "",
            assessment=self.assessment, form="A", purpose=Purpose.FORMATIVE, evidence_type=EvidenceType.QUIZ,
            scorer="system", performed_at=AT, scored_at=AT, targets=(TargetScore(target, 3.0, 4.0),),
        )  # fmt: skip
        return ingest(self.intake, self.sender, [result], NOW)[0]

    def decide(self, target: str, student: int = 0, level: float = 3.0, kind: ActKind = ActKind.OVERRIDE) -> None:
        """A teacher decides, as the acts of signing keep it."""
        with self.transaction() as session:
            key = load_graph(session, self.district_id).ids[target]
            session.add(
                Confirmation(
                    district_id=self.district_id, student_id=self.students[student].id, target_id=key,
                    kind=kind.value, level=level, mastered_at=AT, by_person=self.teacher.id, reason="Saw it.",
                    policy_version="test", at=NOW, signed_at=NOW,
                )
            )  # fmt: skip
            session.flush()
            rederive_pairs(session, self.district_id, [(self.students[student].id, key)], NOW)
            session.commit()

    def add(self, code: str) -> str:
        """Enter a new target; its GUID."""
        with self.transaction() as session:
            wanted = NewTarget(code, f"I can do {code}.", (guid(1),))
            found = read_draft(session, self.district_id, TODAY)
            edit = new_target(session, self.district_id, wanted, found, NOW)
            enter(session, self.desk, edit, NOW)
            session.commit()
            return edit.node.guid

    def enter(self, edit: Edit) -> int:
        with self.transaction() as session:
            number = enter(session, self.desk, edit, NOW)
            session.commit()
            return number

    def draft(self, today: date = TODAY) -> Draft:
        with self.transaction() as session:
            return read_draft(session, self.district_id, today)

    def publish(self, title: str = "New targets", seen: str | None = None, today: date = TODAY) -> Published:
        return publish(self.intake, self.desk, title, seen or self.draft(today).seen, NOW, today, "The lead")

    def moves(self) -> dict[int, list[Moves]]:
        """What the preview says of each student, by place."""
        with self.transaction() as session:
            draft = read_draft(session, self.district_id, TODAY)
            told = preview(session, self.district_id, None, draft, context(session, self.district_id).zone, NOW, 50)
        places = {one.id: place for place, one in enumerate(self.students)}
        return {places[student]: list(moves) for student, moves in told.moves.items()}

    def standings(self, student: int = 0) -> dict[str, tuple[str, float | None]]:
        """State and level by GUID."""
        with self.transaction() as session:
            rows = session.execute(
                select(Node.guid, Standing)
                .join(Node, (Node.district_id == Standing.district_id) & (Node.id == Standing.target_id))
                .where(Standing.student_id == self.students[student].id)
            )
            return {found: (row.state, row.level) for found, row in rows}

    def graph(self) -> Graph:
        with self.transaction() as session:
            return load_graph(session, self.district_id).graph

    def rows(self, table: type[GraphVersion] | type[GraphChange]) -> list[tuple[object, ...]]:
        with self.transaction() as session:
            found = session.scalars(select(table).where(table.district_id == self.district_id).order_by(table.id))
            return [tuple(getattr(row, column.name) for column in table.__table__.columns) for row in found]


@pytest.fixture
def school(engine: Engine) -> School:
    return School(engine)


def test_an_import_is_a_version_and_the_same_file_again_is_none(school: School) -> None:
    (version,) = school.rows(GraphVersion)
    school.bring()
    assert school.rows(GraphVersion) == [version]
    with school.transaction() as session:
        empty, brought = graphs_at(session, school.district_id, 1)
        (kept,) = session.scalars(select(GraphVersion).where(GraphVersion.district_id == school.district_id))
        assert (kept.number, kept.origin, kept.digest) == (1, "import", digest(brought))
    assert not empty.nodes
    assert digest(brought) == digest(school.graph())


def test_one_in_the_place_of_one_carries_everything_and_senders_may_go_on_as_before(school: School) -> None:
    school.decide(B, 0)
    school.post("quiz-1", "4.NF.A.2", 1)
    was = [school.standings(student)[B] for student in (0, 1)]
    with school.transaction() as session:
        key = load_graph(session, school.district_id).ids[B]
        session.add(TargetText(district_id=school.district_id, node_id=key, language="es", statement="Lo viejo."))
        session.commit()
    heir = school.add("FR-2")
    school.enter(Replace((B,), (heir,)))
    drafted = school.draft().graph

    told = school.moves()
    done = school.publish()

    assert [(one.target, one.instead) for one in told[0]] == [(B, (heir,))]
    assert (done.version, done.students, done.carried) == (2, 2, 0)
    assert [school.standings(student) for student in (0, 1)] == [{heir: one} for one in was]
    assert digest(school.graph()) == digest(drafted), "what is published is the draft"
    assert school.post("quiz-2", "4.NF.A.2").status is Status.ACCEPTED, "by its old code"
    assert set(school.standings()) == {heir}
    assert verify(school.engine, school.district_id).differing == 0
    assert not school.bring().changed, "a file does not undo what was published"
    with school.transaction() as session:
        assert load_graph(session, school.district_id).translated == {
            ("es", load_graph(session, school.district_id).ids[B]): "Lo viejo."
        }, "words in another language stay with what they are the words of"


def test_parts_are_provisional_and_a_whole_is_mastered_only_if_all_was(school: School) -> None:
    for target in (A, B, C):
        school.decide(target, 0, level=3.5 if target == B else 3.0)
    school.decide(B, 1)
    parts = [school.add("FR-1a"), school.add("FR-1b")]
    whole = school.add("FR-23")
    school.enter(Replace((A,), tuple(parts)))
    school.enter(Replace((B, C), (whole,)))

    told = {place: {one.target: (one.was, one.now) for one in moves} for place, moves in school.moves().items()}
    done = school.publish()

    first = school.standings(0)
    assert [first[one] for one in parts] == [("mastered_provisional", 3.0)] * 2
    assert first[whole] == ("mastered", 3.0)
    assert {one: first[one][0] for one in (A, B, C)} == dict.fromkeys((A, B, C), "mastered"), "nothing is taken away"
    assert whole not in school.standings(1)
    assert (done.carried, done.students) == (3, 2)
    for student in (0, 1):
        published = {one: state for one, (state, _) in school.standings(student).items()}
        rehearsed = {target: now for target, (_, now) in told[student].items() if now is not None}
        assert {one: published.get(one) for one in rehearsed} == rehearsed, "as the preview said"
    assert told[1] == {B: ("mastered", None)}
    assert verify(school.engine, school.district_id).differing == 0
    assert school.post("quiz-9", "4.NF.A.1").status is Status.QUARANTINED, "which part it is about nobody can tell"
    with school.transaction() as session:
        waiting = session.scalars(select(Standing.missing).where(Standing.state == "mastered_provisional")).all()
        assert waiting == [[], []], "a person is waited for, not the student"


def test_what_ended_stays_decided_as_it_was_and_what_needed_it_waits_no_more(school: School) -> None:
    school.post("quiz-1", "4.NF.A.2")
    school.enter(Order(A, B, Strength.HARD))
    school.publish()
    assert school.moves() == {}
    school.enter(End(A))
    school.publish()
    graph = school.graph()
    assert graph.prerequisites(B).hard == ()
    assert verify(school.engine, school.district_id).differing == 0


def test_a_published_version_can_be_neither_changed_nor_deleted(school: School) -> None:
    before = school.rows(GraphVersion), school.rows(GraphChange)
    statements = (
        update(GraphVersion).values(title="x"), delete(GraphVersion), update(GraphChange).values(after=None),
        delete(GraphChange),
    )  # fmt: skip
    for statement in statements:
        with school.transaction() as session, pytest.raises(ProgrammingError, match="permission denied"):
            session.execute(statement)
    school.add("FR-1")
    school.publish()
    assert (school.rows(GraphVersion)[:1], school.rows(GraphChange)[: len(before[1])]) == before


def test_every_version_can_be_read_again_as_it_was(school: School) -> None:
    graphs = [school.graph()]
    heir = school.add("FR-2")
    for edits in ((Replace((B,), (heir,)),), (Order(A, C, Strength.HARD),), (End(C),)):
        for edit in edits:
            school.enter(edit)
        school.publish()
        graphs.append(school.graph())
    with school.transaction() as session:
        for number, graph in enumerate(graphs, 1):
            assert rows_between(graphs_at(session, school.district_id, number)[1], graph) == ()


def test_of_two_who_publish_at_once_one_does(school: School) -> None:
    school.add("FR-1")
    seen, start = school.draft().seen, Barrier(2)
    done: list[object] = []

    def run(title: str) -> None:
        start.wait()
        try:
            done.append(school.publish(title, seen))
        except NotPublishedError as refused:
            done.append(refused.why)

    threads = [Thread(target=run, args=(title,)) for title in ("One", "Other")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert "changed" in done
    assert sum(isinstance(one, Published) for one in done) == 1
    assert len(school.rows(GraphVersion)) == 2


def test_while_a_term_runs_only_what_disturbs_nobody_is_published(school: School) -> None:
    with school.transaction() as session:
        session.add(
            Term(
                district_id=school.district_id, sourced_id="t", title="Fall", kind="semester",
                begins_on=TODAY, ends_on=TODAY + timedelta(days=60), school_year="2027",
            )
        )  # fmt: skip
        session.commit()
    heir = school.add("FR-2")
    with pytest.raises(NotPublishedError) as refused:
        school.publish()
    assert refused.value.why == "term"
    school.enter(Replace((B,), (heir,)))
    assert school.publish().version == 2
    number = school.enter(End(C))
    assert not school.draft().ready
    assert school.draft(TODAY + timedelta(days=61)).ready
    with school.transaction() as session:
        take_out(session, school.desk, number, NOW)
        session.commit()
    assert school.draft().entered == []


@pytest.mark.parametrize("why", ["changed", "empty", "title"])
def test_a_draft_that_can_not_be_published_says_why(school: School, why: str) -> None:
    old = school.draft().seen
    if why != "empty":
        school.add("FR-1")
    with pytest.raises(NotPublishedError) as refused:
        school.publish(" " if why == "title" else "New", old if why == "changed" else None)
    assert refused.value.why == why


def test_what_students_work_on_takes_no_others_place_alone(school: School) -> None:
    school.post("quiz-1", "4.NF.B.3")
    with pytest.raises(HeirInUseError):
        school.enter(Replace((B,), (C,)))
    assert school.draft().entered == []


def test_a_draft_that_an_import_overtook_says_what_is_wrong_with_it(school: School) -> None:
    school.enter(Order(A, C, Strength.SOFT))
    with school.transaction() as session:
        session.execute(update(GraphEdit).values(detail={"before": guid(99), "after": C, "strength": "soft"}))
        session.commit()
    broken = school.draft().broken
    assert isinstance(broken, DraftError)
    assert broken.why is Refusal.GONE
    with pytest.raises(NotPublishedError, match="makes no graph"):
        school.publish()
