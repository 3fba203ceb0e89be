"""Reading My path in tests."""

from __future__ import annotations

import re

from factories import Factory
from page_world import PageWorld
from path_world import LIKE, LITTLE, UNITS, UNLIKE, fractions, line, mastered


def html(world: PageWorld, who: str = "student", **headers: str) -> str:
    """The partial of the student's path, linted."""
    client = world.client(who)
    client.get(f"/students/{world.student.id}/path?partial=1", **headers)
    assert client.response is not None
    return client.response.get_data(as_text=True)


def plain(markup: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", markup)).strip()


def section(markup: str, key: str) -> str:
    """One part of the page as text; empty where it is not there."""
    found = re.search(rf'<(section|p)[^>]*data-key="{key}".*?</\1>', markup, re.S)
    return plain(found.group(0)) if found else ""


def working(world: PageWorld) -> None:
    """Units are mastered; like parts hardly begun; unlike parts and mixed numbers wait for those."""

    def rows(make: Factory) -> None:
        made = fractions(world, make)
        mastered(make, world.student, made[UNITS])
        make.standing(world.student, made[LIKE], records=1, missing=LITTLE)
        make.standing(
            world.student, made[UNLIKE], missing=[line("dates", 2, 1), line("prerequisites", 1, 0, made[LIKE])]
        )

    world.add(rows)
