"""Filling the streams through accept, and the fixed loop that everything is held against."""

import asyncio
import time
from collections.abc import Sequence
from typing import Any, Final

import psycopg
import redis
from redis.asyncio import Redis as AsyncRedis

from benchmarks.load import SOURCE, CloudEvent
from services.intake.accept import Accepted, Acceptor
from services.intake.admit import Admitted, Submission, admit
from services.intake.grants import Source
from shared.clock import machine_now
from shared.events import BY_WIRE_NAME
from shared.streams import events_key
from shared.terms import ROLES, STREAMS, instant_text

BATCH: Final = 500
ATTEMPTS: Final = 3
SLUG: Final = "load"
SENDER: Final = Source(SLUG, (SOURCE,), frozenset(ROLES), frozenset(BY_WIRE_NAME), frozenset({"*"}))


def fill(redis_url: str, load: Sequence[CloudEvent]) -> None:
    """Accept every event, as intake would, without its door."""
    asyncio.run(_fill(redis_url, load))


async def _fill(redis_url: str, load: Sequence[CloudEvent]) -> None:
    async with AsyncRedis.from_url(redis_url) as client:
        acceptor = Acceptor(client)
        await acceptor.load()
        for start in range(0, len(load), BATCH):
            await _accept(acceptor, [admitted(each) for each in load[start : start + BATCH]])


async def _accept(acceptor: Acceptor, batch: Sequence[Admitted]) -> None:
    """As a sender would: what was not confirmed in time is said again."""
    for _ in range(ATTEMPTS):
        answers = await acceptor.accept(SLUG, batch)
        if all(isinstance(answer, Accepted) for answer in answers):
            return
    raise RuntimeError(f"the load was not accepted: {next(each for each in answers if not isinstance(each, Accepted))}")


def admitted(said: CloudEvent) -> Admitted:
    outcome = admit(Submission(said, "http", instant_text(machine_now())), SENDER)
    if not isinstance(outcome, Admitted):
        raise TypeError(f"the load is not admissible: {outcome}")
    return outcome


def bare_loop(redis_url: str, database_url: str, total: int) -> float:
    """Read 500, insert (stream, entry, bytes) into one keyed table by binary arrays, commit, acknowledge. Events a second."""
    with redis.Redis.from_url(redis_url) as client, psycopg.connect(database_url) as record:
        record.execute("CREATE TABLE bare (stream text, entry text, event bytea, PRIMARY KEY (stream, entry))")
        record.commit()
        for stream in STREAMS:
            client.xgroup_create(events_key(stream), "bare", id="0", mkstream=True)
        start = time.perf_counter()
        read = sum(_bare(client, record, events_key(stream)) for stream in STREAMS)
        seconds = time.perf_counter() - start
    if read != total:
        raise RuntimeError(f"the bare loop read {read} of {total}")
    return total / seconds


def _bare(client: Any, record: "psycopg.Connection[Any]", key: str) -> int:
    read = 0
    while answer := client.xreadgroup("bare", "loop", {key: ">"}, count=BATCH):
        entries = [(entry.decode(), fields[b"event"]) for entry, fields in answer[0][1]]
        ids, bodies = [entry for entry, _ in entries], [body for _, body in entries]
        with record.cursor(binary=True) as cursor:
            cursor.execute(
                "INSERT INTO bare SELECT %b, * FROM unnest(%b::text[], %b::bytea[]) ON CONFLICT DO NOTHING",
                (key, ids, bodies),
            )
        record.commit()
        client.xack(key, "bare", *ids)
        read += len(entries)
    return read
