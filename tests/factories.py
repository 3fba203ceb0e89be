"""Rows for tests, written straight into the tables: a district with people, targets, evidence, standing and flags.

`Factory(session, district_id)` works inside one district's transaction; `new_district` makes the district itself.
Whoever uses it commits.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from mastery.decide import Decision, State
from mastery.decide import Standing as Fold
from mastery.estimate import Model
from mastery.measure.item_check import Checked
from mastery.policy import DEFAULT_POLICY
from mastery.roster import Origin
from models.access import Client
from models.assessment import Assessment, AssessmentForm, Blueprint, CutScores, Item
from models.calibrations import Calibration, FoundItem, Switch, put_switch, store_calibration
from models.carried import pack
from models.district import District, DistrictStamp
from models.evidence import RESULT_ID_BLOCK, Evidence, ResultRow, result_id_sequence
from models.flag import Flag
from models.graph import Framework, Node
from models.measurements import Measurement, put_measurements
from models.outbox import Outbox, SectionVersion
from models.registry import bump
from models.roster import Enrollment, Guardianship, Person, PersonRole, School, Section
from models.standing import Standing
from models.unit_of_work import district_transaction, shared_transaction

NOW = datetime(2026, 10, 5, 14, 0, tzinfo=UTC)
TODAY = NOW.date()
ZONE = "America/New_York"
WHEEL_SPIN: dict[str, Any] = {
    "rule": "F04", "family": "wheel_spin", "severity": "ACT", "scope": "target", "scope_id": 0,
    "evidence": [0], "cause": 0,
    "sentence": "wheel_spin", "closes_when": "wheel_spin.closes", "next_step": "wheel_spin.next",
    "facts": {
        "target": 0, "opportunities": 12, "longest_run": 2, "estimate": 0.31, "slope": 0.0, "idle_days": 10,
        "gain": 0.15,
    },
    "parameters": {},
}  # fmt: skip
_serial = count(1)


def new_district(engine: Engine, name: str = "Test District", zone: str = ZONE, at: datetime = NOW) -> int:
    """A committed district with its stamps; returns its id. The slug is unique in the process and beyond."""
    slug = f"test-{next(_serial)}-{hashlib.sha256(str(engine.url).encode()).hexdigest()[:4]}-{id(engine):x}"
    with shared_transaction(engine) as session:
        row = District(slug=slug, name=name, time_zone=zone, created_at=at)
        session.add(row)
        session.commit()
        district_id = row.id
    with district_transaction(engine, district_id) as session:
        session.add(DistrictStamp(district_id=district_id))
        session.commit()
    return district_id


class Factory:
    """Rows of one district; every method flushes and returns the row, so that its id is known."""

    def __init__(self, session: Session, district_id: int) -> None:
        self.session = session
        self.district_id = district_id
        self._result_ids: list[int] = []
        self._framework: Framework | None = None
        self._client: Client | None = None

    def _add(self, row: Any) -> Any:
        self.session.add(row)
        self.session.flush()
        return row

    # --- people -------------------------------------------------------------------------------------------------
    def school(self, name: str = "Lincoln High School", zone: str | None = None) -> School:
        serial = next(_serial)
        return self._add(
            School(
                district_id=self.district_id, sourced_id=f"org-{serial}", name=name, kind="school",
                identifier=None, parent_sourced_id=None, time_zone=zone, active=True,
            )
        )  # fmt: skip

    def section(self, school: School, title: str = "Algebra I", periods: Sequence[str] = ("1",)) -> Section:
        serial = next(_serial)
        return self._add(
            Section(
                district_id=self.district_id, sourced_id=f"class-{serial}", title=title, class_code=None,
                kind="scheduled", school_id=school.id, course_sourced_id=None, location=None, periods=list(periods),
                grades=[], subjects=[], term_sourced_ids=[], active=True,
            )
        )  # fmt: skip

    def person(self, given: str = "Ada", family: str = "Byron", preferred: str | None = None) -> Person:
        serial = next(_serial)
        return self._add(
            Person(
                district_id=self.district_id, sourced_id=f"user-{serial}", identifier=f"S-{serial:06d}",
                username=None, email=None, given_name=given, family_name=family, middle_name=None,
                preferred_given_name=preferred, preferred_family_name=None, pronouns=None, birth_date=None,
                grades=[], active=True,
            )
        )  # fmt: skip

    def role(self, person: Person, role: str, school_id: int | None = None, ends: date | None = None) -> PersonRole:
        return self._add(
            PersonRole(
                district_id=self.district_id, sourced_id=None, person_id=person.id,
                school_id=school_id, role=role, source_role=role, primary=True,
                begins_on=None, ends_on=ends,
            )
        )  # fmt: skip

    def enrol(
        self,
        person: Person,
        section: Section,
        role: str = "student",
        begins: date | None = None,
        ends: date | None = None,
    ) -> Enrollment:
        return self._add(
            Enrollment(
                district_id=self.district_id, sourced_id=f"enr-{next(_serial)}", section_id=section.id,
                person_id=person.id, role=role, primary=role == "teacher", begins_on=begins, ends_on=ends,
            )
        )  # fmt: skip

    def student(self, section: Section, given: str = "Ada", family: str = "Byron", ends: date | None = None) -> Person:
        """A person with the role of a student at the section's school, enrolled in the section."""
        person = self.person(given, family)
        self.role(person, "student", school_id=section.school_id)
        self.enrol(person, section, ends=ends)
        return person

    def teacher(self, *sections: Section, given: str = "Grace", family: str = "Hopper") -> Person:
        person = self.person(given, family)
        for section in sections:
            self.enrol(person, section, role="teacher")
        return person

    def guardian_of(self, *students: Person, given: str = "Anne", family: str = "Byron") -> Person:
        person = self.person(given, family)
        for student in students:
            self.guardianship(person, student)
        return person

    def guardianship(
        self, person: Person, student: Person, ends: date | None = None, origin: Origin = Origin.ROSTER
    ) -> Guardianship:
        return self._add(
            Guardianship(
                district_id=self.district_id, guardian_id=person.id, student_id=student.id,
                begins_on=None, ends_on=ends, origin=origin,
            )
        )  # fmt: skip

    # --- what is taught and asked ---------------------------------------------------------------------------------
    def framework(self, subject: str = "Mathematics") -> Framework:
        if self._framework is None:
            self._framework = self._add(
                Framework(
                    district_id=self.district_id, guid=f"fw-{next(_serial)}", title="Test standards", publisher=None,
                    subject=subject, source_uri=None, case_version=None, origin="district", imported_at=NOW,
                )
            )  # fmt: skip
        return self._framework

    def target(
        self, code: str | None = None, statement: str = "I can add fractions.", subject: str = "Mathematics"
    ) -> Node:
        serial = next(_serial)
        bump(self.session, self.district_id, "graph")
        return self._add(
            Node(
                district_id=self.district_id, guid=f"target-{serial}", framework_id=self.framework(subject).id,
                kind="learning_target", code=code or f"T.{serial}", statement=statement,
                abbreviated=None, item_type=None, grades=[], subject=subject, dok=None, credit_bearing=False,
                mastery_bar=None, sequence=None, changed_at=NOW,
            )
        )  # fmt: skip

    def client(self) -> Client:
        if self._client is None:
            serial = next(_serial)
            self._client = self._add(
                Client(
                    district_id=self.district_id, client_id=f"client-{serial}", name=f"LMS {serial}",
                    scopes=[], created_at=NOW, revoked_at=None,
                )
            )  # fmt: skip
        return self._client

    def assessment(
        self, title: str = "Fractions quiz", purpose: str = "formative", targets: Sequence[Node] = ()
    ) -> Assessment:
        """An assessment with the one form "A" and a blueprint of `targets` with equal weights."""
        row = self._add(
            Assessment(
                district_id=self.district_id, client_pk=self.client().id, name=f"quiz-{next(_serial)}", title=title,
                purpose=purpose, dok=None, digest=b"", changed_at=NOW,
            )
        )  # fmt: skip
        self._add(AssessmentForm(district_id=self.district_id, assessment_id=row.id, name="A"))
        for target in targets:
            self._add(
                Blueprint(
                    district_id=self.district_id, assessment_id=row.id, target_id=target.id,
                    weight=1.0 / len(targets), dok=None,
                )
            )  # fmt: skip
        return row

    def cut_scores(self, assessment: Assessment, confirmed_by: Person | None = None) -> CutScores:
        return self._add(
            CutScores(
                district_id=self.district_id, assessment_id=assessment.id,
                cuts=[[2.0, 0.5], [3.0, 0.8], [4.0, 0.97]],
                origin="proposed", proposed_at=NOW, confirmed_by=confirmed_by.id if confirmed_by else None,
                confirmed_at=NOW if confirmed_by else None, withdrawn_at=None,
            )
        )  # fmt: skip

    def item(self, assessment: Assessment, name: str, choices: int | None = None, points: int | None = None) -> Item:
        return self._add(
            Item(
                district_id=self.district_id, assessment_id=assessment.id, name=name, dok=None, choices=choices,
                points=points,
            )
        )  # fmt: skip

    # --- what happened ----------------------------------------------------------------------------------------------
    def _whole_item(self, assessment: Assessment, target: Node) -> Item:
        """What the estimate takes a form as a whole for, where no items were sent."""
        name = f"A/{target.guid}"
        known = self.session.query(Item).filter_by(assessment_id=assessment.id, name=name).first()
        return known or self._add(Item(district_id=self.district_id, assessment_id=assessment.id, name=name, dok=None))

    def _result_id(self) -> int:
        if not self._result_ids:
            first = self.session.execute(result_id_sequence.next_value()).scalar_one()
            self._result_ids = list(range(first, first + RESULT_ID_BLOCK))
        return self._result_ids.pop(0)

    def result(
        self, student: Person, assessment: Assessment, target: Node, score: float | None = 3, maximum: float = 4,
        level: float | None = None, at: datetime = NOW, **header: Any,
    ) -> ResultRow:  # fmt: skip
        """One sitting with one evidence record."""
        form = self.session.query(AssessmentForm).filter_by(assessment_id=assessment.id).first()
        row = ResultRow(
            district_id=self.district_id, id=self._result_id(), client_pk=self.client().id,
            source_id=header.pop("source_id", f"attempt-{next(_serial)}"),
            revision=header.pop("revision", 1), digest=b"", student_id=student.id,
            assessment_id=assessment.id, form_id=form.id, purpose=header.pop("purpose", assessment.purpose),
            evidence_type=header.pop("evidence_type", "quiz"), scorer="system",
            independence=header.pop("independence", "independent"), feedback="immediate", proctoring="none",
            status=header.pop("status", "scored"),
            scorer_certified=header.pop("scorer_certified", False), setting="school",
            accommodations=[], duration_seconds=None,
            performed_at=at, scored_at=at + timedelta(seconds=3), received_at=at + timedelta(seconds=4), **header,
        )  # fmt: skip
        self._add(row)
        self._add(
            Evidence(
                district_id=self.district_id, result_id=row.id, target_id=target.id, score=score, max=maximum,
                level=level, items=[], whole_item_id=self._whole_item(assessment, target).id,
            )
        )  # fmt: skip
        return row

    def standing(self, student: Person, target: Node, **columns: Any) -> Standing:
        """A row in progress with an estimate; any column can be given."""
        values: dict[str, Any] = {
            "subject": target.subject, "records": 3, "as_of": NOW, "mean": 0.6, "variance": 0.3, "part_general": 0.4,
            "part_target": 0.1, "part_form": 0.1, "part_practice": 0.2, "expected": 0.64, "low": 0.52, "high": 0.75,
            "probability": 0.11, "model_version": "test-model", "state": "in_progress", "level": None,
            "mastered_at": None, "missing": [], "conditions": [], "ever": [], "carried": [],
            "policy_version": "default-1",
        }  # fmt: skip
        values |= columns
        decision = Decision(
            state=State(values["state"]), level=values["level"], mastered_at=values["mastered_at"],
            enough_evidence=values["records"] >= DEFAULT_POLICY.enough_evidence_records,
        )  # fmt: skip
        values["carried"] = json.loads(pack(Fold(decision=decision)))
        return self._add(Standing(district_id=self.district_id, student_id=student.id, target_id=target.id, **values))

    def flag(self, student: Person, target: Node | None = None, **columns: Any) -> Flag:
        """A live flag of the rule WHEEL_SPIN; any column can be given."""
        rule = columns.pop("rule", "F04")
        values: dict[str, Any] = {
            "rule": rule, "rule_version": "1", "family": rule, "scope": f"target:{target.id}" if target else "global",
            "target_id": target.id if target else None, "assessment_id": None, "severity": "ACT", "state": "open",
            "finding": WHEEL_SPIN, "opened": {"facts": {}, "evidence": [], "added": []}, "opened_at": NOW, "as_of": NOW,
            "close_met_on": None, "closed_at": None, "closed_on": None, "resolution": None, "dismiss_reason": None,
            "policy_version": "default-1",
        }  # fmt: skip
        return self._add(Flag(district_id=self.district_id, student_id=student.id, **(values | columns)))

    def wheel_spin(self, student: Person, target: Node, results: Sequence[ResultRow] = (), **columns: Any) -> Flag:
        """A live flag of F04 with its finding and the results behind it."""
        evidence = [result.id for result in results] or [0]
        facts = {**WHEEL_SPIN["facts"], "target": target.id}
        finding = {**WHEEL_SPIN, "evidence": evidence, "cause": max(evidence, default=0), "facts": facts}
        return self.flag(student, target, **({"finding": finding} | columns))

    def calibration(self, subject: str, model: Model) -> int:
        """The key of a calibration that found this model; it is put in force."""
        row = Calibration(
            district_id=self.district_id, subject=subject, created_at=NOW, answers=0, students=0, newest=NOW,
            figures={}, anchored_to=None,
        )  # fmt: skip
        key = store_calibration(self.session, row, model, {item: FoundItem(1, None) for item in model.items}, {})
        put_switch(self.session, self.district_id, subject, Switch(key, None), NOW)
        bump(self.session, self.district_id, "graph")
        return key

    def measurement(self, subject: str, items: Sequence[tuple[int, Checked]] = (), **values: Any) -> Measurement:
        """A measurement of all time without figures, where none are given; takes the place of those of the subject."""
        defaults: dict[str, Any] = {
            "term": "all", "place": 0, "title": None, "begins_on": None, "ends_on": None, "version": "filter",
            "calibration_id": None, "measured_at": NOW, "newest": NOW, "answers": 40, "students": 4,
            "items": len(items), "to_look_at": sum(1 for _, one in items if one.reasons), "figures": {},
        }  # fmt: skip
        row = Measurement(district_id=self.district_id, subject=subject, **(defaults | values))
        put_measurements(self.session, [(row, items)])
        return row

    def announce(self, *students: Person, topic: str = "student", at: datetime = NOW) -> Outbox:
        return self._add(Outbox(district_id=self.district_id, topic=topic, student_ids=[s.id for s in students], at=at))

    def section_version(self, section: Section, version: int = 1) -> SectionVersion:
        return self._add(
            SectionVersion(district_id=self.district_id, section_id=section.id, version=version, changed_at=NOW)
        )
