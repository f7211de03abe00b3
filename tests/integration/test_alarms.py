"""What only time makes worth telling is told once, ends with its ground, and is never told on less than was accepted."""

from collections.abc import AsyncIterator
from datetime import datetime

import pytest

import embedded
from services.tracker.record.counters import record_gaps
from services.tracker.record.freezes import unfreeze
from tests import facts
from tests.integration.desk import Desk, desk, identified

RELEASED = facts.released()
OPENED_AT: datetime = facts.event(RELEASED).occurred_at
LAB = "https://lab.example"


@pytest.fixture
async def at(database_url: str, redis_url: str, mailbox: embedded.Mailbox) -> AsyncIterator[Desk]:
    async with desk(database_url, redis_url, mailbox.url) as opened:
        yield opened


async def stand(at: Desk, kind: str) -> list[tuple[str, str]]:
    return [(key, state) for key, state in await at.ask("SELECT key, state FROM notice WHERE kind = %s ORDER BY no", kind)]


async def test_a_hand_over_that_stays_open_is_told_once_and_is_over_when_it_is_accepted(at: Desk) -> None:
    dispatch = at.dispatch()
    at.now.at = OPENED_AT
    await at.tell(facts.registered(), RELEASED)
    at.now.move(hours=23)
    await dispatch.settle()
    assert await stand(at, "overdue_hand_over") == []
    at.now.move(hours=1)
    await dispatch.settle()
    await dispatch.settle()
    assert await stand(at, "overdue_hand_over") == [("overdue_hand_over/T-1", "sent")]
    assert await at.ask("SELECT cases FROM notice WHERE kind = 'overdue_hand_over'") == [(["K55-01"],)]
    await at.tell(facts.accepted())
    await dispatch.settle()
    assert await stand(at, "overdue_hand_over") == [("overdue_hand_over/T-1", "cleared")]
    assert await at.ask("SELECT FROM hand_over") == []


async def test_what_was_accepted_and_is_not_filed_yet_raises_no_false_alarm(at: Desk) -> None:
    dispatch = at.dispatch()
    at.now.at = OPENED_AT
    await at.tell(facts.registered(), RELEASED)
    late = await at.accept(facts.accepted())
    at.now.move(hours=48)
    await dispatch.settle()
    assert await stand(at, "overdue_hand_over") == []
    await at.file(late)
    await dispatch.settle()
    assert await stand(at, "overdue_hand_over") == []


async def test_a_record_that_is_always_a_little_behind_still_raises_an_alarm(at: Desk) -> None:
    dispatch = at.dispatch()
    at.now.at = OPENED_AT
    await at.tell(facts.registered(), RELEASED)
    at.now.move(hours=24)
    for number in range(2, 5):
        behind = await at.accept(facts.registered(f"K55-0{number}"))
        await dispatch.round()
        await at.file(behind)
        at.now.move(seconds=1)
    await at.accept(facts.registered("K55-09"))
    await dispatch.settle()
    assert await stand(at, "overdue_hand_over") == [("overdue_hand_over/T-1", "sent")]


async def test_a_mail_without_an_answer_goes_to_the_supervisor_and_an_answer_ends_it(at: Desk) -> None:
    dispatch = at.dispatch()
    await at.tell(*identified())
    await at.settle(dispatch)
    reference = await at.reference("identification")
    at.now.move(hours=4)
    await dispatch.settle()
    told = "escalation/told/P-0001/D-1/KIN-1/unacknowledged"
    assert await stand(at, "escalation") == [(f"{told}/supervisor", "sent")]
    await at.tell(facts.acknowledged(reference, happened=at.now()))
    await dispatch.settle()
    assert await stand(at, "escalation") == [(f"{told}/supervisor", "cleared")]
    at.now.move(hours=8)
    await dispatch.settle()
    assert await stand(at, "escalation") == [(f"{told}/supervisor", "cleared")]


async def test_a_case_reported_missing_is_told_at_once_and_until_it_is_found(at: Desk) -> None:
    dispatch = at.dispatch()
    report = facts.missing()
    await at.tell(facts.registered(), report)
    await dispatch.settle()
    key = f"missing/K55-01/{report['source']} {report['id']}"
    assert await stand(at, "missing") == [(key, "sent")]
    at.register.forget()
    await at.tell(facts.found())
    await dispatch.settle()
    assert await stand(at, "missing") == [(key, "cleared")]


async def test_a_source_is_missed_after_a_day_and_no_more_once_it_is_heard(at: Desk) -> None:
    dispatch = at.dispatch()
    first = facts.registered()
    await at.tell(first)
    at.now.move(hours=24)
    await dispatch.settle()
    silent = f"source_silent/{first['source']} {first['id']}"
    assert await stand(at, "source_silent") == [(silent, "sent")]
    await at.tell(facts.registered("K55-02"))
    await dispatch.settle()
    assert await stand(at, "source_silent") == [(silent, "cleared")]


async def test_entries_that_are_gone_are_told_while_other_alarms_go_on_and_until_an_operator_has_seen_to_it(at: Desk) -> None:
    dispatch = at.dispatch()
    at.now.at = OPENED_AT
    await at.tell(facts.registered(), RELEASED)
    await at.accept(facts.registered("K55-02"))
    async with at.pool.connection() as conn:
        await record_gaps(conn, "custody", at.epoch, 3, at.now())
    at.now.move(hours=24)
    await dispatch.settle()
    assert await stand(at, "gap") == [(f"gap/custody/{at.epoch}/3", "sent")]
    assert await stand(at, "overdue_hand_over") == [("overdue_hand_over/T-1", "sent")]
    async with at.pool.connection() as conn:
        await unfreeze(conn, "tests", "asked the source to say it again", at.now())
    await dispatch.settle()
    assert await stand(at, "gap") == [(f"gap/custody/{at.epoch}/3", "cleared")]


async def test_the_story_is_told_when_the_next_alarm_may_come_due(at: Desk) -> None:
    dispatch = at.dispatch()
    assert await dispatch.timers.next(at.now()) is None
    at.now.at = OPENED_AT
    await at.tell(facts.registered(), RELEASED)
    await dispatch.settle()
    due = await dispatch.timers.next(at.now())
    assert due is not None
    assert (due - at.now()).total_seconds() == 24 * 3600
