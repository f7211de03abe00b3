"""Notices: what is or was to be said, every change of state, and every attempt to hand one to a mail server."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection, sql
from psycopg.rows import class_row

from services.tracker.record.reading.pages import Page, columns, every, one, page


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """A notice. `reasons` say why it is held; `needs_release` why a person must let it go; addresses are not here."""

    no: int
    reference: str
    key: str
    kind: str
    state: str
    person: str | None
    kin: str | None
    cause: str | None
    recipient: str | None
    subject: str | None
    cases: list[str]
    stops: str | None
    reasons: list[dict[str, Any]]
    place_in_line: int | None
    needs_release: str | None
    created_at: datetime
    ready_at: datetime | None
    next_attempt_at: datetime | None
    left_at: datetime | None


@dataclass(frozen=True, slots=True)
class TransitionRow:
    """A change of state, and why. `attempt` is set where an attempt to send made it."""

    at: datetime
    before: str | None
    after: str
    why: str
    attempt: UUID | None


@dataclass(frozen=True, slots=True)
class AttemptRow:
    """One attempt, on the machine's clock. The address is kept as a digest: enough to tell two apart."""

    id: UUID
    phase: str
    started_at: datetime
    ended_at: datetime | None
    lease_until: datetime | None
    smtp_reply: str | None
    message_id: str | None


async def notices(
    conn: AsyncConnection[Any],
    *,
    after: int | None = None,
    limit: int = 100,
    state: str | None = None,
    kind: str | None = None,
    person: str | None = None,
) -> Page[NoticeRow]:
    """Notices in the order in which they first became owed."""
    where = {"state": state, "kind": kind, "person": person}
    return await page(conn, NoticeRow, "notice", key="no", after=after, limit=limit, where=where)


async def held(conn: AsyncConnection[Any], because: str) -> list[NoticeRow]:
    """What has not left because it waits for a person's release, or for a reason of this code."""
    named = sql.SQL(
        "SELECT {} FROM notice WHERE state IN ('held', 'ready') "
        "AND (needs_release = %(because)s OR reasons @> jsonb_build_array(jsonb_build_object('code', %(because)s::text))) "
        "ORDER BY no"
    ).format(columns(NoticeRow))
    async with conn.cursor(row_factory=class_row(NoticeRow)) as cursor:
        return await (await cursor.execute(named, {"because": because})).fetchall()


async def notice(conn: AsyncConnection[Any], reference: str) -> NoticeRow | None:
    return await one(conn, NoticeRow, "notice", "reference", reference)


async def transitions(conn: AsyncConnection[Any], no: int) -> list[TransitionRow]:
    return await every(conn, TransitionRow, "notice_transition", order="no", notice=no)


async def attempts(conn: AsyncConnection[Any], no: int) -> list[AttemptRow]:
    return await every(conn, AttemptRow, "attempt", order="started_at, id", notice=no)
