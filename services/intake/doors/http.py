"""The HTTP door: CloudEvents in structured and batch mode, and receipts. It knows HTTP and no rule about events."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final

import orjson
from fastapi import APIRouter, Request, Response, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from redis.exceptions import RedisError

from services.intake import metrics
from services.intake.accept import Acceptor
from services.intake.admit import Submission
from services.intake.desk import Receipted, Verdict, take
from services.intake.doors import documents
from services.intake.grants import Source
from services.intake.problems import MEDIA_TYPE, RETRY_AFTER_S, ProblemType, Refused
from services.intake.receipts import Outcome, outcomes
from services.intake.sources import Register
from services.intake.strict_json import parse
from shared.clock import Now
from shared.terms import instant_text
from shared.wire import IDENTITY

STRUCTURED: Final = "application/cloudevents+json"
BATCH: Final = "application/cloudevents-batch+json"
LARGEST_BODY_BYTES: Final = 8 * 1024 * 1024
MOST_EVENTS: Final = 500
DOOR: Final = "http"

BEARER: Final = HTTPBearer(auto_error=False, description="A key of the sources file")
EVENT_SCHEMA: Final = {
    "type": "object",
    "required": ["specversion", "id", "source", "type", "time", "data"],
    "description": "A CloudEvent 1.0; shared/schemas/<type>.json describes each type whole",
}
REQUEST_BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {
            STRUCTURED: {"schema": EVENT_SCHEMA},
            BATCH: {"schema": {"type": "array", "maxItems": MOST_EVENTS, "items": EVENT_SCHEMA}},
        },
    }
}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {status: {"description": "A problem", "content": content} for status in statuses}


@dataclass(frozen=True, slots=True)
class HttpDoor:
    register: Register
    acceptor: Acceptor
    now: Now

    def router(self) -> APIRouter:
        router = APIRouter(prefix="/v1")
        router.add_api_route(
            "/events",
            self.submit,
            methods=["POST"],
            status_code=202,
            summary="Submit an event, or a batch of them",
            responses={
                202: {"model": documents.Receipt, "description": "The event is a fact and durable"},
                200: {"model": list[documents.Item], "description": "A batch: one status for each event"},
                **problems(400, 401, 403, 409, 413, 415, 422, 503),
            },
            openapi_extra=REQUEST_BODY,
        )
        router.add_api_route(
            "/receipts",
            self.receipts,
            methods=["GET"],
            summary="What became of an event",
            responses={200: {"model": documents.Receipts}, **problems(400, 401, 403, 404, 503)},
        )
        return router

    async def submit(
        self, request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Security(BEARER)]
    ) -> Response:
        """202 with the receipt once durable, a duplicate included (`duplicate` is true, and the receipt the first one).

        A batch answers 200 with a status for each event, in order; it is not atomic. Sending the same again is always safe.
        """
        source = holder(self.register, credentials)
        if isinstance(source, Refused):
            return problem(source)
        mode = mode_of(request)
        if isinstance(mode, Refused):
            return problem(mode)
        body = await body_of(request)
        if isinstance(body, Refused):
            return problem(body)
        with metrics.ACCEPT_SECONDS.time():
            submissions = statements(body, mode, instant_text(self.now()))
            if isinstance(submissions, Refused):
                return problem(submissions)
            verdicts = await take(submissions, source, self.acceptor)
        if mode == BATCH:
            return json(200, [item(each) for each in verdicts])
        return single(verdicts[0])

    async def receipts(
        self,
        credentials: Annotated[HTTPAuthorizationCredentials | None, Security(BEARER)],
        source: str = "",
        id: str = "",
    ) -> Response:
        """The receipt on each stream that has one, and whether the event was filed or quarantined since."""
        reader = holder(self.register, credentials)
        if isinstance(reader, Refused):
            return problem(reader)
        for name, value in (("source", source), ("id", id)):
            if not IDENTITY.fullmatch(value):
                return problem(Refused(ProblemType.PARAMETER, f"{name} is needed: 1 to 200 characters, no white space"))
        if not reader.speaks_as(source):
            return problem(Refused(ProblemType.NOT_GRANTED, "the grant does not cover this source", rule="source"))
        try:
            found = await outcomes(self.acceptor.redis, source, id)
        except RedisError:
            return problem(Refused(ProblemType.UNAVAILABLE, "Redis did not answer"))
        if not found:
            return problem(Refused(ProblemType.NO_RECEIPT, "no stream has a receipt of this source and id"))
        return json(200, {"source": source, "id": id, "receipts": [outcome_document(each) for each in found]})


# ------------------------------------------------------------------------------------------------- requests
def holder(register: Register, credentials: HTTPAuthorizationCredentials | None) -> Source | Refused:
    found = register.holder(credentials.credentials) if credentials is not None else None
    return found or Refused(ProblemType.UNAUTHENTICATED, "a valid key is needed: Authorization: Bearer <key>")


def mode_of(request: Request) -> str | Refused:
    """The CloudEvents mode, from the media type. Another charset than UTF-8 is another media type."""
    if request.headers.get("content-encoding", "identity").strip().lower() != "identity":
        return Refused(ProblemType.ENCODING, "send the body as it is")
    media_type, *parameters = request.headers.get("content-type", "").lower().replace(" ", "").split(";")
    charsets = {each.partition("=")[2].strip('"') for each in parameters if each.startswith("charset=")}
    if media_type in (STRUCTURED, BATCH) and charsets <= {"utf-8"}:
        return media_type
    return Refused(ProblemType.MEDIA_TYPE, f"send {STRUCTURED} or {BATCH}, in UTF-8")


async def body_of(request: Request) -> bytes | Refused:
    """The body, never more of it than allowed.

    A little too much is read and dropped, because a sender that is cut off while still writing would not see the answer;
    of more than twice the limit the rest is not read.
    """
    too_large = Refused(ProblemType.BODY_TOO_LARGE, f"more than {LARGEST_BODY_BYTES} bytes")
    length = request.headers.get("content-length", "0")
    if not length.isdecimal() or int(length) > 2 * LARGEST_BODY_BYTES:
        return too_large
    chunks, size = [], 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > 2 * LARGEST_BODY_BYTES:
            break
        if size <= LARGEST_BODY_BYTES:
            chunks.append(chunk)
    return b"".join(chunks) if size <= LARGEST_BODY_BYTES else too_large


def statements(body: bytes, mode: str, at: str) -> Sequence[Submission] | Refused:
    """What the body states, as received `at`."""
    parsed = parse(body)
    if isinstance(parsed, Refused):
        return parsed
    said = [parsed.value] if mode == STRUCTURED else parsed.value
    if not isinstance(said, list):
        return Refused(ProblemType.BATCH, "a batch is a JSON array")
    if len(said) > MOST_EVENTS:
        return Refused(ProblemType.TOO_MANY_EVENTS, f"more than {MOST_EVENTS} events")
    return [Submission(each, DOOR, at, parsed.suspect) for each in said]


# ------------------------------------------------------------------------------------------------- answers
def json(status: int, content: object, media_type: str = "application/json") -> Response:
    return Response(orjson.dumps(content), status, media_type=media_type)


def single(verdict: Verdict) -> Response:
    return problem(verdict) if isinstance(verdict, Refused) else json(202, receipt(verdict))


def item(verdict: Verdict) -> dict[str, Any]:
    if isinstance(verdict, Refused):
        return {"status": verdict.type.status, "problem": verdict.document()}
    return {"status": 202, "receipt": receipt(verdict)}


def receipt(receipted: Receipted) -> dict[str, Any]:
    accepted = receipted.accepted
    identity = {"source": receipted.source, "id": receipted.id, "duplicate": accepted.duplicate}
    return identity | accepted.receipt.document()


def outcome_document(outcome: Outcome) -> dict[str, Any]:
    reason = {} if outcome.reason is None else {"reason": outcome.reason}
    return outcome.receipt.document() | {"state": outcome.state} | reason


def problem(refused: Refused) -> Response:
    response = json(refused.type.status, refused.document(), MEDIA_TYPE)
    if refused.type is ProblemType.UNAUTHENTICATED:
        response.headers["www-authenticate"] = "Bearer"
    if refused.type.status == 503:
        response.headers["retry-after"] = str(RETRY_AFTER_S)
    if refused.type is ProblemType.BODY_TOO_LARGE:
        response.headers["connection"] = "close"
    return response
