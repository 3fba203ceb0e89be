"""`mastery access-report`: what one person or one program did and was shown between two instants, and of whom."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict
from datetime import datetime
from zoneinfo import ZoneInfo

import click
from sqlalchemy.orm import Session

from api.cli_people import one_person
from api.cli_records import counted
from api.context import with_district
from api.services import Services
from mastery.audit import Act
from models.audit import SYSTEM, By, by_person, by_program, record
from models.clients import hold_client
from models.district import District
from models.queries_breach import Access, accesses, students_concerned
from models.unit_of_work import district_transaction, one_snapshot


@click.command("access-report")
@click.option("--person", "person", metavar="SIGN_IN_OR_ID", help="Whose account: sign-in name, SIS id or sourcedId.")
@click.option("--client", "client", metavar="NAME", help="Which program, revoked or not, by name or public id.")
@click.option("--from", "begins", required=True, help="First instant, as 2026-11-23T14:00; the district's time.")
@click.option("--to", "ends", required=True, help="The first instant that is no longer asked for.")
@click.option("--students", "only_students", is_flag=True, help="Only the students concerned, each once.")
@click.option("--json", "as_json", is_flag=True)
@with_district
def access_report(
    services: Services, district: District, person: str | None, client: str | None, begins: str, ends: str,
    only_students: bool, as_json: bool,
) -> None:  # fmt: skip
    """List what a person's account or a program did and was shown, from the record, with each student concerned.

    For a breach: who has to be told. Looks are on record once an hour, so those of the hour before are in it too.
    """
    if (person is None) == (client is None):
        raise click.UsageError("Name one: --person SIGN_IN_OR_ID or --client NAME.")
    zone = ZoneInfo(district.time_zone)
    first, last = _instant(begins, "--from", zone), _instant(ends, "--to", zone)
    if first >= last:
        raise click.BadParameter(f"{ends} is not after --from {begins}", param_hint="--to")
    now = services.clock()
    with district_transaction(services.engine, district.id) as session:
        by = _who(session, district, person, client)
        detail = {"what": "access_report", "actor": by.actor, "key": by.id, "from": first, "to": last}
        told = {key: value.isoformat() if isinstance(value, datetime) else value for key, value in detail.items()}
        record(session, district.id, SYSTEM, Act.EXPORT, now, detail=told)
        session.commit()
    with district_transaction(services.engine, district.id) as session, _progress() as advance:
        one_snapshot(session)
        if only_students:
            names = students_concerned(session, district.id, by, first, last)
            _print((name if not as_json else json.dumps(name) for name in names), as_json, advance)
        else:
            found = accesses(session, district.id, by, first, last)
            _print((_json(one) if as_json else _line(one, zone) for one in found), as_json, advance)


def _who(session: Session, district: District, person: str | None, client: str | None) -> By:
    if person is not None:
        return by_person(one_person(session, district, person).id)
    found = hold_client(session, district.id, client or "")
    if found is None:
        raise click.ClickException(
            f"There is no program {client!r} in {district.name}: `mastery client list` shows all."
        )
    return by_program(found.id)


def _instant(said: str, option: str, zone: ZoneInfo) -> datetime:
    try:
        found = datetime.fromisoformat(said)
    except ValueError as error:
        raise click.BadParameter(f"{said!r} is no instant: give one as 2026-11-23T14:00", param_hint=option) from error
    return found if found.tzinfo else found.replace(tzinfo=zone)


def _progress() -> AbstractContextManager[Callable[[int], None]]:
    """Progress, where it does not stand between the lines."""
    return nullcontext(lambda _: None) if sys.stdout.isatty() else counted("entries")


def _json(one: Access) -> str:
    return json.dumps(asdict(one) | {"at": one.at.isoformat()}, ensure_ascii=False)


def _line(one: Access, zone: ZoneInfo) -> str:
    at = one.at.astimezone(zone).isoformat(timespec="seconds")
    more = " ".join(f"{key}={value}" for key, value in one.detail.items())
    earlier = " (up to an hour before)" if one.earlier else ""
    return f"{at}  {one.act:<12} {one.student or '-':<16} {more}{earlier}"


def _print(lines: Iterable[str], as_json: bool, advance: Callable[[int], None]) -> None:
    """A line each; for programs one list, a line for each entry of it, and never more than one in memory."""
    for line in _listed(lines) if as_json else lines:
        click.echo(line)
        advance(1)


def _listed(entries: Iterable[str]) -> Iterator[str]:
    before = "["
    for entry in entries:
        yield before + entry
        before = ","
    yield "]" if before == "," else "[]"


def register(cli: click.Group) -> None:
    """Add the command."""
    cli.add_command(access_report)
