"""Who asks too much is told when to come again. Each web process counts for itself, in memory."""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import Hashable, Mapping
from dataclasses import fields
from threading import Lock

from flask import current_app, request
from werkzeug.exceptions import TooManyRequests

from api.problems import ProblemError, wants_problem
from api.security.addresses import sender_address
from mastery.rate import Bucket, Limit, Limits, filled, take
from models.installation import InstallationError

METER = "mastery_meter"
_MOST = 20_000


class Meter:
    """The buckets of everybody seen lately. Whoever is forgotten starts with a full one."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._buckets: OrderedDict[tuple[str, Hashable], Bucket] = OrderedDict()
        self._lock = Lock()

    def wait(self, kind: str, who: Hashable) -> float:
        """Count a request of `who`; how many seconds it comes too early, 0 where it may pass."""
        limit: Limit = getattr(self.limits, kind)
        now = time.monotonic()
        with self._lock:
            bucket, seconds = take(self._buckets.get((kind, who)), limit, now)
            self._buckets[kind, who] = bucket
            self._buckets.move_to_end((kind, who))
            if len(self._buckets) > _MOST:
                self._forget(now)
        return seconds

    def _forget(self, now: float) -> None:
        """Drop whoever has a full bucket again, which changes nothing; where nobody has, whoever was seen first."""
        full = [key for key, bucket in self._buckets.items() if self._is_full(key[0], bucket, now)]
        for key in full or list(self._buckets)[: _MOST // 10]:
            del self._buckets[key]

    def _is_full(self, kind: str, bucket: Bucket, now: float) -> bool:
        limit: Limit = getattr(self.limits, kind)
        return filled(bucket, limit, now) >= limit.burst


def limits_of(environ: Mapping[str, str]) -> Limits:
    """The limits, each as MASTERY_LIMIT_CLIENT and so on say it: "requests a minute/requests at once"."""
    chosen = {}
    for one in fields(Limits):
        name = f"MASTERY_LIMIT_{one.name.upper()}"
        if environ.get(name):
            try:
                per_minute, burst = map(float, environ[name].split("/"))
                chosen[one.name] = Limit(per_minute, burst)
            except ValueError as error:
                raise InstallationError(
                    f"{name} is {environ[name]!r}: give requests a minute and requests at once, such as 6000/1000."
                ) from error
    return Limits(**chosen)


def limit(kind: str, who: Hashable) -> None:
    """Count a request; raises the refusal, with when to come again, where it is one too many."""
    meter: Meter = current_app.extensions[METER]
    seconds = meter.wait(kind, who)
    if not seconds:
        return
    again = max(1, math.ceil(seconds))
    if not wants_problem():
        raise TooManyRequests(retry_after=again)
    raise ProblemError(
        429,
        "Too Many Requests",
        f"That is more than this service takes from one sender; send the same again in {again} s.",
        headers={"Retry-After": str(again)},
    )


def address() -> str:
    """Whom to count a request against: the caller's address, or the network of an IPv6 one; where nobody tells it, all
    who come the same way together."""
    return sender_address(request) or request.remote_addr or ""
