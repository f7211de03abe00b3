"""Killed at each point between reading and acknowledging: nothing is lost, nothing is there twice."""

from collections.abc import Callable
from pathlib import Path

import pytest

from shared.terms import Stream
from tests import facts
from tests.integration.filing import Writer, one, rows
from tests.integration.following import at_rest, following, process, until


@pytest.mark.parametrize("point", ["tracker.decoded", "tracker.locked", "tracker.committed"])
async def test_a_tracker_killed_at_a_point_loses_nothing(redis_url: str, database_url: str, tmp_path: Path, point: str) -> None:
    writer = Writer(redis_url)
    writer.append(facts.registered(), facts.released(), facts.accepted())
    hit = tmp_path / "hit"
    with process(redis_url, database_url, ROSETTE_FAILPOINT=f"{point}@{hit}") as tracker:
        assert tracker.wait(60) == -9
    assert hit.exists(), f"{point} was never reached"
    async with following(redis_url, database_url) as (_, register):
        await until(at_rest(redis_url, custody=3))
        assert await one(register, "SELECT count(*) FROM event") == 3
        assert await rows(register, "SELECT custody, custodian FROM case_") == [("held", "usaf")]
        assert await rows(register, "SELECT 1 FROM duplicate UNION ALL SELECT 1 FROM quarantine") == []
        assert await rows(register, 'SELECT kind FROM "freeze"') == []


async def test_a_tracker_killed_after_its_commit_had_filed_and_not_acknowledged(
    redis_url: str, database_url: str, tmp_path: Path
) -> None:
    writer = Writer(redis_url)
    writer.append(facts.registered())
    hit = tmp_path / "hit"
    with process(redis_url, database_url, ROSETTE_FAILPOINT=f"tracker.committed@{hit}") as tracker:
        assert tracker.wait(60) == -9
    assert hit.exists()
    async with following(redis_url, database_url) as (_, register):
        assert await one(register, "SELECT count(*) FROM event") == 1
        await until(at_rest(redis_url, custody=1))


async def test_two_trackers_share_the_work_and_neither_leaves_anything(redis_url: str, database_url: str) -> None:
    async with (
        following(redis_url, database_url) as (first, register),
        following(redis_url, database_url) as (second, _),
    ):
        filed = {first.consumer: 0, second.consumer: 0}
        for follower in (first, second):
            for lane in follower.lanes.values():
                lane.filed = counting(filed, follower.consumer, lane.filed)
        writer = Writer(redis_url)
        n = 0
        while not all(filed.values()):
            n += 1
            writer.append(facts.registered(f"K-{n}"))
            await until(at_rest(redis_url, custody=n))
        assert await one(register, "SELECT count(*) FROM event") == n


def counting(filed: dict[str, int], consumer: str, then: Callable[[Stream], None]) -> Callable[[Stream], None]:
    def counted(stream: Stream) -> None:
        filed[consumer] += 1
        then(stream)

    return counted
