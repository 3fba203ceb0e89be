"""The texts of a target in both languages, for tests."""

from __future__ import annotations

from collections.abc import Iterator

from api.demonstration.curriculum import Target


def both(target: Target) -> Iterator[tuple[str, str, str]]:
    """Each kind of text with its English and its Spanish form."""
    yield "statement", target.statement, target.statement_es
    yield "example", target.example, target.example_es
    yield "task", target.task, target.task_es
