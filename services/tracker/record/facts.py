"""The facts themselves: what a batch adds to the record, what it repeats, and what steals another fact's identity."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, NamedTuple

from services.tracker.record.batch import Arrival, Batch
from services.tracker.record.names import Cursor
from services.tracker.record.reach import Pair, Tie
from services.tracker.record.remembered import Remembered
from shared import wire
from shared.events.event import Event

Key = tuple[str, str]

FILE: Final = """
    INSERT INTO event (stream, epoch, seq, entry_id, source, id, type, digest, occurred_at, recorded_at, filed_at)
    SELECT %b, epoch, seq, entry_id, source, id, type, digest, occurred_at, recorded_at, %b
      FROM unnest(%b::text[], %b::bigint[], %b::text[], %b::text[], %b::text[], %b::text[], %b::text[],
                  %b::timestamptz[], %b::timestamptz[])
        AS given (epoch, seq, entry_id, source, id, type, digest, occurred_at, recorded_at)
    ON CONFLICT (source, id) DO NOTHING RETURNING source, id, no
"""
KEEP_BODIES: Final = "INSERT INTO event_body (event, body) SELECT * FROM unnest(%b::bigint[], %b::text[])"
TIE: Final = """
    INSERT INTO mention (target, event) SELECT * FROM unnest(%b::bigint[], %b::bigint[]) ON CONFLICT DO NOTHING
    RETURNING target, event
"""
PAIR: Final = """
    INSERT INTO history (hub, event, direct) SELECT * FROM unnest(%b::bigint[], %b::bigint[], %b::boolean[])
    ON CONFLICT DO NOTHING RETURNING hub, event
"""
STANDING: Final = """
    SELECT source, id, no, stream, epoch, seq, digest
      FROM event JOIN unnest(%b::text[], %b::text[]) AS given (source, id) USING (source, id)
"""
REPEAT: Final = """
    INSERT INTO duplicate (stream, epoch, seq, entry_id, source, id, digest, filed_at)
    SELECT %b, epoch, seq, entry_id, source, id, digest, %b
      FROM unnest(%b::text[], %b::bigint[], %b::text[], %b::text[], %b::text[], %b::text[])
        AS given (epoch, seq, entry_id, source, id, digest)
    ON CONFLICT DO NOTHING
"""
READ: Final = """
    SELECT no, body, digest FROM event JOIN event_body ON event_body.event = event.no WHERE no = ANY(%b::bigint[])
