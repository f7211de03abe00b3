"""The streams as they really behave: what is lost, left behind, destroyed or poisoned, and what the record makes of it."""

import asyncio
import time
from base64 import b64decode, b64encode
from collections.abc import MutableMapping, Sequence
from typing import Any

import orjson
import pytest
import redis
import uvloop
from structlog.testing import capture_logs

import embedded
from services.tracker.follow import Follower, StreamLost, lane, reading
from services.tracker.record.batch import Batch, Entry, read_batch
from services.tracker.record.commit import Register
from services.tracker.record.freezes import unfreeze
from shared.streams import GROUP, events_key, filed_key, quarantined_key
from shared.terms import Stream
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


def test_a_machine_that_takes_long_to_read_a_backlog_starts_to_follow_it_all_the_same(
    redis_url: str, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On the loop that the service runs on, which looks at its timers first."""

    def slowly(stream: Stream, entries: Sequence[Entry]) -> Batch:
        time.sleep(3.5)
        return read_batch(stream, entries)

    async def follows() -> None:
        async with following(redis_url, database_url):
            await until(at_rest(redis_url, custody=501, identification=500))

    monkeypatch.setattr(lane, "read_batch", slowly)
    monkeypatch.setattr(reading, "BATCH", 500)
    Writer(redis_url).append(*(facts.registered(f"K-{n}") for n in range(501)), *(facts.excluded(f"K-{n}") for n in range(500)))
    uvloop.run(follows())


async def test_quarantined_outcomes_are_told_before_the_watermark_that_covers_them(redis_url: str, database_url: str) -> None:
    writer = Writer(redis_url)
    writer.append(facts.registered(id="E-1"))
    writer.append(facts.sealed(id="E-1"))
    with writer.client.monitor() as monitor:
        async with following(redis_url, database_url):
            await until(at_rest(redis_url, custody=2))
        told = iter(lambda: monitor.next_command()["command"], f"HSET {filed_key('custody')} epoch {facts.EPOCH} through 2")
        before = [command for command in told if command.startswith("HSET")]
    assert f"HSET {quarantined_key('custody')} {facts.EPOCH} 2 identity_conflict" in before


async def test_a_poison_entry_in_a_batch_of_500_keeps_none_of_the_others_back(redis_url: str, database_url: str) -> None:
    writer, poison = Writer(redis_url), b'{"specversion": \xff\x00'
    writer.append(*(facts.registered(f"K-{n}") for n in range(250)))
    writer.poison(facts.registered("K-250"), poison)
    writer.append(*(facts.registered(f"K-{n}") for n in range(251, 500)))
    async with following(redis_url, database_url) as (_, register):
        await until(at_rest(redis_url, custody=500))
        assert await one(register, EVENTS) == 499
        assert await one(register, "SELECT count(*) FROM case_") == 499
        ((reason, seq, kept),) = await rows(register, "SELECT reason, seq, fields FROM quarantine")
        assert (reason, seq) == ("not_json", 251)
        assert b64decode(kept[b64encode(b"event").decode()]) == poison


async def test_one_statement_twice_in_one_batch_is_one_event_and_a_duplicate(redis_url: str, database_url: str) -> None:
    writer, said = Writer(redis_url), facts.registered()
    writer.append(facts.registered("K-0"), said, facts.sealed(), said)
    async with following(redis_url, database_url) as (_, register):
        await until(at_rest(redis_url, custody=4))
        assert await one(register, EVENTS) == 3
        assert await rows(register, "SELECT seq, id FROM duplicate") == [(4, said["id"])]
        assert await rows(register, "SELECT reason FROM quarantine") == []


async def test_an_id_that_another_stream_used_for_another_body_is_an_identity_conflict(
    redis_url: str, database_url: str
) -> None:
    writer, shared_id = Writer(redis_url), {"id": "E-1", "source": "urn:example:both"}
    async with following(redis_url, database_url) as (_, register):
        writer.append(facts.registered(**shared_id))
        await until(at_rest(redis_url, custody=1))
        writer.append(facts.kin(**shared_id))
        await until(at_rest(redis_url, custody=1, family=1))
        found = await rows(register, "SELECT stream, source, id, reason, concerns FROM quarantine")
        assert found == [("family", "urn:example:both", "E-1", "identity_conflict", ["P-0001"])]
        assert await rows(register, "SELECT stream FROM event") == [("custody",)]


async def test_a_raw_entry_is_quarantined_and_stops_nothing(redis_url: str, database_url: str) -> None:
    writer = Writer(redis_url)
    writer.client.xadd(events_key("custody"), {"anything": b"\xff\x00"})
    writer.append(facts.registered())
    async with following(redis_url, database_url) as (_, register):
        await until(at_rest(redis_url, custody=1))
        assert await rows(register, "SELECT reason FROM quarantine") == [("no_position",)]
        assert await one(register, EVENTS) == 1


@pytest.mark.parametrize(
    "strange", [{"data": {"label": "box \0"}}, {"recordedtime": "2018-07-27T00:00:00"}, {"recordedtime": 7}], ids=str
)
async def test_an_entry_that_the_record_could_not_hold_is_quarantined_and_stops_nothing(
    redis_url: str, database_url: str, strange: dict[str, Any]
) -> None:
    writer = Writer(redis_url)
    said = facts.registered("K-1")
    said["data"] |= strange.pop("data", {})
    writer.poison(said, orjson.dumps(facts.admitted(said) | strange))
    writer.append(facts.registered("K-2"))
    async with following(redis_url, database_url) as (_, register):
        await until(at_rest(redis_url, custody=2))
        assert await one(register, "SELECT reason FROM quarantine") == "invalid"
        assert await one(register, "SELECT number FROM case_") == "K-2"


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
    """Longer than the reclaimer's idle time: what is pending meanwhile waits for the record and for nobody else."""
    writer = Writer(redis_url)
    writer.append(facts.registered("K-0"))
    async with following(redis_url, database_url) as (follower, register):
        await until(at_rest(redis_url, custody=1))
        servers.stop_postgres()
        with capture_logs() as logged:
            writer.append(*(facts.registered(f"K-{n}") for n in range(1, 1200)), facts.kin())
            await until(lambda: settled(times(logged, "record_unreachable", "custody") >= 2))
            await until(lambda: settled(bool(left_idle(writer.client))))
            rounds = reclaim_rounds(writer.client)
            await until(lambda: settled(reclaim_rounds(writer.client) >= rounds + 2))
        assert not follower.ready
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


def times(logged: list[MutableMapping[str, Any]], event: str, stream: str) -> int:
    return sum((line["event"], line.get("stream")) == (event, stream) for line in logged)


def left_idle(client: Any) -> list[Any]:
    """What has been pending for longer than the reclaimer would leave it to anybody who might be dead."""
    found: list[Any] = client.xpending_range(events_key("custody"), GROUP, "-", "+", 1, idle=IDLE_MS)
    return found


def reclaim_rounds(client: Any) -> int:
    """Each asks once about every stream on which nothing failed: here the one of identifications, where nothing happens."""
    return int(client.info("commandstats").get("cmdstat_xautoclaim", {"calls": 0})["calls"])


async def settled(holds: bool) -> bool:
    return holds


async def gaps_are(register: Register, expected: list[tuple[int, int]]) -> bool:
    return await rows(register, "SELECT low, high FROM \"freeze\" WHERE kind = 'gap' ORDER BY low") == expected
