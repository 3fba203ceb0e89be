"""`mastery graph draft|diff|publish|versions`: the next version of a district's graph, and those before it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import click
from sqlalchemy.orm import Session

from api.actions.desk import Desk
from api.actions.graph import GraphError, NewTarget
from api.actions.graph_draft import (
    Draft,
    HeirInUseError,
    NotEnteredError,
    drafted_node,
    enter,
    new_target,
    read_draft,
    take_out,
)
from api.actions.graph_preview import Moves, preview
from api.actions.graph_publish import NotPublishedError, publish
from api.context import print_json, with_district
from api.services import Services
from mastery.graph import CycleError, Graph, Strength
from mastery.graph.draft import DraftError, Edit, End, Move, Order, Replace, Reword
from mastery.graph.versions import Change, difference
from models.district import District
from models.graph_versions import GraphVersion, find_version, graphs_at, versions
from models.unit_of_work import district_transaction

_as_json = click.option("--json", "as_json", is_flag=True, help="For programs.")
_AT_ONCE = 200


def register(cli: click.Group) -> None:
    """Add the commands to the group `graph`."""
    known = cli.commands["graph"]
    assert isinstance(known, click.Group)
    for command in (draft, diff, publish_command, versions_command):
        known.add_command(command)


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except GraphError as error:
        raise click.ClickException(f"{error.field}: {error}" if error.field else str(error)) from error
    except (DraftError, HeirInUseError, CycleError) as error:
        raise click.ClickException(f"Nothing was entered: {error}") from error
    except NotEnteredError as error:
        raise click.ClickException(f"Nothing was taken out: {error}.") from error
    except NotPublishedError as error:
        raise click.ClickException(f"Nothing was published: {error}.") from error


def _today(services: Services, district: District) -> date:
    return services.clock().astimezone(ZoneInfo(district.time_zone)).date()


# --- the draft --------------------------------------------------------------------------------------------------------


@click.group(invoke_without_command=True)
@_as_json
@with_district
@click.pass_context
def draft(context: click.Context, services: Services, district: District, as_json: bool) -> None:
    """What is entered for the next version; a command after it enters more."""
    if context.invoked_subcommand is None:
        with district_transaction(services.engine, district.id) as session:
            _say_draft(read_draft(session, district.id, _today(services, district)), as_json)


def _enter(
    services: Services,
    district: District,
    make: Callable[[Session, Draft], Edit],
    as_json: bool,
) -> None:
    with _refusals(), district_transaction(services.engine, district.id) as session:
        found = read_draft(session, district.id, _today(services, district))
        enter(session, Desk(district.id), make(session, found), services.clock())
        session.commit()
    with district_transaction(services.engine, district.id) as session:
        _say_draft(read_draft(session, district.id, _today(services, district)), as_json)


@draft.command("add")
@click.argument("code")
@click.argument("statement")
@click.option("--under", required=True, metavar="NODE", help="What it hangs below.")
@click.option("--dok", type=click.IntRange(1, 4), help="Depth of knowledge that evidence must reach.")
@click.option("--mastery-bar", type=float, help="Success rate on a typical item that mastery means, between 0 and 1.")
@click.option("--credit-bearing", is_flag=True, help="Mastery counts towards credit, so a person confirms it.")
@_as_json
@with_district
def draft_add(
    services: Services,
    district: District,
    code: str,
    statement: str,
    under: str,
    dok: int | None,
    mastery_bar: float | None,
    credit_bearing: bool,
    as_json: bool,
) -> None:
    """A new learning target of the district's own."""

    def make(session: Session, found: Draft) -> Edit:
        parent = drafted_node(under, "under", found)
        wanted = NewTarget(code, statement, (parent,), None, dok, credit_bearing, mastery_bar)
        return new_target(session, district.id, wanted, found, services.clock())

    _enter(services, district, make, as_json)


@draft.command("reword")
@click.argument("target")
@click.argument("statement")
@_as_json
@with_district
def draft_reword(services: Services, district: District, target: str, statement: str, as_json: bool) -> None:
    """Other words for a target of the district's own."""
    _enter(services, district, lambda _session, found: Reword(_named(target, found), statement), as_json)


@draft.command("move")
@click.argument("target")
@click.argument("parent")
@_as_json
@with_district
def draft_move(services: Services, district: District, target: str, parent: str, as_json: bool) -> None:
    """Another parent for a target of the district's own."""
    _enter(
        services,
        district,
        lambda _session, found: Move(_named(target, found), drafted_node(parent, "parent", found)),
        as_json,
    )


