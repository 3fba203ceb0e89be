"""Loading the demonstration: every part goes in by the way that real data come in by, and again changes nothing."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.actions.assessments import confirm_cut_scores
from api.actions.districts import create_district
from api.actions.flag_evaluation import evaluate_flags
from api.actions.pace import run_night
from api.actions.roster import take_roster
from api.app import create_app
from api.demonstration.accounts import DemoAccount, make_accounts
from api.demonstration.credentials import client_secret
from api.demonstration.graph import load_graph
from api.demonstration.office import fill_offices
from api.demonstration.pacing import fill_pace
from api.demonstration.plan import Assessment as Planned
from api.demonstration.plan import registrations
from api.demonstration.plugin import Plugin, in_process
from api.demonstration.roster_files import write_roster
from api.demonstration.story import Posting, postings
from api.demonstration.teachers import after_a_week
from api.demonstration.world import CONNECTED_AT, OPENS_AT, TEACHER, TIME_ZONE, at, school_days
from api.memory import keep_what_is_loaded
from api.security.clients import SCOPES, create_client
from api.services import Services
from models.access import Client
from models.assessment import Assessment, CutScores
from models.clock import DemonstrationClock, system_clock
from models.district import District
from models.evidence import ResultRow
from models.installation import Installation
from models.roster import Person
from models.statistics import Statistics
from models.unit_of_work import district_transaction, shared_transaction

SLUG = "demonstration"
NAME = "Maple Hollow (demonstration)"
CLIENT = "Demonstration LMS"
_TOGETHER = 200
_NIGHT, _END_OF_WEEK, _FRIDAY = time(22, 0), time(15, 30), 4

Tell = Callable[[str], None]


class DemonstrationError(Exception):
    """The demonstration can not be loaded here; the message says why."""


@dataclass(slots=True)
class _Stepping:
    """The district's clock while the term goes by."""

    now: datetime = CONNECTED_AT

    def __call__(self) -> datetime:
        return self.now


@dataclass(frozen=True, slots=True)
class Loaded:
    """How to sign in to what was loaded, and by which client its LMS posts."""

    accounts: list[DemoAccount]
    client_id: str


def load(installation: Installation, fixed_passwords: bool = False, tell: Tell = lambda line: None) -> Loaded:
    """Make the demonstration district, or complete the one that is there.

    The installation becomes a demonstration: its clock shows the morning after what was loaded. `tell` hears how far it
    is. Raises DemonstrationError where there is no data directory, or a real district.
    """
    if installation.data_dir is None:
        raise DemonstrationError("A demonstration needs a data directory of its own: name one with --data-dir.")
    clock = _Stepping()
    app = create_app(installation, clock)
    services: Services = app.extensions["mastery"]
    try:
        district_id = _district(services)
        DemonstrationClock(installation.data_dir).begin(OPENS_AT)
        tell("300 students with their families in 3 schools ...")
        _load_roster(services, district_id)
        tell("145 targets in English and Spanish ...")
        load_graph(services.intake, district_id, CONNECTED_AT)
        client_id, secret = _credentials(services, district_id)
        plugin = Plugin(in_process(app), client_id, secret)
        with Statistics(installation.owner_dsn) as statistics:
            _Term(services, district_id, clock, plugin, statistics, tell).live_through()
        with district_transaction(services.engine, district_id) as session:
            own, now = installation.secret_key, system_clock()
            fill_offices(session, district_id, own, now)
            fill_pace(session, district_id)
            accounts = make_accounts(session, district_id, own, fixed_passwords, now)
            session.commit()
        run_night(services.engine, district_id, OPENS_AT, lambda _done, _of: None)
        return Loaded(accounts, client_id)
    finally:
        services.dispose()


def _district(services: Services) -> int:
    with shared_transaction(services.engine) as session:
        known = {row.slug: row for row in session.scalars(select(District))}
    real = sorted(slug for slug, row in known.items() if slug != SLUG or not row.sandbox)
    if real:
        raise DemonstrationError(
            f"There is a real district {real[0]!r} here, and a demonstration has a clock of its own: load it elsewhere."
        )
    if SLUG in known:
        return known[SLUG].id
    return create_district(services.engine, NAME, SLUG, TIME_ZONE, CONNECTED_AT, sandbox=True).id


