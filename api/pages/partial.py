"""One partial, two uses: inside its page, and alone when the page's script asks again."""

from __future__ import annotations

import hashlib
from collections.abc import Collection

from flask import Response, make_response, render_template, request, url_for
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup

from api.pages import live_link
from api.pages.blueprint import Visit
from api.pages.words import clock_time


def live_page(
    visit: Visit, template: str, partial: str, section_ids: Collection[int], /, **context: object
) -> Response:
    """The whole page, or with `?partial=1` its partial alone, 304 where the script has it already.

    `template` is the one that shows the rendered `partial`; it is told the same context.
    """
    html = render_template(partial, **context)
    headers = dict(live_link.live_headers(visit, section_ids))
    headers["X-Updated-At"] = clock_time(visit.now, visit.zone).replace("\u202f", " ")
    # each answer signs the form token anew; what people see decides whether anything changed
    etag = hashlib.sha256(html.replace(generate_csrf(), "").encode()).hexdigest()[:32]
    if request.args.get("partial") == "1":
        response = make_response(html)
        response.set_etag(etag)
        response.headers.update(headers)
        response.make_conditional(request)
        return response
    live = {
        "url": _own_address(),
        "etag": etag,
        "stream": live_link.stream_url() if "X-Live-Token" in headers else None,
        "token": headers.get("X-Live-Token"),
        "versions": headers.get("X-Live-Versions"),
        "updated": headers["X-Updated-At"],
    }
    return make_response(render_template(template, partial=Markup(html), live=live, **context))


def _own_address() -> str:
    """Where the partial of the page asked for is; what is asked for by name never takes the place of its path."""
    asked = {
        name: value
        for name, value in request.args.to_dict().items()
        if name != "endpoint" and not name.startswith("_")  # these mean something else to url_for
    }
    return url_for(request.endpoint or "", **{**asked, **(request.view_args or {}), "partial": "1"})
