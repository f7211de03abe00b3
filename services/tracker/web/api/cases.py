"""`/v1/cases`: where every case is, who answers for it, and how that came about."""

from typing import Annotated

from fastapi import APIRouter, Query

from services.tracker.model.case import CustodyState, Progress
from services.tracker.record.reading import cases as reading
from services.tracker.record.reading.cases import CaseRow
from services.tracker.record.reading.own import cases_of, has_case
from services.tracker.record.reading.pages import Page
from services.tracker.web.api.asked import ByName, Connection
from services.tracker.web.api.credential import Asking
from services.tracker.web.api.own import Own, page_of
from services.tracker.web.api.problems import not_found
from services.tracker.web.api.when import LookingBack
from services.tracker.web.eyes import case_seen, own_case
from services.tracker.web.shown import CaseDetail, case_detail, case_then

router = APIRouter(prefix="/v1/cases", tags=["cases"])


class CaseFilter(ByName):
    custody: CustodyState | None = None
    progress: Progress | None = None
    custodian: str | None = None
    place: str | None = None
    turnover: str | None = None


@router.get("")
async def cases(conn: Connection, own: Own, asked: Annotated[CaseFilter, Query()]) -> Page[CaseRow]:
    if own is not None:
        mine = [own_case(row) for row in await reading.cases_named(conn, await cases_of(conn, own.known))]
        return page_of([row for row in mine if fits(row, asked)], "number", asked)
    return await reading.cases(conn, **asked.model_dump())


@router.get("/{number:path}")
async def case(conn: Connection, who: Asking, own: Own, number: str, when: LookingBack) -> CaseDetail:
    """Looking back, all of it is as of that moment, what it came out of and what came out of it included."""
    if own is not None and not await has_case(conn, own.known, number):
        raise not_found("case")
    found = await (case_detail(conn, number) if when is None else case_then(conn, number, when))
    if found is None:
        raise not_found("case")
    return case_seen(found, who.role, own.persons if own is not None else frozenset())


def fits(row: CaseRow, asked: CaseFilter) -> bool:
    """By what is shown of the row alone: a filter on what is withheld would tell it."""
    wanted = asked.model_dump(exclude={"after", "limit"}, exclude_none=True)
    return all(getattr(row, name) == value for name, value in wanted.items())
