"""The rows about one student that acts of pages can end, and what each class of the student's data looks like."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from factories import NOW, WHEEL_SPIN, Factory
from page_world import PASSWORD, enrol

from api.actions.accounts import create_account
from mastery.access import Basis, Scope
from mastery.access_matrix import DataClass, Role
from mastery.disclosures import Ground
from mastery.links import AgeBasis, Programme
from mastery.pathways import Mode, Pathway, Setting, Words
from mastery.roster import LOCAL, Origin
from models.access import Client
from models.amendment import Amendment
from models.artefacts import ArtefactContent, ArtefactRow
from models.assessment import Assessment
from models.calendars import CalendarDay
from models.course_plans import CoursePlan, CoursePlanTarget, OwnPlan, OwnPlanDate, PacePause
from models.graph import Node
from models.graph_versions import GraphEdit, GraphVersion
from models.households import Household, HouseholdMember
from models.inspection import Inspection
from models.links import BeyondAge, Consent, CourtOrder, Disclosure, Link, Organization, ProgrammeEnrollment
from models.move import Move, MovePart
from models.own_words import OwnWords
from models.paper import PaperTarget, PaperTicket
from models.queries_pathways import add_way
from models.rated_work import CriterionRow, RubricRow, Submission, SubmissionPart, TaskRow
from models.rater_calibration import Anchor
from models.retention import LegalHold
from models.revocation import Revocation
from models.roster import Guardianship, Person, Section
from models.standing import Confirmation
from models.voice import StudentVoice
from models.windows import RetakeRule, TestWindow, WindowTerms

_BEGAN, _DAY = NOW - timedelta(days=1), timedelta(days=1)


@dataclass(frozen=True)
class Canary:
    """What is planted of a student and of no other; `programme` as pages say it."""

    mark: str
    level: float
    tries: int
    born: date
    programme: Programme
    programme_words: str

    def texts(self) -> dict[DataClass, tuple[str, ...]]:
        """What a class of data looks like where it is not to be seen."""
        return {
            DataClass.LEVELS: (f"{self.level} of 4", f'"level": {self.level}'),
            DataClass.RESPONSES: (f"attempt-of-{self.mark}",),
            DataClass.ACADEMIC_FLAGS: (f"{self.tries} tries at new questions",),
            DataClass.COMMENTS: (f"CANARY-D7-{self.mark}",),
            DataClass.PROGRAMMES: (self.programme_words, f'"{self.programme}"'),
            DataClass.DEMOGRAPHICS: (self.born.isoformat(), f"{self.born:%b} {self.born.day}, {self.born.year}"),
            DataClass.NAMES: (f"CANARY-D13-{self.mark}", f"canary-d13-{self.mark}"),
            DataClass.ORDERS: (f"CANARY-D14-{self.mark}",),
            DataClass.RECORD: (f"CANARY-D18-{self.mark}",),
        }

    @property
    def sealed(self) -> str:
        """Who received what an order forbids to tell."""
        return f"CANARY-SEALED-{self.mark}"

    @property
    def asked(self) -> str:
        """The words of a request for a correction."""
        return f"CANARY-ASKED-{self.mark}"

    @property
    def voice(self) -> str:
        """What the student asked a teacher for."""
        return f"CANARY-VOICE-{self.mark}"

    @property
    def own_words(self) -> str:
        """What the student said in their own words."""
        return f"CANARY-OWN-WORDS-{self.mark}"

    @property
    def rests(self) -> str:
        """Why the student's plan rests."""
        return f"CANARY-RESTS-{self.mark}"

    @property
    def slower(self) -> str:
        """Why the student has dates of their own."""
        return f"CANARY-SLOWER-{self.mark}"

    @property
    def work(self) -> tuple[str, str]:
        """The name of a file that the student handed in, and what is in it."""
        return f"CANARY-WORK-{self.mark}", f"CANARY-FILE-{self.mark}"

    @property
    def purpose(self) -> str:
        """What a link and its consent are for."""
        return f"CANARY-PURPOSE-{self.mark}"

    @property
    def emergency(self) -> str:
        """Why somebody opened the record."""
        return f"CANARY-EMERGENCY-{self.mark}"

    @property
    def held(self) -> str:
        """Why nothing of the student is deleted."""
        return f"CANARY-HOLD-{self.mark}"


