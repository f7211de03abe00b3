"""Whether a round of dispatch has anything to do: one question in place of one a part, since most rounds have nothing."""

from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from psycopg import AsyncConnection

from services.tracker.record.attempts import EXPIRED
from services.tracker.record.claimable import CANDIDATES, UNSETTLED
from services.tracker.record.sweep import DUE
from shared.terms import STREAMS

GLANCE: Final = f"SELECT EXISTS ({EXPIRED}), EXISTS ({DUE}), EXISTS ({UNSETTLED}), EXISTS ({CANDIDATES})"


class Glance(NamedTuple):
    """Which parts of a round have something to do: attempts to judge, hubs that time changes, notices that have settled, and
    notices that may be claimed."""

    silent: bool
    due: bool
    unsettled: bool
    claimable: bool


async def glance(conn: AsyncConnection[Any], now: datetime, machine: datetime, settling: timedelta) -> Glance:
    """Look at everything at once, without a lock."""
    given = {"now": now, "machine": machine, "settling": settling, "streams": list(STREAMS), "limit": 1}
    [row] = await (await conn.execute(GLANCE, given)).fetchall()
    return Glance(*row)
