"""The scene of every scenario."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

import embedded
from tests.scenarios import stage
from tests.scenarios.scene import Scene


@pytest.fixture
async def scene(database_url: str, redis_url: str, mailbox: embedded.Mailbox, tmp_path: Path) -> AsyncIterator[Scene]:
    async with stage.scene(database_url, redis_url, mailbox, tmp_path) as running:
        yield running
