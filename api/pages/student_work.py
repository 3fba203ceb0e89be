"""What a student handed in: the files, whose work each is and what helped; adding one; giving one out."""

from __future__ import annotations

from typing import ClassVar

from flask import Response, abort, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from werkzeug.datastructures import FileStorage
from wtforms import BooleanField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length

from api.actions.artefacts import LONGEST_WORDS, FileError, StatementError, add_artefact, checked_statement, state
from api.pages.acts import kept, redirect_with
from api.pages.blueprint import PAGE_SIZE, REFUSED, Visit, about_student, last_page, page_number, pages
from api.pages.office_forms import ActForm, BoxesField
from api.pages.rating_words import KINDS
from api.pages.record_words import HELP
from mastery.access_questions import What
from mastery.policy import DEFAULT_POLICY
from mastery.rating.artefacts import Artefact, Help, Refusal
from mastery.rating.contents import MEDIA_TYPES, FileRefusal, Kind, most_bytes
from models.queries_artefacts import artefact_of, content_of, work_of
from models.queries_rated import tasks_for
from models.queries_student import student_head

_TOO_LONG = _l("Say it in at most %(max)d characters.")
FILE_REFUSALS = {
    FileRefusal.EMPTY: lambda: _("Choose a file. The one that was sent is empty."),
    FileRefusal.TOO_LARGE: lambda: _(
        "The file is too large: at most %(most)d megabytes. Send a smaller picture or a shorter film.",
        most=DEFAULT_POLICY.artefact_megabytes,
    ),
    FileRefusal.NO_ROOM: lambda: _(
        "There is no more room: all files of a student together have at most %(most)d megabytes.",
        most=DEFAULT_POLICY.artefact_student_megabytes,
    ),
    FileRefusal.KIND: lambda: _(
        "Files of this kind are not taken. Send a PDF, a picture, a film or sound, a text or an office document without"
        " macros."
    ),
}
_STATEMENT_REFUSALS = {
    Refusal.NO_STATEMENT: ("own_work", lambda: _("Say that it is your own work.")),
    Refusal.NO_DISCLOSURE: ("help", lambda: _("Say what helped you, or that nothing did.")),
    Refusal.DISCLOSURE_UNCLEAR: ("help_words", lambda: _("Say in words how it helped. “Nothing” stands alone.")),
    Refusal.NO_OWN_PART: ("own_part", lambda: _("Say which part of it you did.")),
}
# nothing of what was handed in runs or shows here, whatever it is
_SHUT = "default-src 'none'; sandbox"


class StatementForm(ActForm):
    """Whose work a file is, and what helped."""

    own_work = BooleanField(_l("This is my own work."))
    help = BoxesField(_l("What helped you?"), choices=[SelectChoice(str(one), said) for one, said in HELP.items()])
    help_words = TextAreaField(_l("How did it help?"), [Length(max=LONGEST_WORDS, message=_TOO_LONG)])
    with_others = BooleanField(_l("I made it together with others."))
    own_part = TextAreaField(_l("Then: what did you do?"), [Length(max=LONGEST_WORDS, message=_TOO_LONG)])

    def said(self) -> Artefact:
        """What the form says of a file."""
        return Artefact(
            "", bool(self.own_work.data), frozenset(Help(one) for one in self.help.data or ()),
            self.help_words.data or "", bool(self.with_others.data), self.own_part.data or "",
        )  # fmt: skip


class WorkForm(StatementForm):
    """A file, with what its student says of it."""

    refusals: ClassVar = {}

    file = FileField(_l("Which file?"))


@pages.get("/students/<int:student_id>/work")
@about_student(What.WORK)
def student_work(visit: Visit, student_id: int) -> ResponseReturnValue:
    """The files of a student, the newest first."""
    return _show(visit, student_id, WorkForm() if may_add(visit, student_id) else None)


