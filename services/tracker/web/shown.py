"""One case, one notice, whole: what the API and the commands both show of it."""

from dataclasses import dataclass
from typing import Any

from psycopg import AsyncConnection

from services.tracker.model.provenance import Span
from services.tracker.model.travel import When
from services.tracker.record.reading import cases, discrepancies, lineage, notices
from services.tracker.record.reading.cases import CaseRow
from services.tracker.record.reading.discrepancies import DiscrepancyRow
from services.tracker.record.reading.lineage import Relative
from services.tracker.record.reading.notices import AttemptRow, NoticeRow, TransitionRow
from services.tracker.record.reading.pages import values
from services.tracker.record.reading.past_cases import past_case
from services.tracker.web.timeline import Statement, timeline


@dataclass(frozen=True, slots=True)
class CaseDetail(CaseRow):
    """A case, the persons it has ever concerned, what does not agree, and everything said of it in world order.

    `ancestors` and `descendants` are the tree, both ways, each with its own `parents`. `custodians` is who answered from the
    turnover on: for what the case came out of until it did, and then for the case.
    """

    persons: list[str]
    ancestors: list[Relative]
    descendants: list[Relative]
    custodians: list[Span]
    discrepancies: list[DiscrepancyRow]
    timeline: list[Statement]


@dataclass(frozen=True, slots=True)
class NoticeDetail(NoticeRow):
    """A notice with all that happened to it."""

    transitions: list[TransitionRow]
    attempts: list[AttemptRow]


async def case_detail(conn: AsyncConnection[Any], number: str) -> CaseDetail | None:
    """None where the record has never heard of it."""
    row = await cases.case(conn, number)
    if row is None:
        return None
    return CaseDetail(
        **values(row),
        persons=await cases.persons_of(conn, number),
        ancestors=await lineage.ancestors(conn, number),
        descendants=await lineage.descendants(conn, number),
        custodians=await lineage.custody_of(conn, number, row.filed_at),
        discrepancies=await discrepancies.discrepancies_of(conn, "case", number),
        timeline=timeline(await cases.history(conn, "case", number)),
    )


async def case_then(conn: AsyncConnection[Any], number: str, when: When) -> CaseDetail | None:
    """The same as of a moment; None where nothing was known of it by then."""
    then = await past_case(conn, number, when)
    if then is None:
        return None
    stored = await discrepancies.discrepancies_of(conn, "case", number)
    return CaseDetail(
        **values(then.row()),
        persons=then.persons(),
        ancestors=then.ancestors(),
        descendants=then.descendants(),
        custodians=then.custodians(),
        discrepancies=discrepancies.as_found(stored, then.hub.discrepancies),
        timeline=timeline(await cases.history(conn, "case", number), when),
    )


async def notice_detail(conn: AsyncConnection[Any], reference: str) -> NoticeDetail | None:
    """None where there is none of that reference."""
    row = await notices.notice(conn, reference)
    return None if row is None else await whole(conn, row)


async def whole(conn: AsyncConnection[Any], row: NoticeRow) -> NoticeDetail:
    """A notice with every change of its state and every attempt."""
    return NoticeDetail(
        **values(row),
        transitions=await notices.transitions(conn, row.no),
        attempts=await notices.attempts(conn, row.no),
    )