def _load_roster(services: Services, district_id: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        write_roster(Path(folder))
        take_roster(services.intake, district_id, Path(folder), CONNECTED_AT)


def _credentials(services: Services, district_id: int) -> tuple[str, str]:
    """The LMS's client id and secret; the client is made where it is not there yet."""
    secret = client_secret(services.installation.secret_key)
    with district_transaction(services.engine, district_id) as session:
        wanted = select(Client.client_id).where(Client.district_id == district_id, Client.name == CLIENT)
        found = session.scalar(wanted)
        if found is None:
            found = create_client(session, district_id, CLIENT, SCOPES, CONNECTED_AT, secret).client_id
        session.commit()
    return found, secret


@dataclass(frozen=True, slots=True)
class _Registration:
    """The LMS registers assessments, and the teacher confirms their cut scores."""

    at: datetime
    assessments: tuple[Planned, ...]


@dataclass(frozen=True, slots=True)
class _Night:
    """The daily judgement of what time alone changes."""

    at: datetime


@dataclass(frozen=True, slots=True)
class _Week:
    """The teachers look back at their week."""

    at: datetime


_Event = _Registration | Posting | _Night | _Week


def _events() -> list[_Event]:
    """What happens up to the morning at which the clock begins, in order."""
    before = [day for day in school_days() if day < OPENS_AT.date()]
    found: list[_Event] = [_Registration(*one) for one in registrations()]
    found += [one for one in postings() if one.at <= OPENS_AT]
    found += [_Night(at(day, _NIGHT)) for day in before]
    found += [_Week(at(day, _END_OF_WEEK)) for day in before if day.weekday() == _FRIDAY]
    return sorted(found, key=lambda event: event.at)


@dataclass(slots=True)
class _Term:
    """The term as it goes by: each event commits before the next one happens."""

    services: Services
    district_id: int
    clock: _Stepping
    plugin: Plugin
    statistics: Statistics
    tell: Tell

    def live_through(self) -> None:
        """Let it go by, from where an interrupted loading was."""
        events = _events()
        # a term of results is many objects, none of which becomes garbage
        keep_what_is_loaded()
        last = _last_received(self.services, self.district_id)
        # of the instant at which it was interrupted nobody knows how much was done; what was does no harm again
        ahead = [one for one in events if last is None or one.at >= last]
        total = sum(len(one.results) for one in events if isinstance(one, Posting))
        done = total - sum(len(one.results) for one in ahead if isinstance(one, Posting))
        told = done
        for event in ahead:
            self.clock.now = event.at
            self._happen(event)
            done += len(event.results) if isinstance(event, Posting) else 0
            if done - told >= total // 8 or (done == total and done > told):
                self.tell(f"{done:,} of {total:,} results ...")
                told = done

    def _happen(self, event: _Event) -> None:
        if isinstance(event, Posting):
            for start in range(0, len(event.results), _TOGETHER):
                self.plugin.post(event.results[start : start + _TOGETHER])
                # the first days fill tables for which statements were planned while they were empty
                self.statistics.follow_growth()
        elif isinstance(event, _Registration):
            _register(self.services, self.district_id, self.plugin, event)
        elif isinstance(event, _Night):
            evaluate_flags(self.services.intake, self.district_id, event.at)
        else:
            after_a_week(self.services.engine, self.district_id, event.at)


def _last_received(services: Services, district_id: int) -> datetime | None:
    with district_transaction(services.engine, district_id) as session:
        return session.scalar(select(func.max(ResultRow.received_at)).where(ResultRow.district_id == district_id))


def _register(services: Services, district_id: int, plugin: Plugin, event: _Registration) -> None:
    """Register assessments, and have the teacher confirm the cut scores of all but those that wait."""
    for one in event.assessments:
        plugin.register(one)
    confirmed = [one.name for one in event.assessments if one.confirmed]
    with district_transaction(services.engine, district_id) as session:
        teacher = session.scalars(
            select(Person.id).where(Person.district_id == district_id, Person.sourced_id == TEACHER)
        ).one()
        for proposed in _proposed(session, district_id, confirmed):
            confirm_cut_scores(session, district_id, proposed, teacher, event.at)
        session.commit()


def _proposed(session: Session, district_id: int, names: Sequence[str]) -> Iterator[int]:
    """Cut scores of these assessments that wait for a person."""
    yield from session.scalars(
        select(CutScores.id)
        .join(
            Assessment, (Assessment.district_id == CutScores.district_id) & (Assessment.id == CutScores.assessment_id)
        )
        .where(
            CutScores.district_id == district_id,
            CutScores.confirmed_at.is_(None),
            CutScores.withdrawn_at.is_(None),
            Assessment.name.in_(names),
        )
    ).all()
