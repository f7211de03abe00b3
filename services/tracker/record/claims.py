"""The claim of one notice by one attempt. It is committed before anybody connects to a mail server."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from psycopg import AsyncConnection

from services.tracker.model.notices import NoticeKind
from services.tracker.record.claimable import CLAIMABLE
from shared.terms import STREAMS

Conn = AsyncConnection[Any]

CLAIM: Final = f"""
WITH claimed AS (
  UPDATE notice n SET state = 'sending', left_at = %(now)s, place_in_line = CASE WHEN n.kin IS NOT NULL THEN (
    SELECT 1 + coalesce(max(o.place_in_line), 0) FROM notice o
    WHERE o.person = n.person AND o.cause = n.cause AND o.kin = n.kin AND o.no <> n.no) END
  WHERE n.no = %(no)s AND {CLAIMABLE}
  RETURNING n.*
), tried AS (
  INSERT INTO attempt (id, notice, phase, started_at, lease_until)
  SELECT %(attempt)s, no, 'sending', %(machine)s, %(lease)s FROM claimed
), logged AS (
  INSERT INTO notice_transition (notice, at, before, after, why, attempt)
  SELECT no, %(now)s, 'ready', 'sending', 'claimed', %(attempt)s FROM claimed
)
SELECT no, reference, key, kind, person, kin, recipient, stops, place_in_line, (
  SELECT o.reference FROM notice o WHERE o.person = c.person AND o.cause = c.cause AND o.kin = c.kin ORDER BY o.no LIMIT 1
) FROM claimed c
"""  # noqa: S608 - composed of a condition
ONLY_LOG: Final = f"""
WITH logged AS (
  UPDATE notice n SET needs_release = 'log' WHERE n.no = %(no)s AND {CLAIMABLE} RETURNING n.*
), tried AS (
  INSERT INTO attempt (id, notice, phase, started_at, ended_at)
  SELECT %(attempt)s, no, 'logged', %(machine)s, %(machine)s FROM logged
)
SELECT no, reference, key, kind, person, kin, recipient, stops, NULL, NULL FROM logged
"""  # noqa: S608 - composed of a condition
RECIPIENT: Final = "SELECT recipient FROM notice WHERE no = %s FOR UPDATE"
PUT_OFF: Final = "UPDATE notice SET next_attempt_at = %s WHERE no = %s AND state = 'ready'"


@dataclass(frozen=True, slots=True)
class Claimed:
    """A notice that this attempt owns until its lease ends. `place` and `line` are None where it has no line."""

    attempt: UUID
    no: int
    reference: str
    key: str
    kind: NoticeKind
    person: str | None
    kin: str | None
    recipient: str
    stops: str | None
    place: int | None
    line: str | None


async def recipient_of(conn: Conn, no: int) -> str | None:
    """Who gets this notice, as of now: it is locked, and addressed to nobody else until the transaction ends."""
    row = await (await conn.execute(RECIPIENT, (no,))).fetchone()
    return row[0] if row else None


async def claim(
    conn: Conn, no: int, attempt: UUID, *, now: datetime, machine: datetime, lease: timedelta, sends: bool
) -> Claimed | None:
    """Claim a notice for an attempt, if it may still be claimed; with `sends` false only note that it would be sent now."""
    given = {
        "no": no,
        "attempt": attempt,
        "now": now,
        "machine": machine,
        "lease": machine + lease,
        "streams": list(STREAMS),
    }
    row = await (await conn.execute(CLAIM if sends else ONLY_LOG, given)).fetchone()
    return None if row is None else Claimed(attempt, *row)


async def put_off(conn: Conn, no: int, until: datetime) -> None:
    """Do not try this notice before `until` (machine's clock)."""
    await conn.execute(PUT_OFF, (until, no))
