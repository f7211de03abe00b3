"""Who is at the door of the API: the keeper of this machine by its own token, or a reader with a role.

Without any credential configured the service listens on loopback only, and whoever is on this machine is its keeper.
"""

import hmac
from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Final, assert_never

import structlog
from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from services.tracker.web.api.access import NOBODY, ROUTES
from services.tracker.web.api.problems import RETRY_AFTER_S, Refusal
from services.tracker.web.readers import Denied, Readers, Undecided
from services.tracker.web.readers_file import THE_KEEPER, Who

log = structlog.get_logger()

SHORTEST_TOKEN: Final = 16
"""Characters. Shorter ones are within reach of guessing."""

bearer = HTTPBearer(auto_error=False, description="The token in TRACKER_TOKEN_FILE, or one of the readers in TRACKER_READERS")


def token_from(file: Path | None) -> bytes | None:
    """The keeper's token, or None where no file is named.

    Raises:
        ValueError: the file cannot be read, or holds less than 16 characters.
    """
    if file is None:
        return None
    try:
        token = file.read_text().strip().encode()
    except (OSError, UnicodeDecodeError):
        raise ValueError("TRACKER_TOKEN_FILE cannot be read") from None
    if len(token) < SHORTEST_TOKEN:
        raise ValueError(f"the token in TRACKER_TOKEN_FILE has less than {SHORTEST_TOKEN} characters")
    return token


async def authorized(request: Request, given: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]) -> Who:
    """Who asks, if their role may open this route.

    Raises:
        Refusal: 401 without a credential that opens anything, 403 where the whole route is not for their role.
    """
    route: str = request.scope["route"].path
    who = await known(request, given.credentials if given is not None else None)
    match who:
        case Denied():
            log.warning("denied", rule=who.rule, route=route)
            raise unauthenticated()
        case Undecided():
            retry = {"Retry-After": str(RETRY_AFTER_S)}
            detail = "the keys of the token's issuer cannot be had"
            raise Refusal(HTTPStatus.SERVICE_UNAVAILABLE, "unavailable", detail, headers=retry)
        case Who(role=None):
            return who
        case Who():
            if who.role not in ROUTES.get(route, NOBODY):
                log.warning("denied", rule="route_of_role", route=route, reader=who.name, role=who.role)
                raise Refusal(HTTPStatus.FORBIDDEN, "not-granted", "this page is not for the reader's role")
            return who
    assert_never(who)


async def known(request: Request, credential: str | None) -> Who | Denied | Undecided:
    """Who holds a credential; the time it takes says nothing about how much of a token was right."""
    token: bytes | None = request.app.state.token
    readers: Readers | None = request.app.state.readers
    if token is None and readers is None:
        return THE_KEEPER
    if credential is None:
        return Denied("no_credential")
    if token is not None and hmac.compare_digest(credential.encode(), token):
        return THE_KEEPER
    return Denied("unknown_token") if readers is None else await readers.who(credential)


def unauthenticated() -> Refusal:
    """The same whatever was wrong, so that a guess learns nothing from the answer."""
    asks = {"WWW-Authenticate": 'Bearer realm="rosette tracker"'}
    return Refusal(HTTPStatus.UNAUTHORIZED, "unauthenticated", "a bearer token is needed", headers=asks)


Asking = Annotated[Who, Depends(authorized)]
