"""How far the record has come on each stream, what is missing from it, and what is frozen."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from psycopg import AsyncConnection
from psycopg.rows import class_row

from services.tracker.record.reading.pages import every

THROUGH: Final = "SELECT stream, epoch, through FROM epoch"


@dataclass(frozen=True, slots=True)
class EpochRow:
    """`through`: every seq up to it is filed. `highest`: the highest seen. Two epochs: the stream was lost once."""

    stream: str
    epoch: str
    current: bool
    through: int
    highest: int
    first_seen_at: datetime


@dataclass(frozen=True, slots=True)
class Gap:
    """Sequence numbers, both ends included, that are not in the record although higher ones are."""

    stream: str
    epoch: str
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class FreezeRow:
    """Family and public notices wait while this is open. `stream` None: on all streams."""

    no: int
    stream: str | None
    kind: str
    epoch: str | None
    low: int | None
    high: int | None
    reason: str
    opened_at: datetime


async def through(conn: AsyncConnection[Any]) -> dict[tuple[str, str], int]:
    """(stream, epoch) -> every seq up to which is in the record: asked a hundred times a second while a story waits."""
    return {(stream, epoch): n for stream, epoch, n in await (await conn.execute(THROUGH)).fetchall()}


async def epochs(conn: AsyncConnection[Any]) -> list[EpochRow]:
    return await every(conn, EpochRow, "epoch", order="stream, first_seen_at, epoch")


async def open_freezes(conn: AsyncConnection[Any]) -> list[FreezeRow]:
    return await every(conn, FreezeRow, '(SELECT * FROM "freeze" WHERE lifted_at IS NULL) AS open_freeze', order="no")


# Each run of filed numbers begins where those before it end, or there is a gap; the first run is 1 to `through`.
GAPS = """
    WITH run AS (
      SELECT stream, epoch, low, high FROM filed_range
      UNION ALL SELECT stream, epoch, 1, through FROM epoch
    ), next AS (
      SELECT stream, epoch, low, max(high) OVER (PARTITION BY stream, epoch ORDER BY low, high
                                                 ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before
        FROM run
    )
    SELECT stream, epoch, before + 1 AS low, low - 1 AS high
      FROM next WHERE low > before + 1 ORDER BY stream, epoch, low
"""


async def gaps(conn: AsyncConnection[Any]) -> list[Gap]:
    """Most are entries of a batch still on its way; one that stays while nothing is pending is a loss, and freezes."""
    async with conn.cursor(row_factory=class_row(Gap)) as cursor:
        return await (await cursor.execute(GAPS)).fetchall()
