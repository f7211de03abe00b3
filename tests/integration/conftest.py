"""Intake at its door and the server behind it, for every test of it that needs no more than that."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from redis import Redis

from tests.integration.intake import Intake, running


@pytest.fixture
async def intake(redis_url: str, tmp_path: Path) -> AsyncIterator[Intake]:
    async with running(redis_url, tmp_path) as intake:
        yield intake


@pytest.fixture
def redis(redis_url: str) -> Iterator[Redis]:
    with Redis.from_url(redis_url) as client:
        yield client
