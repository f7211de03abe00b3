"""What became of accepted facts, as intake is told it; and what a counter says that cannot be true."""

from redis.asyncio import Redis

from services.tracker.follow.publisher import Publisher
from services.tracker.record import counters, watermarks
from services.tracker.record.freezes import unfreeze
from shared.streams import filed_key, quarantined_key, seq_key
from tests import facts
from tests.integration.filing import NOW, Writer, a_register, file, one, rows

QUARANTINED = """
    INSERT INTO quarantine (stream, entry_id, epoch, seq, reason, detail, fields, filed_at)
    VALUES ('custody', '1-1', %(epoch)s, 1, 'not_json', '', '{}', %(at)s)
"""
SECOND = "00000000000000e2"
CURRENT = "SELECT epoch FROM epoch WHERE current"
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


async def test_an_epoch_that_is_back_is_current_again_and_freezes_once(redis_url: str, database_url: str) -> None:
    first, second = [facts.registered("K-1"), facts.registered("K-2")], facts.registered("K-3")
    writer = Writer(redis_url)
    writer.append(*first)
    async with a_register(database_url) as register, Redis.from_url(redis_url) as client:
        publisher = Publisher(register.pool, client, register.now)
        await file(register, *first)
        Writer(redis_url, epoch=SECOND).append(second)
        await file(register, second, epoch=SECOND)
        await publisher.publish("custody")
        assert await one(register, CURRENT) == SECOND
        for _ in range(2):
            writer.client.hset(seq_key("custody"), mapping={"epoch": facts.EPOCH, "n": 2})
            await publisher.publish("custody")
        assert await one(register, CURRENT) == facts.EPOCH
        frozen = await rows(register, "SELECT kind, epoch, reason LIKE '%%is back%%' FROM \"freeze\" ORDER BY no")
        assert frozen == [("epoch", SECOND, False), ("epoch", facts.EPOCH, True)]
        async with register.pool.connection() as conn:
            await unfreeze(conn, "operator-1", "looked at", NOW)
        await publisher.publish("custody")
        assert await one(register, 'SELECT count(*) FROM "freeze" WHERE lifted_at IS NULL') == 0
        assert await client.hget(filed_key("custody"), "epoch") == facts.EPOCH.encode()


async def test_what_is_delivered_again_of_an_epoch_that_is_over_brings_it_not_back(redis_url: str, database_url: str) -> None:
    first, second = facts.registered("K-1"), facts.registered("K-2")
    async with a_register(database_url) as register, Redis.from_url(redis_url) as client:
        await file(register, first)
        Writer(redis_url, epoch=SECOND).append(second)
        await file(register, second, epoch=SECOND)
        await file(register, first)
        await file(register, facts.registered("K-0"), first=2)
        await Publisher(register.pool, client, register.now).publish("custody")
        assert await one(register, CURRENT) == SECOND
        assert await rows(register, 'SELECT kind, epoch FROM "freeze"') == [("epoch", SECOND)]


async def test_an_epoch_that_another_process_began_meanwhile_is_not_put_aside_by_an_older_look(database_url: str) -> None:
    async with a_register(database_url) as register, register.pool.connection() as conn:
        await file(register, facts.registered("K-1"))
        await file(register, facts.registered("K-2"), epoch=SECOND)
        before = await watermarks.watermark(conn, "custody")
        assert before is not None
        await file(register, facts.registered("K-3"), epoch="00000000000000e3")
        assert not await counters.record_return(conn, before, facts.EPOCH, NOW)
        assert await one(register, CURRENT) == "00000000000000e3"
        assert not await counters.record_return(conn, before, "00000000000000e9", NOW)


async def test_a_counter_that_is_gone_freezes_once_and_again_after_another_loss(redis_url: str, database_url: str) -> None:
    open_now = 'SELECT kind, epoch FROM "freeze" WHERE lifted_at IS NULL'
    said = facts.registered("K-1")
    writer = Writer(redis_url)
    async with a_register(database_url) as register, Redis.from_url(redis_url) as client:
        publisher = Publisher(register.pool, client, register.now)
        await publisher.publish("custody")
        assert await rows(register, open_now) == []
        writer.append(said)
        await file(register, said)
        await publisher.publish("custody")
        assert await rows(register, open_now) == []
        await client.flushall()
        for _ in range(2):
            await publisher.publish("custody")
        assert await rows(register, open_now) == [("epoch", facts.EPOCH)]
        async with register.pool.connection() as conn:
            await unfreeze(conn, "operator-1", "flushed on purpose", NOW)
        await publisher.publish("custody")
        assert await rows(register, open_now) == []
        await file(register, facts.registered("K-2"), first=2)
        await publisher.publish("custody")
        assert await rows(register, open_now) == [("epoch", facts.EPOCH)]


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