OWN = Canary("own", 1.3, 12, date(2013, 2, 3), Programme.IDEA, "special education (IDEA)")
OTHER = Canary("other", 1.7, 13, date(2013, 2, 4), Programme.SECTION_504, "plan under Section 504")
TWIN = Canary("twin", 2.3, 14, date(2013, 2, 5), Programme.ENGLISH_LEARNER, "English learners")


@dataclass(frozen=True)
class Place:
    """What addresses can name of a student: keys. `rows`: what acts are about, by the argument or the endpoint.

    `lives`: who has a home of their own with the student.
    """

    district: int
    student: int
    target: int
    section: int
    flag: int
    assessment: int
    lives: int = 0
    rows: dict[str, int | str] = field(default_factory=dict)


def place(
    make: Factory, student: Person, section: int, target: Node, teacher: Person, lives: Person, canary: Canary
) -> Place:  # fmt: skip
    """Fill what pages show of a student, and one row of each kind that an act is about."""
    student.birth_date = canary.born
    student.email, student.middle_name = f"canary-d13-{canary.mark}@example.org", f"CANARY-D13-{canary.mark}"
    quiz = make.assessment("Fractions quiz", targets=[target])
    make.cut_scores(quiz)
    result = make.result(student, quiz, target, source_id=f"attempt-of-{canary.mark}")
    make.standing(student, target, level=canary.level)
    finding = {
        **WHEEL_SPIN, "scope_id": target.id, "evidence": [result.id], "cause": result.id,
        "facts": {**WHEEL_SPIN["facts"], "target": target.id, "opportunities": canary.tries},
    }  # fmt: skip
    flag = make.wheel_spin(student, target, scope=f"target:{target.id}", finding=finding)
    rows = {
        **paced(make, student, target, section, teacher, canary), **_family(make, student, lives, canary),
        **_links(make, student, canary), **_signed(make, student, target, teacher, section, canary),
        **_district(make, student, canary), **_school(make, section), "pages.give_office": teacher.id,
    }  # fmt: skip
    rows |= _tests(make, quiz, rows["school_id"])
    return Place(make.district_id, student.id, target.id, section, flag.id, quiz.id, lives.id, rows)


def consent(make: Factory, person: Person, student: int, purpose: str, **more: Any) -> int:
    """A consent to everything, signed by the student, as an office would have recorded it; its key."""
    values: dict[str, Any] = {"classes": sorted(DataClass), "withdrawn_at": None, "ends_at": NOW + 60 * _DAY}
    row = Consent(
        district_id=make.district_id, student_id=student, recipient_id=person.id, purpose=purpose, signed_by=student,
        signed_on=NOW.date(), begins_at=_BEGAN, recorded_by=None, recorded_at=NOW,
        **values | more,
    )  # fmt: skip
    return make._add(row).id


def link(make: Factory, person: Person, role: Role, **more: Any) -> int:
    """A link or an office as somebody would have given it; its key."""
    values: dict[str, Any] = {
        "scope": Scope.STUDENT, "student_id": None, "school_id": None, "basis": Basis.EMPLOYEE, "ends_at": None,
        "section_id": None, "purpose": f"{role} here", "consent_id": None, "targets": None, "share": None,
        "begins_at": _BEGAN,
    }  # fmt: skip
    row = Link(
        district_id=make.district_id, person_id=person.id, role=role, organization_id=None,
        granted_by=None, granted_at=NOW, revoked_at=None, revoked_by=None, reviewed_at=None, reviewed_by=None,
        **values | more,
    )  # fmt: skip
    return make._add(row).id


def order(make: Factory, guardian: Person, student: Person, reference: str) -> int:
    """An order on file that leaves a guardian the levels; its key."""
    row = CourtOrder(
        district_id=make.district_id, student_id=student.id, guardian_id=guardian.id, kind="custody",
        restricts=["access"], leaves=[DataClass.LEVELS], document_reference=reference,
        begins_at=_BEGAN, ends_at=None, recorded_by=None, recorded_at=NOW, lifted_at=None,
    )  # fmt: skip
    return make._add(row).id