"""


class Standing(NamedTuple):
    """A fact of the record, by where it came from."""

    no: int
    stream: str
    epoch: str
    seq: int
    digest: str


@dataclass(slots=True)
class Sorted:
    """A batch held against the record. `redelivered`: the very entries that the record has; nothing is to be done."""

    filed: list[tuple[int, Arrival]] = field(default_factory=list)
    duplicates: list[Arrival] = field(default_factory=list)
    conflicts: list[Arrival] = field(default_factory=list)
    redelivered: int = 0


async def file_facts(cursor: Cursor, batch: Batch, at: datetime) -> Sorted:
    """Insert what is new, sorted by (source, id), and sort the rest by what the record has under the same identity."""
    first: dict[Key, Arrival] = {}
    for arrival in batch.arrivals:
        first.setdefault(arrival.event.key, arrival)
    new = await _insert(cursor, batch.stream, [first[key] for key in sorted(first)], at)
    standing = await _standing(cursor, [key for key in first if key not in new])
    found = Sorted()
    for arrival in batch.arrivals:
        key = arrival.event.key
        if key in new and first[key] is arrival:
            found.filed.append((new[key], arrival))
        else:
            known = standing.get(key) or _as_filed(batch, new[key], first[key])
            _sort(found, batch, arrival, known)
    await _repeat(cursor, batch.stream, found.duplicates, at)
    return found


def _sort(found: Sorted, batch: Batch, arrival: Arrival, known: Standing) -> None:
    """A second entry under an identity that the record has."""
    if arrival.event.digest != known.digest:
        found.conflicts.append(arrival)
    elif (batch.stream, *_place(arrival)) == (known.stream, known.epoch, known.seq):
        found.redelivered += 1
    else:
        found.duplicates.append(arrival)


def _place(arrival: Arrival) -> tuple[str, int]:
    return arrival.position.epoch, arrival.position.seq


def _as_filed(batch: Batch, no: int, arrival: Arrival) -> Standing:
    return Standing(no, batch.stream, *_place(arrival), arrival.event.digest)


async def _insert(cursor: Cursor, stream: str, arrivals: Sequence[Arrival], at: datetime) -> dict[Key, int]:
    if not arrivals:
        return {}
    events = [arrival.event for arrival in arrivals]
    await cursor.execute(
        FILE,
        (
            stream,
            at,
            [arrival.position.epoch for arrival in arrivals],
            [arrival.position.seq for arrival in arrivals],
            [arrival.entry_id for arrival in arrivals],
            [event.source for event in events],
            [event.id for event in events],
            [event.data.wire_name() for event in events],
            [event.digest for event in events],
            [event.occurred_at for event in events],
            [event.recorded_at for event in events],
        ),
    )
    return {(source, id): no for source, id, no in await cursor.fetchall()}


async def _standing(cursor: Cursor, keys: Sequence[Key]) -> dict[Key, Standing]:
    if not keys:
        return {}
    await cursor.execute(STANDING, ([source for source, _ in keys], [id for _, id in keys]))
    return {(source, id): Standing(*rest) for source, id, *rest in await cursor.fetchall()}


async def events_of(cursor: Cursor, keys: Sequence[Key]) -> dict[Key, int]:
    """The numbers of those events that are filed."""
    return {key: standing.no for key, standing in (await _standing(cursor, keys)).items()}


async def _repeat(cursor: Cursor, stream: str, arrivals: Sequence[Arrival], at: datetime) -> None:
    if not arrivals:
        return
    columns: list[list[Any]] = [
        [arrival.position.epoch for arrival in arrivals],
        [arrival.position.seq for arrival in arrivals],
        [arrival.entry_id for arrival in arrivals],
        [arrival.event.source for arrival in arrivals],
        [arrival.event.id for arrival in arrivals],
        [arrival.event.digest for arrival in arrivals],
    ]
    await cursor.execute(REPEAT, (stream, at, *columns))


async def keep_bodies(cursor: Cursor, filed: Sequence[tuple[int, Arrival]]) -> None:
    if filed:
        await cursor.execute(KEEP_BODIES, ([no for no, _ in filed], [arrival.body for _, arrival in filed]))


async def tie(cursor: Cursor, ties: Sequence[Tie]) -> list[Tie]:
    """Say which ids events name. Returns the ties that were not there."""
    if not ties:
        return []
    await cursor.execute(TIE, ([one.id for one in ties], [one.event for one in ties]))
    return [Tie(*row) for row in await cursor.fetchall()]


async def pair(cursor: Cursor, pairs: Collection[Pair]) -> list[tuple[int, int]]:
    """Add lines to histories. Returns those that were not there: (hub, event)."""
    if not pairs:
        return []
    ordered = sorted(pairs)
    columns = ([p.hub for p in ordered], [p.event for p in ordered], [p.direct for p in ordered])
    await cursor.execute(PAIR, columns)
    return await cursor.fetchall()


class Facts:
    """Events by their number. They never change, so what is remembered is always right."""

    def __init__(self, limit: int) -> None:
        self._events: Remembered[int, Event] = Remembered(limit)

    def remember(self, no: int, event: Event) -> None:
        self._events.put(no, event)

    async def read(self, cursor: Cursor, numbers: Collection[int]) -> dict[int, Event]:
        """The events of these numbers, from memory or from their bodies."""
        known = {no: self._events.get(no) for no in numbers}
        if missing := [no for no, event in known.items() if event is None]:
            await cursor.execute(READ, (missing,))
            for no, body, digest in await cursor.fetchall():
                known[no] = event = wire.reread(body, digest)
                self._events.put(no, event)
        return {no: event for no, event in known.items() if event is not None}

    def forget(self) -> None:
        self._events.forget()
