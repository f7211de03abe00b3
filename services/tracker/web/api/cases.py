"""`/v1/cases`: where every case is, who answers for it, and how that came about."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Query
from psycopg import AsyncConnection

from services.tracker.model.case import CustodyState, Progress
from services.tracker.record.reading import cases as reading
from services.tracker.record.reading import discrepancies
from services.tracker.record.reading.cases import CaseRow
from services.tracker.record.reading.discrepancies import DiscrepancyRow
from services.tracker.record.reading.pages import Page, values
from services.tracker.web.api.asked import ByName, Connection
from services.tracker.web.api.problems import not_found
from services.tracker.web.api.timeline import Statement, timeline

router = APIRouter(prefix="/v1/cases", tags=["cases"])


class CaseFilter(ByName):
    custody: CustodyState | None = None
    progress: Progress | None = None
    custodian: str | None = None
    place: str | None = None
    turnover: str | None = None


@dataclass(frozen=True, slots=True)
class CaseDetail(CaseRow):
    """A case, the persons it has ever concerned, what does not agree, and everything said of it in world order."""

    persons: list[str]
    discrepancies: list[DiscrepancyRow]
    timeline: list[Statement]


@router.get("")
async def cases(conn: Connection, asked: Annotated[CaseFilter, Query()]) -> Page[CaseRow]:
    return await reading.cases(conn, **asked.model_dump())


@router.get("/{number}")
async def case(conn: Connection, number: str) -> CaseDetail:
    found = await detail(conn, number)
    if found is None:
        raise not_found("case")
    return found


async def detail(conn: AsyncConnection[Any], number: str) -> CaseDetail | None:
    """One case whole, or None where the record has never heard of it."""
    row = await reading.case(conn, number)
    if row is None:
        return None
    return CaseDetail(
        **values(row),
        persons=await reading.persons_of(conn, number),
        discrepancies=await discrepancies.discrepancies_of(conn, "case", number),
        timeline=timeline(await reading.history(conn, "case", number)),
    )
