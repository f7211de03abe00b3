"""Open hand-overs, case by case: a projection by which those that stay open too long are found without any fold."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from psycopg import AsyncConnection

from services.tracker.model.case import Case
from services.tracker.model.operators import OpenCase
from services.tracker.record.histories import Folded
from services.tracker.record.names import Cursor

CLEAR: Final = "DELETE FROM hand_over WHERE target = ANY(%b::bigint[])"
PUT: Final = """
    INSERT INTO hand_over (target, transfer, opened_at)
    SELECT * FROM unnest(%b::bigint[], %b::text[], %b::timestamptz[])
"""
OVERDUE: Final = """
    SELECT hand_over.transfer, case_.number, case_.custodian, hand_over.opened_at
      FROM hand_over JOIN case_ USING (target)
     WHERE transfer IN (SELECT transfer FROM hand_over WHERE opened_at <= %s)
"""
NEXT: Final = "SELECT min(opened_at) FROM hand_over WHERE opened_at > %s"


async def keep(
    cursor: Cursor, changed: Mapping[int, Folded], remembered: Mapping[int, Folded | None], revisions: Mapping[int, int]
) -> None:
    """Write the open hand-overs of those cases whose have changed, or of which it is not known whether they have."""
    after = {no: opened(hub) for no, hub in changed.items() if isinstance(hub.state, Case) and not hub.unfoldable}
    before = {no: opened(known) if (known := remembered[no]) is not None else None for no in after}
    differ = [no for no in sorted(after) if after[no] != (before[no] if revisions[no] else {})]
    if stale := [no for no in differ if before[no] != {} and revisions[no]]:
        await cursor.execute(CLEAR, (stale,))
    rows = [(no, transfer, at) for no in differ for transfer, at in sorted(after[no].items())]
    if rows:
        await cursor.execute(PUT, [list(column) for column in zip(*rows, strict=True)])


def opened(hub: Folded) -> Mapping[str, datetime]:
    """Transfer -> when the half of it was said that has been said."""
    if not isinstance(hub.state, Case) or hub.state.state != "in_open_hand_over":
        return {}
    custody = hub.state.custody
    halves = {id: custody.transfers[id].released or custody.transfers[id].accepted for id in custody.open_transfers}
    return {id: half.at for id, half in halves.items() if half is not None}


async def overdue(conn: AsyncConnection[Any], opened_by: datetime) -> list[OpenCase]:
    """Every open case of each transfer of which one has been open since `opened_by` or longer."""
    return [OpenCase(*row) for row in await (await conn.execute(OVERDUE, (opened_by,))).fetchall()]


async def opened_after(conn: AsyncConnection[Any], at: datetime) -> datetime | None:
    """When the next hand-over after `at` was opened that is still open."""
    row = await (await conn.execute(NEXT, (at,))).fetchone()
    return row[0] if row is not None else None
