"""What students tell of targets, and what comes of it, in words."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from mastery.voice import Hard, Kind, Step, Sure

KINDS: dict[str, Any] = {
    Kind.SURE: _l("How sure the student is"),
    Kind.HARD: _l("How hard it is"),
    Kind.HELP: _l("Asked for help"),
    Kind.WAY: _l("Proposed a way to learn it"),
}
OWN_KINDS: dict[str, Any] = {
    Kind.SURE: _l("How sure I am"),
    Kind.HARD: _l("How hard it is for me"),
    Kind.HELP: _l("I asked for help"),
    Kind.WAY: _l("I proposed a way to learn it"),
}
SURE: dict[str, Any] = {
    Sure.NOT_YET: _l("not sure yet"),
    Sure.A_LITTLE: _l("a little sure"),
    Sure.MOSTLY: _l("mostly sure"),
    Sure.VERY: _l("very sure"),
}
HARD: dict[str, Any] = {
    Hard.TOO_EASY: _l("too easy"),
    Hard.ABOUT_RIGHT: _l("about right"),
    Hard.TOO_HARD: _l("too hard"),
}
WORDS: dict[str, Any] = {**SURE, **HARD}
STEPS: dict[str, Any] = {
    Step.SEEN: _l("A teacher has seen it"),
    Step.TALKED: _l("Talked about"),
    Step.DONE: _l("Done"),
    Step.AGREED: _l("Agreed"),
    Step.DECLINED: _l("Not this time"),
    Step.WITHDRAWN: _l("Not needed any more"),
}
WAITS = _l("Waits for a teacher")
ANSWERS: dict[str, Any] = {
    Step.SEEN: _l("I have seen it"),
    Step.TALKED: _l("We talked"),
    Step.DONE: _l("It is done"),
    Step.AGREED: _l("Yes, do it this way"),
    Step.DECLINED: _l("Not this time"),
}
