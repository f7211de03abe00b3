"""Discrepancies, open and settled."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from psycopg import AsyncConnection

from services.tracker.model.discrepancies import Discrepancy
from services.tracker.record.reading.pages import Page, every, page


@dataclass(frozen=True, slots=True)
class DiscrepancyRow:
    """Two statements that do not agree. `id` survives refolds; `resolution`: what a person said of these values."""

    id: str
    subject_kind: str
    subject: str
    kind: str
    anchor: str
    expected: str
    observed: str
    open: bool
    resolution: str | None
    opened_at: datetime
    resolved_at: datetime | None


async def discrepancies(
    conn: AsyncConnection[Any],
    *,
    after: str | None = None,
    limit: int = 100,
    still_open: bool | None = None,
    subject_kind: str | None = None,
    subject: str | None = None,
) -> Page[DiscrepancyRow]:
    where = {"open": still_open, "subject_kind": subject_kind, "subject": subject}
    return await page(conn, DiscrepancyRow, "discrepancy", key="id", after=after, limit=limit, where=where)


async def discrepancies_of(conn: AsyncConnection[Any], subject_kind: str, subject: str) -> list[DiscrepancyRow]:
    return await every(conn, DiscrepancyRow, "discrepancy", order="id", subject_kind=subject_kind, subject=subject)


def as_found(stored: Iterable[DiscrepancyRow], then: Iterable[Discrepancy]) -> list[DiscrepancyRow]:
    """The rows of the discrepancies that there were then, with the values they had then."""
    by_id = {each.id: each for each in then}
    return [
        replace(row, expected=one.expected, observed=one.observed, open=one.open, resolution=one.resolution)
        for row in stored
        if (one := by_id.get(row.id)) is not None
    ]
