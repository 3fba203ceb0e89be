"""The form that opens a paper of a class: what it is called, on which targets, worth how much, done when."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length, Optional

from api.pages import words
from api.pages.blueprint import Visit
from api.pages.office_forms import ActForm, DayField
from api.pages.paper_words import LEVELS, SCORING
from mastery.evidence import PROPOSED_CUT_SCORES, TOP_LEVEL, CutScore, EvidenceType, Independence, Purpose
from mastery.graph import Resolved
from mastery.paper import (
    LEVEL_CUTS,
    LONGEST_TITLE,
    MOST_POINTS,
    MOST_TARGETS,
    PURPOSES,
    TYPES,
    PaperError,
    Scoring,
    cut_scores,
    done_at,
)
from models.graph_store import DistrictGraph
from models.queries_paper import Opening, Ticket

_KEY = re.compile(r"[0-9a-f]{32}")
_PERCENT = re.compile(r"\d{1,3}(?:[.,]\d)?", re.ASCII)
_POINTS = re.compile(r"\d{1,4}(?:[.,]\d{1,2})?", re.ASCII)
_LONGEST_CODE = 200


def _number(text: str | None, shape: re.Pattern[str]) -> float | None:
    told = (text or "").strip()
    return float(told.replace(",", ".")) if shape.fullmatch(told) else None


class PaperForm(ActForm):
    """A paper of a class. `key` is made with the form, so that sending it twice opens one paper."""

    key = HiddenField()
    title = StringField(
        _l("Name of the paper"),
        [
            DataRequired(_l("Give it a name.")),
            Length(max=LONGEST_TITLE, message=_l("Say it in at most %(max)d characters.")),
        ],
    )
    day = DayField(_l("Day on which it was done"), [Optional()])
    evidence_type = SelectField(_l("What kind of work?"), default=EvidenceType.EXIT_TICKET.value)
    purpose = SelectField(_l("What was it for?"), default=Purpose.FORMATIVE.value)
    independence = SelectField(_l("How did they work?"), default=Independence.INDEPENDENT.value)
    scoring = SelectField(_l("What do you type?"), default=Scoring.POINTS.value)
    levels = SelectField(_l("Do points become levels?"), default="none")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.evidence_type.choices = [SelectChoice(one.value, words.EVIDENCE_TYPES[one]) for one in TYPES]
        self.purpose.choices = [SelectChoice(one.value, words.PURPOSES[one]) for one in PURPOSES]
        self.independence.choices = [SelectChoice(one.value, words.INDEPENDENCE[one]) for one in Independence]
        self.scoring.choices = [SelectChoice(one.value, text) for one, text in SCORING.items()]
        self.levels.choices = [SelectChoice(one, text) for one, text in LEVELS.items()]
        if not _KEY.fullmatch(self.key.data or ""):
            self.key.data = uuid.uuid4().hex

    def opening(self, visit: Visit, section: int, graph: DistrictGraph) -> Opening | None:
        """The paper that is asked for; None, and the fields say why, where something is wrong."""
        sound = self.validate_on_submit()
        targets = self._targets(graph)
        try:
            performed_at, estimated = done_at(self.day.data, visit.now, visit.zone)
            cuts = self._cuts()
        except PaperError as refused:
            self._refuse(refused)
            return None
        if not sound or targets is None:
            return None
        return Opening(
            self.key.data, section, self.title.data.strip(), Purpose(self.purpose.data),
            EvidenceType(self.evidence_type.data), Scoring(self.scoring.data), Independence(self.independence.data),
            performed_at, estimated, cuts, targets,
        )  # fmt: skip

    def take(self, ticket: Ticket, graph: DistrictGraph) -> None:
        """Begin as an earlier paper of the class was opened, for another day."""
        self.title.data = ticket.title
        self.evidence_type.data, self.purpose.data = ticket.evidence_type.value, ticket.purpose.value
        self.independence.data, self.scoring.data = ticket.independence.value, ticket.scoring.value
        self.levels.data = "some" if ticket.cuts and ticket.scoring is Scoring.POINTS else "none"
        for (code, most), (target, points) in zip(self.rows(), ticket.targets.items(), strict=False):
            node = graph.node(target)
            code.data, most.data = node.code or node.guid, f"{points:g}"

    def check_on(self, target: int, graph: DistrictGraph) -> None:
        """Begin as a check whether a target is still there, which needs levels."""
        node = graph.node(target)
        self.evidence_type.data, self.levels.data = EvidenceType.RETENTION_CHECK.value, "some"
        self.rows()[0][0].data = node.code or node.guid

    def rows(self) -> list[tuple[StringField, StringField]]:
        """The places for a target and the points possible."""
        return [(self[f"target{place}"], self[f"points{place}"]) for place in range(1, MOST_TARGETS + 1)]

    def shares(self) -> list[StringField]:
        """The places for from how many percent each level is reached."""
        return [self[_cut_name(one)] for one in PROPOSED_CUT_SCORES]

    def _refuse(self, refused: PaperError) -> None:
        if refused.field == "day":
            self.day.errors = [_("Give a day that has come, or leave it empty.")]
        else:
            self.shares()[0].errors = [_("Give percents from 1 to 100 that rise with the levels.")]

    def _targets(self, graph: DistrictGraph) -> Mapping[int, float] | None:
        found: dict[int, float] = {}
        sound = True
        by_level = self.scoring.data == Scoring.LEVEL
        for place, (code, points) in enumerate(self.rows()):
            told = (code.data or "").strip()
            if not told:
                if not place:
                    code.errors = [_("Name the target by its code.")]
                    sound = False
                continue
            meant = graph.resolve(told)
            key = graph.ids[meant.target] if isinstance(meant, Resolved) else None
            most = TOP_LEVEL if by_level else _number(points.data, _POINTS)
            if key is None or key not in graph.subjects or key in found:
                code.errors = [_("Choose a target by its code, each once.")]
                sound = False
            elif most is None or not 0 < most <= MOST_POINTS:
                points.errors = [_("Give a number above 0 and at most %(most)s.", most=f"{MOST_POINTS:g}")]
                sound = False
            else:
                found[key] = most
        return found if sound else None

    def _cuts(self) -> tuple[CutScore, ...] | None:
        """Cut scores, None for formative only. Raises PaperError where they are wrong."""
        if self.scoring.data == Scoring.LEVEL:
            return LEVEL_CUTS
        if self.levels.data != "some":
            return None
        percents = {}
        for cut, field in zip(PROPOSED_CUT_SCORES, self.shares(), strict=True):
            if (field.data or "").strip():
                percent = _number(field.data, _PERCENT)
                percents[cut.level] = 0.0 if percent is None else percent
        return cut_scores(percents)


def _cut_name(cut: CutScore) -> str:
    return f"cut{int(cut.level * 10)}"


for _place in range(1, MOST_TARGETS + 1):
    setattr(PaperForm, f"target{_place}", StringField(_l("Target"), [Length(max=_LONGEST_CODE)]))
    setattr(PaperForm, f"points{_place}", StringField(_l("Points possible"), default="10" if _place == 1 else ""))
for _cut in PROPOSED_CUT_SCORES:
    _asks = _l("Level %(level)s from how many percent?", level=f"{_cut.level:g}")
    setattr(PaperForm, _cut_name(_cut), StringField(_asks, default=f"{_cut.share * 100:g}"))
