"""The EPCIS door: the capture interface of EPCIS 2.0 over HTTP. It knows HTTP, and no rule about events."""

from dataclasses import dataclass
from typing import Annotated, Any, Final, cast
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response, Security
from fastapi.security import HTTPAuthorizationCredentials

from services.intake.accept import Acceptor
from services.intake.credentials import Credentials
from services.intake.denials import note
from services.intake.desk import UNSAFE, or_unreached
from services.intake.doors.answers import json, problem
from services.intake.doors.credential import holder
from services.intake.doors.described import BEARER, problems
from services.intake.doors.epcis.capturing import DOOR, Behaviour, Capture, Ended, Outcome, Waits, summary
from services.intake.doors.epcis.document import document_of, event_of
from services.intake.doors.epcis.jobs import Jobs, document
from services.intake.doors.parameters import KNOWN_ALONE
from services.intake.doors.requests import LARGEST_BODY_BYTES, MOST_EVENTS, media_type_among, taken_in
from services.intake.epcis_grant import EpcisGrant
from services.intake.grants import Source
from services.intake.preflight import Watch
from services.intake.pressure import Pressure
from services.intake.problems import ProblemType, Refused
from shared.clock import Now
from shared.terms import instant_text

MEDIA_TYPES: Final = ("application/json", "application/ld+json")
BEHAVIOUR: Final = "GS1-Capture-Error-Behaviour"
HEADERS: Final = {
    "GS1-EPCIS-Version": "2.0.0",
    "GS1-EPCIS-Min": "2.0.0",
    "GS1-EPCIS-Max": "2.0.0",
    "GS1-CBV-Version": "2.0.0",
    "GS1-CBV-Min": "2.0.0",
    "GS1-CBV-Max": "2.0.0",
    "GS1-Vendor-Version": "1",
    "GS1-Extensions": "rosette=urn:rosette:epcis:",
    "GS1-EPCIS-Capture-Limit": str(MOST_EVENTS),
    "GS1-EPCIS-Capture-File-Size-Limit": str(LARGEST_BODY_BYTES),
    BEHAVIOUR: "rollback, proceed",
}
NO_JOB: Final = Refused(ProblemType.NO_JOB, "no job of this source has this id")
BODY: Final[dict[str, Any]] = {
    "requestBody": {"required": True, "content": {each: {"schema": {"type": "object"}} for each in MEDIA_TYPES}}
}
JSON_OBJECT: Final[dict[str, Any]] = {"content": {"application/json": {"schema": {"type": "object"}}}}
Credential = Annotated[HTTPAuthorizationCredentials | None, Security(BEARER)]


