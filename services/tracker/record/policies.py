"""The policy in force: the last one recorded. A file is compared with it, never obeyed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from psycopg import AsyncConnection, AsyncCursor

from services.tracker.model.policy import Policy, policy_digest
from services.tracker.record.actions import act

LAST: Final = "SELECT no, digest, body FROM policy ORDER BY no DESC LIMIT 1"
APPLY: Final = "INSERT INTO policy (digest, body, applied_at, applied_by) VALUES (%s, %s, %s, %s)"


class NoPolicy(RuntimeError):
    """The record has none: `migrate` records the first."""


@dataclass(frozen=True, slots=True)
class InForce:
    no: int
    digest: str
    policy: Policy


class Policies:
    """Reads the policy in force, parsing it only when it has changed."""

    def __init__(self) -> None:
        self._last: InForce | None = None

    async def in_force(self, cursor: AsyncCursor[Any]) -> InForce:
        """The last policy recorded.

        Raises:
            NoPolicy: nothing has been recorded yet.
        """
        await cursor.execute(LAST)
        row = await cursor.fetchone()
        if row is None:
            raise NoPolicy("the record has no policy: run migrate")
        no, digest, body = row
        if self._last is None or self._last.no != no:
            self._last = InForce(no, digest, Policy.parse(body))
        return self._last


async def apply_policy(conn: AsyncConnection[Any], body: str, who: str, at: datetime) -> bool:
    """Record a policy as the one in force from now on. Returns False where it is in force already.

    Raises:
        ValueError: the text is no policy; nothing has been recorded.
    """
    Policy.parse(body)
    digest = policy_digest(body)
    async with conn.transaction():
        await conn.execute("LOCK TABLE policy IN EXCLUSIVE MODE")
        row = await (await conn.execute(LAST)).fetchone()
        if row is not None and row[1] == digest:
            return False
        await conn.execute(APPLY, (digest, body, at, who))
        await act(conn, who, "policy apply", digest, {}, at)
        return True
