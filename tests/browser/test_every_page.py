"""Every page in every state, on every screen, light and dark: nothing that keeps anybody out."""

from __future__ import annotations

from typing import Literal

import pytest
from every_page import CASES, PICTURES, Case, come, signed_in
from furnished import furnish
from page_checks import (
    axe_problems,
    folding_problems,
    keyboard_problems,
    layout_problems,
    load_axe,
    open_all,
    skip_link_problems,
)  # fmt: skip
from playwright.sync_api import Page
from visitors import Site, Visitor

WIDTHS = (320, 768, 1440)


def test_every_page_is_among_the_cases(site: Site) -> None:
    rules = [rule for rule in site.app.url_map.iter_rules() if rule.endpoint.startswith("pages.")]
    routes = {rule.endpoint for rule in rules if "GET" in (rule.methods or ())}
    assert routes - PICTURES == {case.endpoint for case in CASES} - {None}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_nothing_on_the_page_keeps_anybody_out(visitor: Visitor, case: Case) -> None:
    page = arrive(visitor, case)
    problems = [f"keyboard: {one}" for one in skip_link_problems(page) + folding_problems(page)]
    assert visitor.errors == []  # before axe is there, whose doings are not the page's
    load_axe(page)
    # a page without folds has one state
    folds = page.locator("details").count() > 0
    for state in ("folded", "unfolded") if folds else ("as it is",):
        if state == "unfolded":
            open_all(page)
        for number, width in enumerate(WIDTHS):
            page.set_viewport_size({"width": width, "height": 800})
            problems.extend(f"{state}, {width} px: {one}" for one in layout_problems(page))
            # the slow one sees each screen once: what is folded in between, what is not on the smallest and the largest
            if folds and (state == "folded") != (number == 1):
                continue
            scheme: Literal["light", "dark"] = "dark" if number % 2 else "light"
            page.emulate_media(color_scheme=scheme)
            problems.extend(f"{state}, {width} px, {scheme}: {one}" for one in axe_problems(page))
    page.set_viewport_size({"width": WIDTHS[0], "height": 800})  # where most is below the edge
    problems.extend(f"keyboard: {one}" for one in keyboard_problems(page))
    assert not problems, "\n".join(problems)


def arrive(visitor: Visitor, case: Case) -> Page:
    """Furnish the world, sign in and come to the page of a case."""
    furnished = furnish(visitor.world)
    if case.more is not None:
        case.more(furnished)
    if case.who is not None:
        signed_in(visitor, case.who, case.language)
    come(visitor, case, furnished)
    return visitor.page
