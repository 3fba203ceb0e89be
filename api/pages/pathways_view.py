"""The ways to learn a target as the path shows them: for this reader, best first, none left out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _

from api.pages import pathway_words
from api.pages.language import SOURCE, reader_language
from api.pages.texts import Said
from mastery.pathways import HOME_MINUTES, Likes, Mode, Pathway, Setting, Words, in_order
from models.target_texts import Text

_AT_HOME = (Setting.AT_HOME, Setting.OUTSIDE)


@dataclass(frozen=True, slots=True)
class Way:
    """A way in the reader's words where there are some: what it is called, what one does, where and how; its link."""

    title: Said
    about: Said
    short: str
    link: str | None


@dataclass(frozen=True, slots=True)
class WaysOf:
    """The ways of all targets that a page shows, and for whom: what the student likes, a family at home."""

    ways: Mapping[int, Sequence[Pathway]]
    texts: Mapping[tuple[int, str], Text]
    likes: Likes
    family: bool

    def of(self, target: int, *, with_task: bool = True) -> list[Way]:
        """The ways to learn a target, best first; `with_task`: the district's ten minutes for home are one of them."""
        every = [*([] if not with_task else self._task(target)), *self.ways.get(target, ())]
        available = _AT_HOME if self.family else tuple(Setting)
        return [as_read(one) for one in in_order(every, self.likes, reader_language(), available)]

    def _task(self, target: int) -> Iterable[Pathway]:
        said = {
            language: Words("", text.task)
            for (key, language), text in self.texts.items()
            if key == target and text.task
        }
        if said:
            yield Pathway(Mode.INDEPENDENT, Setting.AT_HOME, HOME_MINUTES, None, said)


def as_read(way: Pathway) -> Way:
    """A way in the reader's language, else in the district's own, marked so."""
    language = reader_language()
    found = language if language in way.words else SOURCE if SOURCE in way.words else min(way.words)
    words, lang = way.words[found], None if found == language else found
    title = Said(words.title, lang) if words.title else Said(_("Ten minutes at home"))
    return Way(title, Said(words.about, lang), pathway_words.short(way.mode, way.setting, way.minutes), way.link)
