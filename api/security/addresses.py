"""Where a request comes from, as far as limits go by it."""

from __future__ import annotations

import hashlib
import hmac
from ipaddress import IPv4Address, IPv6Address, ip_address

from flask import Request

from api.security.proxies import PROXY_ALONE

_IPV6_BITS = 64  # what one household or school is given; within it anybody takes as many addresses as they like


def sender_address(request: Request) -> str | None:
    """The address that a request came from, for IPv6 its network of 64 bits; None where nobody tells.

    A proxy that is trusted has told it (`api.security.proxies`). Where it does not, or where a proxy on this machine is
    not named as trusted, all people would seem to be the proxy, so no address is known.
    """
    if request.environ.get(PROXY_ALONE) or not request.remote_addr:
        return None
    return _network(request.remote_addr)


def _network(text: str) -> str | None:
    found: IPv4Address | IPv6Address
    try:
        found = ip_address(text)
    except ValueError:
        return None
    found = getattr(found, "ipv4_mapped", None) or found
    if found.is_loopback:
        return None
    if not isinstance(found, IPv6Address):
        return str(found)
    return f"{IPv6Address(int(found) >> _IPV6_BITS << _IPV6_BITS)}/{_IPV6_BITS}"


def keyed(address: str, secret_key: str) -> str:
    """What is kept of an address: who has not the key can not tell it from any other."""
    return hmac.new(secret_key.encode(), b"address " + address.encode(), hashlib.sha256).hexdigest()
