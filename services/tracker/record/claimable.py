"""Which notices may be claimed: the conditions under which something may leave, as far as the record knows them.

A stop and what only operators read wait for nothing. A notice to a family or to public affairs waits until everything that had
been accepted when its settling time was over is filed on all three streams, and while anything is frozen, or something that
nobody can read may concern it.
Back-off and leases are on the machine's clock (`machine`), everything else on the record's (`now`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from psycopg import AsyncConnection
from psycopg.types.json import Jsonb

from services.tracker.model.notices import NoticeClass
from shared.terms import STREAMS, Stream

Conn = AsyncConnection[Any]
Counters = Mapping[Stream, tuple[str, int]]
"""Per stream the epoch and the last seq that intake has given out; a stream on which nothing was ever accepted is left out."""

WAITING: Final = "n.state = 'ready' AND n.needs_release IS NULL AND n.recipient IS NOT NULL"
BACK: Final = "(n.next_attempt_at IS NULL OR n.next_attempt_at <= %(machine)s)"
UNFROZEN: Final = 'NOT EXISTS (SELECT FROM "freeze" WHERE lifted_at IS NULL)'
LEGIBLE: Final = """
  NOT EXISTS (SELECT FROM quarantine q WHERE q.resolved_at IS NULL
              AND (q.concerns IS NULL OR q.concerns = '{}' OR q.concerns && array_append(n.cases, n.person)))
"""
"""Nothing unreadable may concern it. An entry that names only an id, such as a determination, may concern anybody."""

CERTAIN: Final = f"{UNFROZEN} AND {LEGIBLE}"
"""Nothing missing, nothing frozen, and nothing unreadable that may concern it: to claim it, and again just before it leaves."""

SAME_EPOCHS: Final = """
  NOT EXISTS (SELECT FROM unnest(%(streams)s::text[]) AS s (stream) LEFT JOIN epoch e ON e.stream = s.stream AND e.current
              WHERE n.awaits -> s.stream ->> 'epoch' IS DISTINCT FROM e.epoch)
"""
FILED: Final = f"""
  n.awaits IS NOT NULL AND {SAME_EPOCHS}
  AND NOT EXISTS (SELECT FROM epoch e WHERE e.current AND e.through < (n.awaits -> e.stream ->> 'n')::bigint)
"""
"""Everything that had been accepted when the settling time was over is in the record, on all streams."""

COUNTED: Final = """
  (n.class <> 'public' OR n.person IS NOT NULL
   OR EXISTS (SELECT FROM turnover t WHERE t.ref = n.subject AND t.stirred = t.counted
                                       AND t.judged_by = (SELECT max(no) FROM policy)))
"""
"""A number was judged by the policy in force, and nothing that it counts has changed since: no locks hold all of a turnover."""
CLAIMABLE: Final = f"{WAITING} AND {BACK} AND (n.class NOT IN ('family', 'public') OR ({FILED} AND {CERTAIN} AND {COUNTED}))"
"""The same condition lists the candidates and, under the locks, claims one."""

UNSETTLED: Final = f"""
SELECT n.no, n.ready_at FROM notice n
WHERE {WAITING} AND n.class IN ('family', 'public') AND n.ready_at + %(settling)s <= %(now)s
  AND (n.awaits IS NULL OR NOT ({SAME_EPOCHS}))
"""  # noqa: S608 - composed of the conditions above
AWAIT: Final = """
UPDATE notice n SET awaits = %(counters)s FROM unnest(%(no)s::bigint[], %(ready_at)s::timestamptz[]) AS seen (no, ready_at)
WHERE n.no = seen.no AND n.ready_at = seen.ready_at AND n.state = 'ready' AND n.awaits IS DISTINCT FROM %(counters)s
"""
CANDIDATES: Final = f"""
SELECT n.no, n.class, n.person FROM notice n WHERE {CLAIMABLE}
ORDER BY n.class <> 'stop', n.class NOT IN ('family', 'public'), n.no LIMIT %(limit)s
"""  # noqa: S608 - composed of the conditions above
UNREST: Final = f"""
SELECT n.no FROM notice n
WHERE n.state IN ('sending', 'transmitting')
   OR ({WAITING} AND (n.class NOT IN ('family', 'public') OR (n.ready_at + %(settling)s <= %(now)s AND {CERTAIN})))
"""  # noqa: S608 - composed of the conditions above
FILED_THROUGH: Final = "SELECT stream, epoch, through FROM epoch WHERE current"
CONCERNED: Final = "SELECT EXISTS (SELECT FROM quarantine WHERE resolved_at IS NULL AND concerns && %s::text[])"


@dataclass(frozen=True, slots=True)
class Candidate:
    no: int
    notice_class: NoticeClass
    person: str | None


async def unsettled(conn: Conn, now: datetime, settling: timedelta) -> dict[int, datetime]:
    """Notices to families or the public that have settled and do not know yet what they wait for: number -> ready since."""
    given = {"now": now, "settling": settling, "streams": list(STREAMS)}
    return dict(await (await conn.execute(UNSETTLED, given)).fetchall())


async def filed(conn: Conn) -> Counters:
    """Per stream the current epoch and how far it is filed without a hole."""
    return {stream: (epoch, through) for stream, epoch, through in await (await conn.execute(FILED_THROUGH)).fetchall()}


def run_back(filed_through: Counters, counters: Counters) -> frozenset[Stream]:
    """Streams on which intake gives numbers out again, so that a watermark says nothing: nothing may wait for that counter.

    `filed_through` is to be read before `counters`: a sound counter is never behind it.
    """
    return frozenset(
        stream
        for stream, (epoch, through) in filed_through.items()
        if stream in counters and counters[stream][0] == epoch and counters[stream][1] < through
    )


async def wait_for(conn: Conn, ready: Mapping[int, datetime], counters: Counters) -> int:
    """Let these notices wait for `counters`, which were read after they were found. One made ready anew is left out.

    Returns:
        how many wait for something else than before.
    """
    awaits = {stream: {"epoch": epoch, "n": n} for stream, (epoch, n) in counters.items()}
    given = {"no": list(ready), "ready_at": list(ready.values()), "counters": Jsonb(awaits)}
    return (await conn.execute(AWAIT, given)).rowcount


async def candidates(conn: Conn, machine: datetime, limit: int) -> list[Candidate]:
    """What may be claimed as far as can be seen without locks: stops first, then what families or the public are owed, then the
    rest."""
    given = {"machine": machine, "streams": list(STREAMS), "limit": limit}
    return [Candidate(*row) for row in await (await conn.execute(CANDIDATES, given)).fetchall()]


async def unrest(conn: Conn, now: datetime, settling: timedelta) -> set[int]:
    """Notices that are on their way, or that nothing but time on the machine's clock or an entry not yet filed keeps."""
    return {no for (no,) in await (await conn.execute(UNREST, {"now": now, "settling": settling})).fetchall()}


async def concerned(conn: Conn, references: Sequence[str]) -> bool:
    """Whether something unreadable may be about one of these persons and cases."""
    row = await (await conn.execute(CONCERNED, (list(references),))).fetchone()
    return bool(row and row[0])
