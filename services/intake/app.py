"""The only wiring: what intake is made of, and what its process answers beside the doors."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from starlette.exceptions import HTTPException

from services.intake import metrics
from services.intake.accept import Acceptor
from services.intake.credentials import Credentials
from services.intake.doors.answers import json, problem
from services.intake.doors.epcis.door import EpcisDoor
from services.intake.doors.epcis.jobs import Jobs, Worker
from services.intake.doors.http import HttpDoor
from services.intake.doors.imports import ImportDoor
from services.intake.doors.inbox import InboxDoor
from services.intake.preflight import Watch, ready, repeat
from services.intake.pressure import Pressure, Shares
from services.intake.problems import ProblemType, Refused
from services.intake.settings import Settings
from services.intake.sources import Register
from services.intake.turns import Turn, in_turns
from shared.clock import clock
from shared.key_sets import KeySets
from shared.streams import EPCIS_WORKER

log = structlog.get_logger()

LAST_LOOK_S: Final = 1.0
"""How long the end waits for a look at a server that hangs."""


def connect(settings: Settings) -> "Redis":
    """One more try, for a connection that the server closed while it lay idle: safe, as accept may be repeated."""
    return Redis.from_url(settings.streams_url, socket_timeout=5, socket_connect_timeout=2, retry=Retry(NoBackoff(), 1))


def create(settings: Settings) -> FastAPI:
    """Intake as an ASGI application. It connects when it starts; preflight is the command line's and readiness'.

    Raises:
        BadSources, OSError: the sources file cannot be read.
    """
    redis = connect(settings)
    register = Register(settings.sources, on_change=sources_changed)
    acceptor = Acceptor(redis, settings.replicas)
    watch = Watch(redis, settings.redis_durability)
    pressure = Pressure(redis, Shares(settings.source_events_s), settings.lag_limit)
    now = clock(settings.clock)
    inboxes = InboxDoor(register, acceptor, watch, pressure, now, settings.inbox_limit, Turn(redis))
    jobs = Jobs(redis, settings.replicas)
    worker = Worker(register, jobs, acceptor, watch, pressure, now, Turn(redis, EPCIS_WORKER))
    metrics.DURABILITY_ASSERTED.set(settings.redis_durability == "asserted")

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await acceptor.offer()
        await watch.look()
        stop = asyncio.Event()
        looking = [asyncio.create_task(repeat(look, stop)) for look in (watch.look, pressure.look)]
        looking += [asyncio.create_task(in_turns(work, stop)) for work in (inboxes.round, worker.round)]
        yield
        stop.set()
        await asyncio.wait(looking, timeout=LAST_LOOK_S)
        await redis.aclose()

    app = FastAPI(
        title="Rosette intake",
        version="1",
        summary="Turns what an upstream system submits into a fact, or refuses it with a reason.",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url="/v1/openapi.json",
        telemetry={"logs": False},
    )
    keys = Credentials(register, KeySets())
    http = HttpDoor(keys, acceptor, watch, pressure, now)
    app.router.routes.append(http.straight())
    app.include_router(http.router())
    app.include_router(EpcisDoor(keys, acceptor, watch, pressure, jobs, now).router())
    app.include_router(ImportDoor(keys, acceptor, watch, pressure, now, settings.sources.parent).router())
    add_health(app, redis, register, settings)
    add_problems(app)
    return app


def sources_changed(broken: str | None) -> None:
    metrics.SOURCES_BROKEN.set(broken is not None)
    log.info("sources read again") if broken is None else log.error("sources cannot be read", reason=broken)


def add_health(app: FastAPI, redis: "Redis", register: Register, settings: Settings) -> None:
    @app.get("/livez", include_in_schema=False)
    async def livez() -> Response:
        return json(200, {"alive": True})

    @app.get("/readyz", include_in_schema=False)
    async def readyz() -> Response:
        register.refresh()
        reasons = await ready(redis, settings.redis_durability)
        reasons += [f"sources: {register.broken}"] if register.broken else []
        return json(
            503 if reasons else 200,
            {"ready": not reasons, "reasons": reasons, "redis_durability": settings.redis_durability},
        )

    @app.get("/metrics", include_in_schema=False)
    async def exposition() -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


def add_problems(app: FastAPI) -> None:
    """Every error is a problem document, those of the framework included."""

    @app.exception_handler(HTTPException)
    async def framework(_: Request, error: HTTPException) -> Response:
        kind = ProblemType.METHOD if error.status_code == 405 else ProblemType.NOT_FOUND
        return problem(Refused(kind, kind.title))

    @app.exception_handler(RequestValidationError)
    async def parameter(_: Request, error: RequestValidationError) -> Response:
        first = error.errors()[0]
        return problem(Refused(ProblemType.PARAMETER, f"{first['loc'][-1]}: {first['msg']}"))

    @app.exception_handler(Exception)
    async def internal(_: Request, error: Exception) -> Response:
        log.error("intake failed", exc_info=error)
        return problem(Refused(ProblemType.INTERNAL, "the reason is in intake's log"))
