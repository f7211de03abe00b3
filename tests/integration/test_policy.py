"""A new policy: what it forbids is held at once, what it would newly let leave waits for a person, and all are judged once."""

from collections.abc import AsyncIterator

import pytest

import embedded
from services.tracker.record import by_hand
from services.tracker.record.policies import apply_policy
from tests import facts
from tests.integration.desk import POLICY, Desk, desk, identified

STRICT = POLICY.replace('"identity", "count", "seal"', '"identity", "count", "seal", "label"')
assert STRICT != POLICY


@pytest.fixture
async def at(database_url: str, redis_url: str, mailbox: embedded.Mailbox) -> AsyncIterator[Desk]:
    async with desk(database_url, redis_url, mailbox.url) as opened:
        yield opened


async def apply(at: Desk, body: str) -> bool:
    async with at.pool.connection() as conn:
        return await apply_policy(conn, body, "tests", at.now())


async def waits(at: Desk) -> list[tuple[str, str | None]]:
    return [
        (state, why)
        for state, why in await at.ask("SELECT state, needs_release FROM notice WHERE kind = 'identification' ORDER BY no")
    ]


def doubted() -> facts.CloudEvent:
    return facts.discrepancy_reported(kind="label", anchor="label")


async def test_what_a_policy_forbids_is_held_at_once_and_what_it_lets_leave_again_waits_for_a_person(
    at: Desk, mailbox: embedded.Mailbox
) -> None:
    dispatch = at.dispatch()
    await at.tell(*identified(), doubted())
    assert await waits(at) == [("ready", None)]
    assert await apply(at, STRICT)
    await at.settle(dispatch)
    assert await waits(at) == [("held", None)]
    assert await apply(at, POLICY)
    await at.settle(dispatch)
    await at.settle(dispatch)
    assert await waits(at) == [("ready", "policy")]
    assert not [mail for mail in mailbox.messages if "liaisons" in mail.recipients[0]]
    await by_hand.release(at.register, await at.reference("identification"), "tests")
    await at.settle(dispatch)
    assert await waits(at) == [("sent", None)]


async def test_everybody_is_judged_once_by_a_new_policy_and_then_it_is_the_old_one(at: Desk) -> None:
    dispatch = at.dispatch()
    await at.tell(*identified(), facts.turnover())
    assert await apply(at, STRICT)
    assert not await apply(at, STRICT)
    await dispatch.settle()
    assert await at.ask("SELECT judged_at IS NOT NULL FROM policy ORDER BY no") == [(True,), (True,)]
    assert await at.ask("SELECT judged_by FROM person") == [(2,)]
    for table in ("case_", "turnover"):
        assert await at.ask(f"SELECT FROM {table} WHERE next_check_at <= %s", at.now()) == []
    assert await apply(at, POLICY)
    await dispatch.settle()
    assert await at.ask("SELECT judged_at IS NOT NULL FROM policy ORDER BY no") == [(True,)] * 3


async def test_what_becomes_owed_by_a_fact_after_the_change_waits_for_nobody(at: Desk) -> None:
    dispatch = at.dispatch()
    assert await apply(at, STRICT)
    await dispatch.settle()
    await at.tell(*identified())
    await at.settle(dispatch)
    assert await waits(at) == [("sent", None)]
