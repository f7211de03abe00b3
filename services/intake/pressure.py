"""How much may come in now. A bucket for each source; while the tracker lags, those above their fair share wait.

One noisy source never starves another: each has a bucket of its own, and a quiet one never finds it empty.
"""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from redis.asyncio import Redis
from redis.exceptions import RedisError

from services.intake import metrics
from services.intake.problems import ProblemType, Refused
from shared.streams import filed_key, seq_key
from shared.terms import STREAMS

BURST_S: Final = 4.0
"""What a full bucket holds, in seconds of its rate: a day's file goes in at once."""
ACTIVE_S: Final = 10.0
"""A source counts among those that share while its last request is no older."""
FLOOR_EVENTS_S: Final = 20.0
"""The share that is always left, with the tracker down too: the facts of people at work, never those of a backlog."""
LONGEST_WAIT_S: Final = 60
MEMORY_SHARE: Final = 0.9
"""Of the server's `maxmemory`: beyond, it would soon refuse the tracker's own writes too."""
BYTES_AN_EVENT: Final = 16 * 1024
"""A request costs as many events as it holds, or as its size is worth if that is more."""


@dataclass(slots=True)
class Bucket:
    """What a source may still send at once. Below zero is a debt: a request is taken whole, and the next one waits for it."""

    tokens: float
    at: float

    def refill(self, rate: float, now: float) -> None:
        self.tokens = min(rate * BURST_S, self.tokens + rate * (now - self.at))
        self.at = now


@dataclass(slots=True)
class Shares:
    """The buckets by source, on a clock that only runs forward. `share_s` is the rate of each while there is not enough for
    all, in events a second."""

    rate_s: float
    share_s: float | None = None
    buckets: dict[str, Bucket] = field(default_factory=dict)

    def wait_s(self, slug: str, now: float) -> float:
        """How long this source has to wait; 0 where it may send. Asking makes it one of the active."""
        rate = self.rate_s if self.share_s is None else min(self.rate_s, self.share_s)
        bucket = self.buckets.setdefault(slug, Bucket(rate * BURST_S, now))
        bucket.refill(rate, now)
        return 0.0 if bucket.tokens > 0 else (1 - bucket.tokens) / rate

    def charge(self, slug: str, events: int) -> None:
        """Take what an admitted request costs. The source has asked before."""
        self.buckets[slug].tokens -= events

    def divide(self, filed_s: float | None, now: float) -> None:
        """Share what the tracker files among the active sources; None: there is enough for all."""
        active = sum(now - bucket.at <= ACTIVE_S for bucket in self.buckets.values())
        self.share_s = None if filed_s is None else max(FLOOR_EVENTS_S, filed_s / max(1, active))


@dataclass(slots=True)
class Pressure:
    """What the last look at the server says about room, and what each source may send."""

    redis: "Redis"
    shares: Shares
    lag_limit: int
    now: Callable[[], float] = time.monotonic
    full: bool = False
    filed: int | None = None
    looked: float = 0.0

    def refusal(self, slug: str) -> Refused | None:
        """Why nothing may come in from this source now, and when it should come again."""
        if self.full:
            return Refused(ProblemType.FULL, "nothing was accepted: an operator has to make room")
        wait_s = self.shares.wait_s(slug, self.now())
        if wait_s <= 0:
            return None
        after = min(LONGEST_WAIT_S, math.ceil(wait_s))
        return Refused(ProblemType.TOO_FAST, "the sources share what can be taken in", retry_after_s=after)

    def charge(self, slug: str, events: int, size_bytes: int) -> None:
        self.shares.charge(slug, max(1, events, size_bytes // BYTES_AN_EVENT))

    async def look(self) -> None:
        """Lag is what was accepted and is not filed, by the streams' own counters. A look that fails changes nothing."""
        try:
            async with self.redis.pipeline(transaction=False) as pipe:
                pipe.execute_command("INFO", "memory")
                for stream in STREAMS:
                    pipe.execute_command("HMGET", seq_key(stream), "epoch", "n")
                    pipe.execute_command("HMGET", filed_key(stream), "epoch", "through")
                memory, *counters = await pipe.execute()
        except RedisError:
            return
        limit = int(memory.get("maxmemory", 0))
        self.full = limit > 0 and int(memory["used_memory"]) > MEMORY_SHARE * limit
        accepted = sum(int(n or 0) for _, n in counters[::2])
        filed = sum(
            int(through or 0) for (epoch, _), (of, through) in zip(counters[::2], counters[1::2], strict=True) if epoch == of
        )
        now = self.now()
        filed_s = 0.0 if self.filed is None else max(0.0, (filed - self.filed) / max(0.001, now - self.looked))
        self.filed, self.looked = filed, now
        lag = accepted - filed
        metrics.LAG.set(lag)
        self.shares.divide(filed_s if lag > self.lag_limit else None, now)
