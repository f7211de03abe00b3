"""A group that was destroyed, a subscriber that stopped for good: mended here, or else the process ends."""

import asyncio
from collections.abc import Mapping
from typing import Any, Final

import structlog
from redis.asyncio import Redis
from redis.exceptions import ConnectionError as NotConnected
from redis.exceptions import RedisError, ResponseError
from redis.exceptions import TimeoutError as NotInTime

from shared.streams import GROUP, events_key
from shared.terms import Stream

log = structlog.get_logger()

LOOK_EVERY_S: Final = 0.5
FAILURES: Final = 10
"""Looks in a row that find a stream unusable, though Redis answers, before the process gives up."""


class StreamLost(RuntimeError):
    """A stream cannot be followed, and not because Redis is away: its key is of another type, or may not be written to."""


async def ensure_group(client: Redis, stream: Stream) -> bool:
    """Make the group if it is not there, from the beginning of the stream. Returns whether it was missing.

    Reading all of a stream again costs time and changes nothing: the record knows every fact in it.
    """
    try:
        await client.xgroup_create(events_key(stream), GROUP, id="0", mkstream=True)
    except ResponseError as error:
        if "BUSYGROUP" not in str(error):
            raise
        return False
    return True


class Watchdog:
    """`well`: whether the last look found every stream in order."""

    def __init__(self, subscribers: Mapping[Stream, Any], client: Redis) -> None:
        self.subscribers = subscribers
        self.client = client
        self.well = False
        self._failures: dict[Stream, int] = dict.fromkeys(subscribers, 0)

    async def run(self) -> None:
        """Look at every stream, over and over.

        Raises:
            StreamLost: Redis answers, and still a stream cannot be followed.
        """
        while True:
            self.well = all([await self._look(stream) for stream in self.subscribers])
            await asyncio.sleep(LOOK_EVERY_S)

    async def _look(self, stream: Stream) -> bool:
        try:
            await self._mend(stream)
        except (NotConnected, NotInTime, OSError) as error:
            log.warning("redis_unreachable", stream=stream, because=type(error).__name__)
            return False
        except (RedisError, TimeoutError) as error:
            self._failures[stream] += 1
            log.error("stream_unusable", stream=stream, because=str(error), times=self._failures[stream])
            if self._failures[stream] >= FAILURES:
                raise StreamLost(f"the {stream} stream cannot be followed: {error}") from error
            return False
        self._failures[stream] = 0
        return True

    async def _mend(self, stream: Stream) -> None:
        if await ensure_group(self.client, stream):
            log.warning("group_made_again", stream=stream)
        subscriber = self.subscribers[stream]
        if not subscriber.running:
            log.warning("subscriber_started_again", stream=stream)
            await subscriber.start()
