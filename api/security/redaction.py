"""Keeps secrets and what is known of children out of every log, whoever writes it and at whatever level.

Each record is rendered and cleaned when it is made, so that no handler, present or added later, sees more.
"""

from __future__ import annotations

import logging
import re
import sys
import traceback
from collections.abc import Iterable
from types import TracebackType
from typing import Any
from urllib.parse import quote, urlsplit

from models.installation import External, Installation

HIDDEN = "***"
_SHORTEST_SECRET = 8
_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), told)
    for pattern, told in (
        # what a header, a cookie, a form or a query brings
        (r"(?i)\b(bearer|basic)\s+[\w.~+/=-]+", rf"\1 {HIDDEN}"),
        (r"(?i)\b((?:__Host-)?mastery_session)=[^\s;,]+", rf"\1={HIDDEN}"),
        (r"(?i)\b((?:\w+_)?(?:password|passwd|secret|token|code|state|nonce|assertion))=[^\s&;,)]+", rf"\1={HIDDEN}"),
        (r"(/[^\s?\"']*)\?[^\s\"']+", rf"\1?{HIDDEN}"),
        (r"(\w+://[^\s:/@]+):[^\s@]+@", rf"\1:{HIDDEN}@"),
        # what looks like a secret, a token or a password's hash
        (r"\$argon2\S+", HIDDEN),
        (r"(?=[\w-]*[A-Z])(?=[\w-]*[a-z])(?:(?=[\w-]*\d)[\w-]{32,}|[\w-]{40,})(?:\.[\w-]+)*", HIDDEN),
        # values of rows, as the database tells them
        (r"(?m)^(\s*)(DETAIL|CONTEXT):.*$", rf"\1\2: {HIDDEN}"),
        (r"(invalid input (?:syntax|value) for [^:\n]+: ).*", rf"\1{HIDDEN}"),
    )
)


class Redactor:
    """Cleans text of the secrets of an installation and of what looks like one."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        known = sorted({one for one in secrets if len(one) >= _SHORTEST_SECRET}, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, known))) if known else None

    def clean(self, text: str) -> str:
        """The text with every secret hidden."""
        if self._known is not None:
            text = self._known.sub(HIDDEN, text)
        for pattern, told in _PATTERNS:
            text = pattern.sub(told, text)
        return text

    def record(self, *arguments: Any, **named: Any) -> logging.LogRecord:
        """A log record that holds nothing but clean text."""
        record = logging.LogRecord(*arguments, **named)
        if record.name.startswith("sqlalchemy") and str(record.msg).startswith("Row "):
            record.msg, record.args = f"Row {HIDDEN}", ()
        record.msg, record.args = self.clean(_rendered(record)), ()
        if record.exc_info and record.exc_info[0] is not None:
            record.exc_text = self.clean("".join(traceback.format_exception(*record.exc_info))).rstrip()
        if record.stack_info:
            record.stack_info = self.clean(record.stack_info)
        return record

    def tell_uncaught(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        """Print what nobody caught."""
        print(self.clean("".join(traceback.format_exception(kind, error, trace))), file=sys.stderr, end="")


def install(installation: Installation | None = None) -> None:
    """Clean every log record of this process, and what it says when it dies, from now on."""
    redactor = Redactor(secrets_of(installation) if installation is not None else ())
    logging.setLogRecordFactory(redactor.record)
    sys.excepthook = redactor.tell_uncaught


def secrets_of(installation: Installation) -> set[str]:
    """Everything that an installation must not tell."""
    database = installation.database
    if isinstance(database, External):
        passwords = {urlsplit(url).password or "" for url in (database.app_url, database.owner_url)}
    else:
        passwords = {database.superuser_password, database.owner_password, database.app_password}
    return {*installation.secret_keys, *passwords, *map(quote, passwords)}


def _rendered(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except (TypeError, ValueError) as error:  # a wrong format must neither end the request nor show its arguments
        return f"{record.msg} (could not be formatted: {type(error).__name__})"
