"""A student with rows in every table that can hold a student's: for the complete record and for its end."""

from __future__ import annotations

from datetime import date

from factories import NOW, Factory

from mastery.audit import Act
from models.amendment import Amendment, AmendmentStep
from models.audit import by_person, record
from models.evidence import Quarantine
from models.flag import FlagTransition
from models.move import Move, MovePart, MoveUndo
from models.retention import LegalHold, MasteredCompetency
from models.roster import Person, Section
from models.standing import Confirmation, SubjectState

CANARY = "canary-7183"


def with_everything(make: Factory, student: Person, section: Section, teacher: Person, guardian: Person) -> None:
    """Rows in every table of STUDENT_ROWS but account and pending_deletion; free texts say CANARY."""
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
                candidates=[], state="waiting", received_at=NOW, settled_at=None,
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
    session.add_all([move, asked])
    session.flush()
    session.add_all(
        [
            MovePart(
                district_id=district_id, move_id=move.id, student_id=student.id, target_id=target.id, flag_id=flag.id,
                flag_version=1, confirmation_id=None, state="in_progress", probability=0.4,
            ),
            MoveUndo(district_id=district_id, move_id=move.id, by_person=teacher.id, at=NOW),
            AmendmentStep(
                district_id=district_id, amendment_id=asked.id, step="statement", by_person=guardian.id,
                words=f"{CANARY} statement", at=NOW,
            ),
        ]
    )  # fmt: skip
    record(session, district_id, by_person(teacher.id), Act.VIEW, NOW, [student.id], purpose=f"{CANARY} purpose")
    record(session, district_id, by_person(guardian.id), Act.VIEW, NOW, [student.id], purpose="of a guardian")
