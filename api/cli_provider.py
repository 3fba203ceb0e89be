"""`mastery provider`: the identity providers of a district on the command line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TextIO

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.actions.providers import Wanted, add_provider, choose_password_sign_in, enable_provider, secret_sealer, unlink
from api.context import print_json, with_district
from api.security.oidc import OidcError, discover
from api.services import Services
from mastery.sign_in import Audience, Match, PasswordSignIn, Preset, ProviderError
from models.district import District
from models.identity import IdentityProvider
from models.queries_identity import password_policy, provider_of_name, providers
from models.roster import Person
from models.unit_of_work import district_transaction

CALLBACK = "/sign-in/oidc/callback"
_as_json = click.option("--json", "as_json", is_flag=True, help="For programs.")


def register(cli: click.Group) -> None:
    """Add the group `provider`."""
    cli.add_command(provider)


@click.group()
def provider() -> None:
    """Identity providers: signing in with Google, Microsoft or any other by OpenID Connect."""


@contextmanager
def _district(services: Services, district: District) -> Iterator[Session]:
    """The district's transaction; what is wrong is told as a sentence, and else all is committed."""
    try:
        with district_transaction(services.engine, district.id) as session:
            yield session
            session.commit()
    except ProviderError as error:
        raise click.ClickException(str(error)) from error


def _choice(words: type[Preset] | type[Match] | type[Audience] | type[PasswordSignIn]) -> click.Choice[str]:
    return click.Choice([str(one) for one in words])


@provider.command()
@click.argument("name")
@click.option("--preset", required=True, type=_choice(Preset))
@click.option("--client-id", required=True, help="As the provider shows it.")
@click.option("--secret-file", type=click.File("r"), help="Holds the client secret; asked for if not given.")
@click.option("--hosted-domain", help="Google: the district's domain.")
@click.option("--tenant", help="Microsoft: the directory (tenant) ID.")
@click.option("--issuer", help="Generic: the provider's issuer, an https address.")
@click.option("--claim", help="The claim that people are found by; by default email, for Microsoft upn.")
@click.option("--match", default="email", show_default=True, type=_choice(Match), help="What in the roster it is.")
@click.option("--for", "audience", default="all", show_default=True, type=_choice(Audience), help="Whom it is for.")
@_as_json
@with_district
def add(
    services: Services,
    district: District,
    name: str,
    preset: str,
    client_id: str,
    secret_file: TextIO | None,
    hosted_domain: str | None,
    tenant: str | None,
    issuer: str | None,
    claim: str | None,
    match: str,
    audience: str,
    as_json: bool,
) -> None:
    """Add a provider; its button says "Sign in with NAME"."""
    secret = secret_file.read() if secret_file else click.prompt("Client secret", hide_input=True)
    restriction = _restriction(Preset(preset), hosted_domain, tenant)
    wanted = Wanted(name, Preset(preset), client_id, issuer, restriction, claim, Match(match), Audience(audience))
    sealer = secret_sealer(services.installation)
    with _district(services, district) as session:
        made = add_provider(session, district.id, wanted, secret.strip(), sealer, services.stopwatch())
    if as_json:
        print_json({**_document(made), "sign_in": f"/sign-in/{district.slug}", "callback": CALLBACK})
    else:
        click.echo(
            f"{_line(made)}\nRegister at the provider, behind the address of this site: {CALLBACK}\n"
            f"People sign in at /sign-in/{district.slug}; to try what the provider answers: mastery provider check"
        )


def _restriction(preset: Preset, hosted_domain: str | None, tenant: str | None) -> str | None:
    if hosted_domain is not None and preset is not Preset.GOOGLE:
        raise click.BadParameter("goes with --preset google alone", param_hint="--hosted-domain")
    if tenant is not None and preset is not Preset.MICROSOFT:
        raise click.BadParameter("goes with --preset microsoft alone", param_hint="--tenant")
    return hosted_domain or tenant


@provider.command("list")
@_as_json
@with_district
def listed(services: Services, district: District, as_json: bool) -> None:
    """The district's providers, and whose password counts."""
    with _district(services, district) as session:
        found, policy = providers(session, district.id), password_policy(session, district.id)
    if as_json:
        print_json({"providers": [_document(one) for one in found], "password_sign_in": policy})
    else:
        click.echo("\n".join([*map(_line, found), f"passwords count for: {policy}"]))


@provider.command()
@click.argument("name")
@with_district
def check(services: Services, district: District, name: str) -> None:
    """Ask the provider NAME what it says of itself, as signing in does."""
    with _district(services, district) as session:
        found = provider_of_name(session, district.id, name)
    if found is None:
        raise click.ClickException(f"name: there is no provider {name!r} in this district")
    try:
        said = discover(found.issuer)
    except OidcError as error:
        raise click.ClickException(f"{found.issuer}: {error}") from error
    click.echo(f"{found.name} answers; people are sent to {said.authorization}")


@provider.command()
@click.argument("name")
@with_district
def disable(services: Services, district: District, name: str) -> None:
    """Let nobody in by the provider NAME any longer; who is signed in stays so until the session ends."""
    with _district(services, district) as session:
        enable_provider(session, district.id, name, False, services.stopwatch())
    click.echo(f"{name} lets nobody in.")


@provider.command()
@click.argument("name")
@with_district
def enable(services: Services, district: District, name: str) -> None:
    """Let people in by the provider NAME again."""
    with _district(services, district) as session:
        enable_provider(session, district.id, name, True, services.stopwatch())
    click.echo(f"{name} lets people in.")


@provider.command()
@click.argument("whose", type=_choice(PasswordSignIn))
@click.option("--yes", is_flag=True, help="Do not ask.")
@with_district
def passwords(services: Services, district: District, whose: str, yes: bool) -> None:
    """Whose password counts: that of all, of families alone, or of none. Other passwords are not stored any longer."""
    policy = PasswordSignIn(whose)
    if policy is not PasswordSignIn.ALL and not yes:
        click.confirm("Stored passwords that no longer count are deleted for good. Go on?", abort=True)
    with _district(services, district) as session:
        gone = choose_password_sign_in(session, district.id, policy, services.clock())
    click.echo(f"passwords count for: {policy}; deleted: {gone}")


@provider.command("unlink")
@click.argument("person_name", metavar="PERSON")
@with_district
def unlink_person(services: Services, district: District, person_name: str) -> None:
    """Forget by which account at the providers PERSON (SIS id or sourcedId) came; the next sign-in links anew."""
    with _district(services, district) as session:
        person = session.scalar(
            select(Person.id).where(
                Person.district_id == district.id,
                (Person.sourced_id == person_name) | (Person.identifier == person_name),
            )
        )
        if person is None:
            raise click.ClickException(f"There is no person {person_name!r} in the roster of {district.name}.")
        gone = unlink(session, district.id, person, services.stopwatch())
    click.echo(f"{person_name}: {gone} forgotten.")


def _document(one: IdentityProvider) -> dict[str, Any]:
    """A provider for programs, without its secret."""
    return {
        "name": one.name,
        "preset": one.preset,
        "issuer": one.issuer,
        "client_id": one.client_id,
        "restriction": one.restriction,
        "claim": one.claim,
        "match": one.match,
        "for": one.audience,
        "enabled": one.enabled,
    }


def _line(one: IdentityProvider) -> str:
    inside = f", {one.restriction} alone" if one.restriction else ""
    rest = "" if one.enabled else "; disabled"
    return f"{one.name}: {one.issuer}{inside}, for {one.audience}, {one.claim} is the {one.match} in the roster{rest}"
