"""Whose families are a reader's own.

It is asked before anything else is looked up, so that what is forbidden and what is unknown cost the same queries.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, TypeVar

from fastapi import Depends, Request

from services.tracker.model.person import Person
from services.tracker.record.reading.own import RememberedFamilies
from services.tracker.record.reading.pages import Page
from services.tracker.web.api.asked import ByName, Connection, Instant
from services.tracker.web.api.credential import Asking

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class OwnFamilies:
    """The persons whose families a liaison speaks to today, and what is true of each."""

    persons: frozenset[str]
    known: Mapping[str, Person]


async def own(request: Request, conn: Connection, who: Asking, now: Instant) -> OwnFamilies | None:
    """None where the reader is no liaison: then nothing is anybody's own."""
    if who.role != "liaison" or who.liaison is None:
        return None
    families: RememberedFamilies = request.app.state.families
    mine = await families.own(conn, who.liaison, now)
    return OwnFamilies(frozenset(mine), mine)


Own = Annotated[OwnFamilies | None, Depends(own)]


def page_of(rows: Sequence[Row], key: str, asked: ByName) -> Page[Row]:
    """A page of rows that are all at hand, in the order of `key`."""
    rest = [row for row in rows if asked.after is None or getattr(row, key) > asked.after]
    items = list(rest[: asked.limit])
    return Page(items, getattr(items[-1], key) if len(rest) > asked.limit else None)
