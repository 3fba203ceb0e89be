"""Where a request comes from, as far as limits go by it."""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Mapping
from ipaddress import IPv6Address, ip_address

from flask import Request

_IPV6_BITS = 64  # what one household or school is given; within it anybody takes as many addresses as they like
_TRUSTED = "127.0.0.1,::1"


def sender_address(request: Request, environ: Mapping[str, str] = os.environ) -> str | None:
    """The address that a request came from, for IPv6 its network of 64 bits; None where nobody tells.

    A proxy that may be believed (FORWARDED_ALLOW_IPS, as gunicorn reads it: by default this machine) tells it as the
    last of X-Forwarded-For. Where it does not, all people would seem to be the proxy, so no address is known.
    """
    peer = request.remote_addr
    trusted = environ.get("FORWARDED_ALLOW_IPS", _TRUSTED).split(",")
    if peer in trusted or "*" in trusted:
        told = request.headers.getlist("X-Forwarded-For")
        peer = told[-1].rpartition(",")[2].strip() if told else None
    return _network(peer) if peer else None


def _network(text: str) -> str | None:
    try:
        found = ip_address(text)
    except ValueError:
        return None
    if not isinstance(found, IPv6Address):
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return f"{IPv6Address(int(found) >> _IPV6_BITS << _IPV6_BITS)}/{_IPV6_BITS}"


def keyed(address: str, secret_key: str) -> str:
    """What is kept of an address: who has not the key can not tell it from any other."""
    return hmac.new(secret_key.encode(), b"address " + address.encode(), hashlib.sha256).hexdigest()
