"""How long a person stays signed in: the life of one session, and when it ends by itself."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from mastery.policy import DEFAULT_POLICY, Policy

# being seen is written down no more often than this, so that reading page after page costs no write for each
SEEN_EVERY = timedelta(minutes=1)


class Began(StrEnum):
    """How somebody came in."""

    PASSWORD = "password"
    OIDC = "oidc"
    LETTER = "letter"
    RECOVERY = "recovery"


class Ending(StrEnum):
    """Why a session is over."""

    SIGNED_OUT = "signed_out"
    BY_HOLDER = "by_holder"
    BY_OFFICE = "by_office"
    IDLE = "idle"
    LIMIT = "limit"
    PASSWORD_CHANGED = "password_changed"


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a session lasts without being used, and at most."""

    idle: timedelta
    whole: timedelta


@dataclass(frozen=True, slots=True)
class Life:
    """One session: when it began, when its holder last did something, and how it ended, if it did."""

    began: datetime
    seen: datetime
    ended: datetime | None = None
    why: Ending | None = None

    @property
    def is_open(self) -> bool:
        """Whether nothing has ended it so far."""
        return self.ended is None


def limits(staff: bool, policy: Policy = DEFAULT_POLICY) -> Limits:
    """The limits for who works for a school, or for students and families, who share phones and computers."""
    idle = policy.session_idle_minutes_staff if staff else policy.session_idle_minutes_family
    return Limits(timedelta(minutes=idle), timedelta(hours=policy.session_hours))


def until(life: Life, lasting: Limits) -> tuple[datetime, Ending]:
    """The instant at which a session ends by itself unless it is used before, and which limit ends it."""
    idle, whole = life.seen + lasting.idle, life.began + lasting.whole
    return (idle, Ending.IDLE) if idle < whole else (whole, Ending.LIMIT)


def lapse(life: Life, now: datetime, lasting: Limits) -> Life:
    """The session as of now: past a limit it ended at that limit; what ended stays as it ended."""
    at, why = until(life, lasting)
    return life if not life.is_open or now < at else replace(life, ended=at, why=why)


def look(life: Life, now: datetime, lasting: Limits, attended: bool) -> Life:
    """The session after a request at `now`; `attended` is false for what a page asks for by itself."""
    life = lapse(life, now, lasting)
    if not (life.is_open and attended and now - life.seen >= SEEN_EVERY):
        return life
    return replace(life, seen=now)


def end(life: Life, now: datetime, why: Ending) -> Life:
    """The session after somebody ended it; a second ending changes nothing."""
    return replace(life, ended=now, why=why) if life.is_open else life
