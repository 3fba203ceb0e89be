"""A real SMTP server on this machine that keeps what it is given, or refuses it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass
class Kept:
    """What came in; `answer` is what the server says to whom mail is for, 250 to take it. `holding`: it has the message
    and does not say so yet."""

    answer: str = "250 OK"
    holding: bool = False
    messages: list[EmailMessage] = field(default_factory=list)

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[Any]
    ) -> str:
        if self.answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        made = message_from_bytes(envelope.content or b"", policy=policy.default)
        assert isinstance(made, EmailMessage)
        self.messages.append(made)
        while self.holding:
            await asyncio.sleep(0.01)
        return "250 OK"


@contextmanager
def mail_server(kept: Kept, port: int) -> Iterator[None]:
    """Take mail on a port while it lasts."""
    controller = Controller(kept, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield
    finally:
        controller.stop()
