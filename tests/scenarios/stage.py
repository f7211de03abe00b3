"""What a scenario plays on: an empty record, both services in this process, a small directory, and the first morning."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import httpx2

import embedded
from services.tracker.app import Parts, checks, parts, story
from services.tracker.record.directory import replace_directory
from services.tracker.record.directory_file import parse_directory
from services.tracker.record.policies import apply_policy
from services.tracker.record.postgres import pool
from services.tracker.record.schema import migrate
from services.tracker.settings import Settings
from services.tracker.web.api.app import Given, api
from shared.clock import StoryClock
from tests import facts
from tests.integration import intake
from tests.scenarios.scene import FIRST, SECOND, Scene

MORNING: Final = datetime(2018, 9, 18, 15, 0, tzinfo=UTC)
"""Ten o'clock in Chicago: liaisons and families can be reached."""

POLICY: Final = Path("deploy/policy.toml").read_text()
DIRECTORY: Final = facts.directory({"L-1": FIRST, "L-2": SECOND}, zone="America/Chicago", hours=("07:00", "18:00"))


@asynccontextmanager
async def scene(database_url: str, redis_url: str, mailbox: embedded.Mailbox, folder: Path) -> AsyncIterator[Scene]:
    """An empty record with the project's policy and a small directory, both services running, and the first morning."""
    clock = StoryClock(folder / "clock")
    clock.set(MORNING)
    migrate(database_url)
    settings = Settings(
        database_url=database_url,
        redis_url=redis_url,
        smtp_url=mailbox.url,
        delivery="live",
        mail_from="rosette@example.org",
        clock=clock.file,
    )
    async with AsyncExitStack() as open_until_the_end:
        door = await open_until_the_end.enter_async_context(intake.running(redis_url, folder, clock=clock.file))
        part = await open_until_the_end.enter_async_context(tracker(settings))
        told = await story(part)
        assert told is not None
        app = api(Given(part.register.pool, part.redis, part.register.now, checks(part), story=told))
        transport = httpx2.ASGITransport(app=app)
        reader = httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1", timeout=60)
        await open_until_the_end.enter_async_context(reader)
        yield Scene(door, reader, mailbox, told)


@asynccontextmanager
async def tracker(settings: Settings) -> AsyncIterator[Parts]:
    """Following, until the block ends; the story's steps do the rest."""
    async with pool(settings.database_url) as opened, opened.connection() as conn:
        await apply_policy(conn, POLICY, "tests", MORNING)
        await replace_directory(conn, parse_directory(DIRECTORY), "tests", MORNING)
    stop = asyncio.Event()
    async with parts(settings) as part, asyncio.TaskGroup() as tasks:
        tasks.create_task(part.follow.run(stop))
        try:
            yield part
        finally:
            stop.set()
