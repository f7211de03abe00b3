"""What the read API says of streams and entries, and that it admits what it does not know."""

import math
from typing import Any

from prometheus_client.parser import text_string_to_metric_families
from redis.asyncio import Redis

from services.tracker.record import counters
from shared.streams import GROUP, events_key
from tests import facts
from tests.integration import filing
from tests.integration.looking import looking


async def test_an_entry_is_filed_or_a_duplicate_or_quarantined_or_unknown(database_url: str, redis_url: str) -> None:
    said = facts.registered(id="E-once")
    other = facts.determined(id="E-once", source=said["source"])
    async with looking(database_url, redis_url) as reader:
        await reader.file(said, said, other)
        seen = await reader.get("/v1/events", source=said["source"], id="E-once")
        unknown = await reader.get("/v1/events", source=said["source"], id="E-never")
    assert seen["state"] == "filed"
    assert [(each["stream"], each["outcome"], each["reason"]) for each in seen["entries"]] == [
        ("custody", "filed", None),
        ("custody", "duplicate", None),
        ("identification", "quarantined", "identity_conflict"),
    ]
    assert (unknown["state"], unknown["entries"]) == ("unknown", [])


async def test_an_event_is_looked_up_by_source_and_id_together(database_url: str, redis_url: str) -> None:
    async with looking(database_url, redis_url) as reader:
        assert await reader.problem("/v1/events", id="E-1") == (400, "parameter")


async def test_quarantine_shows_the_reason_and_the_entry_whole(database_url: str, redis_url: str) -> None:
    async with looking(database_url, redis_url) as reader:
        await reader.register.file("custody", [(b"1-0", {b"event": b"\xff\x00"})])
        listed = await reader.get("/v1/quarantine", resolved=False)
        entry = await reader.get(f"/v1/quarantine/{listed['items'][0]['no']}")
        assert await reader.problem("/v1/quarantine/999") == (404, "not-found")
    assert (entry["reason"], entry["fields"]) == ("no_position", {"ZXZlbnQ=": "/wA="})


async def test_a_stream_says_how_far_it_is_what_is_missing_and_what_is_frozen(database_url: str, redis_url: str) -> None:
    writer = filing.Writer(redis_url)
    for n in range(1, 5):
        writer.append(facts.registered(case=f"K55-0{n}"))
    async with looking(database_url, redis_url) as reader:
        await reader.file(facts.registered(case="K55-01"))
        reader.filed = 2  # the second is still on its way
        await reader.file(facts.registered(case="K55-03"))
        async with reader.register.pool.connection() as conn:
            await counters.record_gaps(conn, "custody", facts.EPOCH, 3, reader.register.now())
        custody, identification, _ = await reader.get("/v1/streams")
    assert (custody["through"], custody["unfiled"], custody["epoch"]) == (1, 3, facts.EPOCH)
    assert [(gap["low"], gap["high"]) for gap in custody["gaps"]] == [(2, 2)]
    assert (custody["frozen"], identification["frozen"]) == (True, False)
    assert "neither in the record nor in the stream" in custody["freezes"][0]["reason"]
    assert custody["transport"]["group"] is False


async def test_lag_is_unknown_after_a_trim_and_pending_entries_have_an_age(database_url: str, redis_url: str) -> None:
    writer = filing.Writer(redis_url)
    writer.append(facts.registered(case="K55-01"), facts.registered(case="K55-02"), facts.registered(case="K55-03"))
    key = events_key("custody")
    async with Redis.from_url(redis_url) as redis, looking(database_url, redis_url) as reader:
        await redis.xgroup_create(key, GROUP, "0")
        await redis.xreadgroup(GROUP, "reader-1", {key: ">"}, count=1)
        before = (await reader.get("/v1/streams"))[0]["transport"]
        second: Any = (await redis.xrange(key) or [])[1][0]
        await redis.xdel(key, second)
        after = (await reader.get("/v1/streams"))[0]["transport"]
    assert (before["lag"], before["pending"]) == (2, 1)
    assert before["oldest_pending_s"] >= 0
    assert [(each["name"], each["pending"]) for each in before["consumers"]] == [("reader-1", 1)]
    assert after["lag"] == "unknown"


async def test_without_redis_the_record_is_shown_and_the_rest_is_unknown(database_url: str) -> None:
    async with looking(database_url, "redis://127.0.0.1:1/0") as reader:
        await reader.file(facts.registered())
        custody = (await reader.get("/v1/streams"))[0]
        figures = await reader.client.get("/metrics")
    assert custody["through"] == 1
    assert {custody["unfiled"], custody["transport"]["lag"], custody["transport"]["group"]} == {"unknown"}
    assert math.isnan(figure(figures.text, "rosette_stream_lag", stream="custody"))


async def test_metrics_count_what_waits(database_url: str, redis_url: str) -> None:
    async with looking(database_url, redis_url) as reader:
        await reader.file(facts.registered(), facts.determined(), facts.discrepancy_reported(stream="custody"))
        await reader.register.file("custody", [(b"1-0", {})])
        shown = (await reader.client.get("/metrics")).text
    assert figure(shown, "rosette_cases", custody="held") == 1
    assert figure(shown, "rosette_discrepancies_open") == 1
    assert figure(shown, "rosette_quarantine_unresolved") == 1
    assert figure(shown, "rosette_stream_filed_through", stream="custody") >= 1
    assert "P-0001" not in shown


def figure(exposition: str, name: str, **labels: str) -> float:
    families = text_string_to_metric_families(exposition)
    return next(
        sample.value for family in families for sample in family.samples if sample.name == name and sample.labels == labels
    )
