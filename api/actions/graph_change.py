"""A change of a district's graph and all that follows from it: decisions replayed, waiting results let in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from api.actions.ingest import Intake
from api.actions.methods import Chosen
from api.actions.quarantine import Released, release
from api.actions.rederive import rederive_targets
from mastery.audit import Act
from models.audit import SYSTEM, record
from models.graph_store import DistrictGraph, load_graph
from models.graph_versions import Signature, put_version
from models.graph_write import lock_graph
from models.registry import stamps
from models.unit_of_work import district_transaction, try_again

Outcome = TypeVar("Outcome")


@dataclass(frozen=True, slots=True)
class Consequences:
    """What a change of the graph brought about: targets that demand something else now, students who were replayed
    because of it, and what became of the results that waited in quarantine."""

    targets: int
    students: int
    released: Released


NO_CONSEQUENCES = Consequences(0, 0, Released(0, 0, 0))
_NOTHING: Mapping[str, Any] = MappingProxyType({})


def change_graph(
    intake: Intake,
    district_id: int,
    now: datetime,
    change: Callable[[Session], Outcome],
    asked: Mapping[str, Any] = _NOTHING,
) -> tuple[Outcome, Consequences]:
    """Carry out `change` (an action of api.actions.graph or graph_import) and commit it with what follows from it.

    Decisions depend on hard prerequisites and on what targets demand, so every student who stands on a target whose
    demands changed is replayed; then waiting results are tried again. Whatever `change` raises undoes everything.
    It is put on record with the version of the graph that it led to and what was `asked` for: what is asked for on the
    server is published at once, whatever the day.
    """

    def transaction() -> tuple[Outcome, Consequences]:
        with district_transaction(intake.engine, district_id) as session:
            # a graph that is not committed must not stay in a cache that lives longer than the transaction
            found = _change(session, intake.within(), district_id, now, change, asked)
            session.commit()
            return found

    return try_again(transaction)


def _change(
    session: Session,
    intake: Intake,
    district_id: int,
    now: datetime,
    change: Callable[[Session], Outcome],
    asked: Mapping[str, Any],
) -> tuple[Outcome, Consequences]:
    lock_graph(session, district_id)
    before, stamp = load_graph(session, district_id), stamps(session, district_id).graph
    outcome = change(session)
    version = stamps(session, district_id).graph
    if version == stamp:
        return outcome, NO_CONSEQUENCES
    if not isinstance(outcome, Chosen):  # a choice of methods is put on record with itself
        detail = {"what": "graph", "version": version, **asked}
        record(session, district_id, SYSTEM, Act.POLICY_CHANGED, now, detail=detail)
    after = load_graph(session, district_id)
    origin = "import" if asked.get("change") == "import" else "command"
    put_version(session, district_id, before.graph, after.graph, Signature(origin, "", ""), now)
    targets = changed_demands(before, after)
    students = rederive_targets(session, district_id, targets, now)
    return outcome, Consequences(len(targets), students, release(session, intake, district_id, now))


def changed_demands(before: DistrictGraph, after: DistrictGraph) -> list[int]:
    """Keys of the targets whose rule is another now, those that are no target any more included."""
    old, new = before.rules, after.rules
    return sorted(key for key in old.rules.keys() | new.rules.keys() if old.of(key) != new.of(key))
