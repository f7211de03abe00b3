"""The one credential of the read API: a bearer token from a file. Without one the service listens on loopback only."""

import hmac
from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Final

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from services.tracker.web.api.problems import Refusal

SHORTEST_TOKEN: Final = 16
"""Characters. Shorter ones are within reach of guessing."""

bearer = HTTPBearer(auto_error=False, description="The token in TRACKER_TOKEN_FILE")


def token_from(file: Path | None) -> bytes | None:
    """The token, or None where no file is named.

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


async def authorized(request: Request, given: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]) -> None:
    """Refuses whoever does not hold the token; the time it takes says nothing about how much of it was right."""
    token: bytes | None = request.app.state.token
    if token is None:
        return
    if given is None or not hmac.compare_digest(given.credentials.encode(), token):
        raise Refusal(
            HTTPStatus.UNAUTHORIZED,
            "unauthenticated",
            "a bearer token is needed",
            headers={"WWW-Authenticate": 'Bearer realm="rosette tracker"'},
        )
