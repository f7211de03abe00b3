"""The door for files over HTTP: a table (CSV) or events line by line (NDJSON) as the body, and what became of each row.

What the command `import` does, for a sender: `services/intake/imports.py` does the work of both. It knows HTTP, and no rule
about events. One request has one report, whole: with 500 rows at most there is nothing to stream.
"""

import asyncio
import csv
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Annotated, Any, Final

import structlog
from fastapi import APIRouter, Query, Request, Response, Security
from fastapi.security import HTTPAuthorizationCredentials

from services.intake import mapping as mappings
from services.intake.accept import Acceptor
from services.intake.credentials import Credentials
from services.intake.desk import or_unreached
from services.intake.doors import documents
from services.intake.doors.answers import json, problem
from services.intake.doors.credential import holder
from services.intake.doors.described import BEARER, problems
from services.intake.doors.files import BadTable, Row, of_lines, of_table, opened, text_of, unfit
from services.intake.doors.parameters import KNOWN_ALONE
from services.intake.doors.requests import MOST_EVENTS, media_type_among, taken_in
from services.intake.grants import Source
from services.intake.imports import Importer, preview
from services.intake.mapping import BadMapping, TableMapping
from services.intake.preflight import Watch
from services.intake.pressure import Pressure
from services.intake.problems import RETRY_AFTER_S, ProblemType, Refused
from services.intake.row_report import document
from services.intake.strict_json import step
from shared.clock import Now

log = structlog.get_logger()

TABLE: Final = "text/csv"
LINES: Final = "application/x-ndjson"
LONGEST_MAPPING: Final = 16 * 1024
"""Characters. It comes in the URL, of which servers and proxies take little more."""
MAPPINGS_KEPT: Final = 100
"""Of one source: more kinds of table than any has, and a bound on what one sender can have us keep."""
DESCRIBED: Final[dict[str, Any]] = {
    "requestBody": {"required": True, "content": {each: {"schema": {"type": "string"}} for each in (TABLE, LINES)}}
}
Credential = Annotated[HTTPAuthorizationCredentials | None, Security(BEARER)]
Given = Annotated[str | None, Query(description="How the columns become events, in TOML, as `import --mapping` takes it")]


@dataclass(frozen=True, slots=True)
class Read:
    """The rows of a body. `used` is the mapping that a table was read with, `place` where it is kept for the next time."""

    rows: Sequence[Row]
    used: TableMapping | None = None
    place: Path | None = None


