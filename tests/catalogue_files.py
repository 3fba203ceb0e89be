"""The texts of the sources and the catalogues, read by the same functions as scripts/translations has."""

from __future__ import annotations

import importlib.util
import re
from functools import cache
from pathlib import Path
from types import ModuleType

from babel.messages.catalog import Catalog, Message

ROOT = Path(__file__).resolve().parents[1]
_PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%%|\{\w+\}")


def _command() -> ModuleType:
    spec = importlib.util.spec_from_file_location("messages", ROOT / "scripts" / "lib" / "messages.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


COMMAND = _command()
FILES: list[Path] = COMMAND.files()
LANGUAGES = [COMMAND.language_of(path) for path in FILES]


@cache
def sources() -> Catalog:
    """What the sources mark for translation."""
    template: Catalog = COMMAND.extract()
    return template


@cache
def catalogue(path: Path) -> Catalog:
    """A catalogue as it is committed."""
    read: Catalog = COMMAND.read(path)
    return read


def translated(path: Path) -> list[Message]:
    """The texts of a catalogue, without its header."""
    return [message for message in catalogue(path) if message.id]


def forms(text: str | tuple[str, ...] | list[str]) -> tuple[str, ...]:
    """A text's forms: one, or singular and plural."""
    return (text,) if isinstance(text, str) else tuple(text)


def placeholders(text: str) -> set[str]:
    """What is filled in when the text is shown."""
    return set(_PLACEHOLDER.findall(text))


def fixed_parts(text: str) -> list[str]:
    """A text without what is filled in."""
    return [part.strip() for part in _PLACEHOLDER.split(text)]
