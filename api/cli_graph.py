"""`mastery import case` and `mastery graph`: a district's competency graph on the command line."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar

import click
from sqlalchemy.orm import Session

from api.actions.curriculum import mark_imported
from api.actions.graph import (
    GraphError,
    NewTarget,
    PrerequisiteRule,
    StrengthChange,
    add_prerequisite,
    add_target,
    next_targets,
    set_strength,
    set_strength_in,
)
from api.actions.graph_change import NO_CONSEQUENCES, Consequences, change_graph
from api.actions.graph_import import GraphImport, import_case
from api.cli_graph_text import consequence_lines, import_json, import_text, next_json, next_text, strength_text
from api.cli_target_texts import texts
from api.context import print_json, with_district
from api.interop.case import read_case
from api.interop.case_values import NotACasePackageError
from api.services import Services
from mastery.calendar import today_in
from mastery.graph import CycleError, Strength
from models.district import District
from models.graph_store import load_graph
from models.registry import find_students
from models.unit_of_work import district_transaction

Outcome = TypeVar("Outcome")
_STRENGTHS = click.Choice([strength.value for strength in Strength])
_as_json = click.option("--json", "as_json", is_flag=True, help="For programs.")


def register(cli: click.Group) -> None:
    """Add the commands to the groups `import` and `graph`."""
    for group, commands in (("import", (case,)), ("graph", (strength, prerequisite, target, following, texts))):
        known = cli.commands[group]
        assert isinstance(known, click.Group)
        for command in commands:
            known.add_command(command)


@contextmanager
def _refusals() -> Iterator[None]:
    """Tell a refused change as the command's error message, naming the field."""
    try:
        yield
    except (GraphError, NotACasePackageError) as error:
        raise click.ClickException(f"{error.field}: {error}" if error.field else str(error)) from error
    except CycleError as error:
        raise click.ClickException(f"Nothing was changed: {error}") from error


def _change(
    services: Services, district: District, action: Callable[[Session], Outcome], asked: Mapping[str, Any]
) -> tuple[Outcome, Consequences]:
    with _refusals():
        return change_graph(services.intake, district.id, services.clock(), action, asked)


@click.command("case")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--subject", help="The subject of all its nodes; else what the file says.")
@click.option("--dry-run", is_flag=True, help="Only say what would change.")
@_as_json
@with_district
def case(services: Services, district: District, file: Path, subject: str | None, dry_run: bool, as_json: bool) -> None:
    """Bring in a framework: a CASE 1.0 or 1.1 package, or a derived graph. Again is harmless."""
    with _refusals():
        package = read_case(file.read_bytes(), file.stem, subject)
    now = services.clock()
    after = NO_CONSEQUENCES
    if dry_run:
        with _refusals(), district_transaction(services.engine, district.id) as session:
            done = import_case(session, district.id, package, now, dry_run=True)
    else:

        def bring_in(session: Session) -> GraphImport:
            found = import_case(session, district.id, package, now)
            known, today = load_graph(session, district.id), today_in(district.time_zone, now)
            mark_imported(session, district.id, known, package.priorities, now, today)
            return found

        asked = {"change": "import", "framework": package.framework.guid}
        done, after = _change(services, district, bring_in, asked)
    if as_json:
        print_json(import_json(done, package.report, after, dry_run))
    else:
        click.echo(import_text(done, package.report, after, dry_run))


