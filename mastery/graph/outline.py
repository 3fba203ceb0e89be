"""Prerequisites as a nested list: what builds on what, every target once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mastery.graph.order import depths
from mastery.graph.surroundings import Link
from mastery.graph.values import Strength


@dataclass(frozen=True, slots=True)
class Entry:
    """A target in the list, with what is listed below it.

    `strength` is that of the link from the entry above it, None at the top. `elsewhere` builds on it too and is listed
    below another target.
    """

    target: str
    strength: Strength | None
    below: tuple[Entry, ...]
    elsewhere: tuple[Link, ...]


def outline(targets: Sequence[str], links: Sequence[Link]) -> tuple[Entry, ...]:
    """The list of some targets, given in the order in which equals are told.

    A target stands below the one before it that comes latest, a hard prerequisite before a soft one of the same depth.
    """
    place = {target: number for number, target in enumerate(targets)}
    depth = depths(targets, [(link.before, link.after) for link in links])
    home: dict[str, Link] = {}
    for link in links:
        known = home.get(link.after)
        if known is None or _nearness(link, depth, place) < _nearness(known, depth, place):
            home[link.after] = link
    after: dict[str, list[Link]] = {}
    for link in sorted(links, key=lambda link: place[link.after]):
        after.setdefault(link.before, []).append(link)

    def entry(target: str, strength: Strength | None) -> Entry:
        own = after.get(target, [])
        return Entry(
            target,
            strength,
            tuple(entry(link.after, link.strength) for link in own if home[link.after] == link),
            tuple(link for link in own if home[link.after] != link),
        )

    return tuple(entry(target, None) for target in targets if target not in home)


def _nearness(link: Link, depth: dict[str, int], place: dict[str, int]) -> tuple[int, bool, int]:
    return -depth[link.before], link.strength is not Strength.HARD, place[link.before]
