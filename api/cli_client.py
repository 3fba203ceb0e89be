"""`mastery client`: machine clients and their secrets."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta

import click

from api.actions.clients import ClientError, ShownClient, add_client, revoke_client, rotate_client, show_clients
from api.actions.desk import Desk
from api.context import print_json, with_district
from api.security.clients import SCOPES
from api.services import Services
from mastery.credentials import LONGEST_OVERLAP, OVERLAP
from models.district import District
from models.unit_of_work import district_transaction


@click.group()
def client() -> None:
    """Machine clients: the programs that post results."""


@client.command("create")
@click.argument("name")
@click.option("--scope", "scopes", multiple=True, required=True, help=f"One of {', '.join(SCOPES)}; may be repeated.")
@click.option("--json", "as_json", is_flag=True)
@with_district
def create(services: Services, district: District, name: str, scopes: tuple[str, ...], as_json: bool) -> None:
    """Add a machine client and print its secret, this once."""
    wanted = {word for scope in scopes for word in scope.replace(",", " ").split()}
    with district_transaction(services.engine, district.id) as session:
        try:
            made = add_client(session, Desk(district.id), name, wanted, services.stopwatch())
        except ValueError as error:
            raise click.BadParameter(str(error)) from error
        except ClientError as error:
            raise click.ClickException(str(error)) from error
        session.commit()
    result = {
        "client_id": made.client_id,
        "client_secret": made.client_secret,
        "name": made.name,
        "district": district.slug,
        "scopes": list(made.scopes),
    }
    if as_json:
        print_json(result)
    else:
        _show_secret(made.client_id, made.client_secret)


@client.command("list")
@click.option("--json", "as_json", is_flag=True)
@with_district
def list_all(services: Services, district: District, as_json: bool) -> None:
    """Show the clients: what each may do, when it was last used, and how old its secrets are."""
    with district_transaction(services.engine, district.id) as session:
        found, _total = show_clients(session, district.id, services.stopwatch())
    if as_json:
        print_json([asdict(one) for one in found])
        return
    if not found:
        click.echo("There are no clients. Next: mastery client create NAME --scope SCOPE")
    for one in found:
        _show(one)


@client.command("rotate")
@click.argument("name")
@click.option(
    "--overlap",
    default=OVERLAP.days,
    show_default=True,
    type=click.IntRange(0, LONGEST_OVERLAP.days),
    help="Days that the former secret goes on; 0 ends it, and every token, at once.",
)
@click.option("--json", "as_json", is_flag=True)
@with_district
def rotate(services: Services, district: District, name: str, overlap: int, as_json: bool) -> None:
    """Give a client a new secret and print it, this once; the former one goes on for a while."""
    with district_transaction(services.engine, district.id) as session:
        try:
            done = rotate_client(session, Desk(district.id), name, timedelta(days=overlap), services.stopwatch())
        except ClientError as error:
            raise click.ClickException(str(error)) from error
        session.commit()
    if as_json:
        print_json(asdict(done))
        return
    _show_secret(done.client_id, done.client_secret)
    if overlap:
        click.echo(f"The former one works until {_day(done.former_works_until)}.")
    else:
        click.echo("The former one and all tokens have ended.")


@client.command("revoke")
@click.argument("name")
@click.option("--json", "as_json", is_flag=True)
@with_district
def revoke(services: Services, district: District, name: str, as_json: bool) -> None:
    """End a client with its secrets and tokens; what it posted stays."""
    with district_transaction(services.engine, district.id) as session:
        try:
            client_id = revoke_client(session, Desk(district.id), name, services.stopwatch())
        except ClientError as error:
            raise click.ClickException(str(error)) from error
        session.commit()
    if as_json:
        print_json({"client_id": client_id})
    else:
        click.echo(f"{client_id} is out. A token that is in use may work for another 10 seconds.")


def _show_secret(client_id: str, secret: str) -> None:
    click.echo(f"client_id      {client_id}\nclient_secret  {secret}\nThe secret is not shown again.")


def _show(one: ShownClient) -> None:
    state = f"revoked {_day(one.revoked_at)}" if one.revoked_at else f"last used {_day(one.last_used_at)}"
    click.echo(f"{one.name}  {one.client_id}  {state}  {' '.join(one.scopes)}")
    for secret in one.secrets:
        until = f", works until {_day(secret.works_until)}" if secret.works_until else ""
        old = "; old: mastery client rotate" if secret.is_old else ""
        click.echo(f"  secret of {_day(secret.made_at)}, last used {_day(secret.last_used_at)}{until}{old}")


def _day(at: datetime | None) -> str:
    return at.strftime("%Y-%m-%d %H:%M UTC") if at else "never"


def register(cli: click.Group) -> None:
    """Add the commands."""
    cli.add_command(client)
