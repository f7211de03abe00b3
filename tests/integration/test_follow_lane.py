"""One lane: an entry that the record can never take is found among many and put aside, whatever is wrong with it."""

import asyncio
from typing import Any, cast

import psycopg
import pytest
from redis.asyncio import Redis

from services.tracker.follow.lane import Lane
from services.tracker.record.batch import Batch, Entry
from services.tracker.record.commit import Filing, Register
from tests import facts
from tests.integration.filing import entries

BAD = "E-BAD"


class Choosy:
    """A register that cannot take one event, as PostgreSQL refuses a value that it cannot hold."""

    def __init__(self, refusal: Exception) -> None:
        self.refusal = refusal
        self.filed: list[str] = []
        self.refused: list[tuple[str | None, str]] = []

    async def commit(self, batch: Batch) -> Filing:
        ids = [arrival.event.id for arrival in batch.arrivals]
        if BAD in ids:
            raise self.refusal
        self.filed += ids
        self.refused += [(each.found.id, each.found.reason) for each in batch.misread]
        return Filing(len(ids), 0, len(batch.misread), 0)


class Deaf:
    async def xack(self, *_: Any) -> int:
        return 0


def some(n: int) -> list[Entry]:
    said = [facts.registered(f"K-{n}", id=f"E-{n}") for n in range(n)]
    said.insert(n // 3, facts.registered("K-BAD", id=BAD))
    return entries(said)


@pytest.mark.parametrize(
    "refusal",
    [
        psycopg.DataError("no"),
        psycopg.errors.CheckViolation("no"),
        psycopg.errors.ProgramLimitExceeded("no"),
        TypeError("no"),
    ],
    ids=repr,
)
async def test_the_one_entry_that_cannot_be_filed_is_quarantined_and_all_others_are_filed(refusal: Exception) -> None:
    register = Choosy(refusal)
    lane = Lane("custody", cast("Register", register), cast("Redis", Deaf()), lambda _: None)
    running = asyncio.create_task(lane.run())
    await lane.take(some(100))
    await lane.drained()
    running.cancel()
    assert sorted(register.filed) == sorted(f"E-{n}" for n in range(100))
    assert register.refused == [(BAD, "unfilable")]
    assert not lane.in_flight


async def test_a_record_out_of_reach_quarantines_nothing() -> None:
    register = Choosy(psycopg.OperationalError("gone"))
    lane = Lane("custody", cast("Register", register), cast("Redis", Deaf()), lambda _: None)
    running = asyncio.create_task(lane.run())
    await lane.take(some(3))
    while lane.reachable:  # noqa: ASYNC110 - a flag that operators read, not an event
        await asyncio.sleep(0.01)
    running.cancel()
    assert not register.refused
    assert len(lane.in_flight) == 4
