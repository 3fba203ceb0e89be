"""Which version runs: the distribution's, and the commit of a checkout."""

from __future__ import annotations

import re
from functools import cache
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

DISTRIBUTION = "mastery-pacing"
_CHECKOUT = Path(__file__).resolve().parent.parent


@cache
def version() -> str:
    """The distribution's version; in a checkout that was not installed, the one its project file states."""
    try:
        return metadata(DISTRIBUTION)["Version"]
    except PackageNotFoundError:
        found = re.search(r'^version = "(.+)"$', (_CHECKOUT / "pyproject.toml").read_text(), re.MULTILINE)
        return found[1] if found else "unknown"


@cache
def commit() -> str | None:
    """The commit of the checkout that this code runs from; None for an installed wheel."""
    git = _CHECKOUT / ".git"
    if not (git / "HEAD").is_file():
        return None
    head = (git / "HEAD").read_text().strip()
    if not head.startswith("ref: "):
        return head
    name = head.removeprefix("ref: ")
    if (git / name).is_file():
        return (git / name).read_text().strip()
    packed = git / "packed-refs"
    lines = packed.read_text().splitlines() if packed.is_file() else []
    return next((line.split()[0] for line in lines if line.endswith(f" {name}")), None)
