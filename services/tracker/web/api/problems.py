"""What the API says when it cannot answer: problem documents (RFC 9457) that never repeat a value they were given."""

from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from psycopg import OperationalError
from pydantic import BaseModel
from starlette.exceptions import HTTPException

MEDIA_TYPE: Final = "application/problem+json"


class Wrong(BaseModel):
    """One parameter that cannot be used: where it stood (`query`, `path`, `body`), its name, and why."""

    at: str
    name: str
    detail: str


class Problem(BaseModel):
    """`type` is stable and meant for programs, the rest for people."""

    type: str
    title: str
    status: int
    detail: str | None = None
    errors: list[Wrong] = []


class Refusal(Exception):
    """Ends a request with a problem document. `slug` becomes its `type`: `urn:rosette:problem:<slug>`."""

    def __init__(self, status: HTTPStatus, slug: str, detail: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status, self.slug, self.detail, self.headers = status, slug, detail, headers


def not_found(what: str) -> Refusal:
    return Refusal(HTTPStatus.NOT_FOUND, "not-found", f"there is no such {what} in the record")


def answer(
    status: int, slug: str, detail: str | None = None, errors: list[Wrong] | None = None, **how: Any
) -> JSONResponse:
    title = slug.replace("-", " ").capitalize()
    said = Problem(type=f"urn:rosette:problem:{slug}", title=title, status=status, detail=detail, errors=errors or [])
    return JSONResponse(said.model_dump(exclude_none=True), status, media_type=MEDIA_TYPE, **how)


async def on_refusal(_: Request, refusal: Exception) -> JSONResponse:
    assert isinstance(refusal, Refusal)
    return answer(refusal.status, refusal.slug, refusal.detail, headers=refusal.headers)


async def on_bad_parameter(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    wrong = [
        Wrong(at=str(one["loc"][0]), name=".".join(str(step) for step in one["loc"][1:]), detail=one["msg"])
        for one in error.errors()
    ]
    return answer(HTTPStatus.UNPROCESSABLE_ENTITY, "bad-parameter", "a parameter cannot be used", wrong)


async def on_http(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    phrase = HTTPStatus(error.status_code).phrase
    return answer(error.status_code, phrase.lower().replace(" ", "-"), headers=error.headers)


async def on_outage(_: Request, __: Exception) -> JSONResponse:
    """The record does not answer. Reading changes nothing, so asking again is always right."""
    retry = {"Retry-After": "5"}
    return answer(HTTPStatus.SERVICE_UNAVAILABLE, "record-unreachable", "the record does not answer", headers=retry)


def install(app: FastAPI) -> None:
    app.add_exception_handler(Refusal, on_refusal)
    app.add_exception_handler(RequestValidationError, on_bad_parameter)
    app.add_exception_handler(HTTPException, on_http)
    app.add_exception_handler(OperationalError, on_outage)
