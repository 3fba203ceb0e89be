"""Mail to people: what kinds there are, when it is tried again, and when it is no longer of use."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

# asked for again by hand long before; what comes later would only confuse
_OF_USE = timedelta(hours=2)
_FIRST_PAUSE = timedelta(minutes=1)
_LONGEST_PAUSE = timedelta(minutes=15)
# more links than that in an hour are not sent to one account
LINKS_IN_AN_HOUR = 3


class MailKind(StrEnum):
    """A link to set a new password, or the news that one was set."""

    RECOVERY = "recovery"
    PASSWORD_SET = "password_set"


def pause_after(tries: int) -> timedelta:
    """How long to wait after so many tries, from one on: each time twice as long, up to the longest."""
    return min(_LONGEST_PAUSE, _FIRST_PAUSE * (1 << min(tries - 1, 10)))


def is_of_use(asked_at: datetime, now: datetime) -> bool:
    """Whether mail that was asked for then is still worth sending."""
    return now - asked_at < _OF_USE
