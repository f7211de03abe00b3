"""What a case came out of and what came out of it, and how it came to be with its custodian."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import class_row

from services.tracker.model.provenance import Span, provenance
from services.tracker.model.targets import Target
from services.tracker.record.heirs import case
from services.tracker.record.policies import Policies
from services.tracker.record.whole import fold_whole
from shared import wire
from shared.events.event import Event


@dataclass(frozen=True, slots=True)
class Relative:
    """A case of one lineage. `parents` are those that it came out of, by `origin`: read together they are the tree."""

    number: str
    parents: list[str]
    origin: str | None
    kind: str | None
    custody: str
    custodian: str | None
    progress: str


ANCESTORS = """
    WITH RECURSIVE above AS (
      SELECT unnest(parents) AS number FROM case_ WHERE number = %s
      UNION SELECT unnest(case_.parents) FROM above JOIN case_ USING (number)
    )
    SELECT number, parents, origin, kind, custody, custodian, progress FROM above JOIN case_ USING (number) ORDER BY number
"""
DESCENDANTS = """
    WITH RECURSIVE below AS (
      SELECT number, target FROM case_ WHERE number = %(number)s
      UNION
      SELECT child.number, child.target FROM below
        JOIN lineage ON lineage.parent = below.target
        JOIN case_ AS child ON child.target = lineage.child AND below.number = ANY(child.parents)
    )
    SELECT number, parents, origin, kind, custody, custodian, progress
      FROM case_ JOIN below USING (number) WHERE number <> %(number)s ORDER BY number
"""
HISTORIES = """
    WITH RECURSIVE above AS (
      SELECT no FROM target WHERE kind = 'case' AND ref = %s
      UNION SELECT lineage.parent FROM above JOIN lineage ON lineage.child = above.no
    )
    SELECT target.ref, event.digest, event_body.body
      FROM above JOIN target USING (no) JOIN history ON history.hub = above.no
      JOIN event ON event.no = history.event JOIN event_body ON event_body.event = event.no
"""


async def ancestors(conn: AsyncConnection[Any], number: str) -> list[Relative]:
    """All that a case came out of, and what that came out of."""
    async with conn.cursor(row_factory=class_row(Relative)) as cursor:
        return await (await cursor.execute(ANCESTORS, (number,))).fetchall()


async def descendants(conn: AsyncConnection[Any], number: str) -> list[Relative]:
    """All that came out of a case, and what came out of that."""
    async with conn.cursor(row_factory=class_row(Relative)) as cursor:
        return await (await cursor.execute(DESCENDANTS, {"number": number})).fetchall()


async def custody_of(conn: AsyncConnection[Any], number: str, at: datetime) -> list[Span]:
    """Who answered for a case from the turnover on, across what it came out of. What is dated after `at` is left out."""
    rule = await Policies().in_force(conn.cursor(binary=True))
    events: dict[Target, list[Event]] = defaultdict(list)
    for ref, digest, body in await (await conn.execute(HISTORIES, (number,))).fetchall():
        events[Target("case", ref)].append(wire.reread(body, digest))
    folded = fold_whole(events, rule.policy, at + rule.policy.clock_tolerance)
    return provenance(number, {target.ref: case(hub) for target, hub in folded.items()})
