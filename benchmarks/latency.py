"""Milliseconds from the 202 until another connection to the record sees the event, at a steady rate."""

import asyncio
import time
from collections.abc import Sequence
from typing import Final

import httpx2
import psycopg

from benchmarks.load import CloudEvent

PER_SECOND: Final = 200
LOOK_S: Final = 0.001
NEWEST: Final = "SELECT id FROM event ORDER BY no DESC LIMIT 100"
"""By number and not *after* a number: numbers are given out before they are committed, so a later one may show first."""


def committed_ms(port: int, key: str, database_url: str, load: Sequence[CloudEvent]) -> list[float]:
    """One figure an event, sorted. What the record is asked in between adds up to a millisecond to each."""
    return sorted(asyncio.run(_measure(port, key, database_url, load)))


async def _measure(port: int, key: str, database_url: str, load: Sequence[CloudEvent]) -> list[float]:
    answered: dict[str, float] = {}
    seen: dict[str, float] = {}
    watching = asyncio.create_task(_watch(database_url, len(load), seen))
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/cloudevents+json"}
    async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=headers) as client:
        start = time.perf_counter()
        async with asyncio.TaskGroup() as sending:
            for n, event in enumerate(load):
                await asyncio.sleep(max(0.0, start + n / PER_SECOND - time.perf_counter()))
                sending.create_task(_send(client, event, answered))
    await watching
    return [1000 * max(0.0, seen[id] - answered[id]) for id in answered]


async def _send(client: httpx2.AsyncClient, event: CloudEvent, answered: dict[str, float]) -> None:
    response = await client.post("/v1/events", json=event)
    answered[event["id"]] = time.perf_counter()
    if response.status_code != 202:
        raise RuntimeError(f"an event of the load was not accepted: {response.status_code}")


async def _watch(database_url: str, total: int, seen: dict[str, float]) -> None:
    async with await psycopg.AsyncConnection.connect(database_url, autocommit=True) as record:
        async with asyncio.timeout(60 + total / PER_SECOND):
            while len(seen) < total:
                rows = await (await record.execute(NEWEST)).fetchall()
                now = time.perf_counter()
                for (id,) in rows:
                    seen.setdefault(id, now)
                await asyncio.sleep(LOOK_S)
