"""The HTTP door: CloudEvents in structured, binary and batch mode, and receipts. It knows HTTP and no rule about events."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Request, Response, Security
from fastapi.security import HTTPAuthorizationCredentials

from services.intake import metrics
from services.intake.accept import Acceptor
from services.intake.credentials import Credentials
from services.intake.denials import note
from services.intake.desk import Verdict, or_unreached, take
from services.intake.doors import documents
from services.intake.doors.answers import found, item, json, listed, problem, single
from services.intake.doors.credential import holder
from services.intake.doors.described import BEARER, DESCRIBED, problems
from services.intake.doors.parameters import KNOWN_ALONE
from services.intake.doors.requests import BATCH, DOOR, asked_of, mode_of, statements, taken_in
from services.intake.doors.straight import Straight
from services.intake.listing import page_after
from services.intake.preflight import Watch
from services.intake.pressure import Pressure
from services.intake.problems import ProblemType, Refused
from services.intake.receipts import outcomes
from services.intake.rehearsal import Rehearsed, rehearse
from shared.clock import Now
from shared.terms import instant_text


@dataclass(frozen=True, slots=True)
class HttpDoor:
    known: Credentials
    acceptor: Acceptor
    watch: Watch
    pressure: Pressure
    now: Now

    def router(self) -> APIRouter:
        router = APIRouter(prefix="/v1")
        router.add_api_route(
            "/events",
            self.submit,
            methods=["POST"],
            dependencies=KNOWN_ALONE,
            status_code=202,
            summary="Submit an event, or a batch of them",
            responses={
                202: {"model": documents.Receipt, "description": "The event is a fact and durable"},
                200: {
                    "model": list[documents.Item] | documents.Rehearsal,
                    "description": "A batch: one status for each event. With dry_run one event: that it would be accepted",
                },
                **problems(400, 401, 403, 408, 409, 413, 415, 422, 429, 503),
            },
            openapi_extra=DESCRIBED,
        )
        router.add_api_route(
            "/receipts",
            self.receipts,
            methods=["GET"],
            summary="What became of an event, or of all that was submitted",
            responses={200: {"model": documents.Receipts | documents.Page}, **problems(400, 401, 403, 404, 503)},
        )
        return router

    def straight(self) -> Straight:
        """The way of almost all requests to `submit`; what it describes of itself is the router's."""

        async def answer(request: Request) -> Response:
            return await self.submit(request, await BEARER(request))

        return Straight("/v1/events", answer)

    async def submit(
        self,
        request: Request,
        credentials: Annotated[HTTPAuthorizationCredentials | None, Security(BEARER)],
        dry_run: bool = False,
    ) -> Response:
        """202 with the receipt once durable, a duplicate included (`duplicate` is true, and the receipt the first one).

        A batch answers 200 with a status for each event, in order; it is not atomic. Sending the same again is always safe.
        With `dry_run=true` all of that is judged and nothing is written: 200 says that the event would be accepted now.
        A parameter that is not known here is refused, and nothing is written.
        """
        taken = await taken_in(request, await holder(self.known, credentials), mode_of(request), self.pressure)
        if isinstance(taken, Refused):
            return problem(taken)
        source, mode, body = taken
        with metrics.ACCEPT_SECONDS.time():
            submissions = statements(request, body, mode, instant_text(self.now()))
            self.pressure.charge(source.slug, 1 if isinstance(submissions, Refused) else len(submissions), len(body))
            if isinstance(submissions, Refused):
                return problem(submissions)
            if dry_run:
                verdicts: Sequence[Verdict | Rehearsed] = await rehearse(submissions, source, self.acceptor.redis)
            else:
                verdicts = await take(submissions, source, self.acceptor, self.watch)
        if mode == BATCH:
            return json(200, [item(each) for each in verdicts])
        return single(verdicts[0])

    async def receipts(
        self,
        credentials: Annotated[HTTPAuthorizationCredentials | None, Security(BEARER)],
        source: str = "",
        id: str = "",
        after: str | None = None,
    ) -> Response:
        """With `id` the receipt on each stream that has one, and whether the event was filed or quarantined since.

        With `after` all that this credential had accepted under `source`, a page at a time and in order within each stream:
        begin with the empty cursor, and go on with `next`, at once while there is `more` and later for what came since.
        """
        reader = await holder(self.known, credentials)
        if isinstance(reader, Refused):
            return problem(reader)
        asked = asked_of(source, id, after)
        if isinstance(asked, Refused):
            return problem(asked)
        if not reader.speaks_as(source):
            note("source", reader.slug, DOOR, "source")
            return problem(Refused(ProblemType.NOT_GRANTED, "the grant does not cover this source", rule="source"))
        if isinstance(asked, str):
            kept = await or_unreached(outcomes(self.acceptor.redis, source, asked))
            return problem(kept) if isinstance(kept, Refused) else found(source, asked, kept)
        page = await or_unreached(page_after(self.acceptor.redis, reader.slug, source, asked))
        return problem(page) if isinstance(page, Refused) else listed(source, page)
