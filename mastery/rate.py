"""How much somebody may ask for in a while: a bucket of tokens that fills evenly; a request takes one out."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limit:
    """So many requests a minute in the long run, and so many at once after a rest. Both above 0."""

    per_minute: float
    burst: float

    def __post_init__(self) -> None:
        if not (0 < self.per_minute < float("inf") and 1 <= self.burst < float("inf")):
            raise ValueError(
                f"{self.per_minute:g}/{self.burst:g}: give requests a minute above 0, and at least 1 at once"
            )

    @property
    def per_second(self) -> float:
        """How fast the bucket fills."""
        return self.per_minute / 60


@dataclass(frozen=True, slots=True)
class Bucket:
    """How many requests are still free (0..burst) at an instant, in seconds of a clock that never goes back."""

    tokens: float
    at: float


@dataclass(frozen=True, slots=True)
class Limits:
    """What each kind of caller may ask of one web process."""

    # one program, with a token: above what a process can answer from one sender, so only a loop gone wild meets it
    client: Limit = Limit(30_000, 5_000)
    # one address without a token: asking for one, or showing one that is none
    credentials: Limit = Limit(600, 100)
    # one address, on pages and documents open to everyone; a whole school may be behind one address
    address: Limit = Limit(6_000, 1_000)
    # one person who is signed in
    person: Limit = Limit(3_000, 600)


def take(bucket: Bucket | None, limit: Limit, now: float) -> tuple[Bucket, float]:
    """The bucket after a request now, and how many seconds it comes too early (0: it is let through).

    Whoever was never seen has a full bucket; a request that comes too early takes nothing out.
    """
    tokens = filled(bucket, limit, now)
    if tokens >= 1:
        return Bucket(tokens - 1, now), 0.0
    return Bucket(tokens, now), (1 - tokens) / limit.per_second


def filled(bucket: Bucket | None, limit: Limit, now: float) -> float:
    """How many requests are free now."""
    if bucket is None:
        return limit.burst
    return min(limit.burst, bucket.tokens + max(0.0, now - bucket.at) * limit.per_second)
