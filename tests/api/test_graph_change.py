"""What a change of the graph brings about: waiting results come in, decisions follow what targets demand now."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from case_packages import fractions, guid
from factories import NOW, Factory, new_district
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from api.actions.graph import NewTarget, PrerequisiteRule, add_prerequisite, add_target, set_strength_in
from api.actions.graph_change import NO_CONSEQUENCES, Consequences, change_graph
from api.actions.graph_import import import_case
from api.actions.ingest import Intake, Sender, ingest
from api.actions.outcome import Outcome, Status
from api.interop.case import read_case
from mastery.evidence import EvidenceType, Purpose, Result, TargetScore
from mastery.graph import CycleError, Strength
from models.graph import Node
from models.outbox import Outbox
from models.standing import Standing
from models.unit_of_work import district_transaction

AT = NOW - timedelta(hours=1)


class School:
    """A district with one student, one client and one assessment, and its graph's changes and results."""

    def __init__(self, engine: Engine) -> None:
        self.district_id = new_district(engine)
        self.intake = Intake.of(engine)
        with self.transaction() as session:
            make = Factory(session, self.district_id)
            self.student = make.student(make.section(make.school())).identifier
            self.assessment = make.assessment().name
            client = make.client()
            self.sender = Sender(self.district_id, client.id, client.client_id)
            session.commit()

    def transaction(self) -> AbstractContextManager[Session]:
        return district_transaction(self.intake.engine, self.district_id)

    def change(self, action: Callable[[Session], object]) -> Consequences:
        return change_graph(self.intake, self.district_id, NOW, action)[1]

    def bring(self) -> Consequences:
        package = read_case(fractions(), "file")
        return self.change(lambda session: import_case(session, self.district_id, package, NOW))

    def post(self, source_id: str, target: str) -> Outcome:
        result = Result(
            source_id=source_id, revision=1, student=self.student, assessment=self.assessment, form="A",
            purpose=Purpose.FORMATIVE, evidence_type=EvidenceType.QUIZ, scorer="system",
            performed_at=AT, scored_at=AT, targets=(TargetScore(target, 3.0, 4.0),),
        )  # fmt: skip
        return ingest(self.intake, self.sender, [result], NOW)[0]

    def standings(self) -> dict[str, tuple[str, list[int]]]:
        """State and unmet lines by code."""
        with self.transaction() as session:
            rows = session.execute(select(Node.code, Standing).join(Node, Node.id == Standing.target_id))
            return {code: (row.state, [gap["line"] for gap in row.missing]) for code, row in rows}


@pytest.fixture
def school(engine: Engine) -> School:
    return School(engine)


def test_a_result_that_waited_for_its_target_comes_in_with_the_import(school: School) -> None:
    assert school.post("quiz-1", "CC.4.NF.2").status is Status.QUARANTINED
    assert school.post("quiz-2", "9.XY.1").status is Status.QUARANTINED

    done = school.bring()

    assert (done.released.accepted, done.released.waiting) == (1, 1)
    assert set(school.standings()) == {"4.NF.A.2"}
    assert school.post("quiz-1", "CC.4.NF.2").status is Status.DUPLICATE
    assert school.bring() == NO_CONSEQUENCES


def test_decisions_follow_a_prerequisite_that_becomes_hard_and_soft_again(school: School) -> None:
    school.bring()
    school.post("quiz-1", "4.NF.A.2")
    assert 8 not in school.standings()["4.NF.A.2"][1]
    rule = PrerequisiteRule(below="4.NF.A")

    done = school.change(lambda s: set_strength_in(s, school.district_id, rule, Strength.HARD))

    assert (done.targets, done.students) == (2, 1)
    assert 8 in school.standings()["4.NF.A.2"][1]
    with school.transaction() as session:
        assert session.scalars(select(Outbox.topic)).all()[-1] == "progress"
    school.change(lambda s: set_strength_in(s, school.district_id, rule, Strength.SOFT))
    assert 8 not in school.standings()["4.NF.A.2"][1]


def test_evidence_reaches_the_target_that_the_district_hung_below_the_standard(school: School) -> None:
    school.bring()
    assert school.post("quiz-1", "4.NF.A.1").status is Status.ACCEPTED
    wanted = NewTarget("FR-1", "I can explain equal fractions.", (guid(2),))
    school.change(lambda session: add_target(session, school.district_id, wanted, NOW))
    assert school.post("quiz-2", "CC.4.NF.1").status is Status.ACCEPTED
    assert set(school.standings()) == {"4.NF.A.1", "FR-1"}


def test_a_refused_change_leaves_everything_as_it_was(school: School) -> None:
    school.bring()
    school.post("quiz-1", "4.NF.A.2")
    before = school.standings()
    with pytest.raises(CycleError):
        school.change(lambda session: add_prerequisite(session, school.district_id, "4.NF.B.3", "4.NF.A.1"))
    assert school.standings() == before
    assert school.bring() == NO_CONSEQUENCES
