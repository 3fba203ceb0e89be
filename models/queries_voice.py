"""What students tell of targets, as rows: all of one student, what waits for a teacher, adding to it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import Session

from mastery.access import Viewer
from mastery.access_questions import What
from mastery.roster import Role
from mastery.voice import LAST, REQUESTS, Kind, Step, Taken, Told
from models.queries_people import display_names, enrolled, whole_students
from models.roster import Enrollment, Section
from models.voice import StudentVoice, VoiceStep


@dataclass(frozen=True, slots=True)
class Waiting:
    """A request that waits, with the student, and the subjects of each of their classes by key."""

    told: Told
    student: int
    name: str
    classes: dict[int, tuple[str, ...]]


def voice_of(session: Session, district_id: int, student_id: int, targets: Collection[int] | None = None) -> list[Told]:
    """What a student told, of all targets or of some, oldest first; one statement."""
    wanted = select(StudentVoice).where(
        StudentVoice.district_id == district_id, StudentVoice.student_id == student_id
    )  # fmt: skip
    if targets is not None:
        wanted = wanted.where(StudentVoice.target_id.in_(targets))
    return [told for _row, told in _read(session, district_id, wanted.order_by(StudentVoice.id))]


def waiting_requests(session: Session, viewer: Viewer, limit: int) -> list[Waiting]:
    """The requests that wait of students whom a teacher answers, oldest first, at most `limit`; three statements."""
    district_id = viewer.district
    over = exists().where(
        VoiceStep.district_id == district_id, VoiceStep.voice_id == StudentVoice.id, VoiceStep.step.in_(LAST)
    )
    wanted = select(StudentVoice).where(
        StudentVoice.district_id == district_id,
        StudentVoice.kind.in_(REQUESTS),
        StudentVoice.student_id.in_(whole_students(viewer, What.ANSWER_STUDENT)),
        ~over,
    )
    read = _read(session, district_id, wanted.order_by(StudentVoice.id).limit(limit))
    students = {row.student_id for row, _told in read}
    if not students:
        return []
    names = display_names(session, district_id, students)
    mine = enrolled(district_id, Role.STUDENT, viewer.at).where(Enrollment.person_id.in_(students)).subquery("mine")
    classes: dict[int, dict[int, tuple[str, ...]]] = {one: {} for one in students}
    for student, section, subjects in session.execute(
        select(mine.c.person_id, Section.id, Section.subjects)
        .join(Section, Section.id == mine.c.section_id)
        .where(Section.district_id == district_id)
    ):
        classes[student][section] = tuple(subjects)
    return [
        Waiting(told, row.student_id, names[row.student_id], classes[row.student_id]) for row, told in read
    ]  # fmt: skip


def add_voice(
    session: Session,
    district_id: int,
    student_id: int,
    target_id: int,
    kind: Kind,
    word: str | None,
    words: str,
    now: datetime,
) -> int:
    """Keep what a student told; its key."""
    row = StudentVoice(
        district_id=district_id, student_id=student_id, target_id=target_id, kind=kind, word=word, words=words, at=now
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row.id


def add_step(
    session: Session, district_id: int, voice_id: int, step: Step, words: str, person: int, now: datetime
) -> None:  # fmt: skip
    """Keep a step about a request."""
    session.add(VoiceStep(district_id=district_id, voice_id=voice_id, step=step, words=words, by_person=person, at=now))
    session.flush()


def _read(
    session: Session, district_id: int, wanted: Select[StudentVoice]
) -> list[tuple[StudentVoice, Told]]:  # fmt: skip
    """What was told, by its keys in order, with the steps about each."""
    of_it = (VoiceStep.district_id == StudentVoice.district_id) & (VoiceStep.voice_id == StudentVoice.id)
    rows = session.execute(
        select(StudentVoice, VoiceStep)
        .outerjoin(VoiceStep, of_it)
        .where(
            StudentVoice.district_id == district_id,
            StudentVoice.id.in_(wanted.with_only_columns(StudentVoice.id)),
        )
        .order_by(StudentVoice.id, VoiceStep.id)
    )
    found: dict[int, StudentVoice] = {}
    steps: dict[int, list[Taken]] = {}
    for row, one in rows:
        found[row.id] = row
        taken = steps.setdefault(row.id, [])
        if one is not None:
            taken.append(Taken(Step(one.step), one.words, one.by_person, one.at))
    return [
        (row, Told(row.id, row.target_id, Kind(row.kind), row.word, row.words, row.at, tuple(steps[row.id])))
        for row in found.values()
    ]
