"""Who is at the HTTP door: the source whose credential a request bears, or the refusal that it gets."""

from fastapi.security import HTTPAuthorizationCredentials

from services.intake.denials import Denied, unauthenticated
from services.intake.doors.requests import DOOR
from services.intake.grants import Source
from services.intake.problems import Refused
from services.intake.sources import Register


def holder(register: Register, credentials: HTTPAuthorizationCredentials | None) -> Source | Refused:
    found = Denied("no_credential") if credentials is None else register.holder(credentials.credentials)
    return unauthenticated(found, DOOR) if isinstance(found, Denied) else found
