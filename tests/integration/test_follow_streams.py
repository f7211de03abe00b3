"""The streams as they really behave: what is lost, left behind, destroyed or poisoned, and what the record makes of it."""

import asyncio

import pytest
import redis

import embedded
from services.tracker.follow import Follower, StreamLost
from services.tracker.record.commit import Register
from services.tracker.record.freezes import unfreeze
from shared.streams import GROUP, events_key, filed_key, quarantined_key
from tests import facts
from tests.integration.filing import NOW, Writer, a_register, one, rows
from tests.integration.following import IDLE_MS, at_rest, following, until

EVENTS = "SELECT count(*) FROM event"


async def test_what_was_published_before_the_first_start_is_filed(redis_url: str, database_url: str) -> None:
    Writer(redis_url).append(*(facts.registered(f"K-{n}") for n in range(1200)), facts.kin(), facts.determined())
    async with following(redis_url, database_url) as (follower, register):
        await until(at_rest(redis_url, custody=1200, family=1, identification=1))
        assert await one(register, EVENTS) == 1202
        assert follower.ready


async def test_quarantined_outcomes_are_told_before_the_watermark_that_covers_them(redis_url: str, database_url: str) -> None:
    writer = Writer(redis_url)
    writer.append(facts.registered(id="E-1"))
    writer.append(facts.sealed(id="E-1"))
    async with following(redis_url, database_url):
        await until(at_rest(redis_url, custody=2))
        assert writer.client.hgetall(quarantined_key("custody")) == {f"{facts.EPOCH} 2".encode(): b"identity_conflict"}


async def test_a_raw_entry_is_quarantined_and_stops_nothing(redis_url: str, database_url: str) -> None:
    writer = Writer(redis_url)
    writer.client.xadd(events_key("custody"), {"anything": b"\xff\x00"})
    writer.append(facts.registered())
    async with following(redis_url, database_url) as (_, register):
        await until(at_rest(redis_url, custody=1))
        assert await rows(register, "SELECT reason FROM quarantine") == [("no_position",)]
        assert await one(register, EVENTS) == 1


async def test_a_group_destroyed_while_running_is_made_again_and_nothing_is_missed(redis_url: str, database_url: str) -> None:
    writer = Writer(redis_url)
    writer.append(facts.registered("K-1"))
    async with following(redis_url, database_url) as (follower, register):
        await until(at_rest(redis_url, custody=1))
        writer.client.xgroup_destroy(events_key("custody"), GROUP)
        writer.append(facts.registered("K-2"))
        await until(at_rest(redis_url, custody=2))
        assert await one(register, EVENTS) == 2
        assert await rows(register, 'SELECT kind FROM "freeze"') == []
        await until(lambda: settled(follower.ready))


async def test_a_redis_that_lost_everything_freezes_notices_and_loses_no_fact_of_the_record(
    redis_url: str, database_url: str
) -> None:
    writer = Writer(redis_url)
    writer.append(facts.registered("K-1"), facts.registered("K-2"))
    async with following(redis_url, database_url) as (_, register):
        await until(at_rest(redis_url, custody=2))
        writer.client.flushall()
        again = Writer(redis_url, epoch="00000000000000e2")
        again.append(facts.registered("K-3"))
        await until(at_rest(redis_url, custody=1))
        assert await one(register, EVENTS) == 3
        assert await rows(register, 'SELECT kind, epoch FROM "freeze"') == [("epoch", "00000000000000e2")]
        assert again.client.hget(filed_key("custody"), "epoch") == b"00000000000000e2"


async def test_an_entry_that_is_nowhere_is_a_gap_that_an_operator_acknowledges(redis_url: str, database_url: str) -> None:
    writer = Writer(redis_url)
    writer.append(facts.registered("K-1"))
    writer.lose(facts.registered("K-2"))
    writer.append(facts.registered("K-3"))
    writer.lose(facts.registered("K-4"))
    async with following(redis_url, database_url) as (_, register):
        await until(at_rest(redis_url, custody=1))
        await until(lambda: gaps_are(register, [(2, 2), (4, 4)]))
        async with register.pool.connection() as conn:
            await unfreeze(conn, "operator-1", "lost with the disk", NOW)
        await until(at_rest(redis_url, custody=4))
        assert await one(register, 'SELECT count(*) FROM "freeze" WHERE lifted_at IS NULL') == 0


async def test_a_busy_stream_has_no_gaps(redis_url: str, database_url: str) -> None:
    writer = Writer(redis_url)
    async with following(redis_url, database_url) as (_, register):
        for n in range(300):
            writer.append(facts.registered(f"K-{n}"))
            await asyncio.sleep(0)
        await until(at_rest(redis_url, custody=300))
        assert await rows(register, 'SELECT kind FROM "freeze"') == []


async def test_what_a_dead_consumer_left_is_taken_over_and_the_consumer_removed(redis_url: str, database_url: str) -> None:
    writer = Writer(redis_url)
    writer.append(*(facts.registered(f"K-{n}") for n in range(20)))
    key = events_key("custody")
    writer.client.xgroup_create(key, GROUP, id="0")
    writer.client.xreadgroup(GROUP, "dead", {key: ">"}, count=10)
    async with following(redis_url, database_url) as (follower, register):
        await until(at_rest(redis_url, custody=20))
        assert await one(register, EVENTS) == 20
        assert await rows(register, 'SELECT kind FROM "freeze"') == []
        names = {follower.consumer.encode()}
        await until(lambda: settled({one["name"] for one in writer.client.xinfo_consumers(key, GROUP)} == names))


async def test_an_outage_of_postgresql_quarantines_nothing_and_loses_nothing(
    redis_url: str, database_url: str, servers: embedded.Servers
) -> None:
    """Far longer than the reclaimer's idle time: what is pending meanwhile waits for the record and for nobody else."""
    writer = Writer(redis_url)
    writer.append(facts.registered("K-0"))
    async with following(redis_url, database_url) as (follower, register):
        await until(at_rest(redis_url, custody=1))
        servers.stop_postgres()
        writer.append(*(facts.registered(f"K-{n}") for n in range(1, 1200)), facts.kin())
        await until(lambda: settled(not follower.ready))
        await asyncio.sleep(10 * IDLE_MS / 1000)
        servers.start_postgres()
        await until(at_rest(redis_url, custody=1200, family=1))
        await until(lambda: settled(follower.ready))
        assert await one(register, EVENTS) == 1201
        assert await rows(register, "SELECT reason FROM quarantine") == []
        assert await rows(register, 'SELECT kind FROM "freeze"') == []


async def test_a_stream_that_is_no_stream_ends_the_process(redis_url: str, database_url: str) -> None:
    async with a_register(database_url) as register:
        follower = Follower(redis_url, register)
        running = asyncio.create_task(follower.run(asyncio.Event()))
        await until(lambda: settled(follower.ready))
        with redis.Redis.from_url(redis_url) as client:
            client.delete(events_key("custody"))
            client.set(events_key("custody"), "something else")
        with pytest.raises(ExceptionGroup) as lost:
            await running
    assert lost.group_contains(StreamLost)


async def settled(holds: bool) -> bool:
    return holds


async def gaps_are(register: Register, expected: list[tuple[int, int]]) -> bool:
    return await rows(register, "SELECT low, high FROM \"freeze\" WHERE kind = 'gap' ORDER BY low") == expected
