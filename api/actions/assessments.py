"""Registering assessments, and a person confirming their cut scores."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from api.actions.announce import announce
from api.actions.ingest import Intake
from api.actions.quarantine import Released, release
from api.actions.rederive import rederive_assessment
from mastery.audit import Act
from mastery.evidence import PROPOSED_CUT_SCORES, CutScore, Problem, Purpose
from mastery.graph import Ambiguous, Resolved, resolve_target
from models.assessment import Assessment, AssessmentForm, Blueprint, CutScores, FormItem, Item
from models.audit import by_person, record
from models.clients import Caller
from models.graph_store import DistrictGraph
from models.locks import change_rules
from models.queries_assessments import has_format
from models.registry import bump, context


@dataclass(frozen=True, slots=True)
class ItemSpec:
    """An item on a form: its target as the sender spells it, its maximum and cognitive demand 1..4.

    `choices` is how many options it has to choose from, 2 to 20; None where it can not be guessed. `points` is in how
    many equal steps it is scored, 1 to 20; None where the sender does not say.
    """

    item: str
    target: str
    max: float = 1.0
    dok: int | None = None
    choices: int | None = None
    points: int | None = None


@dataclass(frozen=True, slots=True)
class FormSpec:
    """A form and its items; a form may be registered without them."""

    form: str
    items: tuple[ItemSpec, ...] = ()


@dataclass(frozen=True, slots=True)
class BlueprintSpec:
    """A target that the assessment is about, its share of the weight, and the demand at which it is asked."""

    target: str
    weight: float = 1.0
    dok: int | None = None


@dataclass(frozen=True, slots=True)
class AssessmentSpec:
    """An assessment as its client describes it; without cut scores the stated default is proposed."""

    name: str
    title: str
    purpose: Purpose
    forms: tuple[FormSpec, ...]
    dok: int | None = None
    cut_scores: tuple[CutScore, ...] = ()
    blueprint: tuple[BlueprintSpec, ...] = ()


@dataclass(frozen=True, slots=True)
class Registered:
    """What registering did."""

    key: int
    created: bool
    changed: bool
    released: Released


class AssessmentError(ValueError):
    """The description breaks a rule; `problems` name the fields."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(f"{problem.field} {problem.message}" for problem in problems))
        self.problems = tuple(problems)


class CutScoresError(LookupError):
    """There are no such cut scores, or they do not wait for confirmation any more."""


def register(session: Session, intake: Intake, caller: Caller, spec: AssessmentSpec, now: datetime) -> Registered:
    """Create or change a client's assessment; the same description again changes nothing."""
    district_id = caller.district_id
    change_rules(session, district_id)
    graph = intake.graphs.get(session, district_id, context(session, district_id).stamps.graph)
    targets = _resolve(spec, graph)
    digest = hashlib.sha256(json.dumps(asdict(spec), sort_keys=True, default=str).encode()).digest()
    before = session.execute(
        select(Assessment.id, Assessment.digest)
        .where(
            Assessment.district_id == district_id,
            Assessment.client_pk == caller.client_pk,
            Assessment.name == spec.name,
        )
        .with_for_update()
    ).one_or_none()
    if before and bytes(before.digest) == digest:
        return Registered(before.id, False, False, Released(0, 0, 0))
    key = session.execute(
        insert(Assessment)
        .values(
            district_id=district_id, client_pk=caller.client_pk, name=spec.name, title=spec.title,
            purpose=spec.purpose.value, dok=spec.dok, digest=digest, changed_at=now,
        )
        .on_conflict_do_update(
            index_elements=["district_id", "client_pk", "name"],
            set_={"title": spec.title, "purpose": spec.purpose.value, "dok": spec.dok, "digest": digest,
                  "changed_at": now},
        )
        .returning(Assessment.id)
    ).scalar_one()  # fmt: skip
    _write_forms(session, district_id, key, spec, targets)
    _write_blueprint(session, district_id, key, spec, targets)
    _propose(session, district_id, key, spec, now)
    bump(session, district_id, "assessments")
    if before:
        rederive_assessment(session, district_id, key, now)
    return Registered(key, before is None, True, release(session, intake.within(), district_id, now))


