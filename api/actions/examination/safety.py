"""What makes an installation unsafe to serve, however well it works: a weak key, debugging, pages without TLS."""

from __future__ import annotations

import os
from collections.abc import Mapping
from ipaddress import ip_address

from sqlalchemy import URL, make_url

from api.actions.examination.words import Check, Status
from api.security.proxies import SETTING, trusted_proxies
from models.installation import Installation

SHORTEST_KEY = 32
_SAFE_MODES = ("require", "verify-ca", "verify-full")
_FEWEST_SIGNS = 12
_PLACEHOLDERS = (
    "changeme",
    "change-me",
    "change_me",
    "secret",
    "password",
    "example",
    "default",
    "development",
    "insecure",
)
_MEND_TLS = "end TLS in a proxy before the service, and set MASTERY_PUBLIC_URL=https://... to the address people open"


def key(installation: Installation) -> Check:
    """Whether the key that signs sessions can be guessed."""
    weak = [told for one in installation.secret_keys if (told := _weakness(one))]
    if not weak:
        return Check("secret key", Status.OK, "The key that signs sessions can not be guessed.")
    return Check(
        "secret key", Status.FAIL, f"The key that signs sessions {weak[0]}, so sessions can be forged.",
        "set MASTERY_SECRET_KEY to what this prints: python3 -c 'import secrets; print(secrets.token_urlsafe(32))'",
    )  # fmt: skip


def _weakness(secret_key: str) -> str | None:
    if len(secret_key) < SHORTEST_KEY:
        return f"has fewer than {SHORTEST_KEY} characters"
    if len(set(secret_key)) < _FEWEST_SIGNS:
        return f"has fewer than {_FEWEST_SIGNS} different characters"
    found = next((word for word in _PLACEHOLDERS if word in secret_key.lower()), None)
    return f"holds the word {found!r}" if found else None


def debugging(environ: Mapping[str, str] = os.environ) -> Check:
    """Whether errors would show the program's inside to whoever calls."""
    if environ.get("FLASK_DEBUG", "").lower() in ("", "0", "false", "no"):
        return Check("debugging", Status.OK, "Errors show nothing of the program's inside.")
    return Check("debugging", Status.FAIL, "Debugging is on (FLASK_DEBUG).", "unset FLASK_DEBUG")


def listening(installation: Installation, host: str, environ: Mapping[str, str] = os.environ) -> Check:
    """Whether passwords and records of children would cross a network in the clear, or links go by any name called."""
    behind = trusted_proxies(environ)
    if _is_loopback(host) and not behind:
        return Check("listening", Status.OK, "Only this machine is listened to.")
    if behind and installation.public_url is None:
        return Check(
            "listening", Status.FAIL,
            "Others come through a proxy, and links in letters would lead to whatever name they call the service by.",
            "set MASTERY_PUBLIC_URL=https://... to the address people open",
        )  # fmt: skip
    if installation.is_over_tls or behind:
        return Check("listening", Status.OK, "Others come through a proxy that ends TLS.")
    return Check(
        "listening", Status.FAIL, f"{host} can be reached from other machines, and nothing says that they come by TLS.",
        f"{_MEND_TLS}; or name the proxy in {SETTING}; or serve on 127.0.0.1",
    )  # fmt: skip


def to_database(installation: Installation, environ: Mapping[str, str] = os.environ) -> Check:
    """Whether records would cross a network in the clear on the way to the database: the driver's default lets them."""
    if installation.is_embedded:
        return Check("way to the database", Status.OK, "The database is spoken to by a socket of this machine.")
    modes = {_tls_of(make_url(dsn), environ) for dsn in (installation.app_dsn, installation.owner_dsn)}
    if None in modes:
        return Check(
            "way to the database", Status.FAIL,
            "The database is on another machine, and records may cross the network to it in the clear.",
            "add sslmode=verify-full and sslrootcert=... to the addresses of the database; or sslmode=disable, where"
            " the network between is of these machines alone",
        )  # fmt: skip
    if "disable" in modes:
        told = "The way to the database is not encrypted."
        return Check("way to the database", Status.WARN, told, "use sslmode=verify-full")
    return Check("way to the database", Status.OK, "Nobody reads along on the way to the database.")


def _tls_of(url: URL, environ: Mapping[str, str]) -> str | None:
    """The mode of TLS to a database elsewhere, "here" for one of this machine; None where plain text may be spoken."""
    said = url.query.get("host", url.host)
    hosts = said.split(",") if isinstance(said, str) else list(said or ())
    if all(one.startswith(("/", "@")) or _is_loopback(one) for one in hosts):
        return "here"
    mode = url.query.get("sslmode", environ.get("PGSSLMODE"))
    return str(mode) if mode in _SAFE_MODES or mode == "disable" else None


def public_address(installation: Installation) -> Check:
    """Whether links and cookies can be made for the address that people open."""
    if installation.is_over_tls:
        return Check("public address", Status.OK, f"People come by {installation.public_url}.")
    said = f"is {installation.public_url}, without TLS" if installation.public_url else "is not said"
    return Check("public address", Status.WARN, f"The address that people open {said}.", _MEND_TLS)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
