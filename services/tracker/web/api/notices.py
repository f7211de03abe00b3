"""`/v1/notices`: what a liaison, an office or an operator is told, why not yet, and every attempt."""

from typing import Annotated, Final

from fastapi import APIRouter, Query

from services.tracker.model.notices import NoticeKind, NoticeState
from services.tracker.record.reading import notices as reading
from services.tracker.record.reading.notices import NoticeRow
from services.tracker.record.reading.pages import Page
from services.tracker.web.api.asked import ByNumber, Connection
from services.tracker.web.api.credential import Asking
from services.tracker.web.api.own import Own
from services.tracker.web.api.problems import not_found
from services.tracker.web.eyes import notice_detail_seen, notice_row_seen
from services.tracker.web.shown import NoticeDetail, whole

AT_ONCE: Final = 501
"""Rows read in one go: one more than the longest page, so that whoever sees all of them is answered by one read."""

router = APIRouter(prefix="/v1/notices", tags=["notices"])


class NoticeFilter(ByNumber):
    state: NoticeState | None = None
    kind: NoticeKind | None = None
    person: str | None = None


@router.get("")
async def notices(conn: Connection, who: Asking, own: Own, asked: Annotated[NoticeFilter, Query()]) -> Page[NoticeRow]:
    """Where a role sees only some, `next` counts those alone: it would tell of the others."""
    mine = own.persons if own is not None else frozenset()
    seen: list[NoticeRow] = []
    left: int | None = asked.after or 0
    while left is not None and len(seen) <= asked.limit:
        found = await reading.notices(conn, **asked.model_dump() | {"after": left, "limit": AT_ONCE})
        seen += [row for each in found.items if (row := notice_row_seen(each, who.role, mine)) is not None]
        left = int(found.next) if found.next is not None else None
    items = seen[: asked.limit]
    return Page(items, str(items[-1].no) if len(seen) > asked.limit else None)


@router.get("/{reference}")
async def notice(conn: Connection, who: Asking, own: Own, reference: str) -> NoticeDetail:
    row = await reading.notice(conn, reference)
    mine = own.persons if own is not None else frozenset()
    if row is None or notice_row_seen(row, who.role, mine) is None:
        raise not_found("notice")
    seen = notice_detail_seen(await whole(conn, row), who.role, mine)
    if seen is None:
        raise not_found("notice")
    return seen
