"""`mastery methods`: the score rules of a district's subjects on the command line."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import click
from sqlalchemy.orm import Session

from api.actions.graph_change import change_graph
from api.actions.methods import Chosen, choice_document, choose_methods, methods_from
from api.cli_choices import NEVER_CHANGED, by_whom, choice_change, choice_line
from api.cli_graph_text import consequence_lines
from api.context import print_json, with_district
from api.services import Services
from mastery.methods import METHODS, MODEL, MODEL_TITLE, Choice, Method, MethodError, Parameter, Scale
from mastery.policy import DEFAULT_POLICY
from models.district import District
from models.graph_store import DistrictGraph, load_graph
from models.methods import Methods, read_methods
from models.subject_choices import ChoiceKind, choices_of
from models.unit_of_work import district_transaction

_as_json = click.option("--json", "as_json", is_flag=True, help="For programs.")


def register(cli: click.Group) -> None:
    """Add the group `methods`."""
    cli.add_command(methods)


@click.group()
def methods() -> None:
    """The score rules that a subject goes by, and those shown beside."""


@methods.command("list")
@_as_json
def listed(as_json: bool) -> None:
    """Every method under its exact name, with its parameters, their bounds and defaults."""
    if as_json:
        print_json({"methods": [_model(), *(_method(one) for one in METHODS.values())]})
        return
    click.echo(f"{MODEL}  (probability)  {MODEL_TITLE}")
    for one in METHODS.values():
        click.echo(f"{one.name}  ({one.scale.value})  {one.title}")
        for parameter in one.parameters:
            click.echo(f"    {parameter.name} {parameter.default}, from {parameter.least} to {parameter.most}")


def _model() -> dict[str, Any]:
    return {
        "name": MODEL,
        "title": MODEL_TITLE,
        "scale": Scale.PROBABILITY.value,
        "source": "mastery.estimate",
        "mastered_from": DEFAULT_POLICY.mastery_probability,
        "parameters": [],
    }


def _method(method: Method) -> dict[str, Any]:
    return {
        "name": method.name,
        "title": method.title,
        "scale": method.scale.value,
        "source": method.source,
        "mastered_from": Choice(method.name).mastered_from,
        "parameters": [_parameter(one) for one in method.parameters],
    }


def _parameter(parameter: Parameter) -> dict[str, Any]:
    return {
        "name": parameter.name,
        "default": float(parameter.default),
        "least": float(parameter.least),
        "most": float(parameter.most),
        "whole": parameter.whole,
    }


@methods.command("show")
@click.argument("subject", required=False)
@_as_json
@with_district
def show(services: Services, district: District, subject: str | None, as_json: bool) -> None:
    """What SUBJECT goes by, or every subject of the district."""
    with district_transaction(services.engine, district.id) as session:
        graph = load_graph(session, district.id)
    subjects = _subjects(graph)
    _known(subject, subjects)
    shown = {one: graph.methods_of(one) for one in ([subject] if subject is not None else subjects)}
    if as_json:
        print_json({"subjects": [{"subject": one, **_document(chosen)} for one, chosen in shown.items()]})
    else:
        click.echo("\n".join(_line(one, chosen) for one, chosen in shown.items()) or "There is no subject yet.")


def _known(subject: str | None, subjects: list[str]) -> None:
    if subject is not None and subject not in subjects:
        raise click.ClickException(f"subject: no target has the subject {subject!r}; there is {', '.join(subjects)}")


def _subjects(graph: DistrictGraph) -> list[str]:
    return sorted({one for one in graph.subjects.values() if one})


@methods.command("set")
@click.argument("subject")
@click.option("--primary", required=True, metavar="NAME", help="What line 1 of mastery goes by, such as MODEL or BKT.")
@click.option("--beside", multiple=True, metavar="NAME", help="Shown beside it; may be repeated.")
@click.option(
    "--param",
    "parameters",
    multiple=True,
    metavar="NAME=VALUE",
    help="Of the primary, or METHOD.NAME=VALUE; may be repeated.",
)
@by_whom
@_as_json
@with_district
def choose_for(
    services: Services,
    district: District,
    subject: str,
    primary: str,
    beside: tuple[str, ...],
    parameters: tuple[str, ...],
    by: str | None,
    as_json: bool,
) -> None:
    """Let SUBJECT go by a method. Everyone with evidence in it is worked out again, in the same transaction."""
    try:
        wanted = methods_from(primary, beside, [_pair(one) for one in parameters])
        now = services.clock()

        def change(session: Session) -> Chosen:
            return choose_methods(session, district.id, subject, wanted, now, by)

        done, after = change_graph(services.intake, district.id, now, change)
    except MethodError as error:
        raise click.ClickException(f"{error.field}: {error}") from error
    if as_json:
        print_json(
            {"subject": subject, "changed": done.changed, **_document(done.methods), "consequences": asdict(after)}
        )
    else:
        said = _line(subject, done.methods) + ("" if done.changed else "; as it was")
        click.echo("\n".join([said, *consequence_lines(after)]))


@methods.command()
@click.argument("subject", required=False)
@_as_json
@with_district
def history(services: Services, district: District, subject: str | None, as_json: bool) -> None:
    """Every change of what SUBJECT goes by, or of every subject, the newest first: when, by whom, from what to what."""
    with district_transaction(services.engine, district.id) as session:
        found = choices_of(session, district.id, ChoiceKind.METHODS, subject)
        if not found:
            _known(subject, _subjects(load_graph(session, district.id)))
    if as_json:
        print_json({"changes": [choice_change(one, _stored_document) for one in found]})
    else:
        click.echo("\n".join(choice_line(one, _stored_line) for one in found) or NEVER_CHANGED)


def _stored_document(stored: dict[str, Any]) -> dict[str, Any]:
    return _document(read_methods(stored))


def _stored_line(stored: dict[str, Any]) -> str:
    return _chosen(read_methods(stored))


def _pair(written: str) -> tuple[str, str]:
    name, sign, value = written.partition("=")
    if not sign:
        raise MethodError("param", f"{written!r} is no NAME=VALUE, such as weight=0.70")
    return name.strip(), value.strip()


def _document(chosen: Methods) -> dict[str, Any]:
    return {"primary": choice_document(chosen.primary), "beside": [choice_document(one) for one in chosen.beside]}


def _line(subject: str, chosen: Methods) -> str:
    return f"{subject}: {_chosen(chosen)}"


def _chosen(chosen: Methods) -> str:
    beside = f"; beside: {', '.join(map(_written, chosen.beside))}" if chosen.beside else ""
    return f"{_written(chosen.primary)}{beside}"


def _written(choice: Choice) -> str:
    own = ", ".join(f"{name} {value}" for name, value in choice.set)
    return f"{choice.name} ({own})" if own else choice.name
