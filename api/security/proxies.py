"""Behind a reverse proxy: the caller's address and scheme, as proxies that are trusted tell them and nobody else."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TYPE_CHECKING, Any

from models.installation import InstallationError

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

SETTING = "MASTERY_TRUSTED_PROXIES"
# in the WSGI environment: the address is that of a proxy, which did not tell who calls
PROXY_ALONE = "mastery.proxy_alone"
Network = IPv4Network | IPv6Network


def trusted_proxies(environ: Mapping[str, str]) -> tuple[Network, ...]:
    """The networks whose word is taken, such as "127.0.0.1, 10.0.0.0/8"; none where nothing is said."""
    named = [one.strip() for one in environ.get(SETTING, "").split(",")]
    try:
        return tuple(ip_network(one) for one in named if one)
    except ValueError as error:
        raise InstallationError(f"{SETTING}: {error}; give addresses or networks, such as 127.0.0.1.") from error


class BehindProxies:
    """A WSGI application that is told the caller's own address and scheme where the proxy before it is trusted."""

    def __init__(self, application: WSGIApplication, trusted: Sequence[Network]) -> None:
        self._application = application
        self._trusted = trusted

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if self._trusts(environ.get("REMOTE_ADDR", "")):
            caller = self._caller(environ)
            environ["REMOTE_ADDR"], environ[PROXY_ALONE] = caller, self._trusts(caller)
            scheme = _last(environ.get("HTTP_X_FORWARDED_PROTO", ""))
            if scheme in ("http", "https"):
                environ["wsgi.url_scheme"] = scheme
        return self._application(environ, start_response)

    def _caller(self, environ: Mapping[str, Any]) -> str:
        """The nearest address that is no trusted proxy: what stands before it may have been made up by the caller."""
        nearest: str = environ["REMOTE_ADDR"]
        for named in reversed(environ.get("HTTP_X_FORWARDED_FOR", "").split(",")):
            if _address(named) is None:
                break
            nearest = named.strip()
            if not self._trusts(nearest):
                break
        return nearest

    def _trusts(self, text: str) -> bool:
        found = _address(text)
        return found is not None and any(found in network for network in self._trusted)


def behind(application: Callable[..., Any], trusted: Sequence[Network]) -> Callable[..., Any]:
    """The application as it is, or where proxies are trusted, told by them who calls."""
    return BehindProxies(application, trusted) if trusted else application


def _last(header: str) -> str:
    return header.rpartition(",")[2].strip().lower()


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        found = ip_address(text.strip())
    except ValueError:
        return None
    # a socket that takes both kinds tells an IPv4 caller so
    return getattr(found, "ipv4_mapped", None) or found
