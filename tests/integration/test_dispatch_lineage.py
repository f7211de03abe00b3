"""Dispatch with what came out of what: a case sees in time what it takes from above, and its parents are written too."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Final

import pytest

import embedded
from services.tracker.record import sweep
from services.tracker.record.commit import Register
from services.tracker.record.policies import apply_policy
from tests import facts
from tests.integration.desk import MORNING, POLICY, Desk, desk, family

PATIENCE_S: Final = 20.0
ANOTHER: Final = POLICY.replace("settling_s = 30", "settling_s = 31")


@pytest.fixture
async def at(database_url: str, redis_url: str, mailbox: embedded.Mailbox) -> AsyncIterator[Desk]:
    async with desk(database_url, redis_url, mailbox.url) as opened:
        yield opened


async def settles(at: Desk) -> bool:
    async with asyncio.timeout(PATIENCE_S):
        return await at.dispatch().settle()


@pytest.mark.parametrize("up_to", [1, 200])
async def test_a_hold_above_that_comes_into_force_is_seen_by_a_claim_before_its_own_case_was_swept(
    at: Desk, mailbox: embedded.Mailbox, monkeypatch: pytest.MonkeyPatch, up_to: int
) -> None:
    monkeypatch.setattr(sweep, "UP_TO", up_to)
    await at.tell(
        facts.registered("K-1", at="2018-09-01T00:00:00Z"),
        facts.inventoried("K-1", "K-1-A", at="2018-09-02T00:00:00Z"),
        facts.split("K-1-A", "K-1-A-1", "K-1-A-2", at="2018-09-03T00:00:00Z"),
        facts.hold_placed("H-1", cases=["K-1"], stream="custody", at=(MORNING + timedelta(minutes=20)).isoformat()),
        *(
            facts.hold_placed(f"H-X{n}", cases=[f"X-{n}"], stream="custody", at=(MORNING + timedelta(minutes=19)).isoformat())
            for n in range(3)
        ),
    )
    at.register = Register(at.pool, at.now)  # of which nothing is remembered
    await at.tell(*family(), facts.determined("K-1-A-1", "P-0001", "D-1"))
    at.now.move(minutes=25)
    assert await settles(at)
    assert (await at.states("identification"), mailbox.messages) == (["held"], [])
    assert await at.ask("SELECT count(*) FROM case_ WHERE 'hold' = ANY(flags) AND starts_with(number, 'K-1')") == [(4,)]


async def test_under_another_policy_all_that_came_out_of_a_case_and_the_case_itself_are_judged_and_dispatch_rests(
    at: Desk,
) -> None:
    await at.tell(
        facts.registered("K-9", at="2018-09-01T00:00:00Z"),
        facts.split("K-9", "K-1", "K-2", at="2018-09-03T00:00:00Z"),
        *family(),
        facts.determined("K-1", "P-0001", "D-1"),
    )
    assert await settles(at)
    async with at.pool.connection() as conn:
        assert await apply_policy(conn, ANOTHER, "tests", at.now())
    assert await settles(at)
    assert await at.ask("SELECT count(*) FROM case_ WHERE next_check_at IS NOT NULL") == [(0,)]
