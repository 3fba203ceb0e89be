"""Sealing, one-time codes, addresses and devices, each by itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pyotp
import pytest
from flask import Request
from werkzeug.test import EnvironBuilder

from api.security.addresses import keyed, sender_address
from api.security.devices import device_of
from api.security.one_time_codes import (
    RECOVERY_CODES,
    in_groups,
    is_timed,
    new_recovery_codes,
    new_secret,
    qr_picture,
    recovery_digest,
    taken_step,
    tidy,
    uri,
)
from api.security.proxies import SETTING, behind, trusted_proxies
from api.security.sealing import Purpose, Sealer, SealError

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

NOW = datetime(2026, 10, 5, 12, 0, 10, tzinfo=UTC)
STEP = timedelta(seconds=30)


def test_what_is_sealed_opens_with_each_of_the_keys_and_with_no_other() -> None:
    old, new = Sealer(["former"], Purpose.SECOND_FACTOR), Sealer(["present", "former"], Purpose.SECOND_FACTOR)
    sealed = old.seal("secret")
    assert "secret" not in sealed
    assert new.open(sealed) == new.open(new.seal("secret")) == "secret"
    for other in (Sealer(["another"], Purpose.SECOND_FACTOR), Sealer(["former"], Purpose.SIGN_IN_UNDER_WAY)):
        with pytest.raises(SealError):
            other.open(sealed)
    with pytest.raises(SealError):
        old.open(new.seal("secret"))


def test_a_code_is_taken_one_step_early_or_late_and_once() -> None:
    secret = new_secret()
    codes = {steps: pyotp.TOTP(secret).at(NOW, counter_offset=steps) for steps in range(-2, 3)}
    present = pyotp.TOTP(secret).timecode(NOW)
    taken = {steps: taken_step(secret, code, NOW, None) for steps, code in codes.items()}
    assert taken == {-2: None, -1: present - 1, 0: present, 1: present + 1, 2: None}
    assert taken_step(secret, codes[0], NOW, after=present) is None
    assert taken_step(secret, codes[0], NOW + STEP, after=present) is None
    assert taken_step(secret, codes[-1], NOW, after=present) is None  # an older one either
    assert taken_step(secret, codes[1], NOW, after=present) == present + 1


def test_the_picture_holds_what_an_app_reads() -> None:
    secret = new_secret()
    content = uri(secret, "rosa@example.org")
    assert pyotp.parse_uri(content).secret == secret
    picture = qr_picture(content).decode()
    assert picture.startswith(("<?xml", "<svg"))
    assert "href" not in picture
    assert "<script" not in picture
    assert in_groups("ABCDEFGHIJ") == "ABCD EFGH IJ"


def test_recovery_codes_are_random_and_typed_as_one_likes() -> None:
    codes = new_recovery_codes()
    assert len(set(codes)) == RECOVERY_CODES
    assert {len(tidy(code)) for code in codes} == {26}  # 128 bits in base32
    assert recovery_digest(codes[0]) == recovery_digest(f" {codes[0].lower().replace('-', ' ')} ")
    assert not any(is_timed(tidy(code)) for code in codes)
    assert is_timed(tidy("123 456"))
    assert not is_timed("１２３４５６")


def _sender(peer: str, *forwarded: str, trusted: str = "") -> str | None:
    """Where a request comes from, as the application behind the trusted proxies sees it."""
    found: list[str | None] = []

    def application(environ: WSGIEnvironment, start_response: object) -> list[bytes]:
        found.append(sender_address(Request(environ)))
        return []

    headers = [("X-Forwarded-For", one) for one in forwarded]
    environ = EnvironBuilder(headers=headers, environ_base={"REMOTE_ADDR": peer}).get_environ()
    behind(application, trusted_proxies({SETTING: trusted}))(environ, lambda *_: None)
    return found[0]


@pytest.mark.parametrize(
    ("peer", "forwarded", "found"),
    [
        ("203.0.113.7", (), "203.0.113.7"),
        ("203.0.113.7", ("198.51.100.1",), "203.0.113.7"),  # whoever is no proxy of ours says what they like
        ("127.0.0.1", ("198.51.100.1",), "198.51.100.1"),
        ("127.0.0.1", ("10.0.0.1, 198.51.100.1",), "198.51.100.1"),  # what came before was said by the sender
        ("127.0.0.1", ("10.0.0.1", "198.51.100.1"), "198.51.100.1"),
        ("127.0.0.1", (), None),
        ("127.0.0.1", ("unknown",), None),
        ("2001:db8:1:2:3:4:5:6", (), "2001:db8:1:2::/64"),
        ("::1", ("2001:db8:1:2:ffff::9",), "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.7", (), "203.0.113.7"),
        ("10.1.1.1", ("198.51.100.1",), "198.51.100.1"),
        ("10.1.1.1", ("198.51.100.1, 10.1.1.2",), "198.51.100.1"),  # a proxy behind a proxy
        ("10.1.1.1", (), None),  # a proxy that tells nobody is not the sender
        ("10.1.1.1", ("10.1.1.2",), None),
        ("", (), None),
    ],
)
def test_where_a_request_comes_from(peer: str, forwarded: tuple[str, ...], found: str | None) -> None:
    assert _sender(peer, *forwarded, trusted="127.0.0.1, ::1, 10.1.1.0/24") == found


def test_a_proxy_that_is_not_named_is_not_believed() -> None:
    assert _sender("10.1.1.1", "198.51.100.1") == "10.1.1.1"
    assert _sender("127.0.0.1", "198.51.100.1") is None


def test_what_is_kept_of_an_address_depends_on_the_key() -> None:
    assert keyed("203.0.113.7", "one") != keyed("203.0.113.7", "two")
    assert keyed("203.0.113.7", "one") == keyed("203.0.113.7", "one") != keyed("203.0.113.8", "one")


@pytest.mark.parametrize(
    ("user_agent", "device"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox, Windows"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
            "Version/18.5 Mobile/15E148 Safari/604.1",
            "Safari, iPhone",
        ),
        (
            "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 Chrome/138.0 Safari/537.36",
            "Chrome, ChromeOS",
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0 "
            "Safari/537.36 Edg/138.0",
            "Edge, Windows",
        ),
        ("Mozilla/5.0 (Linux; Android 15) Gecko/140.0 Firefox/140.0", "Firefox, Android"),
        ("curl/8.5.0", ""),
        ("", ""),
        ("<script>Linux", "Linux"),
    ],
)
def test_a_device_in_two_words(user_agent: str, device: str) -> None:
    assert device_of(user_agent) == device
