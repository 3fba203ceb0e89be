"""Where the reference data stands that a developer's machine and CI have beside the checkout."""

from __future__ import annotations

from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared"

needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="the reference data is not beside this checkout")


def shared(*parts: str) -> Path:
    """Path of a reference file, such as shared("data", "responses", "assist2009")."""
    return SHARED.joinpath(*parts)
