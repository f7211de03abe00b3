"""What a request brings and what it may use: filters that refuse unknown names, a connection, the clock."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends, Query, Request
from psycopg import AsyncConnection
from pydantic import BaseModel, ConfigDict, Field

from services.tracker.record import open_filings
from services.tracker.record.actions import act
from services.tracker.web.api.access import OF_FAMILIES
from services.tracker.web.api.credential import Asking


class Paged(BaseModel):
    """A misspelt filter is refused: silently answering without it would show too much as if it were all."""

    model_config = ConfigDict(extra="forbid")

    limit: Annotated[int, Field(ge=1, le=500)] = 100


class ByName(Paged):
    """Pages of what people name: `after` is the last name of the page before."""

    after: Annotated[str | None, Field(max_length=300)] = None


class ByNumber(Paged):
    """Pages of what the record numbers: `after` is the `next` of the page before."""

    after: Annotated[int | None, Field(ge=0, lt=2**63)] = None


def instant(request: Request) -> datetime:
    now: datetime = request.app.state.now()
    return now


Instant = Annotated[datetime, Depends(instant)]


async def connected(request: Request, who: Asking, now: Instant) -> AsyncIterator[AsyncConnection[Any]]:
    """One connection for one request, in one snapshot: a case, its timeline and its discrepancies agree with each other.

    A read of a person or family is an act, in the record before anything is read: where it cannot be written, nothing is.
    """
    route: str = request.scope["route"].path
    async with request.app.state.pool.connection() as conn:
        if route in OF_FAMILIES:
            subject = request.path_params.get(OF_FAMILIES[route]) or None
            await act(conn, who.name, "read", subject and str(subject), {"page": route, "role": who.role}, now)
        request.state.filing_since = await open_filings.oldest(conn) if "known_at" in request.query_params else None
        async with conn.transaction():
            await conn.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield conn


Connection = Annotated[AsyncConnection[Any], Depends(connected)]
Reference = Annotated[str, Query(min_length=1, max_length=200)]
