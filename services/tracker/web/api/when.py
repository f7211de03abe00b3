"""`?as_of=` and `?known_at=`: the world as of one moment, as the record knew it by another."""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, Query, Request
from pydantic import AwareDatetime

from services.tracker.model.travel import When
from services.tracker.web.api.asked import Connection, Instant
from services.tracker.web.api.problems import RETRY_AFTER_S, Refusal, Wrong

AsOf = Annotated[AwareDatetime | None, Query(description="In the world; its offset is mandatory. Else `known_at`, else now.")]
KnownAt = Annotated[AwareDatetime | None, Query(description="At our desk, by the record's clock; its offset is mandatory.")]


def travelled(request: Request, _: Connection, now: Instant, as_of: AsOf = None, known_at: KnownAt = None) -> When:
    """The moments that are asked about. Who may ask is today's question, whatever they are.

    Raises:
        Refusal: `known_at` lies in the future of the record's clock: nobody knows what will be known. Or something is being
            filed that may still become known before it: asked again a moment later, the answer is final.
    """
    if known_at is not None and known_at > now:
        wrong = Wrong(at="query", name="known_at", message="lies in the future of the record's clock")
        raise Refusal(HTTPStatus.BAD_REQUEST, "parameter", "nobody knows yet what will be known then", [wrong])
    since: datetime | None = request.state.filing_since
    if known_at is not None and since is not None and known_at > since:
        wrong = Wrong(at="query", name="known_at", message="lies after the beginning of a filing that is still open")
        retry = {"Retry-After": str(RETRY_AFTER_S)}
        raise Refusal(HTTPStatus.TOO_EARLY, "too-early", "what was known then is still being filed", [wrong], retry)
    desk: datetime = known_at or now
    return When(as_of or desk, desk)


Travelled = Annotated[When, Depends(travelled)]


def looking_back(when: Travelled, as_of: AsOf = None, known_at: KnownAt = None) -> When | None:
    """The moments that are asked about; None where it is now."""
    return when if as_of is not None or known_at is not None else None


LookingBack = Annotated[When | None, Depends(looking_back)]
