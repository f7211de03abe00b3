"""How far each stream is filed without a hole, worked out from the runs that batches leave; and what does not add up.

`advance` may be repeated at any time, by any process. Whatever freezes notices is written in the same transaction in which
the watermark moves, so that nobody sees the one without the other.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from psycopg import AsyncConnection

from shared.terms import Stream

EPOCHS: Final = "SELECT epoch, current, through, highest FROM epoch WHERE stream = %s ORDER BY epoch FOR UPDATE"
TAKE: Final = "DELETE FROM filed_range WHERE stream = %s AND epoch = %s RETURNING low, high"
PUT_BACK: Final = "INSERT INTO filed_range (stream, epoch, low, high) SELECT %s, %s, * FROM unnest(%s::bigint[], %s::bigint[])"
MOVE: Final = "UPDATE epoch SET through = %s, highest = greatest(highest, %s) WHERE stream = %s AND epoch = %s"
REWRITTEN: Final = """
    SELECT seq FROM (
      SELECT seq, digest FROM event WHERE stream = %(stream)s AND epoch = %(epoch)s AND seq BETWEEN %(low)s AND %(high)s
      UNION SELECT seq, digest FROM duplicate
             WHERE stream = %(stream)s AND epoch = %(epoch)s AND seq BETWEEN %(low)s AND %(high)s
      UNION SELECT seq, coalesce(digest, '') FROM quarantine
             WHERE stream = %(stream)s AND epoch = %(epoch)s AND seq BETWEEN %(low)s AND %(high)s
    ) AS placed GROUP BY seq HAVING count(*) > 1 ORDER BY seq
"""
FREEZE: Final = """
    INSERT INTO "freeze" (stream, kind, epoch, low, high, reason, opened_at) VALUES (%s, %s, %s, %s, %s, %s, %s)
    ON CONFLICT DO NOTHING
"""
EVER_FROZEN: Final = """
    SELECT low FROM "freeze" WHERE stream = %s AND kind = 'rewritten' AND epoch = %s AND low = high AND low = ANY(%s)
"""
WATERMARK: Final = "SELECT epoch, through, highest FROM epoch WHERE stream = %s AND current"


@dataclass(frozen=True, slots=True)
class Watermark:
    """Every seq of the current epoch up to `through` has ended in the record; `highest` is the highest that was seen."""

    stream: Stream
    epoch: str
    through: int
    highest: int


@dataclass(frozen=True, slots=True)
class Absorbed:
    """`twice`: runs of seqs that came more than once, redelivered or rewritten."""

    through: int
    rest: tuple[tuple[int, int], ...]
    twice: tuple[tuple[int, int], ...]


def absorb(through: int, ranges: Iterable[tuple[int, int]]) -> Absorbed:
    """Move a watermark over the ranges that follow on it; what lies above a hole is merged and stays."""
    rest: list[tuple[int, int]] = [(1, through)]
    twice: list[tuple[int, int]] = []
    for low, high in sorted(ranges):
        last_low, last_high = rest[-1]
        if low > last_high + 1:
            rest.append((low, high))
            continue
        if low <= last_high:
            twice.append((low, min(high, last_high)))
        rest[-1] = (last_low, max(high, last_high))
    return Absorbed(rest[0][1], tuple(rest[1:]), tuple(twice))


async def advance(conn: AsyncConnection[Any], stream: Stream, at: datetime) -> Watermark | None:
    """Move the watermarks of a stream as far as the record goes. Returns the current epoch's; None before the first event.

    A seq that came twice with different digests was rewritten: that freezes what may leave, once for each seq.
    """
    async with conn.transaction():
        current: Watermark | None = None
        for epoch, is_current, through, highest in await (await conn.execute(EPOCHS, (stream,))).fetchall():
            ranges = await (await conn.execute(TAKE, (stream, epoch))).fetchall()
            if ranges:
                moved = absorb(through, ranges)
                lows, highs = [low for low, _ in moved.rest], [high for _, high in moved.rest]
                await conn.execute(PUT_BACK, (stream, epoch, lows, highs))
                highest = max(highest, *(high for _, high in ranges))
                through = moved.through
                await conn.execute(MOVE, (through, highest, stream, epoch))
                await _freeze_rewritten(conn, stream, epoch, moved.twice, at)
            if is_current:
                current = Watermark(stream, epoch, through, highest)
        return current


async def watermark(conn: AsyncConnection[Any], stream: Stream) -> Watermark | None:
    """The watermark as it was moved last."""
    row = await (await conn.execute(WATERMARK, (stream,))).fetchone()
    return None if row is None else Watermark(stream, *row)


async def _freeze_rewritten(
    conn: AsyncConnection[Any], stream: Stream, epoch: str, twice: Sequence[tuple[int, int]], at: datetime
) -> None:
    for low, high in twice:
        given = {"stream": stream, "epoch": epoch, "low": low, "high": high}
        seqs = [seq for (seq,) in await (await conn.execute(REWRITTEN, given)).fetchall()]
        if not seqs:
            continue
        known = {seq for (seq,) in await (await conn.execute(EVER_FROZEN, (stream, epoch, seqs))).fetchall()}
        for seq in seqs:
            if seq not in known:
                reason = "this position held another entry before: the stream was written to by something else than intake"
                await conn.execute(FREEZE, (stream, "rewritten", epoch, seq, seq, reason, at))
