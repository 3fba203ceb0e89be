"""What pages do about an act: it is kept, or there is no such page; its form is shown again; a text says it is done."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from api.actions.links import NotYoursError
from api.pages.blueprint import REFUSED, Visit
from api.pages.office_forms import ActForm, refuse
from mastery.links import LinkError


@contextmanager
def kept(visit: Visit, *gone: type[Exception]) -> Iterator[None]:
    """An act, committed at its end; 404 for what is not the viewer's, or is not there as one of `gone` says."""
    absent: tuple[type[Exception], ...] = (NotYoursError, *gone)
    try:
        yield
    except absent:
        abort(404)
    visit.session.commit()


def done(visit: Visit, form: ActForm, act: Callable[[], object]) -> bool:
    """Let an act be done and kept; where it is refused, the form says why."""
    try:
        with kept(visit):
            act()
    except LinkError as refused:
        refuse(form, refused)
        return False
    return True


def form_page(template: str, **context: Any) -> ResponseReturnValue:
    """A page with a form, new or as it was typed."""
    return render_template(template, **context), REFUSED if request.method == "POST" else 200


def redirect_with(text: str, endpoint: str, **values: Any) -> ResponseReturnValue:
    """To a page, where a text says what was done."""
    flash(text)
    return redirect(url_for(endpoint, **values), 303)
