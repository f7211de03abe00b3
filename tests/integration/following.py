"""A tracker that follows the streams, in this process or in one of its own that can be killed."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Final

import redis
import structlog

from services.tracker.follow import Follower
from services.tracker.record.commit import Register
from shared.streams import GROUP, events_key, filed_key
from shared.terms import STREAMS, Stream
from tests.integration.filing import NOW, a_register

PATIENCE_S: Final = 60.0
IDLE_MS: Final = 300


@asynccontextmanager
async def following(redis_url: str, database_url: str, at: datetime = NOW) -> AsyncIterator[tuple[Follower, Register]]:
    """Follow while the block runs; a task of it that failed fails the test."""
    async with a_register(database_url, at) as register:
        follower = Follower(redis_url, register, reclaim_idle_ms=IDLE_MS)
        stop = asyncio.Event()
        task = asyncio.create_task(follower.run(stop))
        try:
            yield follower, register
        finally:
            stop.set()
            await task


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    """Wait for a condition."""
    async with asyncio.timeout(PATIENCE_S):
        while not await holds():  # noqa: ASYNC110 - what is waited for is another process's, or a server's
            await asyncio.sleep(0.01)


def at_rest(redis_url: str, **through: int) -> Callable[[], Awaitable[bool]]:
    """Whether these streams are filed through, and nothing is pending on any."""

    async def holds() -> bool:
        with redis.Redis.from_url(redis_url) as client:
            filed = {stream: int(client.hget(filed_key(stream), "through") or 0) for stream in STREAMS}
            return all(filed[stream] >= n for stream, n in through.items()) and not any(  # type: ignore[index]
                pending(client, stream) for stream in STREAMS
            )

    return holds


def pending(client: redis.Redis, stream: Stream) -> int:
    groups = client.xinfo_groups(events_key(stream)) if client.exists(events_key(stream)) else []
    return sum(group["pending"] for group in groups if group["name"] == GROUP.encode())


def process(redis_url: str, database_url: str, **environment: str) -> "subprocess.Popen[bytes]":
    """A tracker of its own that only follows; `environment` may arm a failpoint."""
    command = [sys.executable, "-m", "tests.integration.following", redis_url, database_url]
    return subprocess.Popen(command, env={**os.environ, **environment}, cwd=Path(__file__).parents[2])


async def main(redis_url: str, database_url: str) -> None:
    async with following(redis_url, database_url):
        await asyncio.Event().wait()


if __name__ == "__main__":
    structlog.configure(processors=[structlog.processors.JSONRenderer()])
    asyncio.run(main(*sys.argv[1:]))