@dataclass(frozen=True, slots=True)
class EpcisDoor:
    known: Credentials
    acceptor: Acceptor
    watch: Watch
    pressure: Pressure
    jobs: Jobs
    now: Now

    def router(self) -> APIRouter:
        router = APIRouter(prefix="/v1/epcis")
        refusals = problems(400, 401, 403, 408, 409, 413, 415, 422, 429, 503)
        router.add_api_route(
            "/capture",
            self.capture,
            methods=["POST"],
            dependencies=KNOWN_ALONE,
            status_code=202,
            summary="Hand in an EPCIS document",
            responses={
                202: {"description": "The job is durable; Location is where to ask for it"} | JSON_OBJECT,
                200: {"description": "With dry_run: what would become of each event"} | JSON_OBJECT,
                **refusals,
            },
            openapi_extra=BODY,
        )
        router.add_api_route(
            "/capture/{job}",
            self.job,
            methods=["GET"],
            summary="What became of a document, event by event",
            responses={200: JSON_OBJECT | {"description": "The job"}, **problems(401, 403, 404, 503)},
        )
        router.add_api_route(
            "/events",
            self.event,
            methods=["POST"],
            dependencies=KNOWN_ALONE,
            status_code=201,
            summary="Hand in one EPCIS event",
            responses={
                201: {"description": "Its facts are durable; Location is the receipt of the first"} | JSON_OBJECT,
                200: {"description": "Valid, and nothing of ours: no fact was made of it"} | JSON_OBJECT,
                **refusals,
            },
            openapi_extra=BODY,
        )
        for path, methods in (("/capture", "POST, OPTIONS"), ("/capture/{job}", "GET, OPTIONS"), ("/events", "POST, OPTIONS")):
            router.add_api_route(path, options_of(methods), methods=["OPTIONS"], include_in_schema=False)
        return router

    async def capture(self, request: Request, credentials: Credential, dry_run: bool = False) -> Response:
        """202 once the job is durable. Its events are judged then: `GET` the Location for an outcome of each.

        By `GS1-Capture-Error-Behaviour` one event that is refused keeps all others out (`rollback`, the default) or itself
        alone (`proceed`). Sending the same document again is always safe.
        """
        taken = await self.handed_in(request, credentials)
        if isinstance(taken, Refused):
            return told(problem(taken))
        source, grant, body = taken
        behaviour = request.headers.get(BEHAVIOUR, "rollback").strip().lower()
        if behaviour not in ("rollback", "proceed"):
            return told(problem(Refused(ProblemType.PARAMETER, f"{BEHAVIOUR} is rollback or proceed")))
        behaves = cast("Behaviour", behaviour)
        events = document_of(body)
        # What waits for its turn costs its events when that comes: by then there may be less room, and less of a share.
        now = len(events) if dry_run and not isinstance(events, Refused) else 1
        self.pressure.charge(source.slug, now, len(body))
        if isinstance(events, Refused):
            return told(problem(events))
        at = instant_text(self.now())
        if dry_run:
            ended = await Capture(source, grant, behaves, at, dry_run=True).run(events, self.acceptor, self.watch)
            return told(problem(ended.refused) if isinstance(ended, Waits) else json(200, summary(ended, behaves)))
        if self.watch.reasons:
            return told(problem(UNSAFE))
        opened = await or_unreached(self.jobs.open(source, body, behaves, at))
        if isinstance(opened, Refused):
            return told(problem(opened))
        answer = json(202, document(opened, {b"created": at.encode(), b"behaviour": behaviour.encode()}))
        answer.headers["location"] = f"/v1/epcis/capture/{opened}"
        return told(answer)

    async def job(self, job: str, credentials: Credential) -> Response:
        """A job of another source answers as one that there is not."""
        reader = await self.reader(credentials)
        if isinstance(reader, Refused):
            return told(problem(reader))
        source, _ = reader
        fields = await or_unreached(self.jobs.fields(job))
        if isinstance(fields, Refused):
            return told(problem(fields))
        mine = fields.get(b"slug") == source.slug.encode()
        return told(json(200, document(job, fields)) if mine else problem(NO_JOB))

    async def event(self, request: Request, credentials: Credential) -> Response:
        """201 once its facts are durable. Sending it again is always safe, without an `eventID` too."""
        taken = await self.handed_in(request, credentials)
        if isinstance(taken, Refused):
            return told(problem(taken))
        source, grant, body = taken
        self.pressure.charge(source.slug, 1, len(body))
        stated = event_of(body)
        if isinstance(stated, Refused):
            return told(problem(stated))
        capture = Capture(source, grant, "rollback", instant_text(self.now()))
        ended = await capture.run([stated], self.acceptor, self.watch)
        return told(problem(ended.refused) if isinstance(ended, Waits) else answer_of(ended[0], grant))

    async def handed_in(self, request: Request, credentials: Credential) -> tuple[Source, EpcisGrant, bytes] | Refused:
        """Who sends, and what; or why nothing is read."""
        reader = await self.reader(credentials)
        if isinstance(reader, Refused):
            return reader
        source, grant = reader
        taken = await taken_in(request, source, media_type_among(request, *MEDIA_TYPES), self.pressure)
        return taken if isinstance(taken, Refused) else (source, grant, taken.body)

    async def reader(self, credentials: Credential) -> tuple[Source, EpcisGrant] | Refused:
        source = await holder(self.known, credentials)
        if isinstance(source, Refused):
            return source
        if source.epcis is None:
            note("epcis", source.slug, DOOR, "epcis")
            return Refused(ProblemType.NOT_GRANTED, "the grant says nothing of EPCIS", rule="epcis")
        return source, source.epcis


def answer_of(ended: Ended, grant: EpcisGrant) -> Response:
    if ended.refused is not None:
        return problem(ended.refused)
    if ended.outcome is Outcome.NOT_APPLICABLE:
        return json(200, ended.document())
    answer = json(201, ended.document())
    answer.headers["location"] = f"/v1/receipts?{urlencode({'source': grant.source, 'id': ended.facts[0].id})}"
    return answer


def told(response: Response) -> Response:
    """With what the standard has a service say of itself."""
    response.headers.update(HEADERS)
    return response


def options_of(methods: str) -> Any:
    async def options() -> Response:
        return told(Response(status_code=204, headers={"allow": methods}))

    return options
