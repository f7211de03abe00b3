"""Wires the tasks of following together, and ends them in good order."""

import asyncio
import socket
from collections.abc import Collection
from secrets import token_hex
from typing import Final

import structlog
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from services.tracker.follow import reading
from services.tracker.follow.lane import Lane
from services.tracker.follow.publisher import Publisher
from services.tracker.follow.reclaimer import Reclaimer
from services.tracker.follow.watchdog import StreamLost, Watchdog, ensure_group
from services.tracker.record.commit import Register
from shared.terms import STREAMS, Stream

__all__ = ["Follower", "StreamLost"]

log = structlog.get_logger()

DRAIN_S: Final = 5.0
"""How long a stop waits for what was read already; what is not committed by then stays pending for another process."""


class Follower:
    """Follows all streams for one process. Its consumer name is the host and an id of this start, so it is never used again.

    Args:
        reclaim_idle_ms: see `Reclaimer`.
    """

    def __init__(self, redis_url: str, register: Register, *, reclaim_idle_ms: int = 60_000) -> None:
        self.consumer = f"{socket.gethostname()}-{token_hex(4)}"
        # One try a call: a client that repeats by itself would hide how often something was done.
        self.client: Redis = Redis.from_url(redis_url, socket_timeout=reading.SOCKET_TIMEOUT_S, retry=Retry(NoBackoff(), 0))
        self.publisher = Publisher(register.pool, self.client, register.now)
        self.lanes: dict[Stream, Lane] = {
            stream: Lane(stream, register, self.client, self.publisher.filed) for stream in STREAMS
        }
        self.broker = reading.broker(redis_url)
        self.subscribers = {
            stream: reading.subscriber(self.broker, stream, self.consumer, lane.take) for stream, lane in self.lanes.items()
        }
        self.watchdog = Watchdog(self.subscribers, self.client)
        self.reclaimer = Reclaimer(self.lanes.values(), self.client, self.consumer, reclaim_idle_ms)

    @property
    def ready(self) -> bool:
        """Every stream is being read, and the record took the last batch."""
        return self.watchdog.well and all(lane.reachable for lane in self.lanes.values())

    async def run(self, stop: asyncio.Event) -> None:
        """Follow until `stop` is set, then commit what was read and return.

        Raises:
            redis.exceptions.RedisError: Redis cannot be reached at the start.
            ExceptionGroup: a stream cannot be followed, or a task failed; what was committed stands, the rest stays pending.
        """
        try:
            for stream in STREAMS:
                await ensure_group(self.client, stream)
            await self.broker.start()
            log.info("following", consumer=self.consumer)
            async with asyncio.TaskGroup() as tasks:
                # The watchdog would start again what is stopped first, and the reclaimer read more.
                readers = [tasks.create_task(self.watchdog.run()), tasks.create_task(self.reclaimer.run())]
                filers = [tasks.create_task(lane.run()) for lane in self.lanes.values()]
                filers.append(tasks.create_task(self.publisher.run()))
                await stop.wait()
                await end(readers)
                await self._drain()
                await end(filers)
        finally:
            await self.broker.stop()
            await self.client.aclose()

    async def _drain(self) -> None:
        await self.broker.stop()
        try:
            async with asyncio.timeout(DRAIN_S):
                await asyncio.gather(*(lane.drained() for lane in self.lanes.values()))
        except TimeoutError:
            log.warning("left_pending", entries=sum(len(lane.in_flight) for lane in self.lanes.values()))


async def end(tasks: Collection[asyncio.Task[None]]) -> None:
    """Cancel until they have ended: a client that is cancelled just as its answer arrives may take no notice."""
    while remaining := [task for task in tasks if not task.done()]:
        for task in remaining:
            task.cancel()
        await asyncio.wait(remaining, timeout=0.5)