def _resolve(spec: AssessmentSpec, graph: DistrictGraph) -> dict[str, int]:
    """Every target named, by its spelling; AssessmentError names those that mean none or several."""
    named = [
        (f"forms[{f}].items[{i}].target", item.target)
        for f, form in enumerate(spec.forms)
        for i, item in enumerate(form.items)
    ] + [(f"blueprint[{n}].target", line.target) for n, line in enumerate(spec.blueprint)]
    found: dict[str, int] = {}
    planned: dict[int, str] = {}
    problems = []
    for field, reference in named:
        meant = resolve_target(reference, graph.index)
        if isinstance(meant, Resolved):
            target = found[reference] = graph.ids[meant.target]
            if field.startswith("blueprint") and planned.setdefault(target, field) != field:
                problems.append(Problem(field, f"is the same target as {planned[target]}; give each target once"))
        elif isinstance(meant, Ambiguous):
            several = ", ".join(meant.candidates)
            problems.append(Problem(field, f"is {reference!r}, which means several targets; give one of {several}"))
        else:
            problems.append(Problem(field, f"is {reference!r}, which is no target here; import its framework first"))
    if problems:
        raise AssessmentError(problems)
    return found


def _write_forms(session: Session, district_id: int, key: int, spec: AssessmentSpec, targets: dict[str, int]) -> None:
    """Add forms and items; a form that is not described any more stays for the results that name it."""
    forms = _named_rows(session, AssessmentForm, district_id, key, {form.form: {} for form in spec.forms})
    session.execute(
        delete(FormItem).where(FormItem.district_id == district_id, FormItem.form_id.in_(list(forms.values())))
    )
    described = {
        item.item: {"dok": item.dok, "choices": item.choices, "points": item.points}
        for form in spec.forms
        for item in form.items
    }
    items = _named_rows(session, Item, district_id, key, described)
    places = [
        {"district_id": district_id, "form_id": forms[form.form], "item_id": items[item.item],
         "target_id": targets[item.target], "max": item.max}
        for form in spec.forms
        for item in form.items
    ]  # fmt: skip
    if places:
        session.execute(insert(FormItem), places)


def _named_rows(
    session: Session,
    model: type[AssessmentForm] | type[Item],
    district_id: int,
    assessment: int,
    described: Mapping[str, Mapping[str, object]],
) -> dict[str, int]:
    """Keys by name of an assessment's forms or items, with what is described of each, added where they are new."""
    if not described:
        return {}
    wanted = insert(model)
    changed = {name: wanted.excluded[name] for name in ("name", *next(iter(described.values())))}
    rows = session.execute(
        wanted.on_conflict_do_update(index_elements=["district_id", "assessment_id", "name"], set_=changed).returning(
            model.name, model.id
        ),
        [
            {"district_id": district_id, "assessment_id": assessment, "name": name} | dict(columns)
            for name, columns in sorted(described.items())
        ],
    )
    return {row.name: row.id for row in rows}


def _write_blueprint(
    session: Session, district_id: int, key: int, spec: AssessmentSpec, targets: dict[str, int]
) -> None:
    session.execute(delete(Blueprint).where(Blueprint.district_id == district_id, Blueprint.assessment_id == key))
    weights: dict[int, tuple[float, int | None]] = {}
    for line in spec.blueprint:
        weights[targets[line.target]] = (line.weight, line.dok)
    for target, (weight, dok) in weights.items():
        session.add(Blueprint(district_id=district_id, assessment_id=key, target_id=target, weight=weight, dok=dok))
    session.flush()


