"""A student with rows in every table that can hold a student's: for the complete record and for its end."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from secrets import token_bytes

from factories import NOW, Factory
from page_world import PageWorld, enrol, let_sign_in
from sqlalchemy import select

from api.actions.accounts import create_account
from mastery.audit import Act
from models.access import Account
from models.account_session import AccountSession
from models.amendment import Amendment, AmendmentStep
from models.artefacts import ArtefactContent, ArtefactRow, ArtefactStatement, DecisionArtefact
from models.audit import by_person, record
from models.course_plans import OwnPlan, OwnPlanDate, PaceByHand, PaceDay, PacePause
from models.evidence import Quarantine
from models.flag import FlagTransition
from models.identity import AccountIdentity
from models.inspection import Inspection, InspectionAnswer
from models.letters import EntryCode
from models.links import BeyondAge, Consent, CourtOrder, Disclosure, Link, Organization, ProgrammeEnrollment
from models.mail import Mail
from models.move import Move, MovePart, MoveUndo
from models.own_words import OwnWords
from models.rated_work import (
    CriterionResult,
    CriterionScore,
    CriterionTalk,
    RaterCall,
    RubricRow,
    ScoreSheet,
    Submission,
    SubmissionPart,
    TaskRow,
)
from models.retention import LegalHold, MasteredCompetency
from models.revocation import Revocation, RevocationStep
from models.roster import Person, Section
from models.standing import Confirmation, SubjectState
from models.state_results import StateResult, StateResultHeld
from models.voice import StudentVoice, VoiceStep
from models.windows import TestStep, TestWindow, WindowExclusion

CANARY = "canary-7183"


def with_everything(make: Factory, student: Person, section: Section, teacher: Person, guardian: Person) -> list[str]:
    """Rows in every table of STUDENT_ROWS but pending_deletion; free texts say CANARY. Codes of the second factor."""
    codes = with_grounds(make, student, teacher, guardian)
    district_id, session = make.district_id, make.session
    target = make.target(statement=f"I can find the {CANARY}.")
    result = make.result(student, make.assessment(CANARY, targets=[target]), target, level=3.0)
    make.standing(student, target, state="mastered", level=3.0, mastered_at=NOW)
    flag = make.wheel_spin(student, target, [result], note=f"{CANARY} note")
    session.add_all(
        [
            FlagTransition(
                district_id=district_id, flag_id=flag.id, event="acknowledge", from_state="open",
                to_state="acknowledged", by_person=teacher.id, reason=None, note=f"{CANARY} step", at=NOW,
            ),
            Confirmation(
                district_id=district_id, student_id=student.id, target_id=target.id, kind="confirm", level=3.0,
                mastered_at=NOW, by_person=teacher.id, reason=f"{CANARY} reason", policy_version="1", at=NOW,
                signed_at=NOW,
            ),
            SubjectState(
                district_id=district_id, student_id=student.id, subject="Mathematics", model_version="test", state=b"",
                cursor_performed_at=NOW, cursor_scored_at=NOW, cursor_client="LMS", cursor_source_id=CANARY,
            ),
            Quarantine(
                district_id=district_id, client_pk=make.client().id, source_id=CANARY, revision=1, digest=b"",
                body={"student": student.identifier}, missing_kind="target", missing_reference=f"{CANARY} target",
                candidates=[], state="superseded", received_at=NOW, settled_at=None,
            ),
            MasteredCompetency(
                district_id=district_id, student_id=student.id, target_guid=CANARY, code=None, statement=CANARY,
                subject="Mathematics", level=3.0, mastered_at=NOW, kept_at=NOW,
            ),
            LegalHold(
                district_id=district_id, student_id=student.id, kind=None, reason=f"{CANARY} hold", placed_by="counsel",
                placed_at=NOW, until=date(2026, 11, 1), lifted_by=None, lifted_at=None,
            ),
        ]
    )  # fmt: skip
    move = Move(
        district_id=district_id, by_person=teacher.id, section_id=section.id, kind="talk", target_id=target.id,
        assessment_id=None, at=NOW,
    )  # fmt: skip
    asked = Amendment(
        district_id=district_id, student_id=student.id, asked_by=guardian.id, asked_at=NOW, contested="result",
        found=f"{CANARY} found.", wanted=f"{CANARY} wanted.",
    )  # fmt: skip
    goal = OwnWords(
        district_id=district_id, student_id=student.id, kind="goal", words=f"{CANARY} goal", target_id=target.id,
        by_day=date(2026, 12, 1), withdrawn=False, replaces_id=None, said_by=guardian.id, said_at=NOW,
    )  # fmt: skip
    inspected = Inspection(district_id=district_id, student_id=student.id, asked_by=guardian.id, asked_at=NOW)
    helped = StudentVoice(
        district_id=district_id, student_id=student.id, target_id=target.id, kind="help", word=None,
        words=f"{CANARY} help", at=NOW,
    )  # fmt: skip
    proposed = Revocation(
        district_id=district_id, student_id=student.id, target_id=target.id, proposed_by=teacher.id,
        proposed_as="teacher_of_record", reason=f"{CANARY} proven", proposed_at=NOW,
    )  # fmt: skip
    test = make.assessment(f"{CANARY} test", "summative")
    window = TestWindow(
        district_id=district_id, assessment_id=test.id, school_id=section.school_id, administration="fall", at=NOW
    )
    session.add_all([move, asked, goal, helped, inspected, proposed, window])
    digest = token_bytes(32)
    content = ArtefactContent(district_id=district_id, digest=digest, content=b"%PDF-1.7")
    session.add(content)
    session.flush()
    work = ArtefactRow(
        district_id=district_id, student_id=student.id, digest=digest, name=f"{CANARY} work.pdf", kind="pdf", size=8,
        added_by=student.id, added_at=NOW,
    )  # fmt: skip
    session.add(work)
    rubric = RubricRow(district_id=district_id, title="Bridges", replaces_id=None, made_by=teacher.id, made_at=NOW)
    session.add(rubric)
    session.flush()
    task = TaskRow(
        district_id=district_id, section_id=section.id, rubric_id=rubric.id, kind="performance", title="A bridge",
        assessment_id=make.assessment("A bridge").id, words="", credit_bearing=False, due_on=None,
        given_by=teacher.id, given_at=NOW,
    )  # fmt: skip
    session.add(task)
    session.flush()
    signed = session.scalars(select(Confirmation.id).where(Confirmation.student_id == student.id)).one()
    handed = Submission(
        district_id=district_id, task_id=task.id, student_id=student.id, source=f"{CANARY} {student.id}", raters=1,
        words=f"{CANARY} handed", handed_in_by=student.id, handed_in_at=NOW,
    )  # fmt: skip
    session.add(handed)
    session.flush()
    at = {"district_id": district_id, "submission_id": handed.id}
    sheet = ScoreSheet(**at, rater_id=teacher.id, lead=False, words=f"{CANARY} rated", submitted_at=NOW)
    session.add(sheet)
    session.flush()
    session.add_all(
        [
            DecisionArtefact(district_id=district_id, artefact_id=work.id, confirmation_id=signed),
            SubmissionPart(**at, artefact_id=work.id, target_id=target.id),
            RaterCall(**at, rater_id=teacher.id, called_by=teacher.id, called_at=NOW),
            CriterionScore(district_id=district_id, sheet_id=sheet.id, place=1, level=3.0),
            CriterionTalk(**at, place=1, level=3.0, said_by=teacher.id, said_at=NOW),
            CriterionResult(**at, place=1, outcome="single", level=3.0, settled_at=NOW),
        ]
    )
    session.flush()
    session.add_all(
        [
            TestStep(
                district_id=district_id, assessment_id=test.id, student_id=student.id, step="registered",
                window_id=window.id, result_id=result.id, ready=True, share=1.0, overrode=False,
                reason=f"{CANARY} seat", by_person=teacher.id, client_pk=None, at=NOW,
            ),
            WindowExclusion(
                district_id=district_id, window_id=window.id, student_id=student.id, excluded=True,
                reason=f"{CANARY} left out", by_person=teacher.id, at=NOW,
            ),
            StateResult(
                district_id=district_id, student_id=student.id, test=f"{CANARY} exam", subject="Mathematics",
                administration="spring", taken_on=date(2026, 5, 1), score=398.0, level="Approaching", passed=False,
                imported_at=NOW,
            ),
            StateResultHeld(
                district_id=district_id, student=student.identifier, row={"test": CANARY}, digest=b"", held_at=NOW,
                released_at=None,
            ),
        ]
    )  # fmt: skip
    session.add_all(
        [
            MovePart(
                district_id=district_id, move_id=move.id, student_id=student.id, target_id=target.id, flag_id=flag.id,
                flag_version=1, confirmation_id=None, state="in_progress", probability=0.4,
            ),
            ArtefactStatement(
                district_id=district_id, artefact_id=work.id, own_work=True, help=["person"],
                help_words=f"{CANARY} help", with_others=False, own_part="", said_by=student.id, said_at=NOW,
            ),
            MoveUndo(district_id=district_id, move_id=move.id, by_person=teacher.id, at=NOW),
            OwnWords(
                district_id=district_id, student_id=student.id, kind="goal", words=None, target_id=None, by_day=None,
                withdrawn=True, replaces_id=goal.id, said_by=student.id, said_at=NOW,
            ),
            VoiceStep(
                district_id=district_id, voice_id=helped.id, step="done", words=f"{CANARY} answer",
                by_person=teacher.id, at=NOW,
            ),
            RevocationStep(
                district_id=district_id, revocation_id=proposed.id, step="decline", by_person=teacher.id,
                words=f"{CANARY} declined", at=NOW,
            ),
            AmendmentStep(
                district_id=district_id, amendment_id=asked.id, step="statement", by_person=guardian.id,
                words=f"{CANARY} statement", at=NOW,
            ),
            InspectionAnswer(
                district_id=district_id, inspection_id=inspected.id, given=True, by_person=teacher.id, at=NOW
            ),
        ]
    )  # fmt: skip
    with_pace(make, student, section, teacher, target.id)
    record(session, district_id, by_person(teacher.id), Act.VIEW, NOW, [student.id], purpose=f"{CANARY} purpose")
    record(session, district_id, by_person(guardian.id), Act.VIEW, NOW, [student.id], purpose="of a guardian")
    restricts = {"order": 1, "guardian": guardian.id, "restricts": [f"{CANARY} restriction"]}
    record(session, district_id, by_person(teacher.id), Act.ORDER_FILED, NOW, [student.id], detail=restricts)
    return codes


def with_pace(make: Factory, student: Person, section: Section, teacher: Person, target: int) -> int:
    """A plan of the student's own, a pause, a word by hand, and what a night kept; the key of the pause."""
    key = {"district_id": make.district_id, "student_id": student.id}
    plan = OwnPlan(
        **key, section_id=section.id, set_on=NOW.date(), reason=f"{CANARY} slower", private=False, multiplier=None,
        test_multiplier=None, set_by=teacher.id, set_at=NOW,
    )  # fmt: skip
    pause = PacePause(
        **key, first_day=NOW.date(), last_day=None, reason=f"{CANARY} pause", replaces_id=None, approved_by=teacher.id,
        approved_at=NOW,
    )  # fmt: skip
    make.session.add_all([plan, pause])
    make.session.flush()
    make.session.add_all(
        [
            OwnPlanDate(district_id=make.district_id, own_plan_id=plan.id, target_id=target, due=10.0),
            PaceByHand(
                **key, section_id=section.id, status="watch", reason=f"{CANARY} word", set_on=NOW.date(),
                set_by=teacher.id, set_at=NOW,
            ),
            PaceDay(
                **key, section_id=section.id, day=NOW.date(), status="watch", gap=6.0, plan_gap=6.0, elapsed=20.0,
                done=1.0, total=5.0, late=[], finish=None, weeks=None, given_behind_since=None, given_close=0,
                behind_since=None, close=0, policy_version="1", worked_out_at=NOW,
            ),
        ]
    )  # fmt: skip
    make.session.flush()
    return pause.id


