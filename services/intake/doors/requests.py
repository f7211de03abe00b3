"""What a request to the HTTP door is, before anything in it is an event: its mode, its size, and the statements it holds."""

import asyncio
from collections.abc import Sequence
from typing import Final, NamedTuple

import structlog
from fastapi import Request
from starlette.requests import ClientDisconnect

from services.intake.admit import Submission
from services.intake.doors import binary
from services.intake.grants import Source
from services.intake.listing import Cursor, cursor_of
from services.intake.pressure import Pressure
from services.intake.problems import ProblemType, Refused
from services.intake.strict_json import MEMBERS, parse
from shared.wire import IDENTITY

log = structlog.get_logger()

STRUCTURED: Final = "application/cloudevents+json"
BATCH: Final = "application/cloudevents-batch+json"
BINARY: Final = "application/json"
"""Where the attributes are headers; without them it says nothing about an event."""
LARGEST_BODY_BYTES: Final = 8 * 1024 * 1024
MOST_EVENTS: Final = 500
BODY_WITHIN_S: Final = 30.0
"""For 8 MiB over a line of 2 Mbit/s; who is slower holds a connection, and sends less at once."""
DOOR: Final = "http"


def mode_of(request: Request) -> str | Refused:
    """The CloudEvents mode, by its media type. Another charset than UTF-8 is another media type.

    Libraries that write no `Content-Type` for JSON data mean binary mode, as the headers of its attributes say.
    """
    given = media_type_of(request, unsaid=BINARY)
    if isinstance(given, Refused) or given in (STRUCTURED, BATCH):
        return given
    if given == BINARY and "ce-specversion" in request.headers:
        return given
    return Refused(ProblemType.MEDIA_TYPE, f"send {STRUCTURED}, {BATCH}, or {BINARY} with ce- headers, in UTF-8")


def media_type_of(request: Request, unsaid: str = "") -> str | Refused:
    """The media type of a body that is sent as it is; another charset than UTF-8 makes it none that is known, the empty one."""
    if request.headers.get("content-encoding", "identity").strip().lower() != "identity":
        return Refused(ProblemType.ENCODING, "send the body as it is")
    media_type, *parameters = request.headers.get("content-type", unsaid).lower().replace(" ", "").split(";")
    charsets = {each.partition("=")[2].strip('"') for each in parameters if each.startswith("charset=")}
    return media_type if charsets <= {"utf-8"} else ""


def media_type_among(request: Request, *known: str) -> str | Refused:
    """The media type, where it is one of those that a door takes."""
    given = media_type_of(request)
    if isinstance(given, Refused) or given in known:
        return given
    return Refused(ProblemType.MEDIA_TYPE, f"send {' or '.join(known)}, in UTF-8")


class Taken(NamedTuple):
    """What was handed in: by whom, in what form, and the bytes."""

    source: Source
    form: str
    body: bytes


async def taken_in(request: Request, source: Source | Refused, form: str | Refused, pressure: Pressure) -> Taken | Refused:
    """What somebody hands in who may; or why nothing is read: who they are comes first, then whether there is room for it."""
    if isinstance(source, Refused):
        return source
    if (waits := pressure.refusal(source.slug)) is not None:
        return waits
    if isinstance(form, Refused):
        return form
    body = await body_of(request)
    return body if isinstance(body, Refused) else Taken(source, form, body)


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
    try:
        async with asyncio.timeout(BODY_WITHIN_S):
            async for chunk in request.stream():
                size += len(chunk)
                if size > 2 * LARGEST_BODY_BYTES:
                    break
                if size <= LARGEST_BODY_BYTES:
                    chunks.append(chunk)
    except ClientDisconnect:  # nobody hears the answer, and nothing of what came was looked at
        log.info("a sender hung up", path=request.url.path)
        return Refused(ProblemType.SLOW_BODY, "the sender hung up")
    except TimeoutError:
        return Refused(ProblemType.SLOW_BODY, f"not whole within {BODY_WITHIN_S:g} s")
    return b"".join(chunks) if size <= LARGEST_BODY_BYTES else too_large


def statements(request: Request, body: bytes, mode: str, at: str) -> Sequence[Submission] | Refused:
    """What the request states, as received `at`."""
    parsed = parse(body)
    if isinstance(parsed, Refused):
        return parsed
    if mode == STRUCTURED:
        return [Submission(parsed.value, DOOR, at, parsed.suspect)]
    if mode == BINARY:
        said = binary.attributes(request.headers.raw)
        if isinstance(said, Refused):
            return said
        suspect = parsed.suspect or len(said) >= MEMBERS or "\0" in "".join(said.values())
        return [Submission(said | {"data": parsed.value}, DOOR, at, suspect)]
    if not isinstance(parsed.value, list):
        return Refused(ProblemType.BATCH, "a batch is a JSON array")
    if len(parsed.value) > MOST_EVENTS:
        return Refused(ProblemType.TOO_MANY_EVENTS, f"more than {MOST_EVENTS} events")
    return [Submission(each, DOOR, at, parsed.suspect) for each in parsed.value]


def asked_of(source: str, id: str, after: str | None) -> str | Cursor | Refused:
    """Whose receipts are asked for: those of one id, or all after a cursor."""
    if after is not None and id:
        return Refused(ProblemType.PARAMETER, "either id or after: one event, or all of them")
    for name, value in (("source", source), ("id", id)):
        if not IDENTITY.fullmatch(value) and (name != "id" or after is None):
            return Refused(ProblemType.PARAMETER, f"{name} is needed: 1 to 200 characters, no white space")
    if after is None:
        return id
    cursor = cursor_of(after)
    return Refused(ProblemType.PARAMETER, "after is the next of a page, or empty") if cursor is None else cursor