@click.command("set-strength")
@click.argument("words", nargs=-1, required=True, metavar="[ORIGIN DESTINATION] hard|soft")
@click.option("--all-in", metavar="FRAMEWORK", help="All prerequisites inside a framework, by GUID or title.")
@click.option("--below", metavar="NODE", help="All between nodes at or below this one.")
@click.option("--from-grade", metavar="GRADE", help="All that start from a node of this grade.")
@click.option("--to-grade", metavar="GRADE", help="All that lead to a node of this grade.")
@_as_json
@with_district
def strength(
    services: Services,
    district: District,
    words: tuple[str, ...],
    all_in: str | None,
    below: str | None,
    from_grade: str | None,
    to_grade: str | None,
    as_json: bool,
) -> None:
    """Make one prerequisite hard or soft, or all that a rule means; several parts of a rule all have to hold."""
    *ends, word = words
    wanted = Strength(_STRENGTHS.convert(word, None, click.get_current_context()))
    rule = PrerequisiteRule(all_in, below, from_grade, to_grade)
    by_rule = rule != PrerequisiteRule()
    if len(ends) != (0 if by_rule else 2):
        raise click.UsageError("Name ORIGIN and DESTINATION, or a rule such as --all-in, then hard or soft.")

    def act(session: Session) -> StrengthChange:
        if by_rule:
            return set_strength_in(session, district.id, rule, wanted)
        return set_strength(session, district.id, ends[0], ends[1], wanted)

    asked = {"change": "strength", "strength": wanted, "ends": ends, "rule": asdict(rule) if by_rule else None}
    change, after = _change(services, district, act, asked)
    _say_strength(change, after, wanted, as_json)


@click.command("add-prerequisite")
@click.argument("origin")
@click.argument("destination")
@click.option("--strength", "word", type=_STRENGTHS, default=Strength.SOFT.value, show_default=True)
@_as_json
@with_district
def prerequisite(
    services: Services, district: District, origin: str, destination: str, word: str, as_json: bool
) -> None:
    """State that ORIGIN comes before DESTINATION. A circle is refused and named."""
    wanted = Strength(word)
    asked = {"change": "prerequisite", "strength": wanted, "ends": [origin, destination]}
    change, after = _change(
        services, district, lambda session: add_prerequisite(session, district.id, origin, destination, wanted), asked
    )
    _say_strength(change, after, wanted, as_json)


def _say_strength(change: StrengthChange, after: Consequences, wanted: Strength, as_json: bool) -> None:
    if as_json:
        print_json(asdict(change) | {"strength": wanted.value, "consequences": asdict(after)})
    else:
        click.echo(strength_text(change, after, wanted.value))


@click.command("add-target")
@click.argument("code")
@click.argument("statement")
@click.option("--under", "parents", multiple=True, metavar="NODE", help="A standard that it unpacks; may be repeated.")
@click.option("--subject", help="Its subject; else that of the first standard.")
@click.option("--dok", type=click.IntRange(1, 4), help="Depth of knowledge that evidence must reach.")
@click.option("--mastery-bar", type=float, help="Success rate on a typical item that mastery means, between 0 and 1.")
@click.option("--credit-bearing", is_flag=True, help="Mastery counts towards credit, so a person confirms it.")
@_as_json
@with_district
def target(
    services: Services,
    district: District,
    code: str,
    statement: str,
    parents: tuple[str, ...],
    subject: str | None,
    dok: int | None,
    mastery_bar: float | None,
    credit_bearing: bool,
    as_json: bool,
) -> None:
    """Add a learning target of the district's own, or change the one of that CODE."""
    wanted = NewTarget(code, statement, parents, subject, dok, credit_bearing, mastery_bar)
    now = services.clock()
    asked = {"change": "target", "code": code}
    change, after = _change(services, district, lambda session: add_target(session, district.id, wanted, now), asked)
    if as_json:
        print_json(asdict(change) | {"code": code, "consequences": asdict(after)})
    else:
        click.echo("\n".join([f"{code} {change.outcome} ({change.guid})", *consequence_lines(after)]))


@click.command("next")
@click.argument("student")
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True, help="How many to show.")
@_as_json
@with_district
def following(services: Services, district: District, student: str, limit: int, as_json: bool) -> None:
    """What is unlocked next for STUDENT (SIS id or sourcedId), best first, and why."""
    with district_transaction(services.engine, district.id) as session:
        found = find_students(session, district.id, [student]).get(student, [])
        if len(found) != 1:
            named = ", ".join(one.sourced_id for one in found)
            said = f"Several students go by {student!r}: {named}." if found else f"There is no student {student!r}."
            raise click.ClickException(said)
        known = load_graph(session, district.id)
        unlocked = next_targets(session, district.id, found[0].id, known)
    if as_json:
        print_json(next_json(known.graph, unlocked[:limit]))
        return
    click.echo(next_text(known.graph, unlocked[:limit]))
    if len(unlocked) > limit:
        click.echo(f"and {len(unlocked) - limit} more; --limit shows them")
