"""The catalogues of translations: read as they are committed, compiled in memory, once per process.

There are no compiled files that could be forgotten, be older than their source, or collide in a merge.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

FOLDER = Path(__file__).resolve().parent / "translations"
# the field of a catalogue's header that names who has read all of it and knows the language and a school
_CHECKED = re.compile(r'^"X-Checked-By: *(?P<who>.*?)\\n"$', re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The translations into one language; `checked` says whether a person has read all of them."""

    translations: NullTranslations
    checked: bool


# English is what the sources are written in
_SOURCE = Catalogue(NullTranslations(), checked=True)


@cache
def catalogues() -> Mapping[str, Catalogue]:
    """All that there are, by language, the source's included."""
    found = {path.parents[1].name: path for path in sorted(FOLDER.glob("*/LC_MESSAGES/messages.po"))}
    return {"en": _SOURCE, **{language: read_catalogue(path) for language, path in found.items()}}


def read_catalogue(path: Path) -> Catalogue:
    """Compile one file. Whatever is marked as fuzzy counts as not translated."""
    compiled = BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, abort_invalid=True))
    compiled.seek(0)
    checked = _CHECKED.search(path.read_text(encoding="utf-8"))
    return Catalogue(Translations(compiled), bool(checked and checked["who"]))
