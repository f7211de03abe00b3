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

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal
from uuid import UUID

from psycopg import AsyncConnection

from services.tracker.model.notices import NoticeClass, NoticeState
from services.tracker.record.claimable import CERTAIN, LEGIBLE, UNFROZEN

Conn = AsyncConnection[Any]
Phase = Literal["sending", "transmitting", "accepted", "refused", "deferred", "unknown", "resolved", "logged"]
Hindrance = Literal["overtaken", "address changed", "frozen", "unreadable"]
"""Why a claimed notice may not leave after all. `overtaken`: its lease is over, or a stop or a report was faster. The last two
keep only what tells a family."""

ADDRESSED: Final = "UPDATE attempt SET address_digest = %s, message_id = %s WHERE id = %s"

OURS: Final = """
  a.phase = 'sending' AND a.lease_until > %(machine)s AND n.state = 'sending'
  AND NOT EXISTS (SELECT FROM notice s WHERE s.stops = n.reference AND s.state <> 'withdrawn')
"""
SAME_ADDRESS: Final = "a.address_digest IS NOT DISTINCT FROM %(address)s::text"
NOT_CONCERNED: Final = "NOT EXISTS (SELECT FROM quarantine WHERE resolved_at IS NULL AND concerns && %(near)s::text[])"
TRANSMITTING: Final = f"""
WITH moved AS (
  UPDATE notice n SET state = 'transmitting' FROM attempt a
  WHERE a.id = %(attempt)s AND n.no = a.notice AND {OURS} AND {SAME_ADDRESS}
    AND (n.class NOT IN ('family', 'public') OR ({CERTAIN} AND {NOT_CONCERNED}))
  RETURNING n.no
), tried AS (
  UPDATE attempt SET phase = 'transmitting', lease_until = %(lease)s FROM moved WHERE id = %(attempt)s
)
INSERT INTO notice_transition (notice, at, before, after, why, attempt)
SELECT no, %(now)s, 'sending', 'transmitting', 'about to send', %(attempt)s FROM moved RETURNING notice
"""  # noqa: S608 - composed of the conditions above
WHY_NOT: Final = f"""
SELECT CASE WHEN NOT ({OURS}) THEN 'overtaken' WHEN NOT ({SAME_ADDRESS}) THEN 'address changed'
            WHEN NOT ({UNFROZEN}) THEN 'frozen' WHEN NOT ({LEGIBLE} AND {NOT_CONCERNED}) THEN 'unreadable'
            ELSE 'overtaken' END
FROM attempt a JOIN notice n ON n.no = a.notice WHERE a.id = %(attempt)s
"""  # noqa: S608 - composed of the conditions above

EXPIRED: Final = """
SELECT a.id, n.person FROM attempt a JOIN notice n ON n.no = a.notice
WHERE a.ended_at IS NULL AND a.lease_until <= %(machine)s ORDER BY a.lease_until
"""
STANDS: Final = """
SELECT a.phase, a.lease_until, n.reference, n.state, n.class,
  (SELECT count(*) FROM attempt d WHERE d.notice = n.no AND d.phase = 'deferred')
FROM attempt a JOIN notice n ON n.no = a.notice WHERE a.id = %s FOR UPDATE OF a, n
"""
END: Final = "UPDATE attempt SET phase = %(phase)s, smtp_reply = %(reply)s, ended_at = %(machine)s WHERE id = %(attempt)s"


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an attempt and its notice stand, both locked. `deferred`: how often the notice has been put off before."""

    phase: Phase
    lease_until: datetime | None
    reference: str
    state: NoticeState
    notice_class: NoticeClass
    deferred: int


async def addressed(conn: Conn, attempt: UUID, address_digest: str, message_id: str) -> None:
    """Keep where an attempt went, as a digest, and under which Message-ID."""
    await conn.execute(ADDRESSED, (address_digest, message_id, attempt))


async def transmitting(
    conn: Conn,
    attempt: UUID,
    *,
    address_digest: str | None,
    near: Sequence[str],
    now: datetime,
    machine: datetime,
    lease: timedelta,
) -> Hindrance | None:
    """The last thing before DATA: what has come up since the claim is looked at once more, in one step with the commitment.

    Args:
        address_digest: of the recipient's address as the directory has it now.
        near: references of all who share a case with it; something unreadable about any of them may concern it.

    Returns:
        what hinders it, and then nothing may leave; None where it is committed that it may have left.
    """
    given: dict[str, Any] = {"attempt": attempt, "now": now, "machine": machine, "lease": machine + lease}
    given |= {"address": address_digest, "near": list(near)}
    if await (await conn.execute(TRANSMITTING, given)).fetchone() is not None:
        return None
    found = await (await conn.execute(WHY_NOT, given)).fetchone()
    return found[0] if found is not None else "overtaken"


async def expired(conn: Conn, machine: datetime) -> list[tuple[UUID, str | None]]:
    """Attempts whose owner has been silent beyond its lease, with the person whose group must be locked to judge them."""
    return [(id, person) for id, person in await (await conn.execute(EXPIRED, {"machine": machine})).fetchall()]


async def standing(conn: Conn, attempt: UUID) -> Standing | None:
    """The attempt and its notice, locked until the transaction ends."""
    row = await (await conn.execute(STANDS, (attempt,))).fetchone()
    return None if row is None else Standing(*row)


async def end(conn: Conn, attempt: UUID, phase: Phase, reply: str, machine: datetime) -> None:
    await conn.execute(END, {"attempt": attempt, "phase": phase, "reply": reply, "machine": machine})
