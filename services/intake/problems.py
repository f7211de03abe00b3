"""Why something was not taken, and what its sender should do now: RFC 9457 problems with types that never change.

`docs/problems.md` is this catalogue as a table. A problem names the place by a JSON Pointer and never repeats a value.
"""

from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import Any, Final

from shared import wire

MEDIA_TYPE: Final = "application/problem+json"
URN: Final = "urn:rosette:problem:"
ERRORS_SHOWN: Final = 20
"""Of the errors of one event: enough to mend it, and a bound on what one bad event makes us write."""

RETRY_AFTER_S: Final = 1
"""Long enough for a failover to be noticed, short enough that a sender's queue stays short."""


class Then(StrEnum):
    """What the sender should do."""

    RETRY = "retry_same_id"
    """Send the same event with the same id again, after `Retry-After`; it may have been accepted already."""
    FIX = "fix_and_resend"
    """Mend the event, the request or the grant; nothing was accepted, so the id is free."""
    NEVER = "never_resend"
    """This id says something else, for ever. A new statement needs a new id; to change the old one, correct it."""


class ProblemType(Enum):
    """Every problem there is; on the wire its type is `urn:rosette:problem:<slug>`."""

    slug: str
    status: int
    title: str
    then: Then

    def __new__(cls, slug: str, status: int, title: str, then: Then) -> "ProblemType":
        self = object.__new__(cls)
        self._value_ = slug
        self.slug, self.status, self.title, self.then = slug, status, title, then
        return self

    NOT_UTF_8 = "not-utf-8", 400, "The body is not UTF-8", Then.FIX
    NOT_JSON = "not-json", 400, "The body is not JSON", Then.FIX
    TOO_DEEP = "too-deep", 400, "Nested too deeply", Then.FIX
    TOO_MANY_MEMBERS = "too-many-members", 400, "An object with too many members, or a list with too many items", Then.FIX
    TOO_LONG = "too-long", 400, "An attribute that is too long", Then.FIX
    DUPLICATE_KEY = "duplicate-key", 400, "An object has the same member twice", Then.FIX
    NUMBER = "number", 400, "A number that no event may hold", Then.FIX
    CHARACTER = "character", 400, "A character that no event may hold", Then.FIX
    BATCH = "batch", 400, "A batch is a JSON array of events, an event a JSON object", Then.FIX
    HEADER = "header", 400, "A ce- header that cannot be read as an attribute", Then.FIX
    TABLE = "table", 400, "A table that cannot be read", Then.FIX
    MAPPING = "mapping", 400, "No mapping of the columns, or not one of this table", Then.FIX
    PARAMETER = "parameter", 400, "A parameter is missing, malformed or unknown", Then.FIX
    UNAUTHENTICATED = "unauthenticated", 401, "No valid credential", Then.FIX
    NOT_GRANTED = "not-granted", 403, "Outside the source's grant", Then.FIX
    NOT_FOUND = "not-found", 404, "No such page", Then.FIX
    NO_RECEIPT = "no-receipt", 404, "Nothing was accepted under this source and id", Then.RETRY
    NO_JOB = "no-job", 404, "No such capture job of this source", Then.FIX
    METHOD = "method", 405, "Not a method of this page", Then.FIX
    SLOW_BODY = "slow-body", 408, "The request came too slowly", Then.RETRY
    IDENTITY_CONFLICT = "identity-conflict", 409, "This source and id already say something else", Then.NEVER
    BODY_TOO_LARGE = "body-too-large", 413, "The request is too large", Then.FIX
    EVENT_TOO_LARGE = "event-too-large", 413, "The event is too large", Then.FIX
    TOO_MANY_EVENTS = "too-many-events", 413, "The batch holds too many events", Then.FIX
    MEDIA_TYPE = "media-type", 415, "Not a media type that this page reads", Then.FIX
    ENCODING = "encoding", 415, "Compressed content is not read", Then.FIX
    UNKNOWN_TYPE = "unknown-type", 422, "Not a type of the catalogue", Then.FIX
    INVALID_EVENT = "invalid-event", 422, "Not a valid event of its type", Then.FIX
    RESERVED_ATTRIBUTE = "reserved-attribute", 422, "An attribute that only intake writes", Then.FIX
    CORRECTION = "correction", 422, "A correction that cannot have an effect", Then.FIX
    INBOX_FULL = "inbox-full", 429, "The inbox holds too many entries", Then.RETRY
    TOO_FAST = "too-fast", 429, "More than this source's share", Then.RETRY
    INTERNAL = "internal", 500, "Intake failed", Then.RETRY
    UNAVAILABLE = "unavailable", 503, "The streams cannot be reached", Then.RETRY
    UNSAFE = "unsafe", 503, "The streams may forget what they accept", Then.RETRY
    FULL = "full", 503, "The streams have almost no memory left", Then.RETRY
    NOT_DURABLE = "not-durable", 503, "Not yet on as many replicas as configured", Then.RETRY

    @property
    def urn(self) -> str:
        return URN + self.slug


@dataclass(frozen=True, slots=True)
class Refused:
    """Not taken. `rule` names the part of a grant that does not cover the event; `errors` are all that was found;
    `retry_after_s` counts where time alone helps."""

    type: ProblemType
    detail: str
    pointer: str = ""
    rule: str | None = None
    errors: tuple[wire.Problem, ...] = ()
    retry_after_s: int = RETRY_AFTER_S

    @property
    def passes(self) -> bool:
        """Whether it is a matter of time, so that the answer says when to come again."""
        return self.type.status in (429, 503)

    def document(self) -> dict[str, Any]:
        """The problem as RFC 9457 JSON; `pointer` is empty where all of the event or request is meant."""
        document: dict[str, Any] = {
            "type": self.type.urn,
            "title": self.type.title,
            "status": self.type.status,
            "detail": self.detail,
            "pointer": self.pointer,
            "then": self.type.then.value,
        }
        if self.rule is not None:
            document["rule"] = self.rule
        if self.passes:
            document["retry_after_s"] = self.retry_after_s
        if self.errors:
            shown = self.errors[:ERRORS_SHOWN]
            document["errors"] = [{"pointer": e.pointer, "code": e.code, "message": e.message} for e in shown]
        return document
