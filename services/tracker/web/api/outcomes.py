"""`/v1/events`, `/v1/quarantine`, `/v1/discrepancies`: what became of what was said, and what does not agree."""

from dataclasses import dataclass
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Query

from services.tracker.model.view import Reader
from services.tracker.record.reading import discrepancies as disagreeing
from services.tracker.record.reading import outcomes as reading
from services.tracker.record.reading.discrepancies import DiscrepancyRow
from services.tracker.record.reading.outcomes import Outcome, QuarantinedEntry, QuarantinedRow
from services.tracker.record.reading.pages import Page
from services.tracker.web.api.asked import ByName, ByNumber, Connection, Reference
from services.tracker.web.api.credential import Asking
from services.tracker.web.api.problems import not_found
from shared.terms import SubjectKind

router = APIRouter(prefix="/v1", tags=["outcomes"])


@dataclass(frozen=True, slots=True)
class EventOutcome:
    """`filed`: it counts, whatever else bore its identity. `unknown`: the record has never seen it; intake may have."""

    source: str
    id: str
    state: Literal["filed", "quarantined", "unknown"]
    entries: list[Outcome]


@router.get("/events")
async def event(conn: Connection, source: Reference, id: Reference) -> EventOutcome:
    entries = await reading.outcomes(conn, source, id)
    return EventOutcome(source, id, outcome_of(entries), entries)


def outcome_of(entries: list[Outcome]) -> Literal["filed", "quarantined", "unknown"]:
    if any(entry.outcome == "filed" for entry in entries):
        return "filed"
    return "quarantined" if entries else "unknown"


class QuarantineFilter(ByNumber):
    resolved: bool | None = None


@router.get("/quarantine")
async def quarantine(conn: Connection, asked: Annotated[QuarantineFilter, Query()]) -> Page[QuarantinedRow]:
    return await reading.quarantine(conn, **asked.model_dump())


@router.get("/quarantine/{no}")
async def quarantined(conn: Connection, no: int) -> QuarantinedEntry:
    row = await reading.quarantined(conn, no)
    if row is None:
        raise not_found("quarantined entry")
    return row


NOT_OF_PERSONS: Final[frozenset[Reader | None]] = frozenset({"operator", "laboratory"})


class DiscrepancyFilter(ByName):
    open: bool | None = None
    subject_kind: SubjectKind | None = None
    subject: str | None = None


@router.get("/discrepancies")
async def discrepancies(conn: Connection, who: Asking, asked: Annotated[DiscrepancyFilter, Query()]) -> Page[DiscrepancyRow]:
    """Those about a person are a family's: operators and the laboratory see those of cases, or of what else they ask about."""
    kind = asked.subject_kind
    if who.role in NOT_OF_PERSONS:
        if kind == "person":
            return Page([])
        kind = kind or "case"
    return await disagreeing.discrepancies(
        conn,
        after=asked.after,
        limit=asked.limit,
        still_open=asked.open,
        subject_kind=kind,
        subject=asked.subject,
    )
