"""The policy in force: the last one recorded. A file is compared with it, never obeyed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from psycopg import AsyncConnection, AsyncCursor

from services.tracker.model.policy import Policy, policy_digest
from services.tracker.record.actions import act

LAST: Final = "SELECT no, digest, judged_at IS NULL FROM policy ORDER BY no DESC LIMIT 1"
BODIES: Final = """
    SELECT body, (SELECT body FROM policy WHERE judged_at IS NOT NULL ORDER BY no DESC LIMIT 1) FROM policy WHERE no = %b
"""
APPLY: Final = """
    INSERT INTO policy (digest, body, applied_at, applied_by, judged_at)
    VALUES (%(digest)s, %(body)s, %(at)s, %(who)s, CASE WHEN %(first)s THEN %(at)s END)
"""
ALONE: Final = "LOCK TABLE case_, person, turnover IN SHARE ROW EXCLUSIVE MODE"
"""In the order in which a batch writes them, so that the two never wait for each other in a circle."""
LOOK_AGAIN: Final = (
    "UPDATE case_ SET next_check_at = %s",
    "UPDATE person SET next_check_at = %s",
    "UPDATE turnover SET next_check_at = %s",
)
JUDGED: Final = """
    UPDATE policy SET judged_at = %(at)s
     WHERE no = %(no)s AND NOT EXISTS (SELECT FROM person WHERE judged_by IS DISTINCT FROM %(no)s)
       AND NOT EXISTS (SELECT FROM turnover WHERE judged_by IS DISTINCT FROM %(no)s)
"""
UNJUDGED: Final = "SELECT EXISTS (SELECT FROM person WHERE ref = ANY(%b::text[]) AND judged_by IS DISTINCT FROM %b)"


class NoPolicy(RuntimeError):
    """The record has none: `migrate` records the first."""


@dataclass(frozen=True, slots=True)
class InForce:
    """`version` tells one policy in force from another, one that came back included.

    `before` is the last policy under which everybody was judged, until everybody is judged under this one.
    """

    no: int
    version: str
    policy: Policy
    before: Policy | None = None


class Policies:
    """Asks each time which policy is in force, and reads it only when it is another."""

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
        no, digest, unjudged = row
        version = f"{no}/{digest}"
        if self._last is None or self._last.version != version or (self._last.before is not None) != unjudged:
            await cursor.execute(BODIES, (no,))
            ((body, before),) = await cursor.fetchall()
            self._last = InForce(no, version, Policy.parse(body), Policy.parse(before) if unjudged else None)
        return self._last


async def unjudged(cursor: AsyncCursor[Any], persons: Sequence[str], rule: InForce) -> bool:
    """Whether one of these persons was not judged under this policy yet."""
    await cursor.execute(UNJUDGED, (list(persons), rule.no))
    row = await cursor.fetchone()
    return bool(row and row[0])


async def all_judged(conn: AsyncConnection[Any], rule: InForce, at: datetime) -> None:
    """Note that everybody is judged under this policy, if that is so: what follows from now on does not come of the change."""
    await conn.execute(JUDGED, {"no": rule.no, "at": at})


async def apply_policy(conn: AsyncConnection[Any], body: str, who: str, at: datetime) -> bool:
    """Record a policy as the one in force from now on. Returns False where it is in force already.

    Everybody and everything is due at once, so that the next sweeps judge all of it by the new rules; nothing leaves before
    it was judged by them, since a claim is judged again under its locks.

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
        await conn.execute(APPLY, {"digest": digest, "body": body, "at": at, "who": who, "first": row is None})
        await conn.execute(ALONE)
        for look_again in LOOK_AGAIN:
            await conn.execute(look_again, (at,))
        await act(conn, who, "policy apply", digest, {}, at)
        return True