def with_grounds(make: Factory, student: Person, teacher: Person, guardian: Person) -> list[str]:
    """Who may see the student on what ground, what somebody outside saw, and all that an account has."""
    district_id, session = make.district_id, make.session
    mentor, until, opened = make.person("Mary", "Jackson"), NOW + timedelta(days=90), NOW - timedelta(days=9)
    partner = Organization(
        district_id=district_id, name=f"{CANARY} partner", agreement_reference=None, agreement_ends_on=None,
    )  # fmt: skip
    consent = Consent(
        district_id=district_id, student_id=student.id, recipient_id=mentor.id, classes=["D2"],
        purpose=f"{CANARY} consent", signed_by=guardian.id, signed_on=NOW.date(), begins_at=opened, ends_at=until,
        recorded_by=teacher.id, recorded_at=NOW, withdrawn_at=None,
    )  # fmt: skip
    session.add_all([partner, consent])
    session.flush()
    session.add_all(
        [
            Link(
                district_id=district_id, person_id=mentor.id, role="external_professional", scope="student",
                student_id=student.id, section_id=None, school_id=None, organization_id=partner.id, basis="consent",
                purpose=f"{CANARY} access", consent_id=consent.id, targets=[make.target(statement=f"{CANARY} aim").id],
                share=["D2"], begins_at=opened, ends_at=until, granted_by=teacher.id, granted_at=NOW, revoked_at=None,
                revoked_by=None, reviewed_at=None, reviewed_by=None,
            ),
            CourtOrder(
                district_id=district_id, student_id=student.id, guardian_id=guardian.id, kind="custody",
                restricts=["pickup"], leaves=[], document_reference=f"{CANARY} order", begins_at=opened, ends_at=None,
                recorded_by=teacher.id, recorded_at=NOW, lifted_at=None,
            ),
            BeyondAge(
                district_id=district_id, student_id=student.id, guardian_id=guardian.id, basis="dependent",
                begins_at=opened, ends_at=None, recorded_by=teacher.id, recorded_at=NOW, withdrawn_at=None,
            ),
            ProgrammeEnrollment(
                district_id=district_id, student_id=student.id, programme="section_504", begins_on=None, ends_on=None
            ),
            Disclosure(
                district_id=district_id, student_id=student.id, recipient_id=mentor.id, recipient=f"{CANARY} recipient",
                organization=partner.name, capacity="external_professional", classes=["D2"], basis="consent",
                purpose=f"{CANARY} disclosure", required_by=["99.32"], at=NOW,
            ),
        ]
    )  # fmt: skip
    return with_sign_in(make, student)


