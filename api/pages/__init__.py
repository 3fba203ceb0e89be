"""The pages that people open: server-rendered, working without JavaScript, with nothing from outside."""

from __future__ import annotations

from flask import Flask


def install(app: Flask) -> None:
    """Register sign-in, the pages and what they need."""
