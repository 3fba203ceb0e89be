"""The demonstration's passwords: they follow from the installation's own secret, so that nothing has to be stored."""

from __future__ import annotations

import base64
import hashlib
import hmac

_SIGNS = 16
_GROUP = 4


def client_secret(secret_key: str) -> str:
    """The secret of the demonstration's LMS."""
    return _derived(secret_key, "client LMS")


def password(secret_key: str, sign_in_name: str) -> str:
    """The password of an account, in groups that can be typed: nobody else can know it."""
    secret = _derived(secret_key, f"account {sign_in_name}")
    return "-".join(secret[place : place + _GROUP] for place in range(0, _SIGNS, _GROUP))


def _derived(secret_key: str, what: str) -> str:
    """80 bits of the secret and what it is for, as 16 signs."""
    made = hmac.new(secret_key.encode(), f"demonstration {what}".encode(), hashlib.sha256).digest()
    return base64.b32encode(made)[:_SIGNS].decode().lower()
