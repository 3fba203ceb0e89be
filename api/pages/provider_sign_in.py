"""Signing in by an identity provider: the way there, and the way back.

What has to be known on the way back is sealed in the session's cookie, so that whoever comes back is whoever left.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from flask import abort, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from api.actions.provider_sign_in import let_in, note_refusal, note_stranger
from api.actions.providers import secret_sealer
from api.pages.accounts import begin_session
from api.pages.blueprint import pages
from api.pages.paths import safe_next
from api.security.guards import public
from api.security.oidc import Begun, OidcError, Party, begin, claims_of, refused_by_provider
from api.security.sealing import Purpose, Sealer, SealError
from api.services import comes_by_tls, services
from mastery.session_limits import Began
from mastery.sign_in import Preset, Refusal, shows_second_factor
from models.identity import IdentityProvider
from models.queries_identity import district_of_slug, provider_of_id
from models.unit_of_work import district_transaction, shared_transaction

_UNDER_WAY = "at_provider"
_AT_ONCE = 2  # windows of one browser, whose cookie has little room
_LONGEST_NEXT = 500
LONGEST_WAY = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class _Way:
    """A sign-in under way."""

    district_id: int
    slug: str
    provider_id: int
    nonce: str
    verifier: str
    redirect_uri: str
    next: str
    began: str


@pages.get("/sign-in/<slug>/<int:provider_id>")
@public("whoever is not signed in yet, on the way to the district's identity provider")
def begin_at_provider(slug: str, provider_id: int) -> ResponseReturnValue:
    """Go to an identity provider to sign in there."""
    with shared_transaction(services().engine) as shared:
        district = district_of_slug(shared, slug) or abort(404)
    provider = _provider(district.id, provider_id) or abort(404)
    back = url_for("pages.back_from_provider", _external=True, _scheme="https" if comes_by_tls() else None)
    try:
        begun = begin(_party(provider), back, **_asked_of(provider))
    except OidcError as error:
        return _stopped_at(provider, error, slug)
    target = safe_next(request.args.get("next"))
    _keep(_way(district.id, slug, provider_id, begun, back, target), begun.state)
    return redirect(begun.address, 303)


def _asked_of(provider: IdentityProvider) -> dict[str, str]:
    """What a known provider is asked beside the usual: which account it is to be, for school computers are shared."""
    if provider.preset == Preset.GENERIC:
        return {}
    asked = {"prompt": "select_account"}
    if provider.preset == Preset.GOOGLE and provider.restriction is not None:
        asked["hd"] = provider.restriction
    return asked


def _way(district_id: int, slug: str, provider_id: int, begun: Begun, back: str, target: str) -> _Way:
    heading = target if len(json.dumps(target)) <= _LONGEST_NEXT else safe_next(None)
    now = services().stopwatch().isoformat()
    return _Way(district_id, slug, provider_id, begun.nonce, begun.verifier, back, heading, now)


@pages.get("/sign-in/oidc/callback")
@public("whoever comes back from an identity provider; the session tells who left")
def back_from_provider() -> ResponseReturnValue:
    """Let somebody in whom an identity provider vouches for."""
    way = _take(request.args.get("state"))
    now = services().stopwatch()
    provider = _provider(way.district_id, way.provider_id) if way and _is_in_time(way, now) else None
    if way is None or provider is None:
        note_stranger()
        return _stopped(Refusal.STALE, way.slug if way else None)
    try:
        party = _party(provider)
        code = _code(party)
        claims = claims_of(party, code, way.verifier, way.nonce, way.redirect_uri, provider.claim, now)
    except OidcError as error:
        return _stopped_at(provider, error, way.slug)
    found = let_in(services().engine, provider, claims, now, services().clock())
    if isinstance(found, Refusal):
        return _stopped(found, way.slug)
    begin_session(found, now, how=Began.OIDC, factor_shown=shows_second_factor(claims))
    return redirect(safe_next(way.next), 303)


def _code(party: Party) -> str:
    """The code that the provider sent along; OidcError where it sent an error, or was another provider."""
    # RFC 9207: one address takes in the answers of all providers
    if request.args.get("iss", party.issuer) != party.issuer:
        raise OidcError(Refusal.TOKEN, "another provider answered")
    if "error" in request.args:
        raise refused_by_provider(request.args["error"])
    code = request.args.get("code", "")
    if not code:
        raise OidcError(Refusal.TOKEN, "the provider sent no code")
    return code


def _provider(district_id: int, provider_id: int) -> IdentityProvider | None:
    with district_transaction(services().engine, district_id) as transaction:
        return provider_of_id(transaction, district_id, provider_id)


def _sealer() -> Sealer:
    return Sealer(services().installation.secret_keys, Purpose.SIGN_IN_UNDER_WAY)


def _party(provider: IdentityProvider) -> Party:
    try:
        secret = secret_sealer(services().installation).open(provider.sealed_secret)
    except SealError as error:
        raise OidcError(Refusal.UNAVAILABLE, "the client secret was sealed under another secret") from error
    return Party(provider.issuer, provider.client_id, secret)


def _keep(way: _Way, state: str) -> None:
    sealed = _sealer().seal(json.dumps(asdict(way)))
    others = list(session.get(_UNDER_WAY, {}).items())[1 - _AT_ONCE :]
    session[_UNDER_WAY] = dict([*others, (state, sealed)])


def _take(state: str | None) -> _Way | None:
    """What was kept under a state, which is good for one time."""
    kept = dict(session.get(_UNDER_WAY, {}))
    sealed = kept.pop(state, None)
    if sealed is None:
        return None
    session[_UNDER_WAY] = kept
    try:
        return _Way(**json.loads(_sealer().open(sealed)))
    except SealError:  # the installation's secret is another since; the person begins again
        return None


def _is_in_time(way: _Way, now: datetime) -> bool:
    return now - datetime.fromisoformat(way.began) <= LONGEST_WAY


def _stopped_at(provider: IdentityProvider, error: OidcError, slug: str) -> ResponseReturnValue:
    note_refusal(services().engine, provider, error.refusal, str(error), services().stopwatch())
    return _stopped(error.refusal, slug)


def _stopped(why: Refusal, slug: str | None) -> ResponseReturnValue:
    status, title, advice = _words(why)
    again = url_for("pages.sign_in", slug=slug)
    return make_response(render_template("sign_in_stopped.html", title=title, advice=advice, again=again), status)


def _words(why: Refusal) -> tuple[int, str, str]:
    """What somebody is told; nothing that tells apart who is in the roster and who is not."""
    match why:
        case Refusal.CANCELLED:
            return 403, _("You are not signed in"), _("Signing in was stopped at the other site. You can try again.")
        case Refusal.UNAVAILABLE:
            return (
                503,
                _("The other site does not answer"),
                _("Signing in there does not work right now. Try again in a few minutes."),
            )
        case Refusal.STALE | Refusal.TOKEN:
            return (
                400,
                _("Signing in did not work"),
                _("It took too long, or it was begun in another window. Please begin again."),
            )
        case Refusal.OUTSIDE:
            return (
                403,
                _("That is not your school account"),
                _("You used another account at the other site. Sign out there. Then use your school account."),
            )
        case _unknown:
            return (
                403,
                _("We can not let you in with that account"),
                _("We can not tell who you are here. Ask your school’s office for help. They can look up why."),
            )
