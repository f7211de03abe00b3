"""What became of an entry of a stream: filed, a duplicate, or quarantined whole with its reason."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from psycopg import AsyncConnection
from psycopg.rows import class_row

from services.tracker.record.reading.pages import Page, one, page


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one entry ended as. `reason` and `resolved_at` belong to a quarantined one."""

    stream: str
    outcome: Literal["filed", "duplicate", "quarantined"]
    entry_id: str
    epoch: str | None
    seq: int | None
    filed_at: datetime
    reason: str | None
    resolved_at: datetime | None


OUTCOMES = """
    SELECT stream, 'filed' AS outcome, entry_id, epoch, seq, filed_at, NULL AS reason, NULL::timestamptz AS resolved_at
      FROM event WHERE source = %(source)s AND id = %(id)s
    UNION ALL
    SELECT stream, 'duplicate', entry_id, epoch, seq, filed_at, NULL, NULL
      FROM duplicate WHERE source = %(source)s AND id = %(id)s
    UNION ALL
    SELECT stream, 'quarantined', entry_id, epoch, seq, filed_at, reason, resolved_at
      FROM quarantine WHERE source = %(source)s AND id = %(id)s
    ORDER BY filed_at, stream, seq
"""


async def outcomes(conn: AsyncConnection[Any], source: str, id: str) -> list[Outcome]:
    """All entries that carried this (source, id), over all streams; none where the record has never seen it."""
    async with conn.cursor(row_factory=class_row(Outcome)) as cursor:
        return await (await cursor.execute(OUTCOMES, {"source": source, "id": id})).fetchall()


@dataclass(frozen=True, slots=True)
class QuarantinedRow:
    """An entry that could not be filed. `concerns` None: that cannot be read, so it may concern anyone."""

    no: int
    stream: str
    entry_id: str
    epoch: str | None
    seq: int | None
    source: str | None
    id: str | None
    reason: str
    detail: str
    concerns: list[str] | None
    filed_at: datetime
    resolved_at: datetime | None
    resolved_by: str | None
    resolution: str | None


async def quarantine(
    conn: AsyncConnection[Any], *, after: int | None = None, limit: int = 100, resolved: bool | None = None
) -> Page[QuarantinedRow]:
    """Quarantined entries in the order in which they were found; `resolved` False: only those that still freeze."""
    table = {
        None: "quarantine",
        True: "(SELECT * FROM quarantine WHERE resolved_at IS NOT NULL) AS settled",
        False: "(SELECT * FROM quarantine WHERE resolved_at IS NULL) AS unresolved",
    }[resolved]
    return await page(conn, QuarantinedRow, table, key="no", after=after, limit=limit, where={})


@dataclass(frozen=True, slots=True)
class QuarantinedEntry(QuarantinedRow):
    """The entry whole: field -> value, both base64, whatever their bytes."""

    fields: dict[str, str]


async def quarantined(conn: AsyncConnection[Any], no: int) -> QuarantinedEntry | None:
    return await one(conn, QuarantinedEntry, "quarantine", "no", no)
