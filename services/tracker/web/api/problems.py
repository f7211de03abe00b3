"""What the API says when it cannot answer: problem documents (RFC 9457) that never repeat a value they were given.

The types are those of intake where both have the same to say; `docs/problems.md` is the catalogue.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from psycopg import DataError, OperationalError
from pydantic import BaseModel
from starlette.exceptions import HTTPException

MEDIA_TYPE: Final = "application/problem+json"
URN: Final = "urn:rosette:problem:"
RETRY_AFTER_S: Final = 5
"""A failover of the record takes a few seconds."""

log = structlog.get_logger()


class Wrong(BaseModel):
    """One parameter that cannot be used: where it stood (`query`, `path`, `body`), its name, and why."""

    at: str
    name: str
    message: str


class Problem(BaseModel):
    """`type` is stable and meant for programs, the rest for people."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[Wrong] = []


class Refusal(Exception):
    """Ends a request with a problem document of type `urn:rosette:problem:<slug>`."""

    def __init__(
        self,
        status: HTTPStatus,
        slug: str,
        detail: str,
        errors: list[Wrong] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status, self.slug, self.detail = status, slug, detail
        self.errors, self.headers = errors or [], dict(headers or {})

    def answer(self) -> JSONResponse:
        document = Problem(
            type=URN + self.slug,
            title=self.status.phrase,
            status=self.status,
            detail=self.detail,
            errors=self.errors,
        )
        shown: dict[str, Any] = document.model_dump(exclude_defaults=True)
        return JSONResponse(shown, self.status, media_type=MEDIA_TYPE, headers=self.headers)


def not_found(what: str) -> Refusal:
    return Refusal(HTTPStatus.NOT_FOUND, "not-found", f"there is no such {what} in the record")


def install(app: FastAPI) -> None:
    """Every error is a problem document, those of the framework included."""

    @app.exception_handler(Refusal)
    async def refusal(_: Request, refusal: Refusal) -> JSONResponse:
        return refusal.answer()

    @app.exception_handler(RequestValidationError)
    async def parameter(_: Request, error: RequestValidationError) -> JSONResponse:
        wrong = [
            Wrong(at=str(each["loc"][0]), name=".".join(map(str, each["loc"][1:])), message=str(each["msg"]))
            for each in error.errors()
        ]
        return Refusal(HTTPStatus.BAD_REQUEST, "parameter", "a parameter is missing or malformed", wrong).answer()

    @app.exception_handler(DataError)
    async def unwritable(_: Request, __: DataError) -> JSONResponse:
        """U+0000 above all: PostgreSQL has no such text, so nothing of that name can be in the record."""
        return Refusal(HTTPStatus.BAD_REQUEST, "parameter", "a parameter holds what no reference can hold").answer()

    @app.exception_handler(HTTPException)
    async def framework(_: Request, error: HTTPException) -> JSONResponse:
        status = HTTPStatus(error.status_code)
        slug = "method" if status == HTTPStatus.METHOD_NOT_ALLOWED else "not-found"
        return Refusal(status, slug, status.description, headers=error.headers).answer()

    @app.exception_handler(OperationalError)
    async def outage(_: Request, __: OperationalError) -> JSONResponse:
        """Reading changes nothing, so asking again is always right."""
        retry = {"Retry-After": str(RETRY_AFTER_S)}
        status = HTTPStatus.SERVICE_UNAVAILABLE
        return Refusal(status, "unavailable", "the record does not answer", headers=retry).answer()

    @app.exception_handler(Exception)
    async def internal(_: Request, error: Exception) -> JSONResponse:
        log.error("tracker's API failed", exc_info=error)
        return Refusal(HTTPStatus.INTERNAL_SERVER_ERROR, "internal", "the reason is in tracker's log").answer()
