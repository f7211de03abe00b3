"""The read API as one FastAPI application. What it reads from is given to it; it opens and closes nothing itself."""

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Protocol

from fastapi import Depends, FastAPI
from fastapi.middleware.trustedhost import TrustedHostMiddleware
from psycopg import AsyncConnection
from redis.asyncio import Redis

from services.tracker.record.reading.own import RememberedFamilies
from services.tracker.web.api import (
    cases,
    clock,
    health,
    metrics,
    notices,
    outcomes,
    permitted,
    persons,
    problems,
    streams,
    turnovers,
)
from services.tracker.web.api.credential import authorized
from services.tracker.web.api.health import Check
from services.tracker.web.readers import Readers

PROBLEMS: Final[dict[int | str, dict[str, Any]]] = {
    "default": {
        "model": problems.Problem,
        "description": "A problem document (RFC 9457)",
        "content": {problems.MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
}
LOOPBACK_NAMES: Final = ("127.0.0.1", "localhost", "[::1]")


class Pool(Protocol):
    def connection(self) -> AbstractAsyncContextManager[AsyncConnection[Any]]: ...


@dataclass(frozen=True, slots=True)
class Given:
    """What the API needs: where to read, which clock counts, what readiness means, and the credentials if there are any."""

    pool: Pool
    redis: Redis
    now: Callable[[], datetime]
    checks: Mapping[str, Check] = field(default_factory=dict)
    token: bytes | None = None
    readers: Readers | None = None
    story: clock.Story | None = None


def api(given: Given) -> FastAPI:
    """The application over what it was given. Without a credential it answers only requests that name this machine, so that a
    page in somebody's browser cannot reach it under a name of its own.
    """
    app = routes(with_clock=given.story is not None)
    app.state.pool, app.state.redis, app.state.now = given.pool, given.redis, given.now
    app.state.checks, app.state.token, app.state.story = given.checks, given.token, given.story
    app.state.readers, app.state.families = given.readers, RememberedFamilies()
    if given.token is None and given.readers is None:
        app.add_middleware(TrustedHostMiddleware, allowed_hosts=LOOPBACK_NAMES)
    return app


class Api(FastAPI):
    def openapi(self) -> dict[str, Any]:
        """As FastAPI writes it, save that problems have no second media type."""
        described = super().openapi()
        for methods in described["paths"].values():
            for operation in methods.values():
                operation["responses"].get("default", {}).get("content", {}).pop("application/json", None)
        return described


def routes(*, with_clock: bool) -> FastAPI:
    app = Api(
        title="Rosette tracker",
        version="1",
        summary="Where every case is, what is owed to whom, and what keeps it.",
        docs_url=None,
        redoc_url=None,
        openapi_url="/v1/openapi.json",
        telemetry={"logs": False},
    )
    problems.install(app)
    app.include_router(health.router)
    for module in (
        cases,
        permitted,
        persons,
        turnovers,
        notices,
        outcomes,
        streams,
        metrics,
        *((clock,) if with_clock else ()),
    ):
        app.include_router(module.router, dependencies=[Depends(authorized)], responses=PROBLEMS)
    return app


def document() -> dict[str, Any]:
    """The OpenAPI document of everything that can exist, the story clock included."""
    return routes(with_clock=True).openapi()