@draft.command("prerequisite")
@click.argument("before")
@click.argument("after")
@click.argument("strength", type=click.Choice([*(one.value for one in Strength), "none"]))
@_as_json
@with_district
def draft_prerequisite(
    services: Services, district: District, before: str, after: str, strength: str, as_json: bool
) -> None:
    """That BEFORE comes before AFTER, hard or soft, or with "none" not any more."""
    wanted = None if strength == "none" else Strength(strength)
    _enter(
        services,
        district,
        lambda _session, found: Order(_named(before, found), _named(after, found), wanted),
        as_json,
    )


@draft.command("replace")
@click.argument("old")
@click.argument("new")
@_as_json
@with_district
def draft_replace(services: Services, district: District, old: str, new: str, as_json: bool) -> None:
    """That NEW takes the place of OLD; several, parted by commas, on one side are a split or a merge."""

    def make(_session: Session, found: Draft) -> Edit:
        ending, heirs = ([_named(one, found) for one in side.split(",")] for side in (old, new))
        return Replace(tuple(ending), tuple(heirs))

    _enter(services, district, make, as_json)


@draft.command("end")
@click.argument("target")
@_as_json
@with_district
def draft_end(services: Services, district: District, target: str, as_json: bool) -> None:
    """That a target ends and nothing takes its place."""
    _enter(services, district, lambda _session, found: End(_named(target, found)), as_json)


@draft.command("take-out")
@click.argument("number", type=int)
@_as_json
@with_district
def draft_take_out(services: Services, district: District, number: int, as_json: bool) -> None:
    """Take what was entered under NUMBER out again."""
    with _refusals(), district_transaction(services.engine, district.id) as session:
        take_out(session, Desk(district.id), number, services.clock())
        session.commit()
    with district_transaction(services.engine, district.id) as session:
        _say_draft(read_draft(session, district.id, _today(services, district)), as_json)


def _named(reference: str, found: Draft) -> str:
    return drafted_node(reference, "target", found)


def _say_draft(found: Draft, as_json: bool) -> None:
    if as_json:
        print_json(_draft_json(found))
        return
    if not found.entered:
        click.echo("Nothing is entered.")
        return
    for one in found.entered:
        click.echo(f"{one.number:>6}  {edit_text(one.edit, found.graph)}{f'  ({one.by})' if one.by else ''}")
    if found.broken is not None:
        click.echo(f"It makes no graph: {found.broken}")
    elif found.waits and found.term is not None:
        click.echo(f"{len(found.waits)} changes wait until the term is over ({found.term.ends}).")


def _draft_json(found: Draft) -> dict[str, Any]:
    return {
        "version": found.version,
        "entered": [
            {"number": one.number, "what": edit_text(one.edit, found.graph), "by": one.by} for one in found.entered
        ],
        "changes": [change_json(one, found.graph) for one in found.changes],
        "broken": None if found.broken is None else str(found.broken),
        "term_ends": None if found.term is None else found.term.ends.isoformat(),
        "waits": [change_json(one, found.graph) for one in found.waits],
        "ready": found.ready,
        "seen": found.seen,
    }


# --- what differs, and whom it concerns -------------------------------------------------------------------------------


@click.command("diff")
@click.argument("version", type=int, required=False)
@click.option("--students", "with_students", is_flag=True, help="Also whose decisions and plans the draft changes.")
@_as_json
@with_district
def diff(services: Services, district: District, version: int | None, with_students: bool, as_json: bool) -> None:
    """What the draft changes, or what VERSION changed."""
    with district_transaction(services.engine, district.id) as session:
        if version is not None:
            if find_version(session, district.id, version) is None:
                raise click.ClickException(f"There is no version {version}.")
            before, after = graphs_at(session, district.id, version)
            _say_changes(difference(before, after), after, as_json)
            return
        found = read_draft(session, district.id, _today(services, district))
        if not with_students:
            _say_changes(found.changes, found.graph, as_json)
            return
        moves = list(_all_moves(session, services, district, found))
    if as_json:
        print_json({"changes": [change_json(one, found.graph) for one in found.changes], "students": moves})
        return
    _say_changes(found.changes, found.graph, as_json)
    for one in moves:
        click.echo(f"{one['student']:<16} {one['code']:<16} {one['was'] or 'nothing'} -> {one['now'] or 'it ends'}")