def _family(make: Factory, student: Person, lives: Person, canary: Canary) -> dict[str, int | str]:
    near, acting = make.guardian_of(student, given="Near"), make.person("Acting", "Parent")
    named, former = make.guardian_of(student, given="Named"), make.person("Former", "Parent")
    key = {"district_id": make.district_id}
    make._add(Guardianship(**key, guardian_id=acting.id, student_id=student.id, origin=Origin.ATTESTED))
    kept, agreed = (
        BeyondAge(
            **key, student_id=student.id, guardian_id=guardian.id, basis=basis, begins_at=_BEGAN, ends_at=None,
            recorded_by=None, recorded_at=NOW, withdrawn_at=None,
        )
        for guardian, basis in ((near, AgeBasis.DEPENDENT), (named, AgeBasis.STUDENT_CONSENT))
    )  # fmt: skip
    asked = Inspection(**key, student_id=student.id, asked_by=former.id, asked_at=NOW)
    home = make._add(Household(**key, address=f"CANARY-D13-{canary.mark} Lane", language="en", made_at=NOW))
    child, adult = (
        HouseholdMember(**key, household_id=home.id, person_id=one.id, notice="letter", begins_on=None, ends_on=None)
        for one in (student, lives)
    )
    programme = ProgrammeEnrollment(
        **key, student_id=student.id, programme=canary.programme, begins_on=None, ends_on=None
    )
    account = create_account(make.session, make.district_id, f"near-{canary.mark}", PASSWORD, near.id, NOW)
    enrol(make.session, make.district_id, account)
    return {
        "guardian_id": acting.id, "kept_id": make._add(kept).id, "household_id": home.id,
        "membership_id": make._add(child).id,
        "order_id": order(make, near, student, f"CANARY-D14-{canary.mark}"),
        "account_id": account, "inspection_id": make._add(asked).id, "programme_id": make._add(programme).id,
        "pages.end_family_sees": make._add(agreed).id, "pages.change_notice": make._add(adult).id,
    }  # fmt: skip


def _links(make: Factory, student: Person, canary: Canary) -> dict[str, int | str]:
    mentor, staff, support = make.person("Third", "Mentor"), make.person("Quick", "Staff"), make.person("Our", "Help")
    agreed = consent(make, mentor, student.id, canary.purpose)
    make._add(
        Disclosure(
            district_id=make.district_id, student_id=student.id, recipient_id=None, organization=None,
            recipient=f"CANARY-D18-{canary.mark}", capacity=Role.MONITOR, classes=["D2"], basis=Basis.AGREEMENT,
            purpose=f"CANARY-D18-{canary.mark}", required_by=["99.32"], at=NOW,
        )
    )  # fmt: skip
    entered = Disclosure(
        district_id=make.district_id, student_id=student.id, recipient_id=None, organization=None, capacity=None,
        recipient=canary.sealed, classes=["D2"], basis=Ground.SEALED_SUBPOENA, purpose="a case", required_by=[], at=NOW,
        happened_on=NOW.date(), entered_by=staff.id,
    )  # fmt: skip
    added = make.person("Added", "Mentor")
    added.sourced_id = f"{LOCAL}{canary.mark}"
    guest = {"student_id": student.id, "basis": Basis.CONSENT, "ends_at": NOW + 50 * _DAY}
    signed = consent(make, added, student.id, canary.purpose)
    link(make, added, Role.EXTERNAL_PROFESSIONAL, **guest, consent_id=signed, purpose=canary.purpose)
    passing = {"student_id": student.id, "basis": Basis.EMERGENCY, "ends_at": NOW + _DAY / 2}
    return {
        "consent_id": agreed,
        "disclosure_id": make._add(entered).id,
        "link_id": link(
            make, mentor, Role.EXTERNAL_PROFESSIONAL, student_id=student.id, basis=Basis.CONSENT, consent_id=agreed,
            purpose=canary.purpose, ends_at=NOW + 50 * _DAY,
        ),
        "pages.review_emergency": link(make, staff, Role.SCHOOL_ADMINISTRATOR, **passing, purpose=canary.emergency),
        "pages.end_support": link(
            make, support, Role.REGISTRAR, scope=Scope.DISTRICT, basis=Basis.SUPPORT, ends_at=NOW + _DAY / 8
        ),
        **dict.fromkeys(("pages.correct_person", "pages.before_ending", "pages.end_added_person"), added.id),
    }  # fmt: skip


