"""`/v1/notices`: what a liaison, an office or an operator is told, why not yet, and every attempt."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Query
from psycopg import AsyncConnection

from services.tracker.model.notices import NoticeKind, NoticeState
from services.tracker.record.reading import notices as reading
from services.tracker.record.reading.notices import AttemptRow, NoticeRow, TransitionRow
from services.tracker.record.reading.pages import Page, values
from services.tracker.web.api.asked import ByNumber, Connection
from services.tracker.web.api.problems import not_found

router = APIRouter(prefix="/v1/notices", tags=["notices"])


class NoticeFilter(ByNumber):
    state: NoticeState | None = None
    kind: NoticeKind | None = None
    person: str | None = None


@dataclass(frozen=True, slots=True)
class NoticeDetail(NoticeRow):
    """A notice with all that happened to it."""

    transitions: list[TransitionRow]
    attempts: list[AttemptRow]


@router.get("")
async def notices(conn: Connection, asked: Annotated[NoticeFilter, Query()]) -> Page[NoticeRow]:
    return await reading.notices(conn, **asked.model_dump())


@router.get("/{reference}")
async def notice(conn: Connection, reference: str) -> NoticeDetail:
    found = await detail(conn, reference)
    if found is None:
        raise not_found("notice")
    return found


async def detail(conn: AsyncConnection[Any], reference: str) -> NoticeDetail | None:
    """One notice whole, or None where there is none of that reference."""
    row = await reading.notice(conn, reference)
    if row is None:
        return None
    return NoticeDetail(
        **values(row),
        transitions=await reading.transitions(conn, row.no),
        attempts=await reading.attempts(conn, row.no),
    )
