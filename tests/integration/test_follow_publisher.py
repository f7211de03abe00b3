"""What became of accepted facts, as intake is told it; and what a counter says that cannot be true."""

from redis.asyncio import Redis

from services.tracker.follow.publisher import Publisher
from services.tracker.record.freezes import unfreeze
from shared.streams import quarantined_key, seq_key
from tests import facts
from tests.integration.filing import NOW, Writer, a_register, file, one, rows

QUARANTINED = """
    INSERT INTO quarantine (stream, entry_id, epoch, seq, reason, detail, fields, filed_at)
    VALUES ('custody', '1-1', %(epoch)s, 1, 'not_json', '', '{}', %(at)s)
"""
FILED = "INSERT INTO filed_range (stream, epoch, low, high) VALUES ('custody', %(epoch)s, 1, 1)"


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


async def test_what_is_quarantined_is_told_by_its_place_in_the_stream_whoever_commits_first(
    redis_url: str, database_url: str
) -> None:
    said = [facts.registered(f"K-{n}") for n in (1, 2, 3)]
    Writer(redis_url).append(*said)
    async with a_register(database_url) as register, Redis.from_url(redis_url) as client:
        publisher = Publisher(register.pool, client, register.now)
        async with register.pool.connection() as slow, slow.transaction():
            for statement in (QUARANTINED, FILED):
                await slow.execute(statement, {"epoch": facts.EPOCH, "at": NOW})
            unread, readable = facts.entry(said[1], 2) | {b"event": b"?"}, facts.entry(said[2], 3)
            await register.file("custody", [(b"1-2", unread), (b"1-3", readable)])
            for _ in range(2):  # the first finds a Redis that knows nothing, and tells all again
                await publisher.publish("custody")
        await publisher.publish("custody")
        assert sorted(await client.hkeys(quarantined_key("custody"))) == [f"{facts.EPOCH} {n}".encode() for n in (1, 2)]
