"""The tracker's read API in this process, over a record that a test fills."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx2
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from services.tracker.record.commit import Register
from services.tracker.record.watermarks import advance
from services.tracker.web.api.app import Given, api
from services.tracker.web.api.health import Check
from services.tracker.web.readers import Readers
from tests.facts import CloudEvent
from tests.integration import filing
from tests.integration.filing import stream_of

PROBLEM = "application/problem+json"


@dataclass
class Looking:
    """A reader at the API, and the register behind it. Statements are filed one by one, in the order given."""

    client: httpx2.AsyncClient
    register: Register
    filed: int = 0

    async def file(self, *statements: CloudEvent) -> None:
        for statement in statements:
            self.filed += 1
            await filing.file(self.register, statement, first=self.filed)
            async with self.register.pool.connection() as conn:
                await advance(conn, stream_of(statement), self.register.now())

    async def get(self, path: str, **asked: Any) -> Any:
        answer = await self.client.get(path, params=asked)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def problem(self, path: str, **asked: Any) -> tuple[int, str]:
        """Status and type of the problem that a request ends in."""
        answer = await self.client.get(path, params=asked)
        assert answer.headers["content-type"] == PROBLEM, answer.text
        assert answer.json()["status"] == answer.status_code
        return answer.status_code, answer.json()["type"].removeprefix("urn:rosette:problem:")


@asynccontextmanager
async def looking(
    database_url: str,
    redis_url: str,
    *,
    token: bytes | None = None,
    readers: Readers | None = None,
    host: str = "127.0.0.1",
    **checks: Check,
) -> AsyncIterator[Looking]:
    redis = Redis.from_url(redis_url, retry=Retry(NoBackoff(), 0))
    async with filing.a_register(database_url) as register, redis:
        app = api(Given(register.pool, redis, register.now, checks, token, readers))
        transport = httpx2.ASGITransport(app=app)
        async with httpx2.AsyncClient(transport=transport, base_url=f"http://{host}") as client:
            yield Looking(client, register)
