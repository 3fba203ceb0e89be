"""What an identity provider answers: a token, key or description that is wrong lets nobody in, and no log tells it."""

from __future__ import annotations

import hmac
import logging
from collections.abc import Callable
from typing import Any

import pytest
from identity_provider import CLIENT_SECRET, TestProvider, encoded, part, rsa, unsigned
from joserfc import jwt
from joserfc.jwk import ECKey
from sign_in_world import SignInWorld, browser, sign_in_world, stored

from api.security import oidc
from models.unit_of_work import district_transaction

__all__ = ["sign_in_world"]


def no_sub(claims: dict[str, Any]) -> None:
    del claims["sub"]


SPOILT: dict[str, Callable[[dict[str, Any]], object]] = {
    "another nonce": lambda claims: claims.update(nonce="of another sign-in"),
    "no nonce": lambda claims: claims.pop("nonce"),
    "for another party": lambda claims: claims.update(aud="somebody else"),
    "for several": lambda claims: claims.update(aud=[claims["aud"], "somebody else"]),
    "made for another": lambda claims: claims.update(azp="somebody else"),
    "of another issuer": lambda claims: claims.update(iss="https://evil.example"),
    "expired": lambda claims: claims.update(exp=claims["iat"] - 62),
    "never expires": lambda claims: claims.pop("exp"),
    "from the future": lambda claims: claims.update(iat=claims["iat"] + 120),
    "of nobody": no_sub,
    "of nothing": lambda claims: claims.update(sub=""),
    "of no text": lambda claims: claims.update(sub=4711),
    "with a zero": lambda claims: claims.update(sub="47\x0011"),
}


@pytest.mark.parametrize("spoil", SPOILT.values(), ids=SPOILT.keys())
def test_a_token_that_is_not_for_us_now_lets_nobody_in(
    sign_in_world: SignInWorld, spoil: Callable[[dict[str, Any]], object]
) -> None:
    sign_in_world.provider.spoil = spoil
    assert sign_in_world.refused(400) == "token"


def by_stranger(claims: dict[str, Any]) -> str:
    stranger = ECKey.generate_key("P-256", auto_kid=True)
    return jwt.encode({"alg": "ES256", "kid": stranger.kid}, claims, stranger)


def with_public_key(provider: TestProvider) -> Callable[[dict[str, Any]], str]:
    """Signed with what everybody knows, as if it were a shared secret."""
    key = provider.keys[0]

    def sign(claims: dict[str, Any]) -> str:
        signed = f"{part({'alg': 'HS256', 'kid': key.kid})}.{part(claims)}"
        return f"{signed}.{encoded(hmac.digest(key.as_pem(private=False), signed.encode(), 'sha256'))}"

    return sign


def with_known_name(provider: TestProvider) -> Callable[[dict[str, Any]], str]:
    stranger = ECKey.generate_key("P-256")
    return lambda claims: jwt.encode({"alg": "ES256", "kid": provider.keys[0].kid}, claims, stranger)


@pytest.mark.parametrize(
    "signing",
    [
        lambda provider: unsigned,
        lambda provider: by_stranger,
        with_known_name,
        with_public_key,
        lambda provider: lambda claims: "no.token",
        lambda provider: lambda claims: None,
    ],
    ids=["none", "unknown key", "known name", "public key", "no token", "nothing"],
)
def test_a_token_that_the_provider_did_not_sign_lets_nobody_in(
    sign_in_world: SignInWorld, signing: Callable[[TestProvider], Callable[[dict[str, Any]], str]]
) -> None:
    sign_in_world.provider.sign = signing(sign_in_world.provider)
    assert sign_in_world.refused(400) == "token"


def test_clocks_may_differ_a_little(sign_in_world: SignInWorld) -> None:
    sign_in_world.provider.spoil = lambda claims: claims.update(iat=claims["iat"] + 50, exp=claims["iat"] - 50)
    sign_in_world.come(browser(sign_in_world))


def test_new_keys_are_asked_for_when_they_come_and_known_ones_kept(sign_in_world: SignInWorld) -> None:
    for _time in range(3):
        sign_in_world.come(browser(sign_in_world))
    assert sign_in_world.provider.asked["/keys"] == 1
    assert sign_in_world.provider.asked["/.well-known/openid-configuration"] == 1
    sign_in_world.provider.rotate(rsa())
    sign_in_world.come(browser(sign_in_world))
    assert sign_in_world.provider.asked["/keys"] == 2


