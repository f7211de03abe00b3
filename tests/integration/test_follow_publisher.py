"""What became of accepted facts, as intake is told it; and what a counter says that cannot be true."""

from redis.asyncio import Redis

from services.tracker.follow.publisher import Publisher
from services.tracker.record.freezes import unfreeze
from shared.streams import seq_key
from tests import facts
from tests.integration.filing import NOW, Writer, a_register, file, one, rows


async def test_a_counter_that_ran_back_freezes_once_and_an_operator_lifts_it_for_good(
    redis_url: str, database_url: str
) -> None:
    said = [facts.registered(f"K-{n}") for n in range(3)]
    writer = Writer(redis_url)
    writer.append(*said)
    async with a_register(database_url) as register, Redis.from_url(redis_url) as client:
        await file(register, *said)
        publisher = Publisher(register.pool, client, register.now)
        await publisher.publish("custody")
        assert await rows(register, 'SELECT kind FROM "freeze"') == []
        writer.client.hset(seq_key("custody"), "n", 1)
        await publisher.publish("custody")
        assert await rows(register, 'SELECT kind, low, high FROM "freeze"') == [("rewritten", 2, 3)]
        async with register.pool.connection() as conn:
            await unfreeze(conn, "operator-1", "a new epoch is begun", NOW)
        writer.client.hset(seq_key("custody"), "n", 2)
        await publisher.publish("custody")
        assert await one(register, 'SELECT count(*) FROM "freeze"') == 1