def _propose(session: Session, district_id: int, key: int, spec: AssessmentSpec, now: datetime) -> None:
    """Propose the sender's cut scores, or the stated default; what was proposed or confirmed already stays."""
    origin = "sender" if spec.cut_scores else "proposed"
    wanted = cut_pairs(spec.cut_scores or PROPOSED_CUT_SCORES)
    current = session.scalars(
        select(CutScores).where(
            CutScores.district_id == district_id, CutScores.assessment_id == key, CutScores.withdrawn_at.is_(None)
        )
    ).all()
    if any(one.cuts == wanted for one in current) or (current and not spec.cut_scores):
        return
    for one in current:
        if one.confirmed_at is None:
            one.withdrawn_at = now
    session.add(CutScores(district_id=district_id, assessment_id=key, cuts=wanted, origin=origin, proposed_at=now))
    session.flush()


def cut_pairs(cuts: Sequence[CutScore]) -> list[list[float]]:
    """Cut scores as they are stored: [level, share], rising."""
    return [[cut.level, cut.share] for cut in sorted(cuts, key=lambda one: one.share)]


def confirm_cut_scores(session: Session, district_id: int, cut_scores_id: int, person_id: int, now: datetime) -> int:
    """A person of the school confirms cut scores: from now on they count, for past results of the assessment too.

    Returns how many students were brought up to them. Raises CutScoresError.
    """
    change_rules(session, district_id)
    chosen = session.scalar(
        select(CutScores)
        .where(
            CutScores.district_id == district_id,
            CutScores.id == cut_scores_id,
            CutScores.confirmed_at.is_(None),
            CutScores.withdrawn_at.is_(None),
        )
        .with_for_update()
    )
    if chosen is None:
        raise CutScoresError(f"no cut scores {cut_scores_id} wait for confirmation")
    session.execute(
        update(CutScores)
        .where(
            CutScores.district_id == district_id,
            CutScores.assessment_id == chosen.assessment_id,
            CutScores.id != chosen.id,
            CutScores.withdrawn_at.is_(None),
        )
        .values(withdrawn_at=now)
    )
    chosen.confirmed_by, chosen.confirmed_at = person_id, now
    session.flush()
    bump(session, district_id, "assessments")
    students = rederive_assessment(session, district_id, chosen.assessment_id, now)
    detail = {"what": "cut_scores", "assessment": chosen.assessment_id, "version": chosen.id, "cuts": chosen.cuts}
    record(session, district_id, by_person(person_id), Act.POLICY_CHANGED, now, detail=detail)
    announce(session, district_id, "assessment", [], now)
    return students


def describe(session: Session, district_id: int, key: int) -> dict[str, Any]:
    """An assessment with the state of its cut scores, as JSON."""
    row = session.scalars(select(Assessment).where(Assessment.district_id == district_id, Assessment.id == key)).one()
    forms = session.scalars(
        select(AssessmentForm.name)
        .where(AssessmentForm.district_id == district_id, AssessmentForm.assessment_id == key)
        .order_by(AssessmentForm.name)
    ).all()
    formats = session.execute(
        select(Item.name, Item.choices, Item.points)
        .where(Item.district_id == district_id, Item.assessment_id == key, has_format())
        .order_by(Item.name)
    )
    cuts = session.scalars(
        select(CutScores)
        .where(CutScores.district_id == district_id, CutScores.assessment_id == key, CutScores.withdrawn_at.is_(None))
        .order_by(CutScores.id)
    ).all()
    return {
        "id": row.name,
        "title": row.title,
        "purpose": row.purpose,
        "dok": row.dok,
        "forms": list(forms),
        "items": [{"item": one.name, "choices": one.choices, "points": one.points} for one in formats],
        "cut_scores": [
            {
                "status": "confirmed" if one.confirmed_at else "proposed",
                "origin": one.origin,
                "levels": [{"level": level, "share": share} for level, share in one.cuts],
            }
            for one in cuts
        ],
        "formative_only": not any(one.confirmed_at for one in cuts),
    }
