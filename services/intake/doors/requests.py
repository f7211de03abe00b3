"""What a request to the HTTP door is, before anything in it is an event: its mode, its size, and the statements it holds."""

from collections.abc import Sequence
from typing import Final

from fastapi import Request

from services.intake.admit import Submission
from services.intake.problems import ProblemType, Refused
from services.intake.strict_json import parse

STRUCTURED: Final = "application/cloudevents+json"
BATCH: Final = "application/cloudevents-batch+json"
LARGEST_BODY_BYTES: Final = 8 * 1024 * 1024
MOST_EVENTS: Final = 500
DOOR: Final = "http"


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
