"""Entries that could not be filed, whole, with the reason; until a person has looked they may concern anybody."""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from psycopg import AsyncConnection
from psycopg.types.json import Jsonb

from services.tracker.record.actions import act
from services.tracker.record.batch import Arrival, Batch, Fields, Misread
from services.tracker.record.names import Cursor, is_hub
from services.tracker.record.obligations import clear
from shared.wire import Position

PUT: Final = """
    INSERT INTO quarantine (stream, entry_id, epoch, seq, digest, source, id, reason, detail, fields, concerns, filed_at)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING RETURNING entry_id
"""
RESOLVE: Final = """
    UPDATE quarantine SET resolved_at = %s, resolved_by = %s, resolution = %s WHERE no = %s AND resolved_at IS NULL
    RETURNING stream, entry_id
"""


@dataclass(frozen=True, slots=True)
class Quarantined:
    """`concerns`: references of the hubs that it may be about; None where that cannot be read."""

    entry_id: str
    fields: Fields
    reason: str
    detail: str
    position: Position | None
    source: str | None
    id: str | None
    concerns: tuple[str, ...] | None


def unreadable(entry: Misread) -> Quarantined:
    found = entry.found
    return Quarantined(entry.entry_id, entry.fields, found.reason, found.detail, found.position, found.source, found.id, None)


def conflicting(arrival: Arrival) -> Quarantined:
    """Another body under an identity that the record has: readable, so it is known whom it may concern.

    Where it names an id besides (a hold, a determination, an event that it corrects), that may reach anybody.
    """
    event = arrival.event
    named = tuple(sorted({target.ref for target in arrival.names if is_hub(target)}))
    alone = all(map(is_hub, arrival.names))
    return Quarantined(
        arrival.entry_id,
        arrival.fields,
        "identity_conflict",
        "this source and id already stand for another statement",
        arrival.position,
        event.source,
        event.id,
        named if alone and named else None,
    )


async def put(cursor: Cursor, batch: Batch, entries: Sequence[Quarantined], at: datetime) -> list[str]:
    """Keep what could not be filed. Returns the entry ids that were not there yet: a redelivery adds nothing."""
    added: list[str] = []
    for entry in entries:
        position = entry.position
        await cursor.execute(
            PUT,
            (
                batch.stream,
                entry.entry_id,
                position.epoch if position is not None else None,
                position.seq if position is not None else None,
                legible(entry.fields.get(b"digest")),
                entry.source,
                entry.id,
                entry.reason,
                entry.detail.replace("\0", ""),
                Jsonb({encoded(name): encoded(value) for name, value in entry.fields.items()}),
                list(entry.concerns) if entry.concerns is not None else None,
                at,
            ),
        )
        added += [id for (id,) in await cursor.fetchall()]
    return added


def encoded(raw: bytes) -> str:
    return b64encode(raw).decode()


def legible(raw: bytes | None) -> str | None:
    """A digest as the entry claims it, where it can be one at all."""
    text = (raw or b"")[:64].decode("ascii", "replace").replace("\0", "")
    return text or None


async def resolve(conn: AsyncConnection[Any], no: int, who: str, resolution: str, at: datetime) -> bool:
    """A person has looked at an entry: it concerns nobody any more. False where there is no such entry that is unresolved."""
    async with conn.transaction():
        row = await (await conn.execute(RESOLVE, (at, who, resolution, no))).fetchone()
        if row is None:
            return False
        await act(conn, who, "quarantine resolve", str(no), {"resolution": resolution}, at)
        await clear(conn.cursor(binary=True), "quarantine", "/".join(row), at)
        return True
