"""The stored words of a complete record, as people read them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l

from api.pages.access_words import CAPACITIES
from mastery.amendment import Contested, State, Step
from mastery.audit import Act
from mastery.body.words import ActKind
from mastery.flags.life import FlagState
from mastery.moves.words import MoveKind
from mastery.profile import Kind
from mastery.rating.artefacts import Help
from mastery.roster import Role

ROLES: dict[str, Any] = CAPACITIES | {
    Role.STUDENT: _l("student"),
    Role.TEACHER: _l("teacher"),
    Role.AIDE: _l("aide"),
    Role.GUARDIAN: _l("guardian"),
    Role.ADMINISTRATOR: _l("administrator"),
    Role.COUNSELOR: _l("counselor"),
    Role.PROCTOR: _l("proctor"),
    "person": _l("somebody of the roster"),
}
KINDS: dict[str, Any] = {
    ActKind.AUTO_CONFIRM: _l("confirmed by the rule"),
    ActKind.CONFIRM: _l("confirmed"),
    ActKind.OVERRIDE: _l("decided otherwise"),
    ActKind.RESOLVE: _l("looked at, and stays"),
    ActKind.REOPEN: _l("opened again"),
    ActKind.WAIVE: _l("waived"),
    ActKind.EXEMPT: _l("exempt"),
    ActKind.REVOKE: _l("taken back"),
    ActKind.WITHDRAW: _l("confirmation taken back"),
    ActKind.JUDGE: _l("level judged"),
    ActKind.WITHDRAW_JUDGEMENT: _l("judged level taken back"),
    ActKind.CARRY: _l("carried over from a target before it"),
    ActKind.CARRY_PROVISIONAL: _l("carried over, to be confirmed"),
    ActKind.CARRY_REVIEW: _l("carried over, to be looked at"),
}
FLAG_STATES: dict[str, Any] = {
    FlagState.OPEN: _l("open"),
    FlagState.ACKNOWLEDGED: _l("somebody is on it"),
    FlagState.IN_SUPPORT: _l("being supported"),
    FlagState.SNOOZED: _l("put off"),
    FlagState.RESOLVED: _l("resolved"),
    FlagState.DISMISSED: _l("dismissed"),
    FlagState.MERGED: _l("joined with another"),
    FlagState.EXPIRED: _l("expired"),
}
MOVES: dict[str, Any] = {
    MoveKind.RETEACH: _l("taught again"),
    MoveKind.PULL: _l("worked with a few"),
    MoveKind.TALK: _l("talked"),
    MoveKind.LOOK: _l("looked"),
    MoveKind.LET_TEST: _l("let test"),
    MoveKind.CONFIRM: _l("signed"),
}
ACTS: dict[str, Any] = {
    Act.VIEW: _l("looked at the record"),
    Act.EXPORT: _l("took a copy"),
    Act.DISCLOSURE: _l("given to somebody outside"),
    Act.DISCLOSURE_ENTERED: _l("entered what was given to somebody outside"),
    Act.DECISION: _l("decided"),
    Act.OVERRIDE: _l("decided otherwise"),
    Act.REVOCATION: _l("took a step about taking mastery away"),
    Act.FLAG_CHANGED: _l("changed what needs a look"),
    Act.PERSON_CHANGED: _l("changed personal data"),
    Act.GRANT: _l("let somebody see it"),
    Act.REVOKE: _l("ended that somebody sees it"),
    Act.CONSENT_GIVEN: _l("consent given"),
    Act.CONSENT_WITHDRAWN: _l("consent withdrawn"),
    Act.BREAK_GLASS: _l("looked for safety"),
    Act.BREAK_GLASS_REVIEWED: _l("checked that look"),
    Act.WINDOW_CHANGED: _l("changed who may take a test"),
    Act.TEST_STEP: _l("took a step about a test"),
    Act.OWN_WORDS_SAID: _l("said something in own words"),
    Act.OWN_WORDS_WITHDRAWN: _l("took own words back"),
    Act.STUDENT_TOLD: _l("told the teacher how it goes"),
    Act.STUDENT_ANSWERED: _l("answered the student"),
    Act.PLAN_CHANGED: _l("changed the dates of the plan"),
    Act.PACE_PAUSED: _l("let the plan rest, or go on"),
    Act.PACE_SAID: _l("said how far along the student is"),
    Act.ARTEFACT_ADDED: _l("added a file of work"),
    Act.ARTEFACT_STATED: _l("said whose work a file is"),
    Act.WORK_HANDED_IN: _l("handed in work"),
    Act.RATER_CALLED: _l("asked somebody to score work"),
    Act.WORK_SCORED: _l("scored work"),
    Act.WORK_TALKED: _l("wrote down what raters agreed on"),
    Act.WORK_SETTLED: _l("settled the levels of work"),
    Act.AMENDMENT_ASKED: _l("asked for a correction"),
    Act.AMENDMENT_DECIDED: _l("decided about a correction"),
    Act.STATEMENT_ATTACHED: _l("attached a statement"),
    Act.INSPECTION_ASKED: _l("asked to see the whole record"),
    Act.INSPECTION_GIVEN: _l("gave the whole record to who asked"),
    Act.INSPECTION_CLOSED: _l("closed a request to see the whole record"),
    Act.HOLD_PLACED: _l("kept for a legal reason"),
    Act.HOLD_LIFTED: _l("no longer kept for that"),
    Act.DELETED: _l("deleted"),
}
OWN_WORDS: dict[str, Any] = {
    Kind.INTEREST: _l("What the student likes"),
    Kind.GOAL: _l("A goal"),
    Kind.PREFERENCE: _l("How the student learns best"),
    Kind.CHOICE: _l("What the student wants to do next"),
}
HELP: dict[Help, Any] = {
    Help.NONE: _l("Nothing and nobody"),
    Help.PERSON: _l("A person"),
    Help.TOOL: _l("A tool, such as a calculator or a translator"),
    Help.AI: _l("Artificial intelligence (AI), such as a chat program"),
}
CONTESTED: dict[str, Any] = {
    Contested.RESULT: _l("A result"),
    Contested.PERSON: _l("A name or date"),
    Contested.ENROLLMENT: _l("A school or class"),
    Contested.FLAG: _l("What needed a look"),
    Contested.OTHER: _l("Something else"),
    Contested.JUDGEMENT: _l("A level that a teacher judged"),
}
STEPS: dict[str, Any] = {
    Step.GRANT: _l("The school corrects it"),
    Step.REFUSE: _l("The school does not correct it"),
    Step.ASK_HEARING: _l("A hearing is asked for"),
    Step.HEARING_GRANTS: _l("After the hearing: corrected"),
    Step.HEARING_REFUSES: _l("After the hearing: not corrected"),
    Step.STATEMENT: _l("Statement of the family"),
}
STATES: dict[str, Any] = {
    State.ASKED: _l("The school looks at it"),
    State.GRANTED: _l("Corrected"),
    State.REFUSED: _l("Not corrected"),
    State.HEARING: _l("Waits for a hearing"),
    State.UPHELD: _l("Not corrected after a hearing"),
}


def said(words: Mapping[Any, Any], word: str) -> str:
    """A stored word in the reader's language; as it is stored where the source, and not the program, chose it."""
    return str(words.get(word, word))
