"""The HTTP door on a real server: what is accepted stands in its stream, once, and its receipt says so."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from redis import Redis

from shared import wire
from shared.streams import events_key
from tests import facts
from tests.integration.intake import Intake, running


@pytest.fixture
async def intake(redis_url: str, tmp_path: Path) -> AsyncIterator[Intake]:
    async with running(redis_url, tmp_path) as intake:
        yield intake


@pytest.fixture
def redis(redis_url: str) -> Iterator[Redis]:
    with Redis.from_url(redis_url) as client:
        yield client


async def test_an_accepted_event_stands_in_its_stream_as_the_tracker_reads_it(intake: Intake, redis: Redis) -> None:
    answer = await intake.submit(facts.released(id="E-1"))
    assert answer.status_code == 202
    [(entry, fields)] = redis.xrange(events_key("custody"))
    decoded = wire.decode("custody", fields)
    assert isinstance(decoded, wire.Decoded)
    receipt = answer.json()
    assert receipt["entry"] == entry.decode()
    assert (receipt["epoch"], receipt["seq"]) == (decoded.position.epoch, 1)
    assert receipt["digest"] == decoded.event.digest
    assert not receipt["duplicate"]
    assert decoded.event.submitter == "custodian"
