"""A dispatcher in a process of its own, for tests that kill it.

`python -m tests.integration.dispatcher DATABASE REDIS SMTP NOW MACHINE` says everything that may be said when the record's
clock and the machine's stand there, and ends.
"""

import asyncio
import sys
from datetime import datetime

from redis.asyncio import Redis

from services.tracker.record.commit import Register
from services.tracker.record.postgres import pool
from tests.integration.desk import Clock, Desk


async def main(database_url: str, redis_url: str, smtp_url: str, now: str, machine: str) -> None:
    clocks = Clock(datetime.fromisoformat(now)), Clock(datetime.fromisoformat(machine))
    async with pool(database_url, 4) as opened, Redis.from_url(redis_url) as redis:
        desk = Desk(opened, redis, smtp_url, clocks[0], Register(opened, clocks[0]), clocks[1])
        await desk.dispatch().settle()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:6]))
