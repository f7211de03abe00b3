"""`/livez` and `/readyz`: open to whoever asks, and silent about everything but whether the service works."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from fastapi import APIRouter, Request, Response

router = APIRouter(tags=["health"])

Check = Callable[[], Awaitable[str | None]]
"""None where something is as it must be, else in a few words what is wrong."""


@dataclass(frozen=True, slots=True)
class Readiness:
    ready: bool
    checks: dict[str, str]


@dataclass(frozen=True, slots=True)
class Liveness:
    alive: Literal[True] = True


@router.get("/livez")
async def livez() -> Liveness:
    """The process answers. It looks at nothing else: restarting this process mends no database."""
    return Liveness()


@router.get("/readyz", responses={503: {"model": Readiness}})
async def readyz(request: Request, response: Response) -> Readiness:
    """Whether this process does what its roles say: the record answers, groups exist, subscribers run."""
    checks: Mapping[str, Check] = request.app.state.checks
    found = {name: await check() for name, check in checks.items()}
    ready = all(wrong is None for wrong in found.values())
    response.status_code = 200 if ready else 503
    return Readiness(ready, {name: wrong or "ok" for name, wrong in found.items()})
