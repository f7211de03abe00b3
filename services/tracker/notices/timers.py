"""When alarms are looked at: as of the last instant for which all that had been accepted by then is known to be filed.

So a late batch raises no false alarm, neither in a replay nor after an outage of our own: what would have ended it comes first.
"""

import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from services.tracker.record import alarms
from services.tracker.record.caught_up import come, covers
from services.tracker.record.claimable import Counters
from services.tracker.record.commit import Register
from shared.streams import seq_key
from shared.terms import STREAMS

log = structlog.get_logger()

GOOD_FOR_S: Final = 5.0
"""On the machine's clock: where nothing was filed or said since the last look, and nothing has come due, it is good this long.
Only a new directory has to wait for the next."""

LONGEST_WAIT_S: Final = 5.0
"""On the machine's clock: alarms are looked at when dispatch has nothing else to do, and while it always has, this often."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What the last look saw, as of when and when it was (`at_s`, the machine's clock), and when time alone brings an alarm."""

    reached: Counters
    said: tuple[Any, ...] | None
    as_of: datetime
    at_s: float
    next: datetime | None

    def is_good(self, reached: Counters, said: tuple[Any, ...] | None, as_of: datetime) -> bool:
        unchanged = (self.reached, self.said) == (reached, said)
        return unchanged and (self.next is None or as_of < self.next) and time.monotonic() - self.at_s < GOOD_FOR_S


class Timers:
    """Remembers the last instant asked about, until the record has come as far as intake had by then; and the last look."""

    def __init__(self, register: Register, redis: Redis) -> None:
        self.register = register
        self.redis = redis
        self._asked: tuple[datetime, Counters] | None = None
        self._looked: Looked | None = None
        self._tried_s = float("-inf")

    async def look(self) -> int:
        """Reconcile the alarms, if the record has come far enough. Returns how many changed; without Redis none do.

        Raises:
            psycopg.OperationalError: the record is out of reach; nothing was written.
        """
        self._tried_s = time.monotonic()
        now = self.register.now()
        try:
            given_out = await counters(self.redis)
        except RedisError as outage:
            log.warning("notices.outage", because=type(outage).__name__)
            return 0
        async with self.register.pool.connection() as conn:
            reached, said = await come(conn), await alarms.said(conn)
        as_of = None
        if covers(reached, given_out):
            as_of, self._asked = now, None
        elif self._asked is None or covers(reached, self._asked[1]):
            as_of, self._asked = self._asked[0] if self._asked is not None else None, (now, given_out)
        if as_of is None or (self._looked is not None and self._looked.is_good(reached, said, as_of)):
            return 0
        changed = await alarms.look(self.register, as_of)
        if changed is not None:
            self._looked = Looked(reached, said, as_of, time.monotonic(), await self._next(as_of))
        return changed or 0

    @property
    def are_due(self) -> bool:
        """Whether nobody has looked for so long that it must not wait for a quiet moment."""
        return time.monotonic() - self._tried_s >= LONGEST_WAIT_S

    async def next(self, after: datetime) -> datetime | None:
        """When an alarm may come due next, as things stood at the last look if that was of this very instant."""
        if self._looked is not None and self._looked.as_of == after:
            return self._looked.next
        return await self._next(after)

    async def _next(self, after: datetime) -> datetime | None:
        async with self.register.pool.connection() as conn:
            rule = await self.register.policies.in_force(conn.cursor(binary=True))
            return await alarms.next_alarm(conn, rule.policy, after)


async def counters(redis: Redis) -> Counters:
    """The last sequence number that intake has given out on each stream, with its epoch: one question to Redis."""
    async with redis.pipeline(transaction=False) as pipe:
        for stream in STREAMS:
            pipe.execute_command("HMGET", seq_key(stream), "epoch", "n")
        answers = await pipe.execute()
    given_out = zip(STREAMS, answers, strict=True)
    return {
        stream: (epoch.decode() if isinstance(epoch, bytes) else epoch, int(n))
        for stream, (epoch, n) in given_out
        if epoch is not None and n is not None
    }
