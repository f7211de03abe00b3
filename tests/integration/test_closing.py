"""A project that is closed, or is not after all, reaches the families who chose to hear of later portions then."""

import asyncio

from embedded import Mailbox
from services.tracker.record import closing
from services.tracker.record.sweep import sweep
from tests import facts
from tests.integration.desk import desk, identified
from tests.integration.following import until


async def test_a_portion_in_a_liaisons_hand_is_stopped_when_the_project_was_not_closed_after_all(
    database_url: str, redis_url: str, mailbox: Mailbox
) -> None:
    closed = facts.project_closed(id="E-closed")
    chosen = facts.padd(), facts.election(choice="at_end")
    async with desk(database_url, redis_url, mailbox.url) as at:
        await at.tell(facts.registered("K55-02", turnover="TO-2018"), *identified(), *chosen)
        await at.settle()
        await at.tell(facts.delivered(notice=await at.reference("identification")), facts.amended())
        assert await at.states("additional_portions") == ["held"]
        await at.tell(closed)
        await sweep(at.register)
        await at.settle()
        assert await at.states("additional_portions") == ["sent"]
        await at.tell(facts.corrected(closed))
        await sweep(at.register)
        assert await at.states("stop") == ["ready"]


async def test_a_portion_found_while_its_project_is_being_closed_is_told(
    database_url: str, redis_url: str, mailbox: Mailbox
) -> None:
    chosen = facts.padd(), facts.election(choice="at_end")
    async with desk(database_url, redis_url, mailbox.url) as at:
        await at.tell(facts.turnover(), facts.registered("K55-02", turnover="TO-2018"), *identified(), *chosen)
        await at.settle()
        await at.tell(facts.delivered(notice=await at.reference("identification")))
        async with at.pool.connection() as conn, conn.transaction():
            await conn.execute("UPDATE turnover SET closed = true")
            await closing.wake(conn.cursor(binary=True), ["TO-2018"], at.now())
            amending = asyncio.create_task(at.tell(facts.amended()))

            async def decided() -> bool:
                return amending.done() or bool(await at.ask(WAITS))

            await until(decided)
        await amending
        await sweep(at.register)
        assert await at.states("additional_portions") == ["ready"]


WAITS = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
