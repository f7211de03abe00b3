"""All that a source had accepted, a page at a time: its index of each stream, read on from where the reader was.

A cursor is a place in each stream, `custody:12,family:0,identification:3`; to its holder it is a text to give back.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, cast

from redis.asyncio import Redis

from services.intake.receipts import Outcome, judged, known_receipts
from shared.streams import index_key
from shared.terms import STREAMS, Stream

PAGE: Final = 100
"""Entries of each stream: three hundred receipts, some 100 KiB."""

PART: Final = re.compile(r"([a-z]{1,20}):(0|[1-9][0-9]{0,15})")
BEGINNING: Final[Mapping[Stream, int]] = dict.fromkeys(STREAMS, 0)

Cursor = Mapping[Stream, int]


@dataclass(frozen=True, slots=True)
class Listed:
    """One accepted event by its id, and what became of it."""

    id: str
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Page:
    """`next` goes on behind this page, whether or not there is `more` yet."""

    listed: list[Listed]
    next: Cursor
    more: bool


def cursor_of(text: str) -> Cursor | None:
    """The cursor that a page gave; the empty text is the beginning. None if no page gave it.

    >>> cursor_text(cursor_of("") or {})
    'custody:0,identification:0,family:0'
    """
    if not text:
        return BEGINNING
    parts = [PART.fullmatch(part) for part in text.split(",")]
    places = {part[1]: int(part[2]) for part in parts if part}
    if len(parts) != len(STREAMS) or places.keys() != set(STREAMS):
        return None
    return {stream: places[stream] for stream in STREAMS}


def cursor_text(cursor: Cursor) -> str:
    return ",".join(f"{stream}:{cursor[stream]}" for stream in STREAMS)


async def page_after(redis: "Redis", slug: str, source: str, after: Cursor) -> Page:
    """The next receipts that `slug` got under `source`, in the order of acceptance within each stream.

    Nothing is left out: a place in an index is only ever given to what is accepted later than all before it. What was accepted
    again after its receipt was lost stands at its later place.
    """
    listed: list[Listed] = []
    reached = dict(after)
    more = False
    for stream in STREAMS:
        index = index_key(stream, slug)
        window = await redis.zrange(index, f"({after[stream]}", "+inf", byscore=True, offset=0, num=PAGE, withscores=True)
        found = cast("list[tuple[bytes, float]]", window)
        if found:
            reached[stream] = int(found[-1][1])
        more = more or len(found) == PAGE
        named = [field.decode().split(" ") for field, _ in found]
        ids = [id for said_by, id in named if said_by == source]
        receipts = await known_receipts(redis, [(stream, source, id) for id in ids])
        kept = {id: receipt for id, receipt in zip(ids, receipts, strict=True) if receipt is not None}
        outcomes = await judged(redis, stream, list(kept.values()))
        listed += [Listed(id, outcome) for id, outcome in zip(kept, outcomes, strict=True)]
    return Page(listed, reached, more)
