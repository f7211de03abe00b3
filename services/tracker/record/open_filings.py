"""Which filings are open: how far back what is known by an instant is not final yet.

Every filing holds a shared lock whose key is the second on the record's clock in which it began; the `filed_at` of what it
files is read after that. The lock goes with the commit: it costs no statement of its own and leaves nothing behind in a crash.
"""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from psycopg import AsyncConnection

SPACE: Final = 5531
"""The space of these advisory locks; their keys are seconds since `BEGIN`, for 68 years either way."""
BEGIN: Final = datetime(2018, 1, 1, tzinfo=UTC)
BEGUN: Final = f"pg_advisory_xact_lock_shared({SPACE}, %b::integer)"
OLDEST: Final = """
    SELECT min(CASE WHEN objid::bigint < 2147483648 THEN objid::bigint ELSE objid::bigint - 4294967296 END) FROM pg_locks
     WHERE locktype = 'advisory' AND classid::bigint = %s AND objsubid = 2 AND granted
       AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


def second(at: datetime) -> int:
    """The key of a filing that began at this instant."""
    return int((at - BEGIN) // timedelta(seconds=1))


async def oldest(conn: AsyncConnection[Any]) -> datetime | None:
    """No filing that is open began before this; None where none is. To be asked before the snapshot that is to be final."""
    row = await (await conn.execute(OLDEST, (SPACE,))).fetchone()
    return BEGIN + timedelta(seconds=row[0]) if row is not None and row[0] is not None else None
