"""Sending mail by SMTP: where the server is, and one message handed to it."""

from __future__ import annotations

import os
import smtplib
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from ipaddress import ip_address
from urllib.parse import unquote, urlsplit

from models.installation import InstallationError, setting

_SMTP, _SENDER = "MASTERY_SMTP_URL", "MASTERY_MAIL_FROM"
_PORTS = {"smtp": 587, "smtps": 465}
_SECONDS = 15.0


class RefusedError(Exception):
    """The mail server will never take this message for this address."""


@dataclass(frozen=True, slots=True)
class MailServer:
    """How mail leaves. `tls`: from the first byte; otherwise STARTTLS, which only a server on this machine may lack.

    `sender`: whom mail is from. `public_url`: what links in mail begin with.
    """

    host: str
    port: int
    tls: bool
    user: str | None
    password: str | None
    sender: str
    public_url: str

    @property
    def is_here(self) -> bool:
        """Whether the server is this machine, so that nobody can listen."""
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"


def mail_server(public_url: str | None, environ: Mapping[str, str] = os.environ) -> MailServer | None:
    """The mail server that the environment names; None where mail is not set up. Links begin with `public_url`.

    Raises InstallationError where something is missing or can not be read; it says what, and never the password.
    """
    told = setting(environ, _SMTP)
    if not told:
        return None
    parts = urlsplit(told)
    try:
        port = parts.port or _PORTS[parts.scheme]
    except (KeyError, ValueError):
        raise InstallationError(
            f"{_SMTP} is smtp://USER:PASSWORD@HOST:587, or smtps:// for TLS from the first byte."
        ) from None
    sender = setting(environ, _SENDER)
    if not parts.hostname or not sender or "@" not in parseaddr(sender)[1] or not public_url:
        raise InstallationError(
            f"{_SMTP} is set, so it must name a host, {_SENDER} must be an e-mail address that mail comes from, and "
            "MASTERY_PUBLIC_URL must say where people find the service."
        )
    user = unquote(parts.username) if parts.username else None
    password = unquote(parts.password) if parts.password else None
    return MailServer(parts.hostname, port, parts.scheme == "smtps", user, password, sender, public_url)


def message(
    server: MailServer, to: str, subject: str, text: str, html: str, message_id: str, at: datetime
) -> EmailMessage:
    """A message in plain text and the same in HTML. ValueError for an address that is none."""
    made = EmailMessage()
    local, _, domain = to.rpartition("@")
    made["To"] = Address(username=local, domain=domain)
    made["From"] = server.sender
    made["Subject"] = subject
    made["Date"] = format_datetime(at)
    made["Message-ID"] = f"<{message_id}@{urlsplit(server.public_url).hostname}>"
    # no answer of a machine, such as one of somebody on holiday
    made["Auto-Submitted"] = "auto-generated"
    made.set_content(text)
    made.add_alternative(html, subtype="html")
    return made


def send(server: MailServer, letter: EmailMessage) -> None:
    """Hand one message to the mail server. RefusedError where it will never take it, OSError where it may later."""
    secure = ssl.create_default_context()
    connect = smtplib.SMTP_SSL(server.host, server.port, timeout=_SECONDS, context=secure) if server.tls else None
    with connect or smtplib.SMTP(server.host, server.port, timeout=_SECONDS) as connection:
        if connect is None and (not server.is_here or connection.has_extn("starttls")):
            connection.starttls(context=secure)
        if server.user is not None:
            connection.login(server.user, server.password or "")
        try:
            connection.send_message(letter)
        except smtplib.SMTPRecipientsRefused as refused:
            if all(500 <= code < 600 for code, _reason in refused.recipients.values()):
                raise RefusedError from refused
            raise
        except smtplib.SMTPDataError as refused:
            if 500 <= refused.smtp_code < 600:
                raise RefusedError from refused
            raise
