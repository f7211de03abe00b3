"""What became of accepted facts, told to intake through Redis: quarantined outcomes first, then the watermark.

Repeated every second and at every start, so that a Redis that lost its state is told again.
"""

import asyncio
from datetime import datetime
from typing import Any, Final

import psycopg
import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from services.tracker.record import counters, watermarks
from services.tracker.record.postgres import Pool
from services.tracker.record.watermarks import Watermark
from shared.clock import Now
from shared.streams import GROUP, events_key, filed_key, quarantined_key, seq_key
from shared.terms import STREAMS, Stream

log = structlog.get_logger()

EVERY_S: Final = 1.0
NO_MORE_OFTEN_THAN_S: Final = 0.05

QUARANTINED: Final = """
    SELECT q.epoch, q.seq, q.reason FROM quarantine q
      JOIN epoch e ON e.stream = q.stream AND e.epoch = q.epoch AND q.seq <= e.through
      LEFT JOIN unnest(%(epochs)s::text[], %(through)s::bigint[]) AS told (epoch, through) ON told.epoch = q.epoch
     WHERE q.stream = %(stream)s AND q.seq > coalesce(told.through, 0) ORDER BY q.epoch, q.seq
"""
"""By place and up to the watermark: two trackers commit in another order than that in which the record numbers their entries,
and nothing can turn up below a watermark any more."""


class Publisher:
    def __init__(self, pool: Pool, client: Redis, now: Now) -> None:
        self.pool = pool
        self.client = client
        self.now = now
        self._changed: set[Stream] = set()
        self._wake = asyncio.Event()
        self._told: dict[Stream, dict[str, int]] = {stream: {} for stream in STREAMS}
        """Through which seq of each epoch all that was quarantined has been told."""

    def filed(self, stream: Stream) -> None:
        """Something of this stream was committed."""
        self._changed.add(stream)
        self._wake.set()

    async def run(self) -> None:
        while True:
            streams, self._changed = self._changed or set(STREAMS), set()
            self._wake.clear()
            for stream in sorted(streams):
                try:
                    await self.publish(stream)
                except (psycopg.Error, RedisError) as error:
                    log.info("not_published", stream=stream, because=type(error).__name__)
            await asyncio.sleep(NO_MORE_OFTEN_THAN_S)
            try:
                await asyncio.wait_for(self._wake.wait(), EVERY_S)
            except TimeoutError:
                continue

    async def publish(self, stream: Stream) -> None:
        """Move the watermark of one stream and tell it. Safe to repeat."""
        at = self.now()
        async with self.pool.connection() as conn:
            watermark = await watermarks.advance(conn, stream, at)
            watermark = await self._with_gaps(conn, stream, watermark, at)
            if watermark is None:
                return
            await self._tell_quarantined(conn, stream)
        told: dict[Any, Any] = {"epoch": watermark.epoch, "through": watermark.through}
        if await self.client.hset(filed_key(stream), mapping=told) == len(told):
            self._told[stream] = {}  # Redis had nothing of it: what was quarantined is told again as well

    async def _tell_quarantined(self, conn: psycopg.AsyncConnection[Any], stream: Stream) -> None:
        told = self._told[stream]
        given = {"stream": stream, "epochs": list(told), "through": list(told.values())}
        rows = await (await conn.execute(QUARANTINED, given)).fetchall()
        if rows:
            outcomes: dict[Any, Any] = {f"{epoch} {seq}": reason for epoch, seq, reason in rows}
            await self.client.hset(quarantined_key(stream), mapping=outcomes)
            told.update({epoch: seq for epoch, seq, _ in rows})

    async def _with_gaps(
        self, conn: psycopg.AsyncConnection[Any], stream: Stream, watermark: Watermark | None, at: datetime
    ) -> Watermark | None:
        """Freeze for what was accepted and is neither in the record, nor unread, nor pending; or for a counter that is gone,
        ran back, or is in an epoch again that was over. The counter is read after the watermark, so it is the later word."""
        found: list[Any] = await self.client.hmget(seq_key(stream), "epoch", "n")
        if None in found:
            if watermark is not None and await counters.record_lost_counter(conn, watermark, at):
                log.error("counter_lost", stream=stream, epoch=watermark.epoch, highest=watermark.highest)
            return watermark
        epoch, given_out = found[0].decode(), int(found[1])
        if watermark is not None and watermark.epoch != epoch and await counters.record_return(conn, watermark, epoch, at):
            log.error("epoch_returned", stream=stream, epoch=epoch, instead_of=watermark.epoch)
            return await watermarks.watermark(conn, stream)
        if watermark is not None and watermark.epoch == epoch and given_out < watermark.highest:
            if await counters.record_run_back(conn, watermark, given_out, at):
                log.error("counter_ran_back", stream=stream, epoch=epoch, given_out=given_out, highest=watermark.highest)
            return watermark
        if watermark is not None and watermark.epoch == epoch and watermark.through >= given_out:
            return watermark
        if not await self._nothing_outstanding(stream):
            return watermark
        gaps = await counters.record_gaps(conn, stream, epoch, given_out, at)
        for gap in gaps:
            log.error("gap", stream=stream, epoch=gap.epoch, low=gap.low, high=gap.high)
        return await watermarks.watermark(conn, stream)

    async def _nothing_outstanding(self, stream: Stream) -> bool:
        """Whether all there is in the stream was delivered and acknowledged, which is after it was committed."""
        groups: Any = await self.client.xinfo_groups(events_key(stream))
        group = next((one for one in groups if one["name"] == GROUP.encode()), None)
        if group is None or group["pending"]:
            return False
        after = b"(" + group["last-delivered-id"]
        return not await self.client.xrange(events_key(stream), min=after, count=1)
