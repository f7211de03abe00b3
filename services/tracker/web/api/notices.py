"""`/v1/notices`: what a liaison, an office or an operator is told, why not yet, and every attempt."""

from typing import Annotated

from fastapi import APIRouter, Query

from services.tracker.model.notices import NoticeKind, NoticeState
from services.tracker.record.reading import notices as reading
from services.tracker.record.reading.notices import NoticeRow
from services.tracker.record.reading.pages import Page
from services.tracker.web.api.asked import ByNumber, Connection
from services.tracker.web.api.problems import not_found
from services.tracker.web.shown import NoticeDetail, notice_detail

router = APIRouter(prefix="/v1/notices", tags=["notices"])


class NoticeFilter(ByNumber):
    state: NoticeState | None = None
    kind: NoticeKind | None = None
    person: str | None = None


@router.get("")
async def notices(conn: Connection, asked: Annotated[NoticeFilter, Query()]) -> Page[NoticeRow]:
    return await reading.notices(conn, **asked.model_dump())


@router.get("/{reference}")
async def notice(conn: Connection, reference: str) -> NoticeDetail:
    found = await notice_detail(conn, reference)
    if found is None:
        raise not_found("notice")
    return found
