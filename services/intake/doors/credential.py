"""Who is at the HTTP door: the source whose credential a request bears, or the refusal that it gets."""

from typing import assert_never

from fastapi.security import HTTPAuthorizationCredentials

from services.intake.credentials import Credentials, Undecided
from services.intake.denials import Denied, unauthenticated
from services.intake.doors.requests import DOOR
from services.intake.grants import Source
from services.intake.problems import ProblemType, Refused


async def holder(credentials: Credentials, given: HTTPAuthorizationCredentials | None) -> Source | Refused:
    if given is None:
        return unauthenticated(Denied("no_credential"), DOOR)
    found = await credentials.holder(given.credentials)
    match found:
        case Source():
            return found
        case Denied():
            return unauthenticated(found, DOOR)
        case Undecided():
            return Refused(ProblemType.UNAVAILABLE, "the keys of the token's issuer cannot be had")
    assert_never(found)
