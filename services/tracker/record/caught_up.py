"""How far the record has come, for what must not be judged on less than all that had been accepted."""

from collections.abc import Mapping
from typing import Any, Final

from psycopg import AsyncConnection

from services.tracker.record.claimable import Counters
from services.tracker.record.watermarks import absorb
from shared.terms import Stream

COME: Final = """
    SELECT epoch.stream, epoch.epoch, epoch.through, run.low, run.high FROM epoch LEFT JOIN (
      SELECT stream, epoch, low, high FROM filed_range
      UNION ALL SELECT stream, epoch, low, high FROM "freeze" WHERE kind = 'gap' AND lifted_at IS NULL
    ) AS run USING (stream, epoch) WHERE epoch.current
"""


async def come(conn: AsyncConnection[Any]) -> Counters:
    """Per stream the current epoch, and up to where everything is filed or known to be missing: that will not come."""
    rows = await (await conn.execute(COME)).fetchall()
    runs: dict[Stream, list[tuple[int, int]]] = {}
    for stream, _, _, low, high in rows:
        runs.setdefault(stream, []).extend([(low, high)] if low is not None else [])
    found: dict[Stream, tuple[str, int]] = {}
    for stream, epoch, through, _, _ in rows:
        found[stream] = epoch, absorb(through, runs[stream]).through
    return found


def covers(come: Mapping[Stream, tuple[str, int]], given_out: Counters) -> bool:
    """Whether all that was given out by then has come."""
    return all(
        n == 0 or (stream in come and come[stream][0] == epoch and come[stream][1] >= n)
        for stream, (epoch, n) in given_out.items()
    )
