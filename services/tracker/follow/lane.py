"""One stream's way into the record: batches in the order in which they were read, one commit at a time, then XACK."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Final

import psycopg
import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from services.tracker.follow.metrics import BATCHES, ENTRIES
from services.tracker.record.batch import Batch, Entry, read_batch
from services.tracker.record.commit import Filing, Register
from shared.failpoints import failpoint
from shared.streams import GROUP, events_key
from shared.terms import Stream

log = structlog.get_logger()

FIRST_WAIT_S: Final = 0.1
LONGEST_WAIT_S: Final = 2.0
"""Waits double from the first to the longest while the record cannot be reached."""


class Lane:
    """`in_flight`: ids of entries read and not acknowledged yet. `reachable`: whether the last commit came through.

    One batch is decoded while the one before it is committed, and one more waits: with more of them nothing would get faster,
    and a killed process would leave more behind. Nothing is decoded before `run`: FastStream gives a subscriber three seconds
    for its first batch, which a busy machine with a backlog would not keep.
    """

    def __init__(self, stream: Stream, register: Register, client: Redis, filed: Callable[[Stream], None]) -> None:
        self.stream = stream
        self.register = register
        self.client = client
        self.filed = filed
        self.in_flight: set[bytes] = set()
        self.reachable = True
        self._taken: asyncio.Queue[Sequence[Entry]] = asyncio.Queue(maxsize=1)

    async def take(self, entries: Sequence[Entry]) -> None:
        """Take entries over; returns when the lane has room for them."""
        self.in_flight.update(id for id, _ in entries)
        await self._taken.put(entries)

    async def run(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            before: asyncio.Task[None] | None = None
            while True:
                entries = await self._taken.get()
                batch = read_batch(self.stream, entries)
                failpoint("tracker.decoded")
                if before is not None:
                    await before
                before = tasks.create_task(self._file(batch, [id for id, _ in entries]))

    async def drained(self) -> None:
        """Everything taken so far is committed."""
        await self._taken.join()

    async def _file(self, batch: Batch, ids: Sequence[bytes]) -> None:
        await self._commit(batch)
        await self._acknowledge(ids)
        self.in_flight.difference_update(ids)
        self._taken.task_done()

    async def _commit(self, batch: Batch) -> None:
        """Commit, however long the record stays away: a fault of infrastructure never counts against an event.

        What the record can never take is found by halves and goes to quarantine, so that one entry holds up no other.
        """
        wait_s = FIRST_WAIT_S
        while True:
            try:
                filing = await self.register.commit(batch)
            except Exception as error:
                if lies_in_the_data(error):
                    log.exception("unfilable", stream=self.stream, entries=len(batch.arrivals))
                    await self._commit_in_parts(batch, type(error).__name__)
                    return
                if not isinstance(error, psycopg.Error):
                    raise
                self.reachable = False
                log.warning("record_unreachable", stream=self.stream, because=type(error).__name__, again_in_s=wait_s)
                await asyncio.sleep(wait_s)
                wait_s = min(2 * wait_s, LONGEST_WAIT_S)
            else:
                self.reachable = True
                self.filed(self.stream)
                count(self.stream, filing)
                if filing.quarantined:
                    log.warning("quarantined", stream=self.stream, entries=filing.quarantined)
                return

    async def _commit_in_parts(self, batch: Batch, why: str) -> None:
        if len(batch.arrivals) <= 1:
            await self._commit(batch.given_up(f"the record cannot take it: {why}"))
            return
        for half in batch.halves():
            await self._commit(half)

    async def _acknowledge(self, ids: Sequence[bytes]) -> None:
        """If this fails the entries stay pending and are read again: the record has them, so nothing comes of it."""
        try:
            await self.client.xack(events_key(self.stream), GROUP, *ids)
        except RedisError as error:
            log.warning("not_acknowledged", stream=self.stream, entries=len(ids), because=type(error).__name__)


def lies_in_the_data(error: Exception) -> bool:
    """Whether the record will refuse the same entries again: a value it cannot hold, rather than a server out of reach.

    Two trackers that make the same row are not meant: the loser of those has begun again before this is asked.
    """
    match error:
        case psycopg.DataError() | psycopg.IntegrityError() | psycopg.errors.ProgramLimitExceeded():
            return True
        case psycopg.Error():
            return False
        case _:
            return isinstance(error, TypeError | ValueError | OverflowError)


def count(stream: Stream, filing: Filing) -> None:
    BATCHES.labels(stream).inc()
    for outcome, entries in asdict(filing).items():
        ENTRIES.labels(stream, outcome).inc(entries)
