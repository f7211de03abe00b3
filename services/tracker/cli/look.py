"""Commands that only look: streams, cases, policy. They read the record itself, so they work while the service is down."""

from collections.abc import Sequence
from typing import Annotated, Any

import typer
from psycopg import AsyncConnection
from redis.asyncio import Redis

from services.tracker.cli.printing import AsJson, json, line, out, sheet, table, word
from services.tracker.cli.session import NotDone, ask, configured
from services.tracker.model.case import CustodyState, Progress
from services.tracker.record.reading import cases as reading
from services.tracker.record.reading.cases import CaseRow
from services.tracker.record.reading.pages import Page
from services.tracker.web.shown import CaseDetail, case_detail
from services.tracker.web.watch import StreamState, watch

RECORD = ("through", "unfiled", "frozen")
TRANSPORT = ("accepted", "length", "lag", "pending", "oldest_pending_s", "group")
CASE_COLUMNS = ("number", "custody", "progress", "custodian", "place", "turnover", "flags")
CASE_SHEET = (
    "kind",
    "custody",
    "progress",
    "custodian",
    "place",
    "turnover",
    "label",
    "origin",
    "parents",
    "flags",
    "persons",
    "filed_at",
)
Limit = Annotated[int, typer.Option(min=1, max=500, help="How many at most.")]


def streams(as_json: AsJson = False) -> None:
    """How far the record has come on each stream, and what keeps notices waiting."""
    found = ask(_watch)
    if as_json:
        json(found)
        return
    for words in overview(found):
        out.print(words, markup=False)
    for each in found:
        for gap in each.gaps:
            out.print(f"{each.stream}: missing {gap.low} to {gap.high} of epoch {gap.epoch}")
        for freeze in each.freezes:
            out.print(f"{each.stream}: frozen by no. {freeze.no} ({freeze.kind}): {freeze.reason}", markup=False)


def overview(found: Sequence[StreamState]) -> list[str]:
    """A column a stream, so that it fits any window: above what the record says, below what Redis says."""
    rows = [("", *(each.stream for each in found)), ("epoch", *(each.epoch for each in found))]
    rows += [("filed " * (name == "through") + name, *(word(getattr(each, name)) for each in found)) for name in RECORD]
    rows += [(name.replace("_", " "), *(word(getattr(each.transport, name)) for each in found)) for name in TRANSPORT]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [line(row, widths) for row in rows]


async def _watch(conn: AsyncConnection[Any]) -> list[StreamState]:
    redis = Redis.from_url(configured().streams_url, socket_timeout=5, socket_connect_timeout=5)
    try:
        return await watch(conn, redis)
    finally:
        await redis.aclose()


def cases(
    number: Annotated[str | None, typer.Argument(help="One case, with its timeline.")] = None,
    custody: Annotated[CustodyState | None, typer.Option()] = None,
    progress: Annotated[Progress | None, typer.Option()] = None,
    custodian: Annotated[str | None, typer.Option()] = None,
    place: Annotated[str | None, typer.Option()] = None,
    turnover: Annotated[str | None, typer.Option()] = None,
    after: Annotated[str | None, typer.Option(help="The last number of the page before.")] = None,
    limit: Limit = 100,
    as_json: AsJson = False,
) -> None:
    """Where the cases are and who answers for them; with a number, how that came about."""
    if number is not None:
        show_case(ask(lambda conn: _case(conn, number)), as_json)
        return

    async def read(conn: AsyncConnection[Any]) -> Page[CaseRow]:
        return await reading.cases(
            conn, after=after, limit=limit, custody=custody, progress=progress, custodian=custodian, place=place,
            turnover=turnover,
        )  # fmt: skip

    found = ask(read)
    if as_json:
        json(found)
        return
    table(found.items, CASE_COLUMNS)
    if found.next is not None:
        out.print(f"more: --after {found.next}", markup=False)


async def _case(conn: AsyncConnection[Any], number: str) -> CaseDetail:
    found = await case_detail(conn, number)
    if found is None:
        raise NotDone(f"there is no case {number}")
    return found


def show_case(case: CaseDetail, as_json: bool) -> None:
    if as_json:
        json(case)
        return
    sheet(case, CASE_SHEET, title=case.number)
    if case.origin is not None:
        table(case.custodians, ("case", "custodian", "since", "until", "transfer"), title="Custodians")
    if case.descendants:
        table(case.descendants, ("number", "parents", "kind", "custody", "custodian"), title="What came out of it")
    table(case.timeline, ("local_time", "name", "standing", "source", "id"), title="Timeline")
    table(case.discrepancies, ("id", "expected", "observed", "open", "resolution"), title="Discrepancies")
