"""`/v1/cases`: where every case is, who answers for it, and how that came about."""

from typing import Annotated

from fastapi import APIRouter, Query

from services.tracker.model.case import CustodyState, Progress
from services.tracker.record.reading import cases as reading
from services.tracker.record.reading.cases import CaseRow
from services.tracker.record.reading.pages import Page
from services.tracker.web.api.asked import ByName, Connection
from services.tracker.web.api.problems import not_found
from services.tracker.web.shown import CaseDetail, case_detail

router = APIRouter(prefix="/v1/cases", tags=["cases"])


class CaseFilter(ByName):
    custody: CustodyState | None = None
    progress: Progress | None = None
    custodian: str | None = None
    place: str | None = None
    turnover: str | None = None


@router.get("")
async def cases(conn: Connection, asked: Annotated[CaseFilter, Query()]) -> Page[CaseRow]:
    return await reading.cases(conn, **asked.model_dump())


@router.get("/{number:path}")
async def case(conn: Connection, number: str) -> CaseDetail:
    found = await case_detail(conn, number)
    if found is None:
        raise not_found("case")
    return found
