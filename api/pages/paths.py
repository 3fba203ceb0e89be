"""Where a form may lead on to: paths of this site and nowhere else."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import url_for


def safe_next(target: str | None) -> str:
    """A path of this site to go on to; anything that could lead elsewhere becomes the first page."""
    home = url_for("pages.home")
    if not target or not target.startswith("/") or target.startswith("//") or "\\" in target:
        return home
    if any(ord(sign) < 33 or ord(sign) == 127 for sign in target):
        return home
    parts = urlsplit(target)
    return home if parts.scheme or parts.netloc else target
