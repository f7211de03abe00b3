"""Attempts to hand a notice to a mail server: every phase is committed before the next step is taken.

| attempt.phase | what it means | its notice, unless something overtook it |
|---|---|---|
| `sending` | claimed; nothing has left yet | `sending` |
| `transmitting` | committed just before DATA: it may have left | `transmitting` |
| `accepted` `refused` `deferred` | what became of it | `sent` `refused` `ready` |
| `unknown` | nobody knows; a late answer of the server, or a person, still settles it | `in_doubt` |
| `resolved` | a person said what became of an unknown one | `sent`, or `ready` or `withdrawn` |
| `logged` | nothing was to leave: delivery is `log`, or the address is not on the allowlist | stays `ready`, needs release |

Leases and back-off are on the machine's clock (`machine`), transitions on the record's (`now`).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal
from uuid import UUID

from psycopg import AsyncConnection

from services.tracker.model.notices import NoticeState

Conn = AsyncConnection[Any]
Phase = Literal["sending", "transmitting", "accepted", "refused", "deferred", "unknown", "resolved", "logged"]

ADDRESSED: Final = "UPDATE attempt SET address_digest = %s, message_id = %s WHERE id = %s"
TRANSMITTING: Final = """
WITH moved AS (
  UPDATE notice n SET state = 'transmitting' FROM attempt a
  WHERE a.id = %(attempt)s AND a.phase = 'sending' AND a.lease_until > %(machine)s AND n.no = a.notice AND n.state = 'sending'
    AND NOT EXISTS (SELECT FROM notice s WHERE s.stops = n.reference AND s.state <> 'withdrawn')
  RETURNING n.no
), tried AS (
  UPDATE attempt SET phase = 'transmitting', lease_until = %(lease)s FROM moved WHERE id = %(attempt)s
)
INSERT INTO notice_transition (notice, at, before, after, why, attempt)
SELECT no, %(now)s, 'sending', 'transmitting', 'about to send', %(attempt)s FROM moved RETURNING notice
"""

EXPIRED: Final = """
SELECT a.id, n.person FROM attempt a JOIN notice n ON n.no = a.notice
WHERE a.ended_at IS NULL AND a.lease_until <= %(machine)s ORDER BY a.lease_until
"""
STANDS: Final = """
SELECT a.phase, a.lease_until, n.no, n.reference, n.state, n.person,
  (SELECT count(*) FROM attempt d WHERE d.notice = n.no AND d.phase = 'deferred')
FROM attempt a JOIN notice n ON n.no = a.notice WHERE a.id = %s FOR UPDATE OF a, n
"""
END: Final = "UPDATE attempt SET phase = %(phase)s, smtp_reply = %(reply)s, ended_at = %(machine)s WHERE id = %(attempt)s"
# What is put off waits again for all that is accepted by then: its first look at the counters is old knowledge.
MOVE: Final = """
WITH moved AS (
  UPDATE notice SET state = %(after)s, next_attempt_at = %(again_at)s,
    awaits = CASE WHEN %(after)s <> 'ready' THEN awaits END
  WHERE no = %(no)s RETURNING no
)
INSERT INTO notice_transition (notice, at, before, after, why, attempt)
SELECT no, %(now)s, %(before)s, %(after)s, %(why)s, %(attempt)s FROM moved
"""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an attempt and its notice stand, both locked. `deferred`: how often the notice has been put off before."""

    phase: Phase
    lease_until: datetime | None
    no: int
    reference: str
    state: NoticeState
    person: str | None
    deferred: int


async def addressed(conn: Conn, attempt: UUID, address_digest: str, message_id: str) -> None:
    """Keep where an attempt went, as a digest, and under which Message-ID."""
    await conn.execute(ADDRESSED, (address_digest, message_id, attempt))


async def transmitting(conn: Conn, attempt: UUID, *, now: datetime, machine: datetime, lease: timedelta) -> bool:
    """The last thing before DATA. False: the lease is over, or a stop or a report overtook it; then nothing may leave."""
    given = {"attempt": attempt, "now": now, "machine": machine, "lease": machine + lease}
    return await (await conn.execute(TRANSMITTING, given)).fetchone() is not None


async def expired(conn: Conn, machine: datetime) -> list[tuple[UUID, str | None]]:
    """Attempts whose owner has been silent beyond its lease, with the person whose group must be locked to judge them."""
    return [(id, person) for id, person in await (await conn.execute(EXPIRED, {"machine": machine})).fetchall()]


async def standing(conn: Conn, attempt: UUID) -> Standing | None:
    """The attempt and its notice, locked until the transaction ends."""
    row = await (await conn.execute(STANDS, (attempt,))).fetchone()
    return None if row is None else Standing(*row)


async def end(conn: Conn, attempt: UUID, phase: Phase, reply: str, machine: datetime) -> None:
    await conn.execute(END, {"attempt": attempt, "phase": phase, "reply": reply, "machine": machine})


async def move(
    conn: Conn,
    at: Standing,
    after: NoticeState,
    why: str,
    *,
    now: datetime,
    attempt: UUID | None = None,
    again_at: datetime | None = None,
) -> None:
    """Bring a notice from where it stands to `after`, with its transition."""
    given = {"no": at.no, "before": at.state, "after": after, "why": why, "now": now, "attempt": attempt}
    await conn.execute(MOVE, given | {"again_at": again_at})