def _all_moves(session: Session, services: Services, district: District, found: Draft) -> Iterator[dict[str, Any]]:
    zone, offset, total = ZoneInfo(district.time_zone), 0, 1
    while offset < total:
        page = preview(session, district.id, None, found, zone, services.clock(), _AT_ONCE, offset)
        offset, total = offset + _AT_ONCE, page.total
        for student in page.students:
            for one in page.moves.get(student.id, ()):
                yield {"student": student.sort_name, **_move_json(one, found.graph)}


def _move_json(one: Moves, graph: Graph) -> dict[str, Any]:
    return {
        "target": one.target, "code": graph.label(one.target), "was": one.was, "now": one.now,
        "instead": [graph.label(guid) for guid in one.instead],
    }  # fmt: skip


def _say_changes(changes: Sequence[Change], graph: Graph, as_json: bool) -> None:
    if as_json:
        print_json([change_json(one, graph) for one in changes])
        return
    for one in changes:
        click.echo(change_text(one, graph))
    if not changes:
        click.echo("Nothing differs.")


def change_json(change: Change, graph: Graph) -> dict[str, Any]:
    """A change as plain values, every node by code and GUID."""

    def named(guids: Sequence[str]) -> list[dict[str, str | None]]:
        return [{"guid": guid, "code": graph.nodes[guid].code} for guid in guids]

    return {
        "kind": change.kind, "targets": named(change.targets), "others": named(change.others), "was": change.was,
        "now": change.now,
    }  # fmt: skip


def change_text(change: Change, graph: Graph) -> str:
    """A change as a line."""
    ends = " / ".join(", ".join(map(graph.label, some)) for some in (change.targets, change.others) if some)
    words = " -> ".join(one for one in (change.was, change.now) if one)
    return f"{change.kind.replace('_', ' '):<21}{ends}{f': {words}' if words else ''}"


def edit_text(edit: Edit, graph: Graph) -> str:
    """What was entered as a line."""

    def named(*guids: str) -> str:
        return ", ".join(graph.label(one) if one in graph.nodes else one for one in guids)

    match edit:
        case Reword(target, statement):
            return f"reword {named(target)}: {statement}"
        case Move(target, parent):
            return f"move {named(target)} below {named(parent)}"
        case Order(before, after, strength):
            return f"{named(before)} before {named(after)}: {strength or 'not any more'}"
        case Replace(old, new):
            return f"{named(*old)} replaced by {named(*new)}"
        case End(target):
            return f"end {named(target)}"
    return f"add {edit.node.label} below {named(edit.parent)}: {edit.node.statement}"


# --- versions ---------------------------------------------------------------------------------------------------------


@click.command("publish")
@click.option("--title", required=True, help="What changes, in a sentence.")
@click.option("--by", required=True, help="Who publishes it: the curriculum lead's name.")
@click.option("--seen", help="The `seen` of the draft that was looked at; else the one of now.")
@_as_json
@with_district
def publish_command(
    services: Services, district: District, title: str, by: str, seen: str | None, as_json: bool
) -> None:
    """Publish the draft: a new version, and everybody brought up to it."""
    today = _today(services, district)
    if seen is None:
        with district_transaction(services.engine, district.id) as session:
            seen = read_draft(session, district.id, today).seen
    with _refusals():
        done = publish(services.intake, Desk(district.id), title, seen, services.clock(), today, by)
    if as_json:
        print_json(
            {
                "version": done.version, "changes": done.changes, "students": done.students, "carried": done.carried,
                "released": done.released.accepted,
            }
        )  # fmt: skip
        return
    click.echo(f"Version {done.version}: {done.changes} changes; {done.students} students were brought up to it.")


@click.command("versions")
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True, help="How many to show.")
@_as_json
@with_district
def versions_command(services: Services, district: District, limit: int, as_json: bool) -> None:
    """The published versions, newest first."""
    with district_transaction(services.engine, district.id) as session:
        found, total = versions(session, district.id, limit)
    if as_json:
        print_json([version_json(one) for one in found])
        return
    for one in found:
        click.echo(f"{one.number:>5}  {one.at:%Y-%m-%d}  {one.origin:<9} {one.changes:>6} rows  {one.title}")
    if total > len(found):
        click.echo(f"and {total - len(found)} more; --limit shows them")


def version_json(version: GraphVersion) -> dict[str, Any]:
    """A version as plain values."""
    return {
        "number": version.number, "origin": version.origin, "title": version.title, "signed_by": version.signed_by,
        "at": version.at.isoformat(), "changes": version.changes, "digest": version.digest,
    }  # fmt: skip
