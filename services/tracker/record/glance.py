"""Whether a round of dispatch has anything to do: one question in place of one a part, since most rounds have nothing."""

from datetime import datetime
from typing import Any, Final, NamedTuple

from psycopg import AsyncConnection

from services.tracker.record.attempts import EXPIRED
from services.tracker.record.claimable import CANDIDATES, UNSETTLED
from services.tracker.record.policies import InForce
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


async def glance(conn: AsyncConnection[Any], now: datetime, machine: datetime, rule: InForce) -> Glance:
    """Look at everything at once, without a lock. Hubs are due until all are judged by the policy in force, too."""
    given = {"now": now, "machine": machine, "settling": rule.policy.settling, "streams": list(STREAMS), "limit": 1}
    silent, due, unsettled, claimable = (await (await conn.execute(GLANCE, given)).fetchall())[0]
    return Glance(silent, due or rule.before is not None, unsettled, claimable)
