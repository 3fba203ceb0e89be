"""The short-lived signed token by which a page may follow its sections: ids only, no person."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from itsdangerous import BadData, URLSafeSerializer

LIFETIME_SECONDS = 900
MOST_SECTIONS = 200
_SALT = "live-stream"


@dataclass(frozen=True, slots=True)
class Following:
    """What a token allows: these sections of this district, until then."""

    district_id: int
    section_ids: frozenset[int]
    until: datetime


def issue(secret_key: str, district_id: int, section_ids: Collection[int], now: datetime) -> str:
    """A token for at most `MOST_SECTIONS` sections; those with the lowest ids are kept."""
    kept = sorted(section_ids)[:MOST_SECTIONS]
    until = int(now.timestamp()) + LIFETIME_SECONDS
    return _serializer([secret_key]).dumps([district_id, kept, until])


def read(secret_keys: Sequence[str], token: str, now: datetime) -> Following | None:
    """What a token signed with any of the keys allows now; None for a forged, broken or expired one."""
    try:
        district_id, section_ids, until = _serializer(secret_keys).loads(token)
    except BadData:
        return None
    if now.timestamp() >= until:
        return None
    return Following(district_id, frozenset(section_ids), datetime.fromtimestamp(until, UTC))


def _serializer(secret_keys: Sequence[str]) -> URLSafeSerializer:
    # the last of the list signs
    return URLSafeSerializer(list(reversed(secret_keys)), salt=_SALT)