def _signed(
    make: Factory, student: Person, target: Node, teacher: Person, section: int, canary: Canary
) -> dict[str, int | str]:
    key = {"district_id": make.district_id}
    judged = Confirmation(
        **key, student_id=student.id, target_id=target.id, kind="judge", level=3.0, mastered_at=None,
        by_person=teacher.id, reason=f"CANARY-D7-{canary.mark}", policy_version="1", at=NOW, signed_at=NOW,
    )  # fmt: skip
    asked = Amendment(
        **key, student_id=student.id, asked_by=student.id, asked_at=NOW, contested="other", found=canary.asked,
        wanted=canary.asked,
    )  # fmt: skip
    said = OwnWords(
        **key, student_id=student.id, kind="interest", words=canary.own_words, target_id=None, by_day=None,
        withdrawn=False, replaces_id=None, said_by=student.id, said_at=NOW,
    )  # fmt: skip
    told = StudentVoice(
        **key, student_id=student.id, target_id=target.id, kind="help", word=None, words=canary.voice, at=NOW
    )  # fmt: skip
    digest = f"{canary.mark}{make.district_id}".encode()
    make._add(ArtefactContent(**key, digest=digest, content=f"CANARY-FILE-{canary.mark}".encode()))
    work = ArtefactRow(
        **key, student_id=student.id, digest=digest, name=f"CANARY-WORK-{canary.mark}.txt", kind="txt", size=9,
        added_by=student.id, added_at=NOW,
    )  # fmt: skip
    rated = _rated(make, student, target, teacher, section, make._add(work))
    move = make._add(
        Move(
            **key, by_person=teacher.id, section_id=section, kind="pull", target_id=target.id, assessment_id=None,
            at=NOW,
        )
    )  # fmt: skip
    make._add(
        MovePart(
            **key, move_id=move.id, student_id=student.id, target_id=target.id, flag_id=None, flag_version=None,
            confirmation_id=None, state=None, probability=None,
        )
    )  # fmt: skip
    proposed = Revocation(
        **key, student_id=student.id, target_id=target.id, proposed_by=teacher.id, proposed_as="teacher_of_record",
        reason=f"CANARY-D7-{canary.mark}", proposed_at=NOW,
    )  # fmt: skip
    paper = PaperTicket(
        **key, key=f"paper-{canary.mark}", section_id=section, assessment_id=make.assessment("Exit ticket").id,
        evidence_type="exit_ticket", scoring="points", independence="independent", performed_at=NOW,
        date_estimated=False, opened_by=teacher.id, opened_at=NOW,
    )  # fmt: skip
    make._add(paper)
    make._add(PaperTarget(**key, ticket_id=paper.id, target_id=target.id, place=1, max=10.0))
    return {
        "revocation_id": make._add(proposed).id, "ticket_id": paper.id,
        "judgement_id": make._add(judged).id, "amendment_id": make._add(asked).id, "move_id": move.id,
        "own_words_id": make._add(said).id, "voice_id": make._add(told).id,
        "artefact_id": work.id, **rated,
    }  # fmt: skip


def _rated(
    make: Factory, student: Person, target: Node, teacher: Person, section: int, work: ArtefactRow
) -> dict[str, int | str]:
    key = {"district_id": make.district_id}
    rubric = make._add(RubricRow(**key, title="Bridges", replaces_id=None, made_by=teacher.id, made_at=NOW))
    make._add(
        CriterionRow(**key, rubric_id=rubric.id, place=1, target_id=target.id, title="It holds", levels=list("abcde"))
    )
    task = make._add(
        TaskRow(
            **key, section_id=section, rubric_id=rubric.id, assessment_id=make.assessment("A bridge").id,
            kind="performance", title="A bridge", words="", credit_bearing=True, due_on=None, given_by=teacher.id,
            given_at=NOW,
        )
    )  # fmt: skip
    handed = make._add(
        Submission(
            **key, task_id=task.id, student_id=student.id, source=f"of {student.id}", words="", raters=2,
            handed_in_by=student.id, handed_in_at=NOW,
        )
    )  # fmt: skip
    make._add(SubmissionPart(**key, submission_id=handed.id, artefact_id=work.id, target_id=target.id))
    make._add(ArtefactContent(**key, digest=b"example" + work.digest, content=b"an example"))
    example = make._add(
        Anchor(
            **key, rubric_id=rubric.id, digest=b"example" + work.digest, kind="txt", added_by=teacher.id, added_at=NOW
        )
    )
    return {"anchor_id": example.id, "rubric_id": rubric.id, "task_id": task.id, "submission_id": handed.id}


def _school(make: Factory, section: int) -> dict[str, int | str]:
    row = make.session.get_one(Section, (make.district_id, section))
    assert row.school_id is not None
    target = make.target(statement="I can be learnt in many ways.")
    way = Pathway(Mode.PROJECT, Setting.AT_HOME, 10, None, {"en": Words("A way", "Walk it.")})
    of_class, of_district = (
        add_way(make.session, make.district_id, target.id, one, way, None, NOW) for one in (section, None)
    )
    return {
        "school_id": row.school_id, "pathway_id": of_class, "pages.end_district_pathway": of_district
    }  # fmt: skip


