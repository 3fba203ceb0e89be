"""Sealing of what the database must keep but not tell: encrypted with keys made from the installation's secret keys."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from enum import StrEnum

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_KEY_BYTES = 32


class Purpose(StrEnum):
    """What is sealed; the word is part of the key, so it never changes."""

    SECOND_FACTOR = "second_factor"
    IDENTITY_PROVIDER = "identity provider"
    SIGN_IN_UNDER_WAY = "sign_in_under_way"


class SealError(Exception):
    """Sealed under a key that the installation does not have."""


class Sealer:
    """Seals one kind of secret. The first of the installation's keys seals, each of them opens."""

    def __init__(self, secret_keys: Sequence[str], purpose: Purpose) -> None:
        self._keys = MultiFernet([Fernet(_derived(key, purpose)) for key in secret_keys])

    def seal(self, text: str) -> str:
        """The sealed text, ASCII."""
        return self._keys.encrypt(text.encode()).decode("ascii")

    def open(self, sealed: str) -> str:
        """What was sealed; SealError where none of the keys fits."""
        try:
            return self._keys.decrypt(sealed.encode("ascii")).decode()
        except InvalidToken:
            raise SealError("sealed under a key that this installation does not have") from None


def _derived(secret_key: str, purpose: Purpose) -> bytes:
    # what seals one purpose opens no other, and tells nothing of the key that signs sessions
    key = HKDF(SHA256(), _KEY_BYTES, salt=None, info=f"mastery {purpose}".encode()).derive(secret_key.encode())
    return base64.urlsafe_b64encode(key)
