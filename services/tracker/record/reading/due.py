"""When time alone may change something, and what has left so far: what a step of the story clock needs to know."""

from datetime import datetime, timedelta
from typing import Any

from psycopg import AsyncConnection

# Everything that is looked at again at a moment of its own: gates and hours that open, assignments and facts still to come,
# and the settling time, which counts from when a notice became ready.
NEXT_DUE = """
    SELECT min(at) FROM (
      SELECT next_check_at AS at FROM case_
      UNION ALL SELECT next_check_at FROM person
      UNION ALL SELECT next_check_at FROM turnover
      UNION ALL SELECT ready_at + %(settling)s FROM notice WHERE state = 'ready' AND class IN ('family', 'public')
    ) AS moment WHERE at > %(now)s
"""


async def next_due(conn: AsyncConnection[Any], now: datetime, settling: timedelta) -> datetime | None:
    """The earliest moment after `now`; None where only a new fact or a person can change anything."""
    row = await (await conn.execute(NEXT_DUE, {"now": now, "settling": settling})).fetchone()
    assert row is not None
    due: datetime | None = row[0]
    return due


LEFT = """
    SELECT notice.reference FROM notice_transition AS transition JOIN notice ON notice.no = transition.notice
     WHERE transition.after = 'sent' AND transition.before = 'transmitting' ORDER BY transition.no OFFSET %s
"""


async def left(conn: AsyncConnection[Any], told: int) -> list[str]:
    """References of the notices that a mail server took, in that order, but for the first `told`; one that left twice stands
    there twice.
    """
    return [reference for (reference,) in await (await conn.execute(LEFT, (told,))).fetchall()]
