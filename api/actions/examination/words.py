"""What a check says."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from enum import StrEnum

from models.installation import Embedded, Installation


class Status(StrEnum):
    """Only FAIL makes an installation unhealthy."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at: a sentence, and what mends it where something is wrong."""

    name: str
    status: Status
    sentence: str
    mend: str | None = None


@dataclass(frozen=True, slots=True)
class Examination:
    """All checks, in order."""

    checks: tuple[Check, ...]

    @property
    def healthy(self) -> bool:
        """Nothing fails."""
        return all(check.status is not Status.FAIL for check in self.checks)


def command(installation: Installation, words: str) -> str:
    """A command of the program, as it is typed for this installation."""
    if isinstance(installation.database, Embedded):
        return f"mastery --data-dir {shlex.quote(str(installation.database.data_dir))} {words}"
    return f"mastery {words}"
