"""Whether the server keeps what it acknowledges. A 202 is a promise; on a server that may forget it would be a lie."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, Final

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError, ResponseError

from services.intake.accept import FUNCTION, LIBRARY
from services.intake.settings import Durability

log = structlog.get_logger()

LOOK_EVERY_S: Final = 1.0
"""Two small commands a second; what was accepted on a server that has just become unsafe is at most so much of a sender's."""

OLDEST_VERSION: Final = (7, 0)
NEEDED: Final = {"appendonly": "yes", "appendfsync": "always", "maxmemory-policy": "noeviction"}
WHY: Final = {
    "appendonly": "without an append-only file a restart forgets what was accepted",
    "appendfsync": "a power cut forgets what was acknowledged since the last fsync",
    "maxmemory-policy": "eviction throws receipts away, and doubles come in",
}


async def unsafe(redis: "Redis", durability: Durability) -> list[str]:
    """Every reason not to accept on this server, in words for an operator; empty where it is safe.

    Raises:
        RedisError: the server cannot be asked at all.
    """
    if reasons := too_old(await redis.info("server")):
        return reasons
    return await forgetful(redis, durability) + await functions_missing(redis)


async def forgetful(redis: "Redis", durability: Durability) -> list[str]:
    """The reasons that make a 202 a lie, and that may come up on a running server. Raises RedisError as `unsafe` does."""
    return await settings_in_the_way(redis) if durability == "checked" else []


def too_old(server: dict[str, Any]) -> list[str]:
    version = str(server.get("redis_version", ""))
    numbers = tuple(int(part) for part in re.findall(r"\d+", version)[:2])
    return [] if numbers >= OLDEST_VERSION else [f"version {version or 'unknown'}: functions need 7.0 or newer"]


async def settings_in_the_way(redis: "Redis") -> list[str]:
    try:
        found = await redis.config_get(*NEEDED)
    except ResponseError:
        return ["CONFIG is forbidden, so nothing is known: INTAKE_REDIS_DURABILITY=asserted says that you answer for it"]
    return [
        f"{name} is {found.get(name, 'unknown')}, not {needed}: {WHY[name]}"
        for name, needed in NEEDED.items()
        if found.get(name) != needed
    ]


async def functions_missing(redis: "Redis") -> list[str]:
    try:
        listed = str(await redis.function_list(LIBRARY))
    except ResponseError:
        return ["FUNCTION is forbidden, so accept cannot be seen to be there"]
    return [] if FUNCTION in listed else [f"the function {FUNCTION} is not loaded"]


async def ready(redis: "Redis", durability: Durability) -> list[str]:
    """As `unsafe`; a server that does not answer is one more reason."""
    try:
        return await unsafe(redis, durability)
    except RedisError as error:
        return [f"the streams cannot be reached: {type(error).__name__}"]


class Watch:
    """What the last look says against promising anything: the desk refuses while there is a reason.

    Guarantee: bounded staleness. A server that becomes unsafe is seen within `LOOK_EVERY_S` and a round trip, and a 202 given
    meanwhile may be forgotten as that server forgets. A look that does not reach the server changes nothing, as accept will
    not reach it either; a missing function is no reason here, as accept loads it.
    """

    def __init__(self, redis: "Redis", durability: Durability) -> None:
        self.reasons: list[str] = []
        self._redis = redis
        self._durability = durability

    async def look(self) -> None:
        try:
            reasons = await forgetful(self._redis, self._durability)
        except RedisError:
            return
        if reasons != self.reasons:
            log.error("server unsafe, nothing is accepted", reasons=reasons) if reasons else log.info("server safe again")
        self.reasons = reasons


async def repeat(look: Callable[[], Awaitable[None]], stop: asyncio.Event) -> None:
    """Look over and over until `stop` is set: a client that is cancelled as its answer arrives may take no notice."""
    while not stop.is_set():
        await look()
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), LOOK_EVERY_S)
