"""The texts that people read, as the sources say them, and the catalogues that translate them.

Run as a program it brings every catalogue of api/translations to what the sources say: new texts are added empty, those
that are gone are dropped, one that changed a little keeps its old translation, marked as fuzzy. The tests extract by
the same functions, so what they ask for is what this gives.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

CHECKOUT = Path(__file__).resolve().parents[2]
CATALOGUES = CHECKOUT / "api" / "translations"
_SOURCES = ("api", "mastery", "models")
# the gallery is for developers and in English, like the reference of the API
_METHODS = [("**/gallery.*", "ignore"), ("**.py", "python"), ("**/templates/**.html", "jinja2")]
# by what a text is marked, and which of its arguments are the text: one, singular and plural, or a context before it
_MARKS = {
    **dict.fromkeys(("_", "_l", "N_", "gettext", "lazy_gettext")),
    **dict.fromkeys(("ngettext", "lazy_ngettext"), (1, 2)),
    "pgettext": ((1, "c"), 2),
}
_WIDTH = 120


def extract() -> Catalog:
    """Every text of the sources that is marked for translation."""
    template = Catalog()
    for source in _SOURCES:
        found = extract_from_dir(
            CHECKOUT / source,
            method_map=_METHODS,
            options_map={"**/templates/**.html": {"silent": "false"}},
            keywords=_MARKS,
            comment_tags=("Translators:",),
            strip_comment_tags=True,
        )
        for _file, _line, text, comments, context in found:
            template.add(text, auto_comments=comments, context=context)
    return template


def files() -> list[Path]:
    """The catalogues that there are."""
    return sorted(CATALOGUES.glob("*/LC_MESSAGES/messages.po"))


def language_of(path: Path) -> str:
    """The language that a catalogue translates into."""
    return path.parents[1].name


def read(path: Path) -> Catalog:
    """A catalogue as it is committed."""
    with path.open("rb") as file:
        return read_po(file, locale=language_of(path), abort_invalid=True)


def merged(path: Path, template: Catalog) -> str:
    """The text of a catalogue brought to what the sources say.

    The header is kept as its translators wrote it. There are no places, dates or obsolete texts, and the order is that
    of the texts: two people who add different texts change different lines.
    """
    header = path.read_text(encoding="utf-8").partition("\n\n")[0]
    catalogue = read(path)
    catalogue.update(template)
    body = io.BytesIO()
    write_po(
        body, catalogue, width=_WIDTH, no_location=True, omit_header=True, sort_output=True, ignore_obsolete=True
    )  # fmt: skip
    return f"{header}\n\n{body.getvalue().decode().strip()}\n"


def source_text(message: Message) -> str:
    """A text as the sources say it, its singular where it counts."""
    return message.id if isinstance(message.id, str) else message.id[0]


def unfinished(catalogue: Catalog) -> list[str]:
    """The texts without a translation that counts: none, one form too few, or one marked as fuzzy."""
    return sorted(source_text(one) for one in catalogue if one.id and (one.fuzzy or not _has_all_forms(one, catalogue)))


def _has_all_forms(message: Message, catalogue: Catalog) -> bool:
    if not message.pluralizable:
        return bool(message.string)
    return len(message.string) == catalogue.num_plurals and all(message.string)


def main() -> int:
    """0 when every catalogue is whole; else 1, after a list of what is missing."""
    template, missing = extract(), 0
    for path in files():
        path.write_text(merged(path, template), encoding="utf-8")
        open_texts = unfinished(read(path))
        missing += len(open_texts)
        print(f"{path.relative_to(CHECKOUT)}: {len(template)} texts, {len(open_texts)} without a translation")
        for text in open_texts:
            print(f"  {text}")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
