"""What intake's counter of a stream says that the record did not know: something is missing, or Redis is not what it was.

| what the counter says | what the record does |
|---|---|
| more was given out than is filed, and nothing is on its way | a freeze of kind `gap` for each hole |
| less was given out than is filed | a freeze of kind `rewritten`: numbers are given out again |
| it is in an epoch again that was over | that epoch is current again, and a freeze of kind `epoch` |
| nothing, and the record has facts of the stream | a freeze of kind `epoch` |

A watermark is always read before the counter, so that of the two the counter is the later word.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from psycopg import AsyncConnection

from services.tracker.record.positions import Run, begin_epochs, return_to
from services.tracker.record.watermarks import FREEZE, Watermark, advance
from shared.terms import Stream

FREEZE_RUN_BACK: Final = """
    INSERT INTO "freeze" (stream, kind, epoch, low, high, reason, opened_at)
    SELECT %(stream)s, 'rewritten', %(epoch)s, %(low)s, %(high)s, %(reason)s, %(at)s
     WHERE NOT EXISTS (SELECT FROM "freeze" WHERE stream = %(stream)s AND kind = 'rewritten' AND epoch = %(epoch)s
                       AND low <= %(low)s AND high >= %(high)s)
    ON CONFLICT DO NOTHING
"""
# One loss is one freeze, and none once an operator has lifted it; after more was filed in the epoch it is another loss.
FREEZE_LOST: Final = """
    INSERT INTO "freeze" (stream, kind, epoch, high, reason, opened_at)
    SELECT %(stream)s, 'epoch', %(epoch)s, %(high)s, %(reason)s, %(at)s
     WHERE NOT EXISTS (SELECT FROM "freeze" WHERE stream = %(stream)s AND kind = 'epoch' AND epoch = %(epoch)s
                       AND (lifted_at IS NULL OR high = %(high)s))
    ON CONFLICT DO NOTHING
"""


async def record_gaps(conn: AsyncConnection[Any], stream: Stream, epoch: str, given_out: int, at: datetime) -> list[Run]:
    """Freeze for every hole up to the last seq that intake gave out.

    To be called only when everything in the stream has been delivered and acknowledged after `given_out` was read: then what
    is not in the record is in no stream either.
    """
    async with conn.transaction():
        await begin_epochs(conn.cursor(binary=True), stream, [epoch], at)
        await advance(conn, stream, at)
        select = "SELECT through FROM epoch WHERE stream = %s AND epoch = %s FOR UPDATE"
        row = await (await conn.execute(select, (stream, epoch))).fetchone()
        above = "SELECT low, high FROM filed_range WHERE stream = %s AND epoch = %s ORDER BY low"
        ranges = await (await conn.execute(above, (stream, epoch))).fetchall()
        assert row is not None, "begun just now"
        gaps = [Run(epoch, low, high) for low, high in holes(row[0], ranges, given_out)]
        for gap in gaps:
            reason = "accepted, and neither in the record nor in the stream any more"
            await conn.execute(FREEZE, (stream, "gap", epoch, gap.low, gap.high, reason, at))
        return gaps


async def record_run_back(conn: AsyncConnection[Any], mark: Watermark, given_out: int, at: datetime) -> bool:
    """Freeze because intake's counter stands below what the record has of the same epoch: numbers are given out again.

    `given_out` is to be read after `mark`; a sound counter is never behind it. One run back is one freeze, however far the
    counter has come again since, and none once an operator has lifted it. Returns whether it was new.

    A server that was restored to exactly what is filed cannot be told from one to which nothing happened. The record lost
    nothing by it; what was accepted after that and never filed only its senders know, whom no receipt answers any more.
    """
    reason = "the counter ran back: Redis stands where it stood before, and gives numbers out again that the record has"
    given = {"stream": mark.stream, "epoch": mark.epoch, "low": given_out + 1, "high": mark.highest}
    async with conn.transaction():
        return (await conn.execute(FREEZE_RUN_BACK, given | {"reason": reason, "at": at})).rowcount > 0


async def record_lost_counter(conn: AsyncConnection[Any], mark: Watermark, at: datetime) -> bool:
    """Freeze because intake's counter is gone, although the record has facts that it numbered. Returns whether it was new.

    Nothing tells a family before something is accepted on the stream again, which begins a new epoch: until then there is no
    counter to wait for. The freeze is there for people to see why.
    """
    reason = "the counter is gone: Redis lost its state, and families wait at least until intake accepts on this stream again"
    given = {"stream": mark.stream, "epoch": mark.epoch, "high": mark.highest, "reason": reason, "at": at}
    async with conn.transaction():
        return (await conn.execute(FREEZE_LOST, given)).rowcount > 0


async def record_return(conn: AsyncConnection[Any], mark: Watermark, epoch: str, at: datetime) -> bool:
    """Follow intake's counter, read after `mark`, back to an epoch that was over, and freeze; see `positions.return_to`."""
    async with conn.transaction():
        return await return_to(conn.cursor(binary=True), mark.stream, epoch, mark.epoch, at)


def holes(through: int, ranges: Iterable[tuple[int, int]], given_out: int) -> list[tuple[int, int]]:
    """The seqs up to `given_out` that are not filed, as ranges."""
    found = []
    for low, high in [*sorted(ranges), (given_out + 1, given_out + 1)]:
        if through + 1 < low and through < given_out:
            found.append((through + 1, min(low - 1, given_out)))
        through = max(through, high)
    return found
