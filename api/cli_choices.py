"""What commands share that change what a subject goes by: who it was, and the list of changes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from models.subject_choices import SubjectChoice

NEVER_CHANGED = "Nothing was ever changed."


def _name(context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    if value is not None and not value.strip():
        raise click.BadParameter("is empty; give a name, or leave the option out")
    return None if value is None else value.strip()


by_whom = click.option("--by", metavar="NAME", callback=_name, help="Who decided it, kept with the change.")


def choice_change(one: SubjectChoice, told: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
    """A change for programs; `told` says what was chosen."""
    return {
        "subject": one.subject,
        "at": one.at.isoformat(),
        "by": one.by,
        "before": told(one.before),
        "after": told(one.after),
    }


def choice_line(one: SubjectChoice, told: Callable[[dict[str, Any]], str]) -> str:
    """A change for people."""
    who = f", {one.by}" if one.by else ""
    return f"{one.at.isoformat(timespec='seconds')}{who}: {one.subject} from {told(one.before)} to {told(one.after)}"
