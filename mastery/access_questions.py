"""What pages, lists and programs ask of access, each a right to a class of data in `mastery.access`."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from mastery.access import Access, Reason, Right, Subject, Tie, Viewer, decide, weigh
from mastery.access_matrix import MATRIX, DataClass, Form, Role


class What(StrEnum):
    """What pages and programs ask for about a student."""

    STANDING = "standing"  # levels, decisions, estimates and what is missing
    EVIDENCE = "evidence"  # the records behind them
    OWN_WORDS = "own_words"  # what the student and the parents say of interests, goals and preferences
    WORK = "work"  # the files that the student handed in
    ADD_WORK = "add_work"  # add a file for the student
    GOOD_NEWS = "good_news"  # flags of severity INFO
    FLAGS = "flags"  # staff triage
    ACT_ON_FLAG = "act_on_flag"
    CONFIRM = "confirm"  # sign that a decision stands
    DECIDE = "decide"  # sign what becomes of a decision beside that: override, review, waive, exempt, revoke
    REVOCATIONS = "revocations"  # that a mastery was taken away, why, and what came of an appeal
    SCORE = "score"  # type in the results of work on paper
    JUDGE = "judge"  # sign a level from the body of evidence
    ANSWER_STUDENT = "answer_student"  # say what becomes of what a student asks for
    COMMENTS = "comments"  # the words in which a teacher said why
    ORDERS = "orders"  # who is a guardian, and what a court said
    WHO_LOOKED = "who_looked"  # the record of who has seen and received what
    PROGRAMMES = "programmes"  # under which law's programmes a student is, whole and not only what to apply
    KEEP_PROGRAMMES = "keep_programmes"  # put these on file, and end them
    PLAN_DATES = "plan_dates"  # what is due when
    PACE = "pace"  # both lines, where the student is beside them, when they will have finished
    PLAN = "plan"  # set dates of the student's own, with a reason
    ANSWER_FOR_PACE = "answer_for_pace"  # pauses, and a word in the place of the computed one
    AMENDMENTS = "amendments"  # what a family asked to have corrected, and what came of it


@dataclass(frozen=True, slots=True)
class Need:
    """What a question needs: a right to a class, and in which roles it counts."""

    right: Right
    data: DataClass
    roles: frozenset[Role] = frozenset(Role)


_WHOLE_FLAGS = frozenset(role for role in Role if MATRIX[role][DataClass.ACADEMIC_FLAGS].form is Form.WHOLE)
# a contributing professional reads dates alone
_WHOLE_PACE = frozenset(role for role in Role if MATRIX[role][DataClass.PACE].form is not Form.DATES)
_WHOLE_PROGRAMMES = frozenset(role for role in Role if MATRIX[role][DataClass.PROGRAMMES].form is Form.WHOLE)
_OFFICE = frozenset({Role.SCHOOL_ADMINISTRATOR, Role.REGISTRAR, Role.DATA_STEWARD})

NEEDS: dict[What, Need] = {
    What.STANDING: Need(Right.READ, DataClass.LEVELS),
    What.EVIDENCE: Need(Right.READ, DataClass.RESPONSES),
    # the student's goals and plan; who may speak is no cell of the table but whose page it is (mastery.profile)
    What.OWN_WORDS: Need(Right.READ, DataClass.LEVELS),
    # a file is what a record of evidence was made from; whoever teaches the student adds what is on paper
    What.WORK: Need(Right.READ, DataClass.RESPONSES),
    What.ADD_WORK: Need(Right.WRITE, DataClass.RESPONSES, frozenset({Role.TEACHER_OF_RECORD, Role.CO_TEACHER})),
    # good news goes to the student first (domain 7.6)
    What.GOOD_NEWS: Need(Right.READ, DataClass.ACADEMIC_FLAGS, _WHOLE_FLAGS | {Role.STUDENT}),
    What.FLAGS: Need(Right.READ, DataClass.ACADEMIC_FLAGS, _WHOLE_FLAGS),
    What.ACT_ON_FLAG: Need(Right.WRITE, DataClass.ACADEMIC_FLAGS),
    # nobody signs in the place of the teacher of record (domain 2.4)
    What.CONFIRM: Need(Right.WRITE, DataClass.LEVELS, frozenset({Role.TEACHER_OF_RECORD})),
    # who of them may cause what is the table of transitions, which names three roles (mastery.transitions)
    What.DECIDE: Need(
        Right.READ,
        DataClass.LEVELS,
        frozenset({Role.TEACHER_OF_RECORD, Role.SCHOOL_ADMINISTRATOR, Role.CASE_MANAGER}),
    ),
    What.REVOCATIONS: Need(
        Right.READ,
        DataClass.LEVELS,
        frozenset({Role.STUDENT, Role.PARENT, Role.TEACHER_OF_RECORD, Role.SCHOOL_ADMINISTRATOR}),
    ),
    What.SCORE: Need(Right.WRITE, DataClass.RESPONSES, frozenset({Role.TEACHER_OF_RECORD, Role.CO_TEACHER})),
    What.JUDGE: Need(Right.WRITE, DataClass.LEVELS, frozenset({Role.TEACHER_OF_RECORD})),
    # an answer is a teacher's words about the work, as a comment is
    What.ANSWER_STUDENT: Need(Right.WRITE, DataClass.COMMENTS, frozenset({Role.TEACHER_OF_RECORD, Role.CO_TEACHER})),
    What.COMMENTS: Need(Right.READ, DataClass.COMMENTS),
    What.ORDERS: Need(Right.READ, DataClass.ORDERS, _OFFICE),
    What.WHO_LOOKED: Need(Right.READ, DataClass.RECORD),
    What.PROGRAMMES: Need(Right.READ, DataClass.PROGRAMMES, _WHOLE_PROGRAMMES),
    What.KEEP_PROGRAMMES: Need(Right.WRITE, DataClass.PROGRAMMES),
    What.PLAN_DATES: Need(Right.READ, DataClass.PACE),
    What.PACE: Need(Right.READ, DataClass.PACE, _WHOLE_PACE),
    What.PLAN: Need(Right.WRITE, DataClass.PACE),
    What.ANSWER_FOR_PACE: Need(Right.WRITE, DataClass.PACE, frozenset(Role) - {Role.STUDENT}),
    What.AMENDMENTS: Need(
        Right.READ,
        DataClass.LEVELS,
        frozenset({Role.STUDENT, Role.PARENT, Role.TEACHER_OF_RECORD, Role.SCHOOL_ADMINISTRATOR, Role.REGISTRAR}),
    ),
}

# why a student stands where they do on a target tells of both
EXPLAINED = (What.STANDING, What.EVIDENCE)


def may(viewer: Viewer, what: What, subject: Subject, at: datetime) -> Access:
    """Whether a viewer may see or do `what` about a student at an instant, why, and by which ties."""
    need = NEEDS[what]
    return decide(viewer, need.right, need.data, subject, at, need.roles)


def opens(tie: Tie, what: What, at: datetime) -> bool:
    """Whether a tie opens `what` of everyone it reaches: the question of a list, asked once for each tie."""
    need = NEEDS[what]
    return tie.role in need.roles and weigh(tie, need.right, need.data, at) is Reason.ALLOWED


def opening(viewer: Viewer, what: What) -> tuple[Tie, ...]:
    """The ties of a viewer that open `what` of those they reach, each on its own targets only."""
    return tuple(tie for tie in viewer.ties if opens(tie, what, viewer.at))


@dataclass(frozen=True, slots=True)
class Section:
    """A class as of today: its key and the school it belongs to, if any; ids of one district."""

    district: int
    section: int
    school: int | None = None


def sees_class(viewer: Viewer, section: Section) -> bool:
    """Whether a viewer may open the page of a class: who teaches it, and who administers its school.

    Whom of its students they find there is decided student by student.
    """
    return viewer.district == section.district and (
        section.section in viewer.sections or section.school in viewer.schools
    )


def scores_class(viewer: Viewer, section: Section) -> bool:
    """Whether a viewer may type in papers of a class: who teaches it.

    For whom of its students is decided student by student (`What.SCORE`).
    """
    return viewer.district == section.district and section.section in viewer.sections


def plans_class(viewer: Viewer, section: Section) -> bool:
    """Whether a viewer may say what a class is to learn by when: the teacher who answers for it."""
    return viewer.district == section.district and section.section in viewer.of_record


def about_subject(subject: str, classes: Iterable[Collection[str]]) -> bool:
    """Whether one of some classes, each given by the subjects that the roster names, is about a subject.

    A class for which it names none may be about any. Capitals make no difference.
    """
    wanted = subject.casefold()
    return any(not named or wanted in {one.casefold() for one in named} for named in classes)


def sees_measurement(viewer: Viewer, district: int) -> bool:
    """Whether a viewer may see how well a district measures its subjects: whoever leads it, its assessment lead.

    The figures are of all schools together and of nobody by name; questions that mislead are the district's to mend.
    """
    return viewer.district == district and viewer.leads_district
