"""When each source was heard last. Filing pays nothing for it: whoever looks for silent ones reads on from the last look."""

from typing import Any, Final

from psycopg import AsyncConnection

from services.tracker.model.operators import Heard

OVERLAP: Final = 1_000
"""Events that are read once more: their numbers are given out before a batch commits, so a lower one may be seen later."""

READ_ON: Final = """
    INSERT INTO source_heard (source, event, id, heard_at)
    SELECT DISTINCT ON (source) source, no, id, filed_at FROM event
     WHERE no > (SELECT coalesce(max(event), 0) - %s FROM source_heard) ORDER BY source, no DESC
    ON CONFLICT (source) DO UPDATE SET event = excluded.event, id = excluded.id, heard_at = excluded.heard_at
     WHERE source_heard.event < excluded.event
"""
ALL: Final = "SELECT source, id, heard_at FROM source_heard"


async def heard(conn: AsyncConnection[Any]) -> list[Heard]:
    """Every source that was ever heard; to be called by one at a time."""
    await conn.execute(READ_ON, (OVERLAP,))
    return await known(conn)


async def known(conn: AsyncConnection[Any]) -> list[Heard]:
    """The same, as of the last look."""
    return [Heard(*row) for row in await (await conn.execute(ALL)).fetchall()]
