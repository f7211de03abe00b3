"""When alarms are looked at: as of the last instant for which all that had been accepted by then is known to be filed.

So a late batch raises no false alarm, neither in a replay nor after an outage of our own: what would have ended it comes first.
"""

from datetime import datetime

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from services.tracker.record import alarms
from services.tracker.record.caught_up import come, covers
from services.tracker.record.claimable import Counters
from services.tracker.record.commit import Register
from shared.streams import seq_key
from shared.terms import STREAMS, Stream

log = structlog.get_logger()


class Timers:
    """Remembers the last instant asked about, until the record has come as far as intake had by then."""

    def __init__(self, register: Register, redis: Redis) -> None:
        self.register = register
        self.redis = redis
        self._asked: tuple[datetime, Counters] | None = None

    async def look(self) -> int:
        """Reconcile the alarms, if the record has come far enough. Returns how many changed; without Redis none do.

        Raises:
            psycopg.OperationalError: the record is out of reach; nothing was written.
        """
        now = self.register.now()
        try:
            given_out = await counters(self.redis)
        except RedisError as outage:
            log.warning("notices.outage", because=type(outage).__name__)
            return 0
        async with self.register.pool.connection() as conn:
            reached = await come(conn)
        as_of = None
        if covers(reached, given_out):
            as_of, self._asked = now, None
        elif self._asked is None or covers(reached, self._asked[1]):
            as_of, self._asked = self._asked[0] if self._asked is not None else None, (now, given_out)
        return await alarms.look(self.register, as_of) if as_of is not None else 0

    async def next(self, after: datetime) -> datetime | None:
        """When an alarm may come due next, as things stand."""
        async with self.register.pool.connection() as conn:
            rule = await self.register.policies.in_force(conn.cursor(binary=True))
            return await alarms.next_alarm(conn, rule.policy, after)


async def counters(redis: Redis) -> Counters:
    """The last sequence number that intake has given out on each stream, with its epoch."""
    found: dict[Stream, tuple[str, int]] = {}
    for stream in STREAMS:
        epoch, n = await redis.hmget(seq_key(stream), ["epoch", "n"])
        if epoch is not None and n is not None:
            found[stream] = epoch.decode() if isinstance(epoch, bytes) else epoch, int(n)
    return found