def with_sign_in(make: Factory, person: Person, at: datetime = NOW) -> list[str]:
    """An account, if there is none, with an ended session, an identity, a second factor (its codes), a letter, mail."""
    district_id, session = make.district_id, make.session
    found = select(Account.id).where(Account.district_id == district_id, Account.person_id == person.id)
    account_id = session.scalar(found) or create_account(
        session, district_id, f"{CANARY}-{district_id}-{person.id}", None, person.id, at
    )
    session.add_all(
        [
            AccountSession(
                district_id=district_id, digest=token_bytes(), account_id=account_id, how="letter", staff=False,
                device=f"{CANARY} device", began_at=at, seen_at=at, factor_at=None, ended_at=at, why="signed_out",
            ),
            AccountIdentity(
                district_id=district_id, issuer="https://id.example", subject=f"{CANARY} {account_id}",
                account_id=account_id, linked_at=at,
            ),
            EntryCode(
                district_id=district_id, digest=token_bytes(), kind="letter", person_id=person.id, made_by=None,
                made_at=at, expires_at=at + timedelta(days=1), used_at=at, ended_at=None,
            ),
            Mail(
                district_id=district_id, kind="password_set", account_id=account_id, request_id=None, asked_at=at,
                due_at=at, tries=1, sent_at=at, given_up_at=None,
            ),
        ]
    )  # fmt: skip
    return enrol(session, district_id, account_id)


def with_registrar(world: PageWorld) -> None:
    """A registrar of the world's school, who may sign in and has a second factor."""

    def rows(make: Factory) -> None:
        person = make.person("Clara", "Barton")
        make.session.add(
            Link(
                district_id=make.district_id, person_id=person.id, role="registrar", scope="school", student_id=None,
                section_id=None, school_id=world.school.id, organization_id=None, basis="employee",
                purpose="works in the office", consent_id=None, targets=None, share=None, begins_at=NOW, ends_at=None,
                granted_by=None, granted_at=NOW, revoked_at=None, revoked_by=None, reviewed_at=None, reviewed_by=None,
            )
        )  # fmt: skip
        accounts = let_sign_in(make.session, make.district_id, {"registrar": person})
        world.people["registrar"] = person
        world.codes["registrar"] = enrol(make.session, make.district_id, accounts["registrar"])

    world.add(rows)
