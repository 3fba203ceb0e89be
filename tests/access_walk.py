"""What the walks of access share: the routes of the application, an address on each, and an answer to compare."""

from __future__ import annotations

import re
from collections.abc import Mapping

from access_rows import Place
from flask import Flask
from page_client import PageClient
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from api.security.guards import GUARD

NOWHERE = 900_000_000
# about the account of whoever is signed in, and of nobody else: what is tried of these is in the tests of accounts
OWN_ACCOUNT = {
    "pages.sign_out", "pages.go_on", "pages.account", "pages.change_password", "pages.end_session",
    "pages.end_other_sessions", "pages.second_factor", "pages.set_up_second_factor", "pages.second_factor_picture",
    "pages.change_second_factor", "pages.start_second_factor", "pages.cancel_second_factor",
}  # fmt: skip
_LAST = ("pages.leave_home", "pages.end_guardian", "pages.end_client", "pages.end_added_person")


def guard_of(app: Flask, rule: Rule) -> str:
    """The guard that a route declares; "" for one that declares none."""
    return str(getattr(app.view_functions[rule.endpoint], GUARD, ""))


def fill(rule: Rule, values: Mapping[str, object]) -> str:
    """A route's address with these values in it."""
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda found: str(values[found[1]]), rule.rule)


def page_routes(app: Flask) -> list[tuple[Rule, str]]:
    """Every page and method of the application that is for people, but for those of their own account.

    First what is only read, so that everything is still there; last what ends by whom or by what others act.
    """
    found = []
    for rule in app.url_map.iter_rules():
        public = guard_of(app, rule).startswith("public: ")
        if rule.endpoint.startswith("pages.") and rule.endpoint not in OWN_ACCOUNT and not public:
            found += [(rule, method) for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})]
    return sorted(found, key=lambda one: (one[1] != "GET", one[0].endpoint in _LAST))


def page_address(rule: Rule, place: Place) -> str:
    """A page's address for a place."""
    keys = {
        "student_id": place.student, "target_id": place.target, "section_id": place.section, "flag_id": place.flag,
        "assessment_id": place.assessment, "person_id": place.student, "subject": "Mathematics", **place.rows,
    }  # fmt: skip
    if rule.endpoint in place.rows:
        (argument,) = rule.arguments
        keys[argument] = place.rows[rule.endpoint]
    return fill(rule, dict.fromkeys(rule.arguments, NOWHERE) | keys)


def ask(client: PageClient, token: str, method: str, url: str, place: Place) -> TestResponse:
    """Ask for a page, with a form that an act needs."""
    if method == "GET":
        return client.client.get(url)
    form = {
        "csrf_token": token, "version": 99, "reason": "false_alarm", "kind": "pull", "section": place.section,
        "about": place.target, "flags": f"{place.flag}.99", "cut_scores": NOWHERE,
        "what": "waive", "seen": "", "step": "grant", "target": place.target, "words": "So it is.", "notice": "letter",
        "guardian": place.rows.get("guardian_id", NOWHERE),
    }  # fmt: skip
    if url.endswith("/change"):
        form |= {"given_name": "Added", "family_name": "Mentor", "partner": "0"}
    if url.endswith("/emergency"):
        form["reason"] = "short"  # a good one would open what the walk is to find closed
    return client.client.open(url, method=method, data=form)


def plain(answer: TestResponse) -> tuple[int, bytes, list[tuple[str, str]]]:
    """An answer without what names the address itself and the form token."""
    path = answer.request.path.encode()
    body = re.sub(rb'name="csrf_token" value="[^"]*"', b"", answer.data.replace(path, b"(address)"))
    body = re.sub(rb'<p id="session-until".*?</p>', b"", body, flags=re.DOTALL)
    headers = [(name, value) for name, value in answer.headers if name not in ("Content-Length", "Set-Cookie", "Date")]
    return answer.status_code, body, sorted(headers)


def session_cookie(client: PageClient) -> str:
    """The cookie of somebody who is signed in."""
    found = client.client.get_cookie("mastery_session")
    assert found is not None
    return found.value
