"""What a dead process left behind: entries that it read and never acknowledged, and itself as a consumer."""

import asyncio
from collections.abc import Collection
from typing import Any, Final

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from services.tracker.follow.lane import Lane
from services.tracker.follow.reading import BATCH
from shared.streams import GROUP, events_key

log = structlog.get_logger()

REMOVE_AFTER: Final = 10
"""Times the idle time after which a consumer with nothing pending is taken to be gone; a live one reads ten times a second."""

# Looked at and removed in one step: a consumer that is removed takes what is pending with it, unseen by everybody.
REMOVE_GONE: Final = """
    local removed = 0
    for _, consumer in ipairs(redis.call('XINFO', 'CONSUMERS', KEYS[1], ARGV[1])) do
      local about = {}
      for i = 1, #consumer, 2 do about[consumer[i]] = consumer[i + 1] end
      if about['name'] ~= ARGV[2] and about['pending'] == 0 and about['idle'] >= tonumber(ARGV[3]) then
        redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], about['name'])
        removed = removed + 1
      end
    end
    return removed
"""


class Reclaimer:
    """Takes over what has been pending for `idle_ms`, which must be longer than the slowest batch.

    While the record is unreachable it takes nothing: what is pending then waits for the record, not for somebody else.
    """

    def __init__(self, lanes: Collection[Lane], client: Redis, consumer: str, idle_ms: int) -> None:
        self.lanes = lanes
        self.client = client
        self.consumer = consumer
        self.idle_ms = idle_ms

    async def run(self) -> None:
        while True:
            for lane in self.lanes:
                try:
                    if lane.reachable:
                        await self._take_over(lane)
                        await self._remove_gone(lane)
                except RedisError as error:
                    log.info("not_reclaimed", stream=lane.stream, because=type(error).__name__)
            await asyncio.sleep(self.idle_ms / 2000)

    async def _take_over(self, lane: Lane) -> None:
        start: Any = b"0-0"
        while True:
            start, found, *_ = await self.client.xautoclaim(
                events_key(lane.stream), GROUP, self.consumer, self.idle_ms, start_id=start, count=BATCH
            )
            entries = [(id, fields) for id, fields in found if id not in lane.in_flight]
            if entries:
                log.info("reclaimed", stream=lane.stream, entries=len(entries))
                await lane.take(entries)
            if start == b"0-0" or not lane.reachable:
                return

    async def _remove_gone(self, lane: Lane) -> None:
        key, idle_ms = events_key(lane.stream), str(REMOVE_AFTER * self.idle_ms)
        if removed := await self.client.eval(REMOVE_GONE, 1, key, GROUP, self.consumer, idle_ms):
            log.info("consumers_removed", stream=lane.stream, consumers=removed)