def test_keys_of_an_unknown_kind_are_passed_over(sign_in_world: SignInWorld) -> None:
    unknown = [{"kty": "EC", "crv": "P-9", "x": "AA", "y": "AA"}, {"kty": ["RSA"]}, {"kty": "RSA", "n": "", "e": ""}, 5]
    sign_in_world.provider.unreadable = unknown
    sign_in_world.come(browser(sign_in_world))
    oidc.forget()
    sign_in_world.provider.keys = []
    sign_in_world.provider.sign = unsigned
    assert sign_in_world.refused(503) == "unavailable"


def test_another_provider_may_not_answer(sign_in_world: SignInWorld) -> None:
    sign_in_world.provider.mixed_up = "https://evil.example"
    assert sign_in_world.refused(400) == "token"
    assert sign_in_world.provider.asked["/token"] == 0


@pytest.mark.parametrize(
    ("error", "status", "why"),
    [("access_denied", 403, "cancelled"), ("server_error", 503, "unavailable"), ("<script>", 503, "unavailable")],
)
def test_the_provider_sends_somebody_back(sign_in_world: SignInWorld, error: str, status: int, why: str) -> None:
    sign_in_world.provider.error = error
    assert sign_in_world.refused(status) == why
    assert "<" not in str(sign_in_world.acts("sign_in_refused"))


@pytest.mark.parametrize("path", ["/token", "/keys"])
@pytest.mark.parametrize("status", [500, 404])
def test_a_provider_that_fails_on_the_way_back(sign_in_world: SignInWorld, path: str, status: int) -> None:
    sign_in_world.provider.answers[path] = status
    refused = 400 if (path, status) == ("/token", 404) else 503  # an error of OAuth, said with whatever status
    assert sign_in_world.refused(refused) == ("token" if refused == 400 else "unavailable")
    sign_in_world.provider.answers.clear()
    sign_in_world.come(browser(sign_in_world))


@pytest.mark.parametrize(
    "wrong",
    [
        {"issuer": "https://evil.example"},
        {"token_endpoint": "http://evil.example/token"},
        {"jwks_uri": None},
        {"authorization_endpoint": "ftp://evil.example"},
    ],
    ids=str,
)
def test_a_provider_that_describes_itself_wrongly(sign_in_world: SignInWorld, wrong: dict[str, Any]) -> None:
    sign_in_world.provider.discovered = wrong
    client = browser(sign_in_world)
    assert "Try again in a few minutes" in client.get(sign_in_world.start, 503).text
    sign_in_world.provider.discovered = {}
    sign_in_world.come(client)


def test_a_provider_that_is_slow_or_down(sign_in_world: SignInWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(oidc, "SECONDS_TO_ANSWER", (0.05, 0.05))
    sign_in_world.provider.pause = 0.2
    client = browser(sign_in_world)
    client.get(sign_in_world.start, 503)
    sign_in_world.provider.pause = 0
    (row,) = stored(sign_in_world)
    with district_transaction(sign_in_world.world.engine, row.district_id) as session:
        session.merge(row).issuer = "http://127.0.0.1:1"
        session.commit()
    client.get(sign_in_world.start, 503)
    assert [one["why"] for one in sign_in_world.acts("sign_in_refused")] == ["unavailable", "unavailable"]


def test_what_the_token_does_not_say_userinfo_may(sign_in_world: SignInWorld) -> None:
    said = sign_in_world.provider.person
    sign_in_world.provider.person = {"sub": said["sub"]}
    sign_in_world.provider.userinfo = said | {"sub": "somebody else"}
    assert sign_in_world.refused(400) == "token"
    sign_in_world.provider.userinfo = said
    sign_in_world.come(browser(sign_in_world))


def test_the_log_and_the_record_hold_nothing_of_a_token(
    sign_in_world: SignInWorld, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    made: list[str] = []
    real = sign_in_world.provider.signed

    def sign(claims: dict[str, Any]) -> str:
        made.append(real(claims | {"aud": "somebody else"}))
        return made[-1]

    sign_in_world.provider.sign = sign
    assert sign_in_world.refused(400) == "token"
    sign_in_world.provider.sign = None
    sign_in_world.provider.person["email"] = "nobody@schools.example"
    assert sign_in_world.refused() == "nobody"
    assert "invalid_claim aud" in caplog.text
    for told in (caplog.text, str(sign_in_world.acts("sign_in_refused"))):
        assert "nobody@" not in told
        assert "4711" not in told
        assert CLIENT_SECRET not in told
        assert not any(part in told for token in made for part in token.split("."))
