"""Looking again at what is filed already: because time has passed, a rule has changed, or something is about to leave."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final

from psycopg import AsyncConnection
from psycopg.errors import DeadlockDetected, SerializationFailure

from services.tracker.record.hold import Wider, hold
from services.tracker.record.names import Names, hold_corrections
from services.tracker.record.notices_store import Why
from services.tracker.record.policies import Policies
from services.tracker.record.postgres import Pool
from services.tracker.record.settle import Settled, Settler

AT_ONCE: Final = 100
"""Hubs a transaction: enough to be quick, few enough to keep nobody waiting."""

DUE: Final = """
    SELECT target FROM case_ WHERE next_check_at <= %(at)s UNION ALL
    SELECT target FROM person WHERE next_check_at <= %(at)s UNION ALL
    SELECT target FROM turnover WHERE next_check_at <= %(at)s ORDER BY target
"""
ALL: Final = (
    "SELECT target FROM case_ UNION ALL SELECT target FROM person UNION ALL SELECT target FROM turnover ORDER BY target"
)
TIED: Final = """
    SELECT DISTINCT mention.target FROM history JOIN mention ON mention.event = history.event
     WHERE history.hub = ANY(%b::bigint[])
"""
FIND: Final = "SELECT no FROM target WHERE kind = 'person' AND ref = ANY(%s)"


class Again:
    def __init__(self, pool: Pool, names: Names, policies: Policies, settler: Settler) -> None:
        self.pool = pool
        self.names = names
        self.policies = policies
        self.settler = settler

    async def persons(self, conn: AsyncConnection[Any], persons: Collection[str], why: Why, at: datetime) -> None:
        """Reconcile what the families of these persons are owed, in the transaction that the caller has open.

        When this returns, their notices are as they must be at `at`, and stay so until the transaction ends: the persons and
        all that they share a case with are locked.

        Raises:
            DeadlockDetected: the caller's transaction is over and may be tried again.
        """
        numbers = [no for (no,) in await (await conn.execute(FIND, (list(persons),))).fetchall()]
        wider: frozenset[int] = frozenset()
        while isinstance(outcome := await self._look(conn, numbers, wider, why, at), Wider):
            wider = outcome.numbers

    async def due(self, at: datetime) -> int:
        """Everybody for whom time alone may have changed something. Returns how many were looked at."""
        return await self._each(DUE, {"at": at}, "time", at)

    async def everybody(self, why: Why, at: datetime) -> int:
        """The whole record. Returns how many cases, persons and turnovers were looked at."""
        return await self._each(ALL, {}, why, at)

    async def _each(self, chosen: str, given: dict[str, Any], why: Why, at: datetime) -> int:
        async with self.pool.connection() as conn:
            numbers = [no for (no,) in await (await conn.execute(chosen, given)).fetchall()]
            for start in range(0, len(numbers), AT_ONCE):
                await self._until_done(conn, numbers[start : start + AT_ONCE], why, at)
        return len(numbers)

    async def _until_done(self, conn: AsyncConnection[Any], numbers: Collection[int], why: Why, at: datetime) -> None:
        wider: frozenset[int] = frozenset()
        while True:
            try:
                async with conn.transaction():
                    outcome = await self._look(conn, numbers, wider, why, at)
            except (DeadlockDetected, SerializationFailure):
                continue
            if isinstance(outcome, Settled):
                self.settler.remember(outcome)
                return
            wider = outcome.numbers

    async def _look(
        self, conn: AsyncConnection[Any], hubs: Collection[int], wider: Collection[int], why: Why, at: datetime
    ) -> Settled | Wider:
        cursor = conn.cursor(binary=True)
        await hold_corrections(cursor, exclusive=False)
        rule = await self.policies.in_force(cursor)
        await cursor.execute(TIED, (list(hubs),))
        ids = [no for (no,) in await cursor.fetchall()]
        held = await hold(cursor, ids, hubs, wider)
        if isinstance(held, Wider):
            return held
        return await self.settler.settle(cursor, conn, held, {}, rule, why, at, look_at=frozenset(hubs))