@pages.post("/students/<int:student_id>/work")
@about_student(What.WORK)
def add_work(visit: Visit, student_id: int) -> ResponseReturnValue:
    """Add a file: the student, who says whose work it is, or a teacher."""
    if not may_add(visit, student_id):
        abort(404)
    form, own = WorkForm(), visit.viewer.person == student_id
    if not form.validate_on_submit():
        return _show(visit, student_id, form)
    sent = form.file.data
    content, name = (sent.stream.read(), sent.filename or "") if isinstance(sent, FileStorage) else (b"", "")
    try:
        said = checked_statement(form.said()) if own else None
        with kept(visit):
            added = add_artefact(
                visit.session, visit.district_id, student_id, visit.viewer.person, name, content, visit.now
            )
            if said is not None:
                state(visit.session, visit.district_id, student_id, added.id, said, visit.now)
    except FileError as refused:
        form.file.errors = [FILE_REFUSALS[refused.reason]()]
        return _show(visit, student_id, form)
    except StatementError as refused:
        _mark(form, refused)
        return _show(visit, student_id, form)
    text = (
        _("Kept: %(name)s.", name=added.name)
        if added.new
        else _("This file was here already: %(name)s.", name=added.name)
    )
    return redirect_with(text, "pages.student_work", student_id=student_id)


@pages.get("/students/<int:student_id>/work/<int:artefact_id>")
@about_student(What.WORK)
def state_work(visit: Visit, student_id: int, artefact_id: int) -> ResponseReturnValue:
    """The form in which a student says, or says anew, whose work a file is."""
    return _statement_page(visit, student_id, artefact_id, StatementForm())


@pages.post("/students/<int:student_id>/work/<int:artefact_id>")
@about_student(What.WORK)
def keep_statement(visit: Visit, student_id: int, artefact_id: int) -> ResponseReturnValue:
    """Say whose work a file is."""
    form = StatementForm()
    if visit.viewer.person == student_id and form.validate_on_submit():
        try:
            with kept(visit, LookupError):
                state(visit.session, visit.district_id, student_id, artefact_id, form.said(), visit.now)
            return redirect_with(_("Kept, with the date."), "pages.student_work", student_id=student_id)
        except StatementError as refused:
            _mark(form, refused)
    return _statement_page(visit, student_id, artefact_id, form)


@pages.get("/students/<int:student_id>/work/<int:artefact_id>/file")
@about_student(What.WORK)
def work_file(visit: Visit, student_id: int, artefact_id: int) -> ResponseReturnValue:
    """A file itself, to keep and never to show: a browser puts it with the downloads."""
    found = artefact_of(visit.session, visit.district_id, student_id, artefact_id)
    if found is None:
        abort(404)
    return file_answer(content_of(visit.session, visit.district_id, found.digest), found.name, Kind(found.kind))


def file_answer(content: bytes, name: str, kind: Kind) -> Response:
    """A file as an attachment, under its own kind, and shut off from everything else."""
    answer = make_response(content)
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    answer.headers["Content-Type"] = MEDIA_TYPES[kind] + ("; charset=utf-8" if kind is Kind.TEXT else "")
    answer.headers["Content-Security-Policy"] = _SHUT
    return answer


def may_add(visit: Visit, student_id: int) -> bool:
    """Whether a person adds work of the student whom the page is about: the student, or who teaches them."""
    return visit.viewer.person == student_id or visit.access_to(What.ADD_WORK).whole


def _mark(form: StatementForm, refused: StatementError) -> None:
    for lack in refused.lacks:
        field, words = _STATEMENT_REFUSALS[lack]
        form[field].errors = [words()]


def _statement_page(visit: Visit, student_id: int, artefact_id: int, form: StatementForm) -> ResponseReturnValue:
    found = artefact_of(visit.session, visit.district_id, student_id, artefact_id)
    if found is None or visit.viewer.person != student_id:
        abort(404)
    page = render_template("student_work_state.html", visit=visit, found=found, form=form)
    return page, REFUSED if request.method == "POST" else 200


def _show(visit: Visit, student_id: int, form: WorkForm | None) -> ResponseReturnValue:
    page = page_number()
    files, total = work_of(visit.session, visit.district_id, student_id, PAGE_SIZE, (page - 1) * PAGE_SIZE)
    tasks, _more = tasks_for(visit.session, visit.district_id, visit.subject.sections, PAGE_SIZE, 0)
    shown = render_template(
        "student_work.html",
        tasks=tasks,
        kinds=KINDS,
        visit=visit,
        head=student_head(visit.session, visit.district_id, student_id, visit.name_use),
        own=visit.viewer.person == student_id,
        files=files,
        page=page,
        last=last_page(page, total),
        form=form,
        help_words=HELP,
        most=DEFAULT_POLICY.artefact_megabytes,
    )
    return shown, REFUSED if request.method == "POST" else 200


UPLOADS = frozenset({"pages.add_work", "pages.add_rubric_example"})
MAX_UPLOAD_BYTES = 2 * most_bytes(DEFAULT_POLICY)
"""What is a little too large is answered in the form; what is far too large is not read."""