def paced(
    make: Factory, student: Person, target: Node, section: int, teacher: Person, canary: Canary
) -> dict[str, int | str]:
    """A calendar of the school and a plan of the class where there is none, a plan of the student's own, a pause."""
    key = {"district_id": make.district_id}
    school = make.session.get_one(Section, (make.district_id, section)).school_id
    weekdays = [one for number in range(60) if (one := _BEGAN.date() + timedelta(days=number)).weekday() < 5]
    for day in weekdays:
        make.session.merge(
            CalendarDay(**key, school_id=school, day=day, kind="instructional", weight=1.0, by_hand=False)
        )
    if make.session.query(CoursePlan).filter_by(**key, section_id=section).first() is None:
        plan = CoursePlan(
            **key, section_id=section, version=1, starts_on=weekdays[0], finishes_on=weekdays[-1], reason=None,
            made_by=teacher.id, made_at=NOW,
        )  # fmt: skip
        make._add(plan)
        make._add(
            CoursePlanTarget(
                **key, course_plan_id=plan.id, target_id=target.id, due=20.0, day=weekdays[19], weight=1.0,
                priority=False, fixed_by_law=False,
            )
        )  # fmt: skip
    own = OwnPlan(
        **key, student_id=student.id, section_id=section, set_on=NOW.date(), reason=canary.slower, private=False,
        multiplier=None, test_multiplier=None, set_by=teacher.id, set_at=NOW,
    )  # fmt: skip
    make._add(own)
    make._add(OwnPlanDate(**key, own_plan_id=own.id, target_id=target.id, due=30.0))
    pause = PacePause(
        **key, student_id=student.id, first_day=weekdays[1], last_day=None, reason=canary.rests, replaces_id=None,
        approved_by=teacher.id, approved_at=NOW,
    )  # fmt: skip
    return {"pause_id": make._add(pause).id}


def _tests(make: Factory, quiz: Assessment, school: int | str) -> dict[str, int | str]:
    """A rule of trying again and a window, both about the place's assessment."""
    key = {"district_id": make.district_id, "at": NOW}
    make._add(
        RetakeRule(
            **key, assessment_id=quiz.id, kind="summative", preset="classroom_quiz", fields={},
            effective_from=NOW.date(), by_person=None,
        )
    )  # fmt: skip
    window = make._add(TestWindow(**key, assessment_id=quiz.id, school_id=school, administration="fall"))
    make._add(
        WindowTerms(
            **key, window_id=window.id, opens_at=NOW + 7 * _DAY, closes_at=NOW + 9 * _DAY, register_by=None,
            capacity=None, makeup=[], blackout=[], cancelled=False, by_person=None,
        )
    )  # fmt: skip
    return {"window_id": window.id}


def _district(make: Factory, student: Person, canary: Canary) -> dict[str, int | str]:
    hold = LegalHold(
        district_id=make.district_id, student_id=student.id, kind=None, reason=canary.held, placed_by="Counsel",
        placed_at=NOW, until=None, lifted_by=None, lifted_at=None,
    )  # fmt: skip
    partner = Organization(
        district_id=make.district_id, name=f"Partner {canary.mark}", agreement_reference=None, agreement_ends_on=None,
        active=True, ended_at=None,
    )  # fmt: skip
    program = Client(
        district_id=make.district_id, client_id=f"program-{make.district_id}-{canary.mark}",
        name=f"Program {canary.mark}", scopes=[], created_at=NOW, revoked_at=None,
    )  # fmt: skip
    competency = make.target(f"COMPETENCY-{canary.mark}", "I can do it all.")
    competency.kind = "competency"
    edit = GraphEdit(
        district_id=make.district_id, act="end", detail={"target": f"GONE-{canary.mark}"}, entered_by="Somebody", at=NOW
    )
    version = GraphVersion(
        district_id=make.district_id, number=student.id, origin="draft", title=f"Of {canary.mark}",
        signed_by="Somebody", at=NOW, changes=0, digest="",
    )  # fmt: skip
    return {
        "competency_id": competency.id, "partner_id": make._add(partner).id,
        "client_id": make._add(program).client_id, "hold_id": make._add(hold).id,
        "edit_id": make._add(edit).id, "number": make._add(version).number,
    }  # fmt: skip
