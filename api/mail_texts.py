"""What mail says, in the language of whoever reads it, or in all of them. No person's name is in a subject."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from html import escape

from api.catalogues import catalogues
from mastery.mail import MailKind

Gettext = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Said:
    """A message: its subject, its text, and the same as HTML."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What a message tells: the district, the sign-in name, and the link, if it has one."""

    district: str
    sign_in_name: str
    link: str | None


def say(kind: MailKind, language: str | None, facts: Facts) -> Said:
    """The message; of a holder whose language nobody knows in every language there is, English first."""
    known = catalogues()
    languages = [language] if language in known else list(known)
    told = [_TEXTS[kind](known[one].translations.gettext, facts) for one in languages if one is not None]
    subjects = [subject for subject, _lines in told]
    body = "".join(
        f'<div lang="{one}">{"".join(map(_paragraph, lines))}</div>'
        for one, (_subject, lines) in zip(languages, told, strict=True)
    )
    html = f'<!doctype html><html lang="{languages[0]}"><head><meta charset="utf-8"></head><body>{body}</body></html>'
    text = "\n\n----\n\n".join("\n\n".join(lines) for _subject, lines in told)
    return Said(" / ".join(subjects), text + "\n", html)


def _paragraph(line: str) -> str:
    if line.startswith(("https://", "http://")):
        return f'<p><a href="{escape(line)}">{escape(line)}</a></p>'
    return f"<p>{escape(line)}</p>"


def _recovery(_: Gettext, facts: Facts) -> tuple[str, list[str]]:
    return _("Your new password"), [
        _("Somebody asked for a new password for the sign-in name %(name)s at %(district)s.")
        % {"name": facts.sign_in_name, "district": facts.district},
        _("Open this link to set it. The link works once, for 30 minutes:"),
        facts.link or "",
        _("Was it not you? Then do nothing. Your password stays as it is."),
    ]


def _password_set(_: Gettext, facts: Facts) -> tuple[str, list[str]]:
    return _("Your password was changed"), [
        _("A new password was set for the sign-in name %(name)s at %(district)s. All devices were signed out.")
        % {"name": facts.sign_in_name, "district": facts.district},
        _("Was it not you? Tell your school’s office at once."),
    ]


_TEXTS: dict[MailKind, Callable[[Gettext, Facts], tuple[str, list[str]]]] = {
    MailKind.RECOVERY: _recovery,
    MailKind.PASSWORD_SET: _password_set,
}
