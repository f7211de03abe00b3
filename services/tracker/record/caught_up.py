"""How far the record has come, for what must not be judged on less than all that had been accepted."""

from collections.abc import Mapping
from typing import Any, Final

from psycopg import AsyncConnection

from services.tracker.record.claimable import Counters
from services.tracker.record.watermarks import absorb
from shared.terms import Stream

EPOCHS: Final = "SELECT stream, epoch, through FROM epoch WHERE current"
RUNS: Final = """
    SELECT low, high FROM filed_range WHERE stream = %(stream)s AND epoch = %(epoch)s
    UNION ALL SELECT low, high FROM "freeze"
     WHERE stream = %(stream)s AND epoch = %(epoch)s AND kind = 'gap' AND lifted_at IS NULL
"""


async def come(conn: AsyncConnection[Any]) -> Counters:
    """Per stream the current epoch, and up to where everything is filed or known to be missing: that will not come."""
    found: dict[Stream, tuple[str, int]] = {}
    for stream, epoch, through in await (await conn.execute(EPOCHS)).fetchall():
        runs = await (await conn.execute(RUNS, {"stream": stream, "epoch": epoch})).fetchall()
        found[stream] = epoch, absorb(through, runs).through
    return found


def covers(come: Mapping[Stream, tuple[str, int]], given_out: Counters) -> bool:
    """Whether all that was given out by then has come."""
    return all(
        n == 0 or (stream in come and come[stream][0] == epoch and come[stream][1] >= n)
        for stream, (epoch, n) in given_out.items()
    )
