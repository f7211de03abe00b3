"""The directory in the record: who can be written to, and how a new one takes the place of the old."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import orjson
from psycopg import AsyncConnection

from services.tracker.model.directory import Directory, Liaison, Office
from services.tracker.record.actions import act

LOAD: Final = """
SELECT 'liaison', ref, address, zone, duty_hours, service FROM liaison
UNION ALL SELECT 'office', name, address, zone, duty_hours, NULL FROM office
"""

ALONE: Final = "LOCK TABLE liaison, office IN SHARE ROW EXCLUSIVE MODE"
"""Two imports take turns; whoever reads the directory meanwhile reads the old one."""

CLEAR: Final = "WITH gone AS (DELETE FROM liaison) DELETE FROM office"
PUT_LIAISONS: Final = """
INSERT INTO liaison (ref, address, zone, duty_hours, service)
SELECT ref, address, zone, hours::jsonb, service
FROM unnest(%(ref)s::text[], %(address)s::text[], %(zone)s::text[], %(hours)s::text[], %(service)s::text[])
  AS given (ref, address, zone, hours, service)
"""
PUT_OFFICES: Final = """
INSERT INTO office (name, address, zone, duty_hours)
SELECT name, address, zone, hours::jsonb
FROM unnest(%(name)s::text[], %(address)s::text[], %(zone)s::text[], %(hours)s::text[]) AS given (name, address, zone, hours)
"""

LOCK_PERSONS: Final = "SELECT no FROM target WHERE kind = 'person' ORDER BY no FOR NO KEY UPDATE"
"""In the order in which a batch locks them, so that an import and a batch never wait for each other in a circle."""
LOOK_AGAIN: Final = "UPDATE person SET next_check_at = %(now)s"
"""What waits for an address, or for another one, is judged again by the sweep, so a crash after the commit loses nothing."""
READDRESS: Final = """
WITH changed AS (
  UPDATE notice SET state = 'ready', ready_at = %(now)s, awaits = NULL, next_attempt_at = NULL
  WHERE state = 'refused' AND recipient = ANY (%(recipients)s)
  RETURNING no
)
INSERT INTO notice_transition (notice, at, before, after, why)
SELECT no, %(now)s, 'refused', 'ready', 're-addressed' FROM changed ORDER BY no
"""


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import changed: references of liaisons and names of offices, sorted."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]


async def load_directory(conn: AsyncConnection[Any]) -> Directory:
    """The directory as it stands, addresses included: for whoever works out what is owed, or sends it."""
    liaisons: dict[str, Liaison] = {}
    offices: dict[str, Office] = {}
    for kind, ref, address, zone, hours, service in await (await conn.execute(LOAD)).fetchall():
        if kind == "liaison":
            liaisons[ref] = Liaison(ref, address, zone, windows(hours), service)
        else:
            offices[ref] = Office(ref, address, zone, windows(hours))
    return Directory(liaisons=liaisons, offices=offices)


async def replace_directory(conn: AsyncConnection[Any], directory: Directory, who: str, now: datetime) -> Imported:
    """Make `directory` the whole directory, as an act of `who`, in one transaction. All of it counts afterwards, or nothing.

    What this makes newly possible is found by the next sweep: everybody is due at once, and mail refused for an address that
    has changed is ready again.
    """
    async with conn.transaction():
        await conn.execute(ALONE)
        before = entries(await load_directory(conn))
        after = entries(directory)
        changes = Imported(
            added=tuple(sorted(after.keys() - before.keys())),
            changed=tuple(sorted(each for each in after.keys() & before.keys() if after[each] != before[each])),
            removed=tuple(sorted(before.keys() - after.keys())),
        )
        await conn.execute(CLEAR)
        await conn.execute(PUT_LIAISONS, columns(directory.liaisons, "ref", "address", "zone", "service"))
        await conn.execute(PUT_OFFICES, columns(directory.offices, "name", "address", "zone"))
        await conn.execute(LOCK_PERSONS)
        await conn.execute(LOOK_AGAIN, {"now": now})
        await conn.execute(READDRESS, {"now": now, "recipients": list(changes.changed + changes.added)})
        counts = {"added": len(changes.added), "changed": len(changes.changed), "removed": len(changes.removed)}
        await act(conn, who, "directory import", None, counts, now)
    return changes


def entries(directory: Directory) -> dict[str, Liaison | Office]:
    """Everybody in it, by the word that a notice has for its recipient."""
    liaisons: dict[str, Liaison | Office] = {f"liaison:{ref}": each for ref, each in directory.liaisons.items()}
    return liaisons | {f"office:{name}": each for name, each in directory.offices.items()}


def columns(given: Mapping[str, Liaison | Office], *names: str) -> dict[str, list[Any]]:
    """A list a column, as `unnest` takes them."""
    rows = [given[ref] for ref in sorted(given)]
    hours = [orjson.dumps(row.duty_hours).decode() for row in rows]
    return {name: [getattr(row, name) for row in rows] for name in names} | {"hours": hours}


def windows(stored: list[list[str]]) -> tuple[tuple[str, str], ...]:
    return tuple((start, end) for start, end in stored)
