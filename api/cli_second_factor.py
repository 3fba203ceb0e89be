"""`mastery account second-factor`: what the office does for whoever lost theirs."""

from __future__ import annotations

import click
from sqlalchemy import select

from api.actions.accounts import normalised
from api.actions.second_factor import reset_second_factor
from api.context import print_json, with_district
from api.services import Services
from models.access import Account
from models.audit import SYSTEM
from models.district import District
from models.queries_accounts import holder_of
from models.unit_of_work import district_transaction


@click.group("second-factor")
def second_factor() -> None:
    """The second step of signing in."""


@second_factor.command()
@click.argument("sign_in_name")
@click.option("--json", "as_json", is_flag=True)
@with_district
def reset(services: Services, district: District, sign_in_name: str, as_json: bool) -> None:
    """Take away a second step that its holder lost, and end their sessions. Ask first that it is them."""
    with district_transaction(services.engine, district.id) as session:
        account = session.scalar(
            select(Account).where(Account.district_id == district.id, Account.sign_in_name == normalised(sign_in_name))
        )
        if account is None:
            raise click.ClickException(f"No account of {district.name} has the sign-in name {sign_in_name}.")
        was_there = reset_second_factor(session, district.id, holder_of(account, None), SYSTEM, services.stopwatch())
        session.commit()
    if as_json:
        print_json({"sign_in_name": account.sign_in_name, "reset": was_there})
    elif was_there:
        click.echo(f"{account.sign_in_name} signs in with the password alone, and sets up a new second step if needed.")
    else:
        click.echo(f"{account.sign_in_name} had no second step.")


def register(cli: click.Group) -> None:
    """Add the commands to the group `account`."""
    group = cli.commands["account"]
    assert isinstance(group, click.Group)
    group.add_command(second_factor)
