"""Cases and persons as the record has projected them, and the events that their folds are made of."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import class_row

from services.tracker.record.reading.pages import Page, named, one, page


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A case as of its last fold. `filed_at`: when the record last changed it.

    `origin`: how it came out of its `parents`, if it did: inventory, split, merge or sample.
    """

    number: str
    registered: bool
    kind: str | None
    custody: str
    progress: str
    custodian: str | None
    place: str | None
    turnover: str | None
    label: str | None
    origin: str | None
    parents: list[str]
    flags: list[str]
    open_discrepancies: int
    next_check_at: datetime | None
    filed_at: datetime


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A person as of their last fold; references only. `determinations`: those that stand."""

    ref: str
    progress: str
    pnok: str | None
    determinations: list[str]
    flags: list[str]
    open_discrepancies: int
    next_check_at: datetime | None
    filed_at: datetime


@dataclass(frozen=True, slots=True)
class FiledEvent:
    """An event of the record with its place in the stream. `body` is the CloudEvent as intake accepted it."""

    stream: str
    epoch: str
    seq: int
    digest: str
    filed_at: datetime
    body: str


async def cases(
    conn: AsyncConnection[Any],
    *,
    after: str | None = None,
    limit: int = 100,
    custody: str | None = None,
    progress: str | None = None,
    custodian: str | None = None,
    place: str | None = None,
    turnover: str | None = None,
) -> Page[CaseRow]:
    """Cases by number. Those only referred to and never registered are among them: they have custody `unregistered`."""
    where = {
        "custody": custody, "progress": progress, "custodian": custodian, "place": place, "turnover": turnover
    }  # fmt: skip
    return await page(conn, CaseRow, "case_", key="number", after=after, limit=limit, where=where)


async def case(conn: AsyncConnection[Any], number: str) -> CaseRow | None:
    return await one(conn, CaseRow, "case_", "number", number)


async def cases_named(conn: AsyncConnection[Any], numbers: Collection[str]) -> list[CaseRow]:
    """Those of these cases that there are, by number."""
    return await named(conn, CaseRow, "case_", "number", numbers)


async def persons(
    conn: AsyncConnection[Any], *, after: str | None = None, limit: int = 100, progress: str | None = None
) -> Page[PersonRow]:
    return await page(conn, PersonRow, "person", key="ref", after=after, limit=limit, where={"progress": progress})


async def person(conn: AsyncConnection[Any], ref: str) -> PersonRow | None:
    return await one(conn, PersonRow, "person", "ref", ref)


async def persons_named(conn: AsyncConnection[Any], refs: Collection[str]) -> list[PersonRow]:
    """Those of these persons that there are, by reference."""
    return await named(conn, PersonRow, "person", "ref", refs)


HISTORY = """
    SELECT event.stream, event.epoch, event.seq, event.digest, event.filed_at, event_body.body
      FROM target
      JOIN history ON history.hub = target.no
      JOIN event ON event.no = history.event
      JOIN event_body ON event_body.event = event.no
     WHERE target.kind = %s AND target.ref = %s
"""


async def history(conn: AsyncConnection[Any], kind: str, ref: str) -> list[FiledEvent]:
    """Every event that the fold of this case, person or turnover takes, in no order."""
    async with conn.cursor(row_factory=class_row(FiledEvent)) as cursor:
        return await (await cursor.execute(HISTORY, (kind, ref))).fetchall()


PERSONS_OF = """
    SELECT person.ref FROM concern JOIN case_ ON case_.target = concern.remains
      JOIN person ON person.target = concern.person WHERE case_.number = %s ORDER BY person.ref
"""


async def persons_of(conn: AsyncConnection[Any], number: str) -> list[str]:
    """The persons whom a case has ever concerned."""
    return [ref for (ref,) in await (await conn.execute(PERSONS_OF, (number,))).fetchall()]
