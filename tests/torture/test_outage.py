"""What lasts longer than a client's patience: the record is away for a whole minute, and intake goes on accepting."""

import asyncio
import time
from pathlib import Path
from typing import Final

import pytest

import embedded
from tests import facts
from tests.integration import intake
from tests.integration.filing import one, rows
from tests.integration.following import at_rest, following, until

OUTAGE_S: Final = 60.0
"""The outage is the time it takes: every time-out and back-off between the streams and the record comes up in it."""
BATCH: Final = 20
PAUSE_S: Final = 0.25


@pytest.mark.timeout(180)
async def test_a_minute_without_postgresql_quarantines_nothing_and_all_that_was_accepted_is_filed(
    redis_url: str, database_url: str, servers: embedded.Servers, tmp_path: Path
) -> None:
    accepted = 0
    async with (
        intake.running(redis_url, tmp_path) as door,
        following(redis_url, database_url) as (follower, register),
    ):
        await until(lambda: is_ready(follower.ready))
        servers.stop_postgres()
        over = time.monotonic() + OUTAGE_S
        while time.monotonic() < over:
            answers = await door.batch([facts.registered(f"K-{accepted + n}") for n in range(BATCH)])
            assert [answer["status"] for answer in answers] == [202] * BATCH
            accepted += BATCH
            await asyncio.sleep(PAUSE_S)
        assert not follower.ready
        await asyncio.to_thread(servers.start_postgres)
        await until(at_rest(redis_url, custody=accepted))
        await until(lambda: is_ready(follower.ready))
        assert await one(register, "SELECT count(*) FROM event") == accepted
        assert await one(register, "SELECT count(*) FROM case_") == accepted
        assert await rows(register, "SELECT reason FROM quarantine") == []
        assert await rows(register, 'SELECT kind FROM "freeze"') == []


async def is_ready(ready: bool) -> bool:
    return ready
