"""A student of age lets a guardian see on, or ends it: the rights are the student's own (99.5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import abort, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from api.actions.custody import end_beyond_age, keep_beyond_age
from api.actions.rights import is_grown
from api.pages.acts import kept, redirect_with
from api.pages.blueprint import Visit, about_student, pages
from mastery.access_questions import What
from mastery.links import AgeBasis, LinkError
from models.links import BeyondAge
from models.queries_person import beyond_age_of, guardians_of


@dataclass(frozen=True, slots=True)
class SeesOn:
    """A guardian of a student of age; `kept` is what lets them see on, if anything does, `own` by the student."""

    guardian: int
    name: str
    kept: BeyondAge | None

    @property
    def own(self) -> bool:
        """Whether the student agreed to it, and may end it."""
        return self.kept is not None and self.kept.basis == AgeBasis.STUDENT_CONSENT


def family_of_age(visit: Visit) -> Sequence[SeesOn] | None:
    """The guardians of the student who looks at their own page; None for others, and before the 18th birthday."""
    student = visit.subject.student
    if visit.viewer.person != student or not is_grown(visit.session, visit.district_id, student, visit.now):
        return None
    kept = {
        one.kept.guardian_id: one.kept
        for one in beyond_age_of(visit.session, visit.district_id, student)
        if one.kept.withdrawn_at is None and (one.kept.ends_at is None or one.kept.ends_at > visit.now)
    }
    return [
        SeesOn(one.id, one.name, kept.get(one.id))
        for one in guardians_of(visit.session, visit.district_id, student)
        if one.id in kept or one.holds(visit.today)
    ]


@pages.post("/path/family")
@about_student(What.WHO_LOOKED, own=True)
def let_family_see(visit: Visit) -> ResponseReturnValue:
    """Let a guardian see one's record on."""
    guardian = request.form.get("guardian", type=int)
    line = next((one for one in _family(visit) if one.guardian == guardian), None)
    if line is None:
        abort(404)
    if line.kept is None:
        with kept(visit, LinkError):
            keep_beyond_age(
                visit.session, visit.viewer, visit.subject.student, line.guardian, AgeBasis.STUDENT_CONSENT,
                visit.today, None, visit.now,
            )  # fmt: skip
    return _back(visit, _("Done. This person sees your pages from now on. You can end it here."))


@pages.post("/path/family/<int:kept_id>/end")
@about_student(What.WHO_LOOKED, own=True)
def end_family_sees(visit: Visit, kept_id: int) -> ResponseReturnValue:
    """End that a guardian sees one's record."""
    if not any(one.own and one.kept is not None and one.kept.id == kept_id for one in _family(visit)):
        abort(404)
    end_beyond_age(visit.session, visit.viewer, kept_id, visit.now)
    visit.session.commit()
    return _back(visit, _("Ended. This person sees nothing from now on."))


def _family(visit: Visit) -> Sequence[SeesOn]:
    found = family_of_age(visit)
    return abort(404) if found is None else found


def _back(visit: Visit, text: str) -> ResponseReturnValue:
    return redirect_with(text, "pages.looked_at", student_id=visit.subject.student, _anchor="family")
