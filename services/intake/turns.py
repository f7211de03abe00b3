"""Whose turn it is, among any number of intakes on one server, to read the inboxes or to do the jobs."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final

from redis.asyncio import Redis

from shared.streams import INBOX_READER

LEASE_MS: Final = 3000
"""After a reader that died another takes over. Two at once do no harm, only work twice: whatever they do may be repeated."""
IDLE_S: Final = 0.1
"""Until the next look where nothing was found."""


class Turn:
    """One process reads at a time, as long as it renews its lease. `key` names what it reads."""

    def __init__(self, redis: "Redis", key: str = INBOX_READER) -> None:
        self._redis = redis
        self._key = key
        self._name = secrets.token_hex(8)

    async def ours(self) -> bool:
        """Raises RedisError where the server cannot be asked."""
        if await self._redis.set(self._key, self._name, nx=True, px=LEASE_MS):
            return True
        if await self._redis.get(self._key) != self._name.encode():
            return False
        await self._redis.pexpire(self._key, LEASE_MS)
        return True


async def in_turns(work: Callable[[], Awaitable[int]], stop: asyncio.Event) -> None:
    """Do what there is to do until `stop` is set, and wait a little whenever there was nothing."""
    while not stop.is_set():
        if not await work():
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), IDLE_S)
