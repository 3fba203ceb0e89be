"""Codes of a second factor: by time from an app (RFC 6238), and recovery codes for the day the phone is lost."""

from __future__ import annotations

import base64
import hmac
import io
import re
import secrets
from datetime import datetime

import pyotp
import segno

from api.security.clients import digest

ISSUER = "Mastery"
RECOVERY_CODES = 10
_RECOVERY_BYTES = 16
_GROUP = 7
_DRIFT_STEPS = 1
_DIGITS = re.compile(r"[0-9]{6}")


def new_secret() -> str:
    """A fresh secret, 160 random bits in base32."""
    return pyotp.random_base32(32)


def taken_step(secret: str, code: str, now: datetime, after: int | None) -> int | None:
    """The time step whose code this is, at most one before or after now; None for a wrong code.

    Steps up to `after`, the newest whose code was taken, are over: a code read over a shoulder is worth nothing.
    """
    totp = pyotp.TOTP(secret)
    present = totp.timecode(now)
    found = None
    for step in range(present - _DRIFT_STEPS, present + _DRIFT_STEPS + 1):
        if hmac.compare_digest(totp.generate_otp(step), code) and (after is None or step > after):
            found = step
    return found


def uri(secret: str, sign_in_name: str) -> str:
    """What an authenticator app reads from the QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=sign_in_name, issuer_name=ISSUER)


def qr_picture(content: str) -> bytes:
    """A QR code as SVG, dark on white in every colour scheme, as cameras want it."""
    out = io.BytesIO()
    segno.make(content, error="m").save(out, kind="svg", scale=6, border=4, dark="#000", light="#fff", omitsize=True)
    return out.getvalue()


def in_groups(text: str, size: int = 4) -> str:
    """A secret as people read it off and type it."""
    return " ".join(text[at : at + size] for at in range(0, len(text), size))


def new_recovery_codes() -> list[str]:
    """Fresh codes of 128 random bits each, as they are shown and printed."""
    made = (base64.b32encode(secrets.token_bytes(_RECOVERY_BYTES)).decode().rstrip("=") for _ in range(RECOVERY_CODES))
    return ["-".join(code[at : at + _GROUP] for at in range(0, len(code), _GROUP)) for code in made]


def tidy(code: str) -> str:
    """A code as it was typed, without spaces, hyphens and small letters."""
    return re.sub(r"[\s-]", "", code).upper()


def is_timed(code: str) -> bool:
    """Whether a tidy code looks like one from an app."""
    return _DIGITS.fullmatch(code) is not None


def recovery_digest(code: str) -> bytes:
    """What is kept of a recovery code."""
    return digest(tidy(code))