@dataclass(frozen=True, slots=True)
class ImportDoor:
    """`folder` is the one of the sources file; the mappings of tables are kept beside it."""

    known: Credentials
    acceptor: Acceptor
    watch: Watch
    pressure: Pressure
    now: Now
    folder: Path

    def router(self) -> APIRouter:
        router = APIRouter(prefix="/v1")
        router.add_api_route(
            "/imports",
            self.bring,
            methods=["POST"],
            dependencies=KNOWN_ALONE,
            summary="Bring in a file, row by row",
            responses={
                200: {"model": documents.ImportReport, "description": "What became of each row, or with dry_run would"},
                **problems(400, 401, 403, 408, 413, 415, 429, 503),
            },
            openapi_extra=DESCRIBED,
        )
        return router

    async def bring(self, request: Request, credentials: Credential, mapping: Given = None, dry_run: bool = False) -> Response:
        """The body is the file: events line by line, or a table with its `mapping`, given or kept when such a table came last.

        200 with an outcome for each row; it is not atomic. Sending the same again is always safe, and goes on where a request
        that was cut off had come to. With `dry_run=true` all of it is judged, and nothing is written.
        A parameter that is not known here is refused.
        """
        form = media_type_among(request, TABLE, LINES)
        taken = await taken_in(request, await holder(self.known, credentials), form, self.pressure)
        if isinstance(taken, Refused):
            return problem(taken)
        source, given, body = taken
        # In a thread: eight million empty lines take a second, in which others have their turns.
        found = await asyncio.to_thread(self.read, body, given, mapping, source)
        self.pressure.charge(source.slug, 1 if isinstance(found, Refused) else len(found.rows), len(body))
        if isinstance(found, Refused):
            return problem(found)
        return await self.answer(found, source, dry_run=dry_run)

    def read(self, body: bytes, media_type: str, mapping: str | None, source: Source) -> Read | Refused:
        """The rows of a body, each a statement or its refusal; or why it is refused whole."""
        try:
            text = text_of(body)
            read = Read(within_limit(of_lines(text))) if media_type == LINES else self.table(text, mapping, source)
        except UnicodeDecodeError:
            return Refused(ProblemType.NOT_UTF_8, "a file is read as UTF-8")
        except BadTable as bad:
            return Refused(ProblemType.TABLE, str(bad))
        except csv.Error:
            return Refused(ProblemType.TABLE, "a cell does not end as CSV has it, or is too long")
        if isinstance(read, Read) and len(read.rows) > MOST_EVENTS:
            return Refused(ProblemType.TOO_MANY_EVENTS, f"more than {MOST_EVENTS} rows")
        return read

    def table(self, text: str, given: str | None, source: Source) -> Read | Refused:
        """The rows of a table, by the mapping that is given or kept; or what is wrong with that.

        Raises:
            BadTable, csv.Error: it is no table.
        """
        header, table = opened(text)
        place = mappings.kept_at(self.folder, source.slug, header)
        mapping = kept(place) if given is None else parsed(given)
        if isinstance(mapping, Refused):
            return mapping
        if missing := mapping.missing(header):
            return Refused(ProblemType.MAPPING, unfit(missing, header))
        return Read(within_limit(of_table(header, table, mapping)), mapping, place)

    async def answer(self, found: Read, source: Source, *, dry_run: bool) -> Response:
        importer = Importer(source, self.acceptor, self.watch, self.now)
        if found.used is not None and found.place is not None and not dry_run:
            await asyncio.to_thread(keep, found.used, found.place, source.slug)
        work = importer.rehearsed if dry_run else importer.imported
        outcomes = [each async for each in work(found.rows)]
        beside = await or_unreached(importer.beside(outcomes, source.slug))
        report = document(len(found.rows), outcomes, [] if isinstance(beside, Refused) else beside)
        if dry_run and found.used is not None:
            report["preview"] = [{"row": number, "event": event_of(said)} for number, said in preview(found.rows)]
        answer = json(200, report)
        if not report["complete"]:
            answer.headers["retry-after"] = str(RETRY_AFTER_S)
        return answer


def within_limit(rows: Any) -> list[Row]:
    """One more than may be, at most: no more is read of what is refused."""
    return list(islice(rows, MOST_EVENTS + 1))


def parsed(given: str) -> TableMapping | Refused:
    if len(given) > LONGEST_MAPPING:
        return Refused(ProblemType.MAPPING, f"more than {LONGEST_MAPPING} characters")
    try:
        return mappings.parse(given)
    except BadMapping as bad:
        return Refused(ProblemType.MAPPING, bad.words, step(bad.field) if bad.field else "")


def kept(place: Path) -> TableMapping | Refused:
    """The mapping that such a table of this source was read with last."""
    try:
        return mappings.read(place)
    except FileNotFoundError:
        return Refused(ProblemType.MAPPING, "none is kept for these columns: give it")
    except (OSError, BadMapping) as error:
        log.error("a kept mapping cannot be read", error=type(error).__name__)
        return Refused(ProblemType.MAPPING, "the one that is kept cannot be read: give it again")


def keep(mapping: TableMapping, place: Path, slug: str) -> None:
    """For the next time. The import does not depend on it: where it cannot be kept, it has to be given again."""
    try:
        if place.exists() or len(list(place.parent.glob(f"{slug}.*.toml"))) < MAPPINGS_KEPT:
            mappings.keep(mapping, place)
    except OSError as error:
        log.warning("a mapping cannot be kept", source=slug, error=type(error).__name__)


def event_of(said: object) -> object:
    return None if isinstance(said, Refused) else said
